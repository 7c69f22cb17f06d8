/** Commands, presses and what the app answers them with, as people see it. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { personIn, type SlackPerson } from '../support/slack-people.ts';
import { type SlackReceiver, startReceiver } from '../support/slack-receiver.ts';
import { ids, ManualClock, refusalOf, type SlackWorld, startSlackWorld } from '../support/slack-world.ts';

let world: SlackWorld;
let clock: ManualClock;
let app: SlackReceiver;
let arjun: SlackPerson;

beforeEach(async () => {
  clock = new ManualClock();
  world = await startSlackWorld((seed) => seed, clock);
  app = await startReceiver(world.front.control);
  arjun = personIn(world.front.control, ids.arjun, ids.general);
  // Only what people do is looked at here.
  world.front.control.subscribe({ events: [] });
});
afterEach(async () => {
  await app.stop();
  await world.front.stop();
});

const button = (label: string, more = {}) => ({
  type: 'button' as const,
  text: { type: 'plain_text' as const, text: label },
  action_id: label.toLowerCase(),
  ...more,
});
const buttons = (...elements: readonly ReturnType<typeof button>[]) => ({
  type: 'actions' as const,
  block_id: 'buttons',
  elements: [...elements],
});

/** Answers at the response_url of the last request. */
async function respond(body: unknown): Promise<string> {
  const { payload, response_url: own } = (app.received.at(-1)?.body ?? {}) as {
    readonly payload?: { readonly response_url: string };
    readonly response_url?: string;
  };
  const answer = await fetch(own ?? payload?.response_url ?? '', { method: 'POST', body: JSON.stringify(body) });
  return `${answer.status} ${await answer.text()}`;
}

describe('a command', () => {
  it('comes as a signed form that says who, where and what', async () => {
    const taken = await arjun.command('/warroom explain order_TU: ₹ & more');

    const [request] = app.received;
    expect(taken).toEqual({ ok: true });
    expect(request && app.isSigned(request, world.seed.app.signingSecret, clock.now())).toBe(true);
    expect(request?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(request?.body).toMatchObject({
      command: '/warroom',
      text: 'explain order_TU: ₹ & more',
      team_id: 'T0ACADEMY1',
      team_domain: 'acme-academy',
      channel_id: ids.general,
      channel_name: 'general',
      user_id: ids.arjun,
      user_name: 'arjun.mehta',
      api_app_id: 'A0WARROOM1',
      is_enterprise_install: 'false',
      response_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/commands\//),
      trigger_id: expect.stringMatching(/^\d+\.\d+\.[0-9a-f]+$/),
    });
  });

  it('does not say where it was given where the channel is private', async () => {
    const { channel } = await world.app.conversations.create({ name: 'secret', is_private: true });
    await arjun.command('/warroom help', channel?.id);

    expect(app.received[0]?.body).toMatchObject({ channel_name: 'privategroup' });
  });

  it('is answered with words to that person alone, or to everybody', async () => {
    app.answer = () => ({ body: 'plain words' });
    await arjun.command('/warroom one');
    app.answer = () => ({ body: { text: 'for you' } });
    await arjun.command('/warroom two');
    app.answer = () => ({ body: { text: 'for all', response_type: 'in_channel' } });
    await arjun.command('/warroom three');

    expect(arjun.ephemerals()).toEqual(['plain words', 'for you']);
    expect(personIn(world.front.control, ids.meera, ids.general).ephemerals()).toEqual([]);
    expect(world.front.control.messages(ids.general).map(({ text, userId }) => [text, userId])).toEqual([
      ['for all', ids.bot],
    ]);
  });

  it.each([
    [{ status: 500 }, 'http_status_500'],
    ['silence', 'operation_timeout'],
    [{ body: { text: '' } }, 'no_text'],
  ] as const)('that is answered with %j fails, and the person is told', async (answer, problem) => {
    world.front.control.behave({ answerWithinMs: answer === 'silence' ? 100 : 20_000 });
    app.answer = () => answer;

    expect(await arjun.command('/warroom help')).toEqual({ ok: false, problem });
    expect(arjun.ephemerals()).toEqual([expect.stringContaining(problem)]);
  });

  it('that nobody knows never leaves Slack', async () => {
    expect(await arjun.command('/unknown')).toEqual({ ok: false, problem: 'unknown_command' });
    expect(arjun.ephemerals()).toEqual([expect.stringContaining('/unknown is not a valid command')]);
    expect(app.received).toEqual([]);
  });

  it('is not there where the app is not', async () => {
    world.front.control.uninstallApp();

    expect(await arjun.command('/warroom help')).toEqual({ ok: false, problem: 'unknown_command' });
  });
});

describe('a press', () => {
  it('of a button of a message says which, where, and what the message was', async () => {
    const { ts = '' } = await world.app.chat.postMessage({
      channel: ids.general,
      text: 'fallback',
      blocks: [buttons(button('Explain', { value: 'v1' }), button('Snooze', { style: 'danger' }))],
    });

    expect(await arjun.press('Explain')).toEqual({ ok: true });

    const [request] = app.received;
    expect(request && app.isSigned(request, world.seed.app.signingSecret, clock.now())).toBe(true);
    expect(request?.body['payload']).toMatchObject({
      type: 'block_actions',
      user: { id: ids.arjun, team_id: 'T0ACADEMY1' },
      team: { id: 'T0ACADEMY1' },
      api_app_id: 'A0WARROOM1',
      container: { type: 'message', message_ts: ts, channel_id: ids.general, is_ephemeral: false },
      channel: { id: ids.general, name: 'general' },
      message: { ts, text: 'fallback', blocks: [{ block_id: 'buttons' }] },
      actions: [
        {
          type: 'button',
          block_id: 'buttons',
          action_id: 'explain',
          value: 'v1',
          text: { type: 'plain_text', text: 'Explain' },
          action_ts: expect.stringMatching(/^\d+\.\d{6}$/),
        },
      ],
      response_url: expect.stringContaining('/actions/'),
      trigger_id: expect.any(String),
    });
  });

  it('in a thread says so', async () => {
    const { ts = '' } = await world.app.chat.postMessage({ channel: ids.general, text: 'root' });
    await world.app.chat.postMessage({
      channel: ids.general,
      text: 'reply',
      thread_ts: ts,
      blocks: [buttons(button('Explain'))],
    });
    await arjun.press('Explain');

    expect(app.received[0]?.body['payload']).toMatchObject({
      container: { thread_ts: ts },
      message: { thread_ts: ts },
    });
  });

  it('chooses from a menu', async () => {
    const option = (value: string) => ({ text: { type: 'plain_text' as const, text: value }, value });
    const select = { type: 'static_select' as const, action_id: 'pick', options: [option('a'), option('b')] };
    const { ts = '' } = await world.app.chat.postMessage({
      channel: ids.general,
      text: 'x',
      blocks: [{ type: 'actions', block_id: 'menu', elements: [select] }],
    });
    await world.front.control.as(ids.arjun).pressInMessage(ids.general, ts, { action: 'pick' }, 'b');

    const picked = { type: 'static_select', selected_option: option('b') };
    expect(app.received[0]?.body['payload']).toMatchObject({
      actions: [{ action_id: 'pick', ...picked }],
      state: { values: { menu: { pick: picked } } },
    });
  });

  it('tells of a button that is not there what there is', async () => {
    const { ts = '' } = await world.app.chat.postMessage({
      channel: ids.general,
      text: 'x',
      blocks: [buttons(button('Explain'))],
    });

    await expect(world.front.control.as(ids.arjun).pressInMessage(ids.general, ts, { action: 'gone' })).rejects.toThrow(
      'There is explain “Explain”',
    );
  });
});

describe('an answer to a press', () => {
  beforeEach(async () => {
    await world.app.chat.postMessage({ channel: ids.general, text: 'question', blocks: [buttons(button('Explain'))] });
    await arjun.press('Explain');
  });

  it('is for that person alone, unless it says otherwise', async () => {
    expect(await respond({ text: 'for you', replace_original: false })).toBe('200 ok');
    expect(await respond({ text: 'for all', response_type: 'in_channel', replace_original: false })).toBe('200 ok');

    expect(arjun.ephemerals()).toEqual(['for you']);
    expect(world.front.control.messages(ids.general).map(({ text }) => text)).toEqual(['question', 'for all']);
  });

  it('replaces the message, or takes it away', async () => {
    expect(await respond({ text: 'answered', replace_original: true })).toBe('200 ok');
    const after = world.front.control.messages(ids.general).map(({ text, isEdited }) => [text, isEdited]);
    expect(await respond({ delete_original: true })).toBe('200 ok');

    expect(after).toEqual([['answered', true]]);
    expect(world.front.control.messages(ids.general)).toEqual([]);
  });

  it('may have buttons of its own, and be replaced by their answers', async () => {
    await respond({ text: 'sure?', blocks: [buttons(button('Yes', { value: 'y' }))] });
    await arjun.press('Yes');
    const payload = app.received.at(-1)?.body['payload'];
    await respond({ text: 'done', replace_original: true });

    expect(payload).toMatchObject({ container: { is_ephemeral: true }, actions: [{ value: 'y' }] });
    expect(payload).not.toHaveProperty('message');
    expect(arjun.ephemerals()).toEqual(['done']);
  });

  it('comes five times within half an hour', async () => {
    const five = await Promise.all(Array.from({ length: 6 }, (_, n) => respond({ text: `${n}` })));
    await arjun.press('Explain');
    clock.advance(30 * 60_000 + 1);
    const late = await respond({ text: 'late' });

    expect(five.toSorted()).toEqual([...Array(5).fill('200 ok'), '404 {"ok":false,"error":"used_url"}']);
    expect(late).toBe('404 {"ok":false,"error":"expired_url"}');
  });

  it('is refused when it is no message', async () => {
    expect(await respond({})).toBe('400 no_text');
    expect(await respond({ blocks: [{ type: 'nonsense' }] })).toBe('400 invalid_blocks');
  });
});

describe('chat.postEphemeral', () => {
  it('shows a message to one member, in no history', async () => {
    await world.app.chat.postEphemeral({ channel: ids.general, user: ids.arjun, text: 'psst' });

    expect(arjun.ephemerals()).toEqual(['psst']);
    expect((await world.app.conversations.history({ channel: ids.general })).messages).toEqual([]);
  });

  it('is refused for somebody who is not in the channel, and without words', async () => {
    const post = (user: string, text: string) =>
      refusalOf(world.app.chat.postEphemeral({ channel: ids.general, user, text }));

    expect(await post('U0ARJUN002', 'psst')).toBe('user_not_in_channel');
    expect(await post(ids.arjun, '')).toBe('no_text');
  });
});

describe('the control API for people', () => {
  it('does over HTTP what people do, and shows what they see', async () => {
    const ask = async (method: string, path: string, body?: unknown) => {
      const answer = await fetch(`${world.front.url}/control${path}`, {
        method,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return { status: answer.status, body: (await answer.json()) as Readonly<Record<string, unknown>> };
    };
    const arjunPath = `/people/${ids.arjun}`;
    app.answer = () => ({ body: { text: 'sure?', blocks: [buttons(button('Yes'))] } });
    const commanded = await ask('POST', `${arjunPath}/command`, { channel: ids.general, line: '/warroom help' });
    const { ephemerals } = (await ask('GET', arjunPath)).body as { ephemerals: { ts: string; text: string }[] };
    app.answer = () => ({ status: 503 });
    const ts = ephemerals[0]?.ts;
    const pressed = await ask('POST', `${arjunPath}/press`, { channel: ids.general, ts, label: 'Yes' });
    const opened = await ask('POST', `${arjunPath}/home`);
    const nowhere = await ask('POST', `${arjunPath}/submit`, {});
    const abroad = await ask('PUT', '/app/request-urls', { events: 'https://example.com/events' });

    expect([commanded.body, pressed.body]).toEqual([{ ok: true }, { ok: false, problem: 'http_status_503' }]);
    expect(ephemerals.map(({ text }) => text)).toEqual(['sure?']);
    expect(opened.body).toEqual({ home: null });
    expect(nowhere).toEqual({ status: 404, body: { ok: false, error: 'Arjun Mehta has no modal open.' } });
    expect(abroad.status).toBe(400);
  });
});
