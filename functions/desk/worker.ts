import { randomUUID } from 'node:crypto';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { workInTurn } from '../../shared/aws/groups.ts';
import { keyClient } from '../../shared/aws/keys.ts';
import { Queue, queueClient } from '../../shared/aws/queue.ts';
import { documentClient, Table } from '../../shared/aws/table.ts';
import { systemClock } from '../../shared/base/clock.ts';
import { lazy } from '../../shared/base/lazy.ts';
import { openLog } from '../../shared/base/log.ts';
import { openMetrics } from '../../shared/base/metrics.ts';
import { openReporter } from '../../shared/base/report.ts';
import { settings } from '../../shared/base/settings.ts';
import { Asking } from '../../shared/desk/asking.ts';
import { type AttendParts, attend } from '../../shared/desk/attend.ts';
import type { Desk, Word } from '../../shared/desk/desk.ts';
import { help } from '../../shared/desk/help.ts';
import { Directory } from '../../shared/org/directory.ts';
import { Journal } from '../../shared/org/journal-store.ts';
import { Installations } from '../../shared/slack/installation.ts';
import { Responder, respondOrigin } from '../../shared/slack/respond-client.ts';
import { Vault } from '../../shared/slack/vault.ts';

/** Somebody looks at an empty answer meanwhile. */
const slackTimeoutMs = 4_000;

const ready = lazy(async () => {
  const names = settings(
    process.env,
    'SLACK_INSTALLATIONS_TABLE',
    'ADMINS_TABLE',
    'TOKEN_KEY_ID',
    'DESK_QUEUE_URL',
    'DESK_DEAD_LETTERS_URL',
    'PUBLIC_ORIGIN',
  );
  const clock = systemClock;
  const newId = randomUUID;
  const dynamo = documentClient();
  const sqs = queueClient();
  const admins = new Table(dynamo, names.ADMINS_TABLE);
  const directory = new Directory(admins, new Journal(admins, { clock, newId }));
  const vault = new Vault(keyClient(), names.TOKEN_KEY_ID, clock.now);
  const installations = new Installations(new Table(dynamo, names.SLACK_INSTALLATIONS_TABLE), vault);
  const slack = { apiUrl: process.env['SLACK_API_URL'], timeoutMs: slackTimeoutMs };
  const lines = openLog();
  const reporter = openReporter({ log: lines });
  const parts: AttendParts = {
    asking: new Asking({ installations, directory, slack, clock }),
    responder: new Responder({ origin: respondOrigin(process.env['SLACK_URL']), timeoutMs: slackTimeoutMs }),
    deadLetters: new Queue(sqs, names.DESK_DEAD_LETTERS_URL),
    lines,
    count: openMetrics(),
    report: reporter.report,
    clock,
    newId,
    scale: Number(process.env['TIME_SCALE'] ?? 1),
  };
  return { desk: deskAt(names.PUBLIC_ORIGIN), parts, reporter, queue: new Queue(sqs, names.DESK_QUEUE_URL) };
});

/** Everything that can be asked: where the rooms meet. `origin` is where War Room's pages are. */
function deskAt(origin: string): Desk {
  const commands: Readonly<Record<string, Word>> = {
    help: {
      usage: '',
      says: 'what you can ask',
      handle: async ({ command }) => ({ content: help(command, commands, origin) }),
    },
  };
  return { commands, presses: {}, submissions: {}, opened: async () => undefined };
}

/** The desk's queue: does what people ask of War Room in Slack, and answers them. */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const { desk, parts, reporter, queue } = await ready();
  const answer = await workInTurn(
    event,
    (record) => attend(record, desk, parts),
    (record, seconds) => queue.comeBack(record.receiptHandle, seconds),
  );
  await reporter.flush();
  return answer;
}
