/** The lists by which people see many payments at once, on each database that can run here. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { channelId, type TeamId, teamId } from '../../shared/base/names.ts';
import type { ParkedRecord } from '../../shared/parked/record.ts';
import { ParkedStore } from '../../shared/parked/store.ts';
import { AttentionStore } from '../../shared/payments/attention-store.ts';
import { type Concern, noConcern } from '../../shared/payments/concern.ts';
import { DayStore, type Shown } from '../../shared/payments/day-store.ts';
import { databasesHere, type Tables } from '../support/databases.ts';
import { Meanwhile } from '../support/meanwhile.ts';

/** 20 November 2026, 10:42 in India. */
const now = Date.UTC(2026, 10, 20, 5, 12);
const today = '2026-11-20';
let teams = 0;

describe.each(await databasesHere())('on $name', ({ start }) => {
  let tables: Tables;
  let team: TeamId;

  beforeAll(async () => {
    tables = await start();
  });
  afterAll(() => tables.stop());
  beforeEach(() => {
    teams += 1;
    team = teamId(`T${teams}`);
  });
  const place = () => ({ team, account: 'live' });

  describe('the payments of a day', () => {
    let days: DayStore;
    beforeEach(() => {
      days = new DayStore(tables.table('payments'));
    });

    const shown = (state: string): Shown => {
      const summary = { mark: '🟡', state, subject: '₹45,000.00 · Priya S.' };
      return { ...summary, standing: 'initiated', received: 0, currency: 'INR' };
    };
    const seen = (thread: string, facts: number, since = now) => ({ thread, since, facts });
    const states = async () => (await days.payments(team, today, 100)).map(({ thread, state }) => `${thread} ${state}`);
    const routed = {
      payment: { courseType: 'bootcamp', kind: 'full', completedInstalments: 0, assigned: true, amount: 1 },
      destination: { channel: channelId('C1'), row: 'all', why: 'It is.' },
    } as const;

    it('are the threads that were first told on it, the newest first, each as it stands', async () => {
      await days.follow(place(), seen('order_1', 1), shown('Initiated'));
      await days.follow(place(), seen('order_2', 1, now + 1), shown('Initiated'));
      await days.follow(place(), seen('order_3', 1, now + 86_400_000), shown('Initiated'));
      await days.follow(place(), seen('order_1', 2), shown('Paid'));

      expect(await states()).toEqual(['order_2 Initiated', 'order_1 Paid']);
      expect(await days.payments(teamId('T0STRANGER'), today, 100)).toEqual([]);
    });

    it('do not go back where a worker that knew less writes last', async () => {
      await days.follow(place(), seen('order_1', 3), shown('Paid'));
      await days.follow(place(), seen('order_1', 2), shown('Failed'));
      await days.record(place(), seen('order_1', 1), routed, shown('Initiated'));

      expect(await states()).toEqual(['order_1 Paid']);
    });

    it('are read and not written where nothing changed', async () => {
      await days.follow(place(), seen('order_1', 2), shown('Paid'));
      const calls = new Meanwhile();

      await new DayStore(calls.watch(tables.table('payments'), 'payments')).follow(
        place(),
        seen('order_1', 3),
        shown('Paid'),
      );

      expect(calls.calls).toEqual(['payments.get']);
    });

    it('are without those that are told in another thread, whatever is written of them later', async () => {
      await days.follow(place(), seen('order_1', 1), shown('Paid'));
      await days.join(place(), { thread: 'order_1', since: now });
      await days.join(place(), { thread: 'order_2', since: now });
      await days.record(place(), seen('order_1', 2), routed, shown('Paid'));
      await days.follow(place(), seen('order_2', 2), shown('Paid'));

      expect(await states()).toEqual([]);
      expect(await days.of(team, today, 100)).toEqual([{ account: 'live', thread: 'order_1', ...routed }]);
    });
  });

  describe('what needs somebody', () => {
    let attention: AttentionStore;
    beforeEach(() => {
      attention = new AttentionStore(tables.table('payments'));
    });

    const concern = (id: string, more: Partial<Concern> = {}): Concern => {
      return { kind: 'dispute', id, subject: '₹45,000.00', since: 1_000, isOver: false, ...more };
    };
    const follow = (facts: number, ...concerns: Concern[]) =>
      attention.follow(place(), { thread: 'order_1', facts }, concerns, now);
    const ids = async () => (await attention.of(team)).map(({ id }) => id);

    it('is listed while it lasts, what is due soonest first', async () => {
      await follow(1, concern('disp_1', { by: 3_000 }), concern('disp_2', { by: 2_000 }), concern('disp_3'));
      expect(await ids()).toEqual(['disp_3', 'disp_2', 'disp_1']);

      await follow(2, concern('disp_1', { by: 3_000, isOver: true }), concern('disp_2', { by: 4_000 }));

      expect(await attention.of(team)).toEqual([
        { ...concern('disp_3'), account: 'live', thread: 'order_1' },
        { ...concern('disp_2', { by: 4_000 }), account: 'live', thread: 'order_1' },
      ]);
      expect(await attention.of(teamId('T0STRANGER'))).toEqual([]);
    });

    it('does not begin again where a worker that knew less writes last, even before it was listed', async () => {
      await follow(3, concern('disp_1', { isOver: true }), noConcern('order_1'));
      await follow(2, concern('disp_1'), { ...noConcern('order_1'), isOver: false });

      expect(await ids()).toEqual([]);
    });

    it('is read and not written where nothing changed', async () => {
      await follow(2, concern('disp_1', { by: 3_000 }));
      const calls = new Meanwhile();
      const watched = new AttentionStore(calls.watch(tables.table('payments'), 'payments'));

      await watched.follow(place(), { thread: 'order_1', facts: 3 }, [concern('disp_1', { by: 3_000 })], now + 1);

      expect(calls.calls).toEqual(['payments.get']);
    });
  });

  describe('what is parked', () => {
    let parked: ParkedStore;
    beforeEach(() => {
      parked = new ParkedStore(tables.table('payments'));
    });

    const record = (home: string, code = 'failed-too-often'): ParkedRecord => {
      return { team, subject: `live#${home}`, code, why: `It failed: ${home}.`, since: now - 5, attempts: 8 };
    };
    const letter = (id: string, at = now) => ({ id, sentAt: at, at });
    const states = async (since: number) =>
      (await parked.of(team, { code: 'failed-too-often', since })).map(({ subject, state }) => `${subject} ${state}`);

    it('is kept once for each letter, as part of the episode that waits, or else of the next', async () => {
      expect(await parked.keep(record('order_1'), letter('m1'))).toEqual({
        episodes: [{ code: 'failed-too-often', since: now }],
        isNews: true,
      });
      expect(await parked.keep(record('order_1'), letter('m1', now + 1))).toMatchObject({ isNews: false });
      await parked.keep(record('order_2'), letter('m2', now + 2));
      await parked.keep(record('order_3', 'unreadable'), letter('m3', now + 3));
      expect(await states(now)).toEqual(['live#order_1 waiting', 'live#order_2 waiting']);
      expect((await parked.waiting(team)).map(({ code, subject }) => `${code} ${subject}`)).toHaveLength(3);
      expect(await parked.count(teamId('T0STRANGER'))).toBe(0);

      for (const one of await parked.of(team, { code: 'failed-too-often', since: now })) {
        expect(await parked.ignore(one, 'p1', now)).toBe(true);
      }
      const { episodes } = await parked.keep(record('order_2'), letter('m4', now + 9));

      expect(episodes).toEqual([{ code: 'failed-too-often', since: now + 9 }]);
      expect(await states(now)).toEqual(['live#order_1 ignored']);
      expect(await states(now + 9)).toEqual(['live#order_2 waiting']);
      const [again] = await parked.of(team, { code: 'failed-too-often', since: now + 9 });
      expect(again).toEqual({
        ...record('order_2'),
        ...{ state: 'waiting', episode: now + 9, parking: 'm4', times: 2, press: undefined, solvedAt: undefined },
      });
    });

    it('goes to one press, which another may take over until its wake is sent', async () => {
      await parked.keep(record('order_1'), letter('m1'));
      const [one] = await parked.of(team, { code: 'failed-too-often', since: now });
      if (!one) throw new Error('It was not kept.');

      expect(await parked.begin(one, 'p1')).toBe(true);
      expect(await parked.ignore(one, 'p2', now)).toBe(false);
      expect(await parked.begin(one, 'p2')).toBe(true);
      expect(await parked.sent(one, 'p1', now)).toBe(false);
      expect(await states(now)).toEqual(['live#order_1 retrying']);
      expect(await parked.sent(one, 'p2', now)).toBe(true);
      expect(await parked.begin(one, 'p3')).toBe(false);
      expect(await states(now)).toEqual(['live#order_1 retried']);
    });

    it('remembers each decision once, in their order', async () => {
      const episode = { code: 'failed-too-often', since: now };
      const retry = {
        id: 'sha256:p#1',
        kind: 'retry',
        by: { id: 'adm_kavya', name: 'Kavya Rao' },
        at: now + 5,
        records: 2,
      } as const;
      const ignore = {
        id: 'p2',
        kind: 'ignore',
        by: { id: 'adm_meera', name: 'Meera Thomas' },
        at: now + 1,
        records: 1,
      } as const;
      for (const press of [retry, ignore, { ...retry, records: 9 }]) await parked.decide(team, episode, press);

      expect(await parked.presses(team, episode)).toEqual([ignore, retry]);
      expect(await parked.press(team, episode, retry.id)).toEqual(retry);
      expect(await parked.press(team, episode, 'p3')).toBeUndefined();
    });

    it('waits for nobody once it was told, whatever was parked before that', async () => {
      const { code } = record('order_1');
      await parked.keep(record('order_1'), letter('m1'));
      expect(await parked.solve({ team, code, subject: 'live#order_1' }, now + 5)).toEqual({ code, since: now });
      expect(await parked.solve({ team, code, subject: 'live#order_2' }, now + 5)).toBeUndefined();

      await parked.keep(record('order_1'), letter('m2', now + 4));
      await parked.keep(record('order_2'), letter('m3', now + 4));
      expect(await parked.waiting(team)).toEqual([]);

      await parked.keep(record('order_2'), letter('m4', now + 6));
      expect(await parked.waiting(team)).toEqual([expect.objectContaining({ subject: 'live#order_2', times: 1 })]);
    });
  });
});
