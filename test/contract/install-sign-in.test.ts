/** Sign in with Slack, what is shown afterwards, and how it is ended. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { acme, type Hosted, people, saying, startHosted, Visitor } from '../support/visitor.ts';

let hosted: Hosted;
let browser: Visitor;

beforeEach(async () => {
  hosted = await startHosted();
  browser = new Visitor(hosted.parts);
  await new Visitor(hosted.parts).roundTrip('/slack/install', people.kavya);
});
afterEach(() => hosted.stop());

const session = '__Host-war-room-session';

describe('signing in', () => {
  it('asks Slack who somebody is, with a state and a nonce that are new each time', async () => {
    const [one, other] = [await browser.get('/slack/sign-in'), await browser.get('/slack/sign-in')];
    const [first, second] = [one, other].map(({ location = '' }) => new URL(location).searchParams);

    expect(Object.fromEntries(first ?? [])).toMatchObject({
      response_type: 'code',
      scope: 'openid profile email',
      client_id: hosted.app.clientId,
      redirect_uri: 'https://war-room.example/slack/openid/callback',
    });
    for (const name of ['state', 'nonce']) {
      expect(first?.get(name)).toMatch(/^[\w-]{43}$/);
      expect(first?.get(name)).not.toBe(second?.get(name));
    }
    expect(first?.get('state')).not.toBe(first?.get('nonce'));
  });

  it('leads somebody whom the directory knows to their connections', async () => {
    const page = await browser.roundTrip('/slack/sign-in', people.kavya);

    expect(page.heading).toBe('My connections');
    expect(page.text).toMatch(/You are <b>Kavya Rao<\/b> in <a [^>]*>Acme Academy/);
    expect(page.text).toMatch(/Posting as yourself[\s\S]*Not connected[\s\S]*Post as yourself/);
  });

  it('is asked for by the page of connections, and leads back to it', async () => {
    const asked = await browser.get('/connections');
    const { location = '' } = await browser.get(asked.location ?? '');

    const page = await browser.follow(await browser.answer(location, people.kavya));

    expect(asked).toMatchObject({ status: 303, location: '/slack/sign-in' });
    expect(page.heading).toBe('My connections');
  });

  it('does not let somebody in whom the directory does not know, and says why', async () => {
    const page = await browser.roundTrip('/slack/sign-in', people.sana);

    expect(page).toMatchObject({ status: 403, heading: 'Your e-mail address is not known here' });
    expect(browser.jar.has(session)).toBe(false);
  });

  it('says in a workspace without War Room that it is not there, to whomever it may have the address of', async () => {
    const page = await browser.roundTrip('/slack/sign-in', people.arjunOfBright);

    expect(page).toMatchObject({ status: 409, heading: 'War Room is not in this workspace' });
    expect(browser.jar.has(session)).toBe(false);
  });

  it('lets somebody who left the directory end what is kept of them, and offers nothing more', async () => {
    await hosted.directory.put(acme, {
      id: 'adm_sana',
      name: 'Sana Q.',
      email: 'sana.qureshi@acme-academy.example',
      managerId: null,
      active: true,
    });
    await browser.roundTrip('/slack/install?as=me', people.sana);
    await hosted.directory.remove(acme, 'adm_sana');
    const other = new Visitor(hosted.parts);

    const page = await other.roundTrip('/slack/sign-in', people.sana);
    const after = await other.disconnect();

    expect(page.heading).toBe('My connections');
    expect(page.text).not.toContain('/slack/install?as=me');
    expect(after.text).toContain('Disconnected. Your consent is revoked at Slack');
    expect(await hosted.installations.connection(acme, people.sana)).toBeUndefined();
  });

  it('ends after an hour, and when somebody signs out', async () => {
    await browser.roundTrip('/slack/sign-in', people.kavya);
    const { text } = await browser.get('/connections');
    const other = new Visitor(hosted.parts);
    for (const [name, value] of browser.jar) other.jar.set(name, value);

    hosted.clock.advance(3_599_000);
    const before = await other.get('/connections');
    hosted.clock.advance(1_000);
    const late = await other.get('/connections');
    await browser.roundTrip('/slack/sign-in', people.kavya);
    const token = /action="\/sign-out"><input[^>]*value="([^"]+)"/.exec((await browser.get('/connections')).text)?.[1];
    const out = await browser.post('/sign-out', token ?? '');

    expect(text).toContain('Sign out');
    expect([before.status, late.location]).toEqual([200, '/slack/sign-in']);
    expect(out).toMatchObject({ status: 303, location: '/' });
    expect((await browser.get('/connections')).location).toBe('/slack/sign-in');
  });

  it.each([
    ['wrong_audience', 'aud'],
    ['wrong_issuer', 'iss'],
    ['no_nonce', 'claims'],
    ['expired', 'exp'],
    ['foreign_key', 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'],
    ['unknown_key_id', 'ERR_JWKS_NO_MATCHING_KEY'],
    ['algorithm_none', 'ERR_JOSE_ALG_NOT_ALLOWED'],
    ['algorithm_hs256', 'ERR_JOSE_ALG_NOT_ALLOWED'],
    ['tampered', 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'],
  ] as const)('refuses an id_token with %s, and reports which check failed', async (idToken, why) => {
    hosted.slack.behave({ idToken });

    const page = await browser.roundTrip('/slack/sign-in', people.kavya);

    expect(page).toMatchObject({ status: 502, heading: 'Slack turned War Room away' });
    expect(browser.jar.has(session)).toBe(false);
    expect(hosted.reported).toEqual([`A sign-in with Slack was refused: id_token_${why}`]);
  });

  it('refuses an id_token with wrong_nonce, which anybody can bring: nobody is woken for it', async () => {
    hosted.slack.behave({ idToken: 'wrong_nonce' });

    const page = await browser.roundTrip('/slack/sign-in', people.kavya);

    expect(page).toMatchObject({ status: 400, heading: 'This link was used already, or is too old' });
    expect(browser.jar.has(session)).toBe(false);
    expect(hosted.reported).toEqual([]);
  });

  it.each([
    ['email_unverified', 'Your e-mail address is not confirmed'],
    ['other_team', 'War Room is not in this workspace'],
  ] as const)('lets nobody in by an id_token with %s', async (idToken, heading) => {
    hosted.slack.behave({ idToken });

    const page = await browser.roundTrip('/slack/sign-in', people.kavya);

    expect(page.heading).toBe(heading);
    expect(browser.jar.has(session)).toBe(false);
  });

  it.each([
    ['openid.connect.token', 'reset'],
    ['openid/connect/keys', 'status'],
  ] as const)('says so where Slack does not answer %s', async (method, kind) => {
    const back = await browser.consent('/slack/sign-in', people.kavya);
    hosted.slack.fault({ method, kind });

    const page = await browser.follow(back);

    expect(page).toMatchObject({ status: 424, heading: 'Slack did not answer' });
  });

  it('is cancelled at Slack', async () => {
    const page = await browser.follow(await browser.consent('/slack/sign-in', people.kavya, 'cancel'));

    expect(page).toMatchObject({ status: 200, heading: 'Cancelled, and nothing has changed' });
    expect(page.text).toContain('href="/slack/sign-in"');
  });
});

describe('disconnecting', () => {
  beforeEach(async () => {
    await browser.roundTrip('/slack/sign-in', people.kavya);
    await browser.roundTrip('/slack/install?as=me', people.kavya);
  });

  it('revokes the token at Slack and deletes it here, and the page says so', async () => {
    const author = await hosted.installations.admin(acme, people.kavya);
    const token = (await author?.token()) ?? '';

    const page = await browser.disconnect();

    expect(page.text).toContain('Disconnected. Your consent is revoked at Slack, and your token is deleted here.');
    expect(await hosted.parts.slack.identity(token)).toMatchObject({ ok: false, code: 'token_revoked' });
    expect(await hosted.table('installations').query(acme, 'user#')).toEqual([]);
    expect(await hosted.installations.admin(acme, people.kavya)).toBeUndefined();
    expect((await hosted.parts.slack.identity((await (await hosted.installations.bot(acme))?.token()) ?? '')).ok).toBe(
      true,
    );
  });

  it('says so, and stops using the token, where Slack does not answer; the same button goes on', async () => {
    hosted.slack.fault({ method: 'auth.revoke', kind: 'reset' });
    const waiting = await browser.disconnect();
    const used = await hosted.installations.admin(acme, people.kavya);
    hosted.slack.resetFaults();

    const page = await browser.disconnect();

    expect(waiting.text).toContain('Slack did not answer, so your consent is not revoked there yet');
    expect(waiting.text).toContain('Try again to disconnect');
    expect(waiting.text).not.toContain('is deleted here.');
    expect(used).toBeUndefined();
    expect(page.text).toContain('is deleted here.');
    expect(await hosted.installations.connection(acme, people.kavya)).toBeUndefined();
  });

  it('says so where Slack ends the app’s access along with it', async () => {
    hosted.slack.behave({ revocation: 'installation' });

    const page = await browser.disconnect();

    expect(page.text).toContain('Slack has ended War Room’s own access to the workspace along with it');
    expect(await hosted.installations.bot(acme)).toBeUndefined();
  });

  it('is the same for a token that Slack has refused already', async () => {
    hosted.slack.revokeTokensOf(people.kavya);
    const author = await hosted.installations.user(acme, people.kavya);
    if (author) await hosted.installations.markDead(acme, author, 1, 'token_revoked');
    const before = await browser.get('/connections');

    const page = await browser.disconnect();

    expect(before.text).toMatch(/Refused by Slack[\s\S]*Connect again[\s\S]*Disconnect/);
    expect(page.text).toContain('is deleted here.');
  });

  it('twice at once ends it once, and both say so', async () => {
    const { text } = await browser.get('/connections');
    const token = /action="\/connections\/disconnect"[^>]*><input[^>]*value="([^"]+)"/.exec(text)?.[1] ?? '';

    const answers = await Promise.all([1, 2].map(() => browser.post('/connections/disconnect', token)));

    expect(answers.map(({ location }) => location)).toEqual(Array(2).fill('/connections?news=disconnected'));
  });

  it('is told here, and not led on to Slack, where the sign-in has ended: a browser would stop the form on its way', async () => {
    const { text } = await browser.get('/connections');
    const token = /action="\/connections\/disconnect"[^>]*><input[^>]*value="([^"]+)"/.exec(text)?.[1] ?? '';
    hosted.clock.advance(3_600_000);

    const page = await browser.post('/connections/disconnect', token);

    expect(page).toMatchObject({ status: 403, heading: 'That button was too old', location: undefined });
    expect(await hosted.installations.connection(acme, people.kavya)).toMatchObject({ state: 'live' });
  });

  it('does not say that it is done where somebody opens an old address after connecting again', async () => {
    const page = await browser.follow('/connections?news=disconnected');

    expect(page.text).not.toContain('Disconnected.');
  });

  it('keeps a consent that was given while it was under way', async () => {
    const parts = hosted.rebuilt({
      slack: (own) =>
        saying(own, {
          revoke: async (token: string) => {
            hosted.slack.behave({ tokens: 'fresh', revocation: 'token' });
            hosted.clock.advance(1);
            await new Visitor(hosted.parts).roundTrip('/slack/install?as=me', people.kavya);
            return own.revoke(token);
          },
        }),
    });
    const slow = new Visitor(parts);
    for (const [name, value] of browser.jar) slow.jar.set(name, value);

    const page = await slow.disconnect();

    expect(page.text).toContain('You connected again while this was being disconnected.');
    const author = await hosted.installations.admin(acme, people.kavya);
    expect((await hosted.parts.slack.identity((await author?.token()) ?? '')).ok).toBe(true);
  });

  it('and notes that it is dead, where Slack had given the same token again', async () => {
    const parts = hosted.rebuilt({
      slack: (own) =>
        saying(own, {
          revoke: async (token: string) => {
            hosted.clock.advance(1);
            await new Visitor(hosted.parts).roundTrip('/slack/install?as=me', people.kavya);
            return own.revoke(token);
          },
        }),
    });
    const slow = new Visitor(parts);
    for (const [name, value] of browser.jar) slow.jar.set(name, value);

    const page = await slow.disconnect();

    expect(page.text).toMatch(/Posting as yourself[\s\S]*Refused by Slack/);
    expect(page.text).not.toContain('You connected again');
  });

  it('and notes that it is dead, where it ended a token that another tab was about to keep', async () => {
    const directory = saying(hosted.directory, {
      byEmail: async (...about) => {
        await browser.disconnect();
        return hosted.directory.byEmail(...about);
      },
    });
    const tab = new Visitor({ ...hosted.parts, directory });
    for (const [name, value] of browser.jar) tab.jar.set(name, value);

    const page = await tab.roundTrip('/slack/install?as=me', people.kavya);

    expect(page.text).toMatch(/Posting as yourself[\s\S]*Refused by Slack/);
    expect(await hosted.installations.admin(acme, people.kavya)).toBeUndefined();
  });
});
