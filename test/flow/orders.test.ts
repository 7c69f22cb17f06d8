/** Deliveries of one thread in every order, with duplicates, through the served stack: the end is always the same. */
import { createHmac } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { attempt, authorized, bytesOf, captured, failed, linkPaid, orderPaid, start } from '../support/facts.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const samples = new URL('../../../shared/razorpay-samples/', import.meta.url);
const published = (...names: string[]) => names.map((name) => new URL(`${name}.json`, samples));

const paid = attempt('pay_1');
const late = attempt('pay_2');

/** Bodies that belong to one thread each, and how many replies their thread has in the end. */
const ours: readonly (readonly [string, readonly Uint8Array[], number])[] = [
  [
    'captured, order.paid and payment_link.paid of one payment',
    [captured(paid), orderPaid(paid), linkPaid(paid)].map(bytesOf),
    1,
  ],
  [
    'failed twice, then a late success',
    [
      failed(late),
      failed(late, { at: start + 60 }),
      authorized(late, { at: start + 7_200 }),
      captured(late, { at: start + 7_201 }),
    ].map(bytesOf),
    3,
  ],
];
const theirs: readonly (readonly [string, readonly URL[], number])[] = [
  [
    'a net banking payment',
    published('real-payment.authorized.netbanking', 'real-payment.captured.netbanking', 'real-order.paid.netbanking'),
    1,
  ],
  [
    'a UPI payment that failed and was authorized',
    published('docs-payment.failed.upi', 'docs-payment.authorized.upi'),
    1,
  ],
  [
    'a card payment that failed and was captured',
    published('docs-payment.failed.card', 'docs-payment.captured.card'),
    2,
  ],
  ['a failed net banking payment', published('real-payment.failed.netbanking'), 1],
  ['a paid UPI link', published('real-payment_link.paid.upi'), 1],
  ['a paid standard link', published('docs-payment_link.paid.standard'), 1],
];

let stack: TestStack;
const secret = 'the secret of every account';
let accounts = 0;

beforeAll(async () => {
  stack = await startTestStack();
  // An account for each order of delivery: the same ids make a thread of their own in each.
  const { teamId } = stack.facts.slack;
  const all = Array.from({ length: 200 }, (_, n) => [
    `a${n}`,
    { teamId, mode: 'test', webhook: { current: secret }, keyId: 'k', keySecret: 's' },
  ]);
  const id = stack.served.plan.secrets.find((one) => one.id === 'RazorpaySecret')?.name ?? '';
  stack.served.secrets.put(id, JSON.stringify(Object.fromEntries(all)));
}, 60_000);
afterAll(() => stack.stop());

/** Every order of `items`. */
function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

async function deliver(account: string, bytes: Uint8Array, eventId: string): Promise<void> {
  const signature = createHmac('sha256', secret).update(bytes).digest('hex');
  const { status } = await fetch(`${stack.facts.api}/webhooks/razorpay/${account}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-razorpay-signature': signature, 'x-razorpay-event-id': eventId },
    body: Buffer.from(bytes),
  });
  expect(status).toBe(200);
}

/** What stands in Slack of an account's only thread: the root, and the replies in no order. */
async function standing(account: string, orderId: string): Promise<{ root: string[]; replies: string[] }> {
  const response = await fetch(`${stack.facts.api}/v1/payments/${orderId}?account=${account}`, {
    headers: { authorization: `Bearer ${stack.facts.apiKey}` },
  });
  const { messages } = (await response.json()) as { messages: { key: string; ts: string }[] };
  const inSlack = stack.slack.messages(stack.facts.channels.payments);
  const root = messages.find(({ key }) => key === 'root');
  return {
    root: inSlack.filter(({ ts }) => ts === root?.ts).map(({ text }) => text),
    // Not what War Room believes but what Slack has: a reply too many would be seen.
    replies: inSlack
      .filter(({ threadTs }) => threadTs === root?.ts)
      .map(({ text }) => text)
      .sort(),
  };
}

/** Delivers the bodies in every order, each round to all accounts, told in between; every second body comes twice. */
async function playEveryOrder(bodies: readonly Uint8Array[]) {
  const runs = permutations(bodies.map((bytes, index) => ({ bytes, index }))).map((order) => {
    accounts += 1;
    return { account: `a${accounts - 1}`, order };
  });
  for (const [round] of bodies.entries()) {
    await Promise.all(
      runs.map(async ({ account, order }) => {
        const body = order[round];
        if (!body) return;
        const eventId = `event${account}body${body.index}`.padEnd(14, '0');
        await deliver(account, body.bytes, eventId);
        if ((round + body.index) % 2 === 0) await deliver(account, body.bytes, eventId);
        // The same bytes under an id that nobody signed.
        if (round === bodies.length - 1) await deliver(account, body.bytes, `${eventId}again`);
      }),
    );
    await stack.untilQuiet();
  }
  const { payload } = JSON.parse(Buffer.from(bodies[0] ?? []).toString());
  const order = payload.order?.entity.id ?? payload.payment.entity.order_id;
  const orderId = String(order).startsWith('order_') ? String(order) : `order_${order}`;
  return Promise.all(runs.map(({ account }) => standing(account, orderId)));
}

describe('deliveries in every order, with duplicates', () => {
  it.each(ours)(
    'end in the same thread: %s',
    async (_, bodies, replies) => {
      const [first, ...others] = await playEveryOrder(bodies);

      expect(first).toMatchObject({ root: [expect.any(String)], replies: { length: replies } });
      for (const other of others) expect(other).toEqual(first);
    },
    60_000,
  );

  (existsSync(samples) ? it : it.skip).each(theirs)(
    'as published, end in the same thread: %s',
    async (_, files, replies) => {
      const [first, ...others] = await playEveryOrder(files.map((file) => readFileSync(file)));

      expect(first).toMatchObject({ root: [expect.any(String)], replies: { length: replies } });
      for (const other of others) expect(other).toEqual(first);
    },
    60_000,
  );
});
