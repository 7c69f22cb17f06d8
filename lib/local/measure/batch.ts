import { randomUUID } from 'node:crypto';
import type { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { workGroups } from '../../../shared/aws/groups.ts';
import { Table } from '../../../shared/aws/table.ts';
import { systemClock } from '../../../shared/base/clock.ts';
import { channelId, teamId, userId } from '../../../shared/base/names.ts';
import { ParkedStore } from '../../../shared/parked/store.ts';
import { AttentionStore } from '../../../shared/payments/attention-store.ts';
import { DayStore } from '../../../shared/payments/day-store.ts';
import { InstalmentStore } from '../../../shared/payments/instalment-store.ts';
import { LeadStore } from '../../../shared/payments/lead-store.ts';
import { readInitiation } from '../../../shared/payments/request.ts';
import { RoutingStore } from '../../../shared/payments/routing-store.ts';
import { PaymentStore, type Place } from '../../../shared/payments/store.ts';
import { message } from '../../../shared/payments/wake.ts';
import { watchTimes } from '../../../shared/payments/watch.ts';
import { WatchStore } from '../../../shared/payments/watch-store.ts';
import { type WorkDependencies, work } from '../../../shared/payments/work.ts';
import { SlackClient } from '../../../shared/slack/client.ts';
import { Held } from '../../../shared/slack/held.ts';
import { Installations } from '../../../shared/slack/installation.ts';
import { Moved } from '../../../shared/slack/moved.ts';
import { Outbox } from '../../../shared/slack/outbox.ts';
import { Pace } from '../../../shared/slack/pace.ts';
import { ThreadLog } from '../../../shared/slack/thread-log.ts';
import { outboxTimes } from '../../../shared/slack/times.ts';
import { Vault } from '../../../shared/slack/vault.ts';
import { memoryDatabase } from '../memory-database.ts';
import { saleOfMany, seededRandom } from '../stories.ts';
import type { Step } from '../telling.ts';
import type { Section } from './figures.ts';
import { inWords, spreadOf } from './spread.ts';

export type BatchOptions = {
  readonly rounds: number;
  /** How long Slack and the database take to answer. */
  readonly slackMs: number;
  readonly databaseMs: number;
};

/** One record's time and that of a full batch, taken one after the other; `calls` is what a record has to say to Slack. */
type Round = { readonly one: number; readonly ten: number; readonly calls: number };

/** A worker, and a way to have things happen to a payment and get the record that the queue would hand over. */
type Workshop = {
  readonly happen: (orderId: string, steps: readonly Step[]) => Promise<SQSRecord>;
  readonly work: (records: readonly SQSRecord[]) => Promise<void>;
  readonly slackCalls: () => number;
};

const BATCH = 10;
const WANTED = 2.5;
/** As long as Lambda gives the worker. */
const INVOCATION_MS = 30_000;
const TEAM = teamId('T0ACADEMY1');
const ACCOUNT = 'live';

/** Times a batch of ten records of ten payments against one record alone. */
export async function measureBatch(options: BatchOptions): Promise<Section> {
  const workshop = await openWorkshop(options);
  const random = seededRandom(2);
  const initiated: Round[] = [];
  const paid: Round[] = [];
  for (let round = 0; round <= options.rounds; round += 1) {
    const stories = Array.from({ length: BATCH + 1 }, (_, index) => saleOfMany({ random, now: Date.now() }, index));
    const first = await timed(workshop, stories, 0, 1, round);
    const others = await timed(workshop, stories, 1, Number.POSITIVE_INFINITY, round);
    // The first round decrypts tokens and looks at the channel.
    if (round === 0) continue;
    initiated.push(first);
    paid.push(others);
  }
  return section(initiated, paid, options);
}

/** Lets steps of every story happen, then has one of them worked alone and the other ten together; in turns first. */
async function timed(
  workshop: Workshop,
  stories: readonly ReturnType<typeof saleOfMany>[],
  from: number,
  to: number,
  round: number,
): Promise<Round> {
  const records: SQSRecord[] = [];
  for (const { orderId, steps } of stories) records.push(await workshop.happen(orderId, steps.slice(from, to)));
  const before = workshop.slackCalls();
  const took = async (these: readonly SQSRecord[]) => {
    const began = performance.now();
    await workshop.work(these);
    return performance.now() - began;
  };
  const [alone, together] = [records.slice(0, 1), records.slice(1)];
  const [first, second] = round % 2 === 1 ? [alone, together] : [together, alone];
  const times = [await took(first), await took(second)] as const;
  const [one, ten] = first === alone ? times : [times[1], times[0]];
  return { one, ten, calls: (workshop.slackCalls() - before) / records.length };
}

/** The worker as `functions/payments/worker.ts` builds it, on stand-ins that only take their time. */
async function openWorkshop({ slackMs, databaseMs }: BatchOptions): Promise<Workshop> {
  const documents = after(databaseMs, memoryDatabase());
  const [payments, messages] = [new Table(documents, 'payments'), new Table(documents, 'messages')];
  const times = outboxTimes({ TIME_SCALE: '1', SLACK_POST_INTERVAL_MS: '0' });
  const clock = systemClock;
  const newId = randomUUID;
  const vault = new Vault(openKeys(), 'key', clock.now);
  const installations = new Installations(new Table(documents, 'installations'), vault);
  await installations.saveTeam({
    id: TEAM,
    name: 'Acme Academy',
    url: 'https://acme-academy.slack.com/',
    timeZone: 'Asia/Kolkata',
    channels: { payments: channelId('C1'), partPayments: channelId('C2'), ops: channelId('C3') },
    installer: userId('U1'),
  });
  await installations.saveBot(TEAM, { user: userId('U2'), token: 'of the app', installedAt: 1 });

  const slack = openSlack(slackMs);
  const log = new ThreadLog(messages);
  const client = new SlackClient({ apiUrl: 'http://slack.test/api/', timeoutMs: times.callMs, fetch: slack.fetch });
  const [pace, held] = [new Pace(messages), new Held(messages, times.heldMs)];
  const outbox = new Outbox({
    log,
    installations,
    clock,
    newId,
    times,
    pace,
    held,
    moved: new Moved(messages),
    client,
    reconnectUrl: undefined,
    mayPostAs: async () => true,
  });
  const [store, leads, instalments] = [
    new PaymentStore(payments),
    new LeadStore(payments),
    new InstalmentStore(payments),
  ];
  const watches = new WatchStore(payments, watchTimes({}));
  const unexpected = async (what: unknown) => {
    throw new Error(`The batch was not worked as it should be: ${String(what)}`);
  };
  const [routing, days] = [new RoutingStore(payments), new DayStore(payments)];
  const dependencies: WorkDependencies = {
    tell: {
      store,
      watches,
      leads,
      instalments,
      queue: { send: unexpected },
      routing,
      days,
      parked: new ParkedStore(payments),
      attention: new AttentionStore(payments),
      tellOwner: unexpected,
      log,
      outbox,
      installations,
      clock,
      newId,
    },
    pacing: { scale: times.scale, attemptMs: times.callMs + times.marginMs, random: Math.random },
    deadLetters: { send: ({ body }) => unexpected(body) },
    lines: { info: () => {}, warn: () => {}, error: () => {} },
    count: () => {},
    reportError: () => {},
  };
  return {
    happen: (orderId, steps) => happen(store, orderId, steps),
    slackCalls: slack.calls,
    work: async (records) => {
      const event: SQSEvent = { Records: [...records] };
      const until = clock.now() + INVOCATION_MS;
      const answer = await workGroups(event, (group) => work(group, until, dependencies), unexpected);
      if (answer.batchItemFailures.length > 0) await unexpected(`${answer.batchItemFailures.length} records failed`);
    },
  };
}

async function happen(store: PaymentStore, orderId: string, steps: readonly Step[]): Promise<SQSRecord> {
  const place: Place = { team: TEAM, account: ACCOUNT, home: orderId };
  const at = Date.now();
  for (const { sent } of steps) {
    if (sent.kind === 'initiated') {
      const { initiated } = readInitiation(sent.body, { now: at, accounts: [ACCOUNT] });
      await store.recordInitiated(place, initiated, { at, dueAt: at });
    } else {
      const bytes = Buffer.from(JSON.stringify(sent.body));
      await store.recordDelivery(place, { eventId: sent.eventId, bytes, secret: 'current', at });
    }
  }
  const { body, group } = message({ ...place, cause: 'webhook' }, { unique: randomUUID() });
  return { body, messageId: randomUUID(), receiptHandle: '', attributes: { MessageGroupId: group } } as SQSRecord;
}

/** The same database, at a distance. */
function after(ms: number, documents: DynamoDBDocumentClient): DynamoDBDocumentClient {
  const send = async (command: never) => {
    await pause(ms);
    return documents.send(command);
  };
  return { send } as unknown as DynamoDBDocumentClient;
}

/** A Slack that takes everything. */
function openSlack(ms: number): { readonly fetch: typeof fetch; readonly calls: () => number } {
  let calls = 0;
  let posted = 0;
  const answer: typeof fetch = async (url, init) => {
    calls += 1;
    await pause(ms);
    const asked = new URLSearchParams(String(init?.body ?? ''));
    const thread = asked.get('thread_ts');
    const answers: Readonly<Record<string, () => object>> = {
      'chat.postMessage': () => {
        posted += 1;
        const ts = `${Math.floor(Date.now() / 1000)}.${String(posted).padStart(6, '0')}`;
        return { ts, message: thread ? { thread_ts: thread } : {} };
      },
      'chat.update': () => ({ ts: asked.get('ts') }),
      'conversations.info': () => ({ channel: { is_member: true } }),
    };
    const found = answers[String(url).split('/').at(-1) ?? ''];
    return Response.json(found === undefined ? { ok: false, error: 'unknown_method' } : { ok: true, ...found() });
  };
  return { fetch: answer, calls: () => calls };
}

/** A key service that seals nothing. */
function openKeys(): KMSClient {
  const send = async ({ input }: EncryptCommand | DecryptCommand) =>
    'Plaintext' in input
      ? { CiphertextBlob: input.Plaintext }
      : { Plaintext: (input as DecryptCommand['input']).CiphertextBlob };
  return { send } as unknown as KMSClient;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function section(initiated: readonly Round[], paid: readonly Round[], options: BatchOptions): Section {
  const { rounds, slackMs, databaseMs } = options;
  const kinds = [
    { name: 'initiated', rounds: initiated },
    { name: 'all that follows', rounds: paid },
  ].map(({ name, rounds: all }) => ({
    name,
    calls: spreadOf(all.map(({ calls }) => calls)),
    one: spreadOf(all.map(({ one }) => one)),
    ten: spreadOf(all.map(({ ten }) => ten)),
    ratio: spreadOf(all.map(({ one, ten }) => ten / one)),
  }));
  return {
    title: 'A batch beside one record',
    how:
      `The worker's code in this process works one record, and ${BATCH} records of ${BATCH} payments, in turns first, ` +
      `${rounds} times after one that does not count. Slack answers each call in ${slackMs} ms, the database (in memory) ` +
      `each request in ${databaseMs} ms, and no pace is kept.`,
    tables: [
      {
        caption: 'Milliseconds from the event to the answer:',
        head: ['record', 'calls to Slack', 'one', `${BATCH} in ${BATCH} groups`, 'ratio'],
        rows: kinds.map(({ name, calls, one, ten, ratio }) => [
          name,
          inWords(calls, 1),
          inWords(one, 0),
          inWords(ten, 0),
          inWords(ratio, 2),
        ]),
      },
    ],
    targets: kinds.map(({ name, ratio }) => ({
      what: `a batch of ${BATCH} beside one record, ${name}`,
      wanted: `under ${WANTED}`,
      got: inWords(ratio, 2),
      holds: ratio.median < WANTED,
    })),
  };
}
