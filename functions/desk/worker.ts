import { randomUUID } from 'node:crypto';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { workInTurn } from '../../shared/aws/groups.ts';
import { keyClient } from '../../shared/aws/keys.ts';
import { Queue, queueClient } from '../../shared/aws/queue.ts';
import { secretReader } from '../../shared/aws/secrets.ts';
import { documentClient, Table } from '../../shared/aws/table.ts';
import { systemClock } from '../../shared/base/clock.ts';
import { lazy } from '../../shared/base/lazy.ts';
import { openLog } from '../../shared/base/log.ts';
import { openMetrics } from '../../shared/base/metrics.ts';
import { openReporter } from '../../shared/base/report.ts';
import { KeptSecret } from '../../shared/base/secret.ts';
import { settings } from '../../shared/base/settings.ts';
import { CallStore } from '../../shared/calls/store.ts';
import { Asking } from '../../shared/desk/asking.ts';
import { type AttendParts, attend } from '../../shared/desk/attend.ts';
import { connectAnswer } from '../../shared/desk/connect.ts';
import { type Desk, ofTheCompany, type Word } from '../../shared/desk/desk.ts';
import { help } from '../../shared/desk/help.ts';
import { Closure } from '../../shared/org/closure-store.ts';
import { Directory } from '../../shared/org/directory.ts';
import { Hierarchy } from '../../shared/org/hierarchy.ts';
import { ParkedStore } from '../../shared/parked/store.ts';
import { AttentionStore } from '../../shared/payments/attention-store.ts';
import { DayStore } from '../../shared/payments/day-store.ts';
import { RoutingStore } from '../../shared/payments/routing-store.ts';
import { PaymentStore } from '../../shared/payments/store.ts';
import { watchTimes } from '../../shared/payments/watch.ts';
import { WatchStore } from '../../shared/payments/watch-store.ts';
import { Accounts } from '../../shared/razorpay/accounts.ts';
import { Held } from '../../shared/slack/held.ts';
import { Installations } from '../../shared/slack/installation.ts';
import { Responder, respondOrigin } from '../../shared/slack/respond-client.ts';
import { ThreadLog } from '../../shared/slack/thread-log.ts';
import { outboxTimes } from '../../shared/slack/times.ts';
import { Vault } from '../../shared/slack/vault.ts';
import { Views } from '../../shared/slack/views.ts';
import { type CallsAtDesk, callsAt } from './calls.ts';
import { alsoAtHome, type HomeAtDesk, openedAt } from './home.ts';
import { type ParkedAtDesk, parkedAt, parkedOf } from './parked.ts';
import { type PaymentsAtDesk, paymentsAt } from './payments.ts';
import { type RoutingAtDesk, routingAt } from './routing.ts';
import { type StatusParts, statusAt } from './status.ts';

/** Somebody looks at an empty answer meanwhile. */
const slackTimeoutMs = 4_000;

const patience = { timeoutMs: 2_000, attempts: 3 };

const ready = lazy(async () => {
  const names = settings(
    process.env,
    'SLACK_INSTALLATIONS_TABLE',
    'ADMINS_TABLE',
    'TOKEN_KEY_ID',
    'PAYMENTS_TABLE',
    'ADMIN_SLACK_MESSAGE_LOG_TABLE',
    'PAYMENTS_QUEUE_URL',
    'CALLS_TABLE',
    'CALLS_QUEUE_URL',
    'REPORTS_TABLE',
    'REPORTS_QUEUE_URL',
    'ADMIN_USER_CLOSURE_TABLE',
    'RAZORPAY_SECRET_ID',
    'DESK_QUEUE_URL',
    'DESK_DEAD_LETTERS_URL',
    'PUBLIC_ORIGIN',
  );
  const clock = systemClock;
  const newId = randomUUID;
  const dynamo = documentClient(patience);
  const sqs = queueClient(patience);
  const admins = new Table(dynamo, names.ADMINS_TABLE);
  const directory = new Directory(admins);
  const closure = new Table(dynamo, names.ADMIN_USER_CLOSURE_TABLE);
  const vault = new Vault(keyClient(patience), names.TOKEN_KEY_ID, clock.now);
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
  const payments = new Table(dynamo, names.PAYMENTS_TABLE);
  const messages = new Table(dynamo, names.ADMIN_SLACK_MESSAGE_LOG_TABLE);
  const calls = new Table(dynamo, names.CALLS_TABLE);
  const [queue, callsQueue] = [new Queue(sqs, names.PAYMENTS_QUEUE_URL), new Queue(sqs, names.CALLS_QUEUE_URL)];
  const [store, log] = [new PaymentStore(payments), new ThreadLog(messages)];
  const times = outboxTimes(process.env);
  const desk = deskOf({
    calls: {
      store: new CallStore(calls),
      hierarchy: new Hierarchy(admins, new Closure({ read: closure, write: closure })),
      queue: callsQueue,
      clock,
      newId,
    },
    origin: names.PUBLIC_ORIGIN,
    store,
    routing: new RoutingStore(payments),
    watches: new WatchStore(payments, watchTimes(process.env)),
    parked: parkedOf(
      {
        payments: { parked: new ParkedStore(payments), queue },
        calls: { parked: new ParkedStore(calls), queue: callsQueue },
        reports: {
          parked: new ParkedStore(new Table(dynamo, names.REPORTS_TABLE)),
          queue: new Queue(sqs, names.REPORTS_QUEUE_URL),
        },
      },
      { log, clock, store },
    ),
    days: new DayStore(payments),
    attention: new AttentionStore(payments),
    log,
    held: new Held(messages, times.heldMs),
    views: new Views({ installations, slack }),
    newId,
    queue,
    accounts: new KeptSecret(secretReader(patience)(names.RAZORPAY_SECRET_ID), Accounts.parse, clock),
    team: (team) => installations.team(team),
    installations,
    directory,
    slack,
    clock,
    scale: parts.scale,
    report: reporter.report,
  });
  return { desk, parts, reporter, queue: new Queue(sqs, names.DESK_QUEUE_URL) };
});

type DeskParts = CallsAtDesk & PaymentsAtDesk & RoutingAtDesk & StatusParts & ParkedAtDesk & HomeAtDesk;

/** Everything that can be asked: where the rooms meet. */
function deskOf(parts: DeskParts): Desk {
  const { origin, installations } = parts;
  const payments = paymentsAt(parts);
  const parked = parkedAt(parts);
  const table = routingAt(parts);
  const calls = callsAt(parts);
  const commands: Readonly<Record<string, Word>> = {
    status: statusAt(parts),
    explain: payments.explain,
    connect: {
      usage: '',
      says: 'whether messages about your learners come from you',
      handle: ofTheCompany(origin, async ({ team }, { user }) => ({
        content: connectAnswer(await installations.connection(team, user), origin, team),
      })),
    },
    routing: table.routing,
    protect: calls.protect,
    help: {
      usage: '',
      says: 'this list',
      handle: async ({ command }) => ({ content: help(command, commands, origin) }),
    },
  };
  return {
    commands,
    presses: {
      ...payments.presses,
      ...calls.presses,
      ...parked,
      ...table.presses,
      'parked.retry': alsoAtHome(parked['parked.retry'], parts),
      'parked.ignore': alsoAtHome(parked['parked.ignore'], parts),
    },
    submissions: { ...table.submissions, ...calls.submissions },
    opened: openedAt(parts),
  };
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
