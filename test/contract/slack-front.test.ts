/** The Slack front keeps Slack's rules: driven through Slack's own client. Each name here is a rule listed in coverage.ts. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ids, refusalOf, type SlackWorld, startSlackWorld } from '../support/slack-world.ts';

let world: SlackWorld;

beforeAll(async () => {
  world = await startSlackWorld();
  await world.app.conversations.join({ channel: ids.payments });
});
afterAll(() => world.front.stop());
beforeEach(() => world.front.control.resetFaults());

describe('tokens', () => {
  it('refuses a call without a token', async () => {
    expect(await refusalOf(world.client('').auth.test())).toBe('not_authed');
  });

  it('refuses a token it never gave', async () => {
    expect(await refusalOf(world.client('xoxb-unknown').chat.postMessage({ channel: ids.payments, text: 'x' }))).toBe(
      'invalid_auth',
    );
  });

  it('refuses a token once it is revoked', async () => {
    const { control } = world.front;
    control.grantToken('xoxp-to-be-revoked', 'user', ids.sana, ['chat:write']);
    const sana = world.client('xoxp-to-be-revoked');
    const before = await refusalOf(sana.auth.test());

    control.revokeToken('xoxp-to-be-revoked');

    expect([before, await refusalOf(sana.auth.test())]).toEqual(['accepted', 'token_revoked']);
  });

  it('refuses what the token has no scope for, and says which is needed', async () => {
    const call = world.arjun.conversations.history({ channel: ids.payments });

    await expect(call).rejects.toMatchObject({
      data: { error: 'missing_scope', needed: 'channels:history', provided: 'chat:write' },
    });
  });

  it('says who is calling, and where permalinks lead', async () => {
    const answer = await world.app.auth.test();

    expect(answer).toMatchObject({
      team_id: 'T0ACADEMY1',
      user_id: ids.bot,
      bot_id: 'B0WARROOM1',
      url: `${world.front.url}/`,
    });
  });
});

describe('posting', () => {
  it('shows a message of the bot token as the app', async () => {
    const { message } = await world.app.chat.postMessage({ channel: ids.payments, text: 'from the app' });

    expect(message).toMatchObject({ user: ids.bot, bot_id: 'B0WARROOM1', app_id: 'A0WARROOM1', text: 'from the app' });
  });

  it('shows a message of a user token as that person, stamped with the app', async () => {
    const { message } = await world.arjun.chat.postMessage({ channel: ids.payments, text: 'from Arjun' });

    expect(message).toMatchObject({ user: ids.arjun, app_id: 'A0WARROOM1', text: 'from Arjun' });
    expect(message?.bot_id).not.toBe('B0WARROOM1');
  });

  it('gives each message a later ts than the one before', async () => {
    const posts = await Promise.all(
      Array.from({ length: 20 }, (_, n) => world.app.chat.postMessage({ channel: ids.payments, text: `${n}` })),
    );
    const stamps = posts.map((post) => post.ts);

    expect(new Set(stamps).size).toBe(20);
  });

  it('refuses a message with nothing in it', async () => {
    expect(await refusalOf(world.app.chat.postMessage({ channel: ids.payments, text: '' }))).toBe('no_text');
  });

  it('puts a reply into the thread and echoes its thread_ts', async () => {
    const root = await world.app.chat.postMessage({ channel: ids.payments, text: 'root' });

    const reply = await world.app.chat.postMessage({ channel: ids.payments, text: 'reply', thread_ts: root.ts ?? '' });

    expect(reply.message?.thread_ts).toBe(root.ts);
  });

  it('puts a reply to a deleted root into the channel, without thread_ts', async () => {
    const root = await world.app.chat.postMessage({ channel: ids.payments, text: 'soon gone' });
    world.front.control.deleteMessage(ids.payments, root.ts ?? '');

    const reply = await world.app.chat.postMessage({ channel: ids.payments, text: 'orphan', thread_ts: root.ts ?? '' });

    expect(reply.ok).toBe(true);
    expect(reply.message).not.toHaveProperty('thread_ts');
    const shown = await world.app.conversations.history({ channel: ids.payments, limit: 1 });
    expect(shown.messages?.[0]).toMatchObject({ ts: reply.ts, text: 'orphan' });
  });

  it('refuses a reply to a reply', async () => {
    const root = await world.app.chat.postMessage({ channel: ids.payments, text: 'root' });
    const reply = await world.app.chat.postMessage({ channel: ids.payments, text: 'reply', thread_ts: root.ts ?? '' });

    const call = world.app.chat.postMessage({ channel: ids.payments, text: 'deeper', thread_ts: reply.ts ?? '' });

    expect(await refusalOf(call)).toBe('cannot_reply_to_message');
  });

  it('opens direct messages when the channel is a person', async () => {
    const { channel } = await world.app.chat.postMessage({ channel: ids.arjun, text: 'hello' });

    expect(channel).toMatch(/^D/);
    expect(world.front.control.messages(channel ?? '')).toHaveLength(1);
  });

  it('cuts text beyond 40,000 characters without an error', async () => {
    const { message } = await world.app.chat.postMessage({ channel: ids.payments, text: 'x'.repeat(40_001) });

    expect(message?.text).toHaveLength(40_000);
  });
});

describe('changing and deleting', () => {
  it('edits in place and marks the message as edited', async () => {
    const { ts = '' } = await world.app.chat.postMessage({ channel: ids.payments, text: 'Initiated' });

    const answer = await world.app.chat.update({ channel: ids.payments, ts, text: 'Paid' });

    expect(answer).toMatchObject({ ts, text: 'Paid' });
    expect(world.front.control.messages(ids.payments).filter((message) => message.ts === ts)).toMatchObject([
      { text: 'Paid', isEdited: true },
    ]);
  });

  it('keeps blocks and metadata that an edit leaves out, and clears metadata with {}', async () => {
    const metadata = { event_type: 'thread', event_payload: { key: 'a' } };
    const blocks = [{ type: 'divider', block_id: 'kept' }];
    const { ts = '' } = await world.app.chat.postMessage({ channel: ids.payments, text: 'one', blocks, metadata });
    const seen = () => world.front.control.messages(ids.payments).find((message) => message.ts === ts);

    await world.app.chat.update({ channel: ids.payments, ts, text: 'two' });
    const kept = seen();
    await world.app.apiCall('chat.update', { channel: ids.payments, ts, text: 'three', metadata: {} });

    expect(kept).toMatchObject({ text: 'two', blocks, metadata });
    expect(seen()?.metadata).toBeUndefined();
  });

  it('does not let the app change or delete what a person posted, nor a person what the app posted', async () => {
    const byArjun = await world.arjun.chat.postMessage({ channel: ids.payments, text: 'mine' });
    const byApp = await world.app.chat.postMessage({ channel: ids.payments, text: 'the app' });

    const refusals = await Promise.all([
      refusalOf(world.app.chat.update({ channel: ids.payments, ts: byArjun.ts ?? '', text: 'x' })),
      refusalOf(world.app.chat.delete({ channel: ids.payments, ts: byArjun.ts ?? '' })),
      refusalOf(world.arjun.chat.update({ channel: ids.payments, ts: byApp.ts ?? '', text: 'x' })),
      refusalOf(world.arjun.chat.delete({ channel: ids.payments, ts: byApp.ts ?? '' })),
    ]);

    expect(refusals).toEqual([
      'cant_update_message',
      'cant_delete_message',
      'cant_update_message',
      'cant_delete_message',
    ]);
  });

  it('does not find a message that was deleted', async () => {
    const { ts = '' } = await world.app.chat.postMessage({ channel: ids.payments, text: 'x' });
    await world.app.chat.delete({ channel: ids.payments, ts });

    expect(await refusalOf(world.app.chat.update({ channel: ids.payments, ts, text: 'y' }))).toBe('message_not_found');
    expect(await refusalOf(world.app.chat.delete({ channel: ids.payments, ts }))).toBe('message_not_found');
  });

  it('leaves a tombstone for a deleted root with replies, until the last reply is gone', async () => {
    const channel = ids.payments;
    const { ts = '' } = await world.app.chat.postMessage({ channel, text: 'root' });
    const reply = await world.app.chat.postMessage({ channel, text: 'reply', thread_ts: ts });

    await world.app.chat.delete({ channel, ts });
    const left = await world.app.conversations.replies({ channel, ts });
    await world.app.chat.delete({ channel, ts: reply.ts ?? '' });

    expect(left.messages).toMatchObject([{ subtype: 'tombstone', ts }, { text: 'reply' }]);
    expect(await refusalOf(world.app.conversations.replies({ channel, ts }))).toBe('thread_not_found');
  });
});

describe('membership', () => {
  it('lets only members post and read', async () => {
    const refusals = await Promise.all([
      refusalOf(world.app.chat.postMessage({ channel: ids.ops, text: 'x' })),
      refusalOf(world.app.conversations.history({ channel: ids.ops })),
      refusalOf(world.app.conversations.replies({ channel: ids.ops, ts: '1.000000' })),
      refusalOf(world.arjun.chat.postMessage({ channel: ids.ops, text: 'x' })),
    ]);

    expect(refusals).toEqual(Array(4).fill('not_in_channel'));
  });

  it('does not tell that a private channel exists', async () => {
    const { control } = world.front;
    control.grantToken('xoxp-sana', 'user', ids.sana, ['chat:write', 'groups:write']);
    const { channel } = await world.client('xoxp-sana').conversations.create({ name: 'secret', is_private: true });
    const id = channel?.id ?? '';

    const refusals = await Promise.all([
      refusalOf(world.app.chat.postMessage({ channel: id, text: 'x' })),
      refusalOf(world.app.conversations.info({ channel: id })),
      refusalOf(world.app.conversations.history({ channel: id })),
    ]);

    expect(refusals).toEqual(Array(3).fill('channel_not_found'));
  });

  it('lets a bot with chat:write.public post where it is not a member, and still not read', async () => {
    world.front.control.grantToken('xoxb-public', 'bot', ids.bot, [
      'chat:write',
      'chat:write.public',
      'channels:history',
    ]);
    const bot = world.client('xoxb-public');

    const posted = await refusalOf(bot.chat.postMessage({ channel: ids.ops, text: 'x' }));
    const read = await refusalOf(bot.conversations.history({ channel: ids.ops }));

    expect([posted, read]).toEqual(['accepted', 'not_in_channel']);
  });

  it('joins a public channel, and says so when it is in already', async () => {
    const channel = ids.partPayments;
    const before = await world.app.conversations.info({ channel });
    const first = await world.app.conversations.join({ channel });
    const second = await world.app.apiCall('conversations.join', { channel });

    expect([before.channel?.is_member, first.channel?.is_member]).toEqual([false, true]);
    expect(second).toMatchObject({ ok: true, warning: 'already_in_channel' });
  });

  it('leaves, and takes leaving twice for done', async () => {
    const channel = 'C0COURSEFS';
    await world.app.conversations.join({ channel });

    await world.app.conversations.leave({ channel });
    const again = await world.app.conversations.leave({ channel });

    expect(again).toMatchObject({ ok: true, not_in_channel: true });
    expect((await world.app.conversations.info({ channel })).channel?.is_member).toBe(false);
  });

  it('refuses to post, edit or join in an archived channel, and says that it is archived', async () => {
    const channel = 'C0COURSEDS';
    await world.app.conversations.join({ channel });
    const { ts = '' } = await world.app.chat.postMessage({ channel, text: 'x' });
    world.front.control.archive(channel);

    const refusals = await Promise.all([
      refusalOf(world.app.chat.postMessage({ channel, text: 'x' })),
      refusalOf(world.app.chat.update({ channel, ts, text: 'y' })),
      refusalOf(world.app.conversations.join({ channel })),
    ]);

    expect(refusals).toEqual(['is_archived', 'is_inactive', 'is_archived']);
    expect((await world.app.conversations.info({ channel })).channel?.is_archived).toBe(true);
    world.front.control.unarchive(channel);
    expect(await refusalOf(world.app.chat.update({ channel, ts, text: 'y' }))).toBe('accepted');
  });
});
