/** Who is invited by e-mail, and how. Each name here is a rule listed in coverage.ts. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ids, refusalOf, type SlackWorld, startSlackWorld } from '../support/slack-world.ts';

/** What is wrong, the call, and Slack's code for it. */
type Refused = [string, () => Promise<unknown>, string];

const email = 'tara@learners.example';
let world: SlackWorld;

beforeEach(async () => {
  world = await startSlackWorld();
});
afterEach(() => world.front.stop());

const control = () => world.front.control;
const admin = () => world.client(world.front.slack.adminToken ?? '');
/** `channel_ids` is a text with commas, which the SDK's types take for a list. */
const invite = (more: object = {}) =>
  admin().apiCall('admin.users.invite', {
    team_id: world.seed.team.id,
    email,
    channel_ids: `${ids.general},C0COURSEFS`,
    real_name: 'Tara Jain',
    ...more,
  });
const members = async () => (await world.app.users.list({ limit: 200 })).members ?? [];
const memberWith = async (address: string) => (await members()).find(({ profile }) => profile?.email === address);

describe('the list of members', () => {
  it('wants a limit for a large workspace, and may give fewer than that on any page', async () => {
    control().behave({ mostUnpaged: 5, pages: 'short' });
    const unlimited = await refusalOf(world.app.users.list({}));
    const sizes: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await world.app.users.list({ limit: 4, ...(cursor && { cursor }) });
      sizes.push(page.members?.length ?? 0);
      cursor = page.response_metadata?.next_cursor;
    } while (cursor);

    expect(unlimited).toBe('limit_required');
    expect(sizes.reduce((a, b) => a + b)).toBe(world.seed.users.length + 2);
    expect(sizes.slice(0, -1).some((size) => size < 4)).toBe(true);
  });

  it('may leave who was invited out of the list', async () => {
    await invite();
    control().behave({ listsInvited: false });
    const hidden = await memberWith(email);
    const asked = await world.app.users.lookupByEmail({ email });

    expect(hidden).toBeUndefined();
    expect(asked.user).toMatchObject({ is_invited_user: true });
  });
});

describe('admin.users.invite', () => {
  it('makes a member who was invited, and who comes when they accept', async () => {
    await invite();
    const before = await memberWith(email);
    control().acceptInvitation(email);
    const after = await memberWith(email);

    expect(before).toMatchObject({ is_invited_user: true, is_email_confirmed: false, real_name: 'Tara Jain' });
    expect(after).toMatchObject({ id: before?.id, is_email_confirmed: true });
    expect(after).not.toHaveProperty('is_invited_user');
    expect(
      control()
        .channels()
        .find(({ id }) => id === 'C0COURSEFS')?.members,
    ).toContain(after?.id);
    expect(() => control().acceptInvitation(email)).toThrow(/No invitation to/);
  });

  it.each<Refused>([
    ['an app’s token', () => world.app.apiCall('admin.users.invite'), 'not_allowed_token_type'],
    ['a token without the scope', () => world.arjun.apiCall('admin.users.invite'), 'missing_scope'],
    ['an address that is none', () => invite({ email: 'tara' }), 'invalid_email'],
    ['no channel', () => invite({ channel_ids: '' }), 'failed_to_validate_channels'],
    ['a channel that is not there', () => invite({ channel_ids: 'C404' }), 'failed_to_validate_channels'],
    ['a workspace that is not there', () => invite({ team_id: 'T404' }), 'team_not_found'],
    ['another workspace', () => invite({ team_id: 'T0BRIGHT01' }), 'failed_to_validate_team'],
    ['an end for who is no guest', () => invite({ guest_expiration_ts: '1' }), 'failed_to_validate_expiration'],
    ['one channel too many', () => invite({ is_ultra_restricted: true }), 'failed_to_validate_channels'],
    ['a long message', () => invite({ custom_message: 'x'.repeat(501) }), 'failed_to_validate_custom_message'],
    [
      'another plan',
      () => {
        control().behave({ plan: 'paid' });
        return invite();
      },
      'feature_not_enabled',
    ],
    [
      'who is no administrator',
      () => {
        control().grantToken('xoxp-no-admin', 'user', ids.sana, ['admin.users:write']);
        return world.client('xoxp-no-admin').apiCall('admin.users.invite');
      },
      'not_an_admin',
    ],
  ])('refuses %s when it invites into a workspace', async (_, call, code) => {
    expect(await refusalOf(call())).toBe(code);
    expect(control().invitations()).toEqual([]);
  });

  it('says of an address that is known how it stands, and writes to nobody twice', async () => {
    await invite();
    const again = await refusalOf(invite({ email: email.toUpperCase() }));
    control().acceptInvitation(email);
    const joined = await refusalOf(invite());
    control().deactivate((await memberWith(email))?.id ?? '');

    expect([again, joined, await refusalOf(invite())]).toEqual([
      'already_in_team_invited_user',
      'already_in_team',
      'user_disabled',
    ]);
    expect(control().invitations()).toMatchObject([{ email, method: 'admin.users.invite' }]);
  });

  it('takes a deactivated member back', async () => {
    control().deactivate(ids.sana);
    const gone = (await world.app.users.info({ user: ids.sana })).user?.deleted;
    control().reactivate(ids.sana);

    expect([gone, (await world.app.users.info({ user: ids.sana })).user?.deleted]).toEqual([true, false]);
  });
});

describe('conversations.inviteShared', () => {
  const share = (more: object = {}) =>
    world
      .client('xoxb-connects')
      .apiCall('conversations.inviteShared', { channel: 'C0COURSEFS', emails: [email], ...more });

  beforeEach(() => {
    control().grantToken('xoxb-connects', 'bot', ids.bot, ['conversations.connect:write', 'chat:write']);
    control().addMember('C0COURSEFS', ids.bot);
  });

  it('invites from another company into one channel, by one address', async () => {
    const limited = await share();
    const full = await share({ emails: ['om@learners.example'], external_limited: false });
    control().acceptInvitation(email);
    const invited = control()
      .invitations()
      .map((each) => [each.method, each.email]);
    const guest = (await members()).find(({ team_id: team }) => team !== world.seed.team.id);

    expect(limited).toEqual(expect.objectContaining({ is_legacy_shared_channel: false }));
    expect(limited).not.toHaveProperty('url');
    expect(full).toHaveProperty('url');
    expect(invited).toEqual([
      ['conversations.inviteShared', email],
      ['conversations.inviteShared', 'om@learners.example'],
    ]);
    expect(guest?.profile).not.toHaveProperty('email');
    expect(
      control()
        .channels()
        .find(({ id }) => id === 'C0COURSEFS')?.members,
    ).toContain(guest?.id);
  });

  it.each<Refused>([
    ['a token without the scope', () => world.arjun.apiCall('conversations.inviteShared'), 'missing_scope'],
    ['a channel that is not there', () => share({ channel: 'C404' }), 'channel_not_found'],
    ['a channel the app is not in', () => share({ channel: ids.payments }), 'not_in_channel'],
    ['a channel that everybody is in', () => share({ channel: ids.general }), 'cannot_share_mandatory_channel'],
    ['nobody', () => share({ emails: [] }), 'recipients_not_specified'],
    ['two at once', () => share({ emails: [email, 'om@learners.example'] }), 'too_many_emails'],
    ['an address that is none', () => share({ emails: ['tara'] }), 'invalid_email'],
    ['somebody who is not there', () => share({ emails: undefined, user_ids: ['U404'] }), 'user_not_found'],
    ['who is in the channel', () => share({ emails: undefined, user_ids: [ids.arjun] }), 'already_in_channel'],
    [
      'a channel that was archived',
      () => {
        control().archive('C0COURSEFS');
        return share();
      },
      'channel_archived',
    ],
    [
      'what is not paid for',
      () => {
        control().behave({ plan: 'free' });
        return share();
      },
      'not_paid',
    ],
    [
      'direct messages',
      async () => {
        const { channel } = await world.app.conversations.open({ users: ids.sana });
        return share({ channel: channel?.id });
      },
      'invalid_channel_type',
    ],
  ])('refuses %s when it shares a channel', async (_, call, code) => {
    expect(await refusalOf(call())).toBe(code);
    expect(control().invitations()).toEqual([]);
  });
});

describe('the control API', () => {
  it('does over HTTP what whoever is invited does', async () => {
    const over = async (method: string, path: string, body?: object) => {
      const answer = await fetch(`${world.front.url}/control${path}`, { method, body: JSON.stringify(body) ?? null });
      return { status: answer.status, body: await answer.json() };
    };
    await invite();
    const listed = await over('GET', '/invitations');
    const accepted = await over('POST', '/invitations/accept', { email });
    const unknown = await over('POST', '/invitations/accept', { email: 'nobody@learners.example' });
    control().deactivate(ids.sana);
    await over('POST', `/members/${ids.sana}/reactivate`);

    expect(listed.body).toMatchObject({ invitations: [{ email, channels: [ids.general, 'C0COURSEFS'] }] });
    expect([accepted.status, unknown.status]).toEqual([200, 404]);
    expect((await world.app.users.info({ user: ids.sana })).user?.deleted).toBe(false);
  });
});
