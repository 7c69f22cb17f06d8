/** `POST /v1/payments` with `create: true`, on the database in memory and a Razorpay whose answers each test chooses. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { memoryDatabase } from '../../lib/local/memory-database.ts';
import type { Message } from '../../shared/aws/queue.ts';
import { Table } from '../../shared/aws/table.ts';
import type { ApiKey } from '../../shared/base/api-key.ts';
import { teamId } from '../../shared/base/names.ts';
import { create } from '../../shared/payments/create.ts';
import { CreationStore } from '../../shared/payments/creation-store.ts';
import { PaymentStore } from '../../shared/payments/store.ts';
import { Accounts } from '../../shared/razorpay/accounts.ts';
import type { NewOrder, Outcome } from '../../shared/razorpay/client.ts';

const key: ApiKey = { name: 'checkout', team: teamId('T1'), scopes: ['payments'] };
const account = { teamId: 'T1', mode: 'live', webhook: { current: 'w' }, keyId: 'k', keySecret: 's' };
const body = {
  create: true,
  lead: { id: 'lead-41', name: 'Priya Sharma' },
  amount: 499900,
  currency: 'INR',
  course: { id: 'ds-7', name: 'Data Science', type: 'cohort' },
  payment: { kind: 'full' },
};

let table: Table;
let made: NewOrder[];
let sent: Message[];
/** What Razorpay says to the next orders; after that, it makes each. */
let outcomes: (Outcome | 'lost')[];
let ids: number;

beforeEach(() => {
  table = new Table(memoryDatabase(), 'payments');
  made = [];
  sent = [];
  outcomes = [];
  ids = 0;
});

function dependencies(accounts: object = { live: account }) {
  return {
    store: new PaymentStore(table),
    creations: new CreationStore(table),
    accounts: { value: async () => Accounts.parse(JSON.stringify(accounts)) },
    queue: { send: async (message: Message) => void sent.push(message) },
    razorpay: () => ({
      createOrder: async (order: NewOrder): Promise<Outcome> => {
        const outcome = outcomes.shift();
        if (outcome !== undefined && outcome !== 'lost') return outcome;
        made.push(order);
        if (outcome === 'lost') return { kind: 'unanswered', why: 'no answer within 4000 ms' };
        return { kind: 'answered', body: { id: `order_${made.length}`, entity: 'order', status: 'created' } };
      },
    }),
    clock: { now: () => Date.UTC(2026, 10, 20) },
    report: () => undefined,
    uniqueId: () => {
      ids += 1;
      return `${ids}0000000-uuid`;
    },
    timeScale: 1,
  };
}

const ask = (over: object = {}, idempotencyKey: string | undefined = 'key-1', accounts?: object) =>
  create({ ...body, ...over }, idempotencyKey, key, dependencies(accounts));

const initiatedOf = async (orderId: string) =>
  (await table.get({ pk: `T1#live#${orderId}`, sk: 'fact#initiated' }))?.['initiated'];

describe('a payment whose order War Room makes', () => {
  it('is made at Razorpay with the lead, recorded, handed over and answered with its order', async () => {
    const answer = await ask();

    expect(answer).toMatchObject({
      status: 201,
      body: { id: 'order_1', orderId: 'order_1', account: 'live' },
      headers: { location: '/v1/payments/order_1?account=live' },
    });
    expect(made).toEqual([
      {
        amount: 499900,
        currency: 'INR',
        receipt: 'lead-41',
        notes: { warRoomLead: 'lead-41', warRoomCourse: 'ds-7', warRoomKind: 'full' },
      },
    ]);
    expect(await initiatedOf('order_1')).toMatchObject({ orderId: 'order_1', lead: body.lead, amount: 499900 });
    expect(sent.map(({ body }) => JSON.parse(body))).toEqual([
      { team: 'T1', account: 'live', home: 'order_1', cause: 'api' },
    ]);
  });

  it('says at Razorpay which part it is', async () => {
    await ask({ payment: { kind: 'part', number: 2, of: 3, planTotal: 1499700 } });

    expect(made[0]?.notes['warRoomKind']).toBe('part 2 of 3');
  });

  it.each([
    ['a long id', 'x'.repeat(128), 'x'.repeat(40)],
    ['an id with a character of two halves at the fortieth', `${'x'.repeat(39)}😀y`, 'x'.repeat(39)],
    ['an id with one that just fits', `${'x'.repeat(38)}😀y`, `${'x'.repeat(38)}😀`],
  ])('has %s cut to what a receipt may hold', async (_, id, receipt) => {
    await ask({ lead: { id, name: 'x' } });

    expect(made[0]).toMatchObject({ receipt, notes: { warRoomLead: id } });
  });

  it('gets a receipt of its own where Razorpay refuses the lead for having one already', async () => {
    outcomes = [{ kind: 'refused', status: 400, description: 'Order receipt should be unique.', field: undefined }];

    const answer = await ask({ lead: { id: 'x'.repeat(40), name: 'x' } });

    expect(answer.status).toBe(201);
    expect(made.map(({ receipt }) => receipt)).toEqual([`${'x'.repeat(31)}-10000000`]);
  });

  it.each([
    ['none', undefined],
    ['an empty one', ''],
    ['one with a space', 'a b'],
    ['one of more than 200 signs', 'x'.repeat(201)],
  ])('is refused with 400 without an Idempotency-Key (%s), and nothing is made', async (_, idempotencyKey) => {
    const asked = create(body, idempotencyKey, key, dependencies());

    await expect(asked).rejects.toMatchObject({ name: 'Refuse', status: 400 });
    expect(made).toEqual([]);
  });
});

describe('the same again', () => {
  it('is answered the same order with 200, whatever time it says it started, and wakes the thread once more', async () => {
    const first = await ask({ initiatedAt: '2026-11-20T05:29:00+05:30' });
    const second = await ask({ initiatedAt: '2026-11-20T05:29:30+05:30' });

    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toEqual(first.body);
    expect([made.length, sent.length]).toEqual([1, 2]);
  });

  it('is answered one order, also where two came at once; the other stays unpaid at Razorpay and untold', async () => {
    const answers = await Promise.all([ask(), ask(), ask()]);

    const orders = new Set(answers.map(({ body }) => (body as { orderId: string }).orderId));
    expect(orders.size).toBe(1);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
    const told = await Promise.all(['order_1', 'order_2', 'order_3'].map(initiatedOf));
    expect(told.filter((initiated) => initiated !== undefined)).toHaveLength(1);
  });

  it("is answered another order where Razorpay's first answer was lost, and that one from then on", async () => {
    outcomes = ['lost'];

    await expect(ask()).rejects.toMatchObject({ name: 'Unavailable', status: 502 });
    const second = await ask();
    const third = await ask();

    expect(second.body).toMatchObject({ orderId: 'order_2' });
    expect(third.body).toEqual(second.body);
    expect(made).toHaveLength(2);
    expect(await initiatedOf('order_1')).toBeUndefined();
  });

  it('is recorded and handed over where the first stopped right after its order was kept', async () => {
    await create(body, 'key-1', key, {
      ...dependencies(),
      store: { recordInitiated: () => Promise.reject(new Error('gone')) },
    }).catch(() => undefined);

    const again = await ask();

    expect(again).toMatchObject({ status: 201, body: { orderId: 'order_1' } });
    expect([made.length, sent.length]).toEqual([1, 1]);
    expect(await initiatedOf('order_1')).toBeDefined();
  });

  it('is refused with 409 and what differs where it is about another payment', async () => {
    const two = { live: account, test: account };
    await ask({ account: 'live' }, 'key-1', two);

    const asked = ask({ account: 'test', amount: 1 }, 'key-1', two);

    await expect(asked).rejects.toMatchObject({
      status: 409,
      message: expect.stringContaining('order_1'),
      fields: [{ pointer: '/amount' }, { pointer: '/account' }],
    });
    expect([made.length, sent.length]).toEqual([1, 1]);
  });

  it('is another payment under another key, or of another team', async () => {
    await ask();
    await ask({}, 'key-2');
    await create(body, 'key-1', { ...key, team: teamId('T2') }, dependencies({ live: { ...account, teamId: 'T2' } }));

    expect(made).toHaveLength(3);
  });

  it('may be put right under the same key while no order was made', async () => {
    outcomes = [{ kind: 'refused', status: 400, description: 'Order amount less than minimum.', field: 'amount' }];
    await ask({ amount: 1 }).catch(() => undefined);

    expect(await ask()).toMatchObject({ status: 201, body: { orderId: 'order_1' } });
  });
});

describe('an order that Razorpay does not make', () => {
  const refused = (status: number, description: string, field?: string): Outcome => ({
    kind: 'refused',
    status,
    description,
    field,
  });

  it.each([
    [
      "the caller's amount",
      refused(400, 'Order amount less than minimum amount allowed', 'amount'),
      {
        name: 'Refuse',
        status: 422,
        message: 'Razorpay made no order: Order amount less than minimum amount allowed',
        fields: [{ pointer: '/amount', message: expect.any(String) }],
      },
    ],
    [
      'a field that is not the caller’s',
      refused(400, 'notes is not valid', 'notes'),
      { name: 'Refuse', status: 422, fields: [] },
    ],
    ['our key', refused(401, 'Authentication failed'), { name: 'Unavailable', status: 503 }],
    ['too many calls', { kind: 'limited' }, { name: 'Unavailable', status: 503 }],
    ['no answer', { kind: 'unanswered', why: 'ECONNRESET' }, { name: 'Unavailable', status: 502 }],
    ['an answer without an order', { kind: 'answered', body: {} }, { name: 'Unavailable', status: 502 }],
  ] as [string, Outcome, object][])(
    'because of %s is refused so that the caller knows what to do',
    async (_, outcome, refusal) => {
      outcomes = [outcome];

      await expect(ask()).rejects.toMatchObject(refusal);
      expect(sent).toEqual([]);
    },
  );

  it('may be asked for again wherever it is not the caller who has to change something', async () => {
    for (const outcome of [refused(401, 'x'), { kind: 'limited' }, { kind: 'unanswered', why: 'x' }] as Outcome[]) {
      outcomes = [outcome];
      await expect(ask()).rejects.toMatchObject({
        message: expect.stringMatching(/same again, with the same Idempotency-Key/),
      });
    }
  });
});
