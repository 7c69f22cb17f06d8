import { createHash } from 'node:crypto';

/**
 * What Razorpay's webhooks say, parsed once. The parser is open-world: unknown events and fields pass, a field of an
 * unexpected type or outside any sane range counts as absent, and `""`, `null` and absence are one. It never throws.
 * https://razorpay.com/docs/webhooks/payments/
 */
export type PaymentEvent = {
  readonly name: string;
  /** When Razorpay says it happened, in Unix seconds. On `payment_link.*` this is the link's creation time. */
  readonly at: number | undefined;
  readonly payment: PaymentEntity | undefined;
  readonly order: OrderEntity | undefined;
  readonly link: LinkEntity | undefined;
};

export type PaymentEntity = {
  readonly id: string;
  readonly status: string | undefined;
  /** In the smallest unit of `currency`. */
  readonly amount: number | undefined;
  readonly currency: string | undefined;
  readonly orderId: string | undefined;
  readonly method: string | undefined;
  readonly wallet: string | undefined;
  readonly bank: string | undefined;
  readonly cardNetwork: string | undefined;
  /** What Razorpay keeps, tax included; known once captured. */
  readonly fee: number | undefined;
  readonly createdAt: number | undefined;
  readonly error: PaymentError | undefined;
};

export type PaymentError = {
  readonly code: string | undefined;
  readonly description: string | undefined;
  readonly source: string | undefined;
  readonly step: string | undefined;
  readonly reason: string | undefined;
};

type OrderEntity = {
  readonly id: string;
  readonly amount: number | undefined;
  readonly amountPaid: number | undefined;
  readonly currency: string | undefined;
};

type LinkEntity = {
  readonly id: string;
  readonly amount: number | undefined;
  readonly currency: string | undefined;
  readonly updatedAt: number | undefined;
};

/** The body of a delivery, or why it is not one. */
export type Reading =
  | { readonly readable: true; readonly event: PaymentEvent; readonly home: string }
  | { readonly readable: false; readonly why: string; readonly home: string };

/**
 * Reads the raw bytes of a delivery. `home` is the key under which its fact is kept, a pure function of the bytes:
 * the order, else the payment, link or invoice that it is about, else (settlements, downtimes) `ops#<id>`,
 * else `body#<sha256>`.
 */
export function readEvent(bytes: Uint8Array): Reading {
  const parsed = parseJson(bytes);
  const body = record(parsed);
  const bodyKey = () => `body#${sha256(bytes)}`;
  if (!body) return { readable: false, why: 'The body is signed but is not a JSON object.', home: bodyKey() };

  const name = text(body['event']);
  if (!name) return { readable: false, why: 'The body is signed but names no event.', home: bodyKey() };

  const payload = record(body['payload']);
  const entity = (key: string) => record(record(payload?.[key])?.['entity']);
  const payment = paymentEntity(entity('payment'));
  const order = orderEntity(entity('order'));
  const link = linkEntity(entity('payment_link'));
  const event: PaymentEvent = { name, at: time(body['created_at']), payment, order, link };

  const home =
    order?.id ??
    payment?.orderId ??
    orderId(entity('invoice')?.['order_id']) ??
    orderId(entity('payment_link')?.['order_id']) ??
    payment?.id ??
    identifier(entity('refund')?.['payment_id']) ??
    identifier(entity('dispute')?.['payment_id']) ??
    link?.id ??
    identifier(entity('invoice')?.['id']) ??
    opsKey(entity('settlement') ?? entity('payment.downtime')) ??
    bodyKey();
  return { readable: true, event, home };
}

/** Lower-case hexadecimal SHA-256 of the bytes as received. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function paymentEntity(entity: Fields | undefined): PaymentEntity | undefined {
  const id = identifier(entity?.['id']);
  if (!entity || !id) return undefined;
  return {
    id,
    status: text(entity['status']),
    amount: amount(entity['amount']),
    currency: currency(entity['currency']),
    orderId: orderId(entity['order_id']),
    method: text(entity['method']),
    wallet: text(entity['wallet']),
    bank: text(entity['bank']),
    cardNetwork: text(record(entity['card'])?.['network']),
    fee: amount(entity['fee']),
    createdAt: time(entity['created_at']),
    error: paymentError(entity),
  };
}

function paymentError(entity: Fields): PaymentError | undefined {
  const error: PaymentError = {
    code: text(entity['error_code']),
    description: text(entity['error_description']),
    source: text(entity['error_source']),
    step: text(entity['error_step']),
    reason: text(entity['error_reason']),
  };
  return Object.values(error).some((value) => value !== undefined) ? error : undefined;
}

function orderEntity(entity: Fields | undefined): OrderEntity | undefined {
  const id = orderId(entity?.['id']);
  if (!entity || !id) return undefined;
  return {
    id,
    amount: amount(entity['amount']),
    amountPaid: amount(entity['amount_paid']),
    currency: currency(entity['currency']),
  };
}

function linkEntity(entity: Fields | undefined): LinkEntity | undefined {
  const id = identifier(entity?.['id']);
  if (!entity || !id) return undefined;
  return {
    id,
    amount: amount(entity['amount']),
    currency: currency(entity['currency']),
    updatedAt: time(entity['updated_at']),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function record(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function amount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** A currency's code as ISO 4217 writes it, whether or not it is one that anybody has. */
function currency(value: unknown): string | undefined {
  return typeof value === 'string' && /^[A-Z]{3}$/.test(value) ? value : undefined;
}

/** Unix seconds of this century. Milliseconds, or a number beyond what a date can be, count as absent. */
function time(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= y2000 && value <= y2100
    ? value
    : undefined;
}

const y2000 = Date.UTC(2000, 0) / 1_000;
const y2100 = Date.UTC(2100, 0) / 1_000;

/** Razorpay's identifiers are case-sensitive letters, digits and underscores; anything else may not become a key. */
function identifier(value: unknown): string | undefined {
  return typeof value === 'string' && /^\w{3,64}$/.test(value) ? value : undefined;
}

/** The order of Razorpay's own payment_link.paid sample comes without its `order_` prefix. */
function orderId(value: unknown): string | undefined {
  const id = identifier(value);
  if (!id) return undefined;
  return id.startsWith('order_') ? id : `order_${id}`;
}

function opsKey(entity: Fields | undefined): string | undefined {
  const id = identifier(entity?.['id']);
  return id && `ops#${id}`;
}
