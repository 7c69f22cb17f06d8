import type { Rate } from './pace.ts';

/** The times by which the outbox lives, in milliseconds. One scale shortens them all for tests. */
export type Times = {
  /** How old an attempt without an answer must be before its outcome is looked up. */
  readonly settleMs: number;
  /** What the Slack client gives a call, and how much more must be left before one starts. */
  readonly callMs: number;
  readonly marginMs: number;
  /** A turn that is nearer than this is waited for; a later one gives the record back to the queue. */
  readonly patienceMs: number;
  readonly post: Rate;
  readonly edit: Rate;
};

/** The times that production lives by, `scale` 1. Slack: one post a second and channel, fifty edits a minute. */
export function outboxTimes(scale: number, postIntervalMs = 1_000 * scale): Times {
  return {
    settleMs: 30_000 * scale,
    callMs: Math.max(1_000, 5_000 * scale),
    marginMs: 2_000 * scale,
    patienceMs: 2_000 * scale,
    post: { intervalMs: postIntervalMs, burst: 0 },
    edit: { intervalMs: postIntervalMs * 1.2, burst: 10 },
  };
}
