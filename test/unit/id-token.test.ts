import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, type JWK } from 'jose';
import { verifyIdToken } from '../../shared/install/id-token.ts';

const now = Date.UTC(2026, 10, 22, 10);
const seconds = now / 1000;
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
const published = { ...(publicKey.export({ format: 'jwk' }) as JWK), kid: 'one', alg: 'RS256', use: 'sig' };

const right = {
  iss: 'https://slack.com',
  aud: '4003.2026',
  exp: seconds + 300,
  iat: seconds,
  nonce: 'the nonce',
  sub: 'U0KAVYA001',
  'https://slack.com/team_id': 'T0ACADEMY1',
  'https://slack.com/user_id': 'U0KAVYA001',
  'https://slack.com/team_name': 'Acme Academy',
  name: 'Kavya Rao',
  email: 'kavya@example.com',
  email_verified: true,
};

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function token(claims: object, header: object = { alg: 'RS256', kid: 'one' }, key: KeyObject = privateKey): string {
  const said = `${part(header)}.${part(claims)}`;
  return `${said}.${sign('sha256', Buffer.from(said), key).toString('base64url')}`;
}

const verified = (text: string, keys: readonly JWK[] = [published]) =>
  verifyIdToken(text, {
    issuer: 'https://slack.com',
    audience: '4003.2026',
    nonce: 'the nonce',
    now,
    keys: createLocalJWKSet({ keys: [...keys] }),
  });

describe('an id_token', () => {
  it('that is right says who signed in', async () => {
    expect(await verified(token(right))).toEqual({
      ok: true,
      identity: {
        team: 'T0ACADEMY1',
        user: 'U0KAVYA001',
        name: 'Kavya Rao',
        workspace: 'Acme Academy',
        email: 'kavya@example.com',
        emailVerified: true,
      },
    });
  });

  it.each([
    ['iss', { iss: 'https://slack.com/' }],
    ['iss', { iss: 'https://slack.com.evil.example' }],
    ['aud', { aud: '4003.2027' }],
    ['claims', { aud: ['4003.2026', 'another'] }],
    ['aud', { aud: [] }],
    ['exp', { exp: seconds - 60 }],
    ['exp', { exp: `${seconds + 300}` }],
    ['exp', { exp: undefined }],
    ['iat', { iat: undefined }],
    ['iat', { iat: seconds + 61 }],
    ['iat', { iat: seconds - 961 }],
    ['nbf', { nbf: seconds + 61 }],
    ['nonce', { nonce: 'another' }],
    ['nonce', { nonce: '' }],
    ['claims', { nonce: undefined }],
    ['sub', { sub: 'U0ARJUN001' }],
    ['claims', { 'https://slack.com/team_id': undefined }],
    ['claims', { 'https://slack.com/team_id': 'T1#bot' }],
    ['claims', { 'https://slack.com/user_id': 'admin', sub: 'admin' }],
  ])('is refused for its %s: %j', async (why, change) => {
    expect(await verified(token({ ...right, ...change }))).toEqual({ ok: false, why });
  });

  it.each([[{ exp: seconds - 59 }], [{ iat: seconds + 60 }], [{ iat: seconds - 960 }], [{ aud: ['4003.2026'] }]])(
    'is taken at the edge: %j',
    async (change) => {
      expect(await verified(token({ ...right, ...change }))).toMatchObject({ ok: true });
    },
  );

  it.each([[{ email_verified: false }], [{ email_verified: undefined }], [{ email: undefined }]])(
    'says so where the address proves nothing: %j',
    async (change) => {
      const answer = await verified(token({ ...right, ...change }));

      expect(answer.ok && answer.identity.email !== undefined && answer.identity.emailVerified).toBe(false);
    },
  );

  it.each([
    ['ERR_JOSE_ALG_NOT_ALLOWED', { alg: 'none', kid: 'one' }],
    ['ERR_JOSE_ALG_NOT_ALLOWED', { alg: 'HS256', kid: 'one' }],
    ['ERR_JOSE_ALG_NOT_ALLOWED', { alg: 'RS512', kid: 'one' }],
    ['ERR_JOSE_ALG_NOT_ALLOWED', { alg: 'PS256', kid: 'one' }],
    ['ERR_JWS_INVALID', { kid: 'one' }],
    ['ERR_JOSE_NOT_SUPPORTED', { alg: 'RS256', kid: 'one', crit: ['exp'] }],
    ['ERR_JWKS_NO_MATCHING_KEY', { alg: 'RS256', kid: 'two' }],
  ])('is refused with %s for its header, whatever it is signed with: %j', async (why, header) => {
    expect(await verified(token(right, header))).toEqual({ ok: false, why });
  });

  it('is not verified with a key that it brings along', async () => {
    const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const jwk = own.publicKey.export({ format: 'jwk' });

    expect(await verified(token(right, { alg: 'RS256', kid: 'one', jwk }, own.privateKey))).toEqual({
      ok: false,
      why: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    });
  });

  it('is refused for each bit of it that is flipped', async () => {
    const text = token(right);
    const flips = Array.from({ length: 60 }, (_, index) => Math.floor((index * text.length) / 60));

    for (const at of flips) {
      const flipped = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
      if (flipped !== text) expect((await verified(flipped)).ok).toBe(false);
    }
  });

  it.each(['', '.', '..', 'a.b', `${token(right)}.x`, ` ${token(right)}`, `${token(right)}=`, 'x'.repeat(20_000)])(
    'is refused where it is none',
    async (text) => {
      expect(await verified(text)).toEqual({ ok: false, why: expect.stringMatching(/^ERR_JWS_/) });
    },
  );

  it('is not signed with the public key as if that were a secret', async () => {
    const said = `${part({ alg: 'HS256', kid: 'one' })}.${part(right)}`;
    const pem = publicKey.export({ format: 'pem', type: 'spki' });
    const signature = createHmac('sha256', pem).update(said).digest('base64url');

    expect((await verified(`${said}.${signature}`)).ok).toBe(false);
  });

  it('that names no key is refused where there are several', async () => {
    const keys = [published, { ...published, kid: 'two' }];

    expect((await verified(token(right, { alg: 'RS256' }), keys)).ok).toBe(false);
  });

  it.each([
    ['for encryption', { ...published, use: 'enc' }],
    ['for another algorithm', { ...published, alg: 'RS512' }],
    ['of another kind', { ...published, kty: 'EC' }],
  ])('is not verified with a key %s', async (_, key) => {
    expect((await verified(token(right), [key])).ok).toBe(false);
  });

  it.each([
    ['that is damaged', { ...published, n: '!' }, privateKey],
    ['without numbers', { kty: 'RSA', kid: 'one' }, privateKey],
    ['that is too short', { ...(short.publicKey.export({ format: 'jwk' }) as JWK), kid: 'one' }, short.privateKey],
  ])('is not even looked at with a key %s', async (_, key, signer) => {
    await expect(verified(token(right, undefined, signer), [key])).rejects.toThrow();
  });
});
