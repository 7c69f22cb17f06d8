/** The stores of the payments room, on each database that can run here. */
import { brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type TeamId, teamId } from '../../shared/base/names.ts';
import { sha256 } from '../../shared/payments/event.ts';
import type { Initiated } from '../../shared/payments/lifecycle.ts';
import { dueShards, factDays, PaymentStore, type Place } from '../../shared/payments/store.ts';
import { databasesHere, type Tables } from '../support/databases.ts';
import { attempt, bytesOf, captured, failed, initiated } from '../support/facts.ts';

const now = Date.UTC(2026, 10, 20, 5, 12);
let teams = 0;

describe.each(await databasesHere())('on $name', ({ start }) => {
  let tables: Tables;
  let team: TeamId;
  let store: PaymentStore;
  /** The same store through a client that loses the reply to every write, which the SDK then sends again. */
  let unheard: PaymentStore;

  beforeAll(async () => {
    tables = await start();
    store = new PaymentStore(tables.table('payments'));
    unheard = new PaymentStore(tables.losingReplies('payments'));
  });
  afterAll(() => tables.stop());
  beforeEach(() => {
    teams += 1;
    team = teamId(`T${teams}`);
  });

  const place = (home: string): Place => ({ team, account: 'live', home });
  const first = bytesOf(failed(attempt('pay_1')));
  const second = bytesOf(captured(attempt('pay_2')));
  const delivery = (bytes: Uint8Array, eventId?: string) => ({ eventId, bytes, secret: 'current' as const, at: now });
  const factsOf = async (home: string) => (await store.factsOf(place(home), home)).facts;

  describe('a delivery', () => {
    it('is stored once, whoever brings it and however often', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 6 }, () => store.recordDelivery(place('order_1'), delivery(first, 'event00000001'))),
      );

      expect(outcomes.sort()).toEqual([...Array(5).fill('duplicate'), 'stored']);
      expect(await factsOf('order_1')).toMatchObject([{ source: 'razorpay', id: 'event00000001', at: now }]);
    });

    it('without an event id is shown by the hash of its bytes', async () => {
      expect(await store.recordDelivery(place('order_1'), delivery(first))).toBe('stored');
      expect(await store.recordDelivery(place('order_1'), delivery(first))).toBe('duplicate');
      expect(await store.recordDelivery(place('order_1'), delivery(second))).toBe('stored');

      const ids = (await factsOf('order_1')).map(({ id }) => id);
      expect(ids.sort()).toEqual([first, second].map((bytes) => `sha256:${sha256(bytes)}`).sort());
    });

    it('is one fact under however many event ids its bytes come, shown by the first', async () => {
      for (const eventId of ['event00000001', 'forged0000001', 'forged0000002', undefined]) {
        await store.recordDelivery(place('order_1'), delivery(first, eventId));
      }

      expect(await factsOf('order_1')).toMatchObject([{ id: 'event00000001' }]);
    });

    it('whose event id is that of a fact of our own takes nothing from it', async () => {
      await store.recordDelivery(place('order_1'), delivery(first, 'initiated'));
      const fact = initiated({ orderId: 'order_1' });
      if (fact.source !== 'initiated') throw new Error('Not an initiated fact.');

      const { outcome } = await store.recordInitiated(place('order_1'), fact.initiated, { at: now, dueAt: now });

      expect([outcome, await factsOf('order_1')]).toMatchObject(['stored', { length: 2 }]);
    });

    it('whose event id is taken by other bytes is stored all the same, once', async () => {
      await store.recordDelivery(place('order_1'), delivery(first, 'event00000001'));

      expect(await store.recordDelivery(place('order_1'), delivery(second, 'event00000001'))).toBe('stored');
      expect(await store.recordDelivery(place('order_1'), delivery(second, 'event00000001'))).toBe('duplicate');
      expect(await store.recordDelivery(place('order_1'), delivery(first, 'event00000001'))).toBe('duplicate');

      expect(await factsOf('order_1')).toHaveLength(2);
    });

    it('is kept byte for byte, however odd, for as long as facts are kept', async () => {
      const odd = Buffer.from('{"event":"payment.failed" ,"₹":"\\u20b9"}\n');
      await store.recordDelivery(place('order_1'), delivery(odd, 'event00000001'));

      const [item] = await tables.table('payments').query(`${team}#live#order_1`);

      expect(brotliDecompressSync(item?.['body'] as Uint8Array)).toEqual(odd);
      expect(item).toMatchObject({ secret: 'current', expires: Math.floor(now / 1000) + factDays * 86_400 });
    });

    it('that cannot be read is kept apart from the facts, with the sentence that says why', async () => {
      await store.recordDelivery(place('order_1'), delivery(Buffer.from('[]'), 'event00000001'));
      await store.recordDelivery(place('order_1'), delivery(first, 'event00000002'));

      const { facts, unreadable } = await store.factsOf(place('order_1'), 'order_1');

      expect(facts).toMatchObject([{ id: 'event00000002' }]);
      expect(unreadable).toEqual([{ id: `sha256:${sha256(Buffer.from('[]'))}`, why: expect.stringMatching(/\.$/) }]);
    });

    it('of another tenant, account or home is another one', async () => {
      const elsewhere = [{ ...place('order_1'), account: 'second' }, place('order_2')];
      const outcomes = await Promise.all(
        [place('order_1'), ...elsewhere, { ...place('order_1'), team: teamId(`${team}X`) }].map((where) =>
          store.recordDelivery(where, delivery(first, 'event00000001')),
        ),
      );

      expect(outcomes).toEqual(['stored', 'stored', 'stored', 'stored']);
    });

    it('whose reply was lost is called a duplicate, and is there', async () => {
      expect(await unheard.recordDelivery(place('order_1'), delivery(first, 'event00000001'))).toBe('duplicate');
      expect(await unheard.recordDelivery(place('order_1'), delivery(second, 'event00000001'))).toBe('duplicate');

      expect(await factsOf('order_1')).toHaveLength(2);
    });
  });

  describe('a started payment', () => {
    const fact = initiated();
    if (fact.source !== 'initiated') throw new Error('Not an initiated fact.');
    const said: Initiated = fact.initiated;
    const times = { at: now, dueAt: now + 120_000 };
    const record = (by: PaymentStore, what: Initiated = said) => by.recordInitiated(place('order_A'), what, times);
    const dueAt = async (at: number) =>
      (await Promise.all(dueShards.map((shard) => store.due(shard, at, 100))))
        .flat()
        .filter(({ place: one }) => one.team === team);

    it('is kept as it was said first, and what is said later is compared with that', async () => {
      expect(await record(store)).toEqual({ outcome: 'stored', kept: said });
      expect(await record(store)).toEqual({ outcome: 'same', kept: said });
      expect(await record(store, { ...said, initiatedAt: said.initiatedAt + 9 })).toEqual({
        outcome: 'same',
        kept: said,
      });
      expect(await record(store, { ...said, amount: 1 })).toEqual({ outcome: 'different', kept: said });
      expect(await record(store, { ...said, assignedAdmin: null })).toEqual({ outcome: 'different', kept: said });
    });

    it('is stored by one of many at once, and the others are told what it said', async () => {
      const outcomes = await Promise.all([1, 2, 3, 4].map((amount) => record(store, { ...said, amount })));

      const [stored, ...others] = outcomes.sort((a, b) => (a.outcome < b.outcome ? 1 : -1));
      expect(stored?.outcome).toBe('stored');
      expect(others).toEqual(Array(3).fill({ outcome: 'different', kept: stored?.kept }));
    });

    it('whose reply was lost is called the same', async () => {
      expect(await record(unheard)).toEqual({ outcome: 'same', kept: said });
      expect(await factsOf('order_A')).toMatchObject([{ source: 'initiated', initiated: said }]);
    });

    it('is due until it is told, and again later when it was put off', async () => {
      await record(store);

      expect(await dueAt(times.dueAt)).toEqual([]);
      const [due] = await dueAt(times.dueAt + 1);
      expect(due?.place).toEqual(place('order_A'));
      if (due) await store.postpone(due, times.dueAt + 300_000);
      expect(await dueAt(times.dueAt + 1)).toEqual([]);
      expect(await dueAt(times.dueAt + 300_001)).toHaveLength(1);

      const told = await store.factsOf(place('order_A'), 'order_A');
      await store.clearDue(told.due);

      expect(await dueAt(times.dueAt + 400_000)).toEqual([]);
      if (due) await store.postpone(due, times.dueAt + 500_000);
      expect(await dueAt(times.dueAt + 600_000)).toEqual([]);
    });
  });

  describe('an id', () => {
    /** Claims as a worker does; answers also which threads it made to stop. */
    const claim = async (by: PaymentStore, thread: string, ids: readonly string[], at = now) => {
      const displaced: string[] = [];
      const claimed = await by.claim(place(thread), thread, ids, at, async (joined) => {
        displaced.push(joined);
      });
      return { ...claimed, displaced };
    };
    const threadOf = (id: string) => store.threadOf(place(id), id);
    /** What a worker does with a home whose facts name `ids`, however often its thread moves meanwhile. */
    const work = async (home: string, ids: readonly string[], at: number): Promise<string[]> => {
      const thread = (await threadOf(home)) ?? home;
      if (thread !== home) await store.adopt(place(thread), thread, home);
      const { thread: left, displaced } = await claim(store, thread, ids, at);
      return left === thread ? displaced : [...displaced, ...(await work(home, ids, at))];
    };
    const standing = async (thread: string) => {
      const { homes, pointers, joinedInto } = await store.factsOf(place(thread), thread);
      return { homes, pointers, joinedInto };
    };

    it('leads to the thread that has claimed it, and to none before', async () => {
      expect(await threadOf('pay_1')).toBeUndefined();

      expect(await claim(store, 'order_A', ['pay_1', 'pay_1'])).toEqual({
        thread: 'order_A',
        joined: false,
        since: now,
        displaced: [],
      });
      expect(await claim(store, 'order_A', ['pay_1', 'pay_2'], now + 5)).toMatchObject({
        thread: 'order_A',
        joined: false,
        since: now,
      });

      expect(await Promise.all(['order_A', 'pay_1', 'pay_2'].map(threadOf))).toEqual(Array(3).fill('order_A'));
    });

    it('of two threads joins the younger into the older, whichever of them meets it', async () => {
      await claim(store, 'order_A', ['pay_1'], now);
      await claim(store, 'order_B', [], now + 1);
      await store.adopt(place('order_B'), 'order_B', 'order_C');

      expect(await claim(store, 'order_B', ['pay_1'], now + 2)).toEqual({
        thread: 'order_A',
        joined: true,
        since: now + 1,
        displaced: ['order_B'],
      });
      expect(await threadOf('order_B')).toBe('order_A');
      expect(await standing('order_A')).toEqual({
        homes: ['order_A', 'order_B', 'order_C'],
        pointers: ['order_B'],
        joinedInto: undefined,
      });
      expect((await standing('order_B')).joinedInto).toBe('order_A');

      await store.clearPointer(place('order_A'), 'order_A', 'order_B');
      expect((await standing('order_A')).pointers).toEqual([]);
    });

    it('met by the older thread joins the younger just so', async () => {
      await claim(store, 'order_A', [], now);
      await claim(store, 'order_B', ['pay_1'], now + 1);

      expect(await claim(store, 'order_A', ['pay_1'], now + 2)).toEqual({
        thread: 'order_A',
        joined: true,
        since: now,
        displaced: ['order_B'],
      });
      expect(await threadOf('pay_1')).toBe('order_A');
    });

    it('leads on through threads that were joined one after the other', async () => {
      await claim(store, 'order_C', ['pay_3'], now + 2);
      await claim(store, 'order_B', ['pay_2', 'pay_3'], now + 1);
      await claim(store, 'order_A', ['pay_1'], now);
      await claim(store, 'order_B', ['pay_1'], now + 3);
      await claim(store, 'order_C', ['pay_1'], now + 4);

      expect(await Promise.all(['pay_3', 'order_C', 'order_B', 'order_A'].map(threadOf))).toEqual(
        Array(4).fill('order_A'),
      );
      expect((await standing('order_A')).homes.toSorted()).toEqual(['order_A', 'order_B', 'order_C']);
    });

    it('has the facts of both homes under the thread that is left before anybody is led there', async () => {
      await store.recordDelivery(place('order_A'), delivery(first, 'event00000001'));
      await store.recordDelivery(place('pay_1'), delivery(second, 'event00000002'));
      await claim(store, 'order_A', [], now);
      await claim(store, 'pay_1', [], now + 1);

      let seen: unknown;
      await store.claim(place('order_A'), 'order_A', ['pay_1'], now + 2, async (joined) => {
        seen = { joined, leads: await threadOf('pay_1'), facts: (await factsOf('order_A')).map(({ id }) => id) };
      });

      expect(seen).toEqual({ joined: 'pay_1', leads: 'pay_1', facts: ['event00000001', 'event00000002'] });
      expect(await threadOf('pay_1')).toBe('order_A');
    });

    it.each([
      ['at the same moment, each meeting the other', ['order_B'], ['order_A'], 0],
      ['each meeting the other, one a little later', ['order_B'], ['order_A'], 1],
      ['both meeting one payment', ['pay_1'], ['pay_1'], 0],
      ['both meeting two payments in opposite order', ['pay_1', 'pay_2'], ['pay_2', 'pay_1'], 1],
    ])('never joins two threads in opposite directions: %s', async (_, ofA, ofB, later) => {
      for (let round = 0; round < 4; round += 1) {
        const [a, b] = [`order_A${round}`, `order_B${round}`];
        const named = (ids: readonly string[]) => ids.map((id) => `${id}${round}`);

        const displaced = (await Promise.all([work(a, named(ofA), now), work(b, named(ofB), now + later)])).flat();
        await Promise.all([work(b, named(ofB), now + 5), work(a, named(ofA), now + 6)]);

        const left = (await threadOf(a)) ?? '';
        const other = left === a ? b : a;
        const all = [a, b, ...named(ofA), ...named(ofB)];
        expect([a, b]).toContain(left);
        expect(await Promise.all(all.map(threadOf))).toEqual(all.map(() => left));
        expect(await standing(left)).toMatchObject({ homes: [left, other], joinedInto: undefined });
        expect([left, undefined]).toContain((await standing(other)).joinedInto);
        expect(displaced.filter((one) => one !== other)).toEqual([]);
      }
    });

    it('of a crowd of threads leaves one', async () => {
      const crowd = ['order_A', 'order_B', 'order_C', 'pay_1', 'plink_1'];
      const wake = (thread: string, n: number) => work(thread, ['pay_1', 'plink_1'], now + n);

      await Promise.all(crowd.map(wake));
      await Promise.all(crowd.map(wake));

      const led = await Promise.all(crowd.map(threadOf));
      expect(new Set(led).size).toBe(1);
      expect((await standing(led[0] ?? '')).homes.toSorted()).toEqual([...crowd].sort());
    });

    it('is claimed and joined though every reply was lost', async () => {
      expect(await claim(unheard, 'order_A', ['pay_1'], now)).toMatchObject({ thread: 'order_A' });
      await claim(unheard, 'order_B', [], now + 1);

      expect(await claim(unheard, 'order_B', ['pay_1'], now + 2)).toMatchObject({ thread: 'order_A', joined: true });
      expect(await Promise.all(['order_A', 'order_B', 'pay_1'].map(threadOf))).toEqual(Array(3).fill('order_A'));
      expect((await standing('order_A')).homes).toEqual(['order_A', 'order_B']);
    });

    it('of one tenant or account leads nowhere in another', async () => {
      await claim(store, 'order_A', ['pay_1']);

      expect(await store.threadOf({ team, account: 'second' }, 'pay_1')).toBeUndefined();
      expect(await store.threadOf({ team: teamId(`${team}X`), account: 'live' }, 'pay_1')).toBeUndefined();
    });
  });
});
