/** What Razorpay is asked of one thread: enough to make up for lost webhooks, and never so much that a run ends in it. */
import { describe, expect, it } from '@jest/globals';
import type { Asked } from '../../shared/payments/ask.ts';
import { type Finding, findingsOf, newsAmong } from '../../shared/payments/findings.ts';
import { type Fact, fold } from '../../shared/payments/lifecycle.ts';
import type { Body } from '../../shared/razorpay/client.ts';
import { attempt, captured, dispute, factOf, reconciled, refund, start } from '../support/facts.ts';

/** Asks a Razorpay that knows nothing, and answers the calls that were made. */
async function callsFor(facts: readonly Fact[]): Promise<string[]> {
  const calls: string[] = [];
  const client = new Proxy({} as Asked, {
    get: (_, name) => async (id: string) => calls.push(`${String(name)} ${id}`),
  });
  await findingsOf(fold(facts), async (call): Promise<Body | undefined> => {
    await call(client);
    return undefined;
  });
  return calls;
}

const tried = attempt('pay_1');
const many = (body: (index: number) => Body): Fact[] => Array.from({ length: 200 }, (_, index) => factOf(body(index)));

describe('one look at a thread', () => {
  it('asks for the order, its payments, the payment and the refunds of what is on its way back', async () => {
    const facts = [factOf(captured(tried)), factOf(refund('created', tried))];

    expect(await callsFor(facts)).toEqual(['order order_A', 'payment pay_1', 'refundsOf pay_1']);
  });

  it.each([
    ['payments', many((index) => captured(attempt(`pay_${index}`, { at: start + index })))],
    ['disputes', [factOf(captured(tried)), ...many((index) => dispute('created', tried, { id: `disp_${index}` }))]],
    ['refunds', many((index) => refund('created', attempt(`pay_${index}`), { id: `rfnd_${index}` }))],
  ])('makes a few calls of a thread of two hundred %s, so that the run comes to the others', async (_, facts) => {
    expect((await callsFor(facts)).length).toBeLessThanOrEqual(25);
  });
});

it('what is kept under its name is no news again, though Razorpay says more of it by now', () => {
  const order = { id: 'order_A', status: 'attempted', amount: 4_500_000, amount_paid: 100, currency: 'INR' };
  const findingOf = (more: object): Finding => {
    const { event } = reconciled({ order: { ...order, ...more } }) as Fact & { source: 'reconciled' };
    return { name: 'order_A#attempted#100', status: 'attempted', bytes: new Uint8Array(), event };
  };
  const before = [factOf(captured(attempt('pay_1', { amount: 100 })))];
  const { news } = newsAmong([findingOf({})], before, 1);
  const facts: Fact[] = [
    ...before,
    ...news.map(({ name, event }) => ({ source: 'reconciled', id: `reconciled#${name}`, at: 1, event }) as const),
  ];

  expect(news).toHaveLength(1);
  expect(newsAmong([findingOf({ amount: 1_000_000 })], facts, 2)).toEqual({ news: [], facts, state: fold(facts) });
});
