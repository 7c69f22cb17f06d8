import type { SQSRecord } from 'aws-lambda';
import type { Verdict } from '../aws/groups.ts';
import type { Queue } from '../aws/queue.ts';
import type { Clock } from '../base/clock.ts';
import { Park, Retry } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Count } from '../base/metrics.ts';
import type { Report as ReportError } from '../base/report.ts';
import type { Budget } from './outbox.ts';
import type { Report } from './pass.ts';
import type { ThreadLog, ThreadRef } from './thread-log.ts';

/** What the worker of any room stands on. */
export type Working = {
  readonly log: Pick<ThreadLog, 'fail' | 'forgive'>;
  readonly clock: Clock;
  readonly newId: () => string;
  /** What waits and limits are multiplied with, 1 live; and what an attempt at a telling needs at least, in ms. */
  readonly pacing: { readonly scale: number; readonly attemptMs: number; readonly random: () => number };
  readonly deadLetters: Pick<Queue, 'send'>;
  readonly lines: Log;
  readonly count: Count;
  readonly reportError: ReportError;
};

/** What is a room's own of the work: how its records are read, told and named. */
export type Craft<Wake> = {
  /** What a line of the log is about, and the worker in reports. */
  readonly line: string;
  readonly worker: string;
  /** Whether a record was sent when its news came in: its age is then how long people have waited for it. Not given: never. */
  readonly isNews?: (wake: Wake) => boolean;
  /** Throws `Park` for what is no record of this room. */
  readonly parse: (body: string) => Wake;
  /** Which of several wakes is told, all of one thing. */
  readonly choose: (wakes: readonly Wake[]) => Wake | undefined;
  /** What joins a line to others. */
  readonly ids: (wake: Wake) => Readonly<Record<string, string>>;
  /** The record as it is put back from the dead letters. */
  readonly record: (wake: Wake) => { readonly group: string; readonly body: string };
  /** The thread in which failures are counted. */
  readonly thread: (wake: Wake) => Promise<ThreadRef>;
  /** Done before the record goes to the dead letters. */
  readonly parking?: (wake: Wake, ref: ThreadRef, code: string) => Promise<void>;
  /** `more` is for the line. */
  readonly tell: (wake: Wake, budget: Budget) => Promise<{ readonly outcome: string; readonly more?: object }>;
};

/**
 * After so many failures in a row, and an hour of them, a person has to look: an outage of Slack's that is over within
 * the hour needs nobody. Waiting (`Retry.waiting`) does not count.
 */
const failuresBeforeParking = 8;
const failingBeforeParkingMs = 3_600_000;

/** A wait that is no longer than this, and fits into the invocation, is cheaper here than in the queue. */
const shortWaitMs = 2_000;

/** Failed attempts come back after 2, 4, 8 … seconds, five minutes at most. */
const backOffMs = (attempts: number) => Math.min(300_000, 1_000 * 2 ** attempts);

/**
 * Added at most to a wait each time that a record comes back: many that wait for one channel would otherwise all ask
 * again at its next turn, and be received a hundred times for nothing.
 */
const patienceMs = (receives: number) => Math.min(30_000, 1_000 * Math.max(0, receives - 1));

/**
 * Works records that are about one thing: one telling, one outcome for all of them. What has to wait comes back by itself;
 * what failed too often, or never can succeed, goes to the dead letters with a sentence and may be put back from there.
 */
export async function workOne<Wake>(
  records: readonly [SQSRecord, ...SQSRecord[]],
  until: number,
  craft: Craft<Wake>,
  working: Working,
): Promise<Verdict> {
  const { clock, lines, count } = working;
  const started = clock.now();
  const report: Report = { posted: 0, edited: 0, adopted: 0, doubled: 0 };
  const wakes: Wake[] = [];
  for (const record of records) {
    try {
      wakes.push(craft.parse(record.body));
    } catch (error) {
      if (!(error instanceof Park)) throw error;
      await park({ group: record.attributes.MessageGroupId ?? 'unreadable', body: record.body }, error, {}, working);
    }
  }
  const wake = craft.choose(wakes);
  if (wake === undefined) return 'done';

  const line = (outcome: string, more: object = {}) => {
    const ms = clock.now() - started;
    lines.info(craft.line, { ...craft.ids(wake), records: records.length, outcome, ...report, ms, ...more });
  };
  try {
    const told = await patiently(() => craft.tell(wake, { until, report }), until, working);
    line(told.outcome, told.more);
    if (told.outcome === 'held') count('ThreadsHeld', 1);
    if (told.outcome === 'done' && report.posted + report.edited > 0 && wakes.some((one) => craft.isNews?.(one))) {
      const sent = records.map(({ attributes }) => Number(attributes.SentTimestamp)).filter((at) => at > 0);
      if (sent.length > 0) count('ToldAfterMs', Math.max(0, clock.now() - Math.min(...sent)));
    }
    return 'done';
  } catch (error) {
    const receives = Math.max(...records.map(({ attributes }) => Number(attributes.ApproximateReceiveCount) || 1));
    return await afterFailure(wake, error, receives, line, craft, working);
  } finally {
    for (const [name, value] of Object.entries(report)) {
      if (value > 0) count(`Messages${name[0]?.toUpperCase()}${name.slice(1)}`, value);
    }
  }
}

/** Waits out what is short, here. */
async function patiently<T>(
  attempt: () => Promise<T>,
  until: number,
  { clock, pacing: { attemptMs } }: Working,
): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const waitMs = error instanceof Retry && error.waiting ? error.delayMs : undefined;
      if (waitMs === undefined || waitMs > shortWaitMs || clock.now() + waitMs + attemptMs > until) throw error;
      await clock.sleep(Math.max(1, waitMs));
    }
  }
}

async function afterFailure<Wake>(
  wake: Wake,
  error: unknown,
  receives: number,
  line: (outcome: string, more?: object) => void,
  craft: Craft<Wake>,
  working: Working,
): Promise<Verdict> {
  const { log, clock, reportError } = working;
  const { scale, random } = working.pacing;
  if (error instanceof Retry && error.waiting) {
    const delayMs = (error.delayMs ?? 0) + random() * patienceMs(receives) * scale;
    line('waiting', { why: error.message, forMs: Math.round(delayMs), receives });
    return { comeBackMs: delayMs };
  }
  const ref = await craft.thread(wake);
  const record = craft.record(wake);
  if (error instanceof Park) {
    await craft.parking?.(wake, ref, error.code);
    await park(record, error, { thread: ref.key }, working);
    await log.forgive(ref);
    line('parked', { why: error.message, code: error.code });
    return 'done';
  }
  const { cause: _cause, ...ids } = craft.ids(wake);
  reportError(error, { where: craft.worker, ...ids });
  const { attempts, since } = await log.fail(ref, clock.now());
  if (attempts < failuresBeforeParking || clock.now() - since < failingBeforeParkingMs * scale) {
    const delayMs = Math.max((error instanceof Retry && error.delayMs) || 0, backOffMs(attempts) * scale);
    line('failed', { attempts, forMs: delayMs, why: sentenceOf(error) });
    return { comeBackMs: delayMs };
  }
  const final = new Park(
    'failed-too-often',
    `It failed ${attempts} times in a row. The last time: ${sentenceOf(error)}`,
  );
  await craft.parking?.(wake, ref, final.code);
  await park(record, final, { thread: ref.key, attempts, since: new Date(since).toISOString() }, working);
  await log.forgive(ref);
  line('parked', { why: final.message, code: final.code, attempts });
  return 'done';
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The record itself, with the reason beside it: put back into the queue, it is worked like any other. */
async function park(
  record: { readonly group: string; readonly body: string },
  { code, message: why }: Park,
  more: object,
  { deadLetters, clock, newId }: Working,
): Promise<void> {
  const since = new Date(clock.now()).toISOString();
  const body = JSON.stringify({ ...readable(record.body), why, code, since, attempts: 1, ...more });
  await deadLetters.send({ body, group: record.group, dedupe: newId() });
}

function readable(body: string): object {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? parsed : { body };
  } catch {
    return { body };
  }
}
