/**
 * The circle: what people do in Slack comes back to them as what Slack shows, through Slack’s signed requests, the served
 * template, and the front. One stack for the file, one part of the circle after another.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { View } from '../../lib/local/slack-front/views.ts';
import { STORIES, type Story, seededRandom } from '../../lib/local/stories.ts';
import { addToSlack } from '../support/slack-consent.ts';
import { entered, openForm } from '../support/slack-forms.ts';
import { personIn, type SlackPerson } from '../support/slack-people.ts';
import { ids } from '../support/slack-world.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

let stack: TestStack;
let arjun: SlackPerson;
/** By when the seeded tokens were stored. */
let seeded: number;

beforeAll(async () => {
  stack = await startTestStack();
  seeded = Date.now();
  arjun = personIn(stack.slack, ids.arjun, ids.general);
}, 60_000);

afterAll(() => stack.stop());

function payment(seed: number): Story {
  const story = STORIES['payment']?.story({ random: seededRandom(seed), now: Date.now() });
  if (story === undefined) throw new Error('There is no story of a payment.');
  return story;
}

/** Plays a payment, or what is left of it, to its end; answers the channel of its thread. */
async function played(story: Story, from = 0): Promise<string> {
  for (const step of story.steps.slice(from)) await stack.send(step);
  const ending = endOf(story);
  await stack.untilTold(ending);
  const channels = Object.values(stack.facts.channels).filter((channel) =>
    stack.slack.messages(channel).some(({ threadTs, text }) => threadTs === undefined && text.includes(ending.id)),
  );
  expect(channels).toHaveLength(1);
  return channels[0] ?? '';
}

function endOf({ endings: [ending] }: Story) {
  if (ending === undefined) throw new Error('The story has no end.');
  return ending;
}

/** The messages of a payment's thread, its root first: those of every thread, were there more than one. */
function threadOf(id: string) {
  const everywhere = Object.values(stack.facts.channels).flatMap((channel) => stack.slack.messages(channel));
  const roots = everywhere.filter(({ threadTs, text }) => threadTs === undefined && text.includes(id));
  return [...roots, ...everywhere.filter(({ threadTs }) => roots.some(({ ts }) => ts === threadTs))];
}

/** Uses what is in the form, and waits for what comes of it. */
async function pressIn(used: Parameters<SlackPerson['pressIn']>[1], then: RegExp, choice?: string): Promise<View> {
  expect(await arjun.pressIn('modal', used, choice)).toEqual({ ok: true });
  return arjun.untilModal(then);
}

const typed = (values: Readonly<Record<string, string>>) => entered(arjun.modal(), values);

describe('the routing', () => {
  it('is edited in Slack, and the next payment goes elsewhere', async () => {
    const { payments, partPayments, ops } = stack.facts.channels;
    expect(await played(payment(1))).toBe(payments);

    await openForm(arjun, '/warroom routing');
    await arjun.untilModal(/The built-in table is in force/);
    await pressIn('Add a row', /A new row/);
    await arjun.fill(typed({ amountMin: '1' }));
    await arjun.untilModal(/It takes a payment of an amount of at least ₹1\.00\.[\s\S]*Complete/);
    expect(await arjun.submit(typed({ name: 'whatever is paid', channel: 'partPayments' }))).toEqual({ ok: true });
    await arjun.untilModal(/3\. whatever is paid/);
    await pressIn({ block: 'row#2' }, /2\. whatever is paid/, 'up#2');
    await pressIn({ block: 'row#1' }, /1\. whatever is paid/, 'up#1');
    await pressIn('Try a payment', /Course type/);
    expect(await arjun.submit(typed({ amount: '45,000' }))).toEqual({ ok: true });
    await arjun.untilModal(/It goes to the part payments channel, by row \*1\. whatever is paid\*/);
    await pressIn('← Back to the table', /not saved yet/);
    expect(await arjun.submit()).toEqual({ ok: true });
    await arjun.untilModal(/Version 1 is in force/);

    const told = await until('the ops channel is told', () =>
      stack.slack.messages(ops).find(({ text }) => text.includes('Routing changed')),
    );
    expect(told.text).toContain('Arjun M.');
    expect(told.text).toContain('Added as row 1: whatever is paid');
    expect(await played(payment(2))).toBe(partPayments);
    expect(stack.slack.messages(ops).filter(({ text }) => text.includes('Routing changed'))).toHaveLength(1);
  }, 90_000);
});

describe('a payment', () => {
  it('is taken over in its thread, and the next message comes from who took it', async () => {
    const { partPayments } = stack.facts.channels;
    const meera = personIn(stack.slack, ids.meera, partPayments);
    const story = payment(3);
    const { id } = endOf(story);
    for (const step of story.steps.slice(0, 1)) await stack.send(step);
    const root = await until('its thread is there', () => threadOf(id)[0]);
    expect([root.userId, root.text]).toEqual([ids.arjun, expect.stringContaining('owner Arjun M.')]);

    expect(await meera.press('Take over', { ts: root.ts })).toEqual({ ok: true });
    await meera.untilTold(/You look after it now/);
    await until('the root shows it', () => threadOf(id)[0]?.text.includes('owner Meera T.'));

    expect(await played(story, 1)).toBe(partPayments);
    expect(threadOf(id).slice(1)).not.toEqual([]);
    for (const reply of threadOf(id).slice(1)) expect(reply).toMatchObject({ userId: ids.meera, asApp: false });
  }, 60_000);
});

describe('the app', () => {
  it('is removed, and messages are held; it is added again, and they arrive, once', async () => {
    // Slack tells the time in seconds: what was stored within the same one is left to its next answer.
    await until('a second has passed', () => Date.now() > seeded + 1_100);
    const stories = [payment(4), payment(5)] as const;
    const isDead = () =>
      stack.lines('SlackWorker').some(({ what, outcome }) => `${what} ${outcome}` === 'uninstalled marked dead');
    const held = () => stack.lines('PaymentsWorker').filter(({ outcome }) => outcome === 'held').length;

    stack.slack.uninstallApp();
    await until('the app is known to be gone', isDead);
    for (const { steps } of stories) for (const step of steps) await stack.send(step);
    await until('both are held', () => held() >= stories.length);
    await stack.untilQuiet();
    expect(stories.flatMap((story) => threadOf(endOf(story).id))).toEqual([]);

    expect(await addToSlack(stack.facts.api, 'U0KAVYA001')).toBe(303);
    for (const story of stories) await stack.untilTold(endOf(story));
    await stack.untilQuiet();

    for (const story of stories) {
      const thread = threadOf(endOf(story).id);
      expect(thread.filter(({ threadTs }) => threadTs === undefined)).toHaveLength(1);
      expect(thread.filter(({ text }) => text.startsWith('Paid ₹'))).toHaveLength(1);
      expect(new Set(thread.map(({ text }) => text)).size).toBe(thread.length);
      for (const message of thread) expect(message.asApp).toBe(true);
    }
  }, 60_000);
});
