/**
 * What Razorpay reports of no single payment, shaped as its own: settlements and downtimes. Made from the fields that its
 * pages list. https://razorpay.com/docs/webhooks/settlements/ https://razorpay.com/docs/webhooks/payments/
 */
import type { Body } from './razorpay-bodies.ts';

/** Money on its way to the merchant's bank. It names no currency: a settlement is in the account's own. */
export function settlementEntity(settlement: {
  readonly id: string;
  readonly amount: number;
  /** Unix seconds. */
  readonly at: number;
}): Body {
  return {
    id: settlement.id,
    entity: 'settlement',
    amount: settlement.amount,
    status: 'processed',
    fees: 0,
    tax: 0,
    utr: 'UTIBN62026112200418',
    created_at: settlement.at,
  };
}

export type Downtime = {
  readonly id: string;
  readonly method: 'upi' | 'card' | 'netbanking' | 'wallet';
  readonly severity: 'low' | 'medium' | 'high';
  /** Which of the method's, by what Razorpay names it: `{ bank: 'UTIB' }`, `{ network: 'VISA' }`. */
  readonly instrument: Readonly<Record<string, string>>;
  /** Unix seconds. */
  readonly begin: number;
};

/** A downtime as it stands at `updatedAt`; `resolved` ends it then. In a webhook its key is `payment.downtime`. */
export function downtimeEntity(
  downtime: Downtime,
  status: 'started' | 'updated' | 'resolved',
  updatedAt: number,
): Body {
  return {
    id: downtime.id,
    entity: 'payment.downtime',
    method: downtime.method,
    begin: downtime.begin,
    end: status === 'resolved' ? updatedAt : null,
    status,
    scheduled: false,
    severity: downtime.severity,
    instrument: downtime.instrument,
    instrument_schema: Object.keys(downtime.instrument),
    created_at: downtime.begin,
    updated_at: updatedAt,
  };
}
