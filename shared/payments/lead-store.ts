import { isDeepStrictEqual } from 'node:util';
import type { Item, Table } from '../aws/table.ts';
import type { TeamId } from '../base/names.ts';
import { expiry } from './store.ts';

/** What a company says of a lead: the name, and who looks after it. */
export type LeadSaid = {
  readonly name: string;
  readonly owner: { readonly id: string; readonly name: string } | null;
};

/** What was said of a lead last. `at` (ms) is when this owner was named: later with every change, whatever clocks say. */
export type Lead = LeadSaid & { readonly at: number };

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
   * Keeps what is said of a lead, and answers it as it is kept. The same owner again keeps its time. Two at once are
   * put in an order: each write is on the condition that nobody named another owner since the record was read.
   */
  async say(team: TeamId, leadId: string, said: LeadSaid, now: number): Promise<Lead> {
    const key = recordKey(team, leadId);
    for (let attempt = 0; attempt < tries; attempt += 1) {
      const before = await this.lead(team, leadId);
      if (before && isDeepStrictEqual({ ...said, at: before.at }, before)) return before;
      const lead = { ...said, at: timeOf(said, before, now) };
      const written = before
        ? await this.#table.update(key, {
            update: 'SET #name = :name, #owner = :owner, #at = :at',
            when: '#at = :before',
            names: { '#name': 'name', '#owner': 'owner', '#at': 'at' },
            values: { ':name': lead.name, ':owner': lead.owner, ':at': lead.at, ':before': before.at },
          })
        : await this.#table.insert({ ...key, ...lead });
      if (written) return lead;
    }
    throw new Error(`Others kept changing the lead ${leadId}.`);
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
}

function timeOf(said: LeadSaid, before: Lead | undefined, now: number): number {
  if (!before) return now;
  return isDeepStrictEqual(said.owner, before.owner) ? before.at : Math.max(now, before.at + 1);
}

/** The partition of what is kept of a lead. */
export function leadPartition(team: TeamId, leadId: string): string {
  return `${team}##lead#${leadId}`;
}

function recordKey(team: TeamId, leadId: string) {
  return { pk: leadPartition(team, leadId), sk: 'owner' };
}

function readLead(item: Item | undefined): Lead | undefined {
  return item && { name: String(item['name']), owner: item['owner'] as Lead['owner'], at: Number(item['at']) };
}

/** Neither an account's name nor an order's id holds a `#`. */
function readPayment(item: Item): LeadPayment {
  const [, account = '', orderId = ''] = item.sk.split('#');
  return { account, orderId, plan: item['plan'] as string | undefined };
}
