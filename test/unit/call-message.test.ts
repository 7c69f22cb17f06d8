import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Call } from '../../shared/calls/call.ts';
import { render, repliesOf } from '../../shared/calls/message.ts';
import type { Content } from '../../shared/slack/text.ts';

const call: Call = {
  agentId: 'a-arjun',
  lead: { id: 'l1', name: 'Priya Sharma' },
  startedAt: Date.UTC(2026, 10, 20, 6, 30) / 1000,
  durationSeconds: 724,
  outcome: 'Interested',
  summary: { points: ['Wants the evening batch.', 'Asks for instalments.'] },
  nextStep: 'Send the plan by Friday',
  sentiment: 'warm',
  recordingUrl: 'https://example.com/r/1',
};

const textOf = (content: Content) => content.text.replaceAll('\u200B', '');
const texts = ({ root, replies }: ReturnType<typeof render>) =>
  [root, ...replies].map(({ content }) => textOf(content));

const anyWords = fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }).filter((text) => text.isWellFormed());
const anyCall: fc.Arbitrary<Call> = fc.record({
  agentId: fc.constant('a1'),
  lead: fc.record({ id: fc.constant('l1'), name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }) }),
  startedAt: fc.constant(1_790_000_000),
  durationSeconds: fc.nat(86_400),
  outcome: fc.oneof(fc.string({ minLength: 1, maxLength: 60 }), fc.constant('&'.repeat(60))),
  summary: fc.oneof(
    fc.record({ text: fc.oneof(anyWords, fc.constant('*_:&'.repeat(5_000)), fc.constant('ab cd '.repeat(3_000))) }),
    fc.record({ points: fc.array(anyWords, { minLength: 1, maxLength: 60 }) }),
  ),
  nextStep: fc.option(fc.oneof(fc.string({ maxLength: 300 }), fc.constant('&'.repeat(300))), { nil: undefined }),
  sentiment: fc.option(fc.constant('<'.repeat(30)), { nil: undefined }),
  recordingUrl: fc.option(fc.constant(`https://example.com/${'&'.repeat(190)}`), { nil: undefined }),
});

describe('the message of a call', () => {
  it('says at a glance what came of it, with whom, how long it took and what is next', () => {
    const [root, ...rest] = texts(render('call_1', call, 'Arjun Mehta'));

    expect(rest).toEqual([]);
    expect(root?.split('\n')).toEqual([
      '📞 Interested · Priya S. · 12 min',
      'Next: Send the plan by Friday',
      '• Wants the evening batch.',
      '• Asks for instalments.',
      'by Arjun M. · started 20 Nov, 12:00 IST · mood: warm · <https://example.com/r/1|recording> · call_1',
    ]);
  });

  it('goes on in the thread with what does not fit, in its order and to the last word', () => {
    const words = Array.from({ length: 3_000 }, (_, index) => `w${index}`);
    const [root, ...replies] = texts(render('call_1', { ...call, summary: { text: words.join(' ') } }, 'Arjun Mehta'));

    expect(root).toContain('The summary goes on in the thread.');
    expect(replies.length).toBeGreaterThan(3);
    expect([root, ...replies].join('\n').match(/\bw\d+\b/g)).toEqual(words);
    expect(replies[0]).toMatch(new RegExp(`summary, part 2 of ${replies.length + 1}$`));
  });

  it('keeps out what somebody could be reached by, and keeps a date with its time', () => {
    const reach = 'Ring +91 98765 43210 or priya@example.com, pay to priya@okbank; again on 2026-11-25 16:00.';
    const thread = render(
      'call_1',
      {
        ...call,
        lead: { id: 'l1', name: 'Priya 9876543210' },
        outcome: reach.slice(0, 60),
        summary: { points: [reach] },
        nextStep: reach,
      },
      'Arjun 9876543210',
    );

    expect(JSON.stringify(thread)).not.toMatch(/98765|43210|example\.com,|okbank|priya@/);
    expect(texts(thread)[0]?.match(/again on 2026-11-25 16:00/g)).toHaveLength(2);
  });

  it('lets nothing from outside mention, link, quote or format', () => {
    const loud = '<!channel> *bold* _it_ ~no~ `x` @here #ops :tada: <https://e.com|l>\n> quote';
    const { root } = render(
      'call_1',
      { ...call, summary: { text: loud }, outcome: '<@U1>', nextStep: '*go*' },
      '*A* B',
    );

    const shown = JSON.stringify(root.content.blocks);
    expect(shown).not.toMatch(/<!channel>|<@U1>|<https:\/\/e\.com|\*bold\*|_it_|~no~|`x`|@here|#ops|:tada:|\*go\*/);
    expect(root.content.text).toMatch(/^\u200B&gt; quote$/m);
  });

  it('keeps within the limits of Slack and loses no reply, whatever was said and however it is corrected', () => {
    fc.assert(
      fc.property(anyCall, anyCall, fc.constantFrom('Arjun', '&'.repeat(200)), (before, after, agent) => {
        const replies = Math.max(repliesOf('call_1', before), repliesOf('call_1', after));
        const then = render('call_1', before, agent);
        const now = render('call_1', after, agent, replies);

        for (const { content } of [now.root, ...now.replies]) {
          expect(content.text.length).toBeLessThanOrEqual(4_000);
          expect(content.text.isWellFormed()).toBe(true);
          expect(content.blocks.length).toBeGreaterThan(0);
        }
        const keys = now.replies.map(({ key }) => key);
        expect(keys).toEqual(expect.arrayContaining(then.replies.map(({ key }) => key)));
        expect(render('call_1', after, agent, replies)).toEqual(now);
      }),
      { numRuns: 60 },
    );
  });

  it('says of a part that a correction made superfluous that it was taken back', () => {
    const long = { ...call, summary: { text: 'word '.repeat(1_000) } };
    const { replies } = render('call_1', call, 'Arjun Mehta', repliesOf('call_1', long));

    expect(replies.map(({ content }) => content.text)).toEqual(
      Array(repliesOf('call_1', long)).fill('This part of the summary was taken back by a correction.'),
    );
  });
});
