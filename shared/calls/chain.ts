import { Retry } from '../base/errors.ts';
import type { TeamId } from '../base/names.ts';
import type { Admin, Directory } from '../org/directory.ts';
import type { Hierarchy } from '../org/hierarchy.ts';

/** An agent and everybody above, the agent first, in one version of the directory: another one once anything has changed. */
export type Chain = { readonly version: string; readonly people: readonly [Admin, ...Admin[]] };

/** Who is above whom. Throws `Retry.waiting` where the directory does not stand still. */
export type Chains = {
  /** Undefined: the agent is not in the directory. */
  readonly chainOf: (team: TeamId, agent: string) => Promise<Chain | undefined>;
  /** Those of these people who are still in the directory and work here, as a chain of their own; undefined where nobody is. */
  readonly leftOf: (team: TeamId, ids: readonly string[]) => Promise<Chain | undefined>;
};

/** A directory that changes under the reading is read again so often, before the record comes back later. */
const readings = 4;

/** Chains as the hierarchy has them, with what the directory says of each person; read again where it changed meanwhile. */
export function chainsOf(hierarchy: Pick<Hierarchy, 'version' | 'chain'>, directory: Pick<Directory, 'admin'>): Chains {
  return {
    chainOf: async (team, agent) => {
      for (let reading = 0; reading < readings; reading += 1) {
        const version = await hierarchy.version(team);
        const above = await hierarchy.chain(team, agent);
        const ids = [agent, ...(above ?? []).map(({ id }) => id)];
        const found = above ? await Promise.all(ids.map((id) => directory.admin(team, id))) : [];
        if (version !== (await hierarchy.version(team))) continue;
        const [first, ...others] = found.flatMap((admin) => admin ?? []);
        if (!first) return undefined;
        if (others.length === ids.length - 1) return { version: String(version), people: [first, ...others] };
      }
      throw Retry.waiting('The directory changes while it is read.', 1_000);
    },
    leftOf: async (team, ids) => {
      const version = await hierarchy.version(team);
      const found = await Promise.all(ids.map((id) => directory.admin(team, id)));
      const [first, ...others] = found.flatMap((admin) => (admin?.active ? admin : []));
      return first && { version: String(version), people: [first, ...others] };
    },
  };
}
