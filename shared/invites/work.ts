import type { SQSRecord } from 'aws-lambda';
import type { Verdict } from '../aws/groups.ts';
import type { Queue } from '../aws/queue.ts';
import { Park, Retry } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Report } from '../base/report.ts';
import { refusal } from '../slack/answer.ts';
import type { Companies } from './company.ts';
import { type LookParts, look } from './look.ts';
import type { Members } from './members-client.ts';
import { sight } from './sight.ts';
import { type Changed, readChanged } from './wake.ts';

export type WorkParts = LookParts & {
  readonly members: Pick<Members, 'member'>;
  readonly companies: Companies;
  readonly deadLetters: Pick<Queue, 'send'>;
  readonly newId: () => string;
  readonly lines: Log;
  readonly report: Report;
  /** What waits and limits are multiplied with, 1 live. */
  readonly scale: number;
};

/** What has failed for so long needs a person; the next sweep makes good what was not done. */
const failingBeforeParkingMs = 3_600_000;
const backOffMs = (attempts: number) => Math.min(300_000, 1_000 * 2 ** attempts);

/**
 * Works one record: a member changed, or came. Slack is asked who they are now, whatever the event said, so that events may
 * come in any order and more than once; then everybody is looked at whom that concerns.
 */
export async function work(record: SQSRecord, parts: WorkParts): Promise<Verdict> {
  const { clock, lines, report, scale } = parts;
  const started = clock.now();
  let changed: Changed;
  try {
    changed = readChanged(record.body);
  } catch (error) {
    if (!(error instanceof Park)) throw error;
    await park(record, error, parts);
    return 'done';
  }
  const line = (outcome: string, more: object = {}) =>
    lines.info('member', { ...changed, outcome, ms: clock.now() - started, ...more });
  try {
    const woken = await hear(changed, parts);
    line('looked', { learners: woken });
    return 'done';
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (error instanceof Retry && error.waiting) {
      line('waiting', { why, forMs: error.delayMs });
      return { comeBackMs: error.delayMs };
    }
    report(error, { where: 'invites worker', ...changed });
    const since = Number(record.attributes.SentTimestamp) || started;
    if (clock.now() - since >= failingBeforeParkingMs * scale) {
      await park(record, new Park('failed-too-long', `It failed for an hour. The last time: ${why}`), parts);
      line('parked', { why });
      return 'done';
    }
    const forMs = backOffMs(Number(record.attributes.ApproximateReceiveCount) || 1) * scale;
    line('failed', { why, forMs });
    return { comeBackMs: forMs };
  }
}

/** Asks who a member is, and looks at everybody whom it concerns. Answers how many learners that are. */
export async function hear(
  { team, user }: Changed,
  parts: Omit<WorkParts, 'deadLetters' | 'lines' | 'report'>,
): Promise<number> {
  const { companies, members, store, clock } = parts;
  companies.forget();
  const { bot } = await companies.of(team);
  // The sweep sees everybody once the app is there again.
  if (!bot) return 0;
  const sighting = await members.member(bot, team, user).catch((error: unknown) => {
    const refused = refusal(error, bot.kind);
    if (refused.kind === 'wait')
      throw Retry.waiting('Slack asked to wait before it says who somebody is.', refused.afterMs);
    if (refused.kind === 'app') return undefined;
    throw Retry.failed(`Slack does not say who somebody is (${refused.code}).`, { cause: error });
  });
  if (!sighting) return 0;
  const woken = await sight(team, [sighting], store, clock.now(), true);
  for (const ref of woken) await look(ref, parts);
  return woken.length;
}

/** The record itself, with the reason beside it: put back into the queue, it is worked like any other. */
async function park(
  record: SQSRecord,
  { code, message: why }: Park,
  { deadLetters, newId, clock }: WorkParts,
): Promise<void> {
  const since = new Date(clock.now()).toISOString();
  let said: object;
  try {
    said = { ...readChanged(record.body) };
  } catch {
    said = { body: record.body };
  }
  const body = JSON.stringify({ ...said, why, code, since });
  await deadLetters.send({ body, group: record.attributes.MessageGroupId ?? 'unreadable', dedupe: newId() });
}
