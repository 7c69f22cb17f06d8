import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Fact, fold } from '../../shared/payments/lifecycle.ts';
import { render } from '../../shared/payments/message.ts';
import { shortName } from '../../shared/slack/person-name.ts';
import {
  attempt,
  authorized,
  captured,
  declined,
  factOf,
  failed,
  initiated,
  linkPaid,
  orderPaid,
  start,
} from '../support/facts.ts';

const lines = (facts: readonly Fact[]) => {
  const { root, replies } = render(fold(facts));
  return {
    root: root.content.text.split('\n'),
    replies: replies.map(({ key, content }) => [key, ...content.text.split('\n')]),
  };
};

const part = { kind: 'part', number: 2, of: 3, planTotal: 4_500_000 } as const;

describe('the root', () => {
  it.each([
    [
      'nothing but that it was initiated',
      [initiated()],
      '🟡 Initiated · ₹45,000.00 · Priya S. · Full Stack Web Development',
    ],
    [
      'authorized',
      [initiated(), factOf(authorized(attempt('pay_1')))],
      '🔵 Authorized · ₹45,000.00 · Priya S. · Full Stack Web Development',
    ],
    [
      'failed once',
      [initiated(), factOf(failed(attempt('pay_1')))],
      '🔴 Failed · ₹45,000.00 · Priya S. · Full Stack Web Development',
    ],
    [
      'failed twice',
      [initiated(), factOf(failed(attempt('pay_1'))), factOf(failed(attempt('pay_2', { at: start + 60 })))],
      '🔴 Failed, 2 tries · ₹45,000.00 · Priya S. · Full Stack Web Development',
    ],
    [
      'paid',
      [initiated(), factOf(captured(attempt('pay_1')))],
      '✅ Paid · ₹45,000.00 · Priya S. · Full Stack Web Development',
    ],
    [
      'an instalment paid',
      [initiated({ payment: part, amount: 1_500_000 }), factOf(captured(attempt('pay_1', { amount: 1_500_000 })))],
      '✅ Part 2 of 3 paid · ₹15,000.00 · Priya S. · Full Stack Web Development',
    ],
    [
      'an order paid in part',
      [initiated(), factOf(captured(attempt('pay_1', { amount: 1_500_000 })))],
      '🟢 Part 1 paid · ₹15,000.00 of ₹45,000.00 · Priya S. · Full Stack Web Development',
    ],
    ['nobody announced', [factOf(captured(attempt('pay_1')))], '✅ Paid · ₹45,000.00 · Unknown payer'],
  ])('says how it stands when it is %s', (_, facts, expected) => {
    expect(lines(facts).root[0]).toBe(expected);
  });

  it.each([
    ['nothing where both agree', {}, {}, undefined],
    ['nothing where a part of it is paid', {}, { amount: 1_500_000 }, undefined],
    ['the currency of a payment that comes before its order', {}, { currency: 'USD' }, 'USD 45,000.00'],
    ['more than was announced', { amount: 100 }, {}, '₹45,000.00'],
  ])('says of Razorpay and the checkout %s', (_, said, paid, razorpay) => {
    const facts = [initiated(said), factOf(captured(attempt('pay_1', paid)))];

    const remark = lines(facts).root.find((line) => line.includes('but at Razorpay'));

    expect(remark?.match(/but at Razorpay it is (.*):/)?.[1]).toBe(razorpay);
  });

  it('takes amount and currency from the order, and says that the checkout announced something else', () => {
    const dollars = attempt('pay_1', { amount: 45_000, currency: 'USD' });
    const facts = [initiated({ amount: 45_000 }), factOf(captured(dollars)), factOf(orderPaid(dollars))];

    expect(lines(facts).root).toEqual([
      '✅ Paid · USD 450.00 · Priya S. · Full Stack Web Development',
      expect.stringContaining('owner Arjun M.'),
      'The checkout announced ₹450.00, but at Razorpay it is USD 450.00: look at the order.',
      'order_A · UPI',
    ]);
  });

  it('tells what a plan is over in the currency in which it was announced', () => {
    const facts = [initiated({ payment: part }), factOf(captured(attempt('pay_1', { currency: 'USD' })))];

    expect(lines(facts).root[1]).toContain('Part 2 of 3 of a plan over ₹45,000.00');
  });

  it('says how long it took and which try it was', () => {
    const facts = [
      initiated(),
      factOf(failed(attempt('pay_1'))),
      factOf(captured(attempt('pay_2', { at: start + 475 }))),
    ];

    expect(lines(facts).root.slice(1)).toEqual([
      'Full payment · owner Arjun M. · initiated 20 Mar, 15:09 IST, paid 15:18 IST (9 min, second try)',
      'order_A · UPI',
    ]);
  });
});

describe('a reply', () => {
  it('says why a try failed, what to do, and the codes in the fine print', () => {
    expect(lines([initiated(), factOf(failed(attempt('pay_1')))]).replies).toEqual([
      [
        'failed#pay_1#1',
        'Payment failed: the bank declined it for lack of funds. Priya can try again with the same link; another method may work.',
        'try 1 · pay_1 · insufficient_funds at bank · 20 Mar, 15:10 IST',
      ],
    ]);
  });

  it('tells captured, order.paid and payment_link.paid of one payment as one', () => {
    const paid = attempt('pay_1');

    expect(
      lines([initiated(), factOf(captured(paid)), factOf(orderPaid(paid)), factOf(linkPaid(paid))]).replies,
    ).toEqual([['paid#pay_1', 'Paid ₹45,000.00 by UPI. Razorpay keeps ₹1,062.00 (fee and tax).', 'pay_1']]);
  });

  it('tells a success that came after a reported failure, and takes the alarm out of the failure', () => {
    const late = attempt('pay_1');
    const facts = [initiated(), factOf(failed(late)), factOf(captured(late, { at: start + 7_200 }))];

    const [failure, success] = lines(facts).replies;
    expect(failure?.[1]).toBe(
      'Payment reported as failed: the bank declined it for lack of funds. The bank took it after all.',
    );
    expect(success?.[1]).toBe(
      'Paid ₹45,000.00 after all by UPI: the bank confirmed a payment that had been reported as failed 20 Mar, 15:10 IST. Nothing to do. Razorpay keeps ₹1,062.00 (fee and tax).',
    );
  });

  it('is not made for an authorization alone', () => {
    expect(lines([initiated(), factOf(authorized(attempt('pay_1')))]).replies).toEqual([]);
  });

  it('gathers the failures of somebody who tries cards out', () => {
    const facts = Array.from({ length: 60 }, (_, index) =>
      factOf(failed(attempt(`pay_${index}`, { at: start + index }))),
    );

    const { replies } = lines([initiated(), ...facts]);
    expect(replies).toHaveLength(41);
    expect(replies.at(-1)).toEqual([
      'failed#more',
      '20 more tries failed. That many look like somebody trying cards out.',
      '60 failed tries in all',
    ]);
  });
});

describe('what came from outside', () => {
  it('cannot mention, link or format', () => {
    const lead = { id: 'lead_1', name: '<!channel> *Bold* _x_ <https://evil.example|click> `code` :tada: Sharma' };
    const reason = { ...declined, reason: '<@U0ARJUN001> *boom*' };
    const { root, replies } = render(
      fold([initiated({ lead }), factOf(failed(attempt('pay_1'), { failure: reason }))]),
    );

    const posted = JSON.stringify([root, replies]);
    expect(posted).not.toMatch(/<!channel|<@U0|<https:|\*Bold\*|:tada:|`code`/);
  });

  it('cannot be an e-mail address or a telephone number, in a name or the name of a course', () => {
    const lead = { id: 'lead_1', name: 'priya@example.com' };
    const course = { id: 'crs_1', name: 'Call +91 98765 43210 for Physics 2026', type: 'x' };
    const assignedAdmin = { id: 'adm_1', name: '９８７６５４３２１０' };
    const facts = [initiated({ lead, course, assignedAdmin }), factOf(failed(attempt('pay_1')))];

    const { root, replies, author } = render(fold(facts));

    expect(JSON.stringify([root, replies, author])).not.toMatch(/example|98765|９８/);
    expect(root.content.text).toMatch(
      /^🔴 Failed · ₹45,000\.00 · Unknown payer · Call for Physics 2026\nFull payment · init/,
    );
  });

  it('never breaks a limit of Slack and never leaves the first line without an amount or a name', () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 5_000 });

    fc.assert(
      fc.property(text, text, text, (name, course, cause) => {
        const lead = { id: 'lead_1', name };
        const facts = [
          initiated({ lead, course: { id: 'crs', name: course, type: 'x' }, assignedAdmin: { id: 'a', name: cause } }),
          factOf(failed(attempt('pay_1'), { failure: { ...declined, reason: cause, source: cause } })),
          factOf(captured(attempt('pay_2', { at: start + 9 }))),
        ];
        const thread = render(fold(facts));
        for (const { content } of [thread.root, ...thread.replies]) {
          expect(content.text.length).toBeLessThanOrEqual(4_000);
          expect(JSON.stringify(content.blocks).length).toBeLessThanOrEqual(12_000);
        }
        expect(thread.root.content.text.split('\n')[0]).toMatch(/^✅ Paid · ₹45,000\.00 · /);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['Priya Sharma', 'Priya S.'],
    ['Priya', 'Priya'],
    ['Anna Maria de Souza', 'Anna Maria de S.'],
    ['  Ravi   Kumar ', 'Ravi K.'],
    ['李 小龍', '李 小.'],
    ['राहुल क्षत्रिय', 'राहुल क्ष.'],
    ['ಶ್ರೀ\u200cಧರ್ ಕುಮಾರ', 'ಶ್ರೀ\u200cಧರ್ ಕು.'],
    ['Jose\u0301 E\u0301tienne', 'Jose\u0301 E\u0301.'],
    ['Priya Sharma 98765 43210', 'Priya S.'],
    ['Priya (priya@example.com)', 'Priya'],
    ['+91-98765-43210', ''],
    ['9876543210 / priya@okbank', ''],
  ])('shortens %s to %s', (name, expected) => {
    expect(shortName(name)).toBe(expected);
  });
});
