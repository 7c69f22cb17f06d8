import type { SQSRecord } from 'aws-lambda';
import type { Verdict } from '../aws/groups.ts';
import type { Queue } from '../aws/queue.ts';
import { Park, Retry } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Report } from '../base/report.ts';
import { type HearParts, hear } from './hear.ts';
import { readNews } from './news.ts';

export type ListenParts = {
  readonly hearing: HearParts;
  readonly deadLetters: Pick<Queue, 'send'>;
  readonly newId: () => string;
  readonly lines: Log;
  readonly report: Report;
  /** What waits and limits are multiplied with, 1 live. */
  readonly scale: number;
};

/** What has failed for so long needs a person. Waiting for a pass that is at work is no failing, and ends with its lease. */
const failingBeforeParkingMs = 3_600_000;

/** Failed attempts come back after 2, 4, 8 … seconds, five minutes at most. */
const backOffMs = (attempts: number) => Math.min(300_000, 1_000 * 2 ** attempts);

/** Works the records of one group in their order; the first that has to come again has those behind it come with it. */
export async function listen(records: readonly SQSRecord[], parts: ListenParts): Promise<Verdict> {
  for (const record of records) {
    const verdict = await listenTo(record, parts);
    if (verdict !== 'done') return verdict;
  }
  return 'done';
}

async function listenTo(record: SQSRecord, parts: ListenParts): Promise<Verdict> {
  const { hearing, lines, report, scale } = parts;
  const { clock } = hearing;
  const started = clock.now();
  const news = readNews(record.body);
  if (!news) {
    const why = 'A message of SlackQueue is none that War Room wrote. Delete it.';
    await park(record, new Park('news-unreadable', why), parts);
    return 'done';
  }
  const { team, id, what } = news;
  const line = (outcome: string, more: object = {}) =>
    lines.info('news', { team, id, what, outcome, ms: clock.now() - started, ...more });
  try {
    const consequence = await hear(news, hearing);
    if (typeof consequence === 'string') line(consequence);
    else line('woken', consequence);
    return 'done';
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (error instanceof Retry && error.waiting) {
      line('waiting', { why, forMs: error.delayMs });
      return { comeBackMs: error.delayMs };
    }
    report(error, { where: 'slack worker', team, what });
    const since = Number(record.attributes.SentTimestamp) || started;
    if (clock.now() - since >= failingBeforeParkingMs * scale) {
      await park(record, new Park('failed-too-long', `It failed for an hour. The last time: ${why}`), parts);
      line('parked', { why });
      return 'done';
    }
    const delayMs = backOffMs(Number(record.attributes.ApproximateReceiveCount) || 1) * scale;
    line('failed', { why, forMs: delayMs });
    return { comeBackMs: delayMs };
  }
}

/** The record itself, with the reason beside it: put back into the queue, it is worked like any other. */
async function park(
  record: SQSRecord,
  { code, message: why }: Park,
  { deadLetters, newId, hearing: { clock } }: ListenParts,
): Promise<void> {
  const since = new Date(clock.now()).toISOString();
  const body = JSON.stringify({ ...readable(record.body), why, code, since });
  await deadLetters.send({ body, group: record.attributes.MessageGroupId ?? 'unreadable', dedupe: newId() });
}

function readable(body: string): object {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? parsed : { body };
  } catch {
    return { body };
  }
}
