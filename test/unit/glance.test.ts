/** Many payments at a glance. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Attention } from '../../shared/payments/attention-store.ts';
import type { DayPayment } from '../../shared/payments/day-store.ts';
import { attentionGlimpse, glanceAt } from '../../shared/payments/glance.ts';
import { body, message } from '../../shared/slack/text.ts';

const standings = [
  'initiated',
  'authorized',
  'paid',
  'partlyPaid',
  'failed',
  'refunded',
  'partlyRefunded',
  'disputed',
  'cancelled',
  'expired',
] as const;

describe('the payments of a day', () => {
  it('are each counted once, in the group of how they stand, and what came in is summed by currency', () => {
    const payment = fc.record({
      standing: fc.constantFrom(...standings),
      received: fc.integer({ min: 0, max: 10_000 }),
      currency: fc.constantFrom('INR', 'USD'),
    });
    fc.assert(
      fc.property(fc.array(payment, { maxLength: 40 }), fc.integer({ min: 0, max: 20 }), (given, shown) => {
        const payments = given.map((one, n): DayPayment => {
          return { ...one, mark: '', state: '', subject: '', account: 'live', thread: `order_${n}`, since: n };
        });

        const { total, groups, received, newest } = glanceAt(payments, shown);

        expect(groups.reduce((sum, group) => sum + group.payments, 0)).toBe(total);
        expect(groups.every((group) => group.payments > 0)).toBe(true);
        for (const standing of standings) {
          const many = given.filter((one) => one.standing === standing).length;
          expect(groups.filter((group) => group.payments === many).length > 0 || many === 0).toBe(true);
        }
        expect(received).toHaveLength(new Set(given.flatMap((one) => (one.received > 0 ? one.currency : []))).size);
        expect(newest).toEqual(payments.slice(0, shown));
      }),
    );
  });
});

describe('what needs somebody', () => {
  const said = (more: Partial<Attention>, link?: string) => {
    const attention: Attention = {
      ...{ kind: 'dispute', id: 'disp_1', subject: '₹45,000.00 · Priya S.', since: 1_774_000_000, isOver: false },
      ...{ account: 'live', thread: 'order_1', ...more },
    };
    const { line, fine } = attentionGlimpse(attention, link);
    return message(body(...line), body(...fine)).text.split('\n');
  };

  it.each([
    [{}, '⚖️ Disputed', "Waits to be answered in Razorpay's dashboard, since 20 Mar, 15:16 IST."],
    [{ by: 1_774_100_000 }, '⚖️ Disputed', "Answer it in Razorpay's dashboard by 21 Mar, 19:03 IST."],
    [
      { kind: 'notCaptured', by: 1_774_100_000 },
      '⚠️ Not captured',
      "Capture it in Razorpay's dashboard before 21 Mar, 19:03 IST, when the money goes back.",
    ],
    [
      { kind: 'openTooLong' },
      '⚠️ Open too long',
      'Razorpay tells nothing new: look at the order there. Open since 20 Mar, 15:16 IST.',
    ],
    [
      { kind: 'notCaptured', snoozedUntil: 1_774_014_400 },
      '💤 Not captured',
      "Waits to be captured in Razorpay's dashboard, since 20 Mar, 15:16 IST. Snoozed until 20 Mar, 19:16 IST.",
    ],
  ] as const)('says what to do and by when: %j', (more, title, todo) => {
    expect(said(more)).toEqual([`${title} · ₹45,000.00 · Priya S.`, todo]);
  });

  it('links its thread, where there is one', () => {
    expect(said({}, 'https://acme.slack.com/archives/C1/p1')[1]).toContain(
      '<https://acme.slack.com/archives/C1/p1|Open its thread>',
    );
  });
});
