/**
 * By what else than a checkout's order money is asked for, shaped as Razorpay's: payment links, invoices, subscriptions, QR
 * codes and virtual accounts. Made from the fields that its pages list.
 * https://razorpay.com/docs/api/payments/payment-links/ https://razorpay.com/docs/webhooks/invoices/
 */
import type { Body } from './razorpay-bodies.ts';

const CUSTOMER = { contact: '+919000000000', email: 'void@razorpay.com' };

const shortUrl = (id: string) => `https://rzp.example/i/${id.slice(-7)}`;

export type PaymentLink = {
  readonly id: string;
  /** Undefined where nobody has opened it to pay: a standard link has no order before that. */
  readonly orderId: string | undefined;
  readonly amount: number;
  readonly currency: string;
  readonly acceptPartial: boolean;
  readonly referenceId: string;
  /** Unix seconds. */
  readonly at: number;
};

/** A payment link of which `paid` came in, as it stands at `updatedAt`. Razorpay gives it no `entity` of its own. */
export function linkEntity(
  link: PaymentLink,
  status: 'created' | 'partially_paid' | 'paid' | 'cancelled' | 'expired',
  paid: number,
  updatedAt: number,
): Body {
  return {
    id: link.id,
    amount: link.amount,
    amount_paid: paid,
    currency: link.currency,
    accept_partial: link.acceptPartial,
    first_min_partial_amount: 0,
    status,
    ...(link.orderId !== undefined && { order_id: link.orderId }),
    reference_id: link.referenceId,
    short_url: shortUrl(link.id),
    description: '',
    customer: CUSTOMER,
    notes: null,
    notify: { email: false, sms: true, whatsapp: false },
    reminders: {},
    reminder_enable: false,
    expire_by: 0,
    expired_at: status === 'expired' ? updatedAt : 0,
    cancelled_at: status === 'cancelled' ? updatedAt : 0,
    upi_link: false,
    whatsapp_link: false,
    user_id: '',
    created_at: link.at,
    updated_at: updatedAt,
  };
}

export type Invoice = {
  readonly id: string;
  readonly orderId: string;
  readonly amount: number;
  readonly currency: string;
  readonly receipt: string;
  /** Unix seconds. */
  readonly at: number;
};

/** An invoice of which `paid` came in, the last of it by the payment `paymentId` at `updatedAt`. */
export function invoiceEntity(
  invoice: Invoice,
  status: 'issued' | 'partially_paid' | 'paid' | 'expired',
  paid: number,
  paymentId: string | null,
  updatedAt: number,
): Body {
  return {
    id: invoice.id,
    entity: 'invoice',
    receipt: invoice.receipt,
    invoice_number: invoice.receipt,
    customer_id: null,
    customer_details: { ...CUSTOMER, name: null },
    order_id: invoice.orderId,
    payment_id: paymentId,
    status,
    expire_by: null,
    issued_at: invoice.at,
    paid_at: status === 'paid' ? updatedAt : null,
    cancelled_at: null,
    expired_at: status === 'expired' ? updatedAt : null,
    sms_status: 'sent',
    email_status: null,
    partial_payment: true,
    amount: invoice.amount,
    amount_paid: paid,
    amount_due: invoice.amount - paid,
    first_payment_min_amount: null,
    currency: invoice.currency,
    description: null,
    notes: [],
    short_url: shortUrl(invoice.id),
    type: 'invoice',
    created_at: invoice.at,
  };
}

/** A subscription that was charged `paidCount` of `totalCount` times, last at `at` (Unix seconds). */
export function subscriptionEntity(subscription: {
  readonly id: string;
  readonly planId: string;
  readonly paidCount: number;
  readonly totalCount: number;
  readonly at: number;
}): Body {
  const { id, planId, paidCount, totalCount, at } = subscription;
  const month = 30 * 24 * 60 * 60;
  return {
    id,
    entity: 'subscription',
    plan_id: planId,
    customer_id: null,
    status: paidCount >= totalCount ? 'completed' : 'active',
    current_start: at,
    current_end: at + month,
    ended_at: null,
    quantity: 1,
    notes: [],
    charge_at: at + month,
    start_at: at - (paidCount - 1) * month,
    end_at: at + (totalCount - paidCount) * month,
    auth_attempts: 0,
    total_count: totalCount,
    paid_count: paidCount,
    remaining_count: totalCount - paidCount,
    customer_notify: true,
    created_at: at - (paidCount - 1) * month,
    expire_by: null,
    short_url: null,
    has_scheduled_changes: false,
    change_scheduled_at: null,
    source: 'api',
    offer_id: null,
  };
}

/** A QR code that stands at a counter and takes any amount. */
export function qrCodeEntity(code: { readonly id: string; readonly received: number; readonly at: number }): Body {
  return {
    id: code.id,
    entity: 'qr_code',
    created_at: code.at,
    name: 'Front desk',
    usage: 'multiple_use',
    type: 'upi_qr',
    image_url: shortUrl(code.id),
    payment_amount: null,
    status: 'active',
    description: 'Fees at the front desk',
    fixed_amount: false,
    payments_amount_received: code.received,
    payments_count_received: code.received > 0 ? 1 : 0,
    notes: [],
    customer_id: null,
    close_by: null,
    closed_at: null,
    close_reason: null,
  };
}

/** A virtual account, which takes transfers of any amount. */
export function virtualAccountEntity(account: {
  readonly id: string;
  readonly received: number;
  readonly at: number;
}): Body {
  return {
    id: account.id,
    entity: 'virtual_account',
    name: 'Local Academy',
    description: 'Fees by bank transfer',
    status: 'active',
    amount_expected: null,
    amount_paid: account.received,
    notes: [],
    customer_id: null,
    receivers: [],
    close_by: null,
    closed_at: null,
    created_at: account.at,
  };
}

/** The transfer by which a payment came into a virtual account. */
export function bankTransferEntity(transfer: {
  readonly id: string;
  readonly paymentId: string;
  readonly virtualAccountId: string;
  readonly amount: number;
}): Body {
  return {
    id: transfer.id,
    entity: 'bank_transfer',
    payment_id: transfer.paymentId,
    mode: 'NEFT',
    bank_reference: '632788120034',
    amount: transfer.amount,
    payer_bank_account: null,
    virtual_account_id: transfer.virtualAccountId,
  };
}
