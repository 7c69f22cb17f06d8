import { createHash } from 'node:crypto';
import type { Key, Table } from '../aws/table.ts';
import { type ChannelId, channelId, type TeamId, teamId } from '../base/names.ts';
import type { ThreadRef } from './thread-log.ts';

/** Where threads wait: a channel that nobody can write to, or the whole team when the app itself was refused. */
export type Hold = { readonly team: TeamId; readonly channel: ChannelId | 'all' };

/** Why, and since when (ms). */
export type Reason = { readonly code: string; readonly since: number };

/** What to put on which room's queue to have a held thread tried again; opaque to the slack room. No room named: payments. */
export type Wake = { readonly body: string; readonly group: string; readonly room?: 'payments' | 'calls' | 'reports' };

/** Holds are spread over this many partitions of the `due` index. */
export const holdShards = ['held#0', 'held#1'] as const;

/** As many threads are woken at a time. */
const wokenAtOnce = 40;

/** A hold as people are shown it: what waits where, why, and how much. */
export type Waiting = Hold & { readonly reason: Reason; readonly threads: number };

/**
 * Threads that wait for a person: for a channel to be restored, for the app to be added, for a reinstall. One partition
 * for each hold, with the reason and a row for each thread; and one for each team, which lists its holds. The sweep tries
 * them again every hour.
 */
export class Held {
  readonly #table: Table;
  readonly #everyMs: number;

  constructor(table: Table, everyMs: number) {
    this.#table = table;
    this.#everyMs = everyMs;
  }

  /** Adds a thread to a hold. Answers the hold's own reason, which is the first that was given, and how many wait. */
  async add(hold: Hold, thread: ThreadRef, wake: Wake, why: Reason): Promise<{ reason: Reason; threads: number }> {
    const pk = partition(hold);
    await this.#table.put({ pk, sk: `thread#${thread.key}`, wake });
    await this.#insertReason(hold, why);
    return { reason: (await this.reason(hold)) ?? why, threads: await this.#waiting(hold) };
  }

  async reason(hold: Hold): Promise<Reason | undefined> {
    const item = await this.#table.get({ pk: partition(hold), sk: 'reason' });
    return item && { code: String(item['code']), since: Number(item['since']) };
  }

  /** Whether no other thread waits there. */
  async isLast(hold: Hold, thread: ThreadRef): Promise<boolean> {
    // Of two one is another.
    const rows = await this.#table.query(partition(hold), 'thread#', 2);
    return rows.every(({ sk }) => sk === `thread#${thread.key}`);
  }

  /** A held thread got through; the last one takes the hold with it. */
  async release(hold: Hold, thread: ThreadRef): Promise<void> {
    const pk = partition(hold);
    const why = await this.reason(hold);
    await this.#table.delete({ pk, sk: `thread#${thread.key}` });
    if (await this.#isWaiting(hold)) return;
    await this.#table.delete({ pk, sk: 'reason' });
    await this.#table.delete(listed(hold));
    // Another thread may have been added in between: without a reason nobody would ever wake it.
    if (why && (await this.#isWaiting(hold))) await this.#insertReason(hold, why);
  }

  /**
   * The holds of a team, the longest first. A hold that begins or ends meanwhile may be missing or still there; of one that
   * stands, nothing is.
   */
  async of(team: TeamId): Promise<Waiting[]> {
    const holds = (await this.#table.query(listOf(team))).map(({ sk }): Hold => ({ team, channel: channelIn(sk) }));
    const waiting = await Promise.all(
      holds.map(async (hold): Promise<Waiting[]> => {
        const reason = await this.reason(hold);
        return reason ? [{ ...hold, reason, threads: await this.#waiting(hold) }] : [];
      }),
    );
    return waiting.flat().sort((a, b) => a.reason.since - b.reason.since);
  }

  /** Whether the installer was told of this hold. */
  async wasTold(hold: Hold): Promise<boolean> {
    return (await this.#table.get({ pk: partition(hold), sk: 'reason' }))?.['told'] === true;
  }

  async markTold(hold: Hold): Promise<void> {
    await this.#table.update(
      { pk: partition(hold), sk: 'reason' },
      { update: 'SET told = :true', when: 'attribute_exists(pk)', values: { ':true': true } },
    );
  }

  /** The holds of one shard whose hour has come. Only wakes: may be stale. */
  async due(shard: string, now: number, limit: number): Promise<Hold[]> {
    const keys = await this.#table.due(shard, now, limit);
    return keys.flatMap(({ pk }) => holdOf(pk) ?? []);
  }

  /** What wakes each thread of a hold. */
  async wakes(hold: Hold): Promise<Wake[]> {
    const rows = await this.#table.query(partition(hold), 'thread#');
    return rows.map((row) => row['wake'] as Wake);
  }

  /**
   * Has every thread of a hold tried again, then its next hour begins. Answers how many. After days without the app thousands
   * wait: one after another they would take longer than an invocation lasts.
   */
  async wakeAll(hold: Hold, wake: (wake: Wake) => Promise<void>, now: () => number): Promise<number> {
    const wakes = await this.wakes(hold);
    for (let from = 0; from < wakes.length; from += wokenAtOnce) {
      await Promise.all(wakes.slice(from, from + wokenAtOnce).map(wake));
    }
    await this.#postpone(hold, now());
    return wakes.length;
  }

  async #postpone(hold: Hold, now: number): Promise<void> {
    await this.#table.update(
      { pk: partition(hold), sk: 'reason' },
      { update: 'SET dueAt = :next', when: 'attribute_exists(pk)', values: { ':next': now + this.#everyMs } },
    );
  }

  async #waiting(hold: Hold): Promise<number> {
    return (await this.#table.query(partition(hold), 'thread#')).length;
  }

  /** Asked by each of thousands of threads as it gets through: it reads one row, however many are left. */
  async #isWaiting(hold: Hold): Promise<boolean> {
    return (await this.#table.query(partition(hold), 'thread#', 1)).length > 0;
  }

  /** Listed first: whoever finds the reason may count on the list. */
  async #insertReason(hold: Hold, why: Reason): Promise<void> {
    const pk = partition(hold);
    await this.#table.put({ ...listed(hold) });
    await this.#table.insert({ pk, sk: 'reason', ...why, dueShard: shardOf(pk), dueAt: why.since + this.#everyMs });
  }
}

function partition({ team, channel }: Hold): string {
  return `${team}#held#${channel}`;
}

function listOf(team: TeamId): string {
  return `${team}#holds`;
}

function listed({ team, channel }: Hold): Key {
  return { pk: listOf(team), sk: channel };
}

function channelIn(text: string): Hold['channel'] {
  return text === 'all' ? 'all' : channelId(text);
}

function holdOf(pk: string): Hold | undefined {
  const [, team, channel] = /^([^#]+)#held#([^#]+)$/.exec(pk) ?? [];
  return team && channel ? { team: teamId(team), channel: channelIn(channel) } : undefined;
}

function shardOf(pk: string): string {
  const [byte = 0] = createHash('sha256').update(pk).digest();
  return holdShards[byte % holdShards.length] ?? holdShards[0];
}
