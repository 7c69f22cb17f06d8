/** People ask War Room in Slack, and press the buttons of threads: through Slack's signed requests and the served template. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { STORIES, type Story, seededRandom } from '../../lib/local/stories.ts';
import { openForm } from '../support/slack-forms.ts';
import { personIn, type SlackPerson } from '../support/slack-people.ts';
import { ids } from '../support/slack-world.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

let stack: TestStack;
let arjun: SlackPerson;
let meera: SlackPerson;
let dev: SlackPerson;

beforeAll(async () => {
  stack = await startTestStack();
  const { payments } = stack.facts.channels;
  arjun = personIn(stack.slack, ids.arjun, payments);
  meera = personIn(stack.slack, ids.meera, payments);
  dev = personIn(stack.slack, 'U0DEV00001', payments);
}, 60_000);

afterAll(() => stack.stop());

function storyOf(name: string, seed: number): Story {
  const story = STORIES[name]?.story({ random: seededRandom(seed), now: Date.now() });
  if (story === undefined) throw new Error(`There is no story ${name}.`);
  return story;
}

/** Plays the first steps of a story; answers the payment's id. */
async function begun(story: Story, steps: number): Promise<string> {
  for (const step of story.steps.slice(0, steps)) await stack.send(step);
  await stack.untilQuiet();
  return story.endings[0]?.id ?? '';
}

const rootOf = (id: string) => {
  const root = stack.slack
    .messages(stack.facts.channels.payments)
    .find(({ threadTs, text }) => threadTs === undefined && text.includes(id));
  if (root === undefined) throw new Error(`There is no thread of ${id}.`);
  return root;
};

/**
 * What a person alone is told after they did something: the next that fits. On a machine that is busy a record of the queue
 * comes again before it is done, and what was asked before is answered twice.
 */
async function answerTo(person: SlackPerson, fits: RegExp, act: () => Promise<unknown>): Promise<string> {
  const before = person.ephemerals().length;
  expect(await act()).toEqual({ ok: true });
  return until(`somebody is told ${fits}`, () =>
    person
      .ephemerals()
      .slice(before)
      .find((told) => fits.test(told)),
  );
}

describe('/warroom', () => {
  it.each(['/warroom', '/warroom help', '/warroom HELP please'])(
    '%s shows what can be asked, to who asked alone',
    async (line) => {
      const told = await answerTo(arjun, /You can ask it:/, () => arjun.command(line));

      for (const word of ['status', 'explain', 'connect', 'routing', 'help']) {
        expect(told).toContain(`*/warroom ${word}`);
      }
      expect(meera.ephemerals()).toEqual([]);
      expect(stack.slack.messages(stack.facts.channels.payments)).toEqual([]);
    },
  );

  it('asks back where a word was mistyped', async () => {
    const told = await answerTo(arjun, /Did you mean \*\/warroom status\*\?/, () => arjun.command('/warroom staus'));

    expect(told).toContain('It knows status, explain, connect, routing, protect, help.');
  });

  it.each(['🙈', 'नमस्ते 💸'])('answers %s, whatever it may mean', async (nonsense) => {
    await answerTo(arjun, /War Room does not know \*\/warroom/, () => arjun.command(`/warroom ${nonsense}`));
  });

  it('status says how it stands here', async () => {
    const told = await answerTo(arjun, /All is well/, () => arjun.command('/warroom status'));

    expect(told).toContain(`<#${stack.facts.channels.payments}> (payments)`);
    expect(told).toMatch(/Post as themselves: .*Arjun/);
  });

  it('status says what is wrong, and what to do', async () => {
    stack.slack.archive(stack.facts.channels.partPayments);
    const told = await answerTo(arjun, /One thing needs somebody/, () => arjun.command('/warroom status'));
    stack.slack.unarchive(stack.facts.channels.partPayments);

    expect(told).toContain(
      '(part payments) is archived. Restore it, or send its payments elsewhere: /warroom routing.',
    );
  });

  it('connect says in whose name one’s messages come', async () => {
    const told = await answerTo(arjun, /Messages about your learners/, () => arjun.command('/warroom connect'));

    expect(told).toContain('Messages about your learners come from you since');
  });

  it('routing shows which payments go where, in a form', async () => {
    await openForm(arjun, '/warroom routing');
    const { content } = await arjun.untilModal(/3\. full payment/);
    await arjun.close();

    expect(JSON.stringify(content.blocks)).toContain('The built-in table is in force.');
  });

  it('answers in a direct message as anywhere else', async () => {
    const { url, botToken } = stack.facts.slack;
    const opened = await fetch(`${url}/api/conversations.open`, {
      method: 'POST',
      headers: { authorization: `Bearer ${botToken}` },
      body: new URLSearchParams({ users: ids.arjun }),
    });
    const { channel } = (await opened.json()) as { readonly channel: { readonly id: string } };

    const told = await answerTo(arjun, /All is well/, () => arjun.command('/warroom status', channel.id));

    expect(channel.id).toMatch(/^D/);
    expect(told).toContain('All is well');
  });

  it('tells somebody whom the directory does not have active nothing but why', async () => {
    const id = await begun(storyOf('payment', 71), 1);
    expect(await putDev({ active: false })).toBe(200);

    const asked = await answerTo(dev, /does not know you yet/, () => dev.command(`/warroom explain ${id}`));
    for (const word of ['status', 'connect', 'routing']) {
      expect(await answerTo(dev, /does not know you yet/, () => dev.command(`/warroom ${word}`))).toBe(asked);
    }
    const pressed = await answerTo(dev, /does not know you yet/, () => dev.press('Take over', { ts: rootOf(id).ts }));
    await stack.untilQuiet();

    expect([asked, pressed]).toEqual([expect.stringContaining('does not know you yet'), asked]);
    expect(asked).not.toMatch(/₹|order_|owner/);
    expect(rootOf(id).text).toContain('owner Arjun M.');
    await putDev({ active: true });
    expect(await answerTo(dev, /Initiated/, () => dev.command(`/warroom explain ${id}`))).toContain('*Initiated* · ₹');
  });
});

/** Puts Dev into the directory as he is, or not active any more. */
async function putDev({ active }: { readonly active: boolean }): Promise<number> {
  const { api, apiKey } = stack.facts;
  const shown = await fetch(`${api}/v1/admins/adm_dev`, { headers: { authorization: `Bearer ${apiKey}` } });
  const { id: _, ...admin } = (await shown.json()) as Record<string, unknown>;
  const put = await fetch(`${api}/v1/admins/adm_dev`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...admin, active }),
  });
  return put.status;
}

describe('a payment’s thread', () => {
  it('is taken over by a press, and what follows comes from that person', async () => {
    const story = storyOf('payment', 72);
    const id = await begun(story, 2);

    const told = await answerTo(meera, /You look after it/, () => meera.press('Take over', { ts: rootOf(id).ts }));
    await stack.untilQuiet();
    const shown = rootOf(id).text;
    for (const step of story.steps.slice(2)) await stack.send(step);
    const [ending] = story.endings;
    if (ending) await stack.untilTold(ending);

    expect(told).toContain('You look after it now. What is told in its thread from here on comes from you.');
    expect(shown).toContain('owner Meera');
    const replies = stack.slack
      .messages(stack.facts.channels.payments)
      .filter(({ threadTs, ts }) => threadTs === rootOf(id).ts && ts !== rootOf(id).ts);
    expect(replies.at(-1)).toMatchObject({ userId: ids.meera, asApp: false, text: expect.stringContaining('Paid ₹') });
  });

  it('is explained to who presses Explain, and nobody else', async () => {
    const id = await begun(storyOf('failed-then-captured', 73), 2);
    const others = meera.ephemerals().length;

    const told = await answerTo(arjun, /\*Next\*: /, () => arjun.press('Explain', { ts: rootOf(id).ts }));

    expect(told).toContain(id);
    expect(told).toContain('*Next*: ');
    expect(meera.ephemerals()).toHaveLength(others);
  });

  it('pressed sixty times by three people at once, has one new owner, and says who to the others', async () => {
    const id = await begun(storyOf('payment', 74), 1);
    const { ts } = rootOf(id);
    await Promise.all(
      Array.from({ length: 60 }, (_, index) => ([arjun, meera, dev][index % 3] ?? arjun).press('Take over', { ts })),
    );
    await stack.untilQuiet();

    expect(await ownersOf(id)).toHaveLength(1);
    expect(stack.slack.messages(stack.facts.channels.payments).filter(({ text }) => text.includes(id))).toHaveLength(1);
  }, 40_000);

  it('taken over while the worker is killed again and again, is taken over once, and says so', async () => {
    const id = await begun(storyOf('payment', 75), 1);
    const { ts } = rootOf(id);
    const pressed = answerTo(meera, /You look after it now/, () => meera.press('Take over', { ts }));
    for (const afterMs of [5, 40, 120]) {
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      await stack.served.kill('DeskWorker');
    }

    await pressed;
    await stack.untilQuiet();

    expect(await ownersOf(id)).toHaveLength(1);
    expect(rootOf(id).text).toContain('owner Meera T.');
  }, 60_000);
});

async function ownersOf(id: string): Promise<readonly unknown[]> {
  const thread = (await stack.threadOf(id)) as unknown as { readonly facts: readonly { readonly kind: string }[] };
  return thread.facts.filter(({ kind }) => kind === 'owner');
}
