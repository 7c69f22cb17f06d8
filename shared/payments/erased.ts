import { withoutContacts } from '../slack/text.ts';
import type {
  DisputeEntity,
  InvoiceEntity,
  LinkEntity,
  OrderEntity,
  PaymentEntity,
  PaymentError,
  RefundEntity,
  SubscriptionEntity,
} from './entity.ts';
import { readEvent } from './event.ts';

/** By which of Razorpay's names a field of ours is read. Whoever adds a field to an entity has to say it here too. */
type Names<Entity, Nested extends string = never> = Readonly<Record<Exclude<keyof Entity, Nested>, string>>;

const paymentNames: Names<PaymentEntity, 'cardNetwork' | 'error'> = {
  id: 'id',
  status: 'status',
  amount: 'amount',
  currency: 'currency',
  orderId: 'order_id',
  invoiceId: 'invoice_id',
  method: 'method',
  wallet: 'wallet',
  bank: 'bank',
  fee: 'fee',
  amountRefunded: 'amount_refunded',
  createdAt: 'created_at',
};

const errorNames: Names<PaymentError, 'description'> = {
  code: 'error_code',
  source: 'error_source',
  step: 'error_step',
  reason: 'error_reason',
};

const orderNames: Names<OrderEntity> = {
  id: 'id',
  status: 'status',
  amount: 'amount',
  amountPaid: 'amount_paid',
  currency: 'currency',
};

const linkNames: Names<LinkEntity> = {
  id: 'id',
  orderId: 'order_id',
  amount: 'amount',
  amountPaid: 'amount_paid',
  currency: 'currency',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
  endedAt: 'expired_at',
};

const invoiceNames: Names<InvoiceEntity> = {
  id: 'id',
  orderId: 'order_id',
  amount: 'amount',
  amountPaid: 'amount_paid',
  currency: 'currency',
  endedAt: 'expired_at',
};

const refundNames: Names<RefundEntity> = {
  id: 'id',
  paymentId: 'payment_id',
  amount: 'amount',
  currency: 'currency',
  status: 'status',
  speedRequested: 'speed_requested',
  speedProcessed: 'speed_processed',
  createdAt: 'created_at',
};

const disputeNames: Names<DisputeEntity> = {
  id: 'id',
  paymentId: 'payment_id',
  amount: 'amount',
  amountDeducted: 'amount_deducted',
  currency: 'currency',
  reason: 'reason_code',
  phase: 'phase',
  status: 'status',
  respondBy: 'respond_by',
  createdAt: 'created_at',
};

const subscriptionNames: Names<SubscriptionEntity> = { id: 'id', paidCount: 'paid_count', totalCount: 'total_count' };

/**
 * The bytes of a delivery with nothing of its payer: written anew from what the parser reads, which is what the fold needs,
 * so whatever else Razorpay put there (e-mail, telephone, names, addresses, cards, notes) has no way through. Read again, it
 * is the same event; of Razorpay's sentence about a failure, addresses and numbers go. Undefined for bytes that are no event.
 */
export function erasedBytes(bytes: Uint8Array): Uint8Array | undefined {
  const reading = readEvent(bytes);
  if (!reading.readable) return undefined;
  const { name, at, payment, order, link, invoice, refund, dispute, subscription } = reading.event;
  const entities = {
    payment: payment && paymentOf(payment),
    order: order && named(order, orderNames),
    payment_link: link && named(link, linkNames),
    invoice: invoice && named(invoice, invoiceNames),
    refund: refund && named(refund, refundNames),
    dispute: dispute && named(dispute, disputeNames),
    subscription: subscription && named(subscription, subscriptionNames),
  };
  const payload = Object.entries(entities).flatMap(([key, entity]) => (entity ? [[key, { entity }] as const] : []));
  return Buffer.from(JSON.stringify({ event: name, created_at: at, payload: Object.fromEntries(payload) }));
}

function paymentOf(payment: PaymentEntity): Record<string, unknown> {
  const { cardNetwork, error } = payment;
  return {
    ...named(payment, paymentNames),
    ...(cardNetwork !== undefined && { card: { network: cardNetwork } }),
    ...(error && {
      ...named(error, errorNames),
      error_description: error.description === undefined ? undefined : withoutContacts(error.description),
    }),
  };
}

function named<Entity extends object>(
  entity: Entity,
  names: Readonly<Partial<Record<keyof Entity, string>>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(names).map(([field, raw]) => [String(raw), entity[field as keyof Entity]] as const),
  );
}
