/**
 * Razorpay's entities, as far as a thread needs them. The parser is open-world: unknown fields pass, a field of an
 * unexpected type or outside any sane range counts as absent, and `""`, `null` and absence are one. It never throws, and
 * keeps nothing by which a payer could be reached or paid. Amounts in the smallest unit, times in Unix seconds.
 * https://razorpay.com/docs/api/
 */

export type PaymentEntity = {
  readonly id: string;
  readonly status: string | undefined;
  readonly amount: number | undefined;
  readonly currency: string | undefined;
  readonly orderId: string | undefined;
  readonly invoiceId: string | undefined;
  readonly method: string | undefined;
  readonly wallet: string | undefined;
  readonly bank: string | undefined;
  readonly cardNetwork: string | undefined;
  /** What Razorpay keeps, tax included; known once captured. */
  readonly fee: number | undefined;
  readonly amountRefunded: number | undefined;
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

export type OrderEntity = {
  readonly id: string;
  /** `paid` once nothing is due; with a part of it paid it is `attempted`. */
  readonly status: string | undefined;
  readonly amount: number | undefined;
  readonly amountPaid: number | undefined;
  readonly currency: string | undefined;
};

export type LinkEntity = {
  readonly id: string;
  readonly orderId: string | undefined;
  readonly amount: number | undefined;
  readonly amountPaid: number | undefined;
  readonly currency: string | undefined;
  readonly createdAt: number | undefined;
  readonly updatedAt: number | undefined;
  /** When it was cancelled or expired. */
  readonly endedAt: number | undefined;
};

export type InvoiceEntity = {
  readonly id: string;
  readonly orderId: string | undefined;
  readonly amount: number | undefined;
  readonly amountPaid: number | undefined;
  readonly currency: string | undefined;
  readonly endedAt: number | undefined;
};

export type RefundEntity = {
  readonly id: string;
  readonly paymentId: string | undefined;
  readonly amount: number | undefined;
  readonly currency: string | undefined;
  readonly status: string | undefined;
  readonly speedRequested: string | undefined;
  readonly speedProcessed: string | undefined;
  readonly createdAt: number | undefined;
};

export type DisputeEntity = {
  readonly id: string;
  readonly paymentId: string | undefined;
  readonly amount: number | undefined;
  readonly amountDeducted: number | undefined;
  readonly currency: string | undefined;
  readonly reason: string | undefined;
  readonly phase: string | undefined;
  readonly status: string | undefined;
  /** Until when it has to be answered. */
  readonly respondBy: number | undefined;
  readonly createdAt: number | undefined;
};

export type SubscriptionEntity = {
  readonly id: string;
  readonly paidCount: number | undefined;
  readonly totalCount: number | undefined;
};

export type SettlementEntity = {
  readonly id: string;
  readonly amount: number | undefined;
  readonly fees: number | undefined;
  readonly utr: string | undefined;
  readonly createdAt: number | undefined;
};

export type DowntimeEntity = {
  readonly id: string;
  readonly method: string | undefined;
  /** Which bank, network or app: what of `instrument` is text. */
  readonly instruments: readonly string[];
  readonly severity: string | undefined;
  readonly status: string | undefined;
  readonly scheduled: boolean;
  readonly begin: number | undefined;
  readonly end: number | undefined;
};

export type Fields = Readonly<Record<string, unknown>>;

export function paymentEntity(entity: Fields | undefined): PaymentEntity | undefined {
  const id = identifier(entity?.['id']);
  if (!entity || !id) return undefined;
  return {
    id,
    status: text(entity['status']),
    amount: amount(entity['amount']),
    currency: currency(entity['currency']),
    orderId: orderId(entity['order_id']),
    invoiceId: identifier(entity['invoice_id']),
    method: text(entity['method']),
    wallet: text(entity['wallet']),
    bank: text(entity['bank']),
    cardNetwork: text(record(entity['card'])?.['network']),
    fee: amount(entity['fee']),
    amountRefunded: amount(entity['amount_refunded']),
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

export function orderEntity(entity: Fields | undefined): OrderEntity | undefined {
  const id = orderId(entity?.['id']);
  if (!entity || !id) return undefined;
  return {
    id,
    status: text(entity['status']),
    amount: amount(entity['amount']),
    amountPaid: amount(entity['amount_paid']),
    currency: currency(entity['currency']),
  };
}

/** An unset time of a link is 0, which is none. */
export function linkEntity(entity: Fields | undefined): LinkEntity | undefined {
  const id = identifier(entity?.['id']);
  if (!entity || !id) return undefined;
  return {
    id,
    orderId: orderId(entity['order_id']),
    amount: amount(entity['amount']),
    amountPaid: amount(entity['amount_paid']),
    currency: currency(entity['currency']),
    createdAt: time(entity['created_at']),
    updatedAt: time(entity['updated_at']),
    endedAt: time(entity['cancelled_at']) ?? time(entity['expired_at']),
  };
}

export function invoiceEntity(entity: Fields | undefined): InvoiceEntity | undefined {
  const id = identifier(entity?.['id']);
  if (!entity || !id) return undefined;
  return {
    id,
    orderId: orderId(entity['order_id']),
    amount: amount(entity['amount']),
    amountPaid: amount(entity['amount_paid']),
    currency: currency(entity['currency']),
    endedAt: time(entity['cancelled_at']) ?? time(entity['expired_at']),
  };
}

export function refundEntity(entity: Fields | undefined): RefundEntity | undefined {
  const id = identifier(entity?.['id']);
  if (!entity || !id) return undefined;
  return {
    id,
    paymentId: identifier(entity['payment_id']),
    amount: amount(entity['amount']),
    currency: currency(entity['currency']),
    status: text(entity['status']),
    speedRequested: text(entity['speed_requested']),
    speedProcessed: text(entity['speed_processed']),
    createdAt: time(entity['created_at']),
  };
}

export function disputeEntity(entity: Fields | undefined): DisputeEntity | undefined {
  const id = identifier(entity?.['id']);
  if (!entity || !id) return undefined;
  return {
    id,
    paymentId: identifier(entity['payment_id']),
    amount: amount(entity['amount']),
    amountDeducted: amount(entity['amount_deducted']),
    currency: currency(entity['currency']),
    reason: text(entity['reason_code']),
    phase: text(entity['phase']),
    status: text(entity['status']),
    respondBy: time(entity['respond_by']),
    createdAt: time(entity['created_at']),
  };
}

export function subscriptionEntity(entity: Fields | undefined): SubscriptionEntity | undefined {
  const id = identifier(entity?.['id']);
  if (!entity || !id) return undefined;
  return { id, paidCount: amount(entity['paid_count']), totalCount: amount(entity['total_count']) };
}

export function settlementEntity(entity: Fields | undefined): SettlementEntity | undefined {
  const id = identifier(entity?.['id']);
  if (!entity || !id) return undefined;
  return {
    id,
    amount: amount(entity['amount']),
    fees: amount(entity['fees']),
    utr: identifier(entity['utr']),
    createdAt: time(entity['created_at']),
  };
}

export function downtimeEntity(entity: Fields | undefined): DowntimeEntity | undefined {
  const id = identifier(entity?.['id']);
  if (!entity || !id) return undefined;
  return {
    id,
    method: text(entity['method']),
    instruments: Object.values(record(entity['instrument']) ?? {}).flatMap((value) => text(value) ?? []),
    severity: text(entity['severity']),
    status: text(entity['status']),
    scheduled: entity['scheduled'] === true,
    begin: time(entity['begin']),
    end: time(entity['end']),
  };
}

export function record(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

export function text(value: unknown): string | undefined {
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
export function time(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= y2000 && value <= y2100
    ? value
    : undefined;
}

const y2000 = Date.UTC(2000, 0) / 1_000;
const y2100 = Date.UTC(2100, 0) / 1_000;

/** Razorpay's identifiers are case-sensitive letters, digits and underscores; anything else may not become a key. */
export function identifier(value: unknown): string | undefined {
  return typeof value === 'string' && /^\w{3,64}$/.test(value) ? value : undefined;
}

/** The order of Razorpay's own payment_link.paid sample comes without its `order_` prefix. */
function orderId(value: unknown): string | undefined {
  const id = identifier(value);
  if (!id) return undefined;
  return id.startsWith('order_') ? id : `order_${id}`;
}
