/**
 * Bodies shaped as Razorpay's, made from the fields that its pages list, never copied: payments, orders and the envelope.
 * What follows on a payment is in `razorpay-aftermath.ts`, by what else it is asked for in `razorpay-requests.ts`, and what
 * is about no payment in `razorpay-account.ts`. Amounts in the smallest unit, times in Unix seconds.
 * https://razorpay.com/docs/api/payments/entity/ https://razorpay.com/docs/webhooks/payments/
 */

/** What differs from one attempt to pay to the next. */
export type Attempt = {
  readonly id: string;
  readonly orderId: string;
  readonly amount: number;
  readonly currency: string;
  readonly method: 'upi' | 'card' | 'netbanking' | 'bank_transfer' | 'cod';
  /** Unix seconds. */
  readonly at: number;
  readonly notes: Readonly<Record<string, string>>;
  /** Of an invoice or a subscription. */
  readonly invoiceId?: string;
  /** Razorpay's own words where the payment came by a link, an invoice, a subscription or a QR code. */
  readonly description?: string;
};

/** Money that came in by a QR code or into a virtual account. */
type AttemptWithoutOrder = Omit<Attempt, 'orderId'> & { readonly orderId: null };

/** `pending`: cash on delivery, not collected yet. */
export type PaymentStatus = 'created' | 'authorized' | 'captured' | 'failed' | 'pending';

/** Why an attempt failed, in Razorpay's own words for people and for programs. */
export type Failure = {
  readonly code: string;
  readonly description: string;
  readonly source: string;
  readonly step: string;
  readonly reason: string;
};

export type Body = Readonly<Record<string, unknown>>;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** 14 letters and digits after the prefix, as every id of Razorpay has. `random` answers from 0 up to 1. */
export function razorpayId(prefix: string, random: () => number): string {
  const letters = Array.from({ length: 14 }, () => ALPHABET[Math.floor(random() * ALPHABET.length)]);
  return `${prefix}${letters.join('')}`;
}

/** What Razorpay keeps of a payment: 2 %, and 18 % GST on it; the fee includes the tax. */
function feeOf(amount: number): { readonly fee: number; readonly tax: number } {
  const tax = Math.round(amount * 0.02 * 0.18);
  return { fee: Math.round(amount * 0.02) + tax, tax };
}

const METHODS: Readonly<Record<Attempt['method'], (attempt: { readonly id: string }) => Body>> = {
  upi: () => ({
    vpa: 'learner@okbank',
    upi: { vpa: 'learner@okbank', flow: 'intent', payer_account_type: 'bank_account' },
    acquirer_data: { rrn: '632711904417', upi_transaction_id: '5F0A9C3E7B1D4E62' },
  }),
  card: ({ id }) => ({
    card_id: id.replace(/^pay_/, 'card_'),
    card: {
      id: id.replace(/^pay_/, 'card_'),
      entity: 'card',
      name: '',
      last4: '0153',
      network: 'Visa',
      type: 'debit',
      issuer: 'UTIB',
      international: false,
      emi: false,
      sub_type: 'consumer',
      token_iin: null,
    },
    acquirer_data: { auth_code: '204417' },
  }),
  netbanking: () => ({ bank: 'UTIB', acquirer_data: { bank_transaction_id: '80442671' } }),
  bank_transfer: () => ({ acquirer_data: { rrn: '632788120034' } }),
  cod: () => ({}),
};

/** A payment as it stands at `status`. */
export function paymentEntity(attempt: Attempt | AttemptWithoutOrder, status: PaymentStatus, failure?: Failure): Body {
  const captured = status === 'captured';
  const { fee, tax } = feeOf(attempt.amount);
  return {
    id: attempt.id,
    entity: 'payment',
    amount: attempt.amount,
    currency: attempt.currency,
    base_amount: attempt.amount,
    status,
    order_id: attempt.orderId,
    invoice_id: attempt.invoiceId ?? null,
    international: false,
    method: attempt.method,
    amount_refunded: 0,
    amount_transferred: 0,
    refund_status: null,
    captured,
    description: attempt.description ?? null,
    card_id: null,
    bank: null,
    wallet: null,
    vpa: null,
    email: 'void@razorpay.com',
    contact: '+919000000000',
    notes: attempt.notes,
    fee: captured ? fee : null,
    tax: captured ? tax : null,
    error_code: failure?.code ?? null,
    error_description: failure?.description ?? null,
    error_source: failure?.source ?? null,
    error_step: failure?.step ?? null,
    error_reason: failure?.reason ?? null,
    acquirer_data: {},
    created_at: attempt.at,
    ...METHODS[attempt.method](attempt),
  };
}

/**
 * A captured payment of which `refunded` in all was given back. A part of it leaves the status as it was; all of it changes it.
 * A refund counts as soon as it is made; one that failed counts no more.
 */
export function refundedPayment(attempt: Attempt | AttemptWithoutOrder, refunded: number): Body {
  const isAll = refunded >= attempt.amount;
  return {
    ...paymentEntity(attempt, 'captured'),
    amount_refunded: refunded,
    ...(refunded > 0 && { refund_status: isAll ? 'full' : 'partial' }),
    ...(isAll && { status: 'refunded' }),
  };
}

/** An order as it stands after `paid` of `amount` came in by `attempts` tries. */
export function orderEntity(order: {
  readonly id: string;
  readonly amount: number;
  readonly paid: number;
  readonly currency: string;
  readonly receipt: string | null;
  readonly attempts: number;
  readonly notes: Readonly<Record<string, string>>;
  readonly at: number;
}): Body {
  return {
    id: order.id,
    entity: 'order',
    amount: order.amount,
    amount_paid: order.paid,
    amount_due: order.amount - order.paid,
    currency: order.currency,
    receipt: order.receipt,
    offer_id: null,
    status: order.paid >= order.amount ? 'paid' : order.attempts > 0 ? 'attempted' : 'created',
    attempts: order.attempts,
    notes: order.notes,
    created_at: order.at,
  };
}

/** The envelope of a webhook. The body of an event holds no id of the event: that is a header. */
export function webhookBody(event: string, at: number, entities: Readonly<Record<string, Body>>): Body {
  return {
    entity: 'event',
    account_id: 'acc_LocalAcademy01',
    event,
    contains: Object.keys(entities),
    payload: Object.fromEntries(Object.entries(entities).map(([name, entity]) => [name, { entity }])),
    created_at: at,
  };
}
