/** Facts of a payment, made from only what a test is about. */
import {
  type Attempt,
  type Body,
  type Failure,
  orderEntity,
  type PaymentStatus,
  paymentEntity,
  webhookBody,
} from '../../lib/local/razorpay-bodies.ts';
import { readEvent } from '../../shared/payments/event.ts';
import type { Fact, Initiated } from '../../shared/payments/lifecycle.ts';

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
