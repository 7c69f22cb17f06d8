/**
 * What follows on a captured payment, shaped as Razorpay's: refunds and disputes. Made from the fields that its pages list.
 * https://razorpay.com/docs/api/refunds/entity/ https://razorpay.com/docs/api/disputes/entity/
 */
import type { Body } from './razorpay-bodies.ts';

export type Refund = {
  readonly id: string;
  readonly paymentId: string;
  readonly amount: number;
  readonly currency: string;
  /** What was asked for: `optimum` is at once where the bank can, else as `normal`. */
  readonly speed: 'normal' | 'optimum';
  /** Unix seconds. */
  readonly at: number;
};

/**
 * A refund as it stands. `normal` ones take days, and one that was asked for at once may turn out to be `normal`
 * (refund.speed_changed).
 */
export function refundEntity(
  refund: Refund,
  status: 'pending' | 'processed' | 'failed',
  processed: 'normal' | 'instant' = refund.speed === 'optimum' ? 'instant' : 'normal',
): Body {
  return {
    id: refund.id,
    entity: 'refund',
    amount: refund.amount,
    currency: refund.currency,
    payment_id: refund.paymentId,
    notes: [],
    receipt: null,
    acquirer_data: status === 'processed' ? { arn: '74332746326712345678901' } : {},
    created_at: refund.at,
    batch_id: null,
    status,
    speed_processed: processed,
    speed_requested: refund.speed,
  };
}

export type Dispute = {
  readonly id: string;
  readonly paymentId: string;
  readonly amount: number;
  readonly currency: string;
  readonly phase: 'fraud' | 'retrieval' | 'chargeback' | 'pre_arbitration' | 'arbitration';
  readonly reasonCode: string;
  /** When it was raised, and until when it can be answered, Unix seconds. */
  readonly at: number;
  readonly respondBy: number;
};

/** The events of a dispute, and the status that its entity has in each. `action_required` asks for better evidence. */
export const DISPUTE_STATUS = {
  'payment.dispute.created': 'open',
  'payment.dispute.action_required': 'open',
  'payment.dispute.under_review': 'under_review',
  'payment.dispute.won': 'won',
  'payment.dispute.lost': 'lost',
  'payment.dispute.closed': 'closed',
} as const;

/** A dispute as it stands at one of its events. The amount is taken from the merchant once it is lost. */
export function disputeEntity(dispute: Dispute, event: keyof typeof DISPUTE_STATUS): Body {
  const status = DISPUTE_STATUS[event];
  return {
    id: dispute.id,
    entity: 'dispute',
    payment_id: dispute.paymentId,
    amount: dispute.amount,
    currency: dispute.currency,
    amount_deducted: status === 'lost' ? dispute.amount : 0,
    reason_code: dispute.reasonCode,
    respond_by: dispute.respondBy,
    status,
    phase: dispute.phase,
    created_at: dispute.at,
    evidence: {
      amount: dispute.amount,
      summary: null,
      shipping_proof: null,
      billing_proof: null,
      cancellation_proof: null,
      customer_communication: null,
      proof_of_service: null,
      explanation_letter: null,
      refund_confirmation: null,
      access_activity_log: null,
      refund_cancellation_policy: null,
      term_and_conditions: null,
      others: null,
      submitted_at: event === 'payment.dispute.created' ? null : dispute.at,
    },
  };
}
