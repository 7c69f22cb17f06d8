import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../lib/local/stories.ts';
import { phasesOf } from '../../lib/local/storm/deliveries.ts';
import { type Life, lifeOf } from '../../lib/local/storm/lives.ts';
import { judged, type Shown } from '../../lib/local/storm/oracle.ts';
import type { Ending, Step } from '../../lib/local/telling.ts';
import { readEvent } from '../../shared/payments/event.ts';
import { type Fact, fold } from '../../shared/payments/lifecycle.ts';
import { render } from '../../shared/payments/message.ts';
import { stateInWords } from '../../shared/payments/words.ts';
import { bytesOf, factOf, initiated } from '../support/facts.ts';

const now = Date.parse('2026-11-22T08:00:00Z');
const channels = { payments: 'C1', partPayments: 'C2' };

function livesOf(seed: number, count: number): Life[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => lifeOf({ random, now }, index));
}

function homeOf({ sent }: Step): unknown {
  return sent.kind === 'initiated' ? sent.body['orderId'] : readEvent(bytesOf(sent.body)).home;
}

function factOfStep({ sent }: Step): Fact {
  if (sent.kind === 'webhook') return factOf(sent.body, sent.eventId);
  return initiated({ ...sent.body, initiatedAt: now / 1_000 });
}

/** A thread as Slack should show it. */
function threadOf(ending: Ending, firstLine: string): Shown[] {
  const channel = channels[ending.channel];
  const message = (key: string, ts: string, root: string | undefined, text: string): Shown => ({
    channel,
    ts,
    root,
    marker: `payments#live#${ending.id}/${key}`,
    text,
  });
  return [
    message('root', '1.0', undefined, firstLine),
    ...ending.replies.map((key, index) => message(key, `1.${index + 1}`, '1.0', 'A reply.')),
  ];
}

describe('the lives of a storm', () => {
  it('come to the ends that the fold and the words come to, though neither knows of the other', () => {
    for (const life of livesOf(1, 400)) {
      for (const ending of life.endings) {
        const state = fold(life.steps.filter((step) => homeOf(step) === ending.id).map(factOfStep));
        const { root, replies } = render(state);

        const firstLine = root.content.text.split('\n')[0] ?? '';
        const shown = threadOf({ ...ending, replies: replies.map(({ key }) => key) }, firstLine);
        // How much is still due of an order that nobody announced is only known once Razorpay was asked.
        if (state.needsLook) continue;
        expect(stateInWords(state)).toBe(ending.state);
        expect({ life, ...judged([{ ...life, endings: [ending] }], shown, channels) }).toEqual({
          life,
          lost: [],
          doubled: [],
          wrong: [],
        });
      }
    }
  });

  it('are the same again for the same seed, and others for another', () => {
    expect(livesOf(2, 20)).toEqual(livesOf(2, 20));
    expect(livesOf(2, 1)[0]?.endings[0]?.id).not.toBe(livesOf(3, 1)[0]?.endings[0]?.id);
  });

  it('are of every kind, all kinds of events among them', () => {
    const lives = livesOf(4, 400);
    const events = new Set(
      lives.flatMap(({ steps }) =>
        steps.map(({ sent }) => (sent.kind === 'webhook' ? sent.body['event'] : 'initiated')),
      ),
    );

    expect(new Set(lives.map(({ kind }) => kind)).size).toBe(11);
    // Not among them: what expires unpaid but a link, and what is told of no payment.
    expect(events.size).toBe(25);
  });
});

describe('the deliveries of a storm', () => {
  const calm = { duplicates: 0, lose: 0, reorder: false };
  const deliveriesOf = (life: Life, weather: Partial<typeof calm>, seed = 5) =>
    phasesOf(life, { ...calm, ...weather, random: seededRandom(seed) });

  it('are those of the story where nothing is wrong', () => {
    for (const life of livesOf(6, 100)) {
      const sent = deliveriesOf(life, {}).flatMap(({ deliveries }) => deliveries.map(({ step }) => step));

      expect(sent).toEqual(life.steps);
    }
  });

  it('lose what may be lost and nothing else', () => {
    for (const life of livesOf(7, 200)) {
      for (const { step, isLost } of deliveriesOf(life, { lose: 1 }).flatMap(({ deliveries }) => deliveries)) {
        expect(isLost).toBe(step.sent.kind === 'webhook' && life.losable.includes(String(step.sent.body['event'])));
      }
    }
  });

  it('double webhooks over the same bytes, and nothing that the checkout says', () => {
    const all = livesOf(8, 100).flatMap((life) =>
      deliveriesOf(life, { duplicates: 1 }).flatMap((phase) => phase.deliveries),
    );
    const again = all.filter(({ isAgain }) => isAgain);

    expect(again.length).toBe(all.filter(({ step }) => step.sent.kind === 'webhook').length / 2);
    for (const { life, position, step } of again) expect(step.sent.body).toEqual(life.steps[position]?.sent.body);
  });

  it('begin what follows a plan only when the instalment before is told, and the checkout has spoken', () => {
    for (const life of livesOf(9, 300).filter(({ kind }) => kind === 'a plan')) {
      const phases = deliveriesOf(life, { reorder: true });
      const told = phases.map(({ awaits, deliveries }) => [awaits?.id, deliveries.map(({ step }) => step.sent.kind)]);

      expect(told[0]).toEqual([undefined, ['initiated']]);
      expect(told.filter(([awaits]) => awaits !== undefined).map(([, kinds]) => kinds)).toEqual(
        life.endings.slice(1).map(() => ['initiated']),
      );
    }
  });
});

describe('the oracle', () => {
  const ending: Ending = {
    id: 'order_A',
    state: 'Paid',
    amount: 45_000_00,
    replies: ['failed#pay_1#1', 'paid#pay_2'],
    channel: 'payments',
  };
  const life: Life = { index: 7, kind: 'a payment', steps: [], endings: [ending], losable: [] };
  const right = threadOf(ending, '✅ *Paid* · ₹45,000.00 · Priya S. · Data Science\nmore');
  const [root, failed, paid] = right as [Shown, Shown, Shown];
  const verdict = (shown: readonly Shown[], wanted = life) => {
    const { lost, doubled, wrong } = judged([wanted], shown, channels);
    return { lost, doubled, wrong };
  };
  const counts = (shown: readonly Shown[], wanted = life) => {
    const { lost, doubled, wrong } = verdict(shown, wanted);
    return [lost.length, doubled.length, wrong.length];
  };

  it('finds nothing where all is as it should be', () => {
    expect(verdict(right)).toEqual({ lost: [], doubled: [], wrong: [] });
  });

  it('names what is lost, with its life', () => {
    expect(verdict([root, failed]).lost).toEqual(['life 7, a payment, order_A: paid#pay_2 is not there']);
    expect(counts([])).toEqual([3, 0, 0]);
  });

  it('counts each message that is there once too often, roots as well', () => {
    expect(counts([...right, { ...paid, ts: '1.9' }])).toEqual([0, 1, 0]);
    expect(counts([...right, { ...root, ts: '2.0' }, { ...root, ts: '3.0' }])).toEqual([0, 2, 0]);
  });

  it.each([
    ['another state', [{ ...root, text: '🔴 *Failed* · ₹45,000.00 · Priya S.' }, failed, paid]],
    ['another amount', [{ ...root, text: '✅ *Paid* · ₹450.00 · Priya S.' }, failed, paid]],
    ['another channel', right.map((one) => ({ ...one, channel: 'C2' }))],
    ['a reply that nobody wants', [...right, { ...paid, ts: '1.9', marker: 'payments#live#order_A/refund#rfnd_1' }]],
    ['a reply in the thread of another', [root, failed, { ...paid, root: '0.5' }]],
    [
      'a message of a payment that was never made',
      [...right, { ...root, ts: '5.0', marker: 'payments#live#order_B/root' }],
    ],
    ['a message without a marker', [...right, { ...root, ts: '5.0', marker: '' }]],
  ])('calls wrong: %s', (_, shown) => {
    expect(counts(shown)).toEqual([0, 0, 1]);
  });

  it('reads a part of an order, and tries that failed', () => {
    const partly = { ...ending, state: 'Part 1 paid', amount: 15_000_00, of: 45_000_00 };
    const failing = { ...ending, state: 'Failed' };

    expect(
      counts(threadOf(partly, '🟢 *Part 1 paid* · ₹15,000.00 of ₹45,000.00 · Priya S.'), {
        ...life,
        endings: [partly],
      }),
    ).toEqual([0, 0, 0]);
    expect(
      counts(threadOf(failing, '🔴 *Failed, 2 tries* · ₹45,000.00 · Priya S.'), { ...life, endings: [failing] }),
    ).toEqual([0, 0, 0]);
  });
});
