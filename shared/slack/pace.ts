import type { Table } from '../aws/table.ts';
import { Retry } from '../base/errors.ts';
import type { ChannelId, TeamId } from '../base/names.ts';

/** Who has to keep a pace: posts have a lane for each channel; posts, edits and look-ups one each for the workspace. */
export type Lane =
  | { readonly team: TeamId; readonly channel: ChannelId }
  | { readonly team: TeamId; readonly method: 'post' | 'edit' | 'lookUp' };

/** Milliseconds from one call to the next, and how far ahead of that a burst may run. */
export type Rate = { readonly intervalMs: number; readonly burst: number };

/**
 * The pace of calls, shared by all workers: one item for each lane holds when the next call may start, moved on by a
 * conditional write. https://docs.slack.dev/apis/web-api/rate-limits
 */
export class Pace {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /**
   * Reserves `count` calls and answers how long to wait (ms) before the first of them; where that would be longer than
   * `patienceMs` nothing is granted or reserved.
   */
  async reserve(
    lane: Lane,
    count: number,
    rate: Rate,
    now: number,
    patienceMs: number,
  ): Promise<{ readonly granted: boolean; readonly waitMs: number }> {
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const next = await this.#next(lane);
      const waitMs = Math.max(0, next - now - rate.burst * rate.intervalMs);
      if (waitMs > patienceMs) return { granted: false, waitMs };
      if (await this.#move(lane, next, Math.max(next, now) + count * rate.intervalMs)) return { granted: true, waitMs };
    }
    throw Retry.waiting('Too many workers ask for the same turn in Slack.', rate.intervalMs * 10 + 100);
  }

  /** How long (ms) this lane has to wait, without taking a turn: for a lane that only Slack's answers hold up. */
  async waitMs(lane: Lane, rate: Rate, now: number): Promise<number> {
    return Math.max(0, (await this.#next(lane)) - now - rate.burst * rate.intervalMs);
  }

  /** Slack said to wait: nobody calls in this lane before `until` (ms), whatever burst its rate allows. */
  async defer(lane: Lane, until: number, rate: Rate): Promise<void> {
    const behindBurst = until + rate.burst * rate.intervalMs;
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const next = await this.#next(lane);
      if (next >= behindBurst || (await this.#move(lane, next, behindBurst))) return;
    }
  }

  async #next(lane: Lane): Promise<number> {
    const item = await this.#table.get(key(lane));
    return Number(item?.['next'] ?? 0);
  }

  #move(lane: Lane, from: number, to: number): Promise<boolean> {
    return this.#table.update(key(lane), {
      update: 'SET #next = :to, #expires = :expires',
      when: from === 0 ? 'attribute_not_exists(#next)' : '#next = :from',
      names: { '#next': 'next', '#expires': 'expires' },
      values: { ':to': to, ':expires': Math.ceil(to / 1000) + 86_400, ...(from > 0 && { ':from': from }) },
    });
  }
}

function key(lane: Lane) {
  return { pk: `${lane.team}#pace#${'channel' in lane ? lane.channel : lane.method}`, sk: 'pace' };
}
