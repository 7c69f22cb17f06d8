/** When Razorpay is asked about a thread, and what was made for an idempotency key, on each database that can run here. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type TeamId, teamId } from '../../shared/base/names.ts';
import { CreationStore } from '../../shared/payments/creation-store.ts';
import { fold, type Initiated } from '../../shared/payments/lifecycle.ts';
import { PaymentStore } from '../../shared/payments/store.ts';
import { type Watch, watchTimes } from '../../shared/payments/watch.ts';
import { WatchStore, watchShards } from '../../shared/payments/watch-store.ts';
import { databasesHere, type Tables } from '../support/databases.ts';
import { attempt, captured, factOf, initiated, orderPaid } from '../support/facts.ts';

const now = Date.UTC(2026, 10, 20, 5, 12);
const quarter = 15 * 60_000;
const open = fold([initiated()]);
const paid = fold([initiated(), factOf(captured(attempt('pay_1'))), factOf(orderPaid(attempt('pay_1')))]);
let teams = 0;

describe.each(await databasesHere())('on $name', ({ start }) => {
  let tables: Tables;
  let team: TeamId;
  let store: WatchStore;
  /** The same through a client that loses the reply to every write, which the SDK then sends again. */
  let unheard: WatchStore;

  beforeAll(async () => {
    tables = await start();
    store = new WatchStore(tables.table('payments'), watchTimes({}));
    unheard = new WatchStore(tables.losingReplies('payments'), watchTimes({}));
  });
  afterAll(() => tables.stop());
  beforeEach(() => {
    teams += 1;
    team = teamId(`T${teams}`);
  });

  const place = (home = 'order_1') => ({ team, account: 'live', home });
  const kept = async (): Promise<Watch | undefined> =>
    (await new PaymentStore(tables.table('payments')).factsOf(place(), 'order_1')).watch;
  const seen = async (): Promise<Watch> => {
    const watch = await kept();
    if (!watch) throw new Error('Nothing is watched.');
    return watch;
  };
  const follow = async (state = open, at = now, by = store) => by.follow(place(), 'order_1', state, await kept(), at);
  const due = async (at: number) => {
    const found = await Promise.all(watchShards.map((shard) => store.due(shard, at, 1_000)));
    return found.flat().filter((one) => one.team === team);
  };

  describe('the watch of a thread', () => {
    it('is kept beside its facts, and due at its time', async () => {
      await follow();

      expect(await kept()).toMatchObject({ opened: now, looked: now, dueAt: now + quarter });
      expect(await due(now + quarter)).toEqual([]);
      expect(await due(now + quarter + 1)).toEqual([place()]);
    });

    it('is not due any more once the thread waits for nothing, and is again when it does', async () => {
      await follow();
      await follow(paid, now + 1_000);
      const ended = [await kept(), await due(now + quarter + 1)];
      await follow(open, now + 2_000);

      expect(ended).toEqual([expect.objectContaining({ waitsFor: '', dueAt: undefined }), []]);
      expect(await due(now + quarter + 2_001)).toEqual([place()]);
    });

    it('is moved on by a look, and not by one that comes after the wait has ended or begun anew', async () => {
      await follow();
      const before = await seen();
      const next = { ...before, looked: now + quarter, dueAt: now + 4 * quarter };
      await store.move(place(), before, next);
      const moved = await kept();

      await follow(paid, now + quarter);
      await store.move(place(), before, next);
      const ended = await kept();
      await follow(open, now + quarter + 5);
      await store.move(place(), before, next);

      expect([moved, ended]).toEqual([next, expect.objectContaining({ waitsFor: '', dueAt: undefined })]);
      expect(await kept()).toMatchObject({ opened: now + quarter + 5, looked: now + quarter + 5 });
    });

    it('is not ended by somebody who saw another wait', async () => {
      await follow();
      const before = await seen();
      await store.move(place(), before, { ...before, opened: now + 9, looked: now + 9, dueAt: now + quarter });
      await store.close(place(), before);

      expect(await kept()).toMatchObject({ opened: now + 9, dueAt: now + quarter });
    });

    it('is given up by a look without another to come', async () => {
      await follow();
      const before = await seen();
      await store.move(place(), before, { ...before, looked: now + 5, dueAt: undefined });

      expect(await kept()).toEqual({ ...before, looked: now + 5, dueAt: undefined });
      expect(await due(now + 10 * quarter)).toEqual([]);
    });

    it('is put off while it is due, and not brought back by that', async () => {
      await store.putOff(place(), now + 5);
      expect(await kept()).toBeUndefined();
      await follow();
      await store.putOff(place(), now + 7);
      expect((await kept())?.dueAt).toBe(now + 7);
      await follow(paid, now + 8);
      await store.putOff(place(), now + 9);
      expect((await kept())?.dueAt).toBeUndefined();
    });

    it('comes to the same where the reply to each write is lost', async () => {
      await follow(open, now, unheard);
      const before = await seen();
      await unheard.putOff(place(), now + 5);
      await unheard.move(place(), before, { ...before, looked: now + 6, dueAt: now + 10 });
      const moved = await kept();
      await unheard.close(place(), before);

      expect(moved).toEqual({ ...before, looked: now + 6, dueAt: now + 10 });
      expect(await kept()).toMatchObject({ waitsFor: '', dueAt: undefined });
    });
  });

  describe('the watch of a webhook', () => {
    it('is kept in the home of its notes, and says since when it is off', async () => {
      const home = place('ops#webhook#live');
      expect(await store.webhook(home)).toBeUndefined();

      await store.keepWebhook(home, { looked: now, disabledAt: 1_790_000_000 });
      const off = await store.webhook(home);
      await store.keepWebhook(home, { looked: now + 5, disabledAt: undefined });

      expect([off, await store.webhook(home)]).toEqual([
        { looked: now, disabledAt: 1_790_000_000 },
        { looked: now + 5, disabledAt: undefined },
      ]);
    });
  });

  describe('an order that was made for an idempotency key', () => {
    const made = (orderId: string) => ({ account: 'live', initiated: initiatedOf(orderId) });

    it('is the first that was kept, for whoever keeps one', async () => {
      const creations = new CreationStore(tables.table('payments'));

      const kept = await Promise.all(
        ['order_1', 'order_2', 'order_3'].map((id) => creations.keep(team, 'a#b', made(id), now)),
      );

      const [first] = kept;
      expect(new Set(kept.map(({ initiated: { orderId } }) => orderId)).size).toBe(1);
      expect(await creations.made(team, 'a#b')).toEqual(first);
      expect(await creations.made(team, 'a')).toBeUndefined();
    });

    it('is one’s own where the reply to its write is lost', async () => {
      const creations = new CreationStore(tables.losingReplies('payments'));

      expect(await creations.keep(team, 'key', made('order_1'), now)).toEqual(made('order_1'));
    });

    it('goes a week later', async () => {
      await new CreationStore(tables.table('payments')).keep(team, 'key', made('order_1'), now);

      const item = await tables.table('payments').get({ pk: `${team}##create#key`, sk: 'order' });
      expect(item?.['expires']).toBe(now / 1000 + 7 * 86_400);
    });
  });
});

function initiatedOf(orderId: string): Initiated {
  const fact = initiated({ orderId });
  if (fact.source !== 'initiated') throw new Error('It is another fact.');
  return fact.initiated;
}
