import type { Table } from '../aws/table.ts';
import { Retry } from '../base/errors.ts';
import type { ChannelId, TeamId } from '../base/names.ts';

/** Who has to keep a pace: posts have a lane for each channel; posts, edits and look-ups one each for the workspace. */
export type Lane =
  | { readonly team: TeamId; readonly channel: ChannelId }
  | { readonly team: TeamId; readonly method: 'post' | 'edit' | 'lookUp' };

/** Milliseconds from one call to the next, and how far ahead of that a burst may run. */
export type Rate = { readonly intervalMs: number; readonly burst: number };

/** Who goes first where several want the same lane. What the ops channel is told goes with payments. */
export type PaceClass = 'payments' | 'calls' | 'reports';

/**
 * What a class may do that has others before it. `burst`: as much of a lane's burst it may use. `oneIn`: where others fill a
 * lane, one call in so many is its own. `behind`: so many patiences it waits longer once Slack asked a workspace to wait.
 */
const manners = {
  calls: { burst: 1 / 2, oneIn: 8, behind: 1 },
  reports: { burst: 0, oneIn: 16, behind: 2 },
} as const;

/** What is asked of a lane. `patienceMs`: a turn that is nearer is waited for. */
export type Asking = {
  readonly count: number;
  readonly now: number;
  readonly patienceMs: number;
  /** Absent: nobody goes before it. */
  readonly as?: PaceClass | undefined;
};

/** `count`: as many calls were reserved; a class that has others before it is given few at a time. */
type Reserved =
  | { readonly granted: true; readonly count: number; readonly waitMs: number }
  | { readonly granted: false; readonly waitMs: number };

/** A lane as it is kept, in milliseconds; 0 where nothing is. */
type Kept = {
  /** When the next call may start. */
  readonly next: number;
  /** Until when Slack said to wait. */
  readonly closed: number;
  /** When each of these classes has a call of its own again, whoever is before it. */
  readonly calls: number;
  readonly reports: number;
};

/**
 * The pace of calls, shared by all workers: one item for each lane holds when the next call may start, moved on by a
 * conditional write. https://docs.slack.dev/apis/web-api/rate-limits
 *
 * Payments go before calls, calls before reports. A class that has others before it takes a turn only where nobody waits, and
 * takes few calls at once: so few that a payment, which is patient for a moment, still finds its turn near and is never sent
 * away on their account. It would wait for ever behind a backlog of payments; so one call in so many is its own: it starts at
 * once, and those before it wait for as much as it took.
 */
export class Pace {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /**
   * Reserves calls and answers how long to wait (ms) before the first of them; where that would be longer than
   * `patienceMs` nothing is granted or reserved.
   */
  async reserve(lane: Lane, rate: Rate, asking: Asking): Promise<Reserved> {
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const kept = await this.#read(lane);
      const { reserved, move } = turnIn(kept, rate, asking);
      if (!move || (await this.#move(lane, kept, move))) return reserved;
    }
    throw Retry.waiting('Too many workers ask for the same turn in Slack.', rate.intervalMs * 10 + 100);
  }

  /** How long (ms) this lane has to wait, without taking a turn: for a lane that only Slack's answers hold up. */
  async waitMs(lane: Lane, rate: Rate, { now, patienceMs, as }: Omit<Asking, 'count'>): Promise<number> {
    const { next } = await this.#read(lane);
    const behindMs = as === undefined || as === 'payments' ? 0 : manners[as].behind * patienceMs;
    return next === 0 ? 0 : Math.max(0, next + behindMs - now - rate.burst * rate.intervalMs);
  }

  /** Slack said to wait: nobody calls in this lane before `until` (ms), whatever burst its rate allows. */
  async defer(lane: Lane, until: number, rate: Rate): Promise<void> {
    const next = until + rate.burst * rate.intervalMs;
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const kept = await this.#read(lane);
      if (kept.closed >= until) return;
      if (await this.#move(lane, kept, { next: Math.max(next, kept.next + 1), closed: until })) return;
    }
  }

  async #read(lane: Lane): Promise<Kept> {
    const item = await this.#table.get(key(lane));
    const time = (name: keyof Kept) => Number(item?.[name] ?? 0);
    return { next: time('next'), closed: time('closed'), calls: time('calls'), reports: time('reports') };
  }

  /** Every move changes `next`: whoever finds that as it was read knows the rest as well. */
  #move(lane: Lane, { next: from }: Kept, move: Move): Promise<boolean> {
    const set = { ...move, expires: Math.ceil(move.next / 1000) + 86_400 };
    const names = Object.keys(set);
    return this.#table.update(key(lane), {
      update: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
      when: from === 0 ? 'attribute_not_exists(#next)' : '#next = :from',
      names: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      values: {
        ...Object.fromEntries(Object.entries(set).map(([name, value]) => [`:${name}`, value])),
        ...(from > 0 && { ':from': from }),
      },
    });
  }
}

/** What of a lane is written: when the next call may start, and what else is new. */
type Move = Pick<Kept, 'next'> & Partial<Kept>;

function turnIn(
  kept: Kept,
  { intervalMs, burst }: Rate,
  { count, now, patienceMs, as = 'payments' }: Asking,
): { readonly reserved: Reserved; readonly move?: Move } {
  const ahead = kept.next - now;
  const after = (calls: number) => Math.max(kept.next, now) + calls * intervalMs;
  if (as === 'payments') {
    const waitMs = Math.max(0, ahead - burst * intervalMs);
    if (waitMs > patienceMs) return { reserved: { granted: false, waitMs } };
    return { reserved: { granted: true, count, waitMs }, move: { next: after(count) } };
  }
  const { burst: share, oneIn } = manners[as];
  // Calls that had a turn a moment ago have others that wait, or had to: what is free is theirs.
  const isTheirsForMs = as === 'reports' ? kept.calls - now : 0;
  const freeInMs = Math.max(ahead - share * burst * intervalMs, isTheirsForMs);
  const ownInMs = Math.max(kept[as], kept.closed) - now;
  if (freeInMs > 0 && ownInMs > 0) return { reserved: { granted: false, waitMs: Math.min(freeInMs, ownInMs) } };
  const few = Math.min(count, fewAtOnce(intervalMs, patienceMs));
  return {
    reserved: { granted: true, count: few, waitMs: 0 },
    move: { next: after(few), [as]: now + few * oneIn * intervalMs },
  };
}

/** So many calls that a lane is not beyond a payment's patience once each class that goes after it has taken as many. */
function fewAtOnce(intervalMs: number, patienceMs: number): number {
  return Math.max(1, Math.floor(patienceMs / Object.keys(manners).length / intervalMs));
}

function key(lane: Lane) {
  return { pk: `${lane.team}#pace#${'channel' in lane ? lane.channel : lane.method}`, sk: 'pace' };
}
