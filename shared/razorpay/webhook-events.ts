/**
 * The events that a webhook of War Room subscribes to, by Razorpay's names: those that are told to people, and no other, since
 * each delivery that nobody needs costs as much as one that is. https://razorpay.com/docs/webhooks/all/
 */

/** Of every account. Without one of them threads stand still or are wrong. */
export const everyAccountsEvents: readonly string[] = [
  'payment.authorized',
  'payment.captured',
  'payment.failed',
  'order.paid',
  'refund.created',
  'refund.processed',
  'refund.failed',
  'refund.speed_changed',
  'payment.dispute.created',
  'payment.dispute.action_required',
  'payment.dispute.under_review',
  'payment.dispute.won',
  'payment.dispute.lost',
  'payment.dispute.closed',
  'settlement.processed',
  'payment.downtime.started',
  'payment.downtime.updated',
  'payment.downtime.resolved',
];

/** Of products that an account may not have; Razorpay offers them only to those that do. */
export const someAccountsEvents: readonly string[] = [
  'payment.pending',
  'payment_link.paid',
  'payment_link.partially_paid',
  'payment_link.cancelled',
  'payment_link.expired',
  'invoice.paid',
  'invoice.partially_paid',
  'invoice.expired',
  'subscription.charged',
  'qr_code.credited',
  'virtual_account.credited',
];
