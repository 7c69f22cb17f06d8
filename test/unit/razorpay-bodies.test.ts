import { describe, expect, it } from '@jest/globals';
import { DISPUTE_STATUS, disputeEntity } from '../../lib/local/razorpay-aftermath.ts';
import { refundedPayment } from '../../lib/local/razorpay-bodies.ts';
import { linkEntity } from '../../lib/local/razorpay-requests.ts';
import { readEvent } from '../../shared/payments/event.ts';
import { everyEvent } from '../support/every-event.ts';
import { attempt, bytesOf, start } from '../support/facts.ts';

const paid = attempt('pay_A');

describe('a body of the local Razorpay', () => {
  it.each(everyEvent)('is read as $name, and belongs where that event belongs', ({ name, body, home }) => {
    expect(readEvent(bytesOf(body))).toMatchObject({ readable: true, home, event: { name, at: start } });
  });

  it.each([
    [0, 'captured', null],
    [500_000, 'captured', 'partial'],
    [4_500_000, 'refunded', 'full'],
  ])('shows a payment of which %d was given back as Razorpay does', (refunded, status, refundStatus) => {
    expect(refundedPayment(paid, refunded)).toMatchObject({
      amount: 4_500_000,
      amount_refunded: refunded,
      status,
      refund_status: refundStatus,
      captured: true,
    });
  });

  it('takes a disputed amount from the merchant only when the dispute is lost', () => {
    const dispute = {
      id: 'disp_A',
      paymentId: 'pay_A',
      amount: 4_500_000,
      currency: 'INR',
      phase: 'chargeback',
      reasonCode: 'chargeback',
      at: start,
      respondBy: start + 864_000,
    } as const;

    const deducted = Object.keys(DISPUTE_STATUS).map((name) => {
      const { status, amount_deducted: amount } = disputeEntity(dispute, name as keyof typeof DISPUTE_STATUS);
      return [status, amount];
    });

    expect(deducted.filter(([, amount]) => amount !== 0)).toEqual([['lost', 4_500_000]]);
  });

  it('gives a link no order before somebody opens it, and says when it ended', () => {
    const link = {
      id: 'plink_A',
      orderId: undefined,
      amount: 4_500_000,
      currency: 'INR',
      acceptPartial: false,
      referenceId: 'lead_1',
      at: start,
    };

    const cancelled = linkEntity(link, 'cancelled', 0, start + 60);

    expect(cancelled).not.toHaveProperty('order_id');
    expect(cancelled).toMatchObject({ cancelled_at: start + 60, expired_at: 0, created_at: start });
  });
});
