/** What happens in Slack, through its signed events and the served template: what waited is told at once, and once. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { STORIES, type Story, seededRandom } from '../../lib/local/stories.ts';
import { addToSlack } from '../support/slack-consent.ts';
import { asJson, envelope, signed } from '../support/slack-requests.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

let stack: TestStack;
/** By when the seeded tokens were stored. */
let seeded: number;
beforeAll(async () => {
  stack = await startTestStack();
  seeded = Date.now();
}, 60_000);
afterAll(() => stack.stop());

function storyOf(name: string, seed: number): Story {
  const story = STORIES[name]?.story({ random: seededRandom(seed), now: Date.now() });
  if (story === undefined) throw new Error(`There is no story ${name}.`);
  return story;
}

/** Plays the steps of a story from one to another; answers its payment's id. */
async function play(story: Story, from: number, to?: number): Promise<string> {
  for (const step of story.steps.slice(from, to)) await stack.send(step);
  return story.endings[0]?.id ?? '';
}

const payments = () => stack.facts.channels.payments;
const messagesOf = (id: string) => stack.slack.messages(payments()).filter(({ text }) => text.includes(id));
const rootsOf = (id: string) => messagesOf(id).filter(({ threadTs }) => threadTs === undefined);
const heldBy = () => stack.lines('PaymentsWorker').filter(({ outcome }) => outcome === 'held').length;
const news = () => stack.lines('SlackWorker').map(({ what, outcome }) => `${what}: ${outcome}`);

describe('the app', () => {
  it('removed from the workspace has payments held; installed again, they are told at once, each message once', async () => {
    const before = storyOf('payment', 81);
    const known = await play(before, 0, 2);
    await stack.untilQuiet();
    // Slack tells the time in seconds: what was installed within the same one is left to its next answer.
    await until('a second has passed', () => Date.now() > seeded + 1_100);

    stack.slack.uninstallApp();
    await until('the app is known to be gone', () => news().includes('uninstalled: marked dead'));
    await play(before, 2);
    const during = storyOf('failed-then-captured', 82);
    const fresh = await play(during, 0);
    await until('both are held', () => heldBy() >= 2);
    await stack.untilQuiet();
    const shown = [rootsOf(known)[0]?.text, rootsOf(fresh).length];

    expect(await addToSlack(stack.facts.api, 'U0KAVYA001')).toBe(303);
    const [ending] = during.endings;
    if (ending) await stack.untilTold(ending);
    // Its root is Arjun's, whose consent ended with the app: nobody can edit it, and a reply by the app speaks in its place.
    const status = await until('a word on how the earlier one stands', () =>
      messagesOf(known).find(({ threadTs, asApp, text }) => threadTs !== undefined && asApp && text.includes('Paid ·')),
    );
    await stack.untilQuiet();

    expect(shown).toEqual([expect.not.stringContaining('Paid'), 0]);
    expect(status.threadTs).toBe(rootsOf(known)[0]?.ts);
    for (const id of [known, fresh]) expect(rootsOf(id)).toHaveLength(1);
    const told = stack.slack.messages(payments()).map(({ text, threadTs }) => `${threadTs} ${text}`);
    expect(told).toEqual([...new Set(told)]);
  }, 60_000);
});

describe('a channel', () => {
  it('that was archived holds what comes; restored, it is told at once, and the ops channel of both', async () => {
    stack.slack.archive(payments());
    const story = storyOf('payment', 83);
    const id = await play(story, 0);
    await stack.untilQuiet();
    const waiting = stack.slack.messages(stack.facts.channels.ops).at(-1)?.text;

    stack.slack.unarchive(payments());
    const [ending] = story.endings;
    if (ending) await stack.untilTold(ending);
    const restored = await until('the ops channel is told', () =>
      stack.slack.messages(stack.facts.channels.ops).find(({ text }) => text.includes('are posted again')),
    );

    expect(waiting).toContain('the channel was archived');
    expect(restored.text).toContain('Everything that waited is there');
    expect(rootsOf(id)).toHaveLength(1);
    expect(news().some((line) => line.startsWith('opened: woken'))).toBe(true);
  });
});

describe('a message', () => {
  it('whose post got no answer is known as soon as Slack says that it is there: nobody looks it up', async () => {
    stack.slack.resetCalls();
    stack.slack.fault({ method: 'chat.postMessage', count: 1, kind: 'reset', when: 'after' });
    const story = storyOf('payment', 84);

    const id = await play(story, 0);
    const [ending] = story.endings;
    if (ending) await stack.untilTold(ending);

    const calls = stack.slack.calls();
    expect(rootsOf(id)).toHaveLength(1);
    expect(news()).toContain('posted: known');
    expect([calls['conversations.history'], calls['conversations.replies']]).toEqual([undefined, undefined]);
  });

  it('that somebody deletes is told once more if it was the root', async () => {
    const story = storyOf('payment', 85);
    const id = await play(story, 0, 2);
    await stack.untilQuiet();
    const [root] = rootsOf(id);
    stack.slack.deleteMessage(payments(), root?.ts ?? '');

    const again = await until('a new root is there', () => rootsOf(id).find(({ ts }) => ts !== root?.ts));
    await stack.untilQuiet();

    expect(again.text).toBe(root?.text);
    expect(rootsOf(id).filter(({ ts }) => ts !== root?.ts)).toHaveLength(1);
  });
});

describe('a forged event', () => {
  it('is answered 401 and changes nothing, whoever is said to have sent it', async () => {
    const { api, slack } = stack.facts;
    const now = Math.floor(Date.now() / 1000);
    const gone = asJson(envelope({ type: 'app_uninstalled' }, { team_id: slack.teamId, authorizations: [] }, now + 60));
    // What Slack says of messages may still be on its way.
    const removals = () => news().filter((line) => line.startsWith('uninstalled'));
    const said = removals();
    const send = ({ bytes, contentType, timestamp, signature }: ReturnType<typeof signed>) =>
      fetch(`${api}/slack/events`, {
        method: 'POST',
        headers: {
          'content-type': contentType,
          'x-slack-request-timestamp': timestamp,
          'x-slack-signature': signature,
        },
        body: new Uint8Array(bytes),
      });

    const guessed = await send(signed(gone, 'application/json', now, 'a guess'));
    const stale = await send(signed(gone, 'application/json', now - 400, slack.signingSecret));
    const early = await send(signed(gone, 'application/json', now + 400, slack.signingSecret));
    await stack.untilQuiet();

    expect([guessed.status, stale.status, early.status]).toEqual([401, 401, 401]);
    expect(removals()).toEqual(said);
  });
});
