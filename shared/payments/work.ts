import type { SQSRecord } from 'aws-lambda';
import type { Verdict } from '../aws/groups.ts';
import type { Queue } from '../aws/queue.ts';
import { Park, Retry } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Count } from '../base/metrics.ts';
import type { Report as ReportError } from '../base/report.ts';
import type { Report } from '../slack/pass.ts';
import { recordName } from './parked-record.ts';
import { type TellDependencies, tell, threadRef } from './tell.ts';
import { message, parseWake, type Wake } from './wake.ts';

export type WorkDependencies = {
  readonly tell: TellDependencies;
  /** What waits and limits are multiplied with, 1 live; and what an attempt at a telling needs at least, in ms. */
  readonly pacing: { readonly scale: number; readonly attemptMs: number; readonly random: () => number };
  readonly deadLetters: Pick<Queue, 'send'>;
  readonly lines: Log;
  readonly count: Count;
  readonly reportError: ReportError;
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
 * Works the records of one group: one telling, one outcome for all of them. What has to wait comes back by itself;
 * what failed too often, or never can succeed, goes to the dead letters with a sentence and may be put back from there.
 */
export async function work(
  records: readonly [SQSRecord, ...SQSRecord[]],
  until: number,
  dependencies: WorkDependencies,
): Promise<Verdict> {
  const { clock } = dependencies.tell;
  const started = clock.now();
  const report: Report = { posted: 0, edited: 0, adopted: 0, doubled: 0 };
  const wakes: Wake[] = [];
  for (const record of records) {
    try {
      wakes.push(parseWake(record.body));
    } catch (error) {
      if (!(error instanceof Park)) throw error;
      await park(
        { group: record.attributes.MessageGroupId ?? 'unreadable', body: record.body },
        error,
        {},
        dependencies,
      );
    }
  }
  // All of them name the same home. That one was held matters once the thread is told: its hold is to be forgotten.
  const wake = wakes.find(({ cause }) => cause === 'held') ?? wakes[0];
  if (!wake) return 'done';

  const line = (outcome: string, more: object = {}) => {
    const { team, account, home, cause } = wake;
    const ms = clock.now() - started;
    dependencies.lines.info('payment', {
      team,
      account,
      home,
      cause,
      records: records.length,
      outcome,
      ...report,
      ms,
      ...more,
    });
  };
  try {
    const told = await patiently(() => tell(wake, { until, report }, dependencies.tell), until, dependencies);
    line(told.outcome, { thread: told.thread });
    if (told.outcome === 'held') dependencies.count('ThreadsHeld', 1);
    return 'done';
  } catch (error) {
    const receives = Math.max(...records.map(({ attributes }) => Number(attributes.ApproximateReceiveCount) || 1));
    return await afterFailure(wake, error, receives, line, dependencies);
  } finally {
    for (const [name, value] of Object.entries(report)) {
      if (value > 0) dependencies.count(`Messages${name[0]?.toUpperCase()}${name.slice(1)}`, value);
    }
  }
}

/** Waits out what is short, here. */
async function patiently<T>(
  attempt: () => Promise<T>,
  until: number,
  { tell: { clock }, pacing: { attemptMs } }: WorkDependencies,
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

async function afterFailure(
  wake: Wake,
  error: unknown,
  receives: number,
  line: (outcome: string, more?: object) => void,
  dependencies: WorkDependencies,
): Promise<Verdict> {
  const { scale, random } = dependencies.pacing;
  if (error instanceof Retry && error.waiting) {
    const delayMs = (error.delayMs ?? 0) + random() * patienceMs(receives) * scale;
    line('waiting', { why: error.message, forMs: Math.round(delayMs), receives });
    return { comeBackMs: delayMs };
  }
  const { log, clock } = dependencies.tell;
  const ref = threadRef(wake, (await dependencies.tell.store.threadOf(wake, wake.home)) ?? wake.home);
  const record = message(wake, { unique: '' });
  if (error instanceof Park) {
    await log.park(ref, recordName({ ...wake, code: error.code }));
    await park(record, error, { thread: ref.key }, dependencies);
    await log.forgive(ref);
    line('parked', { why: error.message, code: error.code });
    return 'done';
  }
  dependencies.reportError(error, { where: 'payments worker', team: wake.team, home: wake.home });
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
  await log.park(ref, recordName({ ...wake, code: final.code }));
  await park(record, final, { thread: ref.key, attempts, since: new Date(since).toISOString() }, dependencies);
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
  { deadLetters, tell: { clock, newId } }: WorkDependencies,
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
