import type { Table } from '../aws/table.ts';
import type { TeamId } from '../base/names.ts';
import type { Initiated } from './lifecycle.ts';

/** An order that War Room made, and the payment that it was made for. */
export type Creation = { readonly account: string; readonly initiated: Initiated };

/** How long an `Idempotency-Key` is remembered at least, in days. DynamoDB takes the item away some time later. */
export const keyDays = 7;

/**
 * The orders that War Room made, by the caller's `Idempotency-Key`. The first that is kept under a key stands: whoever
 * made another one meanwhile (a second request at once, a repetition of one whose answer was lost) gets the first.
 */
export class CreationStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** What was made with this key; undefined when nothing was. */
  async made(team: TeamId, key: string): Promise<Creation | undefined> {
    const item = await this.#table.get(keyOf(team, key));
    return item && { account: String(item['account']), initiated: item['initiated'] as Initiated };
  }

  /** Keeps an order under a key, unless there is one; answers the one that is kept. `at` in milliseconds. */
  async keep(team: TeamId, key: string, made: Creation, at: number): Promise<Creation> {
    const expires = Math.floor(at / 1000) + keyDays * 86_400;
    if (await this.#table.insert({ ...keyOf(team, key), ...made, at, expires })) return made;
    const first = await this.made(team, key);
    if (!first) throw new Error('An order was kept under this key and then was not.');
    return first;
  }
}

/** No account's name is empty, so that no partition of one begins like this. */
function keyOf(team: TeamId, key: string) {
  return { pk: `${team}##create#${key}`, sk: 'order' };
}
