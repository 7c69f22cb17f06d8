import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { clientsFor } from '../aws-clients.ts';
import { send } from '../play.ts';
import type { LocalStack } from '../start.ts';
import { startStores } from '../stores.ts';
import { STORIES, seededRandom } from '../stories.ts';
import type { Step } from '../telling.ts';
import type { Stack } from '../template.ts';
import type { Section, Table } from './figures.ts';
import { bill, type Prices, total, type Usage } from './prices.ts';
import { type Call, type Recorder, startRecorder, type Written } from './recorder.ts';
import { inWords, spreadOf } from './spread.ts';
import { serveToMeasure, stop, without } from './stacks.ts';

export type LifeOptions = {
  readonly root: string;
  readonly stacks: readonly Stack[];
  readonly prices: Prices;
  /** The first of them meets processes that have just started, the others do not. At least 2. */
  readonly payments: number;
  /** How long Slack takes to answer. */
  readonly slackMs: number;
  /** From one post in a channel to the next. */
  readonly postIntervalMs: number;
};

/** What was used for one thing that Razorpay or the checkout told. */
type Told = {
  readonly name: string;
  readonly usage: Omit<Usage, 'storedByteMonths'>;
  /** Times that the worker had something to send. */
  readonly passes: number;
  readonly writes: readonly Written[];
  readonly slack: readonly string[];
};

type Life = { readonly told: readonly Told[]; readonly duplicate: Told; readonly storedBytes: number };

/** Facts are kept for 400 days. */
const MONTHS_KEPT = 13.2;
/** DynamoDB adds so much to each item that it stores, whatever its size. */
const STORAGE_OVERHEAD = 100;
const QUIET_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 20;
/** CloudWatch adds so much to each line that it takes in. */
const LINE_OVERHEAD = 26;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Plays payments one after another against the served stack, one step at a time, with a recorder between the functions and
 * everything that they call.
 */
export async function measureLife(options: LifeOptions): Promise<Section> {
  await using observed = await startObserved(options);
  const random = seededRandom(1);
  const lives: Life[] = [];
  for (let payment = 0; payment < options.payments; payment += 1) lives.push(await live(observed, random));
  const [first, ...warm] = lives;
  if (first === undefined || warm.length === 0)
    throw new Error('At least two payments are needed: a first and one after.');
  return section(first, warm, options);
}

type Observed = AsyncDisposable & {
  readonly stack: LocalStack;
  readonly recorder: Recorder;
  readonly lines: { readonly functionId: string; readonly line: string }[];
  /** Whether anything waits in the queue, or is being worked. */
  isQuiet(): Promise<boolean>;
};

async function startObserved({ root, stacks, slackMs, postIntervalMs }: LifeOptions): Promise<Observed> {
  await using started = new AsyncDisposableStack();
  const stores = await startStores({ folder: undefined, dynamodbUrl: undefined, sqsUrl: undefined, lost: stop });
  started.defer(() => stores.stop());
  const recorder = await startRecorder({ slackMs });
  started.defer(() => recorder.stop());
  recorder.aim(stores);
  const lines: { functionId: string; line: string }[] = [];
  const stack = await serveToMeasure({
    root,
    others: { dynamodbUrl: recorder.origin, sqsUrl: recorder.origin },
    // A sweep would write between two steps.
    stacks: without(stacks, 'AWS::Scheduler::Schedule'),
    environment: {
      SLACK_API_URL: `${recorder.origin}/api/`,
      SLACK_POST_INTERVAL_MS: String(postIntervalMs),
      AWS_ENDPOINT_URL_KMS: recorder.origin,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: recorder.origin,
    },
    log: (functionId, line) => lines.push({ functionId, line }),
  });
  started.defer(() => stack.stop());
  const { endpoints, plan } = stack.served;
  recorder.aim({ kmsUrl: endpoints.kmsUrl, secretsUrl: endpoints.secretsUrl, slackUrl: stack.slack.url });
  for (const { name, indexes } of plan.tables) {
    recorder.index(
      name,
      indexes.map(({ partition, sort }) => ({ partition: partition.name, sort: sort?.name })),
    );
  }
  const { sqs, destroy } = clientsFor({ ...endpoints, sqsUrl: stores.sqsUrl });
  started.defer(destroy);
  const queue = plan.queues.find(({ id }) => id === plan.mappings[0]?.queue);
  const url = queue?.url.replace(recorder.origin, stores.sqsUrl);
  const running = started.move();
  return {
    stack,
    recorder,
    lines,
    isQuiet: async () => {
      const asked = new GetQueueAttributesCommand({
        QueueUrl: url,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      });
      const { Attributes } = await sqs.send(asked);
      return Object.values(Attributes ?? {}).every((count) => count === '0');
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function live(observed: Observed, random: () => number): Promise<Life> {
  const story = STORIES['failed-then-captured']?.story({ random, now: Date.now() });
  if (story === undefined) throw new Error('The story of a payment is gone.');
  const told: Told[] = [];
  for (const step of story.steps) told.push(await tell(observed, step, 'worker'));
  const captured = story.steps.find((step) => nameOf(step) === 'payment.captured');
  if (captured === undefined) throw new Error('The story ends without a capture.');
  const duplicate = await tell(observed, captured, 'front');

  const items = new Map(told.flatMap(({ writes }) => writes.map((one) => [`${one.table} ${one.pk} ${one.sk}`, one])));
  const own = [...items.values()].filter((item) => item.bytes > 0 && subjectOf(item) !== 'pace');
  return { told, duplicate, storedBytes: own.reduce((sum, { bytes }) => sum + bytes + STORAGE_OVERHEAD, 0) };
}

/** Sends a step, and waits until the function that has the last word on it has written its line and nothing is left to do. */
async function tell(observed: Observed, step: Step, lastWord: 'worker' | 'front'): Promise<Told> {
  const { stack, recorder, lines } = observed;
  recorder.clear();
  lines.splice(0);
  const status = await send(stack.facts, step);
  if (status >= 300) throw new Error(`${nameOf(step)} was answered ${status}.`);
  const end = Date.now() + QUIET_WITHIN_MS;
  const workers = stack.served.plan.mappings.map((mapping) => mapping.function);
  const isTold = () => lines.some(({ functionId }) => workers.includes(functionId) === (lastWord === 'worker'));
  while (!((await observed.isQuiet()) && isTold())) {
    if (Date.now() > end) throw new Error(`${nameOf(step)} is not told after ${QUIET_WITHIN_MS / 1000} s.`);
    await pause(LOOK_EVERY_MS);
  }
  return toldBy(nameOf(step), [...recorder.calls], [...lines], stack);
}

function nameOf({ sent }: Step): string {
  return sent.kind === 'initiated' ? 'initiated' : String(sent.body['event']);
}

function toldBy(name: string, calls: readonly Call[], lines: Observed['lines'], { served }: LocalStack): Told {
  const count = (service: Call['service']) => calls.filter((call) => call.service === service).length;
  const sum = (units: 'writeUnits' | 'readUnits') => calls.reduce((all, call) => all + call[units], 0);
  // A receive that brings nothing belongs to no payment.
  const idle = calls.filter(({ received }) => received === 0).length;
  const batches = calls.filter(({ received = 0 }) => received > 0).length;
  const memory = new Map(served.plan.functions.map(({ id, memoryMb }) => [id, memoryMb]));
  const read = lines.map(({ functionId, line }) => ({ functionId, line, fields: fieldsOf(line) }));
  const gbSeconds = read.map(({ functionId, fields }) => {
    return (Number(fields['ms'] ?? 0) / 1000) * ((memory.get(functionId) ?? 0) / 1024);
  });
  return {
    name,
    usage: {
      httpRequests: 1,
      lambdaRequests: 1 + batches,
      lambdaGbSeconds: gbSeconds.reduce((all, one) => all + one, 0),
      sqsFifoRequests: count('sqs') - idle,
      dynamodbWriteUnits: sum('writeUnits'),
      dynamodbReadUnits: sum('readUnits'),
      kmsRequests: count('kms'),
      secretReads: count('secrets'),
      logBytes: lines.reduce((all, { line }) => all + Buffer.byteLength(line) + LINE_OVERHEAD, 0),
    },
    passes: read.filter(({ fields }) => Number(fields['posted'] ?? 0) + Number(fields['edited'] ?? 0) > 0).length,
    writes: calls.flatMap(({ written }) => written ?? []),
    slack: calls.flatMap(({ service, operation }) => (service === 'slack' ? operation : [])),
  };
}

function fieldsOf(line: string): Readonly<Record<string, unknown>> {
  return line.startsWith('{') ? (JSON.parse(line) as Readonly<Record<string, unknown>>) : {};
}

/** What a write is about, by the key of its item. */
function subjectOf({ operation, pk, sk }: Written): string {
  if (/#thread#/.test(pk)) return 'thread item';
  if (/#pace#/.test(pk)) return 'pace';
  if (/#alias#/.test(pk)) return 'alias';
  if (/##lead#/.test(pk)) return 'lead';
  if (/##day#/.test(pk)) return 'day';
  if (/#lead#/.test(pk)) return 'instalment';
  if (/##day#/.test(pk)) return 'thread of the day';
  // A fact is written once; what is changed in it is when a sweep would look at it.
  if (/^fact#/.test(sk)) return operation === 'PutItem' ? 'fact' : 'due';
  return sk.split('#')[0] ?? sk;
}

/** `2 alias, 1 pace`, the most frequent first. */
function counted(names: readonly string[]): string {
  const groups = [...Map.groupBy(names, (name) => name)].sort(([, one], [, other]) => other.length - one.length);
  return groups.map(([name, all]) => `${all.length} ${name}`).join(', ') || 'none';
}

function section(first: Life, warm: readonly Life[], options: LifeOptions): Section {
  const { prices, slackMs, postIntervalMs } = options;
  const steps = [...(warm[0]?.told ?? []), ...(warm[0] ? [warm[0].duplicate] : [])];
  const passes = [first, ...warm].flatMap(({ told, duplicate }) => [...told, duplicate]);
  const perPass = passes
    .filter((one) => one.passes > 0)
    .map((one) => one.writes.filter((write) => subjectOf(write) === 'thread item').length / one.passes);
  const without = passes.filter((one) => one.passes === 0).flatMap(({ writes }) => writes.map(subjectOf));
  const held = perPass.every((writes) => writes === 2) && !without.includes('thread item');

  return {
    title: "One payment's life, in calls and in money",
    how:
      'The stack of `npm start` is served with a recorder between the functions and DynamoDB, SQS, KMS, Secrets Manager and ' +
      'Slack; it counts requests as they pass, the receives and deletes of the queue mapping among them (receives that bring ' +
      'nothing belong to no payment and are left out). Units are reckoned from the items themselves, before and after each ' +
      'write, by the rules that AWS publishes, the `due` index included. The life: a first try declined, a second captured. ' +
      `One step at a time, each worked to its end before the next; ${warm.length + 1} payments, of which the first meets ` +
      `processes that have just started. Slack answers in ${slackMs} ms, and a channel gets a post every ${postIntervalMs} ms at most.`,
    tables: [
      stepsTable(warm),
      {
        caption:
          'What each of them writes, and what it sends to Slack, in a process that runs already. A pass is one time that the worker has something to send:',
        head: ['told', 'passes', 'writes to the thread item', 'other writes', 'Slack'],
        rows: steps.map((step, index) => [
          index === steps.length - 1 ? `${step.name}, again` : step.name,
          String(step.passes),
          String(step.writes.filter((write) => subjectOf(write) === 'thread item').length),
          counted(step.writes.map(subjectOf).filter((subject) => subject !== 'thread item')),
          counted(step.slack),
        ]),
      },
      billTable(first, warm, prices),
    ],
    notes: [
      'A duplicate within five minutes ends in the queue, which knows its id already. One that comes later wakes the worker, ' +
        'which reads and finds nothing to say: what order.paid costs here, on top.',
      `Prices: ${prices.source}, ${prices.region}, as of ${prices.asOf} (docs/prices.json; another region's with ` +
        '`npm run measure -- --prices FILE`). Duration is what the functions log of themselves on this machine, most of it ' +
        "waiting for Slack. Log lines are the functions' own; Lambda's start and report lines come on top. Storage is " +
        `${MONTHS_KEPT} months of what the payment leaves behind. Not in it: what is paid by the month (a KMS key, secrets, alarms).`,
    ],
    targets: [
      {
        what: 'writes to the thread item in a pass',
        wanted: '2',
        got: inWords(spreadOf(perPass), 0),
        holds: held,
      },
    ],
  };
}

const COLUMNS: readonly (readonly [string, keyof Told['usage'], number])[] = [
  ['HTTP', 'httpRequests', 0],
  ['invocations', 'lambdaRequests', 0],
  ['write units', 'dynamodbWriteUnits', 0],
  ['read units', 'dynamodbReadUnits', 1],
  ['SQS', 'sqsFifoRequests', 0],
  ['KMS', 'kmsRequests', 0],
  ['secrets', 'secretReads', 0],
];

function stepsTable(warm: readonly Life[]): Table {
  const slackOf = (all: readonly Told[]) => all.reduce((sum, { slack }) => sum + slack.length, 0);
  const row = (name: string, of: (life: Life) => readonly Told[]): string[] => [
    name,
    ...COLUMNS.map(([, unit, digits]) => {
      const each = warm.map((life) => of(life).reduce((sum, { usage }) => sum + usage[unit], 0));
      return inWords(spreadOf(each), digits);
    }),
    inWords(spreadOf(warm.map((life) => slackOf(of(life)))), 0),
  ];
  const names = warm[0]?.told.map(({ name }) => name) ?? [];
  return {
    caption: `What is used, in processes that run already (${warm.length} payments):`,
    head: ['told', ...COLUMNS.map(([name]) => name), 'Slack'],
    rows: [
      ...names.map((name, index) => row(name, ({ told }) => told.slice(index, index + 1))),
      row('the whole life', ({ told }) => told),
      row('payment.captured, again', ({ duplicate }) => [duplicate]),
    ],
  };
}

const UNITS: Readonly<Record<keyof Usage, readonly [string, number]>> = {
  httpRequests: ['requests to the HTTP API', 0],
  lambdaRequests: ['invocations', 0],
  lambdaGbSeconds: ['GB-seconds', 3],
  sqsFifoRequests: ['SQS requests', 0],
  dynamodbWriteUnits: ['DynamoDB write units', 0],
  dynamodbReadUnits: ['DynamoDB read units', 1],
  storedByteMonths: ['byte-months kept', 0],
  kmsRequests: ['KMS requests', 0],
  secretReads: ['reads of a secret', 0],
  logBytes: ['bytes of log', 0],
};

function billTable(first: Life, warm: readonly Life[], prices: Prices): Table {
  const [bills, cold] = [warm.map((life) => bill(usageOf(life), prices)), bill(usageOf(first), prices)];
  const duplicates = warm.map(({ duplicate }) => total(bill({ ...duplicate.usage, storedByteMonths: 0 }, prices)));
  const dollars = (cost: number) => `$${(cost * 1e6).toFixed(2)}`;
  const rows = cold.map(({ item, amount, cost }, line) => {
    const [unit, digits] = UNITS[item];
    const amounts = spreadOf(bills.map((one) => one[line]?.amount ?? 0));
    const costs = spreadOf(bills.map((one) => one[line]?.cost ?? 0));
    return [unit, inWords(amounts, digits), dollars(costs.median), amount.toFixed(digits), dollars(cost)];
  });
  const whole = spreadOf(bills.map(total));
  return {
    caption: 'What it costs:',
    head: ['billed', 'a payment', 'a million of them', 'the first in new processes', 'a million of those'],
    rows: [
      ...rows,
      [
        'together',
        `$${whole.median.toFixed(7)}`,
        dollars(whole.median),
        `$${total(cold).toFixed(7)}`,
        dollars(total(cold)),
      ],
      [
        'a duplicate delivery',
        `$${spreadOf(duplicates).median.toFixed(7)}`,
        dollars(spreadOf(duplicates).median),
        '',
        '',
      ],
    ],
  };
}

function usageOf({ told, storedBytes }: Life): Usage {
  const sum = (unit: keyof Told['usage']) => told.reduce((all, { usage }) => all + usage[unit], 0);
  return {
    httpRequests: sum('httpRequests'),
    lambdaRequests: sum('lambdaRequests'),
    lambdaGbSeconds: sum('lambdaGbSeconds'),
    sqsFifoRequests: sum('sqsFifoRequests'),
    dynamodbWriteUnits: sum('dynamodbWriteUnits'),
    dynamodbReadUnits: sum('dynamodbReadUnits'),
    storedByteMonths: storedBytes * MONTHS_KEPT,
    kmsRequests: sum('kmsRequests'),
    secretReads: sum('secretReads'),
    logBytes: sum('logBytes'),
  };
}
