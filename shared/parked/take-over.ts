import type { SQSRecord } from 'aws-lambda';
import type { Verdict } from '../aws/groups.ts';
import type { Queue } from '../aws/queue.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Count } from '../base/metrics.ts';
import type { TeamId } from '../base/names.ts';
import type { Report } from '../base/report.ts';
import type { Kind } from './kind.ts';
import { type Episode, episodeText, type ParkedRecord, readReason } from './record.ts';
import type { ParkedStore } from './store.ts';

export type ParkedDependencies = {
  readonly kind: Kind;
  readonly parked: Pick<ParkedStore, 'keep'>;
  readonly queue: Pick<Queue, 'send'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly lines: Log;
  readonly count: Count;
  readonly report: Report;
  /** What waits are multiplied with, 1 live. */
  readonly scale: number;
};

/** A dead letter that nobody can be told of stays where it is, and its age rings. */
const unownedMs = 3_600_000;

/** A notice that could not be told is tried again after so long: longer than the age of dead letters that rings. */
const noticeAgainMs = 20 * 60_000;

/** What kept a dead letter from being kept is over soon, or rings. */
const failedMs = 30_000;

/**
 * Takes over one dead letter: it is kept as something that waits for a person, then the notice that tells of it is woken,
 * and only then does it leave the queue. A worker that stops anywhere in between leaves it to the next, which finds what
 * there is: nothing is lost, and nothing counted twice.
 */
export async function takeOver(record: SQSRecord, dependencies: ParkedDependencies): Promise<Verdict> {
  const { kind, clock, lines, report, scale } = dependencies;
  const { SentTimestamp, ApproximateReceiveCount } = record.attributes;
  const sentAt = Number(SentTimestamp) || clock.now();
  const about = kind.about(record.body);
  if (!about) {
    lines.error('parked', { outcome: 'unowned', messageId: record.messageId });
    return { comeBackMs: unownedMs * scale };
  }
  const reason = readReason(record.body, sentAt);
  const ids = 'notice' in about ? { notice: episodeText(about.notice) } : kind.ids(about.subject);
  const line = (outcome: string) => lines.info('parked', { team: about.team, ...ids, code: reason.code, outcome });
  try {
    if ('notice' in about) {
      return await again(about, record, Number(ApproximateReceiveCount) || 1, line, dependencies);
    }
    line(await keep({ ...about, ...reason }, { id: record.messageId, sentAt }, dependencies));
    return 'done';
  } catch (error) {
    report(error, { where: `${kind.room} parked`, team: about.team, ...ids });
    return { comeBackMs: failedMs * scale };
  }
}

async function keep(
  read: ParkedRecord,
  letter: { readonly id: string; readonly sentAt: number },
  { kind, parked, queue, clock, count }: ParkedDependencies,
): Promise<string> {
  const { episodes, isNews } = await parked.keep(read, { ...letter, at: clock.now() });
  for (const episode of episodes) await queue.send(kind.noticeWake(read.team, episode, letter.id));
  if (isNews) count(kind.metric, 1);
  return isNews ? 'kept' : 'known';
}

/** What could not be told is the notice itself: it is woken again a while later. A notice of it could not be told either. */
async function again(
  { team, notice }: { readonly team: TeamId; readonly notice: Episode },
  { messageId }: SQSRecord,
  receives: number,
  line: (outcome: string) => void,
  { kind, queue, count, scale }: ParkedDependencies,
): Promise<Verdict> {
  if (receives < 2) {
    count(kind.metric, 1);
    line('untold');
    return { comeBackMs: noticeAgainMs * scale };
  }
  await queue.send(kind.noticeWake(team, notice, messageId));
  line('told again');
  return 'done';
}
