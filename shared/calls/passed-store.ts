import type { Key, Table } from '../aws/table.ts';
import type { TeamId } from '../base/names.ts';
import { leadSign, type Passed, passedId } from './passed.ts';
import { callDays, callKey, daySeconds, dueOf, type Erased } from './store.ts';

/**
 * The leads that were passed on, in the table of calls: an item for each change of owner, which is woken, waits and is told
 * like a call; and one for each lead, which says since when its present owner has it.
 */
export class PassedStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Keeps since when a lead's present owner has it. False: a later one is known, and nothing was kept. `now` in ms. */
  async supersede(team: TeamId, { leadId, at }: Pick<Passed, 'leadId' | 'at'>, now: number): Promise<boolean> {
    return this.#table.update(leadKey(team, leadId), {
      update: 'SET #since = :at, #expires = :expires',
      when: 'attribute_not_exists(#since) OR #since <= :at',
      names: { '#since': 'since', '#expires': 'expires' },
      values: { ':at': at, ':expires': expiry(now) },
    });
  }

  /** Keeps what an owner is to be told, once for each change; `dueAt` (ms) is when a sweep wakes it if it was not told by then. */
  async keep(team: TeamId, passed: Passed, times: { readonly at: number; readonly dueAt: number }): Promise<void> {
    const key = callKey(team, passedId(passed));
    const { owner } = passed;
    const due = dueOf(key, times.dueAt);
    await this.#table.insert({ ...key, passed, agent: owner.id, revision: 1, expires: expiry(times.at), ...due });
  }

  /** What the owner of a lead is to be told, by the id of the change, and whether somebody else has the lead by now. */
  async read(team: TeamId, id: string): Promise<KeptPassed | undefined> {
    const item = await this.#table.get(callKey(team, id));
    if (item?.['passed'] === undefined) return undefined;
    const { passed, revision, erased } = item as unknown as KeptPassed;
    const lead = await this.#table.get(leadKey(team, passed.leadId));
    return { passed, revision, isOver: Number(lead?.['since'] ?? 0) > passed.at, ...(erased && { erased }) };
  }
}

/** What an owner is to be told, as it is kept. `erased`: what became of its message when the lead was. */
export type KeptPassed = {
  readonly passed: Passed;
  readonly revision: number;
  readonly isOver: boolean;
  readonly erased?: Erased;
};

function leadKey(team: TeamId, leadId: string): Key {
  return { pk: `${team}#lead#${leadSign(leadId)}`, sk: 'passed' };
}

function expiry(at: number): number {
  return Math.floor(at / 1000) + callDays * daySeconds;
}
