import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { KeptSecret } from '../../shared/base/secret.ts';
import { receive } from '../../shared/payments/ingress.ts';
import { Accounts } from '../../shared/razorpay/accounts.ts';
import { sign } from '../../shared/razorpay/signature.ts';

/** Published bodies, beside the repository on some machines only; the other tests do not need them. */
const folder = join('..', 'shared', 'razorpay-samples');
const samples = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
if (samples.length === 0) console.warn(`Skipped: there are no published bodies in ${folder}.`);

async function receiveBytes(bytes: Uint8Array) {
  const entry = { teamId: 'T1', mode: 'test', webhook: { current: 'whsec' }, keyId: 'k', keySecret: 's' };
  const stored: Uint8Array[] = [];
  const receipt = await receive(
    { account: 'test', bytes, signature: sign(bytes, 'whsec'), eventId: undefined },
    {
      accounts: new KeptSecret(async () => JSON.stringify({ test: entry }), Accounts.parse, { now: () => 0 }),
      store: {
        recordDelivery: async (_, delivery) => {
          stored.push(delivery.bytes);
          return 'stored';
        },
      },
      queue: { send: async () => {} },
      clock: { now: () => 0 },
      report: (error) => {
        throw error;
      },
    },
  );
  return { receipt, stored };
}

(samples.length > 0 ? describe : describe.skip)('a body that Razorpay published', () => {
  it.each(samples.length > 0 ? samples : ['none'])('is received as it is, and filed under an id: %s', async (name) => {
    const bytes = readFileSync(join(folder, name));

    const { receipt, stored } = await receiveBytes(bytes);

    expect(receipt).toMatchObject({ status: 200, ids: { event: expect.any(String) } });
    expect(receipt.ids.home).toMatch(/^(order|pay|plink|inv)_\w+$|^ops#/);
    expect(stored).toEqual([bytes]);
  });
});
