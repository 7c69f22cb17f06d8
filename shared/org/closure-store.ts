import type { Item, Table } from '../aws/table.ts';
import type { TeamId } from '../base/names.ts';
import {
  type ChainRow,
  holds,
  type KeptChain,
  type Pointer,
  type Regraft,
  rowsOf,
  type Stamp,
  type TeamRow,
} from './closure.ts';

/**
 * How long (s) a closed row is kept. Who reads has taken the version a moment ago, so a minute would do; but a row is closed
 * before the version moves, and must be there until it has, also where a change stands still for days.
 */
const closedKeptSeconds = 7 * 86_400;

/** Reading may be repeated; a batch is sent once, see `write`. */
export type ClosureTables = { readonly read: Pick<Table, 'query'>; readonly write: Pick<Table, 'putMany'> };

/**
 * The rows of the hierarchy. A partition of `AdminUserClosure` for each team, `team#chains`, with a row `<id>#<stamp>` for
 * everybody above a person; and one for each person who has people below, `team#below#<id>`, with a row
 * `<descendant>#<stamp>` for each of these. So *everybody above* and *everybody below* are one query each. That costs, for
 * n people of whom each has d above on average, n × (d + 1) rows: a second row for each pair, turned round, would be n × 2d.
 */
export class Closure {
  readonly #tables: ClosureTables;

  constructor(tables: ClosureTables) {
    this.#tables = tables;
  }

  /** A person's chain. Undefined: the version knows nobody of this id. */
  async chain(team: TeamId, id: string, pointer: Pointer): Promise<KeptChain | undefined> {
    const rows = await this.#tables.read.query(chains(team), `${id}#`);
    return rows.map(chainOf).find((row) => holds(row, pointer));
  }

  /** The chains of everybody, by their ids. */
  async chains(team: TeamId, pointer: Pointer): Promise<Map<string, KeptChain>> {
    const rows = (await this.#tables.read.query(chains(team))).map(chainOf);
    return new Map(rows.filter((row) => holds(row, pointer)).map((row) => [row.id, row]));
  }

  /** Everybody below a person, nearest first and then by name. */
  async below(team: TeamId, id: string, pointer: Pointer): Promise<TeamRow[]> {
    const rows = (await this.#tables.read.query(below(team, id))).map((item) => item as unknown as TeamRow);
    return rows.filter((row) => holds(row, pointer)).sort((a, b) => a.depth - b.depth || (a.name < b.name ? -1 : 1));
  }

  /**
   * Writes what regrafts come to, of one version and in one turn. May be repeated in the same turn, by the same writer.
   *
   * Without conditions, which batches do not have: so nobody else may write in this turn, and nothing of it may still be on
   * its way once it counts as written. A batch that was not answered is therefore not sent again: it throws, and its turn is
   * lost. `now` in milliseconds.
   */
  async write(team: TeamId, regrafts: readonly Regraft[], stamp: Stamp, now: number): Promise<void> {
    await this.#tables.write.putMany(itemsOf(team, regrafts, stamp, now));
  }

  /** Has what was written in a lost turn expire. It counts for nobody, whether it expires or not. */
  async bury(team: TeamId, regrafts: readonly Regraft[], lost: Stamp, now: number): Promise<void> {
    const expires = expiryAt(now);
    const opened = itemsOf(team, regrafts, lost, now).filter(({ turn }) => turn === lost.turn);
    await this.#tables.write.putMany(opened.map((item) => ({ ...item, to: lost.from, expires })));
  }
}

function itemsOf(team: TeamId, regrafts: readonly Regraft[], stamp: Stamp, now: number): Item[] {
  return regrafts.flatMap((regraft) => {
    const rows = rowsOf(regraft, stamp);
    const item = (pk: string, row: ChainRow | TeamRow): Item => {
      const { id, from, turn, to } = row;
      return { ...row, pk, sk: `${id}#${from}.${turn}`, ...(to !== undefined && { expires: expiryAt(now) }) };
    };
    return [
      ...rows.chains.map((row) => item(chains(team), row)),
      ...rows.teams.map((row) => item(below(team, row.ancestor), row)),
    ];
  });
}

const expiryAt = (now: number): number => Math.ceil(now / 1000) + closedKeptSeconds;

/** Whether somebody stands in a row, as the one it is about or above them. */
export function namesPerson(item: Item, id: string): boolean {
  const { id: whose, above = [] } = item as unknown as Partial<ChainRow>;
  return whose === id || above.some((each) => each.id === id);
}

/** When (ms) a row was closed; long ago where nothing says so. */
export function closedAt({ expires }: Item): number {
  return expires === undefined ? 0 : (Number(expires) - closedKeptSeconds) * 1_000;
}

function chainOf(item: Item): ChainRow {
  const { id, name, above, from, turn, to } = item as unknown as ChainRow;
  return { id, name, above, from, turn, ...(to !== undefined && { to }) };
}

const chains = (team: TeamId) => `${team}#chains`;

const below = (team: TeamId, id: string) => `${team}#below#${id}`;
