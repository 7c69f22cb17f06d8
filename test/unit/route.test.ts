import { describe, expect, it } from '@jest/globals';
import { channelId } from '../../shared/base/names.ts';
import { fold } from '../../shared/payments/lifecycle.ts';
import { render } from '../../shared/payments/message.ts';
import {
  asRouted,
  caseOf,
  decide,
  defaultTable,
  destinationOf,
  type Instalment,
  type Row,
} from '../../shared/payments/route.ts';
import { problemInWords, problemsOf } from '../../shared/payments/route-check.ts';
import { attempt, captured, factOf, failed, initiated } from '../support/facts.ts';
import { payment, row } from '../support/routing.ts';

const channels = { payments: channelId('C1'), partPayments: channelId('C2'), ops: channelId('C3') };
const unannounced = { courseType: undefined, kind: 'full', completedInstalments: 0, assigned: false } as const;

describe('the built-in table', () => {
  it.each([
    [
      'a full payment',
      payment(),
      'payments',
      'full payment',
      'This is a full payment and the learner has completed no instalment of a plan that is not fully paid.',
    ],
    [
      'a first instalment',
      payment({ kind: 'part' }),
      'payments',
      'first instalment',
      'This is a part payment and the learner has completed no instalment of a plan that is not fully paid.',
    ],
    [
      'a later instalment',
      payment({ kind: 'part', completedInstalments: 2 }),
      'partPayments',
      'learner with an open plan',
      'The learner has completed 2 instalments of a plan that is not fully paid.',
    ],
    [
      'a full payment of a learner with an open plan',
      payment({ completedInstalments: 1 }),
      'partPayments',
      'learner with an open plan',
      'The learner has completed 1 instalment of a plan that is not fully paid.',
    ],
    [
      'a payment that nobody announced',
      { ...unannounced, amount: undefined },
      'payments',
      'full payment',
      'This counts as a full payment and no instalments of its payer are known.',
    ],
  ] as const)('takes %s where the company wants it, and says why', (_, given, channel, name, why) => {
    const { row: taken, why: said } = decide(defaultTable, given);

    expect([taken.then.channel, taken.name, said]).toEqual([channel, name, why]);
  });

  it('posts as the admin and shows what needs eyes in the channel', () => {
    const told = defaultTable.rows.map(({ then: { postAs, broadcast } }) => [postAs, broadcast]);

    const eyes = ['dispute', 'disputeAction', 'disputeLost', 'refundFailed', 'notCaptured'];
    expect(told).toEqual(Array(3).fill(['admin', eyes]));
  });
});

describe('an explanation', () => {
  const rows = [
    row('workshops', { courseType: ['workshop', 'webinar'], assigned: true }),
    row('large ones', { amount: { min: 5_000_000 } }),
    row('everything', {}),
    row('never reached', { kind: 'full' }),
  ];

  it('says of every other row what it asks for and how this payment is, or that another came first', () => {
    const { row: taken, why, others } = decide({ version: 4, rows }, payment({ assigned: false }));

    expect(taken.name).toBe('everything');
    expect(why).toBe(
      'The course is of type "bootcamp", the amount is 4500000 (smallest unit) and no admin is assigned.',
    );
    expect(others).toEqual([
      {
        row: 'workshops',
        why: 'It asks for a payment for a course of type "workshop" or "webinar", with an assigned admin, but the course is of type "bootcamp" and no admin is assigned.',
      },
      {
        row: 'large ones',
        why: 'It asks for a payment of an amount of at least 5000000 (smallest unit), but the amount is 4500000 (smallest unit).',
      },
      { row: 'never reached', why: 'It would take this payment too, but "everything" comes before it.' },
    ]);
  });

  it('does not speak of what no row up to this one asks for', () => {
    expect(decide({ version: 1, rows: [row('all')] }, payment()).why).toBe('Every payment goes there.');
  });
});

describe('an amount condition', () => {
  const between = row('between', { amount: { min: 100, max: 200 } });
  const rows = [between, row('rest')];

  it.each([
    [99, 'rest'],
    [100, 'between'],
    [200, 'between'],
    [201, 'rest'],
    [undefined, 'rest'],
  ])('takes %s as "%s"', (amount, name) => {
    expect(decide({ version: 1, rows }, payment({ amount })).row.name).toBe(name);
  });
});

describe('a payment, as the table sees it', () => {
  const plan = (orderId: string, number: number, more: Partial<Instalment> = {}): Instalment => ({
    orderId,
    courseId: 'crs_1',
    number,
    of: 3,
    amount: 1_500_000,
    planTotal: 4_500_000,
    ...more,
  });

  it('is as the checkout announced it', () => {
    const part = { kind: 'part', number: 1, of: 3, planTotal: 4_500_000 } as const;

    expect(caseOf(fold([initiated({ payment: part, amount: 1_500_000 })]), [])).toEqual(
      payment({ kind: 'part', amount: 1_500_000 }),
    );
  });

  it('counts as a full payment of an unknown course where nobody announced it', () => {
    expect(caseOf(fold([factOf(captured(attempt('pay_1')))]), [])).toEqual({ ...unannounced, amount: 4_500_000 });
  });

  it('counts the instalments of plans on which money is due, and not the one that it completes itself', () => {
    const completed = [
      plan('order_1', 1),
      plan('order_A', 2),
      plan('order_3', 1, { courseId: 'crs_2', planTotal: 1_500_000, of: 1 }),
    ];

    expect(caseOf(fold([initiated()]), completed).completedInstalments).toBe(1);
  });
});

describe('a thread as its destination has it told', () => {
  const state = fold([initiated(), factOf(failed(attempt('pay_1'))), factOf(captured(attempt('pay_2')))]);
  const told = (then: Parameters<typeof row>[2]) => {
    const table = { version: 7, rows: [row('all', {}, then)] };
    const destination = destinationOf(decide(table, payment()), table.version, channels);
    return { destination, thread: asRouted(render(state), destination) };
  };

  it('shows the replies of the listed changes in the channel, and no other', () => {
    const { thread } = told({ broadcast: ['failed', 'refundFailed'] });

    expect(thread.replies.map(({ key, broadcast }) => [key, broadcast])).toEqual([
      ['failed#pay_1#1', true],
      ['paid#pay_2', undefined],
    ]);
  });

  it('is posted by the admin, or by the app alone where the row says so', () => {
    expect([told({}).thread.author, told({ postAs: 'app' }).thread.author]).toEqual([
      expect.objectContaining({ adminId: 'adm_arjun' }),
      undefined,
    ]);
  });

  it('is as it always was where the destination was kept before there were tables', () => {
    const { channel, row: name, why } = told({}).destination;

    expect(asRouted(render(state), { channel, row: name, why })).toEqual(render(state));
  });

  it('goes to a channel by its name in the team, or by its id', () => {
    expect([told({ channel: 'ops' }), told({ channel: 'C0TEAMROOM' })].map((each) => each.destination)).toMatchObject([
      { channel: 'C3', version: 7, row: 'all' },
      { channel: 'C0TEAMROOM' },
    ]);
  });
});

describe('a table that is refused', () => {
  const sentences = (...rows: Row[]) => problemsOf(rows).map((problem) => problemInWords(problem, rows));

  it('is told which case it leaves open, by an example', () => {
    expect(sentences(row('parts', { kind: 'part' }), row('small', { amount: { max: 100_000 } }))).toEqual([
      'leave a case open: no row takes a full payment of an amount of exactly 100001 (smallest unit). Add a row that does; a last row that asks for nothing takes all that is left.',
    ]);
  });

  it('is told that amounts and course types may be unknown', () => {
    expect(sentences(row('any amount', { amount: { min: 0 } }))).toEqual([
      expect.stringContaining('no row takes a payment of an amount that nobody said.'),
    ]);
    expect(sentences(row('known types', { courseType: ['bootcamp'] }))).toEqual([
      expect.stringContaining('no row takes a payment for a course of a type that no row names.'),
    ]);
  });

  it('is told which rows can never match, and which rows take their payments', () => {
    const rows = [
      row('early', { completedInstalments: { max: 1 } }),
      row('late', { completedInstalments: { min: 2 } }),
      row('parts', { kind: 'part' }),
      row('rest', { assigned: true }),
    ];

    expect(sentences(...rows)).toEqual([
      'can never match: every payment that row 3 asks for is taken before by row 1 ("early"), row 2 ("late"). Move it up, or leave it out.',
      'can never match: every payment that row 4 asks for is taken before by row 1 ("early"), row 2 ("late"). Move it up, or leave it out.',
    ]);
  });
});
