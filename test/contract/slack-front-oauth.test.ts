/** Consent, tokens and their end. Each name here is a rule listed in coverage.ts. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { OauthV2AccessResponse } from '@slack/web-api';
import { type Asked, allow, answerConsent, CALLBACK, codeFrom, consentUrl } from '../support/slack-consent.ts';
import { ids, ManualClock, refusalOf, type SlackWorld, startSlackWorld } from '../support/slack-world.ts';

const stranger = 'U0ARJUN002';
let clock: ManualClock;
let world: SlackWorld;

beforeEach(async () => {
  clock = new ManualClock();
  world = await startSlackWorld((seed) => seed, clock);
});
afterEach(() => world.front.stop());

const page = async (asked: Asked) => {
  const answer = await fetch(consentUrl(world, asked), { redirect: 'manual' });
  return { status: answer.status, location: answer.headers.get('location'), text: await answer.text() };
};

/** Exchanges a code as the app; `change` is what it says otherwise. */
function exchange(code: string, change: Readonly<Record<string, string>> = {}): Promise<OauthV2AccessResponse> {
  const { clientId, clientSecret } = world.seed.app;
  return world.client('').oauth.v2.access({
    client_id: clientId,
    client_secret: clientSecret,
    code,
    redirect_uri: CALLBACK,
    ...change,
  });
}

const install = async (user: string, asked: Asked) => exchange(await codeFrom(world, user, asked));
const userToken = (granted: OauthV2AccessResponse) => granted.authed_user?.access_token ?? '';
const works = (token: string) => refusalOf(world.client(token).auth.test());

describe('consent', () => {
  it('asks who is there, in which workspace, for which scopes', async () => {
    const { status, text } = await page({ scope: 'chat:write,users:read', user_scope: 'chat:write' });

    expect(status).toBe(200);
    expect(text).toContain('War Room would like access to Slack');
    expect(text).toMatch(
      /Acme Academy <span>acme-academy\.slack\.com[\s\S]*value="U0KAVYA001"[\s\S]*Bright Path Tutors/,
    );
    expect(text).toMatch(/See who is in the workspace <code>users:read<[\s\S]*Send messages as you <code>chat:write</);
    expect(text).not.toMatch(/value="(?:USLACKBOT|U0WARROOM1)"/);
  });

  it('proposes the workspace that was asked for, and lets another be chosen', async () => {
    const asked = { scope: 'chat:write', team: 'T0BRIGHT01' };

    const { text } = await page(asked);
    const granted = await install(ids.arjun, asked);

    expect(/value="(\w+)" required checked/.exec(text)?.[1]).toBe(stranger);
    expect(granted.team).toEqual({ id: 'T0ACADEMY1', name: 'Acme Academy' });
  });

  it.each([
    ['an unknown client', { client_id: '1.2' }, 'Invalid client_id'],
    ['no client', { client_id: '' }, 'Invalid client_id'],
    [
      'an address that is not registered',
      { redirect_uri: 'https://evil.example/' },
      'Passed URI: https://evil.example/',
    ],
    ['no scopes', { scope: '' }, 'No scopes requested'],
    ['a scope that Slack does not know', { scope: 'chat:wirte' }, 'invalid_scope: chat:wirte'],
    ['a scope of signing in among those of installing', { user_scope: 'openid,chat:write' }, 'invalid_scope: openid'],
    ['markup', { scope: '<script>alert(1)</script>' }, 'invalid_scope: &lt;script&gt;'],
  ])('answers %s with a page of its own, and sends nobody anywhere', async (_, asked, details) => {
    const { status, location, text } = await page({ scope: 'chat:write', ...asked });

    expect({ status, location }).toEqual({ status: 400, location: null });
    expect(text).toContain('Something went wrong when authorizing this app.');
    expect(text).toContain(details);
  });

  it('leads back to what lies under a registered address, and to the registered one when none is asked for', async () => {
    world.front.control.registerRedirectUri('https://war-room.example/slack/');
    const leadsTo = async (uri: string) => {
      const to = await allow(world, ids.arjun, { scope: 'chat:write', redirect_uri: uri });
      return to.origin + to.pathname + to.search.replace(/code=[^&]*/, 'code=…');
    };

    expect(await leadsTo('https://war-room.example/slack/callback?a=1')).toBe(
      'https://war-room.example/slack/callback?a=1&code=…&state=a-state',
    );
    expect(await leadsTo('')).toBe(`${CALLBACK}?code=…&state=a-state`);
  });

  it('leads back to no address that only looks like a registered one', async () => {
    world.front.control.registerRedirectUri('https://war-room.example/slack');
    const strange = [
      'https://war-room.example.evil.example/slack',
      'https://war-room.example@evil.example/slack',
      'https://war-room.example/slacker',
      'https://war-room.example/slack/../admin',
      'https://war-room.example/slack#x',
      'http://war-room.example/slack',
      'https://war-room.example:8443/slack',
      '//evil.example/slack',
      `${CALLBACK}@evil.example`,
      'javascript:alert(1)',
    ];

    const answers = await Promise.all(strange.map((uri) => page({ scope: 'chat:write', redirect_uri: uri })));

    expect(answers.map(({ status }) => status)).toEqual(strange.map(() => 400));
  });

  it('sends who cancels back with access_denied and the state', async () => {
    const answer = await answerConsent(consentUrl(world, { scope: 'chat:write', state: 'a b&c' }), {
      decision: 'cancel',
    });

    expect([answer.status, answer.headers.get('location')]).toEqual([
      302,
      `${CALLBACK}?error=access_denied&state=a+b%26c`,
    ]);
  });

  it('sends who allows back with a code and the state', async () => {
    const to = await allow(world, ids.arjun, { scope: 'chat:write' });

    expect([...to.searchParams.keys()]).toEqual(['code', 'state']);
    expect(to.searchParams.get('state')).toBe('a-state');
  });

  it('takes an answer from its own page only, and only for somebody who could sign in', async () => {
    const { control } = world.front;
    const person = { name: 'x', realName: 'Some Body', email: 'x@acme-academy.example' };
    control.putMember({ ...person, id: 'U0GONE', deactivated: true });
    control.putMember({ ...person, id: 'U0INVITED', invited: true });
    control.putMember({ ...person, id: 'U0ELSEWHERE', homeTeam: 'T0OTHER' });
    const address = consentUrl(world, { scope: 'chat:write' });
    const status = async (user_id: string, headers = {}) =>
      (await answerConsent(address, { decision: 'allow', user_id }, headers)).status;

    const others = ['U0GONE', 'U0INVITED', 'U0ELSEWHERE', ids.bot, 'USLACKBOT', 'U404', ''];

    expect(await Promise.all(others.map((user) => status(user)))).toEqual(others.map(() => 400));
    expect(await status(ids.arjun, { origin: 'https://evil.example' })).toBe(400);
    expect(await status(ids.arjun, { origin: 'null' })).toBe(400);
    expect(await status(ids.arjun)).toBe(302);
  });
});

describe('installing', () => {
  it('gives a token for the app and a token for the person, each with its own scopes', async () => {
    const granted = await install(stranger, { scope: 'chat:write,im:write,users:read', user_scope: 'chat:write' });
    const app = world.client(granted.access_token ?? '');
    const person = world.client(userToken(granted));

    const posted = await person.chat.postMessage({ channel: 'C0BRIGHT01', text: 'as myself' });
    const whispered = await app.chat.postMessage({ channel: stranger, text: 'from the app' });

    expect(granted).toMatchObject({
      ok: true,
      app_id: 'A0WARROOM1',
      scope: 'chat:write,im:write,users:read',
      token_type: 'bot',
      bot_user_id: 'U0WARROOM2',
      team: { id: 'T0BRIGHT01', name: 'Bright Path Tutors' },
      enterprise: null,
      is_enterprise_install: false,
      authed_user: { id: stranger, scope: 'chat:write', token_type: 'user' },
    });
    expect([granted.access_token, userToken(granted)]).toEqual([
      expect.stringMatching(/^xoxb-/),
      expect.stringMatching(/^xoxp-/),
    ]);
    expect([posted.message?.user, whispered.message?.user]).toEqual([stranger, 'U0WARROOM2']);
    expect(await refusalOf(person.users.list({}))).toBe('missing_scope');
    expect(await app.auth.test()).toMatchObject({ user_id: 'U0WARROOM2', bot_id: 'B0WARROOM2', team_id: 'T0BRIGHT01' });
    expect(await person.auth.test()).not.toHaveProperty('bot_id');
  });

  it('gives nothing for the app when only the person was asked, and nothing for the person when only the app was', async () => {
    const person = await install(ids.sana, { user_scope: 'chat:write' });
    const app = await install(ids.sana, { scope: 'chat:write' });

    expect(Object.keys(person)).not.toEqual(expect.arrayContaining(['access_token']));
    expect(person).not.toHaveProperty('bot_user_id');
    expect(userToken(person)).toMatch(/^xoxp-/);
    expect(app.authed_user).toEqual({ id: ids.sana });
  });

  it('takes the client id and secret as HTTP Basic', async () => {
    const { clientId, clientSecret } = world.seed.app;
    const code = await codeFrom(world, ids.sana, { user_scope: 'chat:write' });
    const ask = async (pair: string) => {
      const answer = await fetch(`${world.front.url}/api/oauth.v2.access`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` },
        body: new URLSearchParams({ code, redirect_uri: CALLBACK }),
      });
      return ((await answer.json()) as { readonly ok: boolean; readonly error?: string }).error ?? 'accepted';
    };

    expect([await ask(`${clientId}:wrong`), await ask('%'), await ask(`${clientId}:${clientSecret}`)]).toEqual([
      'bad_client_secret',
      'invalid_client_id',
      'accepted',
    ]);
  });

  it.each([
    ['a stranger', { client_id: '1.2' }, 'invalid_client_id'],
    ['a wrong secret', { client_secret: 'wrong' }, 'bad_client_secret'],
    ['a code it never gave', { code: 'made-up' }, 'invalid_code'],
    ['no code', { code: '' }, 'invalid_code'],
    ['another address', { redirect_uri: `${CALLBACK}/other` }, 'bad_redirect_uri'],
    ['a grant that is none', { grant_type: 'password' }, 'invalid_grant_type'],
    ['a refresh token', { grant_type: 'refresh_token', refresh_token: 'xoxe-1-x' }, 'invalid_refresh_token'],
    ['a verifier, the app not being registered for one', { code_verifier: 'x' }, 'pkce_not_allowed'],
  ])('refuses %s', async (_, change, error) => {
    const code = await codeFrom(world, ids.sana, { user_scope: 'chat:write' });

    expect(await refusalOf(exchange(code, change))).toBe(error);
    expect(await refusalOf(exchange(code))).toBe('accepted');
  });

  it('takes a code once, and for ten minutes', async () => {
    const [used, young, old] = await Promise.all(
      [1, 2, 3].map(() => codeFrom(world, ids.sana, { scope: 'chat:write' })),
    );

    const first = await refusalOf(exchange(used ?? ''));
    const again = await refusalOf(exchange(used ?? ''));
    clock.advance(10 * 60_000 - 1);
    const inTime = await refusalOf(exchange(young ?? ''));
    clock.advance(1);
    const late = await refusalOf(exchange(old ?? ''));

    expect([first, again, inTime, late]).toEqual(['accepted', 'code_already_used', 'accepted', 'invalid_code']);
  });

  it('has taken a code whose answer was lost', async () => {
    const code = await codeFrom(world, ids.sana, { scope: 'chat:write' });
    world.front.control.fault({ method: 'oauth.v2.access', kind: 'reset', when: 'after', count: 1 });

    const lost = await refusalOf(exchange(code));
    const again = await refusalOf(exchange(code));

    expect([lost, again]).toEqual(['slack_webapi_request_error', 'code_already_used']);
  });

  it('wants the address again that the consent page was sent', async () => {
    const sent = await codeFrom(world, ids.sana, { scope: 'chat:write' });
    const unsent = await codeFrom(world, ids.sana, { scope: 'chat:write', redirect_uri: '' });

    expect(await refusalOf(exchange(sent, { redirect_uri: '' }))).toBe('bad_redirect_uri');
    expect(await refusalOf(exchange(unsent, { redirect_uri: '' }))).toBe('accepted');
  });

  it('adds scopes to the token there is, and gives a fresh one beside it when told to', async () => {
    const one = await install(ids.sana, { user_scope: 'chat:write' });
    const two = await install(ids.sana, { user_scope: 'files:write' });
    world.front.control.behave({ tokens: 'fresh' });
    const three = await install(ids.sana, { user_scope: 'users:read' });

    expect(userToken(two)).toBe(userToken(one));
    expect(two.authed_user?.scope).toBe('chat:write,files:write');
    expect(userToken(three)).not.toBe(userToken(one));
    expect(three.authed_user?.scope).toBe('chat:write,files:write,users:read');
    expect([await works(userToken(one)), await works(userToken(three))]).toEqual(['accepted', 'accepted']);
  });

  it('grants less than was asked when somebody declines', async () => {
    world.front.control.behave({ withheld: ['users:read.email'] });

    const granted = await install(stranger, { scope: 'users:read,users:read.email' });

    expect(granted.scope).toBe('users:read');
    expect(await refusalOf(world.client(granted.access_token ?? '').users.lookupByEmail({ email: 'x@y.z' }))).toBe(
      'missing_scope',
    );
  });

  it('tells an install for a whole organization by naming no team', async () => {
    world.front.control.behave({ organization: true });

    const granted = await install(ids.sana, { scope: 'chat:write' });

    expect(granted).toMatchObject({ team: null, enterprise: { id: 'E0ACADEMY1' }, is_enterprise_install: true });
  });

  it('takes a new client secret and the old one no longer', async () => {
    const code = await codeFrom(world, ids.sana, { scope: 'chat:write' });

    world.front.control.regenerateClientSecret('a new one');

    expect([await refusalOf(exchange(code)), await refusalOf(exchange(code, { client_secret: 'a new one' }))]).toEqual([
      'bad_client_secret',
      'accepted',
    ]);
  });

  it('names the scopes of the token with every answer', async () => {
    const granted = await install(ids.sana, { user_scope: 'chat:write,users:read' });
    const scopesOf = async (method: string) =>
      (
        await fetch(`${world.front.url}/api/${method}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${userToken(granted)}` },
        })
      ).headers.get('x-oauth-scopes');

    expect([await scopesOf('auth.test'), await scopesOf('team.info'), await scopesOf('bots.info')]).toEqual(
      Array(3).fill('chat:write,users:read'),
    );
  });
});

describe('ending it', () => {
  it('takes all that a person allowed along with the person’s token, and leaves the app its own', async () => {
    world.front.control.behave({ tokens: 'fresh' });
    const one = userToken(await install(ids.sana, { user_scope: 'chat:write,users:read' }));
    const two = userToken(await install(ids.sana, { user_scope: 'chat:write' }));

    const answer = await world.client(one).auth.revoke();

    expect(answer).toMatchObject({ revoked: true });
    expect([await works(one), await works(two), await works(world.front.slack.botToken)]).toEqual([
      'token_revoked',
      'token_revoked',
      'accepted',
    ]);
    const anew = await install(ids.sana, { user_scope: 'chat:write' });
    expect([anew.authed_user?.scope, [one, two].includes(userToken(anew))]).toEqual(['chat:write', false]);
  });

  it.each([
    ['token', ['token_revoked', 'accepted', 'accepted', 'accepted']],
    ['person', ['token_revoked', 'token_revoked', 'accepted', 'accepted']],
    ['installation', ['token_revoked', 'token_revoked', 'token_revoked', 'account_inactive']],
  ] as const)('takes as much along as it is told to: %s', async (revocation, expected) => {
    world.front.control.behave({ tokens: 'fresh', revocation });
    const one = userToken(await install(ids.sana, { user_scope: 'chat:write' }));
    const two = userToken(await install(ids.sana, { user_scope: 'chat:write' }));

    await world.client(one).auth.revoke();

    const { botToken, userTokens } = world.front.slack;
    const left = [one, two, userTokens[ids.arjun] ?? '', botToken];
    expect(await Promise.all(left.map(works))).toEqual(expected);
  });

  it('leaves the app without a bot when its token is revoked, until it is installed again', async () => {
    await world.app.auth.revoke();
    const ended = await works(world.front.slack.botToken);
    const bot = world.front.control.channels().filter(({ members }) => members.includes(ids.bot));

    const again = await install('U0KAVYA001', { scope: 'channels:join,chat:write' });

    expect([ended, bot]).toEqual(['account_inactive', []]);
    expect(await works(world.front.slack.userTokens[ids.arjun] ?? '')).toBe('accepted');
    expect(again.access_token).not.toBe(world.front.slack.botToken);
    const app = world.client(again.access_token ?? '');
    expect(await refusalOf(app.chat.postMessage({ channel: ids.general, text: 'x' }))).toBe('not_in_channel');
    expect(again.scope).toBe('channels:join,chat:write');
  });

  it('ends every token when the app is uninstalled, and its memberships', async () => {
    const { clientId, clientSecret, botToken } = world.seed.app;
    const elsewhere = await install(stranger, { scope: 'chat:write' });
    const uninstall = (client_secret: string) =>
      refusalOf(world.app.apps.uninstall({ client_id: clientId, client_secret }));

    const refused = await uninstall('wrong');
    const done = await uninstall(clientSecret);

    expect([refused, done]).toEqual(['bad_client_secret', 'accepted']);
    expect([await works(botToken), await works(world.front.slack.userTokens[ids.arjun] ?? '')]).toEqual([
      'account_inactive',
      'token_revoked',
    ]);
    expect(world.front.control.channels().filter(({ members }) => members.includes(ids.bot))).toEqual([]);
    expect(await works(elsewhere.access_token ?? '')).toBe('accepted');
  });

  it('does not revoke in testing mode', async () => {
    const answer = await world.arjun.auth.revoke({ test: true });

    expect(answer).toMatchObject({ revoked: false });
    expect(await refusalOf(world.arjun.auth.test())).toBe('accepted');
  });
});
