/** App Home: what it shows, to whom, how much is read for it, and what its buttons do. */

import { beforeEach, describe, expect, it } from '@jest/globals';
import { alsoAtHome, type HomeAtDesk, openedAt } from '../../functions/desk/home.ts';
import { type ParkedAtDesk, parkedAt, parkedOf } from '../../functions/desk/parked.ts';
import { teamId, userId } from '../../shared/base/names.ts';
import type { Known, Person } from '../../shared/desk/asking.ts';
import { ParkedStore } from '../../shared/parked/store.ts';
import { AttentionStore } from '../../shared/payments/attention-store.ts';
import { DayStore } from '../../shared/payments/day-store.ts';
import { withoutColleague } from '../../shared/payments/nameless.ts';
import { watchTimes } from '../../shared/payments/watch.ts';
import { WatchStore } from '../../shared/payments/watch-store.ts';
import { Accounts } from '../../shared/razorpay/accounts.ts';
import { Held } from '../../shared/slack/held.ts';
import type { Press } from '../../shared/slack/inbound.ts';
import { ThreadLog } from '../../shared/slack/thread-log.ts';
import { Meanwhile } from '../support/meanwhile.ts';
import { openParking, type Parking } from '../support/parking.ts';
import { ids } from '../support/slack-world.ts';

const origin = 'https://war-room.example';
const arjun = userId(ids.arjun);

let all: Parking;
let accounts: string;
beforeEach(async () => {
  all = await openParking();
  const entry = { teamId: all.room.team.id, mode: 'live', webhook: { current: 's' }, keyId: 'k', keySecret: 's' };
  accounts = JSON.stringify({ live: entry });
});

const admin = { id: 'adm_arjun', name: 'Arjun Mehta', email: 'arjun@acme.example', managerId: null, active: true };
const known = (): Known => ({ kind: 'known', admin: admin as never, user: arjun });

/** The desk's parts for homes, each read of which passes through `reads`. */
function parts(reads = new Meanwhile()): HomeAtDesk & ParkedAtDesk {
  const { room } = all;
  const payments = reads.watch(room.table('payments'), 'payments');
  const messages = reads.watch(room.table('messages'), 'messages');
  const [calls, reports] = [reads.watch(room.table('calls'), 'calls'), reads.watch(room.table('reports'), 'reports')];
  const [log, clock] = [new ThreadLog(messages), { now: () => room.time.now() }];
  return {
    days: new DayStore(payments),
    attention: new AttentionStore(payments),
    parked: parkedOf(
      {
        payments: { parked: new ParkedStore(payments), queue: all.queue },
        calls: { parked: new ParkedStore(calls), queue: all.queue },
        reports: { parked: new ParkedStore(reports), queue: all.queue },
      },
      { log, clock, store: all.store },
    ),
    watches: new WatchStore(payments, watchTimes({})),
    held: new Held(messages, 3_600_000),
    log,
    installations: reads.watch(room.installations, 'installations'),
    accounts: { value: async () => Accounts.parse(accounts) },
    team: (team) => room.installations.team(team),
    slack: room.asking,
    clock,
    report: () => undefined,
    origin,
  };
}

/** Somebody opens the home; answers the blocks that they see. */
async function open(person: Person = known(), from = parts()) {
  const event = { type: 'app_home_opened', user: arjun, tab: 'home' };
  await openedAt(from)({ kind: 'event', id: 'Ev1', app: 'A0WARROOM', team: all.room.team.id, at: 0, event }, person);
  return seen();
}

type Block = {
  readonly type: string;
  readonly text?: { readonly text: string };
  readonly elements?: readonly Element[];
};
type Element = { readonly text: string; readonly action_id?: string; readonly value?: string };

const blocks = () => (all.room.front.control.as(arjun).home()?.content.blocks ?? []) as readonly Block[];
/** Every line of the home, as Slack's markup has it. */
const seen = () =>
  blocks().flatMap(({ text, elements }) => [
    ...(text ? [text.text] : []),
    ...(elements ?? []).flatMap(({ text: words }) => (typeof words === 'string' ? [words] : [])),
  ]);
const buttons = () => blocks().flatMap(({ type, elements }) => (type === 'actions' ? (elements ?? []) : []));

/** A button of the home is pressed. */
const press = (id: string, value: string | undefined, pressId = 'press-1', from = parts()) => {
  const view = { id: 'V1', hash: 'h', callbackId: 'home', metadata: '', values: {} };
  const pressed: Press = {
    ...{ kind: 'press', id: pressId, team: all.room.team.id, user: arjun, at: 0, triggerId: 't' },
    ...{ action: { id, block: 'b', value }, view },
  };
  const handle = parkedAt(from)[id as 'parked.retry'];
  return alsoAtHome(handle, from)(pressed, known());
};

describe('a home', () => {
  it('says so where there is nothing', async () => {
    const lines = await open();

    expect(lines.slice(0, 4)).toEqual([
      'Needs attention',
      '✅ Nothing needs attention now.',
      'Payments today',
      'None yet.',
    ]);
    expect(lines.join('\n')).toContain('Messages about your learners come from you');
    expect(lines.join('\n')).toContain('Razorpay live (live)');
  });

  it('shows the payments of the day as they stand, the newest first, with the ways to their threads', async () => {
    await all.pay('1');
    await all.settle();
    all.room.time.advance(1_000);
    await all.pay('2');
    await all.settle();
    all.room.time.advance(86_400_000);
    expect(await open()).toContain('None yet.');
    await all.pay('3');
    await all.settle();

    const lines = await open();

    expect(lines).toContain('✅ 1 paid');
    expect(lines).toContain('Received: ₹45,000.00');
    expect(lines.join('\n')).toMatch(
      /✅ \*Paid\* · ₹45,000\.00 · Unknown payer · <!date\^\d+\^\{time\}\|10:42 IST> · </,
    );
    const roots = all.room.front.control.messages(ids.payments).filter(({ threadTs }) => threadTs === undefined);
    expect(lines.join('\n')).toContain(`/archives/${ids.payments}/p${roots.at(-1)?.ts.replace('.', '')}|thread>`);
  });

  it('shows what needs somebody: parked with Retry and Ignore, and held channels', async () => {
    all.refuse();
    await all.pay('1');
    await all.pay('2');
    await all.settle();
    all.mend();
    all.room.front.control.archive(ids.payments);
    await all.pay('3');
    await all.settle();

    const lines = (await open()).join('\n');

    expect(lines).toContain('🛑 *Parked* · 2 payments not told in Slack');
    expect(lines).toContain('Show them>');
    expect(lines).toContain(`⏸️ *Messages are waiting* for <#${ids.payments}> · 1 thread waits`);
    expect(buttons().map(({ action_id }) => action_id)).toEqual(['parked.retry', 'parked.ignore']);
  });

  it('says what is broken first, with the remedy', async () => {
    const { room } = all;
    const mine = await room.installations.user(room.team.id, arjun);
    if (mine) await room.installations.markDead(room.team.id, mine, room.time.now(), 'token_revoked');
    accounts = '{}';

    const lines = await open();

    expect(lines[0]).toBe('🔑 *Messages no longer come from you*');
    expect(lines[1]).toContain(`<${origin}/slack/install?as=me&amp;team=${room.team.id}|Connect once more>`);
    expect(lines[2]).toBe('🔌 *No Razorpay account* belongs to this workspace yet');
  });

  it('opens where the accounts cannot be read', async () => {
    const broken = { ...parts(), accounts: { value: () => Promise.reject(new Error('Away.')) } };

    expect((await open(known(), broken)).join('\n')).toContain('*Razorpay accounts cannot be read* just now');
  });

  it.each(['nobody', 'unconfirmed', 'stranger'] as const)(
    'tells %s why they see nothing, and reads nothing',
    async (why) => {
      await all.pay('1');
      await all.settle();
      const reads = new Meanwhile();

      const lines = await open({ kind: 'unknown', why }, parts(reads));

      expect(lines[0]).toBe('War Room');
      expect(lines.join('\n')).not.toMatch(/₹|Paid|Razorpay|#/);
      expect(reads.calls).toEqual(['installations.bot', 'installations.team']);
    },
  );

  it('is not shown on the other tab, nor where the app is gone', async () => {
    const event = { type: 'app_home_opened', user: arjun, tab: 'messages' };
    await openedAt(parts())(
      { kind: 'event', id: 'Ev1', app: 'A0WARROOM', team: all.room.team.id, at: 0, event },
      known(),
    );
    await openedAt(parts())(
      { kind: 'event', id: 'Ev1', app: 'A0WARROOM', team: teamId('T0GONE'), at: 0, event: { ...event, tab: 'home' } },
      known(),
    );

    expect(seen()).toEqual([]);
  });
});

describe('a button of a home', () => {
  const parkTwo = async () => {
    all.refuse();
    await all.pay('1');
    await all.pay('2');
    await all.settle();
    all.mend();
    await open();
    return buttons()[0]?.value;
  };

  it('does what it says, and shows the home anew with what came of it', async () => {
    const value = await parkTwo();

    expect(await press('parked.retry', value)).toBeUndefined();

    expect(seen()[0]).toBe(
      '2 payments are looked at again now. What fails again is parked again, and told in the ops channel.',
    );
    expect(buttons()).toEqual([]);
    await all.settle();
    expect(all.told()).toHaveLength(2);
  });

  it('is kept with the id of who decided beside their name, by which the name can be erased', async () => {
    const value = await parkTwo();
    await press('parked.retry', value);

    const partition = `${all.room.team.id}##parked`;
    const [kept] = await all.room.table('payments').query(partition, 'press#');
    const { id, name } = known().admin;
    expect(kept?.['by']).toEqual({ id, name });
    expect(withoutColleague(kept, { id, name: undefined })?.['by']).toEqual({ id, name: '' });
  });

  it('of a home that is old is answered with how it stands, and a fresh home', async () => {
    const value = await parkTwo();
    await press('parked.retry', value);

    expect(await press('parked.ignore', value, 'press-2')).toBeUndefined();

    expect(seen()[0]).toMatch(/^Nothing waits here any more: Arjun M\. had it tried again/);
    expect(seen()).toContain('✅ Nothing needs attention now.');
  });

  it.each([undefined, '', 'x', 'failed-too-often#12#3', '#1'])(
    'with the value %p is a button of yesterday',
    async (value) => {
      await press('parked.retry', value);

      expect(seen()[0]).toMatch(/^This button does nothing any more/);
    },
  );

  it('does nothing for another team: the value names no team, the envelope does', async () => {
    const value = await parkTwo();
    const from = parts();
    const message = { channel: ids.ops as never, ts: '1.1' as never };
    const pressed = { kind: 'press', id: 'p', team: teamId('T0OTHER'), user: arjun, at: 0, triggerId: 't' } as const;
    const response = await parkedAt(from)['parked.retry'](
      { ...pressed, action: { id: 'parked.retry', block: 'b', value }, message },
      known(),
    );

    expect(response?.content.text).toBe('Nothing waits here any more.');
    expect(await all.parked.waiting(all.room.team.id)).toHaveLength(2);
  });
});

describe('what is read for a home', () => {
  it.each([0, 100, 2_000])(
    'is a handful of reads by key, and no scan, with %d payments a day',
    async (count) => {
      const { team } = all.room;
      const days = new DayStore(all.room.table('payments'));
      const shown = {
        mark: '✅',
        state: 'Paid',
        subject: '₹45,000.00',
        standing: 'paid',
        received: 4_500_000,
        currency: 'INR',
      } as const;
      for (let n = 0; n < count; n += 1) {
        const seen = { thread: `order_${n}`, since: all.room.time.now() - n, facts: 1 };
        await days.follow({ team: team.id, account: 'live' }, seen, shown);
      }
      const reads = new Meanwhile();

      const lines = await open(known(), parts(reads));

      expect(reads.calls.toSorted()).toEqual(
        [
          'installations.bot',
          'installations.connection',
          'installations.team',
          // The threads that are named, in one call.
          'messages.getMany',
          // Holds.
          'messages.query',
          // The webhook of the one account.
          'payments.get',
          // The day, what needs somebody, what is parked.
          ...['payments.query', 'payments.query', 'payments.query', 'calls.query', 'reports.query'],
        ].toSorted(),
      );
      if (count > 0) expect(lines).toContain(`✅ ${count.toLocaleString('en-IN')} paid`);
      if (count > 12) expect(lines).toContain(`And ${(count - 12).toLocaleString('en-IN')} more.`);
      expect(blocks().length).toBeLessThan(60);
    },
    30_000,
  );
});
