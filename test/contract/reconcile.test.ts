/** Webhooks that are lost: what they would have told is found by asking Razorpay, and nothing is told twice. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { STORIES, type Story, seededRandom } from '../../lib/local/stories.ts';
import type { Step } from '../../lib/local/telling.ts';
import { Fuse, type Spot } from '../support/fuse.ts';
import { type Reconciling, startReconciling } from '../support/reconciling.ts';

let live: Reconciling;
beforeEach(async () => {
  live = await startReconciling();
});
afterEach(() => live.stop());

const day = 86_400_000;

function storyOf(name: string): Story {
  const told = STORIES[name];
  if (!told) throw new Error(`There is no story ${name}.`);
  return told.story({ random: seededRandom(7), now: live.room.time.now() });
}

const eventOf = ({ sent }: Step) => (sent.kind === 'webhook' ? String(sent.body['event']) : 'initiated');

/** The event that each step of a story tells, with its place among the steps. */
function webhooksOf(name: string): [number, string][] {
  const { steps } = STORIES[name]?.story({ random: seededRandom(7), now: 0 }) ?? { steps: [] };
  return steps.flatMap((step, index) =>
    step.sent.kind === 'webhook' ? [[index, eventOf(step)] as [number, string]] : [],
  );
}

/**
 * What asking cannot tell any more, or nobody asks about: a failure of a payment that then succeeded, or of one before it,
 * since a thread that is paid waits for nothing; and the steps that a dispute took before its last.
 */
const untold: Readonly<Record<string, RegExp>> = {
  'failed-then-captured payment.failed': /^failed#/,
  'late-authorization payment.failed': /^failed#/,
  'dispute payment.dispute.action_required': /^disputeAction#/,
  'dispute payment.dispute.under_review': /^disputeReview#/,
};

/** Nobody knows of a link that was never paid before its one webhook says so. */
const unknown = ['link payment_link.cancelled'];

const stories = ['payment', 'failed-then-captured', 'late-authorization', 'part-payments', 'refund', 'dispute', 'link'];
const losses = stories.flatMap((name) => webhooksOf(name).map(([index, event]) => [name, event, index] as const));

describe('a webhook that was lost', () => {
  it.each(losses.filter(([name, event]) => !unknown.includes(`${name} ${event}`)))(
    'of the story %s, %s (step %i), leaves the thread as if it had come',
    async (name, event, lost) => {
      const story = storyOf(name);

      for (const [index, step] of story.steps.entries()) await live.play(step, index === lost);
      await live.pass(6);

      for (const { id, state, replies } of story.endings) {
        const gone = untold[`${name} ${event}`];
        const thread = await live.thread(id);
        expect({ id, root: thread.root }).toEqual({ id, root: expect.stringContaining(` ${state} · `) });
        expect(thread.replies).toEqual(replies.filter((key) => !gone?.test(key)).sort());
      }
      expect([live.reported, live.room.report.doubled]).toEqual([[], 0]);
    },
    20_000,
  );

  it('is made good within a quarter of an hour, all of them together too', async () => {
    const story = storyOf('failed-then-captured');

    for (const [index, step] of story.steps.entries()) await live.play(step, index > 0);
    live.room.time.advance(15 * 60_000);
    const done = await live.run();

    const [ending] = story.endings;
    expect(done).toMatchObject({ due: 1, looked: 1, news: 2, lost: 2, warnings: 0, unasked: 0 });
    expect(await live.thread(ending?.id ?? '')).toEqual({
      root: expect.stringContaining(' Paid · ₹45,000.00 · Priya S. · Full Stack Web Development'),
      replies: [...(ending?.replies ?? [])].sort(),
    });
  });
});

describe('what is due of an order', () => {
  it('is read from the order half a minute after a part of it was captured, since no event tells it', async () => {
    const story = storyOf('part-payments');
    const steps = story.steps.slice(-3).filter((step) => eventOf(step) !== 'initiated');
    for (const step of steps.slice(0, 1)) await live.play(step, false);
    const [ending] = story.endings.slice(-1);
    const before = await live.thread(ending?.id ?? '');

    live.room.time.advance(31_000);
    const done = await live.run();

    expect(before.root).toContain(' Paid · ₹15,000.00 · ');
    // No webhook could have told it: none was lost.
    expect(done).toMatchObject({ looked: 1, news: 1, lost: 0 });
    expect((await live.thread(ending?.id ?? '')).root).toContain(' Part 1 paid · ₹15,000.00 of ₹45,000.00 · ');
  });
});

describe('a thread that is done', () => {
  it('is not asked about: nothing is due after its last webhook', async () => {
    for (const step of storyOf('payment').steps) await live.play(step, false);

    await live.pass(6);

    expect(live.razorpay.calls.filter((call) => !call.includes('webhooks'))).toEqual([]);
  });

  it('that was left at the checkout is asked about seven times within five days, and then no more, without a word', async () => {
    const [started] = storyOf('payment').steps;
    if (started) await live.play(started, false);
    const before = await live.thread(storyOf('payment').endings[0]?.id ?? '');

    await live.pass(30);

    expect(live.razorpay.calls.filter((call) => call === 'GET /v1/orders/:id')).toHaveLength(7);
    expect(await live.thread(storyOf('payment').endings[0]?.id ?? '')).toEqual(before);
    expect(live.room.front.control.messages(live.room.team.channels.ops)).toEqual([]);
  });
});

describe('a warning', () => {
  const opsLines = () =>
    live.room.front.control.messages(live.room.team.channels.ops).map(({ text }) => text.split('\n')[0]);
  const upTo = (event: string): Step[] => {
    const { steps } = storyOf('payment');
    return steps.slice(0, steps.findIndex((step) => eventOf(step) === event) + 1);
  };

  it('is given of a payment that Razorpay says is still authorized a day after it was made, once', async () => {
    for (const step of upTo('payment.authorized')) await live.play(step, false);

    await live.pass(0.9);
    const before = opsLines();
    await live.pass(1.2);

    expect(before).toEqual([]);
    expect(opsLines()).toEqual(['⚠️ Not captured · ₹45,000.00 · Ananya I. · Full Stack Web Development']);
  });

  it('is not given of one that was captured meanwhile, though nobody told us', async () => {
    const { steps } = storyOf('payment');
    for (const step of steps)
      await live.play(step, eventOf(step) !== 'initiated' && eventOf(step) !== 'payment.authorized');

    await live.pass(6);

    expect(opsLines()).toEqual([]);
  });

  it('is given of money that moves for five days and more', async () => {
    for (const step of upTo('payment.authorized')) await live.play(step, false);

    await live.pass(6);

    expect(opsLines()).toEqual([
      '⚠️ Not captured · ₹45,000.00 · Ananya I. · Full Stack Web Development',
      '⚠️ Open too long · ₹45,000.00 · Ananya I. · Full Stack Web Development',
    ]);
  });
});

describe('the webhook of the account', () => {
  const url = 'https://hooks.example.com/webhooks/razorpay/live';
  const set = (more: object) => live.happen('webhooks/W1', { url, ...more });
  const ops = () =>
    live.room.front.control
      .messages(live.room.team.channels.ops)
      .map(({ text, threadTs }) => `${threadTs ? '> ' : ''}${text.split('\n')[0]}`);
  const hours = async (count: number) => {
    live.room.time.advance(count * 3_600_000);
    return live.run();
  };

  it('is looked after once an hour', async () => {
    await set({ active: true, disabled_at: 0 });

    for (let minute = 0; minute < 90; minute += 1) {
      await live.run();
      live.room.time.advance(60_000);
    }

    expect(live.razorpay.calls).toEqual(['GET /v1/webhooks', 'GET /v1/webhooks']);
    expect(ops()).toEqual([]);
  });

  it('is told of in the ops channel when Razorpay switches it off, once, and when it is on again', async () => {
    await set({ active: true, disabled_at: 0 });
    await live.run();
    await set({ active: false, disabled_at: Math.floor(live.room.time.now() / 1000) });

    await hours(1);
    await hours(1);
    const off = ops();
    await set({ active: true, disabled_at: 0 });
    await hours(1);

    expect(off).toEqual([expect.stringMatching(/^⚠️ Webhook off · since /), '> Razorpay switched the webhook off.']);
    expect(ops()).toEqual([
      expect.stringMatching(/^✅ Webhook on again · since /),
      '> Razorpay switched the webhook off.',
      '> The webhook is on again.',
    ]);
  });

  it('is told of without what its address may keep secret', async () => {
    await set({ url: 'https://me:pass@hooks.example.com/webhooks/razorpay/live?key=s3cret', active: false });

    await hours(1);

    const { text } = live.room.front.control.messages(live.room.team.channels.ops)[0] ?? { text: '' };
    expect(text.split('\n').at(-1)).toBe(url);
  });

  it('is told of once where Razorpay does not say since when', async () => {
    await set({ active: false });

    await hours(0);
    await hours(1);
    await hours(1);

    expect(ops()).toHaveLength(2);
  });

  it.each([
    ['another account', { url: 'https://hooks.example.com/webhooks/razorpay/test', active: false }],
    ['something that is no address', { url: 'nowhere', active: false }],
  ])('is not taken for that of %s', async (_, webhook) => {
    await set(webhook);

    await hours(1);

    expect(ops()).toEqual([]);
  });

  it('is on where one of several is', async () => {
    await set({ active: false, disabled_at: 1_790_000_000 });
    await live.happen('webhooks/W2', { url, active: true });

    await hours(1);

    expect(ops()).toEqual([]);
  });

  it('is told of once though a run stopped at any place on its way', async () => {
    const play = async (spot?: Spot) => {
      await live.stop();
      live = await startReconciling();
      await set({ active: false });
      const fuse = new Fuse(spot);
      await live.run({ fuse });
      live.room.time.advance(60_000);
      await live.run();
      return fuse;
    };
    const { effects } = await play();
    expect(effects).toEqual(['payments.insert', 'queue.send', 'payments.put']);

    for (const effect of effects.keys()) {
      for (const side of ['before', 'after'] as const) {
        await play({ effect, side });
        expect(ops().filter((line) => line.startsWith('⚠️'))).toHaveLength(1);
      }
    }
  });
});

describe('a run that stops', () => {
  it('before or after any of its side effects loses nothing and doubles nothing', async () => {
    const play = async (spot?: Spot) => {
      await live.stop();
      live = await startReconciling();
      const story = storyOf('failed-then-captured');
      for (const [index, step] of story.steps.entries()) await live.play(step, index > 0);
      live.room.time.advance(15 * 60_000);
      const fuse = new Fuse(spot);
      await live.run({ fuse });
      live.room.time.advance(60_000);
      await live.run();
      return { fuse, thread: await live.thread(story.endings[0]?.id ?? ''), wanted: story.endings[0] };
    };
    const { fuse: recorded } = await play();
    expect(recorded.effects.filter((name) => name === 'payments.insert').length).toBe(2);
    expect(recorded.effects).toEqual(expect.arrayContaining(['queue.send', 'payments.update']));

    for (const [effect, name] of recorded.effects.entries()) {
      for (const side of ['before', 'after'] as const) {
        const { fuse, thread, wanted } = await play({ effect, side });
        expect({ at: `${side} ${name}`, blown: fuse.blown, thread }).toEqual({
          at: `${side} ${name}`,
          blown: true,
          thread: { root: expect.stringContaining(' Paid · '), replies: [...(wanted?.replies ?? [])].sort() },
        });
        expect(live.room.report.doubled).toBe(0);
      }
    }
  }, 30_000);
});

describe('a Razorpay that does not answer as it should', () => {
  const started = async (count: number) => {
    for (let n = 0; n < count; n += 1) {
      const story = STORIES['payment']?.story({ random: seededRandom(100 + n), now: live.room.time.now() });
      for (const [index, step] of (story?.steps ?? []).entries()) await live.play(step, index > 0);
    }
    await live.run();
    live.room.time.advance(16 * 60_000);
  };
  const fault = (name: string, more: object) => live.happen(`faults/${name}`, { how: 429, times: 1, ...more });
  const orders = () => live.razorpay.calls.filter((call) => call === 'GET /v1/orders/:id').length;

  it('and is busy, is left alone for the rest of the run; the next goes on', async () => {
    await started(3);
    await fault('busy', { call: 'GET /v1/orders/:id' });

    const first = await live.run();
    const asked = orders();
    live.room.time.advance(61_000);
    const second = await live.run();

    expect([first, asked]).toMatchObject([{ due: 3, looked: 0, unasked: 3 }, 1]);
    expect(second).toMatchObject({ due: 3, looked: 3, news: 3 });
  });

  it('of one payment is asked about the others, and of that one again later', async () => {
    await started(3);
    await fault('ill', { call: 'GET /v1/orders/:id', how: 500 });

    const first = await live.run();
    live.room.time.advance(5 * 60_000);
    const second = await live.run();

    expect([first, second]).toMatchObject([
      { due: 3, looked: 2, unasked: 1 },
      { due: 1, looked: 1 },
    ]);
  });

  it('of nothing at all is asked three times in a run', async () => {
    await started(5);
    await fault('away', { how: 'reset', times: 100, call: 'GET /v1/orders/:id' });

    expect(await live.run()).toMatchObject({ due: 5, looked: 0, unasked: 5 });
    expect(orders()).toBe(3);
  });

  it('for want of a right key is asked once, and said once', async () => {
    await started(3);
    await fault('key', { how: 401, times: 1, call: 'GET /v1/orders/:id' });

    expect(await live.run()).toMatchObject({ looked: 0, unasked: 3 });
    expect([orders(), live.reported]).toEqual([1, [expect.objectContaining({ name: 'Unasked', why: 'key' })]]);
  });

  it('and does not know the order is asked for its payments, and makes no noise', async () => {
    const { steps } = storyOf('payment');
    for (const [index, step] of steps.entries()) {
      const { [`orders/${storyOf('payment').endings[0]?.id}`]: _, ...world } = step.world;
      await live.play({ ...step, world }, index > 1);
    }

    await live.pass(0.1);

    expect((await live.thread(storyOf('payment').endings[0]?.id ?? '')).root).toContain(' Paid · ');
    expect(live.reported).toEqual([]);
  });

  it('is asked no faster than the pace', async () => {
    await started(4);
    const before = live.room.time.now();
    const calls = live.razorpay.calls.length;

    await live.run();

    const made = live.razorpay.calls.length - calls;
    expect(made).toBe(8);
    expect(live.room.time.now() - before).toBeGreaterThanOrEqual((made - 1) * 333);
  });

  it('for want of time is not asked: what is left is due in the next run', async () => {
    await started(4);

    const first = await live.run({ more: { callMs: 49_000 } });
    const second = await live.run();

    expect(first).toMatchObject({ due: 4, unasked: 0 });
    expect(Number(first !== 'stopped' && first.looked) + Number(second !== 'stopped' && second.looked)).toBe(4);
    expect(first !== 'stopped' && first.looked).toBeLessThan(4);
  });

  it('for want of an account is not asked, which is said once, and does not keep others waiting', async () => {
    await started(3);

    const done = await live.run({ accounts: {} });
    const again = await live.run({ accounts: {} });

    expect([done, again]).toMatchObject([{ due: 3, skipped: 3, looked: 0 }, { due: 0 }]);
    expect(live.reported).toEqual([expect.objectContaining({ name: 'MalformedSecret' })]);
  });

  it('for want of an account is given up after five days, as those that Razorpay is asked about', async () => {
    await started(3);
    let [runs, skipped] = [0, 0];

    for (let hour = 0; hour < 6 * 24; hour += 1) {
      const done = await live.run({ accounts: {} });
      if (done !== 'stopped' && done.due > 0) runs += 1;
      if (done !== 'stopped') skipped += done.skipped;
      live.room.time.advance(3_601_000);
    }

    expect(runs).toBe(5 * 24 + 1);
    expect(skipped).toBe(3 * (5 * 24 + 1));
  });

  it('of what a fault of ours breaks is asked about the others', async () => {
    await started(3);
    let calls = 0;
    const store = {
      ...live.store,
      factsOf: (...args: Parameters<typeof live.store.factsOf>) => {
        calls += 1;
        return calls === 1 ? Promise.reject(new Error('broken')) : live.store.factsOf(...args);
      },
      recordReconciled: live.store.recordReconciled.bind(live.store),
      recordNote: live.store.recordNote.bind(live.store),
    };

    expect(await live.run({ more: { store } })).toMatchObject({ due: 3, looked: 2, unasked: 1 });
    expect(live.reported).toEqual([expect.objectContaining({ message: 'broken' })]);
  });
});

describe('a thread that was joined into another', () => {
  it('is asked about no more', async () => {
    const story = storyOf('payment');
    for (const step of story.steps.slice(0, 1)) await live.play(step, false);
    const home = story.endings[0]?.id ?? '';
    await live.table.put({ pk: `${live.room.team.id}#live#${home}`, sk: 'joined', into: 'pay_A' });
    live.room.time.advance(day);

    expect(await live.run()).toMatchObject({ due: 1, looked: 0 });
    expect(await live.run()).toMatchObject({ due: 0 });
  });
});
