import { describe, expect, it } from '@jest/globals';
import { Refuse, type WrongField } from '../../shared/base/errors.ts';
import {
  asksForOrder,
  chooseAccount,
  differences,
  readAssignment,
  readCreation,
  readInitiation,
} from '../../shared/payments/request.ts';

const now = Date.parse('2026-11-20T12:00:00+05:30');
const body = (over: Record<string, unknown> = {}) => ({
  orderId: 'order_Hd7Rt0pLmQ2w3e',
  lead: { id: 'lead-41', name: 'Priya Sharma' },
  amount: 499900,
  currency: 'INR',
  course: { id: 'ds-7', name: 'Data Science', type: 'cohort' },
  payment: { kind: 'full' },
  ...over,
});
const read = (value: unknown, accounts = ['live']) => readInitiation(value, { now, accounts });

function wrongOf(value: unknown, accounts = ['live']): readonly WrongField[] {
  try {
    read(value, accounts);
  } catch (error) {
    return (error as { fields: readonly WrongField[] }).fields;
  }
  throw new Error('It was not refused.');
}
const pointersOf = (value: unknown, accounts = ['live']) => wrongOf(value, accounts).map(({ pointer }) => pointer);

describe('the body of POST /v1/payments', () => {
  it('is read as the initiated payment, with what was left out filled in', () => {
    expect(read(body())).toEqual({
      account: 'live',
      initiated: { ...body(), assignedAdmin: null, initiatedAt: now / 1000 },
    });
  });

  it('may say everything', () => {
    const full = body({
      account: 'test',
      payment: { kind: 'part', number: 2, of: 3, planTotal: 1499700 },
      assignedAdmin: { id: 'adm-3', name: 'Ravi' },
      initiatedAt: '2026-11-20T11:59:30.750+05:30',
    });

    expect(read(full, ['live', 'test'])).toMatchObject({
      account: 'test',
      initiated: {
        payment: full['payment' as keyof typeof full],
        assignedAdmin: { id: 'adm-3' },
        initiatedAt: now / 1000 - 30,
      },
    });
  });

  it('may say null for an admin that there is not', () => {
    expect(read(body({ assignedAdmin: null })).initiated.assignedAdmin).toBeNull();
  });

  it.each([
    ['order_Hd7Rt0pLmQ2w3e', 'order_Hd7Rt0pLmQ2w3e'],
    ['Hd7Rt0pLmQ2w3e', 'order_Hd7Rt0pLmQ2w3e'],
    ['  order_Hd7Rt0pLmQ2w3e\n', 'order_Hd7Rt0pLmQ2w3e'],
  ])('names the order as %j', (orderId, expected) => {
    expect(read(body({ orderId })).initiated.orderId).toBe(expected);
  });

  it('has its texts trimmed', () => {
    expect(read(body({ lead: { id: ' lead-41 ', name: '  Priya Sharma\t' } })).initiated.lead).toEqual({
      id: 'lead-41',
      name: 'Priya Sharma',
    });
  });

  it.each([
    ['orderId', 'pay_Hd7Rt0pLmQ2w3e'],
    ['orderId', 'order_'],
    ['orderId', 'order_Hd7#t0pLmQ2w3e'],
    ['orderId', `order_${'a'.repeat(59)}`],
    ['orderId', 7],
    ['amount', 0],
    ['amount', -1],
    ['amount', 0.5],
    ['amount', '499900'],
    ['amount', Number.MAX_SAFE_INTEGER + 1],
    ['amount', null],
    ['currency', 'inr'],
    ['currency', 'RUPEE'],
    ['currency', ''],
    ['initiatedAt', '2026-11-20T12:00:00'],
    ['initiatedAt', '2026-02-30T12:00:00Z'],
    ['initiatedAt', 1_763_620_200],
    ['initiatedAt', '2026-11-20T12:05:01+05:30'],
    ['account', 7],
    ['account', 'nobodys'],
    ['lead', 'Priya'],
    ['lead', null],
    ['zip', '560001'],
  ])('is refused where %s is %j', (field, value) => {
    expect(pointersOf(body({ [field]: value }))).toEqual([`/${field}`]);
  });

  it.each([
    [{ lead: { id: '', name: 'x' } }, '/lead/id'],
    [{ lead: { id: '   ', name: 'x' } }, '/lead/id'],
    [{ lead: { id: 'x', name: 'y'.repeat(201) } }, '/lead/name'],
    [{ lead: { id: 'x', name: 'two\nlines' } }, '/lead/name'],
    [{ lead: { id: 'lead\ud83d', name: 'x' } }, '/lead/id'],
    [{ course: { id: 'x', name: '\ude00 Physics', type: 'z' } }, '/course/name'],
    [{ lead: { id: 'x', name: 'y', email: 'p@example.com' } }, '/lead/email'],
    [{ course: { id: 'x', name: 'y' } }, '/course/type'],
    [{ payment: {} }, '/payment/kind'],
    [{ payment: { kind: 'half' } }, '/payment/kind'],
    [{ payment: { kind: 'full', of: 3 } }, '/payment/of'],
    [{ payment: { kind: 'part', number: 4, of: 3, planTotal: 1 } }, '/payment/number'],
    [{ payment: { kind: 'part', number: 0, of: 3, planTotal: 1 } }, '/payment/number'],
    [{ payment: { kind: 'part', number: 1, of: 3 } }, '/payment/planTotal'],
    [{ assignedAdmin: { id: 'adm-3' } }, '/assignedAdmin/name'],
    [{ 'a/b~c': 1 }, '/a~1b~0c'],
  ])('with %j is refused at %s', (over, pointer) => {
    expect(pointersOf(body(over))).toEqual([pointer]);
  });

  it.each([
    ['amount', Number.MAX_SAFE_INTEGER],
    ['amount', 1],
    ['currency', 'JPY'],
    ['payment', { kind: 'part', number: 3, of: 3, planTotal: 1 }],
    ['initiatedAt', '2026-11-20T12:05:00+05:30'],
    ['initiatedAt', '2026-11-20T06:30:00Z'],
    ['lead', { id: 'x'.repeat(128), name: 'ä'.repeat(200) }],
    ['lead', { id: 'x', name: 'Priya 😀' }],
  ])('is taken where %s is just right: %j', (field, value) => {
    expect(() => read(body({ [field]: value }))).not.toThrow();
  });

  it('has every wrong field named at once, each once', () => {
    const wrong = { ...body({ amount: 0, currency: 'rupees', initiatedAt: 'now', zip: 1 }), lead: { name: '', x: 1 } };

    expect(pointersOf(wrong, ['live', 'test']).sort()).toEqual(
      ['/account', '/amount', '/currency', '/initiatedAt', '/lead/id', '/lead/name', '/lead/x', '/zip'].sort(),
    );
  });

  it('has every field named where fifty are wrong, and the rest counted where more are', () => {
    const unknown = (count: number) =>
      body(Object.fromEntries(Array.from({ length: count }, (_, index) => [`x${index}`, 1])));

    expect(pointersOf(unknown(50))).toHaveLength(50);
    const wrong = wrongOf(unknown(51));
    expect(wrong).toHaveLength(50);
    expect(wrong.at(-2)).toMatchObject({ pointer: '/x48' });
    expect(wrong.at(-1)).toEqual({ pointer: '', message: 'has 2 more wrong fields; put those above right first.' });
  });

  it('costs little to refuse where twenty thousand fields are wrong: once it was ten seconds', () => {
    const many = body(Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`x${index}`, 1])));
    const before = process.cpuUsage();

    wrongOf(many);

    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(3);
  });

  it('is never repeated in what is said of it', () => {
    const secretive = body({
      orderId: 'p@example.com',
      account: 'p@example.com',
      lead: { id: 1, name: 'p@example.com\n!' },
    });

    expect(JSON.stringify(wrongOf(secretive))).not.toContain('example.com');
  });

  it.each([[null], [[]], ['text'], [42], [true]])('that is %j is refused as a whole', (value) => {
    expect(wrongOf(value)).toEqual([{ pointer: '', message: 'must be an object.' }]);
  });
});

describe('the body of POST /v1/payments that asks for an order', () => {
  const { orderId: _, ...rest } = body({ create: true });
  const wrongWith = (over: object) => {
    try {
      readCreation({ ...rest, ...over }, { now, accounts: ['live'] });
    } catch (error) {
      return (error as { fields: readonly WrongField[] }).fields.map(({ pointer }) => pointer);
    }
    throw new Error('It was not refused.');
  };

  it('is told by the field `create`, whatever that holds', () => {
    expect([rest, { create: false }, {}, undefined, 'create'].map(asksForOrder)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('is read as the payment that is to start', () => {
    const { create, ...said } = rest as Record<string, unknown>;

    expect([create, readCreation(rest, { now, accounts: ['live'] })]).toEqual([
      true,
      { account: 'live', intended: { ...said, assignedAdmin: null, initiatedAt: now / 1000 } },
    ]);
  });

  it.each([
    [{ create: false }, ['/create']],
    [{ create: 'yes' }, ['/create']],
    [{ orderId: 'order_Hd7Rt0pLmQ2w3e' }, ['/orderId']],
    [{ amount: 0, zip: '560001' }, ['/amount', '/zip']],
    [{ initiatedAt: '2026-11-20T12:05:01+05:30' }, ['/initiatedAt']],
    [{ account: 'theirs' }, ['/account']],
  ])('is refused with %j', (over, pointers) => {
    expect(wrongWith(over)).toEqual(pointers);
  });
});

describe("a team's account", () => {
  it.each([
    [undefined, ['live'], { ok: true, account: 'live' }],
    ['live', ['live'], { ok: true, account: 'live' }],
    [' test ', ['live', 'test'], { ok: true, account: 'test' }],
  ])('named as %j of %j is chosen', (named, accounts, expected) => {
    expect(chooseAccount(named, accounts)).toEqual(expected);
  });

  it.each([
    [undefined, ['live', 'test'], 'is missing: name one of live, test.'],
    ['other', ['live', 'test'], "is none of your team's accounts: live, test."],
    [
      undefined,
      [],
      'cannot be chosen: your team has no Razorpay account yet. An operator adds it in the razorpay secret.',
    ],
  ])('named as %j of %j is refused', (named, accounts, message) => {
    expect(chooseAccount(named, accounts)).toEqual({ ok: false, wrong: { pointer: '/account', message } });
  });
});

describe('a payment that is recorded again', () => {
  const kept = read(body({ payment: { kind: 'part', number: 1, of: 3, planTotal: 5 } })).initiated;

  it('differs in nothing when only its time is another', () => {
    expect(differences(kept, { ...kept, initiatedAt: 1 })).toEqual([]);
  });

  it('differs in each value that is another, there or not', () => {
    const again = read(body({ amount: 1, assignedAdmin: { id: 'a', name: 'b' } })).initiated;

    expect(
      differences(kept, again)
        .map(({ pointer }) => pointer)
        .sort(),
    ).toEqual(
      [
        '/amount',
        '/assignedAdmin',
        '/assignedAdmin/id',
        '/assignedAdmin/name',
        '/payment/kind',
        '/payment/number',
        '/payment/of',
        '/payment/planTotal',
      ].sort(),
    );
  });
});

describe('the body of PUT /v1/leads/{id}', () => {
  const admin = { id: 'adm-3', name: 'Ravi' };

  it('is read as who looks after the lead of the address', () => {
    const lead = { name: ' Priya Sharma ', assignedAdmin: admin };

    expect(readAssignment('lead/41', lead)).toEqual({ id: 'lead/41', name: 'Priya Sharma', owner: admin });
    expect(readAssignment('lead-41', { ...lead, assignedAdmin: null })).toMatchObject({ owner: null });
  });

  it.each([
    ['no body', 'lead-41', undefined, ['']],
    ['nobody and no null', 'lead-41', { name: 'Priya' }, ['/assignedAdmin']],
    ['a misspelt field', 'lead-41', { name: 'Priya', assignedAdmin: null, owner: admin }, ['/owner']],
    ['an admin without a name', 'lead-41', { name: 'Priya', assignedAdmin: { id: 'adm-3' } }, ['/assignedAdmin/name']],
    ['an id that is none, and no name', ' ', { assignedAdmin: null }, ['/id', '/name']],
    ['an id that is too long', 'x'.repeat(129), { name: 'Priya', assignedAdmin: null }, ['/id']],
    ['line breaks', 'lead\n41', { name: 'Priya\nSharma', assignedAdmin: null }, ['/id', '/name']],
  ])('is refused for %s, every wrong field at once', (_, id, value, pointers) => {
    const read = () => readAssignment(id, value);

    expect(read).toThrow(Refuse);
    try {
      read();
    } catch (error) {
      expect((error as Refuse).fields.map(({ pointer }) => pointer)).toEqual(pointers);
    }
  });
});
