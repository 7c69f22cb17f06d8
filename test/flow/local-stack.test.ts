import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { callOf, playCall } from '../../lib/local/call-story.ts';
import { permalinkOf, play, untilTold } from '../../lib/local/play.ts';
import { STORIES, seededRandom } from '../../lib/local/stories.ts';
import { steady, storm } from '../../lib/local/storm/storm.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;

/** Nobody tells of it but the checkout; by the time it is looked at its first look is near. */
const lost = STORIES['payment']?.story({ random: seededRandom(50), now: Date.now() }) ?? { steps: [], endings: [] };

beforeAll(async () => {
  stack = await startTestStack();
  await play(
    { ...stack.facts, timeScale: 0 },
    lost,
    () => undefined,
    () => true,
  );
}, 60_000);

afterAll(() => stack.stop());

/** A story played to its end, with what Slack truly shows of it. */
async function played(name: keyof typeof STORIES, seed: number) {
  const story = STORIES[name]?.story({ random: seededRandom(seed), now: Date.now() });
  if (story === undefined) throw new Error(`There is no story ${name}.`);
  const steps: string[] = [];
  await play({ ...stack.facts, timeScale: 0 }, story, (line) => steps.push(line));
  const [ending] = story.endings;
  if (ending === undefined) throw new Error(`The story ${name} ends in no thread.`);
  const thread = await stack.untilTold(ending);
  const messages = stack.slack.messages(stack.facts.channels.payments);
  const root = messages.find(
    ({ threadTs, text, blocks }) => threadTs === undefined && `${text}${JSON.stringify(blocks)}`.includes(ending.id),
  );
  const replies = messages.filter(
    ({ ts, threadTs }) => threadTs !== undefined && threadTs === root?.ts && ts !== root?.ts,
  );
  return { story, steps, thread, root, replies };
}

const told = Object.keys(STORIES);

describe('the served product', () => {
  it.each(told)('tells the story "%s" to its end', async (name) => {
    // A seed of its own: the same ids would be the same payments.
    const story = STORIES[name]?.story({ random: seededRandom(100 + told.indexOf(name)), now: Date.now() });
    await play({ ...stack.facts, timeScale: 0 }, story ?? { steps: [], endings: [] }, () => undefined);

    for (const ending of story?.endings ?? []) {
      const thread = await stack.untilTold(ending);

      expect(thread.state).toBe(ending.state);
      expect(permalinkOf(thread)).toContain(`/archives/${stack.facts.channels[ending.channel]}/`);
    }
  });

  it('tells a call to its agent and everybody above, in a private channel', async () => {
    const call = callOf('adm_meera', 'call_flow_1', Date.now());
    const said: string[] = [];
    const { channel, people, text } = await playCall(stack.facts, call, (line) => said.push(line));

    expect(said).toEqual(['Meera Thomas has called Priya Sharma -> 201']);
    expect(channel).toBe('calls-meera-thomas');
    expect(people.toSorted()).toEqual(['Kavya Rao', 'Lakshmi Nair', 'Meera Thomas']);
    expect(text).toMatch(/^📞 \*Interested\* · Priya S\. · 12 min$/);
  });

  it('tells what belongs to no payment in the ops channel', async () => {
    const story = STORIES['account']?.story({ random: seededRandom(9), now: Date.now() });
    await play({ ...stack.facts, timeScale: 0 }, story ?? { steps: [], endings: [] }, () => undefined);
    await stack.untilQuiet();

    const shown = stack.slack.messages(stack.facts.channels.ops).map(({ text }) => text.split('\n')[0]);

    // Those of the story that was played above are there as well.
    expect(shown.filter((text) => text === '✅ Works again · Net banking (Axis Bank)')).toHaveLength(2);
    expect(shown.filter((text) => text === '🏦 Settled · ₹2,84,512.00')).toHaveLength(2);
  });

  it('tells a payment that goes well in one thread with one reply', async () => {
    const { thread, root, replies, steps } = await played('payment', 1);

    expect(steps.every((step) => / -> 20[01]$/.test(step))).toBe(true);
    expect(thread.state).toBe('Paid');
    expect(root?.text).toContain('Paid');
    expect(replies).toHaveLength(1);
  });

  it('tells a declined try and the capture after it in one thread with two replies', async () => {
    const { root, replies } = await played('failed-then-captured', 2);

    expect(root?.text).toContain('second try');
    expect(replies).toHaveLength(2);
    expect(replies[0]?.text).toContain('failed');
    expect(replies[1]?.text).toContain('Paid');
  });

  it('tells a late authorization in one thread', async () => {
    const { root, replies } = await played('late-authorization', 3);

    expect(root?.text).toContain('Paid');
    expect(replies).toHaveLength(2);
  });

  it('posts as the assigned admin, whose token the seed put there', async () => {
    const { root } = await played('payment', 4);

    expect(root).toMatchObject({ userId: 'U0ARJUN001', asApp: false });
  });

  it('passes a lead to another admin, who posts what comes next, while what is there stays with who posted it', async () => {
    const story = STORIES['payment']?.story({ random: seededRandom(6), now: Date.now() });
    const [started, ...rest] = story?.steps ?? [];
    const [ending] = story?.endings ?? [];
    if (started?.sent.kind !== 'initiated' || ending === undefined) throw new Error('The story does not begin so.');
    // A lead of its own: who looks after one is kept for all that follows.
    const lead = { id: 'lead_passed_on', name: 'Priya Sharma' };
    await stack.send({ ...started, sent: { ...started.sent, body: { ...started.sent.body, lead } } });
    await stack.untilQuiet();

    const answer = await fetch(`${stack.facts.api}/v1/leads/${lead.id}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${stack.facts.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: lead.name, assignedAdmin: { id: 'adm_meera', name: 'Meera Thomas' } }),
    });
    await stack.untilQuiet();
    for (const step of rest) await stack.send(step);
    await stack.untilTold(ending);

    expect([answer.status, await answer.json()]).toEqual([202, expect.objectContaining({ id: lead.id })]);
    const messages = stack.slack.messages(stack.facts.channels.payments);
    const root = messages.find(({ blocks }) => JSON.stringify(blocks).includes(ending.id));
    const replies = messages.filter(({ threadTs, ts }) => threadTs === root?.ts && ts !== root?.ts);
    expect(root).toMatchObject({ userId: 'U0ARJUN001', text: expect.stringContaining('owner Meera T.') });
    expect(replies.map(({ userId }) => userId)).toEqual(['U0MEERA001']);
  });

  it('names an address of its Slack where the thread begins', async () => {
    const { thread, root } = await played('payment', 5);

    const link = permalinkOf(thread);

    expect(link).toBe(`${stack.facts.slack.url}/archives/${root?.channel}/p${root?.ts.replace('.', '')}`);
    expect((await fetch(link ?? '')).status).toBe(200);
  });

  // Before the storm, which knows every message that there should be from then on.
  it('tells a payment of which every webhook was lost, once it has asked Razorpay', async () => {
    const [ending] = lost.endings;
    if (ending === undefined) throw new Error('The story ends in no thread.');

    // A quarter of an hour after it began, in the time of this stack, and a minute until the next run.
    const thread = await untilTold(stack.facts, ending, 16 * 60_000 * stack.facts.timeScale + 25_000);

    expect(thread.messages.map(({ key, state }) => [key, state])).toEqual([
      ['root', 'posted'],
      [ending.replies[0], 'posted'],
    ]);
    const runs = stack.lines('PaymentsReconcile').filter(({ message }) => message === 'reconcile');
    expect(runs.reduce((sum, { news }) => sum + Number(news), 0)).toBeGreaterThan(0);
    expect(stack.lines('PaymentsReconcile').filter(({ level }) => level === 'ERROR')).toEqual([]);
  }, 90_000);

  it('loses, doubles and mistells nothing in a storm of doubled and reordered deliveries and a Slack that fails', async () => {
    const options = { payments: 15, duplicates: 0.3, reorder: true, lose: 0, faults: true, inflight: 8, seed: 7 };

    const summary = await storm(steady(stack.facts), options, () => undefined);

    expect(summary).toMatchObject({ lost: [], doubled: [], wrong: [], lives: 15 });
  }, 120_000);

  it('sends a payment where the table of docs/routing.md sends it once that is in force, and says why', async () => {
    const ask = async (method: string, path: string, body?: string) => {
      const headers = { authorization: `Bearer ${stack.facts.apiKey}`, 'content-type': 'application/json' };
      const answer = await fetch(`${stack.facts.api}${path}`, { method, headers, ...(body && { body }) });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    };
    const page = readFileSync('docs/routing.md', 'utf8');
    const [tryOut = '', putInForce = '', madeUp = ''] = [...page.matchAll(/-d '(\{.*?\n\})'/gs)].map(
      ([, body]) => body,
    );

    const tried = await ask('PUT', '/v1/routing', tryOut);
    const put = await ask('PUT', '/v1/routing', putInForce);
    const { story, thread } = await played('payment', 206);
    const [known, guessed] = [
      await ask('POST', '/v1/routing/explain', JSON.stringify({ paymentId: story.endings[0]?.id })),
      await ask('POST', '/v1/routing/explain', madeUp),
    ];

    expect(tried).toMatchObject({ status: 200, body: { version: 1, active: false, dryRun: { cut: false } } });
    expect(put).toEqual({ status: 200, body: { version: 1, active: true, dryRun: null } });
    const channel = stack.facts.channels.ops;
    const why = expect.stringMatching(/^The amount is ₹[\d,]+\.\d\d\.$/);
    expect(thread).toMatchObject({ destination: { channel, row: 'large amounts', why } });
    expect(known).toMatchObject({ status: 200, body: { fixed: { channel, row: 'large amounts', version: 1 } } });
    expect(guessed).toMatchObject({ status: 200, body: { now: { row: 'learner with an open plan' } } });
  });
});
