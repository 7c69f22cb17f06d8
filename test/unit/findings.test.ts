/** What Razorpay is asked of one thread: enough to make up for lost webhooks, and never so much that a run ends in it. */
import { describe, expect, it } from '@jest/globals';
import type { Asked } from '../../shared/payments/ask.ts';
import { findingsOf } from '../../shared/payments/findings.ts';
import { type Fact, fold } from '../../shared/payments/lifecycle.ts';
import type { Body } from '../../shared/razorpay/client.ts';
import { attempt, captured, dispute, factOf, refund, start } from '../support/facts.ts';

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
