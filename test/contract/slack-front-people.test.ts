/** People, channels and installations. Each name here is a rule listed in coverage.ts. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TokenPool } from '../../lib/local/slack-front/inner-emulate.ts';
import { ids, refusalOf, type SlackWorld, startSlackWorld } from '../support/slack-world.ts';

let world: SlackWorld;

beforeAll(async () => {
  world = await startSlackWorld((seed) => ({
    ...seed,
    users: [
      ...seed.users,
      {
        id: 'U0INVITED1',
        name: 'ira',
        realName: 'Ira Sen',
        email: 'ira@acme-academy.example',
        invited: true,
        emailConfirmed: false,
      },
      { id: 'U0GONE0001', name: 'om', realName: 'Om Das', email: 'om@acme-academy.example', deactivated: true },
      {
        id: 'U0GUEST001',
        name: 'tara',
        realName: 'Tara Jain',
        email: 'tara@acme-academy.example',
        guest: 'single-channel',
      },
    ],
  }));
});
afterAll(() => world.front.stop());

describe('people', () => {
  it('finds people by id and by e-mail, whatever its case', async () => {
    const byId = await world.app.users.info({ user: ids.arjun });
    const byMail = await world.app.users.lookupByEmail({ email: 'Arjun.Mehta@acme-academy.example' });

    expect([byId.user?.real_name, byMail.user?.id]).toEqual(['Arjun Mehta', ids.arjun]);
    expect(await refusalOf(world.app.users.info({ user: 'U404' }))).toBe('user_not_found');
    expect(await refusalOf(world.app.users.lookupByEmail({ email: 'om@acme-academy.example' }))).toBe(
      'users_not_found',
    );
  });

  it('lists everybody in pages: bots, Slackbot, the invited, the deactivated, guests', async () => {
    const members = new Map<string, Readonly<Record<string, unknown>>>();
    for await (const page of world.app.paginate('users.list', { limit: 4 })) {
      const found = page as unknown as { members: readonly { readonly id: string }[] };
      for (const member of found.members) members.set(member.id, { ...member });
    }

    expect(members.size).toBe(12);
    expect(members.get('U0WARROOM1')).toMatchObject({ is_bot: true });
    expect(members.get('USLACKBOT')).toMatchObject({ is_bot: false });
    expect(members.get('U0INVITED1')).toMatchObject({ is_invited_user: true, is_email_confirmed: false });
    expect(members.get(ids.arjun)).not.toHaveProperty('is_invited_user');
    expect(members.get(ids.arjun)).toMatchObject({ is_app_user: true });
    expect(members.get('U0GONE0001')).toMatchObject({ deleted: true });
    expect(members.get('U0GUEST001')).toMatchObject({ is_restricted: true, is_ultra_restricted: true });
  });

  it('shows an e-mail address only to a token with users:read.email', async () => {
    world.front.control.grantToken('xoxb-shy', 'bot', ids.bot, ['users:read']);
    const email = async (token: string) =>
      (await world.client(token).users.info({ user: ids.arjun })).user?.profile?.email;

    expect([await email('xoxb-shy'), await email(world.front.slack.botToken)]).toEqual([
      undefined,
      'arjun.mehta@acme-academy.example',
    ]);
  });

  it('shows guests, the unconfirmed and people from elsewhere as what they are', async () => {
    const { control } = world.front;
    const person = { name: 'ed', realName: 'Ed Roy', email: 'ed@partner.example', homeTeam: 'T0PARTNER1' };
    control.putMember({ ...person, id: 'U0PARTNER1' });
    const info = async (user: string) => (await world.app.users.info({ user })).user;
    const stranger = await info('U0PARTNER1');

    control.addMember(ids.general, 'U0PARTNER1');
    const partner = await info('U0PARTNER1');
    control.removeMember(ids.general, 'U0PARTNER1');

    expect(stranger).toMatchObject({ team_id: 'T0PARTNER1', is_stranger: true });
    expect(partner).toMatchObject({ team_id: 'T0PARTNER1', is_stranger: false });
    expect(stranger?.profile).not.toHaveProperty('email');
    expect(stranger).not.toHaveProperty('is_email_confirmed');
    expect(await refusalOf(world.app.users.lookupByEmail({ email: person.email }))).toBe('users_not_found');
    expect(await info('U0INVITED1')).toMatchObject({ is_email_confirmed: false, team_id: 'T0ACADEMY1' });
    expect(await info('U0GUEST001')).toMatchObject({ is_ultra_restricted: true, is_email_confirmed: true });
    control.putMember({ ...person, id: 'U0PARTNER1', deactivated: true });
    expect(await info('U0PARTNER1')).toMatchObject({ deleted: true });
  });

  it('refuses the token of somebody who was deactivated', async () => {
    world.front.control.grantToken('xoxp-dev', 'user', 'U0DEV00001', ['chat:write']);
    world.front.control.deactivate('U0DEV00001');

    expect(await refusalOf(world.client('xoxp-dev').auth.test())).toBe('account_inactive');
  });
});

describe('channels', () => {
  it('lists public channels, and private ones to their members only', async () => {
    const { channel } = await world.app.conversations.create({ name: 'agent-arjun', is_private: true });
    world.front.control.grantToken('xoxp-sana', 'user', ids.sana, ['groups:read', 'groups:write']);
    await world.client('xoxp-sana').conversations.create({ name: 'sana-alone', is_private: true });

    const { channels } = await world.app.conversations.list({ types: 'public_channel,private_channel', limit: 200 });
    const names = (channels ?? []).map(({ name }) => name);

    expect(names).toEqual(expect.arrayContaining(['payments', 'agent-arjun']));
    expect(names).not.toContain('sana-alone');
    expect(channel).toMatchObject({ is_private: true, is_member: true, creator: ids.bot });
  });

  it('keeps a name taken, archived or not, and refuses names it does not like', async () => {
    const create = (name: string) => refusalOf(world.app.conversations.create({ name }));

    expect([
      await create('payments'),
      await create('Payments'),
      await create('a b'),
      await create('x'.repeat(81)),
      await create('--'),
    ]).toEqual([
      'name_taken',
      'invalid_name_specials',
      'invalid_name_specials',
      'invalid_name_maxlength',
      'invalid_name_punctuation',
    ]);
  });

  it('renames what the caller created, and remembers the old name', async () => {
    const { channel } = await world.app.conversations.create({ name: 'before' });

    const renamed = await world.app.conversations.rename({ channel: channel?.id ?? '', name: 'after' });

    expect(renamed.channel).toMatchObject({ name: 'after', previous_names: ['before'] });
    await world.app.conversations.join({ channel: ids.ops });
    expect(await refusalOf(world.app.conversations.rename({ channel: ids.ops, name: 'mine' }))).toBe('not_authorized');
  });

  it('archives once and restores once', async () => {
    const { channel } = await world.app.conversations.create({ name: 'to-archive' });
    const id = channel?.id ?? '';
    const { conversations } = world.app;

    const codes = [
      await refusalOf(conversations.archive({ channel: id })),
      await refusalOf(conversations.archive({ channel: id })),
      await refusalOf(conversations.unarchive({ channel: id })),
      await refusalOf(conversations.unarchive({ channel: id })),
      await refusalOf(conversations.archive({ channel: ids.general })),
    ];

    expect(codes).toEqual(['accepted', 'already_archived', 'accepted', 'not_archived', 'cant_archive_general']);
  });

  it('invites all or, with force, those who can be, and reports the others', async () => {
    const { channel } = await world.app.conversations.create({ name: 'team', is_private: true });
    const id = channel?.id ?? '';
    const users = [ids.arjun, 'U404', 'U0GONE0001', ids.bot].join(',');

    const strict = await refusalOf(world.app.conversations.invite({ channel: id, users }));
    const forced = await world.app.apiCall('conversations.invite', { channel: id, users, force: true });
    const again = await refusalOf(world.app.conversations.invite({ channel: id, users: ids.arjun }));

    expect([strict, again]).toEqual(['user_not_found', 'already_in_channel']);
    expect(forced).toMatchObject({
      ok: true,
      errors: [
        { user: 'U404', error: 'user_not_found' },
        { user: 'U0GONE0001', error: 'user_not_found' },
        { user: ids.bot, error: 'cant_invite_self' },
      ],
    });
    expect((await world.app.conversations.members({ channel: id })).members).toEqual([ids.bot, ids.arjun]);
  });

  it('says of each person why they cannot be invited, and answers no if nobody can, force or not', async () => {
    const { control } = world.front;
    const email = (name: string) => ({ name, realName: name, email: `${name}@acme-academy.example` });
    control.putMember({ id: 'U0PENDING1', ...email('pending'), invited: true });
    control.putMember({ id: 'U0FOREIGN1', ...email('foreign'), homeTeam: 'T0ELSEWHERE' });
    control.putMember({ id: 'U0SINGLE01', ...email('single'), guest: 'single-channel' });
    control.putMember({ id: 'U0MULTI001', ...email('multi'), guest: 'multi-channel' });
    const { channel } = await world.app.conversations.create({ name: 'guests', is_private: true });
    const { channel: second } = await world.app.conversations.create({ name: 'more-guests', is_private: true });
    const invite = (id: string | undefined, users: string, force = true) =>
      world.app.apiCall('conversations.invite', { channel: id, users, force }).then(
        (answer) => answer,
        (error: { readonly data?: unknown }) => error.data,
      );
    const all = 'U0PENDING1,U0FOREIGN1,U0SINGLE01,U0MULTI001';

    expect(await invite(channel?.id, all, false)).toMatchObject({ ok: false, error: 'user_not_found' });
    expect(await invite(channel?.id, all)).toMatchObject({
      ok: true,
      errors: [
        { user: 'U0PENDING1', ok: false, error: 'user_not_found' },
        { user: 'U0FOREIGN1', ok: false, error: 'no_external_invite_permission' },
      ],
    });
    expect(await invite(channel?.id, 'U0MULTI001,U0PENDING1')).toMatchObject({
      ok: false,
      error: 'already_in_channel',
      errors: [{ error: 'already_in_channel' }, { error: 'user_not_found' }],
    });
    expect(await invite(second?.id, 'U0SINGLE01')).toMatchObject({ error: 'ura_max_channels' });
    control.behave({ barsGuests: true });
    expect(await invite(second?.id, 'U0MULTI001')).toMatchObject({ error: 'user_is_restricted' });
  });

  it('invites only where the caller is, and nobody into an archived channel', async () => {
    const { channel } = await world.app.conversations.create({ name: 'closed', is_private: true });
    const id = channel?.id ?? '';
    const invite = (where: string) => refusalOf(world.app.conversations.invite({ channel: where, users: ids.arjun }));
    const outside = await invite(ids.partPayments);
    world.front.control.archive(id);
    const archived = await invite(id);
    world.front.control.unarchive(id);
    world.front.control.removeMember(id, ids.bot);

    expect([outside, archived, await invite(id)]).toEqual(['not_in_channel', 'is_archived', 'channel_not_found']);
  });

  it('forgets a channel that was deleted, and gives its name away again', async () => {
    const { channel } = await world.app.conversations.create({ name: 'once', is_private: true });
    const id = channel?.id ?? '';
    await world.app.chat.postMessage({ channel: id, text: 'hello' });
    const taken = await refusalOf(world.app.conversations.create({ name: 'once' }));
    world.front.control.deleteChannel(id);
    const gone = await refusalOf(world.app.conversations.info({ channel: id }));

    expect([taken, gone]).toEqual(['name_taken', 'channel_not_found']);
    expect(await refusalOf(world.app.conversations.create({ name: 'once' }))).toBe('accepted');
  });

  it('removes one at a time, never itself', async () => {
    const { channel } = await world.app.conversations.create({ name: 'small' });
    const id = channel?.id ?? '';
    await world.app.conversations.invite({ channel: id, users: ids.arjun });
    const kick = (user: string) => refusalOf(world.app.conversations.kick({ channel: id, user }));

    expect([await kick(ids.arjun), await kick(ids.arjun), await kick(ids.bot)]).toEqual([
      'accepted',
      'not_in_channel',
      'cant_kick_self',
    ]);
  });

  it('opens the same direct messages with a person each time', async () => {
    const first = await world.app.conversations.open({ users: ids.meera });
    const second = await world.app.conversations.open({ users: ids.meera });

    expect(first.channel?.id).toMatch(/^D/);
    expect(second).toMatchObject({ already_open: true, channel: { id: first.channel?.id } });
  });

  it('opens direct messages for a token that may, with somebody who is there, to write in', async () => {
    world.front.control.grantToken('xoxb-writes', 'bot', ids.bot, ['chat:write']);
    const open = (users: string) => refusalOf(world.app.conversations.open({ users }));

    const refused = await refusalOf(world.client('xoxb-writes').conversations.open({ users: ids.sana }));
    const { channel } = await world.app.conversations.open({ users: ids.sana });
    const { ts } = await world.client('xoxb-writes').chat.postMessage({ channel: channel?.id ?? '', text: 'hello' });

    expect([refused, await open('U404'), await open('U0GONE0001')]).toEqual([
      'missing_scope',
      'user_not_found',
      'user_disabled',
    ]);
    expect(world.front.control.messages(channel?.id ?? '')).toMatchObject([{ ts, text: 'hello', userId: ids.bot }]);
  });

  it('pages members', async () => {
    const first = await world.app.conversations.members({ channel: ids.payments, limit: 4 });
    const second = await world.app.conversations.members({
      channel: ids.payments,
      limit: 4,
      cursor: first.response_metadata?.next_cursor ?? '',
    });

    expect([first.members?.length, second.members?.length, second.response_metadata?.next_cursor]).toEqual([4, 3, '']);
  });

  it('gives the permalink of a message and of a reply', async () => {
    const root = await world.app.chat.postMessage({ channel: ids.general, text: 'root' });
    const reply = await world.app.chat.postMessage({ channel: ids.general, text: 'reply', thread_ts: root.ts ?? '' });

    const { permalink } = await world.app.chat.getPermalink({ channel: ids.general, message_ts: reply.ts ?? '' });

    expect(permalink).toBe(
      `${world.front.url}/archives/${ids.general}/p${reply.ts?.replace('.', '')}?thread_ts=${root.ts}&cid=${ids.general}`,
    );
  });

  it('says of a method it does not have that it does not know it', async () => {
    expect(await refusalOf(world.app.reactions.add({ channel: ids.general, timestamp: '1.000000', name: 'x' }))).toBe(
      'unknown_method',
    );
  });
});

describe('emulate', () => {
  it('hands profiles on to emulate, with the ids of the company', async () => {
    const { profile } = await world.app.users.profile.get({ user: ids.arjun });

    expect(profile).toMatchObject({ email: 'arjun.mehta@acme-academy.example' });
  });

  it('takes another inner token before emulate has counted 5,000 calls, and begins again after the last', () => {
    const pool = new TokenPool('inner');
    const taken = Array.from({ length: 8 * 4_900 + 1 }, () => pool.next());

    const counts = new Map<string, number>();
    for (const token of taken.slice(0, -1)) counts.set(token, (counts.get(token) ?? 0) + 1);
    expect([...counts.values()]).toEqual(Array(8).fill(4_900));
    expect(taken.at(-1)).toBe(taken[0]);
  });
});
