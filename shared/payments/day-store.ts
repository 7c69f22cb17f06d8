import { isDeepStrictEqual } from 'node:util';
import type { Item, Key, Table } from '../aws/table.ts';
import type { TeamId } from '../base/names.ts';
import type { Destination } from '../slack/thread-log.ts';
import type { Case } from './dimension.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Summary } from './message.ts';
import { expiry, type ThreadPlace } from './store.ts';

/** A thread that was routed: what it was routed by, and where it went. */
export type Routed = {
  readonly account: string;
  /** The key of the thread: the id that its payment was first met by. */
  readonly thread: string;
  readonly payment: Case;
  readonly destination: Destination;
};

/** How a payment stands, for a list of many. `received`: what came in and was not given back, in the smallest unit. */
export type Shown = Summary & {
  readonly standing: Lifecycle['standing'];
  readonly received: number;
  readonly currency: string;
};

/** A payment of a day: `since` is when it was first told (ms). */
export type DayPayment = Shown & { readonly account: string; readonly thread: string; readonly since: number };

/** A thread, the moment it was first told (ms), by which it has its day, and how many facts are known of it. */
export type Seen = { readonly thread: string; readonly since: number; readonly facts: number };

const dayMs = 86_400_000;
const indiaMs = 5.5 * 3_600_000;

/** The day in India at `at` (ms), `2026-11-20`. */
function dayInIndia(at: number): string {
  return new Date(at + indiaMs).toISOString().slice(0, 10);
}

/** The last `count` days in India, today first. */
export function lastDays(count: number, now: number): string[] {
  return Array.from({ length: count }, (_, ago) => dayInIndia(now - ago * dayMs));
}

/**
 * The threads of each day, in the table of payments: a partition for each team and day in India with an item for each
 * thread, kept as long as its facts. A thread has the day on which it was first told, which nothing changes.
 */
export class DayStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /**
   * Keeps how a thread is routed, and how it stands: written before the thread is, and perhaps more than once. Facts only
   * grow, so who knew fewer of them than somebody before changes nothing; otherwise the last one stays.
   */
  async record(
    place: ThreadPlace,
    seen: Seen,
    routed: Pick<Routed, 'payment' | 'destination'>,
    shown: Shown,
  ): Promise<void> {
    await this.#write(place, seen, { ...routed, shown });
  }

  /** Keeps how a thread stands, if that is news: one read where it is none. */
  async follow(place: ThreadPlace, seen: Seen, shown: Shown): Promise<void> {
    const kept = await this.#table.get(keyOf(place, seen));
    if (!isDeepStrictEqual(kept?.['shown'], shown)) await this.#write(place, seen, { shown });
  }

  /** The thread tells nothing any more: its payment is told in another. Stays so, whatever is written later. */
  async join(place: ThreadPlace, { thread, since }: Pick<Seen, 'thread' | 'since'>): Promise<void> {
    await this.#table.update(keyOf(place, { thread, since }), {
      update: 'SET joined = :yes, expires = :expires',
      values: { ':yes': true, ':expires': expiry(since) },
    });
  }

  /** The threads of one day that were routed, `limit` at most. */
  async of(team: TeamId, day: string, limit: number): Promise<Routed[]> {
    const items = await this.#table.query(partition(team, day), '', limit);
    return items.flatMap((item) => {
      const { payment, destination } = item;
      return payment === undefined
        ? []
        : [{ ...nameOf(item), payment: payment as Case, destination: destination as Destination }];
    });
  }

  /** The payments of one day, the newest first; of `limit` threads at most. */
  async payments(team: TeamId, day: string, limit: number): Promise<DayPayment[]> {
    const items = await this.#table.query(partition(team, day), '', limit);
    return items
      .filter(({ shown, joined }) => shown !== undefined && joined !== true)
      .map((item) => ({ ...(item['shown'] as Shown), ...nameOf(item), since: Number(item['since']) }))
      .sort((a, b) => b.since - a.since || (a.thread < b.thread ? -1 : 1));
  }

  async #write(
    place: ThreadPlace,
    seen: Seen,
    { payment, destination, shown }: Partial<Routed> & { readonly shown: Shown },
  ): Promise<void> {
    const routed = payment && destination;
    await this.#table.update(keyOf(place, seen), {
      update: `SET shown = :shown, facts = :facts, since = :since, expires = :expires${
        routed ? ', payment = :payment, destination = :destination' : ''
      }`,
      when: 'attribute_not_exists(facts) OR facts <= :facts',
      values: {
        ':shown': shown,
        ':facts': seen.facts,
        ':since': seen.since,
        ':expires': expiry(seen.since),
        ...(routed && { ':payment': payment, ':destination': destination }),
      },
    });
  }
}

function partition(team: TeamId, day: string): string {
  return `${team}##day#${day}`;
}

function keyOf({ team, account }: ThreadPlace, { thread, since }: Pick<Seen, 'thread' | 'since'>): Key {
  return { pk: partition(team, dayInIndia(since)), sk: `${account}#${thread}` };
}

function nameOf({ sk }: Item): Pick<Routed, 'account' | 'thread'> {
  const [account = '', ...thread] = sk.split('#');
  return { account, thread: thread.join('#') };
}
