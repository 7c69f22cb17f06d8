import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ApiKeys, identify, type Scope } from '../../shared/base/api-key.ts';
import { Refuse } from '../../shared/base/errors.ts';
import { KeptSecret, MalformedSecret } from '../../shared/base/secret.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const checkout = { name: 'checkout', teamId: 'T1', sha256: sha256('wr_checkout'), scopes: ['payments'] };
const support = {
  name: 'support',
  teamId: 'T2',
  sha256: sha256('wr_support').toUpperCase(),
  scopes: ['read', 'calls'],
};

function keysOf(kept: unknown, fresh: unknown = kept) {
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  return new KeptSecret(async (options) => text(options?.fresh ? fresh : kept), ApiKeys.parse, { now: () => 0 });
}
const refusal = async (authorization: string | undefined, scope: Scope = 'payments', keys: unknown = [checkout]) =>
  identify(authorization, scope, keysOf(keys)).then(
    () => undefined,
    (error: unknown) => error,
  );

describe('an API key', () => {
  it.each([
    ['Bearer wr_checkout', 'payments', { name: 'checkout', team: 'T1', scopes: ['payments'] }],
    ['bearer wr_checkout', 'payments', { name: 'checkout', team: 'T1', scopes: ['payments'] }],
    ['Bearer wr_support', 'calls', { name: 'support', team: 'T2', scopes: ['read', 'calls'] }],
  ] as const)('in the header %j says who asks, and never the key', async (authorization, scope, expected) => {
    expect(await identify(authorization, scope, keysOf([checkout, support]))).toEqual(expected);
  });

  it.each([
    ['missing', undefined],
    ['empty', ''],
    ['without its scheme', 'wr_checkout'],
    ['of another scheme', `Basic ${Buffer.from('wr_checkout:').toString('base64')}`],
    ['without a key', 'Bearer '],
    ['of two keys', 'Bearer wr_checkout wr_checkout'],
    ['sent twice, as API Gateway joins it', 'Bearer wr_checkout,Bearer wr_checkout'],
    ['unknown', 'Bearer wr_other'],
    ['the hash instead of the key', `Bearer ${checkout.sha256}`],
    ['in another case', 'Bearer WR_CHECKOUT'],
  ])('that is %s is refused with 401', async (_, authorization) => {
    expect(await refusal(authorization)).toMatchObject({ name: 'Refuse', status: 401 });
  });

  it('without the scope is refused with 403, and told who can add it', async () => {
    const error = await refusal('Bearer wr_checkout', 'read');

    expect(error).toBeInstanceOf(Refuse);
    expect(error).toMatchObject({
      status: 403,
      message: 'The API key "checkout" lacks the scope "read". An operator adds it in the api-keys secret.',
    });
  });

  it('that was added a moment ago works at once', async () => {
    expect(await identify('Bearer wr_support', 'read', keysOf([checkout], [checkout, support]))).toMatchObject({
      name: 'support',
    });
  });
});

describe('the api-keys secret', () => {
  it.each([
    ['not JSON', 'wr_'],
    ['an object', '{}'],
    ['empty', ''],
  ])('that is %s is malformed', async (_, text) => {
    expect(await refusal('Bearer wr_checkout', 'payments', text)).toBeInstanceOf(MalformedSecret);
  });

  it('with a wrong entry says which and what, and the other keys go on', async () => {
    const keys = ApiKeys.parse(JSON.stringify([checkout, { ...support, sha256: 'wr_support', scopes: 'read' }]));

    expect(keys.problems).toEqual([
      'The api-keys secret, key 2: /sha256 must be the SHA-256 of the key in hexadecimal. /scopes must be a list.',
    ]);
    expect(keys.find('wr_checkout')?.name).toBe('checkout');
  });

  it('with a wrong entry calls no key unknown: it may be the one that cannot be read', () => {
    expect(() => ApiKeys.parse(JSON.stringify([checkout, {}])).find('wr_support')).toThrow(MalformedSecret);
  });
});
