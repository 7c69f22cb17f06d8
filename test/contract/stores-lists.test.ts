/** The lists by which people see many payments at once, on each database that can run here. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { channelId, type TeamId, teamId } from '../../shared/base/names.ts';
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
});
