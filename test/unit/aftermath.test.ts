/** What follows on a payment, or comes without a checkout, as people read it. */
import { describe, expect, it } from '@jest/globals';
import { downtimeEntity, settlementEntity } from '../../lib/local/razorpay-account.ts';
import { orderEntity, paymentEntity, webhookBody } from '../../lib/local/razorpay-bodies.ts';
import { linkEntity, subscriptionEntity } from '../../lib/local/razorpay-requests.ts';
import { type Fact, fold } from '../../shared/payments/lifecycle.ts';
import { render } from '../../shared/payments/message.ts';
import { renderOperations } from '../../shared/payments/operations.ts';
import { changes } from '../../shared/payments/replies.ts';
import { renderWarning } from '../../shared/payments/warning.ts';
import {
  attempt,
  authorized,
  captured,
  dispute,
  factOf,
  failed,
  initiated,
  note,
  orderPaid,
  reconciled,
  refund,
  start,
} from '../support/facts.ts';

const lines = (facts: readonly Fact[]) => {
  const { root, replies } = render(fold(facts));
  return [root, ...replies].map(({ key, content }) => [key, ...content.text.split('\n')]);
};
const rootOf = (facts: readonly Fact[]) => lines(facts)[0]?.slice(1);
const repliesOf = (facts: readonly Fact[]) => lines(facts).slice(1);

const tried = attempt('pay_1');
const paid = [initiated(), factOf(captured(tried)), factOf(orderPaid(tried))];

describe('a refund', () => {
  it('of a part leaves the payment partly refunded, and says what stays', () => {
    const facts = [...paid, factOf(refund('processed', tried, { amount: 500_000 }))];

    expect(rootOf(facts)?.slice(0, 2)).toEqual([
      '↩️ Partly refunded · ₹45,000.00 · Priya S. · Full Stack Web Development',
      '₹5,000.00 went back, ₹40,000.00 stays.',
    ]);
    expect(repliesOf(facts).at(-1)?.slice(0, 2)).toEqual([
      'refund#rfnd_1',
      'Refunded ₹5,000.00 of ₹45,000.00 to Priya. The bank may take up to 7 working days to show it. Nothing to do.',
    ]);
  });

  it('of all of it, in two parts, leaves the payment refunded', () => {
    const facts = [
      ...paid,
      factOf(refund('processed', tried, { amount: 500_000 })),
      factOf(refund('created', tried, { amount: 4_000_000, id: 'rfnd_2' })),
    ];

    expect(rootOf(facts)?.slice(0, 2)).toEqual([
      '↩️ Refunded · ₹45,000.00 · Priya S. · Full Stack Web Development',
      'A refund is on its way to the payer.',
    ]);
    expect(fold(facts)).toMatchObject({ refunded: 4_500_000, isOpen: true });
  });

  it('is one reply however it moves, and one more where it fails', () => {
    const moving = [...paid, factOf(refund('created', tried)), factOf(refund('speed_changed', tried))];
    const gone = [...moving, factOf(refund('failed', tried))];

    expect(repliesOf(moving).map(([key]) => key)).toEqual(['paid#pay_1', 'refund#rfnd_1']);
    expect(repliesOf(moving)[1]?.[1]).toContain('The instant way did not work');
    expect(repliesOf(gone).map(([key]) => key)).toEqual(['paid#pay_1', 'refund#rfnd_1', 'refundFailed#rfnd_1']);
    expect(repliesOf(gone)[2]?.[1]).toMatch(/^The refund of ₹45,000.00 failed: the money is still in the Razorpay acc/);
    expect(rootOf(gone)?.[0]).toBe('✅ Paid · ₹45,000.00 · Priya S. · Full Stack Web Development');
  });

  it('of what was paid twice leaves it paid', () => {
    const again = attempt('pay_2', { at: start + 30 });
    const facts = [...paid, factOf(captured(again)), factOf(refund('processed', again))];

    expect(rootOf(facts)?.[0]).toBe('✅ Paid · ₹45,000.00 · Priya S. · Full Stack Web Development');
  });

  it('that only the payment itself speaks of counts all the same', () => {
    const entity = { ...paymentEntity(tried, 'captured'), amount_refunded: 500_000, refund_status: 'partial' };
    expect(fold([...paid, reconciled({ payment: entity })])).toMatchObject({
      standing: 'partlyRefunded',
      refunded: 500_000,
    });
  });

  it('of money that was only authorized is no payment', () => {
    const entity = { ...paymentEntity(tried, 'authorized'), status: 'refunded', amount_refunded: 4_500_000 };
    const facts = [initiated(), factOf(authorized(tried)), reconciled({ payment: entity })];

    expect(fold(facts)).toMatchObject({ standing: 'refunded', paid: 0, isOpen: false });
    expect(repliesOf(facts)).toEqual([]);
  });
});

describe('a dispute', () => {
  const raised = [...paid, factOf(dispute('created', tried))];

  it('says why, until when to answer, what helps and where', () => {
    expect(rootOf(raised)?.slice(0, 2)).toEqual([
      '⚖️ Disputed · ₹45,000.00 · Priya S. · Full Stack Web Development',
      '₹45,000.00 is disputed: answer by 30 Mar, 15:10 IST.',
    ]);
    expect(repliesOf(raised).at(-1)).toEqual([
      'dispute#disp_1',
      "Priya's bank disputes ₹45,000.00: the payer says that the course was not delivered. Answer by 30 Mar, 15:10 IST, or the money is lost.",
      "What helps: log-ins and attendance, messages with the learner. Answer it in <https://dashboard.razorpay.com/app/disputes|Razorpay's dashboard>.",
      'disp_1 · pay_1 · chargeback · goods_or_services_not_received_or_parti…',
    ]);
  });

  it.each([
    ['won', '✅ Paid', 'disputeWon#disp_1', 'Dispute won: ₹45,000.00 stays. Nothing to do.'],
    ['closed', '✅ Paid', 'disputeClosed#disp_1', 'The dispute over ₹45,000.00 is closed. Nothing to do.'],
    [
      'lost',
      '⚖️ Disputed',
      'disputeLost#disp_1',
      'Dispute lost: ₹45,000.00 went back to Priya. Decide whether the course goes on.',
    ],
  ] as const)('that is %s', (step, state, key, sentence) => {
    const facts = [...raised, factOf(dispute(step, tried, { at: start + 700_000 }))];

    expect(rootOf(facts)?.[0]?.startsWith(state)).toBe(true);
    expect(repliesOf(facts).at(-1)?.slice(0, 2)).toEqual([key, sentence]);
    expect(fold(facts).isOpen).toBe(false);
  });

  it('that is lost and then closed stays lost: the money does not come back', () => {
    const lost = factOf(dispute('lost', tried, { at: start + 700_000 }));
    const facts = [...raised, lost, factOf(dispute('closed', tried, { at: start + 800_000 }))];

    expect(rootOf(facts)?.[0]).toMatch(/^⚖️ Disputed/);
  });

  it('tells its steps in the order in which they happened, whatever order they came in', () => {
    const facts = [
      ...paid,
      factOf(dispute('won', tried, { at: start + 900_000 })),
      factOf(dispute('under_review', tried, { at: start + 500_000 })),
      factOf(dispute('action_required', tried, { at: start + 300_000 })),
    ];

    expect(repliesOf(facts).map(([key]) => key)).toEqual([
      'paid#pay_1',
      'dispute#disp_1',
      'disputeAction#disp_1',
      'disputeReview#disp_1',
      'disputeWon#disp_1',
    ]);
  });

  it('that is lost has taken what Razorpay deducted, in the root as in the reply', () => {
    const lost = { id: 'disp_1', payment_id: 'pay_1', amount: 4_500_000, amount_deducted: 500_000, currency: 'INR' };
    const facts = [...paid, factOf(webhookBody('payment.dispute.lost', start + 700_000, { dispute: lost }))];

    expect(rootOf(facts)?.[1]).toBe('Dispute lost: ₹5,000.00 went back.');
    expect(repliesOf(facts).at(-1)?.[1]).toContain('Dispute lost: ₹5,000.00 went back to Priya.');
  });

  describe('of which Razorpay was asked', () => {
    const days = (count: number) => start + count * 86_400;
    const asked = (status: string, day: number, respondBy = days(10)) => ({
      ...reconciled({
        dispute: {
          id: 'disp_1',
          payment_id: 'pay_1',
          amount: 4_500_000,
          currency: 'INR',
          status,
          respond_by: respondBy,
        },
      }),
      at: days(day) * 1_000,
    });

    it('is to be answered once the bank wants more, though nobody told when it was reviewed', () => {
      const facts = [...raised, asked('under_review', 3), factOf(dispute('action_required', tried, { at: days(5) }))];

      expect(rootOf(facts)?.[1]).toBe('₹45,000.00 is disputed: answer by 30 Mar, 15:10 IST.');
      expect(repliesOf(facts).map(([key]) => key)).toEqual([
        'paid#pay_1',
        'dispute#disp_1',
        'disputeReview#disp_1',
        'disputeAction#disp_1',
      ]);
    });

    it('is to be answered by the day that Razorpay named last', () => {
      expect(rootOf([...raised, asked('open', 3, days(14))])?.[1]).toBe(
        '₹45,000.00 is disputed: answer by 3 Apr, 15:10 IST.',
      );
    });

    it('is won in the end, though it was said to be lost before', () => {
      const facts = [...raised, asked('lost', 12), factOf(dispute('won', tried, { at: days(40) }))];

      expect(rootOf(facts)?.[0]).toMatch(/^✅ Paid/);
    });
  });

  it('is one of a few that the root speaks of, what is still open first', () => {
    const facts = ['1', '2', '3', '4', '5'].flatMap((id) => {
      const raised = factOf(dispute('created', tried, { id: `disp_${id}` }));
      return id < '3' ? [raised, factOf(dispute('lost', tried, { id: `disp_${id}` }))] : [raised];
    });

    expect(rootOf([...paid, ...facts])?.[1]).toBe(
      `${Array(3).fill('₹45,000.00 is disputed: answer by 30 Mar, 15:10 IST.').join(' ')} And 2 more: see the replies.`,
    );
  });

  it('with a reason that has no words is told with the reason as it came', () => {
    const facts = [...paid, factOf(dispute('created', tried, { reasonCode: 'some_new_reason' }))];
    expect(repliesOf(facts).at(-1)?.[1]).toContain('the reason given is “some new reason”.');
  });
});

it('what is due is not paid by money of another currency', () => {
  const order = { id: 'order_A', currency: 'INR', receipt: null, attempts: 1, notes: {}, at: start };
  const facts = [
    reconciled({ order: orderEntity({ ...order, amount: 4_500_000, paid: 1_500_000 }) }),
    factOf(captured(attempt('pay_1', { amount: 1_500_000 }))),
    factOf(captured(attempt('pay_2', { amount: 900, currency: 'USD', at: start + 60 }))),
  ];

  expect(repliesOf(facts).map(([, sentence]) => sentence)).toEqual([
    expect.stringContaining('Paid ₹15,000.00 by UPI, part 1. ₹30,000.00 is still due.'),
    expect.stringContaining('Paid USD 9.00 by UPI, part 2. ₹30,000.00 is still due.'),
  ]);
});

describe('a link, a subscription, an order in parts', () => {
  const link = {
    id: 'plink_1',
    orderId: undefined,
    amount: 2_450_000,
    currency: 'INR',
    acceptPartial: false,
    referenceId: '',
    at: start,
  };

  it.each(['cancelled', 'expired'] as const)('has a thread of its own when a link is %s', (status) => {
    const facts = [
      factOf(
        webhookBody(`payment_link.${status}`, start, { payment_link: linkEntity(link, status, 0, start + 3_600) }),
      ),
    ];

    expect(lines(facts)).toEqual([
      [
        'root',
        `⚪ ${status === 'cancelled' ? 'Cancelled' : 'Expired'} · ₹24,500.00 · Unknown payer`,
        'Payment link',
        'plink_1',
      ],
      [
        `${status}#plink_1`,
        `The payment link ${status === 'cancelled' ? 'was cancelled' : 'expired'} unpaid. If the payer still wants to pay, send a new one.`,
        'plink_1 · 20 Mar, 16:10 IST',
      ],
    ]);
  });

  it('says which charge of a subscription it is', () => {
    const subscription = subscriptionEntity({
      id: 'sub_1',
      planId: 'plan_1',
      paidCount: 2,
      totalCount: 12,
      at: start,
    } as never);
    const facts = [
      factOf(webhookBody('subscription.charged', start, { subscription, payment: paymentEntity(tried, 'captured') })),
    ];

    expect(rootOf(facts)?.slice(0, 2)).toEqual([
      '✅ Paid · ₹45,000.00 · Unknown payer',
      'Subscription, charge 2 of 12 · started 20 Mar, 15:10 IST, paid 15:10 IST',
    ]);
  });

  it('reads what is still due from the order, once it was asked for', () => {
    const part = attempt('pay_1', { amount: 1_500_000 });
    const order = { id: 'order_A', currency: 'INR', receipt: null, attempts: 1, notes: {}, at: start };
    const before = [factOf(captured(part))];
    const after = [...before, reconciled({ order: orderEntity({ ...order, amount: 4_500_000, paid: 1_500_000 }) })];

    expect(fold(before)).toMatchObject({ needsLook: true, standing: 'paid' });
    expect(fold(after)).toMatchObject({ needsLook: false, standing: 'partlyPaid', due: 3_000_000, isOpen: true });
    expect(rootOf(after)?.slice(0, 2)).toEqual([
      '🟢 Part 1 paid · ₹15,000.00 of ₹45,000.00 · Unknown payer',
      '▰▰▰▱▱▱▱▱▱▱ ₹30,000.00 due',
    ]);
    expect(repliesOf(after)).toEqual([
      [
        'paid#pay_1',
        'Paid ₹15,000.00 by UPI, part 1. ₹30,000.00 is still due. Razorpay keeps ₹354.00 (fee and tax).',
        'pay_1',
      ],
    ]);
  });

  it('asks about a part whose capture nobody told, once the order is said to be paid', () => {
    const lost = attempt('pay_1', { amount: 2_250_000 });
    const last = attempt('pay_2', { amount: 2_250_000 });
    const order = { id: 'order_A', currency: 'INR', receipt: null, attempts: 2, notes: {}, at: start };
    const paid = {
      payment: paymentEntity(last, 'captured'),
      order: orderEntity({ ...order, amount: 4_500_000, paid: 4_500_000 }),
    };
    const before = [initiated(), factOf(webhookBody('order.paid', start, paid))];
    const after = [...before, reconciled({ payment: paymentEntity(lost, 'captured') })];

    expect(fold(before)).toMatchObject({ needsLook: true, standing: 'paid', due: 0 });
    expect(fold(after)).toMatchObject({ needsLook: false, standing: 'paid', due: 0 });
    expect(repliesOf(after).map(([key]) => key)).toEqual(['paid#pay_1', 'paid#pay_2']);
  });

  it('shows how far a plan has come, with links to what came before', () => {
    const second = attempt('pay_1', { amount: 1_500_000 });
    const facts = [
      initiated({ payment: { kind: 'part', number: 2, of: 3, planTotal: 4_500_000 }, amount: 1_500_000 }),
      note({
        kind: 'earlier',
        orderId: 'order_0',
        number: 1,
        of: 3,
        amount: 1_500_000,
        permalink: 'https://acme.slack.com/archives/C1/p1',
      }),
      factOf(captured(second)),
    ];

    expect(rootOf(facts)?.slice(0, 3)).toEqual([
      '✅ Part 2 of 3 paid · ₹15,000.00 · Priya S. · Full Stack Web Development',
      '▰▰▱ ₹30,000.00 of ₹45,000.00 paid · ₹15,000.00 due',
      'owner Arjun M. · earlier: <https://acme.slack.com/archives/C1/p1|part 1> · initiated 20 Mar, 15:09 IST, paid 15:10 IST (1 min)',
    ]);
    expect(repliesOf(facts)[0]?.[1]).toBe(
      'Paid ₹15,000.00 by UPI, part 2 of 3. ₹15,000.00 of the plan is still due. Razorpay keeps ₹354.00 (fee and tax).',
    );
  });
});

describe('what Razorpay answered when it was asked', () => {
  it('is the failure that a webhook reports, or should have reported', () => {
    const answered = reconciled({ payment: paymentEntity(tried, 'failed') });

    expect(repliesOf([initiated(), answered]).map(([key]) => key)).toEqual(['failed#pay_1#1']);
    expect(repliesOf([initiated(), answered, factOf(failed(tried))])).toEqual(
      repliesOf([initiated(), factOf(failed(tried))]),
    );
  });

  it('says no more of a capture than its webhook did', () => {
    const answered = reconciled({ payment: paymentEntity(tried, 'captured') });
    expect(lines([...paid, answered])).toEqual(lines(paid));
  });
});

describe('a warning', () => {
  const waiting = [
    initiated(),
    factOf(authorized(tried)),
    note({ kind: 'notCaptured', paymentId: 'pay_1', since: start, returnedAt: start + 3 * 86_400 }),
  ];
  const warned = (facts: readonly Fact[]) => {
    const state = fold(facts);
    const [warning] = state.warnings;
    return (
      warning && renderWarning(state, warning, 'https://acme.slack.com/archives/C1/p1').root.content.text.split('\n')
    );
  };

  it('of money that waits to be captured is on the root, in a reply and in the ops channel', () => {
    expect(rootOf(waiting)?.slice(0, 2)).toEqual([
      '⚠️ Not captured · ₹45,000.00 · Priya S. · Full Stack Web Development',
      'Authorized 20 Mar, 15:10 IST and not captured. Razorpay returns the money on 23 Mar, 15:10 IST, unless it is captured first.',
    ]);
    expect(repliesOf(waiting).map(([key]) => key)).toEqual(['notCaptured#pay_1']);
    expect(warned(waiting)).toEqual([
      '⚠️ Not captured · ₹45,000.00 · Priya S. · Full Stack Web Development',
      "Authorized 20 Mar, 15:10 IST and not captured. Razorpay returns the money on 23 Mar, 15:10 IST, unless it is captured first. Capture it in Razorpay's dashboard. <https://acme.slack.com/archives/C1/p1|Open its thread>.",
      'owner Arjun M. · order_A · pay_1',
    ]);
  });

  it('is taken back, in the same words everywhere, once it is captured', () => {
    const facts = [...waiting, factOf(captured(tried))];

    expect(rootOf(facts)?.[0]).toBe('✅ Paid · ₹45,000.00 · Priya S. · Full Stack Web Development');
    expect(repliesOf(facts)[0]?.[1]).toBe(
      'It had waited since 20 Mar, 15:10 IST to be captured. That is settled; nothing to do.',
    );
    expect(warned(facts)?.slice(0, 2)).toEqual([
      '✅ Settled · ₹45,000.00 · Priya S. · Full Stack Web Development',
      'It waited to be captured since 20 Mar, 15:10 IST. It is paid now; nothing to do. <https://acme.slack.com/archives/C1/p1|Open its thread>.',
    ]);
  });
});

describe('what is told in the ops channel', () => {
  const told = (facts: readonly Fact[]) => {
    const thread = renderOperations(facts);
    return thread && [thread.root, ...thread.replies].map(({ key, content }) => [key, ...content.text.split('\n')]);
  };

  it('is a settlement', () => {
    const body = webhookBody('settlement.processed', start, {
      settlement: settlementEntity({ id: 'setl_1', amount: 12_345_600, at: start }),
    });
    expect(told([factOf(body)])).toEqual([
      [
        'root',
        '🏦 Settled · ₹1,23,456.00',
        'The money is on its way to the bank account; it may take up to three hours.',
        'UTR UTIBN62026112200418 · setl_1',
      ],
    ]);
  });

  it('is a downtime, until it is over', () => {
    const downtime = {
      id: 'down_1',
      method: 'netbanking',
      severity: 'high',
      instrument: { bank: 'UTIB' },
      begin: start,
    } as const;
    const event = (status: 'started' | 'resolved', at: number) =>
      factOf(
        webhookBody(`payment.downtime.${status}`, at, { 'payment.downtime': downtimeEntity(downtime, status, at) }),
      );

    expect(told([event('started', start)])).toEqual([
      [
        'root',
        '⚠️ Down · Net banking (Axis Bank)',
        'Most payments by this method may fail since 20 Mar, 15:10 IST. Payers can use another method; nothing has to be done here.',
        'down_1 · severity high',
      ],
    ]);
    expect(
      told([event('resolved', start + 2_400), event('started', start)])?.map(([key, first]) => [key, first]),
    ).toEqual([
      ['root', '✅ Works again · Net banking (Axis Bank)'],
      ['resolved#down_1', 'Net banking (Axis Bank) works again since 20 Mar, 15:50 IST.'],
    ]);
  });

  it('is a webhook that is off, and on again', () => {
    const off = note({ kind: 'webhookDisabled', url: 'https://api.example/webhooks/razorpay/live', disabledAt: start });
    const on = note({ kind: 'webhookEnabled', url: 'https://api.example/webhooks/razorpay/live', at: start + 60 });

    expect(told([off])?.[0]?.[1]).toBe('⚠️ Webhook off · since 20 Mar, 15:10 IST');
    expect(told([off, on])?.map(([key, first]) => [key, first])).toEqual([
      ['root', '✅ Webhook on again · since 20 Mar, 15:11 IST'],
      [`off#${start}`, 'Razorpay switched the webhook off.'],
      [`on#${start + 60}`, 'The webhook is on again.'],
    ]);
    expect(told([on])).toBeUndefined();
  });
});

it('every reply is a change that the routing table can name', () => {
  const everything = [
    ...paid,
    factOf(failed(attempt('pay_0', { at: start - 30 }))),
    factOf(refund('failed', tried)),
    ...(['created', 'action_required', 'under_review', 'won', 'lost', 'closed'] as const).map((step) =>
      factOf(dispute(step, tried)),
    ),
    note({ kind: 'notCaptured', paymentId: 'pay_1', since: start }),
  ];
  const said = new Set(repliesOf(everything).map(([key]) => key?.split('#')[0]));
  expect(changes).toEqual(expect.arrayContaining([...said]));
  expect(said.size).toBe(11);
});
