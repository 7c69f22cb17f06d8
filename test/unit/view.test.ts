import { describe, expect, it } from '@jest/globals';
import { channelId, ts, userId } from '../../shared/base/names.ts';
import { paymentView } from '../../shared/payments/answers.ts';
import { readEvent } from '../../shared/payments/event.ts';
import type { Fact, Initiated } from '../../shared/payments/lifecycle.ts';
import { type Seen, view } from '../../shared/payments/view.ts';

const order = 'order_Hd7Rt0pLmQ2w3e';
const pay = 'pay_Hd7Ssr4KZ9Xv1q';
const initiated: Initiated = {
  orderId: order,
  lead: { id: 'lead-41', name: 'Priya Sharma' },
  amount: 499900,
  currency: 'INR',
  course: { id: 'ds-7', name: 'Data Science', type: 'cohort' },
  payment: { kind: 'full' },
  assignedAdmin: null,
  initiatedAt: 1_763_620_200,
};
const start = (over: Partial<Initiated> = {}): Fact => ({
  source: 'initiated',
  id: 'initiated',
  at: 1_763_620_200_000,
  initiated: { ...initiated, ...over },
});

function heard(name: string, over: Record<string, unknown> = {}): Fact {
  const entity = {
    id: pay,
    order_id: order,
    amount: 499900,
    currency: 'INR',
    email: 'priya@example.com',
    contact: '+919876543210',
    vpa: 'priya@okbank',
    card: { last4: '4242', name: 'Priya Sharma' },
    ...over,
  };
  const reading = readEvent(
    Buffer.from(JSON.stringify({ event: name, created_at: 1_763_620_260, payload: { payment: { entity } } })),
  );
  if (!reading.readable) throw new Error(reading.why);
  return { source: 'razorpay', id: `evt_${name}`, at: 1_763_620_261_000, event: reading.event };
}

const untold: Seen['told'] = { destination: undefined, entries: {} };
const entry = (state: 'posted' | 'intent' | 'gone', at?: string) => ({
  state,
  revision: 1,
  hash: 'x',
  ...(at && { ts: ts(at), author: userId('U1') }),
});
const told: Seen['told'] = {
  destination: { channel: channelId('C1'), row: 'full payment', why: 'It is a full payment.' },
  entries: {
    [`paid#${pay}`]: entry('posted', '1763620262.000200'),
    [`failed#${pay}#1`]: entry('gone', '1763620261.000200'),
    'refund#rfnd_1': entry('intent'),
    root: entry('posted', '1763620201.000100'),
  },
};
const see = (over: Partial<Seen>) =>
  view({ thread: order, facts: [start()], told: untold, teamUrl: 'https://acme.slack.com/', ...over });

describe('what support is shown of a payment', () => {
  it('is how it stands, what was heard of it and where it is told', () => {
    expect(see({ facts: [heard('payment.captured'), start()], told })).toEqual({
      id: order,
      state: 'Paid',
      amount: 499900,
      paid: 499900,
      refunded: 0,
      due: 0,
      currency: 'INR',
      facts: [
        { id: 'initiated', kind: 'initiated', source: 'api', at: '2025-11-20T06:30:00.000Z' },
        { id: 'evt_payment.captured', kind: 'payment.captured', source: 'razorpay', at: '2025-11-20T06:31:01.000Z' },
      ],
      destination: { channel: 'C1', row: 'full payment', why: 'It is a full payment.' },
      messages: [
        {
          key: 'root',
          state: 'posted',
          ts: '1763620201.000100',
          author: 'U1',
          permalink: 'https://acme.slack.com/archives/C1/p1763620201000100',
        },
        { key: `failed#${pay}#1`, state: 'gone', ts: '1763620261.000200', author: 'U1', permalink: null },
        {
          key: `paid#${pay}`,
          state: 'posted',
          ts: '1763620262.000200',
          author: 'U1',
          permalink: 'https://acme.slack.com/archives/C1/p1763620262000200?thread_ts=1763620201.000100&cid=C1',
        },
        { key: 'refund#rfnd_1', state: 'intent', ts: null, author: null, permalink: null },
      ],
    });
  });

  const part = { kind: 'part', number: 2, of: 3, planTotal: 1499700 } as const;
  it.each([
    ['Initiated', [start()], 499900],
    ['Authorized', [start(), heard('payment.authorized')], 499900],
    ['Failed', [start(), heard('payment.failed')], 499900],
    ['Paid', [heard('payment.captured')], 0],
    ['Part 2 of 3 paid', [start({ payment: part }), heard('payment.captured')], 0],
    ['Part 1 paid', [start(), heard('payment.captured', { amount: 100000 })], 399900],
    ['Unknown', [heard('subscription.paused')], null],
  ] as [string, Fact[], number | null][])('is the state %s', (state, facts, due) => {
    expect(see({ facts })).toMatchObject({ state, due });
  });

  it('names the thread by the id it was first met by where there is no order', () => {
    expect(see({ thread: pay, facts: [heard('payment.captured', { order_id: null })] }).id).toBe(pay);
  });

  it('has no permalinks where the workspace has no address', () => {
    expect(see({ told, teamUrl: undefined }).messages.map(({ permalink }) => permalink)).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it('holds nothing by which the payer can be reached, and no means of payment', () => {
    const text = JSON.stringify(see({ facts: [start(), heard('payment.failed'), heard('payment.captured')], told }));

    expect(text).not.toMatch(/@|98765|4242|Priya/);
  });

  it.each([
    ['nothing told', {}],
    ['everything told', { facts: [start(), heard('payment.captured')], told }],
    ['no amount known', { facts: [heard('subscription.paused', { amount: null })] }],
  ] as [string, Partial<Seen>][])('is as the schema says, with %s', (_, over) => {
    expect(paymentView.safeParse(see(over)).error).toBeUndefined();
  });
});
