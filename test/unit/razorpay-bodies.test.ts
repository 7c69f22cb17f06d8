import { describe, expect, it } from '@jest/globals';
import { downtimeEntity, settlementEntity } from '../../lib/local/razorpay-account.ts';
import { DISPUTE_STATUS, disputeEntity, refundEntity } from '../../lib/local/razorpay-aftermath.ts';
import { type Body, paymentEntity, refundedPayment, webhookBody } from '../../lib/local/razorpay-bodies.ts';
import {
  bankTransferEntity,
  invoiceEntity,
  linkEntity,
  qrCodeEntity,
  subscriptionEntity,
  virtualAccountEntity,
} from '../../lib/local/razorpay-requests.ts';
import { readEvent } from '../../shared/payments/event.ts';
import { attempt, bytesOf, start } from '../support/facts.ts';

const paid = attempt('pay_A');
const unordered = { ...paid, id: 'pay_Q', orderId: null };
const refund = {
  id: 'rfnd_A',
  paymentId: 'pay_A',
  amount: 500_000,
  currency: 'INR',
  speed: 'optimum',
  at: start,
} as const;
const dispute = {
  id: 'disp_A',
  paymentId: 'pay_A',
  amount: 4_500_000,
  currency: 'INR',
  phase: 'chargeback',
  reasonCode: 'goods_or_services_not_received_or_partially_received',
  at: start,
  respondBy: start + 864_000,
} as const;
const link = {
  id: 'plink_A',
  orderId: undefined,
  amount: 4_500_000,
  currency: 'INR',
  acceptPartial: false,
  referenceId: 'lead_1',
  at: start,
};
const invoice = { id: 'inv_A', orderId: 'order_A', amount: 4_500_000, currency: 'INR', receipt: '14', at: start };

const all: readonly (readonly [name: string, entities: Readonly<Record<string, Body>>, home: string])[] = [
  ['payment.pending', { payment: paymentEntity({ ...paid, method: 'cod' }, 'pending') }, 'order_A'],
  ['refund.created', { refund: refundEntity(refund, 'pending'), payment: refundedPayment(paid, 500_000) }, 'order_A'],
  ...Object.keys(DISPUTE_STATUS).map((name) => {
    const entities = {
      payment: paymentEntity(paid, 'captured'),
      dispute: disputeEntity(dispute, name as DisputeEvent),
    };
    return [name, entities, 'order_A'] as const;
  }),
  ['payment_link.cancelled', { payment_link: linkEntity(link, 'cancelled', 0, start + 60) }, 'plink_A'],
  [
    'payment_link.expired',
    { payment_link: linkEntity({ ...link, orderId: 'order_A' }, 'expired', 0, start) },
    'order_A',
  ],
  ['invoice.expired', { invoice: invoiceEntity(invoice, 'expired', 0, null, start) }, 'order_A'],
  [
    'subscription.charged',
    {
      subscription: subscriptionEntity({ id: 'sub_A', planId: 'plan_A', paidCount: 2, totalCount: 12, at: start }),
      payment: paymentEntity({ ...paid, invoiceId: 'inv_A' }, 'captured'),
    },
    'order_A',
  ],
  [
    'qr_code.credited',
    {
      payment: paymentEntity(unordered, 'captured'),
      qr_code: qrCodeEntity({ id: 'qr_A', received: 4_500_000, at: start }),
    },
    'pay_Q',
  ],
  [
    'virtual_account.credited',
    {
      payment: paymentEntity({ ...unordered, method: 'bank_transfer' }, 'captured'),
      virtual_account: virtualAccountEntity({ id: 'va_A', received: 4_500_000, at: start }),
      bank_transfer: bankTransferEntity({
        id: 'bt_A',
        paymentId: 'pay_Q',
        virtualAccountId: 'va_A',
        amount: 4_500_000,
      }),
    },
    'pay_Q',
  ],
  ['settlement.processed', { settlement: settlementEntity({ id: 'setl_A', amount: 1_524, at: start }) }, 'ops#setl_A'],
  [
    'payment.downtime.started',
    {
      'payment.downtime': downtimeEntity(
        { id: 'down_A', method: 'netbanking', severity: 'high', instrument: { bank: 'UTIB' }, begin: start },
        'started',
        start,
      ),
    },
    'ops#down_A',
  ],
];
type DisputeEvent = keyof typeof DISPUTE_STATUS;

describe('a body of the local Razorpay', () => {
  it.each(all)('is read as %s, and belongs where that event belongs', (name, entities, home) => {
    const reading = readEvent(bytesOf(webhookBody(name, start, entities)));

    expect(reading).toMatchObject({ readable: true, home, event: { name, at: start } });
  });

  it.each([
    [0, 'captured', null],
    [500_000, 'captured', 'partial'],
    [4_500_000, 'refunded', 'full'],
  ])('shows a payment of which %d was given back as Razorpay does', (refunded, status, refundStatus) => {
    expect(refundedPayment(paid, refunded)).toMatchObject({
      amount: 4_500_000,
      amount_refunded: refunded,
      status,
      refund_status: refundStatus,
      captured: true,
    });
  });

  it('takes a disputed amount from the merchant only when the dispute is lost', () => {
    const deducted = Object.keys(DISPUTE_STATUS).map((name) => {
      const { status, amount_deducted: amount } = disputeEntity(dispute, name as DisputeEvent);
      return [status, amount];
    });

    expect(deducted.filter(([, amount]) => amount !== 0)).toEqual([['lost', 4_500_000]]);
  });

  it('gives a link no order before somebody opens it, and says when it ended', () => {
    const cancelled = linkEntity(link, 'cancelled', 0, start + 60);

    expect(cancelled).not.toHaveProperty('order_id');
    expect(cancelled).toMatchObject({ cancelled_at: start + 60, expired_at: 0, created_at: start });
  });
});
