import type { SQSRecord } from 'aws-lambda';
import type { Verdict } from '../aws/groups.ts';
import type { Queue } from '../aws/queue.ts';
import type { Clock } from '../base/clock.ts';
import { Park, Unavailable } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { TeamId } from '../base/names.ts';
import type { Report } from '../base/report.ts';
import type { DirectoryEditor, Replaced } from './editor.ts';
import type { Imports } from './import-store.ts';
import { parseTurn, type Turn } from './turn.ts';

export type CarryParts = {
  readonly directory: Pick<DirectoryEditor, 'settle' | 'replaceAll'>;
  readonly imports: Pick<Imports, 'find' | 'people' | 'done' | 'same' | 'stop' | 'forget'>;
  readonly deadLetters: Pick<Queue, 'send'>;
  readonly lines: Log;
  readonly report: Report;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
  /** What waits are multiplied with, 1 live. */
  readonly scale: number;
};

/** A turn that failed so often, and for so long (ms), is for a person to look at. */
const failuresBeforeParking = 8;
const failingBeforeParkingMs = 3_600_000;

/** Failed attempts come back after 2, 4, 8 … seconds, five minutes at most. */
const backOffMs = (attempts: number) => Math.min(300_000, 1_000 * 2 ** attempts);

/** What was not done by the end of an invocation goes on with the next. */
const atOnceMs = 1_000;

/**
 * Takes a turn: first whatever change was begun and left is carried out, then the snapshot replaces everybody. An invocation
 * does what it can before `until` (ms), and the record comes back for the rest. It may come more than once: a snapshot that
 * was made is not made again, whatever was changed since.
 */
export async function carry(record: SQSRecord, until: number, parts: CarryParts): Promise<Verdict> {
  const { clock, lines, report, scale } = parts;
  const started = clock.now();
  let turn: Turn | undefined;
  try {
    turn = parseTurn(record.body);
    const outcome = await taken(turn, until, parts);
    lines.info('org', { team: turn.team, import: turn.import ?? '', outcome, ms: clock.now() - started });
    return outcome === 'underWay' ? { comeBackMs: atOnceMs } : 'done';
  } catch (error) {
    if (turn === undefined && !(error instanceof Park)) throw error;
    const attempts = Number(record.attributes.ApproximateReceiveCount) || 1;
    const since = Number(record.attributes.SentTimestamp) || clock.now();
    const why = error instanceof Error ? error.message : String(error);
    const isHopeless = error instanceof Park;
    if (!isHopeless) report(error, { where: 'org worker', team: turn?.team });
    const isTooOften = attempts >= failuresBeforeParking && clock.now() - since >= failingBeforeParkingMs * scale;
    if (isHopeless || isTooOften) {
      await park(record, turn, why, isHopeless ? error.code : 'failed-too-often', parts);
      return 'done';
    }
    const delayMs = backOffMs(attempts) * scale;
    lines.info('org', {
      team: turn?.team,
      import: turn?.import ?? '',
      outcome: 'failed',
      why,
      attempts,
      forMs: delayMs,
    });
    return { comeBackMs: delayMs };
  }
}

type Outcome = 'settled' | 'done' | 'same' | 'underWay' | 'known' | 'unknown';

async function taken({ team, import: id }: Turn, until: number, parts: CarryParts): Promise<Outcome> {
  const { directory, imports } = parts;
  if (!(await directory.settle(team, until))) return 'underWay';
  if (id === undefined) return 'settled';
  const found = await imports.find(team, id);
  if (!found) return 'unknown';
  if (found.state !== 'waiting') {
    await imports.forget(team, id);
    return 'known';
  }
  if (found.stopped !== undefined) await imports.stop(team, id, undefined);
  const outcome = await replaced(team, id, until, parts);
  if (outcome === 'same') await imports.same(team, id);
  if (outcome !== 'underWay') await imports.forget(team, id);
  return outcome;
}

async function replaced(
  team: TeamId,
  id: string,
  until: number,
  { directory, imports, clock }: CarryParts,
): Promise<Replaced> {
  const people = await imports.people(team, id);
  try {
    return await directory.replaceAll(team, people, {
      about: id,
      until,
      isDone: async () => (await imports.find(team, id))?.state !== 'waiting',
      last: (size) => imports.done(id, size, clock.now()),
    });
  } catch (error) {
    // Somebody else's change came in between, and takes longer than there is time.
    if (error instanceof Unavailable) return 'underWay';
    throw error;
  }
}

/** The record itself, with the reason beside it: put back into the queue, it is worked like any other. */
async function park(
  record: SQSRecord,
  turn: Turn | undefined,
  why: string,
  code: string,
  { deadLetters, imports, lines, clock, newId }: CarryParts,
): Promise<void> {
  if (turn?.import !== undefined) {
    await imports.stop(
      turn.team,
      turn.import,
      'It failed again and again; whoever runs War Room has been told, and it goes on once they have mended the cause.',
    );
  }
  const since = new Date(clock.now()).toISOString();
  const body = JSON.stringify({ ...(turn ?? { body: record.body }), why, code, since });
  await deadLetters.send({ body, group: record.attributes.MessageGroupId ?? 'unreadable', dedupe: newId() });
  lines.info('org', { team: turn?.team, import: turn?.import ?? '', outcome: 'parked', why, code });
}
