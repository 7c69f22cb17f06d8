import { createServer } from 'node:http';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { KeysUnreachable, SigningKeys } from '../../shared/install/keys-client.ts';

let now = 0;
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

const document = (...kids: string[]) =>
  JSON.stringify({ keys: kids.map((kid) => ({ kid, kty: 'RSA', n: 'n', e: 'e' })) });
let keys: SigningKeys;

beforeEach(() => {
  now = 1_000_000;
  asked = 0;
  answer = { status: 200, body: document('one') };
  keys = new SigningKeys(url, { now: () => now });
});

describe('the keys of an issuer', () => {
  it('are fetched once and kept', async () => {
    const found = [await keys.find('one'), await keys.find('one')];

    expect(found).toEqual(Array(2).fill({ kid: 'one', kty: 'RSA', n: 'n', e: 'e' }));
    expect(asked).toBe(1);
  });

  it('are fetched anew after six hours', async () => {
    await keys.find('one');
    now += 6 * 3_600_000;
    answer = { status: 200, body: document('two') };

    expect([await keys.find('one'), asked]).toEqual([undefined, 2]);
  });

  it('are looked for once where one is not known, and not more than once a minute', async () => {
    await keys.find('one');
    now += 60_000;
    answer = { status: 200, body: document('one', 'two') };

    const found = await keys.find('two');
    for (const kid of ['three', 'four', 'five']) expect(await keys.find(kid)).toBeUndefined();
    now += 60_000;
    await keys.find('three');

    expect(found).toMatchObject({ kid: 'two' });
    expect(asked).toBe(3);
  });

  it.each([
    [503, ''],
    [200, '<html>'],
    [200, '{}'],
    [302, ''],
  ])('that cannot be had (%i %j) are an error of its own, and are asked for again', async (status, body) => {
    answer = { status, body };
    await expect(keys.find('one')).rejects.toThrow(KeysUnreachable);
    answer = { status: 200, body: document('one') };

    expect(await keys.find('one')).toMatchObject({ kid: 'one' });
  });
});
