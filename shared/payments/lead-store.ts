import { isDeepStrictEqual } from 'node:util';
import type { Item, Key, Table } from '../aws/table.ts';
import { type TeamId, teamId } from '../base/names.ts';
import { expiry, shardOf } from './store.ts';

/** What a company says of a lead: the name, and who looks after it. */
export type LeadSaid = {
  readonly name: string;
  readonly owner: { readonly id: string; readonly name: string } | null;
};

/** What was said of a lead last. `at` (ms) is when this owner was named: later with every change, whatever clocks say. */
export type Lead = LeadSaid & {
  readonly at: number;
  /** Who looked after it before, as far as somebody said so here. */
  readonly former: LeadSaid['owner'];
  /** How far the lead is passed on to its owner; absent once its threads and the owner know. */
  readonly passing: Passing | undefined;
};

/** How far a lead is passed on: its payments are gone through in the order of their rows. */
export type Passing = {
  /** The last row that was; empty at the beginning. */
  readonly after: string;
  /** What was found open, the first few of it; `more` counts the rest. */
  readonly open: readonly OpenPayment[];
  readonly more: number;
  /** Who looked after one of its payments until then: the checkout may have said so, or somebody took it over. */
  readonly named: LeadSaid['owner'];
};

/** A payment that is under way, as its new owner is told of it. */
export type OpenPayment = {
  readonly account: string;
  readonly thread: string;
  /** Unix seconds. */
  readonly since: number;
  /** In words, as the first line of its thread has it. */
  readonly state: string;
  readonly amount: string;
  readonly course: string;
  /** Where it is told; absent before it is in Slack. */
  readonly link?: string;
};

/** A lead that nobody else wakes, and where it is. */
export type DueLead = { readonly key: Key; readonly team: TeamId; readonly leadId: string };

/** Leads that are being passed on are spread over these partitions of the `due` index. */
export const leadShards = ['leads#0', 'leads#1'] as const;

/** A payment of a lead that was announced under an order, and has a thread. `plan` is the course of an instalment. */
export type LeadPayment = { readonly account: string; readonly orderId: string; readonly plan: string | undefined };

/** Others keep changing the record; the caller sends its word again. */
const tries = 20;

/**
 * What a team said of its leads, and under which orders each of them pays. A lead belongs to the team, its payments lie
 * under accounts. An account's name is never empty, so that no partition of payments begins as these do.
 *
 * Whoever adds a payment and then reads the lead, while another writes the lead and then lists its payments, can be sure
 * that one of the two sees what the other wrote, however their steps interleave: both reads are consistent.
 */
export class LeadStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** What was said of a lead last, or undefined: nobody ever did. */
  async lead(team: TeamId, leadId: string): Promise<Lead | undefined> {
    return readLead(await this.#table.get(recordKey(team, leadId)));
  }

  /**
   * Keeps what is said of a lead, and answers it as it is kept. The same owner again keeps its time; with another the lead is
   * to be passed on, which is noted in the same write: from `dueAt` (ms) a sweep wakes it. Two at once are put in an
   * order: each write is on the condition that nobody named another owner since the record was read.
   */
  async say(
    team: TeamId,
    leadId: string,
    said: LeadSaid,
    { at, dueAt }: { readonly at: number; readonly dueAt: number },
  ): Promise<Lead> {
    const key = recordKey(team, leadId);
    const { name, owner } = said;
    const due = { dueShard: shardOf(leadId, leadShards), dueAt };
    for (let attempt = 0; attempt < tries; attempt += 1) {
      const before = await this.lead(team, leadId);
      if (!before) {
        const lead = { name, owner, at, former: null, passing: begun };
        if (await this.#table.insert({ ...key, ...lead, ...due })) return lead;
      } else if (isDeepStrictEqual(owner, before.owner)) {
        const lead = { ...before, name };
        if (name === before.name || (await this.#rename(key, lead))) return lead;
      } else {
        const lead = { name, owner, at: Math.max(at, before.at + 1), former: before.owner, passing: begun };
        if (await this.#pass(key, lead, before.at, due)) return lead;
      }
    }
    throw new Error(`Others kept changing the lead ${leadId}.`);
  }

  /** Keeps how far a lead is passed on. False: another owner was named since `lead` was read, or somebody else goes on. */
  async advance(team: TeamId, leadId: string, { at, passing }: Lead, to: Passing): Promise<boolean> {
    return this.#table.update(recordKey(team, leadId), {
      update: 'SET #passing = :to',
      when: '#at = :at AND #passing.#after = :after',
      names: { '#at': 'at', '#passing': 'passing', '#after': 'after' },
      values: { ':to': to, ':at': at, ':after': passing?.after ?? '' },
    });
  }

  /** The lead's threads and its owner of that time know: nothing is left to be done for that change. */
  async passed(team: TeamId, leadId: string, at: number): Promise<void> {
    await this.#table.update(recordKey(team, leadId), {
      update: 'REMOVE #passing, dueShard, dueAt',
      when: '#at = :at',
      names: { '#at': 'at', '#passing': 'passing' },
      values: { ':at': at },
    });
  }

  /** Leads of one shard that became due before `now` (ms). Only wakes: may be stale. */
  async due(shard: string, now: number, limit: number): Promise<DueLead[]> {
    const keys = await this.#table.due(shard, now, limit);
    return keys.map((key) => {
      const [team = '', ...leadId] = key.pk.split('##lead#');
      return { key, team: teamId(team), leadId: leadId.join('##lead#') };
    });
  }

  /** A lead was woken: it is due again at `until` (ms), unless it is passed on before. */
  async postpone({ key }: DueLead, until: number): Promise<void> {
    await this.#table.update(key, {
      update: 'SET dueAt = :until',
      when: 'attribute_exists(dueShard)',
      values: { ':until': until },
    });
  }

  /** Keeps that a lead pays under an order, as long as the facts of that payment. */
  async addPayment(team: TeamId, leadId: string, payment: LeadPayment, at: number): Promise<void> {
    const sk = `thread#${payment.account}#${payment.orderId}`;
    await this.#table.insert({ pk: leadPartition(team, leadId), sk, plan: payment.plan, expires: expiry(at) });
  }

  /** Every payment of a lead, over all accounts. */
  async paymentsOf(team: TeamId, leadId: string): Promise<LeadPayment[]> {
    const items = await this.#table.query(leadPartition(team, leadId), 'thread#');
    return items.map(readPayment);
  }

  /** The payments of a lead behind the row `after`, a page at a time, each with its row. */
  async *paymentsAfter(
    team: TeamId,
    leadId: string,
    after: string,
  ): AsyncGenerator<readonly (LeadPayment & { readonly row: string })[]> {
    const pages = this.#table.pages(leadPartition(team, leadId), 'thread#', after === '' ? undefined : after);
    for await (const page of pages) yield page.map((item) => ({ ...readPayment(item), row: item.sk }));
  }

  #rename(key: Key, { name, at }: Lead): Promise<boolean> {
    return this.#table.update(key, {
      update: 'SET #name = :name',
      when: '#at = :at',
      names: { '#name': 'name', '#at': 'at' },
      values: { ':name': name, ':at': at },
    });
  }

  #pass(
    key: Key,
    { name, owner, at, former, passing }: Lead,
    before: number,
    { dueShard, dueAt }: { readonly dueShard: string; readonly dueAt: number },
  ): Promise<boolean> {
    return this.#table.update(key, {
      update:
        'SET #name = :name, #owner = :owner, #at = :at, former = :former, #passing = :passing, dueShard = :shard, dueAt = :due',
      when: '#at = :before',
      names: { '#name': 'name', '#owner': 'owner', '#at': 'at', '#passing': 'passing' },
      values: {
        ':name': name,
        ':owner': owner,
        ':at': at,
        ':former': former,
        ':passing': passing,
        ':shard': dueShard,
        ':due': dueAt,
        ':before': before,
      },
    });
  }
}

/** A lead that is to be passed on, and of which nothing is done yet. */
const begun: Passing = { after: '', open: [], more: 0, named: null };

/** The partition of what is kept of a lead. */
export function leadPartition(team: TeamId, leadId: string): string {
  return `${team}##lead#${leadId}`;
}

function recordKey(team: TeamId, leadId: string): Key {
  return { pk: leadPartition(team, leadId), sk: 'owner' };
}

function readLead(item: Item | undefined): Lead | undefined {
  return (
    item && {
      name: String(item['name']),
      owner: item['owner'] as Lead['owner'],
      at: Number(item['at']),
      former: (item['former'] ?? null) as Lead['owner'],
      passing: item['passing'] as Passing | undefined,
    }
  );
}

/** Neither an account's name nor an order's id holds a `#`. */
function readPayment(item: Item): LeadPayment {
  const [, account = '', orderId = ''] = item.sk.split('#');
  return { account, orderId, plan: item['plan'] as string | undefined };
}
