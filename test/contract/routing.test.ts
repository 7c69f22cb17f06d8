/** Routing as operators meet it: tables saved, tried out, put in force and explained, on a database and a Slack. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ApiKey } from '../../shared/base/api-key.ts';
import { Refuse } from '../../shared/base/errors.ts';
import { type TeamId, teamId } from '../../shared/base/names.ts';
import { DayStore } from '../../shared/payments/day-store.ts';
import { readEvent } from '../../shared/payments/event.ts';
import { InstalmentStore } from '../../shared/payments/instalment-store.ts';
import type { Initiated } from '../../shared/payments/lifecycle.ts';
import { defaultTable, type Row } from '../../shared/payments/route.ts';
import { explainRouting, putRouting, type RoutingDependencies, showRouting } from '../../shared/payments/routing.ts';
import { RoutingStore } from '../../shared/payments/routing-store.ts';
import { PaymentStore } from '../../shared/payments/store.ts';
import { tell } from '../../shared/payments/tell.ts';
import { threadRef } from '../../shared/payments/wake.ts';
import { Accounts } from '../../shared/razorpay/accounts.ts';
import { attempt, bytesOf, captured, failed, initiated } from '../support/facts.ts';
import { type Room, startRoom, startTables } from '../support/room.ts';
import { row } from '../support/routing.ts';
import { ids } from '../support/slack-world.ts';

let tables: Awaited<ReturnType<typeof startTables>>;
let room: Room;
let key: ApiKey;
let store: PaymentStore;
let dependencies: RoutingDependencies;

beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.stop());
beforeEach(async () => {
  room = await startRoom(tables.table, { inProcess: true });
  key = { name: 'ops', team: room.team.id, scopes: ['routing'] };
  const payments = tables.table('payments');
  store = new PaymentStore(payments);
  dependencies = {
    routing: new RoutingStore(payments),
    days: new DayStore(payments),
    store,
    instalments: new InstalmentStore(tables.table('instalments')),
    accounts: { value: async () => accountsOf(room.team.id) },
    log: room.log,
    team: (team: TeamId) => room.installations.team(team),
    clock: { now: () => room.time.now() },
  };
});
afterEach(() => room.stop());

function accountsOf(team: TeamId): Accounts {
  const account = { teamId: team, mode: 'live', webhook: { current: 'whsec' }, keyId: 'k', keySecret: 's' };
  return Accounts.parse(JSON.stringify({ live: account }));
}

const place = (home: string) => ({ team: room.team.id, account: 'live', home });
const put = async (body: object, by = key) => (await putRouting(body, by, dependencies)).body as never;
const shown = async (version?: string, by = key) => (await showRouting(version, by, dependencies)).body as never;
const explained = async (body: object) => (await explainRouting(body, key, dependencies)).body as never;

/** Announces a payment and tells it. */
async function pay(more: Partial<Initiated> = {}): Promise<string> {
  const fact = initiated(more);
  if (fact.source !== 'initiated') throw new Error('Not an initiated fact.');
  const { orderId } = fact.initiated;
  const times = { at: room.time.now(), dueAt: room.time.now() + 120_000 };
  await store.recordInitiated(place(orderId), fact.initiated, times);
  await told(orderId);
  return orderId;
}

async function told(home: string): Promise<void> {
  await tell({ ...place(home), cause: 'api' }, { until: room.until(), report: room.report }, room.tell);
}

async function hear(body: object): Promise<void> {
  const bytes = bytesOf(body as never);
  const { home } = readEvent(bytes);
  const delivery = { eventId: undefined, bytes, secret: 'current', at: room.time.now() } as const;
  await store.recordDelivery(place(home), delivery);
  await told(home);
}

const roots = (channel: string) =>
  room.front.control.messages(channel).filter(({ threadTs }) => threadTs === undefined).length;

const large = row('large', { amount: { min: 10_000_000 } }, { channel: 'ops' });
const rest = row('everything else');
const rows: readonly Row[] = [large, rest];

/** The refusal of a request. */
async function refusal(request: Promise<unknown>): Promise<Refuse> {
  try {
    await request;
  } catch (error) {
    if (error instanceof Refuse) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

describe('the table of a team', () => {
  it('is the built-in one until another is saved', async () => {
    expect(await shown()).toEqual({ version: 0, active: true, newest: 0, saved: null, rows: defaultTable.rows });
  });

  it('is what was saved last, with who did so and when', async () => {
    expect(await put({ rows })).toEqual({ version: 1, active: true, dryRun: null });

    const at = new Date(room.time.now()).toISOString();
    expect(await shown()).toEqual({ version: 1, active: true, newest: 1, saved: { by: 'ops', at }, rows });
  });

  it('is another version for other rows, and the same for the same rows again', async () => {
    await put({ rows });

    expect(await put({ rows })).toMatchObject({ version: 1 });
    expect(await put({ rows: [rest] })).toMatchObject({ version: 2 });
    expect(await put({ rows })).toMatchObject({ version: 3 });
    expect(await shown('2')).toMatchObject({ version: 2, active: false, newest: 3, rows: [rest] });
  });

  it('stays in force while another version is only kept, and is left for it when that is sent again', async () => {
    await put({ rows });

    expect(await put({ rows: [rest], activate: false })).toMatchObject({ version: 2, active: false });
    expect(await shown()).toMatchObject({ version: 1, newest: 2 });
    expect(await put({ rows: [rest], dryRunDays: 1 })).toMatchObject({ version: 2, active: false });
    expect(await put({ rows: [rest], dryRunDays: 1, activate: true })).toMatchObject({ version: 2, active: true });
  });

  it('is the built-in one again when its rows are sent', async () => {
    expect(await put({ rows: defaultTable.rows })).toEqual({ version: 0, active: true, dryRun: null });
    await put({ rows });
    await put({ rows: defaultTable.rows });

    expect(await shown()).toMatchObject({ version: 2, rows: defaultTable.rows });
  });

  it('has one number for each table that two people save at once', async () => {
    const saved = await Promise.all([put({ rows }), put({ rows: [rest] }), put({ rows })] as Promise<{
      version: number;
    }>[]);

    const kept = await Promise.all([1, 2, 3].map((version) => dependencies.routing.version(room.team.id, version)));
    const versions = new Set(saved.map(({ version }) => version));
    expect(kept.filter((each) => each !== undefined)).toHaveLength(versions.size);
    for (const { version } of saved) expect(kept[version - 1]).toMatchObject({ version });
  });

  it('is kept once, though the answer to the write was lost', async () => {
    const unheard = { ...dependencies, routing: new RoutingStore(tables.losingReplies('payments')) };

    const { body } = await putRouting({ rows }, key, unheard);

    expect(body).toMatchObject({ version: 1, active: true });
    expect(await shown()).toMatchObject({ version: 1, newest: 1 });
  });

  it("is no other team's", async () => {
    await put({ rows });

    expect(await shown(undefined, { ...key, team: teamId('TOTHER') })).toMatchObject({ version: 0, newest: 0 });
  });

  it.each(['9', '-1', 'x', '123456'])('has no version %s', async (asked) => {
    expect(await refusal(shown(asked))).toMatchObject({ status: 404, message: expect.stringContaining('0 to 0') });
  });
});

describe('a table that leaves a case open, or has a row that can never match', () => {
  it('is refused with everything that is wrong with it, and nothing is kept', async () => {
    const refused = await refusal(
      put({
        rows: [
          row('parts', { kind: 'part' }),
          row('parts', { kind: 'part', assigned: true }, { channel: '#part-payments' }),
        ],
        dryRunDays: 90,
      }),
    );

    expect(refused.status).toBe(400);
    expect(refused.fields).toEqual([
      { pointer: '/rows/1/then/channel', message: expect.stringContaining('or the id of a Slack channel') },
      { pointer: '/dryRunDays', message: 'must be at most 31.' },
      { pointer: '/rows', message: expect.stringMatching(/^leave a case open: no row takes a full payment\. /) },
      { pointer: '/rows/1', message: expect.stringContaining('row 2 asks for is taken before by row 1 ("parts")') },
      { pointer: '/rows/1/name', message: 'is the name of row 1 as well: give row 2 another.' },
    ]);
    expect(await shown()).toMatchObject({ newest: 0 });
  });
});

describe('a thread', () => {
  it('that begins goes where the version in force sends it, and keeps how it is told', async () => {
    await put({ rows });
    const order = await pay({ amount: 12_000_000 });

    expect([roots(ids.payments), roots(ids.ops)]).toEqual([0, 1]);
    expect((await room.log.read(threadRef(place(order), order))).destination).toEqual({
      channel: ids.ops,
      row: 'large',
      why: 'The amount is ₹1,20,000.00.',
      version: 1,
      postAs: 'admin',
      broadcast: [],
    });
  });

  it('that is posted stays, though another version is put in force', async () => {
    await pay({ amount: 12_000_000 });
    await put({ rows });
    await hear(captured(attempt('pay_1', { amount: 12_000_000 })));

    expect([roots(ids.payments), roots(ids.ops)]).toEqual([1, 0]);
  });

  it('is posted by the app alone, and shows the listed replies in the channel, where its row says so', async () => {
    await put({ rows: [row('all', {}, { postAs: 'app', broadcast: ['failed'] })] });
    await pay();
    await hear(failed(attempt('pay_1')));
    await hear(captured(attempt('pay_2', { at: attempt('').at + 60 })));

    const messages = room.front.control.messages(ids.payments);
    expect(messages.map(({ userId, broadcast, threadTs }) => [userId, broadcast, threadTs !== undefined])).toEqual([
      [ids.bot, false, false],
      [ids.bot, true, true],
      [ids.bot, false, true],
    ]);
    expect(JSON.stringify(messages)).not.toContain('for Arjun');
  });

  it('whose broadcast reply got no answer finds it again, once, and edits it like any other', async () => {
    await put({ rows: [row('all', {}, { broadcast: ['failed'] })] });
    await pay();
    room.front.control.fault({ method: 'chat.postMessage', kind: 'timeout', when: 'after', count: 1 });
    await expect(hear(failed(attempt('pay_1')))).rejects.toThrow('Slack did not say whether a message was posted');
    room.time.advance(31_000);
    await told('order_A');
    // The advice to try again goes once it is paid.
    await hear(captured(attempt('pay_2', { at: attempt('').at + 60 })));

    const shared = room.front.control.messages(ids.payments).filter(({ broadcast }) => broadcast);
    expect(shared.map(({ text }) => text.split('\n')[0])).toEqual([
      'Payment failed: the bank declined it for lack of funds.',
    ]);
    expect(room.report).toMatchObject({ adopted: 1, doubled: 0 });
  });
});

describe('a dry run', () => {
  const small = { amount: 100_000 };

  it('shows what would have gone elsewhere, and puts nothing in force', async () => {
    await pay({ orderId: 'order_small', ...small });
    await pay({ orderId: 'order_large', amount: 12_000_000 });
    await hear(captured(attempt('pay_9', { orderId: null as never })));

    expect(await put({ rows, dryRunDays: 7 })).toEqual({
      version: 1,
      active: false,
      dryRun: {
        from: '2026-11-14',
        to: '2026-11-20',
        payments: 3,
        cut: false,
        rows: [
          { row: 'large', payments: 1 },
          { row: 'everything else', payments: 2 },
        ],
        elsewhere: 1,
        moved: [{ id: 'order_large', account: 'live', from: ids.payments, to: ids.ops, row: 'large' }],
        more: 0,
      },
    });
    expect(await shown()).toMatchObject({ version: 0 });
  });

  it('looks back no further than it was asked to', async () => {
    await pay({ orderId: 'order_old', amount: 12_000_000 });
    room.time.advance(2 * 86_400_000);

    expect(await put({ rows, dryRunDays: 2 })).toMatchObject({ dryRun: { from: '2026-11-21', payments: 0 } });
    expect(await put({ rows, dryRunDays: 3 })).toMatchObject({ dryRun: { from: '2026-11-20', payments: 1 } });
  });

  it('counts a thread once, on the day on which its payment was heard of, however often it was routed', async () => {
    room.front.control.fault({ method: 'conversations.info', kind: 'error', error: 'channel_not_found', count: 1 });
    await pay({ orderId: 'order_held', amount: 12_000_000 });
    expect(roots(ids.payments)).toBe(0);
    room.time.advance(86_400_000);
    await told('order_held');

    expect(roots(ids.payments)).toBe(1);
    expect(await put({ rows, dryRunDays: 1 })).toMatchObject({ dryRun: { payments: 0 } });
    expect(await put({ rows, dryRunDays: 2 })).toMatchObject({ dryRun: { payments: 1 } });
  });

  it('names a hundred of them, counts all, and says where it stopped', async () => {
    const many = (account: string, thread: number) => ({
      account,
      thread: `order_${thread}`,
      payment: { courseType: 'bootcamp', kind: 'full', completedInstalments: 0, assigned: true, amount: 12_000_000 },
      destination: { channel: room.team.channels.payments, row: 'all', why: 'It is.' },
    });
    const days = {
      of: async (_: TeamId, day: string, limit: number) =>
        day === '2026-11-20' ? Array.from({ length: Math.min(limit, 9_000) }, (_, n) => many('live', n)) : [],
    };

    const { body } = await putRouting({ rows, dryRunDays: 31 }, key, { ...dependencies, days: days as never });

    const { dryRun } = body as never as { dryRun: { moved: unknown[] } };
    expect(dryRun).toMatchObject({ payments: 5_000, cut: true, elsewhere: 5_000, more: 4_900 });
    expect(dryRun.moved).toHaveLength(100);
  });
});

describe('an explanation', () => {
  it('of a payment whose thread is posted tells where it is for good, and where it would go now', async () => {
    await pay({ amount: 12_000_000 });
    await put({ rows });

    expect(await explained({ paymentId: 'order_A' })).toEqual({
      id: 'order_A',
      payment: { courseType: 'bootcamp', kind: 'full', completedInstalments: 0, assigned: true, amount: 12_000_000 },
      fixed: {
        channel: ids.payments,
        row: 'full payment',
        why: 'This is a full payment and the learner has completed no instalment of a plan that is not fully paid.',
        version: 0,
        postAs: 'admin',
        broadcast: ['dispute', 'disputeAction', 'disputeLost', 'refundFailed', 'notCaptured'],
      },
      now: {
        channel: ids.ops,
        row: 'large',
        why: 'The amount is 12000000 (smallest unit).',
        version: 1,
        postAs: 'admin',
        broadcast: [],
      },
      others: [{ row: 'everything else', why: 'It would take this payment too, but "large" comes before it.' }],
    });
  });

  it('finds a payment by any id of its thread', async () => {
    await pay();
    await hear(captured(attempt('pay_1')));

    expect(await explained({ paymentId: 'pay_1', account: 'live' })).toMatchObject({ id: 'order_A' });
  });

  it('of a made-up payment fills what is left out with what is known of one that nobody announced', async () => {
    expect(await explained({ payment: {} })).toMatchObject({
      id: null,
      payment: { courseType: null, kind: 'full', completedInstalments: 0, assigned: false, amount: null },
      fixed: null,
      now: { row: 'full payment', why: expect.stringMatching(/^This counts as a full payment/) },
    });
    expect(await explained({ payment: { kind: 'part', completedInstalments: 1 } })).toMatchObject({
      now: { channel: ids.partPayments, row: 'learner with an open plan' },
    });
  });

  it.each([
    ['a payment that nobody has met', { paymentId: 'order_unheard' }, 404],
    ['neither', {}, 400],
    ['both', { paymentId: 'order_A', payment: {} }, 400],
    ['an account of a made-up payment', { account: 'live', payment: {} }, 400],
    ['an id that is none', { paymentId: 'a#b' }, 400],
    ["another team's account", { paymentId: 'order_A', account: 'theirs' }, 400],
    ['a field that is misspelt', { payment: { courstype: 'bootcamp' } }, 400],
  ])('refuses %s', async (_, body, status) => {
    expect(await refusal(explained(body))).toMatchObject({ status });
  });
});
