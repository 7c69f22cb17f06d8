/** Facts of a payment, made from only what a test is about. */
import { type DISPUTE_STATUS, disputeEntity, refundEntity } from '../../lib/local/razorpay-aftermath.ts';
import {
  type Attempt,
  type Body,
  type Failure,
  orderEntity,
  type PaymentStatus,
  paymentEntity,
  refundedPayment,
  webhookBody,
} from '../../lib/local/razorpay-bodies.ts';
import { readEvent } from '../../shared/payments/event.ts';
import type { Fact, Initiated, Note } from '../../shared/payments/lifecycle.ts';

/** 20 March 2026, 15:10 in India. */
export const start = 1_773_999_600;

export const declined: Failure = {
  code: 'BAD_REQUEST_ERROR',
  description: 'Not enough money.',
  source: 'bank',
  step: 'payment_authorization',
  reason: 'insufficient_funds',
};

/** A try to pay `order_A`; its id tells it from others. */
export function attempt(id: string, more: Partial<Attempt> = {}): Attempt {
  return { id, orderId: 'order_A', amount: 4_500_000, currency: 'INR', method: 'upi', at: start, notes: {}, ...more };
}

export type Told = { readonly at?: number; readonly failure?: Failure };

/** The body of `payment.*`. */
function paymentBody(name: string, status: PaymentStatus, tried: Attempt, { at, failure }: Told = {}): Body {
  return webhookBody(name, at ?? tried.at + 5, { payment: paymentEntity(tried, status, failure) });
}

export const failed = (tried: Attempt, told: Told = {}): Body =>
  paymentBody('payment.failed', 'failed', tried, { failure: declined, ...told });
export const authorized = (tried: Attempt, told: Told = {}): Body =>
  paymentBody('payment.authorized', 'authorized', tried, told);
export const captured = (tried: Attempt, told: Told = {}): Body =>
  paymentBody('payment.captured', 'captured', tried, told);

/** `refund.processed` of a try that was paid, of which `before` went back before. */
export function refunded(tried: Attempt, amount: number, before = 0): Body {
  const { id: paymentId, currency, at } = tried;
  const refund = { id: `rfnd_${paymentId}_${before}`, paymentId, amount, currency, speed: 'normal', at } as const;
  const entities = { payment: refundedPayment(tried, before + amount), refund: refundEntity(refund, 'processed') };
  return webhookBody('refund.processed', at + 90, entities);
}

/** `order.paid`, with the payment that completed it. Its payment lacks what only payment.captured carries. */
export function orderPaid(tried: Attempt, { at }: Told = {}): Body {
  const { base_amount: _, ...payment } = paymentEntity(tried, 'captured');
  const order = orderEntity({ ...orderOf(tried), paid: tried.amount });
  return webhookBody('order.paid', at ?? tried.at + 5, { payment, order });
}

/** `payment_link.paid`: another serializer sorts its keys, and the envelope's time is when the link was made. */
export function linkPaid(tried: Attempt, { at }: Told = {}): Body {
  const link = {
    accept_partial: false,
    amount: tried.amount,
    amount_paid: tried.amount,
    currency: tried.currency,
    id: `plink_${tried.orderId}`,
    notes: null,
    order_id: tried.orderId,
    status: 'paid',
    updated_at: at ?? tried.at + 5,
  };
  const { order_id, ...entity } = paymentEntity(tried, 'captured');
  const payment = Object.fromEntries(Object.entries({ ...entity, order_id }).sort(([a], [b]) => (a < b ? -1 : 1)));
  const order = { ...orderEntity({ ...orderOf(tried), paid: tried.amount }), id: tried.orderId };
  return webhookBody('payment_link.paid', tried.at - 300, { payment_link: link, order, payment });
}

/** `refund.*` of a payment, `id` telling it from others. Asked for at once where its speed is to change. */
export function refund(
  event: 'created' | 'processed' | 'failed' | 'speed_changed',
  tried: Attempt,
  { id = 'rfnd_1', amount = tried.amount, at = tried.at + 3_600 } = {},
): Body {
  const status = event === 'processed' || event === 'failed' ? event : 'pending';
  const entity = refundEntity(
    {
      id,
      paymentId: tried.id,
      amount,
      currency: tried.currency,
      speed: event === 'speed_changed' ? 'optimum' : 'normal',
      at: tried.at + 3_600,
    },
    status,
    'normal',
  );
  const isFull = amount === tried.amount;
  const payment = {
    ...paymentEntity(tried, 'captured'),
    status: isFull ? 'refunded' : 'captured',
    amount_refunded: amount,
    refund_status: isFull ? 'full' : 'partial',
  };
  return webhookBody(`refund.${event}`, at, { refund: entity, payment });
}

/** `payment.dispute.*`, raised a day after the payment and to be answered within ten. */
export function dispute(
  step: 'created' | 'action_required' | 'under_review' | 'won' | 'lost' | 'closed',
  tried: Attempt,
  { id = 'disp_1', at = tried.at + 86_400, reasonCode = 'goods_or_services_not_received_or_partially_received' } = {},
): Body {
  const event: keyof typeof DISPUTE_STATUS = `payment.dispute.${step}`;
  const raised = tried.at + 86_400;
  const entity = disputeEntity(
    {
      id,
      paymentId: tried.id,
      amount: tried.amount,
      currency: tried.currency,
      phase: 'chargeback',
      reasonCode,
      at: raised,
      respondBy: raised + 9 * 86_400,
    },
    event,
  );
  return webhookBody(event, at, { payment: paymentEntity(tried, 'captured'), dispute: entity });
}

function orderOf(tried: Attempt) {
  const { orderId: id, amount, currency, notes, at } = tried;
  return { id, amount, currency, notes, at, receipt: null, attempts: 1 };
}

export const bytesOf = (body: Body): Uint8Array => Buffer.from(JSON.stringify(body));

let facts = 0;

/** A stored fact of a body, under an id of its own. */
export function factOf(body: Body, id?: string): Fact {
  const reading = readEvent(bytesOf(body));
  if (!reading.readable) throw new Error(reading.why);
  facts += 1;
  return { source: 'razorpay', id: id ?? `event-${facts}`, at: 0, event: reading.event };
}

/** What Razorpay's API answered when it was asked: no event, so no time of one. */
export function reconciled(entities: Readonly<Record<string, Body>>): Fact {
  const [[name, entity] = ['payment', {}]] = Object.entries(entities);
  const { created_at: _, ...body } = webhookBody(`${name}.${entity['status']}`, 0, entities);
  return { ...factOf(body), source: 'reconciled' } as Fact;
}

/** Something that War Room itself noted. */
export function note(said: Note, at = 0): Fact {
  facts += 1;
  return { source: 'note', id: `note-${facts}`, at, note: said };
}

/** What the checkout said of `order_A`. */
export function initiated(more: Partial<Initiated> = {}): Fact {
  const said: Initiated = {
    orderId: 'order_A',
    lead: { id: 'lead_1', name: 'Priya Sharma' },
    amount: 4_500_000,
    currency: 'INR',
    course: { id: 'crs_1', name: 'Full Stack Web Development', type: 'bootcamp' },
    payment: { kind: 'full' },
    assignedAdmin: { id: 'adm_arjun', name: 'Arjun Mehta' },
    initiatedAt: start - 60,
    ...more,
  };
  return { source: 'initiated', id: 'initiated', at: 0, initiated: said };
}
