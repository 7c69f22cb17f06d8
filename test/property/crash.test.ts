/** A worker that stops for good before or after any of its side effects loses nothing and doubles nothing. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { memoryDatabase } from '../../lib/local/memory-database.ts';
import { Table } from '../../shared/aws/table.ts';
import { Retry } from '../../shared/base/errors.ts';
import { PaymentStore } from '../../shared/payments/store.ts';
import { type TellDependencies, tell } from '../../shared/payments/tell.ts';
import { attempt, bytesOf, captured, failed, initiated, orderPaid, start } from '../support/facts.ts';
import { Fuse, type Spot } from '../support/fuse.ts';
import { type Room, startRoom } from '../support/room.ts';
import { ids } from '../support/slack-world.ts';

let room: Room;
let store: PaymentStore;

beforeAll(async () => {
  const database = memoryDatabase();
  room = await startRoom((name) => new Table(database, name), { inProcess: true });
  store = new PaymentStore(room.table('payments'));
});

const writes = ['insert', 'put', 'update', 'delete'];
const posts = ['post', 'update', 'remove'];

/** A worker of its own whose side effects pass through `fuse`. */
function worker(fuse: Fuse): TellDependencies {
  return room.another({
    table: (name) => fuse.watch(room.table(name), name, (method) => writes.includes(method)),
    client: fuse.watch(room.client, 'slack', (method) => posts.includes(method)),
  }).tell;
}

let orders = 0;

/** One payment of its own, and what happens to it: each stage stores facts, then a worker is woken. */
function payment() {
  orders += 1;
  const orderId = `order_${orders}`;
  const place = { team: room.team.id, account: 'live', home: orderId };
  const tried = (n: number, more: Parameters<typeof attempt>[1] = {}) =>
    attempt(`pay_${orders}_${n}`, { orderId, ...more });
  const keep = (body: object) =>
    store.recordDelivery(place, { eventId: undefined, bytes: bytesOf(body as never), secret: 'current', at: 0 });
  const fact = initiated({
    orderId,
    payment: { kind: 'part', number: 1, of: 3, planTotal: 13_500_000 },
    lead: { id: `lead_${orders}`, name: 'Priya Sharma' },
  });
  const second = tried(2, { at: start + 60 });
  const stages = {
    started: async () => {
      if (fact.source === 'initiated') await store.recordInitiated(place, fact.initiated, { at: 0, dueAt: 1 });
    },
    failed: () => keep(failed(tried(1))),
    paid: async () => {
      await keep(captured(second));
      await keep(orderPaid(second));
    },
  };
  const wake = { ...place, cause: 'webhook' as const };
  return { wake, stages, orderId };
}

/** What the queue does: wakes again after the visibility timeout, or when the worker asked to, until it is done. */
async function redeliver(wake: ReturnType<typeof payment>['wake']): Promise<void> {
  const { tell: dependencies } = room;
  for (let delivery = 0; delivery < 12; delivery += 1) {
    try {
      await tell(wake, { until: room.until(), report: room.report }, dependencies);
      return;
    } catch (error) {
      if (!(error instanceof Retry)) throw error;
      room.time.advance(error.delayMs ?? 1_000);
    }
  }
  throw new Error('It never came to an end.');
}

/** The first lines of everything that bears the mark of a thread, oldest first. */
function linesOf(mark: string): string[] {
  return room.front.control
    .messages(ids.payments)
    .filter(({ blocks }) => String(blocks[0]?.['block_id'] ?? '').startsWith(mark))
    .map(({ text }) => text.split('\n')[0] ?? '');
}

const whole = [
  '✅ Part 1 of 3 paid · ₹45,000.00 · Priya S. · Full Stack Web Development',
  'Payment failed: the bank declined it for lack of funds.',
  'Paid ₹45,000.00 by UPI, part 1 of 3, on the second try. ₹90,000.00 of the plan is still due. Razorpay keeps ₹1,062.00 (fee and tax).',
];

/** A payment met by an event without its order, told in a thread of its own, before an event names both. */
describe('two threads that turn out to be of one payment', () => {
  const play = async (spot?: Spot) => {
    const { wake, stages, orderId } = payment();
    const paid = attempt(`pay_${orderId}`, { orderId, at: start + 60 });
    const alone = { ...wake, home: paid.id };
    const keep = (home: string, body: object) =>
      store.recordDelivery(
        { ...wake, home },
        { eventId: undefined, bytes: bytesOf(body as never), secret: 'current', at: 0 },
      );
    await keep(paid.id, captured({ ...paid, orderId: null as never }));
    await redeliver(alone);
    room.time.advance(1_000);
    await stages.started();
    await redeliver(wake);
    await keep(orderId, orderPaid(paid));

    const fuse = new Fuse(spot);
    await tell(wake, { until: room.until(), report: room.report }, worker(fuse)).catch(() => undefined);
    room.time.advance(60_000);
    await redeliver(wake);
    const { home: _, ...place } = wake;
    return {
      fuse,
      own: linesOf(`payments#live#${orderId}/`),
      teller: await store.threadOf(place, orderId),
      lines: linesOf(`payments#live#${paid.id}/`),
    };
  };

  it('leave one that tells it and one that points there, wherever the worker stops while it joins them', async () => {
    const { fuse: recorded } = await play();
    expect(recorded.effects.length).toBeGreaterThan(8);

    for (const effect of recorded.effects.keys()) {
      for (const side of ['before', 'after'] as const) {
        const { own, teller, lines, fuse } = await play({ effect, side });
        const at = `${side} effect ${effect}, ${fuse.effects[effect]}`;
        expect({ at, own, teller, root: lines[0] }).toEqual({
          at,
          own: [expect.stringMatching(/^↪️ This payment is told in /)],
          teller: expect.stringMatching(/^pay_/),
          root: '✅ Part 1 of 3 paid · ₹45,000.00 · Priya S. · Full Stack Web Development',
        });
        expect(lines).toHaveLength(2);
      }
    }
  }, 60_000);
});

const scenarios = {
  'a thread that is told for the first time': { before: [], during: ['started', 'failed', 'paid'] },
  'a thread that moves on': { before: ['started', 'failed'], during: ['paid'] },
} as const;

describe.each(Object.entries(scenarios))('%s', (_, { before, during }) => {
  const play = async (spot?: Spot) => {
    const { wake, stages, orderId } = payment();
    for (const stage of before) await stages[stage]();
    if (before.length > 0) await redeliver(wake);
    for (const stage of during) await stages[stage]();
    const fuse = new Fuse(spot);
    const crashed = await tell(wake, { until: room.until(), report: room.report }, worker(fuse)).then(
      () => false,
      () => true,
    );
    // The lease of a worker that is gone ends by itself.
    room.time.advance(60_000);
    await redeliver(wake);
    return { fuse, crashed, thread: linesOf(`payments#live#${orderId}/`) };
  };

  it('is the same after a stop before or after each of the side effects of the worker', async () => {
    const { fuse: recorded, thread } = await play();
    expect(thread).toEqual(whole);
    expect(recorded.effects).toEqual(
      expect.arrayContaining(['slack.post', 'messages.update', 'payments.insert', 'instalments.insert']),
    );

    for (const [effect, name] of recorded.effects.entries()) {
      for (const side of ['before', 'after'] as const) {
        const { crashed, fuse, thread: after } = await play({ effect, side });
        const at = `${side} effect ${effect}, ${name}`;
        expect({ at, crashed: crashed || !fuse.blown, thread: [...after].sort() }).toEqual({
          at,
          crashed: true,
          thread: [...whole].sort(),
        });
      }
    }
    expect(room.report.doubled).toBe(0);
  }, 60_000);
});
