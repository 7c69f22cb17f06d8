import { createHash } from 'node:crypto';
import type { Table } from '../aws/table.ts';
import { type TeamId, teamId, type UserId, userId } from '../base/names.ts';
import type { Purpose } from './outcome.ts';

/** What was begun here and goes by way of Slack. */
export type Begun = {
  readonly purpose: Purpose;
  /** Where it has to end: a workspace, and a person in it, if they are known already. */
  readonly team?: TeamId | undefined;
  readonly user?: UserId | undefined;
  /** What the id_token of a sign-in has to repeat. */
  readonly nonce?: string | undefined;
};

/** What came back with a state. `gone` is used, expired or invented: nobody can tell which. */
export type Taken = Begun | 'gone' | 'other-browser';

/** How long the way to Slack and back may take, in milliseconds: as long as a code of Slack's lives. */
const lifeMs = 10 * 60_000;

/**
 * States of round trips to Slack: each is known here until it is used, once, by the browser that began it. Kept under their
 * hashes, so that who reads the table cannot use them; they belong to no team, since none is known yet.
 */
export class States {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Keeps what was begun by `browser` under `state`, which nobody can guess. `now` in milliseconds. */
  async begin(state: string, browser: string, begun: Begun, now: number): Promise<void> {
    const endsAt = now + lifeMs;
    const isNew = await this.#table.insert({
      ...key(state),
      ...begun,
      browser: digest(browser),
      endsAt,
      expires: Math.ceil(endsAt / 1000),
    });
    if (!isNew) throw new Error('A state was made twice: the source of randomness is broken.');
  }

  /**
   * Uses `state` up. Only the browser that began it can do so; in another one it stays as it is, so that nobody can spoil it.
   * DynamoDB removes what has expired days later, so its time is looked at here.
   */
  async take(state: string, browser: string | undefined, purposes: readonly Purpose[], now: number): Promise<Taken> {
    if (browser === undefined) return this.#stranger(state, now);
    const item = await this.#table.take(key(state), {
      when: 'browser = :browser AND :now < endsAt',
      values: { ':browser': digest(browser), ':now': now },
    });
    if (!item) return this.#stranger(state, now);
    const { purpose, team, user, nonce } = item as Readonly<Record<string, string | undefined>>;
    const begun: Begun = {
      purpose: purpose as Purpose,
      team: team === undefined ? undefined : teamId(team),
      user: user === undefined ? undefined : userId(user),
      nonce,
    };
    return purposes.includes(begun.purpose) ? begun : 'gone';
  }

  async #stranger(state: string, now: number): Promise<'gone' | 'other-browser'> {
    const item = await this.#table.get(key(state));
    return item !== undefined && now < Number(item['endsAt']) ? 'other-browser' : 'gone';
  }
}

function key(state: string) {
  return { pk: `state#${digest(state)}`, sk: 'state' };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
