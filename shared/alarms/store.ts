import type { Item, Table } from '../aws/table.ts';
import type { TeamId } from '../base/names.ts';
import type { Change } from './change.ts';

/** So long after a change nobody asks what became of it (seconds). */
const keptSeconds = 90 * 86_400;

/** Every change of every alarm, as it was heard, for the team that runs this stage. */
export class ChangeStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Keeps a change, once, however often it is heard. */
  async record(team: TeamId, { alarm, state, at, impact, remedy }: Change): Promise<void> {
    const sk = `${prefix(alarm)}${new Date(at).toISOString()}#${state}`;
    const expires = Math.floor(at / 1_000) + keptSeconds;
    await this.#table.insert({ pk: team, sk, alarm, state, at, impact, remedy, expires });
  }

  async of(team: TeamId, alarm: string): Promise<Change[]> {
    return (await this.#table.query(team, prefix(alarm))).map(changeOf);
  }
}

function prefix(alarm: string): string {
  return `alarm#${alarm}#`;
}

function changeOf({ alarm, state, at, impact, remedy }: Item): Change {
  return {
    alarm: String(alarm),
    state: state === 'rings' ? 'rings' : 'over',
    at: Number(at),
    impact: String(impact),
    remedy: String(remedy),
  };
}
