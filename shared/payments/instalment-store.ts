import { isDeepStrictEqual } from 'node:util';
import type { Item, Key, Table } from '../aws/table.ts';
import type { Instalment } from './route.ts';
import type { ThreadPlace } from './store.ts';

/** How an instalment stands, as the learner's other payments are told. */
export type KeptInstalment = {
  readonly leadId: string;
  /** `amount` is what was paid and not given back: nothing, once it was refunded in full. */
  readonly instalment: Instalment;
  /** When it was first completed, in milliseconds. */
  readonly completedAt: number;
  /** When it came to stand so, in milliseconds: later with every change, whatever clocks say. */
  readonly at: number;
  /** The address of its thread's root, once that is posted. */
  readonly permalink: string | undefined;
  /** The learner's other threads of the plan have still to be told. */
  readonly isNews: boolean;
};

/** What is known of an instalment: `facts` counts those that say so, `now` in milliseconds. */
export type Saying = {
  readonly instalment: Instalment;
  readonly facts: number;
  readonly now: number;
  readonly permalink: string | undefined;
};

/** Several passes of one thread write at a time, at most. */
const tries = 20;

/**
 * The `LeadPartPayment` record: one item for each instalment that a learner has completed. Each account has its own,
 * so that payments of an account in test mode decide nothing for those in live mode.
 */
export class InstalmentStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** The learner's completed instalments, over all plans, in the order of completion. One refunded in full is none. */
  async completedBy(place: ThreadPlace, leadId: string): Promise<KeptInstalment[]> {
    const items = await this.#table.query(partition(place, leadId));
    return items
      .map((item) => read(item, leadId))
      .filter(({ instalment }) => instalment.amount > 0)
      .sort((a, b) => a.completedAt - b.completedAt || a.instalment.number - b.instalment.number);
  }

  /**
   * Keeps how a learner's instalment stands, and answers it as it is kept; undefined while it was never completed. The
   * facts of a thread only grow, so a pass that read fewer of them than somebody before it changes nothing.
   */
  async keep(place: ThreadPlace, leadId: string, saying: Saying): Promise<KeptInstalment | undefined> {
    const { instalment, facts, now, permalink } = saying;
    const key = keyOf(place, leadId, instalment.orderId);
    for (let attempt = 0; attempt < tries; attempt += 1) {
      const item = await this.#table.get(key);
      if (!item && instalment.amount === 0) return undefined;
      const before = item && read(item, leadId);
      if (before && (Number(item['facts']) >= facts || isDeepStrictEqual(before.instalment, instalment))) return before;

      const at = before ? Math.max(now, before.at + 1) : now;
      const written = item
        ? await this.#table.update(key, {
            update: 'SET instalment = :instalment, facts = :facts, #at = :at, isNews = :yes',
            when: 'facts = :before',
            names: { '#at': 'at' },
            values: { ':instalment': instalment, ':facts': facts, ':at': at, ':yes': true, ':before': item['facts'] },
          })
        : await this.#table.insert({ ...key, instalment, facts, at, completedAt: at, permalink, isNews: true });
      const { completedAt, permalink: link } = before ?? { completedAt: at, permalink };
      if (written) return { leadId, instalment, completedAt, at, permalink: link ?? permalink, isNews: true };
    }
    throw new Error(`Others kept changing the instalment of ${instalment.orderId}.`);
  }

  /** Keeps where an instalment is told, once for an order. */
  async link(place: ThreadPlace, { leadId, instalment }: KeptInstalment, permalink: string): Promise<void> {
    await this.#table.update(keyOf(place, leadId, instalment.orderId), {
      update: 'SET permalink = if_not_exists(permalink, :permalink)',
      values: { ':permalink': permalink },
    });
  }

  /** The learner's other threads know how it stands; if it stands otherwise by now, that has still to be told. */
  async spread(place: ThreadPlace, { leadId, instalment, at }: KeptInstalment): Promise<void> {
    await this.#table.update(keyOf(place, leadId, instalment.orderId), {
      update: 'REMOVE isNews',
      when: '#at = :at',
      names: { '#at': 'at' },
      values: { ':at': at },
    });
  }
}

function partition(place: ThreadPlace, leadId: string): string {
  return `${place.team}#${place.account}#lead#${leadId}`;
}

function keyOf(place: ThreadPlace, leadId: string, orderId: string): Key {
  return { pk: partition(place, leadId), sk: `order#${orderId}` };
}

function read(item: Item, leadId: string): KeptInstalment {
  return {
    leadId,
    instalment: item['instalment'] as Instalment,
    completedAt: Number(item['completedAt']),
    at: Number(item['at']),
    permalink: item['permalink'] as string | undefined,
    isNews: item['isNews'] === true,
  };
}
