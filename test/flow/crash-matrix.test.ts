/**
 * From the checkout and Razorpay to Slack over a real queue, with a process that stops for good before or after each of
 * the side effects on the way: the ingress and the API, the worker and its outbox, the sweep. The effects are those of
 * a recorded run. What was not acknowledged is sent again, the queue redelivers, and Slack shows what it should.
 */

import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import { memoryDatabase } from '../../lib/local/memory-database.ts';
import { machineClock } from '../../lib/local/slack-front/clock.ts';
import { type Stores, startStores } from '../../lib/local/stores.ts';
import { workGroups } from '../../shared/aws/groups.ts';
import { Queue } from '../../shared/aws/queue.ts';
import { Table } from '../../shared/aws/table.ts';
import { systemClock } from '../../shared/base/clock.ts';
import { KeptSecret } from '../../shared/base/secret.ts';
import { receive } from '../../shared/payments/ingress.ts';
import { initiate } from '../../shared/payments/initiate.ts';
import { PaymentStore } from '../../shared/payments/store.ts';
import { sweep } from '../../shared/payments/sweep.ts';
import { work } from '../../shared/payments/work.ts';
import { Accounts } from '../../shared/razorpay/accounts.ts';
import { sign } from '../../shared/razorpay/signature.ts';
import { Held } from '../../shared/slack/held.ts';
import { wakerOf } from '../../shared/slack/rooms.ts';
import { attempt, bytesOf, captured, failed, orderPaid, start } from '../support/facts.ts';
import { Fuse, type Spot } from '../support/fuse.ts';
import { type Room, startRoom } from '../support/room.ts';
import { ids } from '../support/slack-world.ts';
import { until } from '../support/until.ts';

/** Points that are tried at a time; `CRASH_MATRIX_TIMES=5` plays the whole matrix so often. */
const atOnce = 12;
const times = Number(process.env['CRASH_MATRIX_TIMES'] ?? 1);

const timeScale = 0.01;
const visibilitySeconds = 1;
const invocationMs = 1_500;
const secret = 'whsec';
const writes = ['insert', 'put', 'update', 'delete'];

let stores: Stores;
let sqs: SQSClient;

beforeAll(async () => {
  stores = await startStores({
    folder: undefined,
    dynamodbUrl: 'http://127.0.0.1:1',
    sqsUrl: undefined,
    lost: () => {},
  });
  sqs = new SQSClient({
    endpoint: stores.sqsUrl,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
}, 30_000);
afterAll(async () => {
  sqs.destroy();
  await stores.stop();
});

/** A workspace and a database of a payment's own. */
function openRoom(): Promise<Room> {
  const database = memoryDatabase();
  const time = { now: machineClock.now, after: machineClock.after, advance: () => {} };
  const quick = { scale: timeScale, settleMs: 300, callMs: 200, marginMs: 20, patienceMs: 50 };
  const options = { inProcess: true, times: quick, time, clock: systemClock };
  return startRoom((name) => new Table(database, name), options);
}

let lives = 0;

/** One payment with a queue of its own, from its start to its capture. A process dies at `spot`; another takes over. */
async function live(spot?: Spot): Promise<{ fuse: Fuse; thread: string[]; doubled: number }> {
  lives += 1;
  const life = lives;
  const room = await openRoom();
  const orderId = `order_${String(life).padStart(14, '0')}`;
  const { QueueUrl: created = '' } = await sqs.send(
    new CreateQueueCommand({
      QueueName: `payments-${life}.fifo`,
      Attributes: { FifoQueue: 'true', VisibilityTimeout: String(visibilitySeconds) },
    }),
  );
  const url = new URL(new URL(created).pathname, stores.sqsUrl).href;
  const fuse = new Fuse(spot);
  let process = processOf(fuse, url, room);
  /** Does a piece of work in the process that lives; answers whether it was heard of before the process stopped. */
  const doing = async (piece: (parts: Process) => Promise<boolean>): Promise<boolean> => {
    const died = () => fuse.blown && process.fuse === fuse;
    const heard = await piece(process).catch((error: unknown) => {
      if (!died()) throw error;
      return false;
    });
    if (!died()) return heard;
    process = processOf(new Fuse(), url, room);
    return false;
  };
  const drain = async () => {
    await until(`the queue of ${orderId} is empty`, async () => {
      const { waiting, inFlight } = await depth(url);
      if (waiting + inFlight === 0) return true;
      // What a dead process had comes back to whoever asks for it once its time is up.
      if (waiting === 0) await systemClock.sleep(40);
      await doing((parts) => poll(parts, url));
      return false;
    });
  };
  const acknowledged = async (what: string, piece: (parts: Process) => Promise<boolean>) => {
    await until(`${what} of ${orderId} is acknowledged`, () => doing(piece));
  };
  const deliver = (body: object) => acknowledged('a delivery', (parts) => delivered(parts, bytesOf(body as never)));

  const swept = async (messages: number) => {
    await until(`nothing of ${orderId} is left to be swept`, async () => {
      await doing(async (parts) => {
        const wake = wakerOf({ payments: parts.queue, calls: parts.queue, reports: parts.queue }, parts.tell.newId);
        await sweep({ ...parts, leads: parts.tell.leads, wake, clock: systemClock, newId: parts.tell.newId });
        return true;
      });
      await drain();
      return threadOf(room, orderId).length >= messages;
    });
  };

  // Its hand-over is lost, so that the sweep has to find it.
  await acknowledged('the start', (parts) => started(parts, orderId));
  await swept(1);
  await deliver(failed(attempt(`pay_${life}a`, { orderId })));
  await drain();
  const second = attempt(`pay_${life}b`, { orderId, at: start + 60 });
  await deliver(captured(second));
  await deliver(captured(second));
  await deliver(orderPaid(second));
  await drain();
  await swept(whole.length);
  return { fuse, thread: threadOf(room, orderId).sort(), doubled: room.report.doubled };
}

type Process = ReturnType<typeof processOf>;

/** The parts of a process, each of whose side effects passes through the fuse. */
function processOf(fuse: Fuse, url: string, room: Room) {
  const table = (name: string) => fuse.watch(room.table(name), name, (method) => writes.includes(method));
  const queue = fuse.watch(new Queue(sqs, url), 'queue', () => true);
  const lost = fuse.watch({ send: () => Promise.reject(new Error('The hand-over is lost.')) }, 'lost', () => true);
  const { tell } = room.another({
    table,
    client: fuse.watch(room.client, 'slack', (method) => ['post', 'update', 'remove'].includes(method)),
    queue,
  });
  const accounts = new KeptSecret(async () => JSON.stringify(secrets(room.team.id)), Accounts.parse, systemClock);
  const poller = fuse.watch({ done: (receipt: string) => deleted(url, receipt) }, 'poller', () => true);
  const store = new PaymentStore(table('payments'));
  return {
    team: room.team.id,
    fuse,
    queue,
    lost,
    tell,
    accounts,
    poller,
    store,
    held: new Held(table('messages'), 3_600_000),
  };
}

const secrets = (teamId: string) => ({
  live: { teamId, mode: 'test', webhook: { current: secret }, keyId: 'k', keySecret: 's' },
});
const nothing = { info: () => undefined, warn: () => undefined, error: () => undefined };

async function started({ team, store, accounts, lost, tell }: Process, orderId: string): Promise<boolean> {
  const body = {
    orderId,
    lead: { id: `lead_${orderId}`, name: 'Priya Sharma' },
    amount: 4_500_000,
    currency: 'INR',
    course: { id: 'crs_1', name: 'Full Stack Web Development', type: 'bootcamp' },
    payment: { kind: 'part', number: 1, of: 3, planTotal: 13_500_000 },
  };
  const key = { name: 'checkout', team, scopes: ['payments' as const] };
  const dependencies = {
    store,
    accounts,
    queue: lost,
    clock: systemClock,
    report: () => {},
    uniqueId: tell.newId,
    timeScale: timeScale / 5,
  };
  const { status } = await initiate(body, key as never, dependencies);
  return status < 300;
}

async function delivered({ store, accounts, queue }: Process, bytes: Uint8Array): Promise<boolean> {
  const incoming = { account: 'live', bytes, signature: sign(bytes, secret), eventId: undefined };
  const { status } = await receive(incoming, { store, accounts, queue, clock: systemClock, report: () => {} });
  return status === 200;
}

/** What Lambda's poller does: receives, has the groups worked, deletes what is done. */
async function poll({ tell, queue, poller }: Process, url: string): Promise<boolean> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'] }),
  );
  const Records = Messages.map(
    ({ Body, MessageId, ReceiptHandle, Attributes }) =>
      ({
        body: Body,
        messageId: MessageId,
        receiptHandle: ReceiptHandle,
        attributes: Attributes,
      }) as unknown as SQSRecord,
  );
  const deadLetters = { send: () => Promise.reject(new Error('Nothing of this may be parked.')) };
  const pacing = { scale: timeScale, attemptMs: 220, random: Math.random };
  const dependencies = {
    tell,
    pacing,
    deadLetters,
    lines: nothing,
    count: () => undefined,
    reportError: () => undefined,
  };
  const { batchItemFailures } = await workGroups(
    { Records },
    (records) => work(records, Date.now() + invocationMs, dependencies),
    (record, seconds) => queue.comeBack(record.receiptHandle, seconds),
  );
  for (const { messageId, receiptHandle } of Records) {
    if (!batchItemFailures.some(({ itemIdentifier }) => itemIdentifier === messageId)) await poller.done(receiptHandle);
  }
  return true;
}

async function deleted(url: string, receipt: string): Promise<void> {
  await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: receipt }));
}

const depth = (url: string) => new Queue(sqs, url).depth();

/** The first lines of everything in Slack that bears the mark of this order's thread. */
function threadOf(room: Room, orderId: string): string[] {
  return room.front.control
    .messages(ids.payments)
    .filter(({ blocks }) => String(blocks[0]?.['block_id'] ?? '').startsWith(`payments#live#${orderId}/`))
    .map(({ text }) => text.split('\n')[0] ?? '');
}

const whole = [
  'Paid ₹45,000.00 by UPI, part 1 of 3, on the second try. ₹90,000.00 of the plan is still due. Razorpay keeps ₹1,062.00 (fee and tax).',
  'Payment failed: the bank declined it for lack of funds.',
  '✅ Part 1 of 3 paid · ₹45,000.00 · Priya S. · Full Stack Web Development',
];

describe('a process that stops before or after any of its side effects', () => {
  it('loses nothing, doubles nothing, and leaves one thread an order', async () => {
    const { fuse: recorded, thread } = await live();
    expect(thread).toEqual(whole);
    const kinds = [
      'payments.insert',
      'messages.update',
      'instalments.insert',
      'slack.post',
      'slack.update',
      'queue.send',
      'poller.done',
    ];
    expect([...new Set(recorded.effects)]).toEqual(expect.arrayContaining(kinds));

    const points = Array.from({ length: times }).flatMap(() =>
      recorded.effects.flatMap((name, effect) => [
        { name, effect, side: 'before' as const },
        { name, effect, side: 'after' as const },
      ]),
    );
    const wrong: string[] = [];
    let reached = 0;
    const lane = async () => {
      for (let point = points.shift(); point; point = points.shift()) {
        const { fuse, thread: after, doubled } = await live(point);
        if (fuse.blown) reached += 1;
        if (doubled > 0 || JSON.stringify(after) !== JSON.stringify(whole))
          wrong.push(`${point.side} ${point.name} (${point.effect}): ${JSON.stringify(after)}`);
      }
    };
    const all = points.length;
    await Promise.all(Array.from({ length: atOnce }, lane));

    expect(wrong).toEqual([]);
    console.log(
      `${reached} of ${all} points of ${recorded.effects.length} side effects: nothing lost, nothing doubled`,
    );
    // A run may take a turn more or less than the recorded one, so that its last points are not reached.
    expect(reached).toBeGreaterThan(all * 0.9);
  }, 170_000);
});
