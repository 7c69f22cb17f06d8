/** The events that the Slack front sends: which, signed how, and how often. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type SlackReceiver, startReceiver } from '../support/slack-receiver.ts';
import { ids, ManualClock, type SlackWorld, startSlackWorld } from '../support/slack-world.ts';
import { until } from '../support/until.ts';

const courseFullStack = 'C0COURSEFS';
const marker = { event_type: 'war_room_message', event_payload: { key: 'k1' } };
let world: SlackWorld;
let clock: ManualClock;
let app: SlackReceiver;

beforeEach(async () => {
  clock = new ManualClock();
  world = await startSlackWorld((seed) => seed, clock);
  app = await startReceiver(world.front.control);
});
afterEach(async () => {
  await app.stop();
  await world.front.stop();
});

const control = () => world.front.control;

/** The types of the events that came after `deed`, subtypes after a dot. */
async function told(deed: () => unknown): Promise<readonly string[]> {
  await control().delivered();
  const before = app.received.length;
  await deed();
  await control().delivered();
  return app.received
    .slice(before)
    .map(({ body }) => body['event'] as { type: string; subtype?: string })
    .map(({ type, subtype }) => (subtype === undefined ? type : `${type}.${subtype}`));
}

describe('an event', () => {
  it('comes in an envelope, signed over its bytes', async () => {
    control().archive(courseFullStack);
    const [request] = await app.untilReceived(1);

    expect(request?.headers['content-type']).toBe('application/json');
    expect(request && app.isSigned(request, world.seed.app.signingSecret, clock.now())).toBe(true);
    expect(request && app.isSigned(request, 'another', clock.now())).toBe(false);
    expect(request?.headers['x-slack-retry-num']).toBeUndefined();
    expect(request?.body).toMatchObject({
      type: 'event_callback',
      team_id: 'T0ACADEMY1',
      context_team_id: 'T0ACADEMY1',
      api_app_id: 'A0WARROOM1',
      event_id: expect.stringMatching(/^Ev[0-9A-F]{16}$/),
      event_time: Math.floor(clock.now() / 1000),
      authorizations: [{ team_id: 'T0ACADEMY1', user_id: ids.bot, is_bot: true }],
      is_ext_shared_channel: false,
      event: { type: 'channel_archive', channel: courseFullStack, user: 'U0KAVYA001' },
    });
  });

  it('is sent only where the app has said where to', async () => {
    control().sendTo({});
    control().archive(courseFullStack);
    await control().delivered();

    expect(app.received).toEqual([]);
    expect(control().deliveries()).toEqual([]);
  });

  it('is sent only if the app subscribed to it', async () => {
    control().subscribe({ events: ['channel_unarchive'] });

    const types = await told(() => {
      control().archive(courseFullStack);
      control().unarchive(courseFullStack);
    });

    expect(types).toEqual(['channel_unarchive']);
  });

  it('is sent only if the app has the scope for it', async () => {
    await world.front.stop();
    world = await startSlackWorld(
      (seed) => ({
        ...seed,
        app: { ...seed.app, scopes: seed.app.scopes.filter((scope) => scope !== 'channels:read') },
      }),
      clock,
    );
    await app.stop();
    app = await startReceiver(control());

    const types = await told(() => {
      control().archive(courseFullStack);
      control().putMember({ id: 'U0NEW00001', name: 'new', realName: 'New Person', email: 'n@a.example' });
    });

    expect(types).toEqual(['team_join']);
  });
});

describe('what is told', () => {
  it('of messages: only where the bot is a member, with their metadata apart', async () => {
    const post = (channel: string, more = {}) => world.app.chat.postMessage({ channel, text: 'x', ...more });

    expect(await told(() => post(ids.general))).toEqual(['message']);
    expect(await told(() => post(ids.general, { metadata: marker }))).toEqual(['message', 'message_metadata_posted']);
    expect(await told(() => post(ids.general, { metadata: { event_type: 'another', event_payload: {} } }))).toEqual([
      'message',
    ]);
    expect(await told(() => control().say(ids.payments, ids.arjun, 'not heard'))).toEqual([]);
    expect(await told(() => control().say(ids.general, ids.arjun, 'heard'))).toEqual(['message']);
  });

  it('of metadata: whose it is and where', async () => {
    const { ts } = await world.app.chat.postMessage({ channel: ids.general, text: 'x', metadata: marker });
    await control().delivered();

    expect(app.events('message_metadata_posted')).toEqual([
      {
        type: 'message_metadata_posted',
        app_id: 'A0WARROOM1',
        bot_id: 'B0WARROOM1',
        user_id: ids.bot,
        team_id: 'T0ACADEMY1',
        channel_id: ids.general,
        metadata: marker,
        message_ts: ts,
        event_ts: expect.any(String),
      },
    ]);
  });

  it('of an edit and a deletion: what was there before', async () => {
    const { ts = '' } = await world.app.chat.postMessage({ channel: ids.general, text: 'one', metadata: marker });

    expect(await told(() => world.app.chat.update({ channel: ids.general, ts, text: 'two' }))).toEqual([
      'message.message_changed',
    ]);
    expect(await told(() => control().deleteMessage(ids.general, ts))).toEqual(['message.message_deleted']);
    expect(app.events('message').slice(1)).toMatchObject([
      { channel: ids.general, message: { ts, text: 'two' }, previous_message: { text: 'one', metadata: marker } },
      {
        channel: ids.general,
        channel_type: 'channel',
        hidden: true,
        deleted_ts: ts,
        previous_message: { ts, text: 'two', app_id: 'A0WARROOM1', metadata: marker },
      },
    ]);
  });

  it('of a deleted root with replies: that it changed into a tombstone', async () => {
    const { ts = '' } = await world.app.chat.postMessage({ channel: ids.general, text: 'root' });
    await world.app.chat.postMessage({ channel: ids.general, text: 'reply', thread_ts: ts });

    expect(await told(() => control().deleteMessage(ids.general, ts))).toEqual(['message.message_changed']);
    expect(app.events('message').at(-1)).toMatchObject({
      message: { ts, subtype: 'tombstone' },
      previous_message: { ts, text: 'root' },
    });
  });

  it('of channels: their archiving, their names, their ids', async () => {
    expect(await told(() => control().archive(courseFullStack))).toEqual(['channel_archive']);
    expect(await told(() => control().unarchive(courseFullStack))).toEqual(['channel_unarchive']);
    expect(await told(() => control().rename(courseFullStack, 'web'))).toEqual(['channel_rename']);
    expect(await told(() => control().renumber(courseFullStack, 'C0MOVED001'))).toEqual(['channel_id_changed']);
    expect(app.events().slice(2)).toMatchObject([
      { channel: { id: courseFullStack, name: 'web' } },
      { old_channel_id: courseFullStack, new_channel_id: 'C0MOVED001' },
    ]);
    expect(await told(() => control().deleteChannel('C0MOVED001'))).toEqual(['channel_deleted']);
  });

  it('of a reply that the channel sees as well: that it is one', async () => {
    const { ts = '' } = await world.app.chat.postMessage({ channel: ids.general, text: 'root' });
    const reply = { channel: ids.general, text: 'reply', thread_ts: ts };

    expect(await told(() => world.app.chat.postMessage(reply))).toEqual(['message']);
    expect(await told(() => world.app.chat.postMessage({ ...reply, reply_broadcast: true }))).toEqual([
      'message.thread_broadcast',
    ]);
  });

  it('of a private channel: under its own names, and to members only', async () => {
    const { channel } = await world.app.conversations.create({ name: 'secret', is_private: true });
    const id = channel?.id ?? '';

    expect(await told(() => control().archive(id))).toEqual(['group_archive']);
    expect(await told(() => control().unarchive(id))).toEqual(['group_unarchive']);
    expect(await told(() => control().removeMember(id, ids.bot))).toEqual(['group_left']);
    expect(await told(() => control().rename(id, 'hidden'))).toEqual([]);
    expect(await told(() => control().deleteChannel(id))).toEqual([]);
  });

  it('of who comes and goes, the bot itself included', async () => {
    expect(await told(() => control().addMember(ids.payments, ids.bot))).toEqual(['member_joined_channel']);
    expect(await told(() => control().removeMember(ids.payments, ids.sana))).toEqual(['member_left_channel']);
    expect(await told(() => control().addMember(ids.payments, ids.sana))).toEqual(['member_joined_channel']);
    expect(await told(() => control().removeMember(ids.payments, ids.bot))).toEqual(['channel_left']);
    expect(await told(() => control().removeMember(ids.payments, ids.sana))).toEqual([]);
  });

  it('of people: that they came and that they changed', async () => {
    const person = { id: 'U0NEW00001', name: 'new', realName: 'New Person', email: 'n@a.example' };

    expect(await told(() => control().putMember(person))).toEqual(['team_join']);
    expect(await told(() => control().deactivate(person.id))).toEqual(['user_change']);
    expect(app.events('user_change')).toMatchObject([
      { user: { id: person.id, deleted: true, profile: { email: person.email } } },
    ]);
  });

  it('of its end: tokens by whom they were of, and that it was uninstalled', async () => {
    expect(await told(() => control().revokeTokensOf(ids.arjun))).toEqual(['tokens_revoked']);
    expect(await told(() => control().uninstallApp())).toEqual(['tokens_revoked', 'app_uninstalled']);
    expect(app.events('tokens_revoked')).toMatchObject([
      { tokens: { oauth: [ids.arjun], bot: [] } },
      { tokens: { oauth: ['U0KAVYA001', ids.meera], bot: [ids.bot] } },
    ]);
    expect(await told(() => control().archive(courseFullStack))).toEqual([]);
  });

  it('of a revocation by the app itself, too', async () => {
    expect(await told(() => world.arjun.auth.revoke())).toEqual(['tokens_revoked']);
    expect(await told(() => world.app.auth.revoke())).toEqual(['tokens_revoked']);
  });
});

describe('an event that is not taken', () => {
  it('comes three times more: at once, after a minute, after five more', async () => {
    app.answer = () => ({ status: 500 });
    control().archive(courseFullStack);
    await app.untilReceived(2);
    await control().delivered();
    clock.advance(59_999);
    await control().delivered();
    const early = app.received.length;
    clock.advance(1);
    await app.untilReceived(3);
    await control().delivered();
    clock.advance(300_000);
    await app.untilReceived(4);
    await control().delivered();
    clock.advance(86_400_000);
    await control().delivered();

    expect(early).toBe(2);
    expect(app.received.map(({ headers }) => [headers['x-slack-retry-num'], headers['x-slack-retry-reason']])).toEqual([
      [undefined, undefined],
      ['1', 'http_error'],
      ['2', 'http_error'],
      ['3', 'http_error'],
    ]);
    expect(new Set(app.received.map(({ bytes }) => bytes.toString())).size).toBe(1);
    expect(new Set(app.received.map(({ headers }) => headers['x-slack-signature'])).size).toBe(3);
    expect(control().deliveries()).toMatchObject([{ standing: 'given up', attempts: Array(4).fill({ outcome: 500 }) }]);
  });

  it('comes once more when no answer came in time', async () => {
    control().behave({ answerWithinMs: 1_000 });
    app.answer = (request) => {
      // From now on there is time enough: only the first is to be too late.
      control().behave({ answerWithinMs: 20_000 });
      return request.headers['x-slack-retry-num'] === undefined ? 'silence' : {};
    };
    control().archive(courseFullStack);
    await app.untilReceived(2);
    await control().delivered();

    expect(app.received[1]?.headers).toMatchObject({ 'x-slack-retry-reason': 'http_timeout' });
    expect(control().deliveries()).toMatchObject([
      { standing: 'delivered', attempts: [{ outcome: 'timeout' }, { outcome: 200 }] },
    ]);
  });

  it('comes no more when the app says so', async () => {
    app.answer = () => ({ status: 400, headers: { 'x-slack-no-retry': '1' } });
    control().archive(courseFullStack);
    await control().delivered();

    expect(app.received).toHaveLength(1);
    expect(control().deliveries()).toMatchObject([{ standing: 'given up' }]);
  });

  it('comes sooner again where time passes faster', async () => {
    app.answer = () => ({ status: 500 });
    control().sendTo({ ...app.urls, timeScale: 0.1 });
    control().archive(courseFullStack);
    await app.untilReceived(2);
    await control().delivered();
    clock.advance(6_000);
    await app.untilReceived(3);

    expect(app.received[2]?.headers).toMatchObject({ 'x-slack-retry-num': '2' });
  });

  it('does not keep others waiting', async () => {
    app.answer = ({ body }) => ((body['event'] as { type: string }).type === 'channel_archive' ? { status: 503 } : {});
    control().archive(courseFullStack);
    control().unarchive(courseFullStack);
    await control().delivered();

    expect(
      control()
        .deliveries()
        .map(({ standing }) => standing),
    ).toEqual(['waiting', 'delivered']);
  });

  it('is not waited for by whoever caused it', async () => {
    app.answer = () => 'silence';
    for (let n = 0; n < 20; n += 1) await world.app.chat.postMessage({ channel: ids.general, text: `${n}` });
    await until('a few are under way', async () => app.received.length === 3);

    expect(control().deliveries()).toHaveLength(20);
  });
});

describe('a Slack that misbehaves', () => {
  it.each([
    [{ kind: 'forged' }, false],
    [{ kind: 'unsigned' }, false],
    [{ kind: 'aged', seconds: 301 }, false],
    [{ kind: 'aged', seconds: 300 }, true],
    [{ kind: 'aged', seconds: -301 }, false],
    [{ kind: 'charset' }, true],
  ] as const)('sends what is %j', async (misbehaviour, isSigned) => {
    clock.advance(1000 - (clock.now() % 1000));
    control().misbehave({ to: 'events', count: 1, ...misbehaviour });
    control().archive(courseFullStack);
    control().unarchive(courseFullStack);
    const [wrong, right] = await app.untilReceived(2);

    expect(wrong && app.isSigned(wrong, world.seed.app.signingSecret, clock.now())).toBe(isSigned);
    expect(right && app.isSigned(right, world.seed.app.signingSecret, clock.now())).toBe(true);
    if (misbehaviour.kind === 'charset') {
      expect(wrong?.headers['content-type']).toBe('application/json; charset=utf-8');
    }
  });

  it('sends one event twice, another never, and two in the wrong order', async () => {
    control().misbehave({ kind: 'duplicate', type: 'channel_archive', count: 1 });
    control().archive(courseFullStack);
    await control().delivered();
    control().misbehave({ kind: 'lost', type: 'channel_unarchive', count: 1 });
    control().unarchive(courseFullStack);
    control().misbehave({ kind: 'reordered', type: 'channel_archive', count: 1 });
    control().archive(courseFullStack);
    control().rename(courseFullStack, 'web');
    await control().delivered();

    expect(app.events().map(({ type }) => type)).toEqual([
      'channel_archive',
      'channel_archive',
      'channel_rename',
      'channel_archive',
    ]);
    expect(app.received[0]?.body['event_id']).toBe(app.received[1]?.body['event_id']);
    expect(
      control()
        .deliveries()
        .map(({ standing }) => standing),
    ).toEqual(['delivered', 'lost', 'delivered', 'delivered']);
  });

  it('sends an event late', async () => {
    control().misbehave({ kind: 'delayed', milliseconds: 5_000, count: 1 });
    control().archive(courseFullStack);
    await control().delivered();
    const early = app.received.length;
    clock.advance(5_000);
    await app.untilReceived(1);

    expect(early).toBe(0);
  });

  it('sends an event of a shared channel in the name of another company', async () => {
    control().misbehave({ kind: 'foreign', team: 'T0ELSEWHERE' });
    control().archive(courseFullStack);
    const [request] = await app.untilReceived(1);

    expect(request?.body).toMatchObject({
      team_id: 'T0ELSEWHERE',
      context_team_id: 'T0ACADEMY1',
      is_ext_shared_channel: true,
      authorizations: [{ team_id: 'T0ACADEMY1' }],
    });
  });

  it('signs with a new secret alone once it is renewed', async () => {
    control().regenerateSigningSecret('renewed');
    control().archive(courseFullStack);
    const [request] = await app.untilReceived(1);

    expect(request && app.isSigned(request, 'renewed', clock.now())).toBe(true);
  });

  it('asks for a challenge back and whether commands are served', async () => {
    app.answer = ({ body }) => ({ body: { challenge: body['challenge'] } });
    const answered = await control().probe();
    app.answer = () => ({ status: 401 });
    const refused = await control().probe();

    expect(answered).toEqual({ challenge: true, sslCheck: 200 });
    expect(refused).toEqual({ challenge: false, sslCheck: 401 });
    expect(app.received[1]?.body).toMatchObject({ ssl_check: '1' });
  });
});
