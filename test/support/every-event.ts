/** A body of every event that is told, with the home that it belongs to. */
import { downtimeEntity, settlementEntity } from '../../lib/local/razorpay-account.ts';
import { DISPUTE_STATUS, disputeEntity, refundEntity } from '../../lib/local/razorpay-aftermath.ts';
import {
  type Body,
  orderEntity,
  paymentEntity,
  refundedPayment,
  webhookBody,
} from '../../lib/local/razorpay-bodies.ts';
import {
  bankTransferEntity,
  invoiceEntity,
  linkEntity,
  qrCodeEntity,
  subscriptionEntity,
  virtualAccountEntity,
} from '../../lib/local/razorpay-requests.ts';
import { attempt, declined, start } from './facts.ts';

export type Sample = { readonly name: string; readonly body: Body; readonly home: string };

const paid = attempt('pay_A');
const withoutOrder = { ...paid, id: 'pay_Q', orderId: null };
const captured = paymentEntity(paid, 'captured');
const order = orderEntity({
  id: 'order_A',
  amount: 4_500_000,
  paid: 4_500_000,
  currency: 'INR',
  receipt: null,
  attempts: 1,
  notes: {},
  at: start,
});
const credited = paymentEntity(withoutOrder, 'captured');
const refund = {
  id: 'rfnd_A',
  paymentId: 'pay_A',
  amount: 500_000,
  currency: 'INR',
  speed: 'optimum',
  at: start,
} as const;
const givenBack = refundedPayment(paid, 500_000);
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
  orderId: 'order_A',
  amount: 4_500_000,
  currency: 'INR',
  acceptPartial: true,
  referenceId: 'lead_1',
  at: start,
};
const unopened = { ...link, orderId: undefined };
const invoice = { id: 'inv_A', orderId: 'order_A', amount: 4_500_000, currency: 'INR', receipt: '14', at: start };
const downtime = {
  id: 'down_A',
  method: 'netbanking',
  severity: 'high',
  instrument: { bank: 'UTIB' },
  begin: start,
} as const;

const entities: readonly (readonly [name: string, home: string, entities: Readonly<Record<string, Body>>])[] = [
  ['payment.authorized', 'order_A', { payment: paymentEntity(paid, 'authorized') }],
  ['payment.captured', 'order_A', { payment: captured }],
  ['payment.failed', 'order_A', { payment: paymentEntity(paid, 'failed', declined) }],
  ['payment.pending', 'order_A', { payment: paymentEntity({ ...paid, method: 'cod' }, 'pending') }],
  ['order.paid', 'order_A', { payment: captured, order }],
  [
    'payment_link.paid',
    'order_A',
    { payment_link: linkEntity(link, 'paid', 4_500_000, start), order, payment: captured },
  ],
  [
    'payment_link.partially_paid',
    'order_A',
    { payment_link: linkEntity(link, 'partially_paid', 1_500_000, start), order, payment: captured },
  ],
  ['payment_link.cancelled', 'plink_A', { payment_link: linkEntity(unopened, 'cancelled', 0, start + 60) }],
  ['payment_link.expired', 'order_A', { payment_link: linkEntity(link, 'expired', 0, start + 60) }],
  [
    'invoice.paid',
    'order_A',
    { payment: captured, order, invoice: invoiceEntity(invoice, 'paid', 4_500_000, 'pay_A', start) },
  ],
  [
    'invoice.partially_paid',
    'order_A',
    { payment: captured, order, invoice: invoiceEntity(invoice, 'partially_paid', 1_500_000, 'pay_A', start) },
  ],
  ['invoice.expired', 'order_A', { invoice: invoiceEntity(invoice, 'expired', 0, null, start) }],
  [
    'subscription.charged',
    'order_A',
    {
      subscription: subscriptionEntity({ id: 'sub_A', planId: 'plan_A', paidCount: 2, totalCount: 12, at: start }),
      payment: captured,
    },
  ],
  [
    'qr_code.credited',
    'pay_Q',
    { payment: credited, qr_code: qrCodeEntity({ id: 'qr_A', received: 4_500_000, at: start }) },
  ],
  [
    'virtual_account.credited',
    'pay_Q',
    {
      payment: { ...credited, method: 'bank_transfer' },
      virtual_account: virtualAccountEntity({ id: 'va_A', received: 4_500_000, at: start }),
      bank_transfer: bankTransferEntity({
        id: 'bt_A',
        paymentId: 'pay_Q',
        virtualAccountId: 'va_A',
        amount: 4_500_000,
      }),
    },
  ],
  ['refund.created', 'order_A', { refund: refundEntity(refund, 'pending'), payment: givenBack }],
  ['refund.processed', 'order_A', { refund: refundEntity(refund, 'processed'), payment: givenBack }],
  ['refund.speed_changed', 'order_A', { refund: refundEntity(refund, 'pending', 'normal'), payment: givenBack }],
  ['refund.failed', 'order_A', { refund: refundEntity(refund, 'failed'), payment: captured }],
  ...Object.keys(DISPUTE_STATUS).map((name) => {
    const told = { payment: captured, dispute: disputeEntity(dispute, name as keyof typeof DISPUTE_STATUS) };
    return [name, 'order_A', told] as const;
  }),
  [
    'settlement.processed',
    'ops#setl_A',
    { settlement: settlementEntity({ id: 'setl_A', amount: 152_400, at: start }) },
  ],
  ...(['started', 'updated', 'resolved'] as const).map((status) => {
    const told = { 'payment.downtime': downtimeEntity(downtime, status, start + 60) };
    return [`payment.downtime.${status}`, 'ops#down_A', told] as const;
  }),
];

export const everyEvent: readonly Sample[] = entities.map(([name, home, told]) => ({
  name,
  home,
  body: webhookBody(name, start, told),
}));
