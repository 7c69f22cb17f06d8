import type { Table } from '../aws/table.ts';
import type { TeamId } from '../base/names.ts';
import type { Named, Pointer } from './closure.ts';
import type { Closure } from './closure-store.ts';
import { pointerOf } from './journal-store.ts';

/** Somebody above or below a person: 1 is their manager, or reports to them. */
export type Relative = Named & { readonly depth: number };

/** The hierarchy as it is read: by one look at the version in force and one query, so that nobody sees half a change. */
export class Hierarchy {
  readonly #admins: Pick<Table, 'get'>;
  readonly #closure: Pick<Closure, 'chain' | 'below'>;

  constructor(admins: Pick<Table, 'get'>, closure: Pick<Closure, 'chain' | 'below'>) {
    this.#admins = admins;
    this.#closure = closure;
  }

  /** The version in force: it moves with every change of the directory. */
  async version(team: TeamId): Promise<number> {
    return (await pointerOf(this.#admins, team)).version;
  }

  /** Everybody above a person, their manager first. Undefined: nobody has this id. */
  async chain(team: TeamId, id: string): Promise<readonly Relative[] | undefined> {
    return this.#above(team, id, await pointerOf(this.#admins, team));
  }

  /**
   * Everybody below a person, the nearest first. Undefined: nobody has this id, which takes a second query to tell from
   * somebody who has nobody below them.
   */
  async team(team: TeamId, id: string): Promise<readonly Relative[] | undefined> {
    const pointer = await pointerOf(this.#admins, team);
    const rows = await this.#closure.below(team, id, pointer);
    if (rows.length === 0 && !(await this.#above(team, id, pointer))) return undefined;
    return rows.map(({ id: whose, name, depth }) => ({ id: whose, name, depth }));
  }

  async #above(team: TeamId, id: string, pointer: Pointer): Promise<Relative[] | undefined> {
    const chain = await this.#closure.chain(team, id, pointer);
    return chain?.above.map(({ id: whose, name }, index) => ({ id: whose, name, depth: index + 1 }));
  }
}
