import type { Rate } from './pace.ts';

/** The times by which the outbox lives, in milliseconds. One scale shortens them all for tests. */
export type Times = {
  readonly scale: number;
  /** How old an attempt without an answer must be before its outcome is looked up. */
  readonly settleMs: number;
  /** What the Slack client gives a call, and how much more must be left before one starts. */
  readonly callMs: number;
  readonly marginMs: number;
  /** A turn that is nearer than this is waited for; a later one gives the record back to the queue. */
  readonly patienceMs: number;
  /** How often a held thread is tried again. */
  readonly heldMs: number;
  readonly post: Rate;
  readonly edit: Rate;
  /** Look-ups keep no pace of their own; the lane only remembers what Slack asked for. */
  readonly lookUp: Rate;
};

/**
 * The times that production lives by: Slack takes about one post a second and channel, and fifty edits a minute.
 * `TIME_SCALE` (1 if absent) shortens them all, `SLACK_POST_INTERVAL_MS` sets the pace alone. A call keeps a second at
 * least: a busy laptop is not a Slack that does not answer. https://docs.slack.dev/apis/web-api/rate-limits
 */
export function outboxTimes(environment: NodeJS.ProcessEnv): Times {
  const scale = Number(environment['TIME_SCALE'] ?? 1);
  const intervalMs = Number(environment['SLACK_POST_INTERVAL_MS'] ?? 1_000 * scale);
  return {
    scale,
    settleMs: 30_000 * scale,
    callMs: Math.max(1_000, 5_000 * scale),
    marginMs: 2_000 * scale,
    patienceMs: 2_000 * scale,
    heldMs: 3_600_000 * scale,
    post: { intervalMs, burst: 0 },
    edit: { intervalMs: intervalMs * 1.2, burst: 10 },
    lookUp: { intervalMs: 0, burst: 0 },
  };
}

/**
 * When an invocation that began at `now` must have made its last call, given what Lambda says remains. Scaled like the
 * lease that rests on it, and never so short that no call fits in.
 */
export function invocationEnd(times: Times, now: number, remainingMs: number): number {
  const scaled = Math.max(remainingMs * times.scale, 4 * (times.callMs + times.marginMs));
  return now + Math.min(scaled, remainingMs - Math.min(500, remainingMs / 10));
}
