/**
 * The worker that acts on what Slack says, stopped for good before and after each of its side effects, one by one. Then the
 * queue brings the same news again, and everything is as if nothing had happened: the same marks, the same messages known,
 * the same threads woken. The effects are those of a recorded run.
 */
import { describe, expect, it } from '@jest/globals';
import { memoryDatabase } from '../../lib/local/memory-database.ts';
import { Table } from '../../shared/aws/table.ts';
import { channelId, ts, userId } from '../../shared/base/names.ts';
import { hear } from '../../shared/slack/hear.ts';
import type { News } from '../../shared/slack/news.ts';
import type { Entry } from '../../shared/slack/thread-log.ts';
import { Fuse, type Spot } from '../support/fuse.ts';
import { type Room, startRoom } from '../support/room.ts';
import { hearing } from '../support/slack-ears.ts';
import { ids } from '../support/slack-world.ts';

const writes = ['insert', 'put', 'update', 'delete'];
const payments = channelId(ids.payments);
const at = Math.ceil(Date.UTC(2026, 10, 20, 5, 12) / 1000);
const key = 'payments#live#order_1';
const wakeOf = (order: string) => ({ body: JSON.stringify({ home: order }), group: order });

/** A thread whose root is as given, and no pass at work. */
async function withRoot({ log, team }: Room, root: Entry): Promise<void> {
  const ref = { team: team.id, key };
  const destination = { channel: payments, row: 'test', why: 'a test says so' };
  const pass = { owner: 'one', now: 1, until: 2 };
  await log.begin(ref, await log.read(ref), pass, { destination, entries: { root } });
  await log.finish(ref, 'one', { entries: { root }, mended: { strays: [], resend: [] }, failed: false });
}

async function holding({ held, team }: Room, channel: typeof payments | 'all', ...orders: string[]): Promise<void> {
  for (const order of orders) {
    const thread = { team: team.id, key: `payments#live#${order}` };
    await held.add({ team: team.id, channel }, thread, wakeOf(order), { code: 'is_archived', since: 1 });
  }
}

const posted: Entry = { state: 'posted', revision: 1, hash: 'h', ts: ts('1.000100'), author: userId(ids.bot) };
const unsure: Entry = { state: 'unsure', revision: 1, hash: 'h', firstAttempt: 1, lastAttempt: 1 };
const message = { channel: payments, ts: ts('1.000100'), marker: { key: `${key}/root`, revision: 1 } } as const;

type Told = News extends infer Each ? (Each extends News ? Omit<Each, 'id' | 'team' | 'at'> : never) : never;

/** What is there before, and what Slack says then. */
const scenarios: readonly (readonly [string, (room: Room) => Promise<void>, Told])[] = [
  ['the app is removed', async () => {}, { what: 'uninstalled' }],
  ['a person takes their token back', async () => {}, { what: 'revoked', people: [userId(ids.arjun)], bots: [] }],
  [
    'a channel is restored',
    (room) => holding(room, payments, 'order_1', 'order_2'),
    { what: 'opened', channel: payments },
  ],
  [
    'the app is added to a channel',
    (room) => holding(room, payments, 'order_1'),
    { what: 'joined', channel: payments, user: userId(ids.bot) },
  ],
  [
    'the app is installed again',
    async (room) => {
      await holding(room, 'all', 'order_1', 'order_2');
      await holding(room, payments, 'order_3');
    },
    { what: 'installed' },
  ],
  [
    'a channel gets another id',
    (room) => holding(room, payments, 'order_1'),
    { what: 'moved', from: payments, channel: channelId('C0SHARED01') },
  ],
  [
    'a message without an answer has arrived',
    (room) => withRoot(room, unsure),
    { what: 'posted', ...message, author: userId(ids.bot) },
  ],
  [
    'a message has arrived a second time',
    (room) => withRoot(room, posted),
    { what: 'posted', ...message, ts: ts('2.000200'), author: userId(ids.bot) },
  ],
  ['a root is deleted', (room) => withRoot(room, posted), { what: 'deleted', ...message }],
];

/** Plays a scenario; a process dies at `spot`, and what it had comes again to another. */
async function play([, prepare, told]: (typeof scenarios)[number], spot?: Spot) {
  const database = memoryDatabase();
  const room = await startRoom((name) => new Table(database, name), { inProcess: true });
  await prepare(room);
  const news = { id: 'Ev1', team: room.team.id, at, ...told } as News;
  const woken = { held: [], threads: [] };

  const processOf = (fuse: Fuse) => {
    const parts = hearing(room, woken, (name) =>
      fuse.watch(room.table(name), name, (method) => writes.includes(method)),
    );
    const { wake, wakeThread } = fuse.watch({ wake: parts.wake, wakeThread: parts.wakeThread }, 'queue', () => true);
    return { ...parts, wake, wakeThread };
  };
  const fuse = new Fuse(spot);
  await hear(news, processOf(fuse)).catch((error: unknown) => {
    if (!fuse.blown) throw error;
  });
  if (fuse.blown) await hear(news, processOf(new Fuse()));

  const { team, log, installations, held, table } = room;
  const thread = await log.read({ team: team.id, key });
  return {
    effects: fuse.effects,
    end: {
      bot: (await installations.bot(team.id)) !== undefined,
      arjun: (await installations.user(team.id, userId(ids.arjun))) !== undefined,
      untold: await installations.untold(team.id),
      channels: (await installations.team(team.id))?.channels,
      moved: await table('messages')
        .get({ pk: `${team.id}#moved#${payments}`, sk: 'to' })
        .then((item) => item?.['to']),
      entries: thread.entries,
      strays: thread.strays,
      waiting: (await held.of(team.id)).map(({ channel, threads }) => [channel, threads]),
      // Twice does no harm: a wake makes a worker look, and nothing more.
      woken: [
        ...new Set([...woken.held, ...woken.threads].map((one) => JSON.stringify({ ...(one as object), team: '' }))),
      ].sort(),
    },
  };
}

describe.each(scenarios)('%s', (...scenario) => {
  it('comes to the same end wherever the worker stops', async () => {
    const whole = await play(scenario);

    const ends: unknown[] = [];
    for (const [effect] of whole.effects.entries()) {
      for (const side of ['before', 'after'] as const) ends.push((await play(scenario, { effect, side })).end);
    }

    expect(whole.effects.length).toBeGreaterThan(0);
    expect(ends).toEqual(ends.map(() => whole.end));
  });
});
