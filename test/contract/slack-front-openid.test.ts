/** Sign in with Slack. Each name here is a rule listed in coverage.ts. */
import { createHash, createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Asked, CALLBACK, codeFrom, consentUrl } from '../support/slack-consent.ts';
import { ids, ManualClock, refusalOf, type SlackWorld, startSlackWorld } from '../support/slack-world.ts';

const AUTHORIZE = '/openid/connect/authorize';
const ALL = { response_type: 'code', scope: 'openid email profile', nonce: 'a-nonce' };
const clock = new ManualClock();
let world: SlackWorld;

beforeAll(async () => {
  world = await startSlackWorld((seed) => seed, clock);
});
afterAll(() => world.front.stop());
beforeEach(() => {
  world.front.control.behave({});
  world.front.control.resetFaults();
});

const document = async (path: string) => (await fetch(world.front.url + path)).json();
const publishedKeys = async () => (await document('/openid/connect/keys')) as { readonly keys: readonly JsonWebKey[] };
const signInCode = (user: string, asked: Asked = ALL) => codeFrom(world, user, asked, AUTHORIZE);

function exchange(code: string) {
  const { clientId, clientSecret } = world.seed.app;
  return world
    .client('')
    .openid.connect.token({ client_id: clientId, client_secret: clientSecret, code, redirect_uri: CALLBACK });
}

async function signIn(user: string, asked: Asked = ALL) {
  const answer = await exchange(await signInCode(user, asked));
  return { token: answer.access_token ?? '', idToken: answer.id_token ?? '', answer };
}

const decoded = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
const claimsOf = (idToken: string): Readonly<Record<string, unknown>> => decoded(idToken.split('.')[1]);

/** Everything that a careful reader would object to. */
async function objections(idToken: string): Promise<readonly string[]> {
  const [head, body, signature = ''] = idToken.split('.');
  const header = decoded(head);
  const claims = decoded(body);
  const key = (await publishedKeys()).keys.find(({ kid }) => kid === header.kid);
  const isSigned =
    key !== undefined &&
    verify(
      'sha256',
      Buffer.from(`${head}.${body}`),
      createPublicKey({ key, format: 'jwk' }),
      Buffer.from(signature, 'base64url'),
    );
  const found = {
    algorithm: header.alg !== 'RS256',
    key: key === undefined,
    signature: !isSigned,
    issuer: claims.iss !== world.front.url,
    audience: claims.aud !== world.seed.app.clientId,
    expiry: claims.exp * 1000 <= clock.now(),
    nonce: claims.nonce !== 'a-nonce',
    person: claims.sub !== ids.arjun,
    team: claims['https://slack.com/team_id'] !== 'T0ACADEMY1',
    email: claims.email_verified !== true,
  };
  return Object.entries(found).flatMap(([what, isWrong]) => (isWrong ? [what] : []));
}

describe('signing in', () => {
  it.each([
    ['another answer than a code', { response_type: 'token' }, 'response_type must be code'],
    ['scopes without openid', { scope: 'email' }, 'The scope openid is missing'],
    ['scopes of installing among those of signing in', { scope: 'openid chat:write' }, 'invalid_scope: chat:write'],
  ])('asks to sign in with a page of its own, and refuses %s', async (_, change, details) => {
    const look = async (asked: Asked) => {
      const answer = await fetch(consentUrl(world, asked, AUTHORIZE), { redirect: 'manual' });
      return { status: answer.status, text: await answer.text() };
    };

    const asked = await look(ALL);
    const refused = await look({ ...ALL, ...change });

    expect(asked.status).toBe(200);
    expect(asked.text).toMatch(/Sign in to War Room with Slack[\s\S]*See your e-mail address <code>email</);
    expect(refused).toEqual({ status: 400, text: expect.stringContaining(details) });
  });

  it('says where everything is, on this machine', async () => {
    const { url } = world.front;

    expect(await document('/.well-known/openid-configuration')).toMatchObject({
      issuer: url,
      authorization_endpoint: `${url}/openid/connect/authorize`,
      token_endpoint: `${url}/api/openid.connect.token`,
      userinfo_endpoint: `${url}/api/openid.connect.userInfo`,
      jwks_uri: `${url}/openid/connect/keys`,
      id_token_signing_alg_values_supported: ['RS256'],
    });
  });

  it('tells who somebody is in a token signed with a published key', async () => {
    const { idToken, token, answer } = await signIn(ids.arjun);
    const now = Math.floor(clock.now() / 1000);

    expect(await objections(idToken)).toEqual([]);
    expect(answer).toMatchObject({ ok: true, token_type: 'Bearer' });
    expect(claimsOf(idToken)).toMatchObject({
      sub: ids.arjun,
      'https://slack.com/user_id': ids.arjun,
      'https://slack.com/team_id': 'T0ACADEMY1',
      iat: now,
      exp: now + 300,
      auth_time: now,
      at_hash: createHash('sha256').update(token).digest().subarray(0, 16).toString('base64url'),
      email: 'arjun.mehta@acme-academy.example',
      email_verified: true,
      name: 'Arjun Mehta',
      given_name: 'Arjun',
      family_name: 'Mehta',
      'https://slack.com/team_domain': 'acme-academy',
    });
    expect((await publishedKeys()).keys).toEqual([
      expect.objectContaining({ kty: 'RSA', use: 'sig', alg: 'RS256', kid: expect.any(String) }),
    ]);
    expect(JSON.stringify(await publishedKeys())).not.toMatch(/"(?:d|p|q|dp|dq|qi)":/);
  });

  it('tells no more than the scopes allow', async () => {
    const { idToken } = await signIn(ids.sana, { response_type: 'code', scope: 'openid' });

    expect(Object.keys(claimsOf(idToken)).toSorted()).toEqual(
      [
        'at_hash',
        'aud',
        'auth_time',
        'exp',
        'https://slack.com/team_id',
        'https://slack.com/user_id',
        'iat',
        'iss',
        'sub',
      ].toSorted(),
    );
  });

  it('says whether the e-mail address is confirmed', async () => {
    const email = 'ira@acme-academy.example';
    const ira = { id: 'U0IRA00001', name: 'ira', realName: 'Ira Sen', email };
    world.front.control.putMember({ ...ira, emailConfirmed: false });
    const before = claimsOf((await signIn(ira.id)).idToken);

    world.front.control.putMember(ira);

    expect(before).toMatchObject({ email, email_verified: false });
    expect(before).not.toHaveProperty('date_email_verified');
    expect(claimsOf((await signIn(ira.id)).idToken)).toMatchObject({ email, email_verified: true });
  });

  it('takes no code of installing for signing in, nor the other way round', async () => {
    const { clientId: client_id, clientSecret: client_secret } = world.seed.app;
    const toInstall = await codeFrom(world, ids.arjun, { scope: 'chat:write' });
    const toSignIn = await signInCode(ids.arjun);

    const refusals = [
      await refusalOf(exchange(toInstall)),
      await refusalOf(
        world.client('').oauth.v2.access({ client_id, client_secret, code: toSignIn, redirect_uri: CALLBACK }),
      ),
      await refusalOf(exchange(toSignIn)),
      await refusalOf(exchange(toSignIn)),
    ];

    expect(refusals).toEqual([
      'oauth_authorization_url_mismatch',
      'oauth_authorization_url_mismatch',
      'accepted',
      'code_already_used',
    ]);
  });

  it('tells the same to whoever holds the token, and lets it do nothing else', async () => {
    const { token } = await signIn(ids.meera);
    const meera = world.client(token);

    expect(await meera.openid.connect.userInfo()).toMatchObject({
      ok: true,
      sub: ids.meera,
      'https://slack.com/team_id': 'T0ACADEMY1',
      email: 'meera.thomas@acme-academy.example',
    });
    expect(await refusalOf(meera.chat.postMessage({ channel: ids.payments, text: 'x' }))).toBe('missing_scope');
    expect(await refusalOf(world.arjun.openid.connect.userInfo())).toBe('missing_scope');
    expect(await refusalOf(world.app.openid.connect.userInfo())).toBe('not_allowed_token_type');
  });

  it('signs with a fresh key and still publishes the one before', async () => {
    const before = await signIn(ids.arjun);

    world.front.control.renewSigningKey();
    const after = await signIn(ids.arjun);

    expect(decoded(after.idToken.split('.')[0]).kid).not.toBe(decoded(before.idToken.split('.')[0]).kid);
    expect([await objections(before.idToken), await objections(after.idToken)]).toEqual([[], []]);
  });

  it.each([
    ['wrong_audience', ['audience']],
    ['wrong_issuer', ['issuer']],
    ['wrong_nonce', ['nonce']],
    ['no_nonce', ['nonce']],
    ['expired', ['expiry']],
    ['foreign_key', ['signature']],
    ['unknown_key_id', ['key', 'signature']],
    ['algorithm_none', ['algorithm', 'key', 'signature']],
    ['algorithm_hs256', ['algorithm', 'signature']],
    ['tampered', ['signature', 'person']],
    ['email_unverified', ['email']],
    ['other_team', ['team']],
  ] as const)('makes an id token that is wrong in one way when told to: %s', async (idToken, wrong) => {
    world.front.control.behave({ idToken });

    expect(await objections((await signIn(ids.arjun)).idToken)).toEqual(wrong);
  });

  it('fails to give its keys when told to', async () => {
    world.front.control.fault({ method: 'openid/connect/keys', kind: 'status', status: 503, count: 1 });
    const status = async () => (await fetch(`${world.front.url}/openid/connect/keys`)).status;

    expect([await status(), await status()]).toEqual([503, 200]);
  });
});
