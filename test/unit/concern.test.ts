/** What of a payment asks for somebody. */
import { describe, expect, it } from '@jest/globals';
import { concernsOf } from '../../shared/payments/concern.ts';
import { fold } from '../../shared/payments/lifecycle.ts';
import { attempt, authorized, captured, dispute, factOf, failed, initiated, note, start } from '../support/facts.ts';

const one = attempt('pay_1');
const about = '₹45,000.00 · Priya S. · Full Stack Web Development';

describe('a payment', () => {
  it('that goes its way asks for nobody', () => {
    const state = fold([initiated(), factOf(failed(one)), factOf(captured(attempt('pay_2')))]);

    expect(concernsOf(state, 'order_A')).toEqual([]);
  });

  it('that waits to be captured does until it is', () => {
    const warned = note({ kind: 'notCaptured', paymentId: 'pay_1', since: start, returnedAt: start + 9 });
    const facts = [initiated(), factOf(authorized(one)), warned];
    const concern = { kind: 'notCaptured', id: 'pay_1', subject: about, since: start, by: start + 9, isOver: false };

    expect(concernsOf(fold(facts), 'order_A')).toEqual([concern]);
    expect(concernsOf(fold([...facts, factOf(captured(one))]), 'order_A')).toEqual([{ ...concern, isOver: true }]);
  });

  it('that is disputed does by the deadline, until it was answered or decided', () => {
    const facts = [initiated(), factOf(captured(one)), factOf(dispute('created', one))];
    const isOver = (...more: Parameters<typeof dispute>[0][]) => {
      const told = more.map((step, n) => factOf(dispute(step, one, { at: start + 90_000 + n })));
      return concernsOf(fold([...facts, ...told]), 'order_A').map((concern) => concern.isOver);
    };

    expect(concernsOf(fold(facts), 'order_A')).toEqual([
      {
        kind: 'dispute',
        id: 'disp_1',
        subject: about,
        since: start + 86_400,
        by: start + 86_400 + 9 * 86_400,
        isOver: false,
      },
    ]);
    expect(isOver('action_required')).toEqual([false]);
    expect(isOver('under_review')).toEqual([true]);
    expect(isOver('under_review', 'action_required')).toEqual([false]);
    expect(isOver('under_review', 'won')).toEqual([true]);
  });

  it('says how much is at stake where that is not all of it', () => {
    const part = { ...dispute('created', one) } as never as { payload: { dispute: { entity: { amount: number } } } };
    part.payload.dispute.entity.amount = 1_000_000;
    const [concern] = concernsOf(fold([initiated(), factOf(captured(one)), factOf(part as never)]), 'order_A');

    expect(concern?.subject).toBe(`${about} · ₹10,000.00 at stake`);
  });
});
