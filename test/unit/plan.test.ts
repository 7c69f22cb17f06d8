import { describe, expect, it } from '@jest/globals';
import { type Fact, fold, type Note } from '../../shared/payments/lifecycle.ts';
import { render } from '../../shared/payments/message.ts';
import { isOpen, isOpenTo, plansOf } from '../../shared/payments/plan.ts';
import type { Instalment } from '../../shared/payments/route.ts';
import { attempt, captured, factOf, initiated, refunded } from '../support/facts.ts';

const meera = { id: 'adm_meera', name: 'Meera Thomas' };
const part = (number: number, of = 3) =>
  initiated({ amount: 1_500_000, payment: { kind: 'part', number, of, planTotal: 1_500_000 * of } });
const paid = factOf(captured(attempt('pay_1', { amount: 1_500_000 })));

const noted = (at: number, note: Note): Fact => ({
  source: 'note',
  id: `note#${at}#${JSON.stringify(note)}`,
  at,
  note,
});
const other = (number: number, amount = 1_500_000, at = 1, of = 3) =>
  noted(at, {
    kind: 'earlier',
    orderId: `order_${number}`,
    number,
    of,
    amount,
    permalink: `https://acme.slack.com/archives/C1/p${number}`,
  });

const root = (...facts: Fact[]) => render(fold(facts)).root.content;
/** The lines below the first, as they read: of a link, what it is called. */
const below = (...facts: Fact[]) => {
  const text = root(...facts).text.replaceAll(/<[^|>]+\|([^>]+)>/g, '$1');
  return text.split('\n').slice(1);
};

describe('the root of an instalment', () => {
  it('shows how far the plan has come, with the way to the instalments before', () => {
    expect(below(part(2), paid, other(1))).toEqual([
      '▰▰▱ ₹30,000.00 of ₹45,000.00 paid · ₹15,000.00 due',
      expect.stringMatching(/^owner Arjun M\. · earlier: part 1 · initiated /),
      expect.stringContaining('order_A'),
    ]);
    expect(JSON.stringify(root(part(2), paid, other(1)).blocks)).toContain(
      '<https://acme.slack.com/archives/C1/p1|part 1>',
    );
  });

  it('shows those that were paid after it as well', () => {
    expect(below(part(1), paid, other(3, 1_500_000, 9), other(2))).toEqual([
      '▰▰▰ ₹45,000.00 of ₹45,000.00 paid · nothing due',
      expect.stringContaining(' · later: part 2, part 3 · '),
      expect.anything(),
    ]);
    expect(below(part(2), other(3), other(1))[1]).toContain(' · earlier: part 1 · later: part 3 · ');
  });

  it('leads to those that are nearest, where there are many', () => {
    const many = Array.from({ length: 24 }, (_, n) => n + 1).filter((number) => number !== 12);
    const [, kind] = below(part(12, 24), ...many.map((number) => other(number, 1_500_000, 1, 24)));

    expect(kind).toContain('earlier: part 6, part 7, part 8, part 9, part 10, part 11 · later: part 13, part 14,');
    expect(kind).toContain('part 18 · ');
    expect(kind).not.toContain('part 19');
  });

  it('counts one that was given back as nothing, and says how it stands by the newest note', () => {
    const returned = other(1, 0, 5);

    for (const facts of [
      [other(1), returned],
      [returned, other(1)],
    ]) {
      const [progress, kind] = below(part(2), paid, ...facts);
      expect(progress).toBe('▰▱▱ ₹15,000.00 of ₹45,000.00 paid · ₹30,000.00 due');
      expect(kind).not.toContain('earlier');
    }
    expect(below(part(2), paid, other(1), other(1, 1_000_000, 5))[0]).toBe(
      '▰▰▱ ₹25,000.00 of ₹45,000.00 paid · ₹20,000.00 due',
    );
  });

  it('counts its own part as nothing once it was given back', () => {
    const back = factOf(refunded(attempt('pay_1', { amount: 1_500_000 }), 1_500_000));

    expect(below(part(2), paid, other(1), back)[0]).toBe('▰▱▱ ₹15,000.00 of ₹45,000.00 paid · ₹30,000.00 due');
  });

  it('says nothing of a plan of which it does not know every instalment before', () => {
    expect(below(part(3), paid, other(1)).join()).not.toContain('▰');
  });
});

describe('the reply of an instalment that is paid', () => {
  const reply = (...facts: Fact[]) => render(fold(facts)).replies.map(({ content }) => content.text.split('\n')[0]);

  it('says what it left to be paid of the plan, and goes on to say so when more is paid', () => {
    const said = 'Paid ₹15,000.00 by UPI, part 2 of 3. ₹15,000.00 of the plan is still due.';

    expect(reply(part(2), paid, other(1))).toEqual([expect.stringContaining(said)]);
    expect(reply(part(2), paid, other(1), other(3))).toEqual(reply(part(2), paid, other(1)));
  });
});

describe('the owner', () => {
  const named = (at: number, owner: typeof meera | null) => noted(at, { kind: 'owner', owner });

  it('is who was named last, before the one of the checkout, in whatever order it is heard', () => {
    for (const facts of [
      [named(5, meera), named(4, null)],
      [named(4, null), named(5, meera)],
    ]) {
      const thread = render(fold([initiated(), ...facts]));
      expect(thread.author).toEqual({ adminId: 'adm_meera', byline: ['Meera T.'] });
      expect(thread.root.content.text).toContain('owner Meera T.');
    }
  });

  it('may be nobody, though the checkout named somebody', () => {
    const thread = render(fold([initiated(), named(4, null)]));

    expect(thread.author).toBeUndefined();
    expect(thread.root.content.text).not.toContain('owner');
  });
});

describe('the plans of a learner', () => {
  const completed = (text: string): Instalment[] =>
    text.split(' ').map((name, index) => {
      const [courseId = '', number] = name.split('');
      return {
        orderId: `order_${index}`,
        courseId,
        number: Number(number),
        of: 3,
        amount: 1_500_000,
        planTotal: 4_500_000,
      };
    });
  const inWords = (plans: readonly (readonly Instalment[])[]) =>
    plans.map((plan) => plan.map(({ courseId, number }) => `${courseId}${number}`).join(' '));

  it.each([
    ['are one for each course', 'a1 b1 a2', ['a1 a2', 'b1']],
    ['hold their parts in whatever order they are paid', 'a3 a1', ['a3 a1']],
    ['are two where all was paid and a part is paid again', 'a1 a2 a3 a1 a2', ['a1 a2 a3', 'a1 a2']],
    ['are two where a part is paid again before all was paid', 'a1 a2 a1', ['a1 a2', 'a1']],
  ])('%s', (_, parts, plans) => {
    expect(inWords(plansOf(completed(parts)))).toEqual(plans);
  });

  it('are open while money is due, and to every part that is not paid yet', () => {
    expect(['a1', 'a1 a2', 'a1 a2 a3'].map((parts) => isOpen(completed(parts)))).toEqual([true, true, false]);
    expect([1, 2, 3].map((number) => isOpenTo(completed('a1 a3'), number))).toEqual([false, true, false]);
    expect(isOpenTo(completed('a1 a2 a3'), 4)).toBe(false);
  });
});
