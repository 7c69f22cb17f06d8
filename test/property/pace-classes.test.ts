/** Payments before calls before reports, in whatever lane they meet: how long a payment waits at most, and that nobody waits for ever. */
import { describe, expect, it } from '@jest/globals';
import { memoryDatabase } from '../../lib/local/memory-database.ts';
import { seededRandom } from '../../lib/local/stories.ts';
import { Table } from '../../shared/aws/table.ts';
import { Retry } from '../../shared/base/errors.ts';
import { channelId, teamId } from '../../shared/base/names.ts';
import type { Wanted } from '../../shared/slack/agenda.ts';
import { type Lane, Pace, type PaceClass, type Rate } from '../../shared/slack/pace.ts';
import { body, message } from '../../shared/slack/text.ts';
import { outboxTimes } from '../../shared/slack/times.ts';
import { startRoom } from '../support/room.ts';
import { ids } from '../support/slack-world.ts';

const times = outboxTimes({});
const team = teamId('T1');
const lanes: readonly [string, Lane, Rate][] = [
  ['a channel', { team, channel: channelId('C1') }, times.post],
  ["a workspace's edits", { team, method: 'edit' }, times.edit],
];

/** Somebody who wants calls of a lane: at least `apartMs` apart and now and then, or more as soon as the last were granted. */
type Asker = { readonly as: PaceClass; readonly count: number; readonly apartMs?: number };

type Call = { readonly as: PaceClass; readonly at: number; readonly waitedMs: number };

/** Plays so long (ms) with a lane. Who is sent away comes back when told to: nobody could ask at a worse moment for the others. */
async function played(lane: Lane, rate: Rate, forMs: number, askers: readonly Asker[], seed = 1): Promise<Call[]> {
  const pace = new Pace(new Table(memoryDatabase(), 'messages'));
  const random = seededRandom(seed);
  const began = 1_000_000;
  const waiting = askers.map((asker) => ({ asker, since: began, at: began }));
  const calls: Call[] = [];
  for (;;) {
    // The least important asks first, where several ask at one moment.
    const next = waiting.toSorted((a, b) => a.at - b.at || (a.asker.as > b.asker.as ? -1 : 1))[0];
    if (!next || next.at > began + forMs) return calls;
    const { as, count, apartMs } = next.asker;
    const turn = await pace.reserve(lane, rate, { count, now: next.at, patienceMs: times.patienceMs, as });
    if (turn.granted) {
      const start = next.at + turn.waitMs;
      for (let n = 0; n < turn.count; n += 1) {
        calls.push({ as, at: start + n * rate.intervalMs, waitedMs: start - next.since });
      }
      next.at += apartMs === undefined ? 1 : apartMs * (1 + 5 * random());
      next.since = next.at;
    } else {
      next.at += Math.max(1, turn.waitMs);
    }
  }
}

const of = (calls: readonly Call[], as: PaceClass) => calls.filter((call) => call.as === as);
const longest = (calls: readonly Call[]) => Math.max(...calls.map(({ waitedMs }) => waitedMs));
const backlog = (as: PaceClass): Asker[] => Array.from({ length: 3 }, () => ({ as, count: 5 }));
const minutes = 60_000;

describe.each(lanes)('in %s', (name, lane, rate) => {
  const whole = (10 * minutes) / rate.intervalMs;

  it('a payment is never sent away for a backlog of calls and reports, and waits two seconds at most', async () => {
    const waits: number[] = [];
    for (const seed of [1, 2]) {
      const askers = [
        ...backlog('calls'),
        ...backlog('reports'),
        { as: 'payments', count: 1, apartMs: 7_000 } as const,
      ];
      const payments = of(await played(lane, rate, 10 * minutes, askers, seed), 'payments');
      expect(payments.length).toBeGreaterThan(15);
      waits.push(longest(payments));
    }

    console.log(`${name}: payments waited ${Math.max(...waits)} ms at most behind a backlog of calls and reports`);
    expect(Math.max(...waits)).toBeLessThanOrEqual(lane === lanes[0]?.[1] ? times.patienceMs : 0);
  });

  it('a backlog of payments keeps four fifths, and calls and reports get through all the same', async () => {
    const askers = [...backlog('payments'), ...backlog('calls'), ...backlog('reports')];
    const calls = await played(lane, rate, 10 * minutes, askers);

    const share = (as: PaceClass) => of(calls, as).length / whole;
    expect(share('payments')).toBeGreaterThan(0.8);
    expect(share('calls')).toBeGreaterThan(0.9 / 8);
    expect(share('reports')).toBeGreaterThan(0.9 / 16);
  });

  it('a backlog of calls leaves reports their part, and takes the rest', async () => {
    const calls = await played(lane, rate, 10 * minutes, [...backlog('calls'), ...backlog('reports')]);

    expect(of(calls, 'reports').length / whole).toBeGreaterThan(0.9 / 16);
    expect(of(calls, 'calls').length / whole).toBeGreaterThan(0.8);
  });

  it('reports alone get all of it, and nobody ever more than there is', async () => {
    const alone = await played(lane, rate, 10 * minutes, backlog('reports'));
    expect(alone.length / whole).toBeGreaterThan(0.99);

    for (const askers of [backlog('reports'), [...backlog('payments'), ...backlog('calls'), ...backlog('reports')]]) {
      const starts = (await played(lane, rate, 10 * minutes, askers)).map(({ at }) => at).sort((a, b) => a - b);
      // A call that is its own of each class may start beside another's; on the whole the pace is kept.
      const most = starts.map((at, n) => n - (starts.findIndex((start) => start > at - minutes) ?? 0) + 1);
      expect(Math.max(...most)).toBeLessThanOrEqual(minutes / rate.intervalMs + rate.burst + 3);
    }
  });

  it('nobody calls while Slack asks to wait, and payments go first afterwards', async () => {
    const pace = new Pace(new Table(memoryDatabase(), 'messages'));
    const now = 1_000_000;
    const ask = (as: PaceClass, at: number) => pace.reserve(lane, rate, { count: 1, now: at, patienceMs: 2_000, as });
    await ask('reports', now - minutes);
    await pace.defer(lane, now + 30_000, rate);

    for (const as of ['reports', 'calls', 'payments'] as const) {
      expect(await ask(as, now + 27_999)).toMatchObject({ granted: false });
    }
    expect(await ask('payments', now + 30_000)).toMatchObject({ granted: true, waitMs: 0 });
  });
});

it('where only what Slack asked for counts, calls wait a little longer than payments, and reports than calls', async () => {
  const pace = new Pace(new Table(memoryDatabase(), 'messages'));
  const lane = { team, method: 'lookUp' } as const;
  const waitMs = (as: PaceClass, now: number) => pace.waitMs(lane, times.lookUp, { now, patienceMs: 2_000, as });
  expect(await waitMs('reports', 5)).toBe(0);

  await pace.defer(lane, 60_000, times.lookUp);

  expect([await waitMs('payments', 0), await waitMs('calls', 0), await waitMs('reports', 0)]).toEqual([
    60_000, 62_000, 64_000,
  ]);
  expect(await waitMs('reports', 64_000)).toBe(0);
});

it('a long thread of reports is posted in its order, each message once, and a payment in its channel comes between', async () => {
  const database = memoryDatabase();
  const room = await startRoom((name) => new Table(database, name), { inProcess: true, times });
  const channel = channelId(ids.payments);
  const wanted = (text: string, replies: number): Wanted => ({
    destination: { channel, row: 'test', why: 'A test.' },
    root: { key: 'root', content: message(body(text)) },
    replies: Array.from({ length: replies }, (_, n) => ({ key: `r${n}`, content: message(body(`${text} ${n + 1}`)) })),
  });
  const sync = (text: string, replies: number, as?: PaceClass) =>
    room.outbox.sync({ team: room.team.id, key: `test#${text}` }, async () => wanted(text, replies), {
      until: room.until(),
      report: room.report,
      ...(as && { as }),
    });
  const waits: number[] = [];
  for (let done = false; !done; ) {
    const came = room.time.now();
    if (waits.length < 3) await sync(`payment ${waits.length}`, 0);
    if (waits.length < 3) waits.push(room.time.now() - came);
    done = await sync('report', 4, 'reports').then(
      () => true,
      (error: unknown) => {
        if (!(error instanceof Retry && error.waiting)) throw error;
        room.time.advance(error.delayMs ?? 0);
        return false;
      },
    );
  }

  const posted = room.front.control.messages(channel).map(({ text }) => text);
  expect(posted.filter((text) => text.startsWith('report'))).toEqual([
    'report',
    ...[1, 2, 3, 4].map((n) => `report ${n}`),
  ]);
  expect(posted.indexOf('payment 2')).toBeLessThan(posted.indexOf('report 4'));
  expect(Math.max(...waits)).toBeLessThanOrEqual(times.patienceMs);
});
