/** Several workspaces in one Slack, apart from each other. Each name here is a rule listed in coverage.ts. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { WebClient } from '@slack/web-api';
import { CALLBACK, codeFrom } from '../support/slack-consent.ts';
import { ids, refusalOf, type SlackWorld, startSlackWorld } from '../support/slack-world.ts';

const [stranger, theirGeneral, email] = ['U0ARJUN002', 'C0BRIGHT01', 'arjun.mehta@acme-academy.example'];
let world: SlackWorld;
/** The app as it is in the other workspace. */
let elsewhere: WebClient;

beforeAll(async () => {
  world = await startSlackWorld();
  const { clientId: client_id, clientSecret: client_secret, scopes } = world.seed.app;
  const code = await codeFrom(world, stranger, { scope: scopes.join(',') });
  const { access_token } = await world
    .client('')
    .oauth.v2.access({ client_id, client_secret, code, redirect_uri: CALLBACK });
  elsewhere = world.client(access_token ?? '');
});
afterAll(() => world.front.stop());

describe('workspaces', () => {
  it('lets a token see nobody and nothing of another workspace', async () => {
    const { ts } = world.front.control.say(theirGeneral, stranger, 'among ourselves');
    const reach = async (client: WebClient, user: string, channel: string) => [
      await refusalOf(client.users.info({ user })),
      await refusalOf(client.conversations.open({ users: user })),
      await refusalOf(client.chat.postMessage({ channel: user, text: 'x' })),
      await refusalOf(client.chat.postMessage({ channel, text: 'x' })),
      await refusalOf(client.chat.getPermalink({ channel, message_ts: ts })),
      await refusalOf(client.conversations.info({ channel })),
      await refusalOf(client.conversations.join({ channel })),
      await refusalOf(client.conversations.history({ channel })),
    ];
    const seen = async (client: WebClient) => ({
      people: (await client.users.list({})).members?.map(({ id }) => id),
      channels: (await client.conversations.list({})).channels?.map(({ id }) => id),
    });
    const nothing = ['user_not_found', 'user_not_found', ...Array(6).fill('channel_not_found')];

    expect(await reach(world.app, stranger, theirGeneral)).toEqual(nothing);
    expect(await reach(elsewhere, ids.arjun, ids.general)).toEqual(nothing);
    expect(await seen(elsewhere)).toEqual({ people: [stranger, 'USLACKBOT', 'U0WARROOM2'], channels: [theirGeneral] });
    expect((await seen(world.app)).people).not.toContain(stranger);
    expect((await seen(world.app)).channels).not.toContain(theirGeneral);
  });

  it('finds the same e-mail address in each workspace as somebody else', async () => {
    const found = async (client: WebClient) => (await client.users.lookupByEmail({ email })).user;

    expect(await found(world.app)).toMatchObject({ id: ids.arjun, team_id: 'T0ACADEMY1', is_email_confirmed: true });
    expect(await found(elsewhere)).toMatchObject({ id: stranger, team_id: 'T0BRIGHT01', is_email_confirmed: true });
  });

  it('gives new conversations ids that no other workspace has', async () => {
    const open = async (client: WebClient, users: string) => (await client.conversations.open({ users })).channel?.id;

    const opened = [await open(world.app, ids.sana), await open(elsewhere, stranger)];

    expect(new Set(opened).size).toBe(2);
  });

  it('knows no bot where the app was never installed', async () => {
    await using other = { world: await startSlackWorld(), [Symbol.asyncDispose]: () => other.world.front.stop() };
    const { control } = other.world.front;
    control.grantToken('xoxp-bright', 'user', stranger, ['users:read']);

    const { members } = await other.world.client('xoxp-bright').users.list({});

    expect(members?.map(({ id }) => id)).toEqual([stranger, 'USLACKBOT']);
  });

  it('shows each workspace on its page, with a way to the others', async () => {
    const page = async (path: string) => (await fetch(world.front.url + path)).text();
    const [own, theirs, channel] = await Promise.all(
      ['/', '/client/T0BRIGHT01', `/archives/${theirGeneral}`].map(page),
    );

    expect(own).toMatch(/<p class="team">Acme Academy<[\s\S]*href="\/client\/T0BRIGHT01">[^/]*Bright Path Tutors/);
    expect(theirs).toMatch(/<p class="team">Bright Path Tutors<[\s\S]*href="\/client\/T0ACADEMY1">/);
    expect(channel).toContain('<p class="team">Bright Path Tutors<');
    expect((await fetch(`${world.front.url}/client/T404`)).status).toBe(404);
  });

  it('hands on what emulate does to the workspace of the token', async () => {
    const profileOf = async (client: WebClient, user: string) =>
      (await client.users.profile.get({ user }).catch((error: Error) => ({ profile: error.message }))).profile;

    expect(await profileOf(elsewhere, stranger)).toMatchObject({ real_name: 'Arjun Mehta' });
    expect(await profileOf(elsewhere, ids.arjun)).toContain('user_not_found');
    expect(await profileOf(world.app, ids.arjun)).toMatchObject({ real_name: 'Arjun Mehta' });
  });
});
