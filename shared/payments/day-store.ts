import type { Table } from '../aws/table.ts';
import type { TeamId } from '../base/names.ts';
import type { Destination } from '../slack/thread-log.ts';
import type { Case } from './dimension.ts';
import { expiry } from './store.ts';

/** A thread that was routed: what it was routed by, and where it went. */
export type Routed = {
  readonly account: string;
  /** The key of the thread: the id that its payment was first met by. */
  readonly thread: string;
  readonly payment: Case;
  readonly destination: Destination;
};

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
 * thread, kept as long as its facts.
 */
export class DayStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /**
   * Keeps how a thread was routed, under the day on which its payment was first heard of (`heardAt`, ms): written before
   * the thread is, and perhaps more than once, so the same each time. The last one stays.
   */
  async record(team: TeamId, { account, thread, payment, destination }: Routed, heardAt: number): Promise<void> {
    await this.#table.put({
      pk: partition(team, dayInIndia(heardAt)),
      sk: `${account}#${thread}`,
      payment,
      destination,
      expires: expiry(heardAt),
    });
  }

  /** The threads of one day, `limit` at most. */
  async of(team: TeamId, day: string, limit: number): Promise<Routed[]> {
    const items = await this.#table.query(partition(team, day), '', limit);
    return items.map(({ sk, payment, destination }) => {
      const [account = '', ...thread] = sk.split('#');
      return { account, thread: thread.join('#'), payment: payment as Case, destination: destination as Destination };
    });
  }
}

function partition(team: TeamId, day: string): string {
  return `${team}##day#${day}`;
}
