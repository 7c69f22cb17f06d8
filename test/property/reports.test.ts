/** Session reports, whatever was said: the figures are those of a naive reckoning, and learners' words can do nothing in Slack. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { renderMrkdwn } from '../../lib/local/slack-front/mrkdwn.ts';
import { teamId } from '../../shared/base/names.ts';
import type { Attendance } from '../../shared/courses/attendance.ts';
import type { Feedback } from '../../shared/courses/feedback.ts';
import type { Session } from '../../shared/courses/session.ts';
import { type Figures, type Opinion, Tally } from '../../shared/reports/figures.ts';
import { gather, type Records } from '../../shared/reports/gather.ts';
import { type Report, render, repliesOf } from '../../shared/reports/message.ts';
import { averageOf, bar, percent, type Ratings, tenths } from '../../shared/reports/ratings.ts';
import { partsOf } from '../../shared/reports/shown.ts';
import type { Content } from '../../shared/slack/text.ts';

type Told = {
  readonly session: Session;
  readonly attendance: Attendance | undefined;
  readonly feedback: readonly Feedback[];
};

const start = Date.UTC(2026, 10, 16, 3, 30);
const hour = 3_600_000;

/** Words that try everything: mentions, links, formatting, emoji, other directions, parts of characters that belong together. */
const wicked = fc.constantFrom(
  '<!channel> <@U0ARJUN001> <#C0OPS00001> <!here|x> <!subteam^S1>',
  '@here @channel @everyone #ops',
  '<https://evil.example|click> https://evil.example mailto:a@b.example',
  '*bold* _it_ ~no~ `code` ```pre``` > quote',
  '\n> quote\n&gt; quote\n*x*\n• item',
  ':tada: :+1: 🎢👩‍👩‍👧‍👦🇮🇳',
  'שלום עולם مرحبا بالعالم \u202Eevil\u202C \u2066x',
  'नमस्ते दुनिया க்ஷ ❤️',
  '&lt;!channel&gt; &amp; &',
  '+91 98765 43210 priya@okaxis card 4111 1111 1111 1111',
  '&'.repeat(5_000),
  '*_~`@#:<>&'.repeat(500),
  '\u0000\u200B\uFEFF',
);
const words = fc.oneof(
  wicked,
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  fc.string({ unit: 'binary', maxLength: 400 }),
);
const title = fc.oneof(
  words.map((text) => text.slice(0, 200)),
  fc.constant('Python'),
);

const anyFeedback: fc.Arbitrary<Feedback> = fc.record(
  { learnerId: fc.nat(400).map((id) => `l${id}`), rating: fc.integer({ min: 1, max: 5 }), at: fc.nat(50), text: words },
  { requiredKeys: ['learnerId', 'rating', 'at'] },
);
const learners = fc.uniqueArray(
  fc.nat(60).map((id) => `l${id}`),
  { maxLength: 40 },
);
const anyAttendance = fc
  .tuple(learners, learners)
  .map(([present, others]) => ({ present, absent: others.filter((id) => !present.includes(id)) }));
const anyTold = fc.uniqueArray(
  fc.record({
    session: fc.record({
      id: fc.nat(99).map((id) => `s${id}`),
      courseId: fc.constant('c1'),
      title,
      startsAt: fc.nat(90).map((hours) => start + hours * hour),
      endsAt: fc.nat(90).map((hours) => start + hours * hour),
      status: fc.constantFrom('held', 'planned', 'cancelled'),
    }),
    attendance: fc.option(anyAttendance, { nil: undefined }),
    feedback: fc.uniqueArray(anyFeedback, { maxLength: 40, selector: ({ learnerId }) => learnerId }),
  }),
  { maxLength: 45, selector: ({ session }) => session.id },
) as fc.Arbitrary<Told[]>;

/** The stores, as if they held what was told: in this order, in pages of this size. */
function recordsOf(told: readonly Told[], pageSize: number): Records {
  const found = (id: string) => told.find(({ session }) => session.id === id);
  return {
    sessions: {
      async *sessions() {
        yield* told.map(({ session }) => session);
      },
      attendance: async (_, id) => found(id)?.attendance,
      async *feedback(_, id) {
        const all = found(id)?.feedback ?? [];
        for (let from = 0; from < all.length; from += pageSize) yield all.slice(from, from + pageSize);
      },
    },
    enrollments: { enrolledCount: async () => 0, async *enrollmentsOfLearner() {} },
  };
}

const gathered = (told: readonly Told[], enrolled: number, lowRating: number, pageSize = 3) =>
  gather({ team: teamId('T1'), course: 'c1' }, { from: 0, to: 1 }, recordsOf(told, pageSize), {
    enrolled,
    lowRating,
    onward: () => undefined,
  });

/** The same, by filters over everything at once. */
function naive(told: readonly Told[], enrolled: number, lowRating: number) {
  const real = told.filter(({ session }) => session.status !== 'cancelled');
  const all = real.flatMap(({ session, feedback }) => feedback.map((one) => ({ session, ...one })));
  const attended = real.flatMap(({ attendance }) => attendance ?? []);
  const expected = attended.map(({ present, absent }) => Math.max(enrolled, new Set([...present, ...absent]).size));
  const count = (status: Session['status']) => told.filter(({ session }) => session.status === status).length;
  const isWritten = (text = '') => [...text].some((character) => !/[\p{C}\p{Z}\s]/u.test(character));
  const name = ({ session, learnerId }: { session: Pick<Session, 'id'>; learnerId: string }) =>
    `${session.id} ${learnerId}`;
  const less = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return {
    held: count('held'),
    cancelled: count('cancelled'),
    planned: count('planned'),
    present: attended.reduce((sum, { present }) => sum + present.length, 0),
    expected: expected.reduce((sum, each) => sum + each, 0),
    ratings: [1, 2, 3, 4, 5].map((rating) => all.filter((one) => one.rating === rating).length),
    average: all.length === 0 ? undefined : all.reduce((sum, { rating }) => sum + rating, 0) / all.length,
    low: all
      .filter(({ rating }) => rating <= lowRating)
      .sort(
        (a, b) =>
          a.rating - b.rating ||
          Number(isWritten(b.text)) - Number(isWritten(a.text)) ||
          a.session.startsAt - b.session.startsAt ||
          less(a.session.id, b.session.id) ||
          less(a.learnerId, b.learnerId),
      )
      .map(name),
    words: all
      .filter(({ rating, text }) => rating > lowRating && isWritten(text))
      .sort((a, b) => b.at - a.at || less(a.session.id, b.session.id) || less(a.learnerId, b.learnerId))
      .map(name),
    name: (opinion: Opinion) => name(opinion),
  };
}

describe('the figures of any course', () => {
  const any = [anyTold, fc.nat(60), fc.integer({ min: 1, max: 4 })] as const;

  it('are those of a naive reckoning over everything at once', async () => {
    await fc.assert(
      fc.asyncProperty(...any, async (told, enrolled, lowRating) => {
        const { sessions, attendance, ratings, low, words: said, list } = await gathered(told, enrolled, lowRating);

        const wanted = naive(told, enrolled, lowRating);
        expect(sessions).toEqual({ held: wanted.held, cancelled: wanted.cancelled, planned: wanted.planned });
        expect([attendance.present, attendance.expected]).toEqual([wanted.present, wanted.expected]);
        expect(attendance.told + attendance.untold).toBe(wanted.held + wanted.planned);
        expect(attendance.present).toBeLessThanOrEqual(attendance.expected);
        expect(ratings).toEqual(wanted.ratings);
        if (wanted.average !== undefined) {
          const shown = Number(tenths(averageOf(ratings) ?? 0));
          expect(Math.abs(shown - wanted.average)).toBeLessThanOrEqual(0.05 + 1e-9);
        }
        expect(low).toMatchObject({ all: wanted.low.length });
        expect(low.kept.map(wanted.name)).toEqual(wanted.low.slice(0, 20));
        expect(said).toMatchObject({ all: wanted.words.length });
        expect(said.kept.map(wanted.name)).toEqual(wanted.words.slice(0, 10));
        expect(list.all).toBe(told.length);
      }),
      { numRuns: 100 },
    );
  });

  it('do not depend on the order in which they are read, nor on how large a page is', async () => {
    const shuffled = anyTold.chain((told) =>
      fc.tuple(
        fc.constant(told),
        fc
          .shuffledSubarray(told, { minLength: told.length })
          .map((some) => some.map((one) => ({ ...one, feedback: one.feedback.toReversed() }))),
      ),
    );
    await fc.assert(
      fc.asyncProperty(shuffled, fc.nat(60), fc.integer({ min: 1, max: 9 }), async ([told, others], enrolled, page) => {
        const [one, other] = [await gathered(told, enrolled, 2), await gathered(others, enrolled, 2, page)];

        expect(other).toEqual(one);
        expect(partsOf(other, [1, 0, 0, 0, 0])).toEqual(partsOf(one, [1, 0, 0, 0, 0]));
      }),
      { numRuns: 60 },
    );
  });

  it('are rounded half upwards, in whole numbers', () => {
    expect(averageOf([0, 0, 0, 1, 1])).toBe(45);
    expect(averageOf([1, 0, 0, 19, 0])).toBe(39); // 3.85
    expect(averageOf([0, 0, 0, 19, 1])).toBe(41); // 4.05
    expect(averageOf([333_333, 0, 0, 0, 666_667])).toBe(37);
    expect([percent(1, 8), percent(1, 3), percent(0, 0), percent(7, 7)]).toEqual([13, 33, 0, 100]);
    expect([bar(1, 1_000), bar(0, 9), bar(9, 9), bar(1, 4)]).toEqual([
      '▰▱▱▱▱▱▱▱▱▱',
      '▱▱▱▱▱▱▱▱▱▱',
      '▰▰▰▰▰▰▰▰▰▰',
      '▰▰▰▱▱▱▱▱▱▱',
    ]);
  });
});

const anyReport: fc.Arbitrary<Report> = fc
  .record({
    told: anyTold,
    course: title,
    lowRating: fc.integer({ min: 1, max: 4 }),
    before: fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9)) as fc.Arbitrary<Ratings>,
    called: fc.option(words, { nil: undefined }),
    isLate: fc.boolean(),
    hasGap: fc.boolean(),
  })
  .map(({ told, course, lowRating, before, called, isLate, hasGap }) => {
    const figures = tallied(told, lowRating);
    const names = figures.low.kept.map(({ learnerId }) => [learnerId, called ?? ''] as const);
    return {
      course,
      window: { from: start, to: start + 4 * 24 * hour },
      zone: 'Asia/Kolkata',
      figures,
      before,
      lowRating,
      names: new Map(called === undefined ? [] : names),
      gapFrom: hasGap ? start - 9_000 * hour : undefined,
      updated: isLate ? { at: start, parts: ['sessions', 'attendance', 'ratings', 'words', 'before'] } : undefined,
      whenQuiet: 'There were no sessions in this time.',
    };
  });

function tallied(told: readonly Told[], lowRating: number): Figures {
  const tally = new Tally({ enrolled: 12, lowRating });
  for (const { session, attendance, feedback } of told) {
    const open = tally.session(session, attendance);
    for (const one of feedback) open.feedback(one);
    open.end();
  }
  return tally.figures();
}

/** The texts of the blocks of a message, as Slack is given them. */
function blocksOf({ blocks }: Content): string[] {
  return blocks.flatMap((block) => {
    if (block.type === 'section') return block.text?.text ?? [];
    return block.type === 'context' ? block.elements.map((one) => ('text' in one ? one.text : '')) : [];
  });
}

describe('the message of any report', () => {
  it('keeps within the limits of Slack, and never loses a reply that it once had', () => {
    fc.assert(
      fc.property(anyReport, anyReport, (before, after) => {
        const replies = Math.max(repliesOf(before), repliesOf(after));
        const threads = [render(before), render(after, replies)];

        for (const { root, replies: rest } of threads) {
          for (const { content } of [root, ...rest]) {
            expect(content.text.length).toBeLessThanOrEqual(4_000);
            expect(content.blocks.length).toBeLessThanOrEqual(50);
            for (const block of blocksOf(content)) expect(block.length).toBeLessThanOrEqual(3_000);
            expect(blocksOf(content).join('').length).toBeLessThanOrEqual(12_000);
          }
        }
        expect(threads[1]?.replies.map(({ key }) => key)).toEqual(
          Array.from({ length: replies }, (_, index) => `part#${index + 2}`),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('begins with what it is, of which course and when', () => {
    fc.assert(
      fc.property(anyReport, (report) => {
        const { text } = render({ ...report, course: 'Data Science' }).root.content;

        expect(text).toMatch(/^Session report · Data Science · 16 to 20 Nov\n/);
      }),
      { numRuns: 30 },
    );
  });

  it('lets nobody’s words mention, link, format or draw an emoji', () => {
    const directory = { memberName: () => 'Somebody', channelName: () => 'somewhere', now: start };
    fc.assert(
      fc.property(anyReport, (report) => {
        const { root, replies } = render(report);
        for (const { content } of [root, ...replies]) {
          for (const block of blocksOf(content)) {
            expect(block).not.toMatch(/[<>]|:[a-z0-9_+-]+:|[@#](?!\u200B)/);
            const shown = String(renderMrkdwn(block, directory));
            expect(shown).not.toMatch(/<(a|span|em|i|del|s|code|pre|blockquote|img)\b/);
            const bold = [...shown.matchAll(/<(?:b|strong)>(.*?)<\/(?:b|strong)>/gs)].map(([, inside]) => inside);
            for (const each of bold) {
              expect(each).toMatch(
                /^(Session report|\d+ low ratings? \(.*|Sessions|In their words|[\d.]+★?)(, continued)?$/,
              );
            }
          }
          expect(content.text).not.toMatch(/[<>]/);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('shows no telephone number, address or handle that somebody wrote', () => {
    const session = {
      id: 's1',
      courseId: 'c1',
      title: 'Python',
      startsAt: start,
      endsAt: start,
      status: 'held',
    } as const;
    const text = 'Call me: +91 98765 43210, priya@example.com or priya@okaxis';
    const told = [1, 5].map((rating) => ({ learnerId: `l${rating}`, rating, at: 1, text }));
    const figures = tallied([{ session, attendance: undefined, feedback: told }], 2);

    const { root } = render({
      course: 'Data Science',
      window: { from: start, to: start + hour },
      zone: 'Asia/Kolkata',
      figures,
      before: [0, 0, 0, 0, 0],
      lowRating: 2,
      names: new Map(),
      gapFrom: undefined,
      updated: undefined,
      whenQuiet: '',
    });

    expect(root.content.text).toContain('“Call me: , or”');
    expect(root.content.text).not.toMatch(/98765|example|okaxis/);
  });
});
