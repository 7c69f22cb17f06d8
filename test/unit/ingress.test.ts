import { describe, expect, it } from '@jest/globals';
import type { Message } from '../../shared/aws/queue.ts';
import { KeptSecret, MalformedSecret } from '../../shared/base/secret.ts';
import { type Incoming, type IngressDependencies, receive } from '../../shared/payments/ingress.ts';
import type { Delivery, Place } from '../../shared/payments/store.ts';
import { parseWake } from '../../shared/payments/wake.ts';
import { Accounts } from '../../shared/razorpay/accounts.ts';
import { sign } from '../../shared/razorpay/signature.ts';

const now = Date.UTC(2026, 10, 20, 6, 30);
const captured = JSON.stringify({
  event: 'payment.captured',
  payload: { payment: { entity: { id: 'pay_Hd7Ssr4KZ9Xv1q', order_id: 'order_Hd7Rt0pLmQ2w3e', amount: 500000 } } },
});

/** Everything around the verb; each part records what it was asked for. */
function surroundings(
  over: Partial<Record<'accounts' | 'refetched', unknown>> & { fail?: 'store' | 'queue' | 'secret' } = {},
) {
  const stored: { place: Place; delivery: Delivery }[] = [];
  const sent: Message[] = [];
  const reported: unknown[] = [];
  let refetches = 0;
  const text = (accounts: unknown) => (typeof accounts === 'string' ? accounts : JSON.stringify(accounts));
  const fails = (part: string) => {
    if (over.fail === part) throw new Error(`${part} is not reachable`);
  };

  const dependencies: IngressDependencies = {
    accounts: new KeptSecret(
      async ({ fresh } = { fresh: false }) => {
        fails('secret');
        if (fresh) refetches += 1;
        const kept = over.accounts ?? { live: account('whsec-current', 'whsec-previous') };
        return text(fresh && over.refetched !== undefined ? over.refetched : kept);
      },
      Accounts.parse,
      { now: () => now },
    ),
    store: {
      recordDelivery: async (place, delivery) => {
        fails('store');
        const known = stored.some((other) => Buffer.from(delivery.bytes).equals(other.delivery.bytes));
        stored.push({ place, delivery });
        return known ? 'duplicate' : 'stored';
      },
    },
    queue: {
      send: async (message) => {
        fails('queue');
        sent.push(message);
      },
    },
    clock: { now: () => now },
    report: (error, context) => reported.push({ error, where: context.where }),
  };
  return { dependencies, stored, sent, reported, refetches: () => refetches };
}

function account(current: string, previous?: string) {
  return { teamId: 'T0123456789', mode: 'live', webhook: { current, previous }, keyId: 'k', keySecret: 's' };
}

function delivery(over: Partial<Incoming> & { body?: string; secret?: string } = {}): Incoming {
  const bytes = over.bytes ?? Buffer.from(over.body ?? captured);
  return {
    account: 'live',
    bytes,
    signature: sign(bytes, over.secret ?? 'whsec-current'),
    eventId: 'Hd7Ssr4KZ9Xv1r',
    ...over,
  };
}

describe('a webhook of Razorpay', () => {
  it('is stored byte for byte under its order, handed over, and answered 200', async () => {
    const { dependencies, stored, sent } = surroundings();

    const receipt = await receive(delivery(), dependencies);

    const place = { team: 'T0123456789', account: 'live', home: 'order_Hd7Rt0pLmQ2w3e' };
    expect(receipt.status).toBe(200);
    expect(stored).toEqual([
      { place, delivery: { eventId: 'Hd7Ssr4KZ9Xv1r', bytes: Buffer.from(captured), secret: 'current', at: now } },
    ]);
    expect(sent.map(({ body }) => parseWake(body))).toEqual([{ ...place, cause: 'webhook' }]);
  });

  it('is stored before it is handed over', async () => {
    const { dependencies, stored, sent } = surroundings({ fail: 'store' });

    await receive(delivery(), dependencies);

    expect([stored, sent]).toEqual([[], []]);
  });

  it('that was signed with the previous secret is received, and says so', async () => {
    const { dependencies, stored } = surroundings();

    const receipt = await receive(delivery({ secret: 'whsec-previous' }), dependencies);

    expect(receipt.ids.signedWith).toBe('previous');
    expect(stored[0]?.delivery.secret).toBe('previous');
  });

  it('that comes again is handed over again under the same ids, and answered 200', async () => {
    const { dependencies, sent } = surroundings();

    const receipts = [await receive(delivery(), dependencies), await receive(delivery(), dependencies)];

    expect(receipts.map(({ status, outcome }) => [status, outcome])).toEqual([
      [200, 'stored'],
      [200, 'duplicate'],
    ]);
    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual(sent[0]);
  });

  it('that comes again under another event id, or none, is handed over again under the same ids', async () => {
    const { dependencies, sent } = surroundings();

    for (const eventId of ['Hd7Ssr4KZ9Xv1r', 'forged00000001', undefined]) {
      await receive(delivery({ eventId }), dependencies);
    }

    expect(sent).toEqual([sent[0], sent[0], sent[0]]);
  });

  it('whose event id came before with another body of the same order is handed over under ids of its own', async () => {
    const { dependencies, sent } = surroundings();

    await receive(delivery(), dependencies);
    await receive(delivery({ body: captured.replace('captured', 'failed') }), dependencies);

    expect(sent.map(({ group }) => group)).toEqual([sent[0]?.group, sent[0]?.group]);
    expect(new Set(sent.map(({ dedupe }) => dedupe)).size).toBe(2);
  });

  it.each([
    ['of a kind that nobody handles', JSON.stringify({ event: 'subscription.charged', payload: {} })],
    ['that is signed and is not JSON', 'not json'],
    ['that is signed and names no event', '{"payload":{}}'],
    ['that is signed and empty', ''],
  ])('%s is stored and handed over, and answered 200', async (_, body) => {
    const { dependencies, stored, sent } = surroundings();

    const receipt = await receive(delivery({ body }), dependencies);

    expect([receipt.status, stored.length, sent.length]).toEqual([200, 1, 1]);
    expect(stored[0]?.place.home).toMatch(/^body#[0-9a-f]{64}$/);
  });

  it.each([
    ['without a signature', { signature: undefined }],
    ['with another signature', { secret: 'whsec-forged' }],
    ['with a signature of other bytes', { signature: sign(Buffer.from('x'), 'whsec-current') }],
  ])('%s is answered 401, and nothing is stored', async (_, over) => {
    const { dependencies, stored, sent, reported } = surroundings();

    const receipt = await receive(delivery(over), dependencies);

    expect([receipt.status, stored, sent, reported]).toEqual([401, [], [], []]);
  });

  it.each(['current', 'previous'])(
    "signed with another account's %s secret is answered 401, and nothing is stored, though it names this account's order",
    async (which) => {
      const accounts = { live: account('whsec-current'), other: account('whsec-other', 'whsec-other-previous') };
      const { dependencies, stored, sent } = surroundings({ accounts });
      const secret = which === 'current' ? 'whsec-other' : 'whsec-other-previous';

      const receipt = await receive(delivery({ secret }), dependencies);

      expect([receipt.status, stored, sent]).toEqual([401, [], []]);
    },
  );

  it("to another account's path with that account's secret stays that account's, though it names this account's order", async () => {
    const theirs = { ...account('whsec-other'), teamId: 'T0999999999' };
    const { dependencies, stored, sent } = surroundings({
      accounts: { live: account('whsec-current'), other: theirs },
    });

    await receive(delivery({ account: 'other', secret: 'whsec-other' }), dependencies);

    const place = { team: 'T0999999999', account: 'other', home: 'order_Hd7Rt0pLmQ2w3e' };
    expect(stored.map((one) => one.place)).toEqual([place]);
    expect(sent.map(({ body }) => parseWake(body))).toEqual([{ ...place, cause: 'webhook' }]);
  });

  it('for an account that nobody has is answered 404, and nothing is stored', async () => {
    const { dependencies, stored, sent } = surroundings();

    const receipt = await receive(delivery({ account: 'constructor' }), dependencies);

    expect([receipt.status, stored, sent]).toEqual([404, [], []]);
  });

  it.each([
    [262_144, 200],
    [262_145, 413],
  ])('of %i bytes is answered %i', async (size, status) => {
    const { dependencies, stored } = surroundings();

    const receipt = await receive(delivery({ bytes: Buffer.alloc(size, 0x20) }), dependencies);

    expect(receipt.status).toBe(status);
    expect(stored).toHaveLength(status === 200 ? 1 : 0);
  });

  it.each([
    ['the signature of a secret that was changed a moment ago', { live: account('whsec-new') }, 'whsec-new', 'live'],
    ['an account that was added a moment ago', { fresh: account('whsec-current') }, 'whsec-current', 'fresh'],
  ])('with %s is received after the secret was fetched anew', async (_, refetched, secret, name) => {
    const { dependencies, refetches } = surroundings({ refetched });

    const receipt = await receive(delivery({ secret, account: name }), dependencies);

    expect([receipt.status, refetches()]).toEqual([200, 1]);
  });

  it('that is signed as it should be does not fetch the secret anew', async () => {
    const { dependencies, refetches } = surroundings();

    await receive(delivery(), dependencies);

    expect(refetches()).toBe(0);
  });

  it.each([
    ['the secret cannot be read', { fail: 'secret' }, 'secret'],
    ['the secret is malformed', { accounts: 'not json' }, 'secret'],
    ["the account's entry is malformed", { accounts: { live: { ...account('x'), mode: 'prod' } } }, 'secret'],
    ['the store does not answer', { fail: 'store' }, 'store'],
    ['the queue does not take it', { fail: 'queue' }, 'hand-over'],
  ] as const)('is answered 503 and reported when %s, so that Razorpay delivers again', async (_, over, where) => {
    const { dependencies, reported, sent } = surroundings(over);

    const receipt = await receive(delivery(), dependencies);

    expect([receipt.status, sent]).toEqual([503, []]);
    expect(reported).toEqual([{ error: expect.any(Error), where: `razorpay ingress: ${where}` }]);
  });

  it('whose secret is malformed is received once the secret was put right', async () => {
    const { dependencies } = surroundings({ accounts: 'not json', refetched: { live: account('whsec-current') } });

    expect((await receive(delivery(), dependencies)).status).toBe(200);
  });

  it('reports a malformed secret as such, without a word of it', async () => {
    const { dependencies, reported } = surroundings({ accounts: '{"live": "whsec-leaked"' });

    await receive(delivery(), dependencies);

    expect(reported).toEqual([
      {
        error: new MalformedSecret('The razorpay secret is not JSON: put it right in Secrets Manager.'),
        where: expect.any(String),
      },
    ]);
  });

  it('whose hand-over failed is handed over when it comes again', async () => {
    const first = surroundings({ fail: 'queue' });
    const second = surroundings();

    await receive(delivery(), first.dependencies);
    await receive(delivery(), { ...second.dependencies, store: first.dependencies.store });

    expect(first.stored).toHaveLength(2);
    expect(second.sent).toHaveLength(1);
  });
});

describe("Razorpay's event id", () => {
  it.each([
    ['missing', undefined],
    ['empty', ''],
    ['the id of a fact of our own', 'initiated'],
    ['one that would reach into other keys', 'x#sha256:1234567'],
    ['sent twice', 'Hd7Ssr4KZ9Xv1r,Hd7Ssr4KZ9Xv1r'],
    ['too long to be one', 'a'.repeat(65)],
    ['no text', ['Hd7Ssr4KZ9Xv1r']],
  ])('that is %s counts as none', async (_, eventId) => {
    const { dependencies, stored } = surroundings();

    await receive(delivery({ eventId }), dependencies);

    expect(stored[0]?.delivery.eventId).toBeUndefined();
  });
});
