import type { Key, Table } from '../aws/table.ts';
import type { TeamId } from '../base/names.ts';
import type { Trouble } from './summary.ts';

/** What keeps a team's invitations from going out, and until when (ms) nobody is asked. */
export type KeptTrouble = Trouble & {
  readonly pausedUntil: number;
  /** It was told as it stands. */
  readonly isTold: boolean;
};

/** The one trouble of each team, if there is one. */
export class TroubleStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async read(team: TeamId): Promise<KeptTrouble | undefined> {
    const item = await this.#table.get(keyOf(team));
    return item?.['trouble'] as KeptTrouble | undefined;
  }

  async keep(team: TeamId, trouble: KeptTrouble): Promise<void> {
    await this.#table.put({ ...keyOf(team), trouble });
  }

  /** It is over, and was told. */
  async forget(team: TeamId): Promise<void> {
    await this.#table.delete(keyOf(team));
  }
}

function keyOf(team: TeamId): Key {
  return { pk: `${team}#trouble`, sk: 'trouble' };
}
