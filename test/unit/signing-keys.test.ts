import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { JWTVerifyGetKey } from 'jose';
import { KeysUnreachable, signingKeys } from '../../shared/install/keys-client.ts';

const jwk = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
const document = (...kids: string[]) => JSON.stringify({ keys: kids.map((kid) => ({ ...jwk, kid })) });

let asked = 0;
let answer: { readonly status: number; readonly body: string };
const server = createServer((_, response) => {
  asked += 1;
  response.writeHead(answer.status, answer.status === 302 ? { location: '/elsewhere' } : {}).end(answer.body);
});
const url = await new Promise<string>((resolve) => {
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    resolve(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/keys`);
  });
});
afterAll(() => {
  server.close();
});

let keys: JWTVerifyGetKey;
const find = (kid: string) => keys({ alg: 'RS256', kid }, { payload: '', signature: '' });

beforeEach(() => {
  asked = 0;
  answer = { status: 200, body: document('one') };
  keys = signingKeys(url);
});

describe('the keys of an issuer', () => {
  it('are fetched once and kept', async () => {
    const found = [await find('one'), await find('one')];

    expect(found).toMatchObject(Array(2).fill({ type: 'public' }));
    expect(asked).toBe(1);
  });

  it('do not become a storm at the issuer where somebody invents ids of keys', async () => {
    await find('one');

    for (const kid of ['two', 'three', 'four']) {
      await expect(find(kid)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
    }
    expect(asked).toBe(1);
  });

  it.each([
    [503, ''],
    [200, '<html>'],
    [200, '{}'],
    [302, ''],
  ])('that cannot be had (%i %j) are an error of its own, and are asked for again', async (status, body) => {
    answer = { status, body };
    await expect(find('one')).rejects.toThrow(KeysUnreachable);
    answer = { status: 200, body: document('one') };

    expect(await find('one')).toMatchObject({ type: 'public' });
  });
});
