/**
 * What people do in Slack comes back to them as what Slack shows: through Slack's signed requests, the served template, and
 * the front. One stack for the file, one part of the circle after another.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { View } from '../../lib/local/slack-front/views.ts';
import { STORIES, type Story, seededRandom } from '../../lib/local/stories.ts';
import { entered, openForm } from '../support/slack-forms.ts';
import { personIn, type SlackPerson } from '../support/slack-people.ts';
import { ids } from '../support/slack-world.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

let stack: TestStack;
let arjun: SlackPerson;

beforeAll(async () => {
  stack = await startTestStack();
  arjun = personIn(stack.slack, ids.arjun, ids.general);
}, 60_000);

afterAll(() => stack.stop());

function payment(seed: number): Story {
  const story = STORIES['payment']?.story({ random: seededRandom(seed), now: Date.now() });
  if (story === undefined) throw new Error('There is no story of a payment.');
  return story;
}

/** Plays a payment to its end; answers the channel of its thread. */
async function played(story: Story): Promise<string> {
  for (const step of story.steps) await stack.send(step);
  const [ending] = story.endings;
  if (ending === undefined) throw new Error('The story has no end.');
  await stack.untilTold(ending);
  const channels = Object.values(stack.facts.channels).filter((channel) =>
    stack.slack.messages(channel).some(({ threadTs, text }) => threadTs === undefined && text.includes(ending.id)),
  );
  expect(channels).toHaveLength(1);
  return channels[0] ?? '';
}

/** Uses what is in the form, and waits for what comes of it. */
async function pressIn(used: Parameters<SlackPerson['pressIn']>[1], then: RegExp, choice?: string): Promise<View> {
  expect(await arjun.pressIn('modal', used, choice)).toEqual({ ok: true });
  return arjun.untilModal(then);
}

const typed = (values: Readonly<Record<string, string>>) => entered(arjun.modal(), values);

describe('the routing', () => {
  it('is edited in Slack, and the next payment goes elsewhere', async () => {
    const { payments, ops } = stack.facts.channels;
    expect(await played(payment(1))).toBe(payments);

    await openForm(arjun, '/warroom routing');
    await arjun.untilModal(/The built-in table is in force/);
    await pressIn('Add a row', /A new row/);
    await arjun.fill(typed({ amountMin: '1' }));
    await arjun.untilModal(/It takes a payment of an amount of at least ₹1\.00\.[\s\S]*Complete/);
    expect(await arjun.submit(typed({ name: 'whatever is paid', channel: 'ops' }))).toEqual({ ok: true });
    await arjun.untilModal(/3\. whatever is paid/);
    await pressIn({ block: 'row#2' }, /2\. whatever is paid/, 'up#2');
    await pressIn({ block: 'row#1' }, /1\. whatever is paid/, 'up#1');
    await pressIn('Try a payment', /Course type/);
    expect(await arjun.submit(typed({ amount: '45,000' }))).toEqual({ ok: true });
    await arjun.untilModal(/It goes to the ops channel, by row \*1\. whatever is paid\*/);
    await pressIn('← Back to the table', /not saved yet/);
    expect(await arjun.submit()).toEqual({ ok: true });
    await arjun.untilModal(/Version 1 is in force/);

    const told = await until('the ops channel is told', () =>
      stack.slack.messages(ops).find(({ text }) => text.includes('Routing changed')),
    );
    expect(told.text).toContain('Arjun M.');
    expect(told.text).toContain('Added as row 1: whatever is paid');
    expect(await played(payment(2))).toBe(ops);
    expect(stack.slack.messages(ops).filter(({ text }) => text.includes('Routing changed'))).toHaveLength(1);
  }, 90_000);
});
