import type { TeamId } from '../base/names.ts';
import type { Admin, Directory } from '../org/directory.ts';

/** An agent and everybody above, the agent first; `version` is another one once anything of it has changed. */
export type Chain = { readonly version: string; readonly people: readonly [Admin, ...Admin[]] };

/** Who is above whom, as the directory has it. */
export type Chains = {
  /** Undefined: the agent is not in the directory. */
  readonly chainOf: (team: TeamId, agent: string) => Promise<Chain | undefined>;
};

/** A chain of managers that is longer than this does not end. */
const levelsAtMost = 1_000;

/** Follows the managers in the directory, one read for each level. */
export function chainsOf(directory: Pick<Directory, 'admin'>): Chains {
  return {
    chainOf: async (team, agent) => {
      const first = await directory.admin(team, agent);
      if (!first) return undefined;
      const people: [Admin, ...Admin[]] = [first];
      for (let next = first.managerId; next !== null && people.length < levelsAtMost; ) {
        const manager = await directory.admin(team, next);
        if (!manager) break;
        people.push(manager);
        next = manager.managerId;
      }
      const version = JSON.stringify(people.map(({ id, name, email, active }) => [id, name, email, active]));
      return { version, people };
    },
  };
}
