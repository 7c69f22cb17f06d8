/** App Home, and what is parked: through Slack's signed requests and the served template. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { STORIES, seededRandom } from '../../lib/local/stories.ts';
import { personIn, type SlackPerson } from '../support/slack-people.ts';
import { textsOf } from '../support/slack-texts.ts';
import { ids } from '../support/slack-world.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

let stack: TestStack;
let arjun: SlackPerson;
let meera: SlackPerson;

beforeAll(async () => {
  stack = await startTestStack();
  arjun = personIn(stack.slack, ids.arjun, stack.facts.channels.ops);
  meera = personIn(stack.slack, ids.meera, stack.facts.channels.ops);
}, 60_000);
afterAll(() => stack.stop());

/** Begins a payment; answers its id. */
async function begun(seed: number, steps = 1): Promise<string> {
  const story = STORIES['payment']?.story({ random: seededRandom(seed), now: Date.now() });
  if (story === undefined) throw new Error('There is no such story.');
  for (const step of story.steps.slice(0, steps)) await stack.send(step);
  return story.endings[0]?.id ?? '';
}

/** Begins payments of which Slack takes no message, as long as it does not; answers their notice. */
async function parked(...seeds: readonly number[]) {
  const { payments, ops } = stack.facts.channels;
  stack.slack.fault({ method: 'chat.postMessage', channel: payments, kind: 'error', error: 'invalid_blocks' });
  for (const seed of seeds) await begun(seed);
  const says = `🛑 Parked · ${seeds.length === 1 ? '1 payment' : `${seeds.length} payments`}`;
  const notice = await until('they are parked', () =>
    stack.slack.messages(ops).findLast(({ text, threadTs }) => threadTs === undefined && text.startsWith(says)),
  );
  await stack.untilQuiet();
  stack.slack.resetFaults();
  return notice;
}

/** Somebody opens the home, again where it is not what it should be: what Slack tells of it may be lost where all is busy. */
async function opened(person: SlackPerson, fits: RegExp): Promise<string> {
  const text = () => textsOf(person.home()?.content.blocks ?? []).join('\n');
  let turns = 0;
  await until(`a home of ${fits}`, () => {
    if (turns % 40 === 0) person.openHome();
    turns += 1;
    return fits.test(text());
  });
  return text();
}

const rootsOf = (id: string) =>
  stack.slack
    .messages(stack.facts.channels.payments)
    .filter(({ threadTs, text }) => threadTs === undefined && text.includes(id));

const noticeAt = (ts: string) =>
  stack.slack.messages(stack.facts.channels.ops).find((message) => message.ts === ts)?.text ?? '';

describe('App Home', () => {
  it('shows the payments of the day to who opens it, as they stand then', async () => {
    const id = await begun(301);
    await stack.untilQuiet();
    const first = await opened(arjun, /🟡 1 initiated/);
    const [root] = rootsOf(id);

    await begun(301, 4);
    await stack.untilQuiet();

    expect(first).toContain(`/p${root?.ts.replace('.', '')}|thread>`);
    expect(await opened(arjun, /✅ 1 paid/)).toContain('Received: ₹');
  }, 90_000);

  it('tells somebody whom the directory does not know nothing but why', async () => {
    const { api, apiKey } = stack.facts;
    const authorization = `Bearer ${apiKey}`;
    expect((await fetch(`${api}/v1/admins/adm_sana`, { method: 'DELETE', headers: { authorization } })).ok).toBe(true);
    const stranger = personIn(stack.slack, 'U0SANA0001', stack.facts.channels.ops);

    expect(await opened(stranger, /War Room does not know you yet/)).not.toMatch(/₹|Razorpay/);
  }, 90_000);
});

describe('what is parked', () => {
  it('is shown to who asks, tried again by a press in the ops channel, and told once', async () => {
    const notice = await parked(311, 312);

    expect(await meera.press('parked.show', { ts: notice.ts })).toEqual({ ok: true });
    const { text } = await meera.untilTold(/2 payments parked/);
    expect(await arjun.press('parked.retry', { ts: notice.ts })).toEqual({ ok: true });
    await arjun.untilTold(/2 payments are looked at again now/);
    await until('they are told', () => noticeAt(notice.ts).startsWith('✅ No longer parked'));
    await stack.untilQuiet();

    const ids = [...text.matchAll(/order_\w+/g)].map(([id]) => id);
    expect(ids).toHaveLength(2);
    for (const id of ids) expect(rootsOf(id)).toHaveLength(1);
    const { ops } = stack.facts.channels;
    const replies = stack.slack.messages(ops).filter(({ threadTs, ts }) => threadTs === notice.ts && ts !== notice.ts);
    expect(replies.map((reply) => reply.text.split('\n')[0])).toEqual([
      '🔁 Arjun M. had 2 payments tried again. What fails again is parked again.',
    ]);
  }, 90_000);

  it('is decided about on a home, which is shown anew; an older home is told who did', async () => {
    const notice = await parked(321);
    for (const person of [arjun, meera]) await opened(person, /Parked\* · 1 payment not told/);

    expect(await arjun.pressIn('home', 'parked.retry')).toEqual({ ok: true });
    await arjun.untilHome(/One payment is looked at again now/);
    expect(await meera.pressIn('home', 'parked.ignore')).toEqual({ ok: true });
    await meera.untilHome(/Nothing waits here any more: Arjun M\. had it tried again/);
    await until('it is told', () => noticeAt(notice.ts).startsWith('✅ No longer parked'));

    expect(arjun.home()?.content.blocks.some(({ type }) => type === 'actions')).toBe(false);
  }, 90_000);
});
