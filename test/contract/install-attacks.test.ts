/** What somebody tries who means harm, or only clicks twice. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { acme, bright, type Hosted, people, saying, startHosted, Visitor } from '../support/visitor.ts';

let hosted: Hosted;
let browser: Visitor;
let stranger: Visitor;

beforeEach(async () => {
  hosted = await startHosted();
  browser = new Visitor(hosted.parts);
  stranger = new Visitor(hosted.parts);
  await stranger.get('/slack/install');
});
afterEach(() => hosted.stop());

const nothingKept = async () => {
  expect(await hosted.table('installations').query(acme)).toEqual([]);
  expect(await hosted.table('installations').query(bright)).toEqual([]);
};

/** The code in an address that Slack leads back to. */
const codeIn = (back: string) => new URL(back).searchParams.get('code') ?? '';
const stateIn = (back: string) => new URL(back).searchParams.get('state') ?? '';

describe('a state', () => {
  it('that was never given out is refused, and the code with it is not even asked about', async () => {
    const code = codeIn(await browser.consent('/slack/install', people.kavya));

    const page = await browser.get(`/slack/oauth/callback?code=${code}&state=${'A'.repeat(43)}`);

    expect(page).toMatchObject({ status: 400, heading: 'This link was used already, or is too old' });
    expect(hosted.slack.calls()['oauth.v2.access']).toBeUndefined();
    await nothingKept();
  });

  it.each(['', '?code=abc', '?state=abc', '?code=abc&state=../../x', '?error=access_denied'])(
    'that is missing or cannot be one leads nowhere: %s',
    async (query) => {
      const page = await browser.get(`/slack/oauth/callback${query}`);

      expect([200, 400]).toContain(page.status);
      expect(page.location).toBeUndefined();
      expect(hosted.slack.calls()['oauth.v2.access']).toBeUndefined();
    },
  );

  it('works once: a second click, the back button and a copy of the address change nothing', async () => {
    const back = await browser.consent('/slack/install', people.kavya);
    await browser.follow(back);
    const before = await hosted.table('installations').query(acme);

    const again = [await browser.get(back), await browser.get(back)];

    for (const page of again) {
      expect(page).toMatchObject({ status: 400, heading: 'This link was used already, or is too old' });
      expect(page.text).toContain('it may have worked all the same');
    }
    expect(hosted.slack.calls()['oauth.v2.access']).toBe(1);
    expect(await hosted.table('installations').query(acme)).toEqual(before);
  });

  it('works once also for two clicks at the same moment', async () => {
    const back = await browser.consent('/slack/install', people.kavya);

    const pages = await Promise.all([browser.get(back), browser.get(back), browser.get(back)]);

    expect(pages.map(({ status }) => status).sort()).toEqual([303, 400, 400]);
    expect(hosted.slack.calls()['oauth.v2.access']).toBe(1);
  });

  it('works for ten minutes, and no longer', async () => {
    const [early, late] = [
      await browser.consent('/slack/install', people.kavya),
      await browser.consent('/slack/install', people.kavya),
    ];
    hosted.clock.advance(10 * 60_000 - 1);
    const inTime = await browser.get(early);
    hosted.clock.advance(1);

    const page = await browser.get(late);

    expect(inTime.outcome).toBe('connected-app');
    expect(page).toMatchObject({ status: 400, heading: 'This link was used already, or is too old' });
  });

  it('of one browser does not work in another, and stays good in its own', async () => {
    const back = await browser.consent('/slack/install', people.kavya);

    const refused = await stranger.get(back);
    const bare = await new Visitor(hosted.parts).get(back);
    const page = await browser.follow(back);

    for (const one of [refused, bare]) {
      expect(one).toMatchObject({ status: 400, heading: 'This was begun in another browser' });
      expect(one.cookies).toEqual([]);
    }
    expect(page.heading).toBe('War Room is in Acme Academy');
  });

  it('of an attacker does not connect a victim to what the attacker consented to', async () => {
    const planted = await stranger.consent('/slack/install', people.arjunOfBright);

    const page = await browser.get(planted);

    expect(page.heading).toBe('This was begun in another browser');
    expect(browser.jar.has('__Host-war-room-session')).toBe(false);
    await nothingKept();
  });

  it('of two tabs of one browser works in each, whichever comes back first', async () => {
    const [first, second] = [
      await browser.consent('/slack/install', people.kavya),
      await browser.consent('/slack/install', people.arjunOfBright),
    ];

    const pages = [await browser.follow(second), await browser.follow(first)];

    expect(pages.map(({ heading }) => heading)).toEqual([
      'War Room is in Bright Path Tutors',
      'War Room is in Acme Academy',
    ]);
  });

  it('of two people in two browsers keeps them apart', async () => {
    const [mine, theirs] = [
      await browser.consent('/slack/install', people.kavya),
      await stranger.consent('/slack/install', people.arjunOfBright),
    ];
    await Promise.all([browser.follow(mine), stranger.follow(theirs)]);

    expect((await browser.get('/connections')).text).toContain('Kavya Rao');
    expect((await stranger.get('/connections')).text).toContain('Arjun Mehta');
  });

  it('of a sign-in is no state of an installation, nor the other way round', async () => {
    const install = await browser.consent('/slack/install', people.kavya);
    const signIn = await browser.consent('/slack/sign-in', people.kavya);

    const crossed = [
      await browser.get(`/slack/oauth/callback?code=${codeIn(install)}&state=${stateIn(signIn)}`),
      await browser.get(`/slack/openid/callback?code=${codeIn(signIn)}&state=${stateIn(install)}`),
    ];

    expect(crossed.map(({ status }) => status)).toEqual([400, 400]);
    await nothingKept();
  });

  it('cannot be read from the table by who can read the table, nor can the browser’s id', async () => {
    const { location = '' } = await browser.get('/slack/install');
    const state = new URL(location).searchParams.get('state') ?? '';
    const browserId = browser.jar.get('__Host-war-room-browser') ?? '';
    const hashed = createHash('sha256').update(state).digest('hex');

    const kept = JSON.stringify(await hosted.table('states').query(`state#${hashed}`));

    expect(kept).toContain('"purpose":"app"');
    for (const secret of [state, browserId]) {
      expect(secret).toMatch(/^[\w-]{43}$/);
      expect(kept).not.toContain(secret);
    }
  });
});

describe('a code', () => {
  it('that was used elsewhere already is told as a link that was used', async () => {
    const back = await browser.consent('/slack/install', people.kavya);
    const { clientId, clientSecrets } = hosted.app;
    const redirectUri = 'https://war-room.example/slack/oauth/callback';
    await hosted.parts.slack.exchange({ clientId, clientSecret: clientSecrets[0], code: codeIn(back), redirectUri });

    const page = await browser.get(back);

    expect(page).toMatchObject({ status: 400, heading: 'This link was used already, or is too old' });
    await nothingKept();
  });

  it('of the other way here works on neither, and wakes nobody', async () => {
    const [install, signIn] = [
      await browser.consent('/slack/install', people.kavya),
      await browser.consent('/slack/sign-in', people.kavya),
    ];

    const crossed = [
      await browser.get(`/slack/oauth/callback?code=${codeIn(signIn)}&state=${stateIn(install)}`),
      await browser.get(`/slack/openid/callback?code=${codeIn(install)}&state=${stateIn(signIn)}`),
    ];

    expect(crossed.map(({ status }) => status)).toEqual([400, 400]);
    expect(hosted.slack.calls()).toMatchObject({ 'oauth.v2.access': 1, 'openid.connect.token': 1 });
    expect(hosted.reported).toEqual([]);
    await nothingKept();
  });

  it('of one sign-in does not work with the state of another: the id_token repeats its own nonce', async () => {
    await stranger.roundTrip('/slack/install', people.kavya);
    const [planted, own] = [
      await stranger.consent('/slack/sign-in', people.kavya),
      await browser.consent('/slack/sign-in', people.arjun),
    ];

    const page = await browser.get(`/slack/openid/callback?code=${codeIn(planted)}&state=${stateIn(own)}`);

    expect(page.status).toBe(400);
    expect(browser.jar.has('__Host-war-room-session')).toBe(false);
    expect(hosted.reported).toEqual([]);
  });

  it('of another consent does not work with one’s own state, where another workspace was meant', async () => {
    const theirs = await stranger.consent('/slack/install', people.arjunOfBright);
    const { location = '' } = await browser.get(`/slack/install?team=${acme}`);

    const page = await browser.get(
      `/slack/oauth/callback?code=${codeIn(theirs)}&state=${new URL(location).searchParams.get('state')}`,
    );

    expect(page).toMatchObject({ status: 409, heading: 'That was another workspace' });
    await nothingKept();
  });
});

describe('what comes in an address', () => {
  it.each([
    ['/slack/install?team=T1%0d%0aSet-Cookie:%20x=1', 'team'],
    ['/slack/install?team=https://evil.example', 'team'],
    ['/slack/install?team=T0ACADEMY1%26redirect_uri=https://evil.example', 'team'],
  ])('goes nowhere where it cannot be what it says: %s', async (address, name) => {
    const { location = '', headers, cookies } = await browser.get(address);

    expect(new URL(location).searchParams.has(name)).toBe(false);
    expect(new URL(location).searchParams.get('redirect_uri')).toBe('https://war-room.example/slack/oauth/callback');
    expect(JSON.stringify([headers, cookies])).not.toMatch(/evil|x=1|\\r|\\n/);
  });

  it.each([
    '%0d%0aSet-Cookie:%20x=1',
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    'a'.repeat(5_000),
  ])('is not repeated where it is an error that Slack would not send: %s', async (error) => {
    const { location = '' } = await browser.get('/slack/install');
    const state = new URL(location).searchParams.get('state');

    const page = await browser.get(`/slack/oauth/callback?state=${state}&error=${error}`);

    expect(page).toMatchObject({ status: 400, heading: 'Slack did not let it through' });
    // Anybody can write one: operators are not woken for it.
    expect(hosted.reported).toEqual([]);
    expect(page.text).toContain('<code>unknown_error</code>');
    expect(page.text).not.toContain('alert(1)');
    expect(Object.values(page.headers).join()).not.toContain('x=1');
  });

  it('never says where to go on: there is no open redirect', async () => {
    for (const name of ['next', 'redirect', 'redirect_uri', 'return_to', 'url', 'continue']) {
      const began = await browser.get(`/slack/install?${name}=https://evil.example`);
      const signed = await browser.get(`/slack/sign-in?${name}=https://evil.example`);
      const shown = await browser.get(`/connections?${name}=https://evil.example`);
      for (const { location = '' } of [began, signed, shown]) expect(location).not.toContain('evil');
    }
  });

  it('is escaped where it is shown: a workspace and a person can have any name', async () => {
    hosted.slack.putMember(
      { id: 'U0EVIL0001', name: 'evil', realName: '<script>alert(1)</script>', email: 'evil@example.com' },
      bright,
    );

    const page = await browser.roundTrip('/slack/install', 'U0EVIL0001');

    expect(page.text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page.text).not.toContain('<script');
  });
});

describe('another workspace', () => {
  beforeEach(async () => {
    await hosted.directory.put(acme, {
      id: 'adm_arjun',
      name: 'Arjun Mehta',
      email: 'arjun.mehta@acme-academy.example',
      managerId: null,
      active: true,
    });
    await browser.roundTrip('/slack/install', people.arjun);
  });

  it('of a stranger with the address of a known admin gets a directory of its own, and no one’s people', async () => {
    await stranger.roundTrip('/slack/install', people.arjunOfBright);
    await stranger.roundTrip('/slack/install?as=me', people.arjunOfBright);

    expect(await hosted.directory.admin(bright, 'adm_arjun')).toBeUndefined();
    expect(await hosted.installations.admin(bright, 'adm_arjun')).toBeUndefined();
    expect(await hosted.installations.admin(acme, 'adm_arjun')).toBeUndefined();
    expect(await hosted.installations.connection(acme, people.arjun)).toBeUndefined();
    expect((await stranger.get('/connections')).text).toContain('Bright Path Tutors');
  });

  it.each([
    ['team', acme, people.arjunOfBright],
    ['user', bright, people.arjun],
  ])('that is told with a token of its own is found out: the token says whose it is (%s)', async (_, team, user) => {
    await stranger.roundTrip('/slack/install', people.arjunOfBright);
    const back = await stranger.consent('/slack/install?as=me', people.arjunOfBright);
    const parts = hosted.rebuilt({
      slack: (own) =>
        saying(own, {
          exchange: async (...args: Parameters<typeof own.exchange>) => {
            const asked = await own.exchange(...args);
            return asked.ok ? { ok: true, value: { ...asked.value, team, user } } : asked;
          },
        }),
    });
    const other = new Visitor(parts);
    for (const [name, value] of stranger.jar) if (name.endsWith('browser')) other.jar.set(name, value);

    const page = await other.get(back);

    expect(page.status).toBeGreaterThanOrEqual(400);
    expect(await hosted.installations.connection(team, user)).toBeUndefined();
    expect(await hosted.installations.admin(acme, 'adm_arjun')).toBeUndefined();
  });

  it('cannot have an app’s token kept under another’s id', async () => {
    const back = await stranger.consent('/slack/install', people.arjunOfBright);
    const before = await hosted.table('installations').get({ pk: acme, sk: 'bot' });
    const parts = hosted.rebuilt({
      slack: (own) =>
        saying(own, {
          exchange: async (...args: Parameters<typeof own.exchange>) => {
            const asked = await own.exchange(...args);
            return asked.ok ? { ok: true, value: { ...asked.value, team: acme } } : asked;
          },
        }),
    });
    const other = new Visitor(parts);
    for (const [name, value] of stranger.jar) other.jar.set(name, value);

    const page = await other.get(back);

    expect(page.text).toContain('token_of_another');
    expect(await hosted.table('installations').get({ pk: acme, sk: 'bot' })).toEqual(before);
  });
});

describe('a session', () => {
  const session = '__Host-war-room-session';

  beforeEach(() => browser.roundTrip('/slack/install', people.kavya).then(() => undefined));

  it('is a new one at each sign-in: one that was planted before is not taken over', async () => {
    const planted = browser.jar.get(session) ?? '';
    stranger.jar.set(session, planted);

    await stranger.roundTrip('/slack/install', people.arjunOfBright);

    expect(stranger.jar.get(session)).not.toBe(planted);
    expect((await stranger.get('/connections')).text).toContain('Bright Path Tutors');
    expect((await browser.get('/connections')).text).toContain('Acme Academy');
  });

  it.each([
    ['without a signature', (value: string) => value.split('.')[0] ?? ''],
    ['with another person in it', (value: string) => swapped(value, people.kavya, people.arjun)],
    ['with another workspace in it', (value: string) => swapped(value, acme, bright)],
    ['with a later end', (value: string) => swapped(value, '"until":1', '"until":9')],
    ['with one more part', (value: string) => `${value}.x`],
    ['that is empty', () => '.'],
  ])('%s is none', async (_, change) => {
    browser.jar.set(session, change(browser.jar.get(session) ?? ''));

    expect((await browser.get('/connections')).location).toBe('/slack/sign-in');
  });

  it('has a cookie that no script reads, no other site sends along, and no other host sets', async () => {
    const back = await browser.consent('/slack/install', people.kavya);
    const { cookies } = await browser.get(back);

    expect(cookies).toEqual([
      expect.stringMatching(
        /^__Host-war-room-session=[\w-]+\.[\w-]+; Max-Age=3600; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
      ),
    ]);
  });

  it('does not press a button for a page of somebody else’s', async () => {
    await browser.roundTrip('/slack/install?as=me', people.kavya);
    await stranger.roundTrip('/slack/install', people.arjunOfBright);
    const own = tokenIn((await browser.get('/connections')).text);
    const theirs = tokenIn((await stranger.get('/connections')).text);

    const pages = [
      await browser.post('/connections/disconnect', ''),
      await browser.post('/connections/disconnect', theirs),
      await browser.post('/connections/disconnect', own, 'https://evil.example'),
      await browser.post('/connections/disconnect', own, 'null'),
      await browser.post('/sign-out', theirs),
    ];

    expect(pages.map(({ heading }) => heading)).toEqual(Array(5).fill('That button was too old'));
    expect(await hosted.installations.connection(acme, people.kavya)).toMatchObject({ state: 'live' });
    expect((await browser.get('/connections')).status).toBe(200);
  });

  function tokenIn(text: string): string {
    return /name="token" value="([^"]+)"/.exec(text)?.[1] ?? '';
  }

  function swapped(value: string, from: string, to: string): string {
    const [said = '', mac = ''] = value.split('.');
    const text = Buffer.from(said, 'base64url').toString();
    if (!text.includes(from)) throw new Error(`${from} is not in ${text}`);
    return `${Buffer.from(text.replace(from, to)).toString('base64url')}.${mac}`;
  }
});

describe('every page', () => {
  it('lets nothing in from elsewhere, is framed by nobody and kept by nobody', async () => {
    await browser.roundTrip('/slack/install', people.kavya);
    const pages = [
      await browser.get('/connections'),
      await browser.get('/connected'),
      await browser.get('/slack/oauth/callback'),
      await browser.get('/slack/openid/callback'),
    ];

    for (const { headers, text } of pages) {
      expect(headers).toMatchObject({
        'content-security-policy':
          "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'same-origin',
        'cache-control': 'no-store',
        'strict-transport-security': 'max-age=63072000; includeSubDomains',
      });
      expect(text).not.toMatch(/<script|<style| style=| on\w+=|xox[bp]-/);
    }
  });
});
