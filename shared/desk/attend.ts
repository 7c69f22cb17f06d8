import type { SQSRecord } from 'aws-lambda';
import type { Verdict } from '../aws/groups.ts';
import type { Queue } from '../aws/queue.ts';
import type { Clock } from '../base/clock.ts';
import { Park, Retry } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Count } from '../base/metrics.ts';
import { type UserId, userId } from '../base/names.ts';
import type { Report } from '../base/report.ts';
import type { Inbound } from '../slack/inbound.ts';
import type { Responder, Response } from '../slack/respond-client.ts';
import { body, message } from '../slack/text.ts';
import type { Asking, Person } from './asking.ts';
import type { Desk } from './desk.ts';
import { unknownWord } from './help.ts';
import { stale } from './stale.ts';

export type AttendParts = {
  readonly asking: Pick<Asking, 'who'>;
  readonly responder: Pick<Responder, 'respond'>;
  readonly deadLetters: Pick<Queue, 'send'>;
  readonly lines: Log;
  readonly count: Count;
  readonly report: Report;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
  /** What waits are multiplied with, 1 live. */
  readonly scale: number;
};

/** A press that failed so often, and for so long (ms), is for a person to look at. */
const failuresBeforeParking = 8;
const failingBeforeParkingMs = 3_600_000;

/** Failed attempts come back after 2, 4, 8 … seconds, five minutes at most. */
const backOffMs = (attempts: number) => Math.min(300_000, 1_000 * 2 ** attempts);

/**
 * Does one thing that somebody asked of War Room, and answers them alone. A record may come more than once: what a handler
 * changes it changes once for the id of what was asked.
 *
 * A press or a form that fails is not lost: its sender is told once that it goes on, it comes back until it is done, and
 * after an hour of failing it is parked. A command is typed again sooner than a queue gives it back, and an answer half a
 * minute later is no answer: its sender is told that it failed, and that is all.
 */
export async function attend(record: SQSRecord, desk: Desk, parts: AttendParts): Promise<Verdict> {
  const { clock, lines, report } = parts;
  const started = clock.now();
  const asked = readRecord(record.body);
  if (!asked) {
    await park(
      record,
      new Park('asked-unreadable', 'A message of the desk’s queue does not say what was asked.'),
      parts,
    );
    return 'done';
  }
  const line = (outcome: string, more: object = {}) => {
    const { kind, team, id } = asked;
    lines.info('asked', {
      team,
      user: senderOf(asked),
      kind,
      what: nameOf(asked),
      id,
      outcome,
      ms: clock.now() - started,
      ...more,
    });
  };
  try {
    const { person, response } = await answerTo(asked, desk, parts);
    const answered = response ? await tell(asked, response, parts) : 'silent';
    line('done', { person: person.kind === 'known' ? person.admin.id : person.why, answered });
    return 'done';
  } catch (error) {
    if (error instanceof Retry && error.waiting) {
      line('waiting', { why: error.message, forMs: error.delayMs });
      return { comeBackMs: error.delayMs };
    }
    return afterFailure(asked, record, error, line, parts).catch((worse: unknown) => {
      report(worse, { where: 'desk worker, after a failure', team: asked.team });
      return { comeBackMs: undefined };
    });
  }
}

async function answerTo(
  asked: Inbound,
  desk: Desk,
  { asking }: AttendParts,
): Promise<{ readonly person: Person; readonly response: Response | undefined }> {
  const person = await asking.who(asked.team, senderOf(asked));
  const isTypedAgain = asked.kind === 'command' || asked.kind === 'event';
  if (!isTypedAgain && person.kind === 'unknown' && person.why === 'unreachable') {
    throw Retry.failed('Slack does not say who pressed a button.');
  }
  return { person, response: await handled(asked, person, desk) };
}

async function handled(asked: Inbound, person: Person, desk: Desk): Promise<Response | undefined> {
  switch (asked.kind) {
    case 'command': {
      const word = wordOf(asked.text);
      const found = own(desk.commands, word.toLowerCase());
      return found ? found.handle(asked, person) : { content: unknownWord(word, asked.command, desk.commands) };
    }
    case 'press': {
      const handle = own(desk.presses, asked.action.id);
      return handle ? handle(asked, person) : { content: stale() };
    }
    case 'submission': {
      const handle = own(desk.submissions, asked.view.callbackId);
      return handle?.(asked, person);
    }
    case 'event':
      return desk.opened(asked, person);
  }
}

/** The entry of that name, and nothing that every object has. */
function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** The first word of a command; alone it asks for help. */
function wordOf(text: string): string {
  return text.trim().split(/\s+/)[0] || 'help';
}

async function afterFailure(
  asked: Inbound,
  record: SQSRecord,
  error: unknown,
  line: (outcome: string, more?: object) => void,
  parts: AttendParts,
): Promise<Verdict> {
  const { attributes } = record;
  const attempts = Number(attributes.ApproximateReceiveCount) || 1;
  const since = Number(attributes.SentTimestamp) || parts.clock.now();
  const why = error instanceof Error ? error.message : String(error);
  const apologize = (content: Response['content']) => tell(asked, { content }, parts).catch(() => 'untold' as const);

  if (error instanceof Park) {
    await park(record, error, parts);
    line('parked', { why, code: error.code, answered: await apologize(handedOver()) });
    return 'done';
  }
  parts.report(error, { where: 'desk worker', team: asked.team });
  if (asked.kind === 'command' || asked.kind === 'event') {
    line('failed', { why, answered: await apologize(tryAgain()) });
    return 'done';
  }
  if (attempts >= failuresBeforeParking && parts.clock.now() - since >= failingBeforeParkingMs * parts.scale) {
    await park(record, new Park('asked-too-often', `It failed ${attempts} times. The last time: ${why}`), parts);
    line('parked', { why, attempts, answered: await apologize(handedOver()) });
    return 'done';
  }
  const answered = attempts === 1 ? await apologize(goesOn()) : 'silent';
  const delayMs = Math.max((error instanceof Retry && error.delayMs) || 0, backOffMs(attempts) * parts.scale);
  line('failed', { why, attempts, forMs: delayMs, answered });
  return { comeBackMs: delayMs };
}

const tryAgain = () => message(body('That did not work just now, and nothing was changed. Try again in a minute.'));

const goesOn = () =>
  message(body('War Room could not do that yet. It goes on trying by itself, and says here when it is done.'));

const handedOver = () =>
  message(body('War Room could not do that. Whoever runs it has been told why; nothing else is needed from you.'));

async function tell(
  asked: Inbound,
  response: Response,
  { responder }: AttendParts,
): Promise<'told' | 'expired' | 'elsewhere' | 'nowhere'> {
  const url = 'responseUrl' in asked ? asked.responseUrl : undefined;
  return url ? responder.respond(url, response) : 'nowhere';
}

/** The record itself, with the reason beside it: put back into the queue, it is worked like any other. */
async function park(
  record: SQSRecord,
  { code, message: why }: Park,
  { deadLetters, count, clock, newId }: AttendParts,
): Promise<void> {
  const body = JSON.stringify({ ...parsed(record.body), why, code, since: new Date(clock.now()).toISOString() });
  await deadLetters.send({ body, group: record.attributes.MessageGroupId ?? 'unreadable', dedupe: newId() });
  count('DeskParked', 1);
}

function senderOf(asked: Inbound): UserId {
  return asked.kind === 'event' ? userId(String(asked.event['user'] ?? '')) : asked.user;
}

/** What is asked, for the log: never what somebody typed. */
function nameOf(asked: Inbound): string {
  switch (asked.kind) {
    case 'command':
      return asked.command;
    case 'press':
      return asked.action.id;
    case 'submission':
      return asked.view.callbackId;
    case 'event':
      return asked.event.type;
  }
}

const kinds: readonly string[] = ['event', 'command', 'press', 'submission'] satisfies Inbound['kind'][];

/** The ingress wrote it, as it had read it. */
function readRecord(body: string): Inbound | undefined {
  const { kind, id, team } = parsed(body);
  return kinds.includes(String(kind)) && typeof id === 'string' && typeof team === 'string'
    ? (JSON.parse(body) as Inbound)
    : undefined;
}

function parsed(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? { ...value } : { body };
  } catch {
    return { body };
  }
}
