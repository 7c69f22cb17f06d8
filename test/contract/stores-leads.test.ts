/** What is kept of leads and of their instalments, on each database that can run here. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type TeamId, teamId } from '../../shared/base/names.ts';
import { InstalmentStore, type Saying } from '../../shared/payments/instalment-store.ts';
import { LeadStore, leadShards } from '../../shared/payments/lead-store.ts';
import type { Instalment } from '../../shared/payments/route.ts';
import { factDays, PaymentStore } from '../../shared/payments/store.ts';
import { databasesHere, type Tables } from '../support/databases.ts';

const now = Date.UTC(2026, 10, 20, 5, 12);
const arjun = { id: 'adm_arjun', name: 'Arjun Mehta' };
const meera = { id: 'adm_meera', name: 'Meera Thomas' };
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

  describe('a lead', () => {
    const during = (at: number) => ({ at, dueAt: at + 120_000 });
    let leads: LeadStore;
    let unheard: LeadStore;
    beforeEach(() => {
      leads = new LeadStore(tables.table('payments'));
      unheard = new LeadStore(tables.losingReplies('payments'));
    });
    const priya = (owner: typeof arjun | null) => ({ name: 'Priya Sharma', owner });

    it('is as it was said last, with the time at which its owner was named', async () => {
      expect(await leads.lead(team, 'lead_1')).toBeUndefined();

      await leads.say(team, 'lead_1', priya(arjun), during(now));
      await leads.say(team, 'lead_1', priya(null), during(now + 5));

      expect(await leads.lead(team, 'lead_1')).toMatchObject({
        name: 'Priya Sharma',
        owner: null,
        at: now + 5,
        former: arjun,
      });
      expect(await leads.lead(team, 'lead_2')).toBeUndefined();
      expect(await leads.lead(teamId(`${team}X`), 'lead_1')).toBeUndefined();
    });

    it('keeps the time of an owner who is named again, also under another name of the lead', async () => {
      await leads.say(team, 'lead_1', priya(arjun), during(now));
      await leads.say(team, 'lead_1', priya(arjun), during(now + 5));
      const renamed = await leads.say(team, 'lead_1', { name: 'Priya Rao', owner: arjun }, during(now + 6));

      expect(renamed).toMatchObject({ name: 'Priya Rao', owner: arjun, at: now, former: null });
      expect(await leads.lead(team, 'lead_1')).toEqual(renamed);
    });

    it('gets a later time with every owner, though clocks tie or run behind', async () => {
      const kept = [];
      for (const [owner, at] of [
        [arjun, now],
        [meera, now],
        [arjun, now - 60_000],
        [null, now],
      ] as const) {
        kept.push((await leads.say(team, 'lead_1', priya(owner), during(at))).at);
      }

      expect(kept).toEqual([now, now + 1, now + 2, now + 3]);
    });

    it('ends with the newest of many who speak at once, each with a time of its own', async () => {
      const owners = Array.from({ length: 6 }, (_, n) => ({ id: `adm_${n}`, name: `Admin ${n}` }));

      const said = await Promise.all(owners.map((owner) => leads.say(team, 'lead_1', priya(owner), during(now))));

      const newest = said.toSorted((a, b) => b.at - a.at)[0];
      expect(new Set(said.map(({ at }) => at)).size).toBe(6);
      expect(await leads.lead(team, 'lead_1')).toEqual(newest);
    });

    it('is said once though the reply to every write is lost', async () => {
      expect(await unheard.say(team, 'lead_1', priya(arjun), during(now))).toMatchObject({ owner: arjun, at: now });
      expect(await unheard.say(team, 'lead_1', priya(meera), during(now))).toMatchObject({ owner: meera, at: now + 1 });
      await unheard.addPayment(team, 'lead_1', { account: 'live', orderId: 'order_1', plan: undefined }, now);

      expect(await leads.lead(team, 'lead_1')).toMatchObject({ owner: meera, at: now + 1 });
      expect(await leads.paymentsOf(team, 'lead_1')).toHaveLength(1);
    });

    it('has its payments of all accounts, each once, with the plan of an instalment', async () => {
      const part = { account: 'live', orderId: 'order_1', plan: 'crs#1' };
      const full = { account: 'test', orderId: 'order_1', plan: undefined };
      for (const payment of [part, full, part]) await leads.addPayment(team, 'lead#1', payment, now);
      await leads.say(team, 'lead#1', priya(arjun), during(now));

      expect(await leads.paymentsOf(team, 'lead#1')).toEqual([part, full]);
      expect(await leads.paymentsOf(team, 'lead')).toEqual([]);
    });

    it('is due until it is passed on, and with every owner anew', async () => {
      const dueAt = async (at: number) => {
        const due = await Promise.all(leadShards.map((shard) => leads.due(shard, at, 100)));
        return due.flat().filter((each) => each.team === team);
      };
      const first = await leads.say(team, 'lead##lead#1', priya(arjun), during(now));
      const [due] = await dueAt(now + 120_001);
      expect(due).toMatchObject({ team, leadId: 'lead##lead#1' });

      if (due) await leads.postpone(due, now + 600_000);
      expect(await dueAt(now + 120_001)).toEqual([]);
      await leads.say(team, 'lead##lead#1', priya(meera), during(now + 1));
      await leads.passed(team, 'lead##lead#1', first.at);
      expect(await dueAt(now + 120_002)).toHaveLength(1);
      await leads.passed(team, 'lead##lead#1', now + 1);

      expect(await dueAt(now + 900_000)).toEqual([]);
      expect((await leads.say(team, 'lead##lead#1', priya(meera), during(now + 2))).passing).toBeUndefined();
      if (due) await leads.postpone(due, now);
      expect(await dueAt(now + 900_000)).toEqual([]);
    });

    it('goes on being passed on from where it was left, and is left by whoever finds another owner, or another at work', async () => {
      const rows = ['order_1', 'order_2', 'order_3'];
      for (const orderId of rows)
        await leads.addPayment(team, 'lead_1', { account: 'live', orderId, plan: undefined }, now);
      const lead = await leads.say(team, 'lead_1', priya(arjun), during(now));
      const to = { after: 'thread#live#order_2', open: [], more: 0, named: null };
      const left = async () => {
        const pages = [];
        for await (const page of leads.paymentsAfter(
          team,
          'lead_1',
          (await leads.lead(team, 'lead_1'))?.passing?.after ?? '',
        ))
          pages.push(...page.map(({ orderId }) => orderId));
        return pages;
      };

      expect(await left()).toEqual(rows);
      expect(await leads.advance(team, 'lead_1', lead, to)).toBe(true);
      expect(await left()).toEqual(['order_3']);
      expect(await leads.advance(team, 'lead_1', lead, { ...to, after: 'thread#live#order_3' })).toBe(false);
      await leads.say(team, 'lead_1', priya(meera), during(now));
      expect(await leads.advance(team, 'lead_1', { ...lead, passing: to }, to)).toBe(false);
      expect(await left()).toEqual(rows);
    });

    it('forgets a payment when its facts are forgotten, and never who looks after it', async () => {
      await leads.addPayment(team, 'lead_1', { account: 'live', orderId: 'order_1', plan: undefined }, now);
      await leads.say(team, 'lead_1', priya(arjun), during(now));

      const items = await tables.table('payments').query(`${team}##lead#lead_1`);
      expect(items.map(({ expires }) => expires)).toEqual([undefined, Math.floor(now / 1000) + factDays * 86_400]);
    });
  });

  describe('a note of something that holds for long', () => {
    it('is kept as long as the facts that come with it', async () => {
      const store = new PaymentStore(tables.table('payments'));
      const place = { team, account: 'live', home: 'order_1' };
      const [note, year] = [{ kind: 'owner', owner: arjun } as const, 365 * 86_400_000];

      await store.recordNote(place, 'owner#1', note, now - year, now);

      const [item] = await tables.table('payments').query(`${team}#live#order_1`);
      expect(item).toMatchObject({ at: now - year, expires: Math.floor(now / 1000) + factDays * 86_400 });
    });
  });

  describe('an instalment', () => {
    let instalments: InstalmentStore;
    const place = () => ({ team, account: 'live' });
    const instalment = (number: number, amount = 4_500_000): Instalment => ({
      orderId: `order_${number}`,
      courseId: 'crs_1',
      number,
      of: 3,
      amount,
      planTotal: 13_500_000,
    });
    const saying = (number: number, more: Partial<Saying> = {}): Saying => ({
      instalment: instalment(number),
      facts: 3,
      now,
      permalink: undefined,
      ...more,
    });
    const completed = async (leadId = 'lead_1') =>
      (await instalments.completedBy(place(), leadId)).map((each) => each.instalment);
    beforeEach(() => {
      instalments = new InstalmentStore(tables.table('instalments'));
    });

    it('is kept once for an order, under its learner', async () => {
      const unheard = new InstalmentStore(tables.losingReplies('instalments'));
      await instalments.keep(place(), 'lead_1', saying(1));
      await instalments.keep(place(), 'lead_1', saying(2));
      await instalments.keep(place(), 'lead_1', saying(1, { facts: 4, now: now + 9 }));
      expect(await unheard.keep(place(), 'lead_1', saying(3))).toMatchObject({ at: now, isNews: true });

      expect(await completed()).toEqual([instalment(1), instalment(2), instalment(3)]);
      expect(await completed('lead_2')).toEqual([]);
    });

    it('comes in the order in which it was completed first, whatever became of it since', async () => {
      await instalments.keep(place(), 'lead_1', saying(2));
      await instalments.keep(place(), 'lead_1', saying(1, { now: now + 5 }));
      const changed = { facts: 4, now: now + 9, instalment: instalment(2, 1) };
      expect(await instalments.keep(place(), 'lead_1', saying(2, changed))).toMatchObject({
        completedAt: now,
        at: now + 9,
      });

      expect(await completed()).toEqual([instalment(2, 1), instalment(1)]);
    });

    it('that was never completed leaves nothing', async () => {
      expect(await instalments.keep(place(), 'lead_1', saying(1, { instalment: instalment(1, 0) }))).toBeUndefined();

      expect(await tables.table('instalments').query(`${team}#live#lead#lead_1`)).toEqual([]);
    });

    it('of which all was given back is completed no more', async () => {
      await instalments.keep(place(), 'lead_1', saying(1));
      const kept = await instalments.keep(place(), 'lead_1', saying(1, { instalment: instalment(1, 0), facts: 4 }));

      expect(kept).toMatchObject({ isNews: true, at: now + 1 });
      expect(await completed()).toEqual([]);
    });

    it('is not set back by a pass that has read fewer facts', async () => {
      await instalments.keep(place(), 'lead_1', saying(1, { facts: 5, instalment: instalment(1, 1_000_000) }));
      await instalments.keep(place(), 'lead_1', saying(1, { facts: 4 }));
      expect(await completed()).toEqual([instalment(1, 1_000_000)]);
      const both = [6, 7].map((facts) => saying(1, { facts, instalment: instalment(1, facts) }));
      await Promise.all(both.map((one) => instalments.keep(place(), 'lead_1', one)));

      expect(await completed()).toEqual([instalment(1, 7)]);
    });

    it('is news until it was spread, and again when it comes to stand otherwise', async () => {
      const first = await instalments.keep(place(), 'lead_1', saying(1));
      if (!first) throw new Error('It was not kept.');
      await instalments.spread(place(), first);
      expect(await instalments.keep(place(), 'lead_1', saying(1, { facts: 4 }))).toMatchObject({ isNews: false });

      await instalments.keep(place(), 'lead_1', saying(1, { facts: 5, instalment: instalment(1, 1) }));
      await instalments.spread(place(), first);

      expect(
        await instalments.keep(place(), 'lead_1', saying(1, { facts: 6, instalment: instalment(1, 1) })),
      ).toMatchObject({
        isNews: true,
      });
    });

    it('keeps the address at which it was told first', async () => {
      const kept = await instalments.keep(place(), 'lead_1', saying(1));
      if (!kept) throw new Error('It was not kept.');
      await instalments.link(place(), kept, 'https://acme.slack.com/archives/C1/p1');
      await instalments.link(place(), kept, 'https://acme.slack.com/archives/C1/p2');

      expect(await instalments.completedBy(place(), 'lead_1')).toMatchObject([
        { permalink: 'https://acme.slack.com/archives/C1/p1' },
      ]);
    });

    it('of a test account is none of a live one', async () => {
      await instalments.keep({ team, account: 'test' }, 'lead_1', saying(1));

      expect(await completed()).toEqual([]);
      expect(await instalments.completedBy({ team, account: 'test' }, 'lead_1')).toHaveLength(1);
    });
  });
});
