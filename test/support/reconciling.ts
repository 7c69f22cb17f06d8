/** A room beside a stand-in for Razorpay, where webhooks may be lost and the job asks for what they would have told. */
import { memoryDatabase } from '../../lib/local/memory-database.ts';
import { type RazorpayApi, startRazorpayApi } from '../../lib/local/razorpay-api.ts';
import type { Body } from '../../lib/local/razorpay-bodies.ts';
import { seededRandom } from '../../lib/local/stories.ts';
import type { Step } from '../../lib/local/telling.ts';
import { Table } from '../../shared/aws/table.ts';
import { Retry } from '../../shared/base/errors.ts';
import { readEvent } from '../../shared/payments/event.ts';
import { type ReconcileDependencies, type Reconciled, reconcile } from '../../shared/payments/reconcile.ts';
import { readInitiation } from '../../shared/payments/request.ts';
import { PaymentStore } from '../../shared/payments/store.ts';
import { tell } from '../../shared/payments/tell.ts';
import { parseWake, threadRef, type Wake } from '../../shared/payments/wake.ts';
import { watchTimes } from '../../shared/payments/watch.ts';
import { WatchStore, watchShards } from '../../shared/payments/watch-store.ts';
import { Accounts } from '../../shared/razorpay/accounts.ts';
import { RazorpayClient } from '../../shared/razorpay/client.ts';
import { Fuse } from './fuse.ts';
import { type Room, startRoom } from './room.ts';

const keys = { keyId: 'rzp_test_1', keySecret: 'secret' };

export type Reconciling = {
  readonly room: Room;
  readonly razorpay: RazorpayApi;
  readonly table: Table;
  readonly store: PaymentStore;
  readonly watches: WatchStore;
  readonly reported: unknown[];
  /** Puts something into the world that Razorpay's API shows: `orders/order_A`. */
  readonly happen: (path: string, entity: Body) => Promise<void>;
  /** Plays a step of a story to its end in Slack; one that is lost changes the world and is told to nobody. */
  readonly play: (step: Step, isLost: boolean) => Promise<void>;
  /** One run of the job, by `spot` perhaps stopped for good on its way, and whatever it woke. */
  readonly run: (options?: RunOptions) => Promise<Reconciled | 'stopped'>;
  /** The runs of so many days, each at the time at which something is due. */
  readonly pass: (days: number) => Promise<void>;
  /** How the thread of an order, payment or link stands in Slack: its first line, and the keys of its replies. */
  readonly thread: (id: string) => Promise<{ readonly root: string; readonly replies: readonly string[] }>;
  readonly stop: () => Promise<void>;
};

type RunOptions = {
  readonly fuse?: Fuse;
  /** What the razorpay secret holds, if not the one account. */
  readonly accounts?: object;
  readonly more?: Partial<ReconcileDependencies>;
};

export async function startReconciling(): Promise<Reconciling> {
  const database = memoryDatabase();
  const room = await startRoom((name) => new Table(database, name), { inProcess: true });
  const { time } = room;
  const razorpay = await startRazorpayApi({ ...keys, now: () => time.now(), random: seededRandom(1) });
  const table = room.table('payments');
  const store = new PaymentStore(table);
  const watches = new WatchStore(table, watchTimes({}));
  const reported: unknown[] = [];
  const queue: Wake[] = [];
  const place = { team: room.team.id, account: 'live' };
  let ids = 0;

  const drain = async () => {
    for (let wake = queue.shift(); wake; wake = queue.shift()) {
      for (let delivery = 0; ; delivery += 1) {
        try {
          await tell(wake, { until: room.until(), report: room.report }, room.tell);
          break;
        } catch (error) {
          if (!(error instanceof Retry) || delivery > 10) throw error;
          time.advance(error.delayMs ?? 1_000);
        }
      }
    }
  };
  const happen = async (path: string, entity: Body) => {
    const response = await fetch(`${razorpay.origin}/control/${path}`, { method: 'PUT', body: JSON.stringify(entity) });
    if (response.status !== 200) throw new Error(await response.text());
  };
  const run = async ({ fuse = new Fuse(), accounts, more }: RunOptions = {}) => {
    const watched = fuse.watch(table, 'payments', (method) => ['insert', 'put', 'update'].includes(method));
    const account = { teamId: room.team.id, mode: 'test', webhook: { current: 'w' }, ...keys };
    const dependencies: ReconcileDependencies = {
      watches: new WatchStore(watched, watchTimes({})),
      store: new PaymentStore(watched),
      accounts: { value: async () => Accounts.parse(JSON.stringify(accounts ?? { live: account })) },
      razorpay: (one) => new RazorpayClient(one, { apiUrl: razorpay.origin, timeoutMs: 500 }),
      queue: fuse.watch(
        { send: async ({ body }: { readonly body: string }) => void queue.push(parseWake(body)) },
        'queue',
        () => true,
      ),
      clock: { now: () => time.now(), sleep: async (ms) => time.advance(ms) },
      newId: () => {
        ids += 1;
        return `id-${ids}`;
      },
      report: (error) => reported.push(error),
      times: watchTimes({}),
      intervalMs: 333,
      callMs: 500,
      ...more,
    };
    const done = await reconcile(time.now() + 50_000, dependencies).catch((error: unknown) => {
      if (!fuse.blown) throw error;
      return 'stopped' as const;
    });
    await drain();
    return fuse.blown ? 'stopped' : done;
  };
  return {
    room,
    razorpay,
    table,
    store,
    watches,
    reported,
    happen,
    run,
    play: async (step, isLost) => {
      for (const [path, entity] of Object.entries(step.world)) await happen(path, entity);
      time.advance(1_000);
      if (isLost) return;
      if (step.sent.kind === 'initiated') {
        const { initiated } = readInitiation(step.sent.body, { now: time.now(), accounts: ['live'] });
        const home = initiated.orderId;
        await store.recordInitiated({ ...place, home }, initiated, { at: time.now(), dueAt: time.now() });
        queue.push({ ...place, home, cause: 'api' });
      } else {
        const bytes = Buffer.from(JSON.stringify(step.sent.body));
        const { home } = readEvent(bytes);
        const delivery = { eventId: step.sent.eventId, bytes, secret: 'current', at: time.now() } as const;
        await store.recordDelivery({ ...place, home }, delivery);
        queue.push({ ...place, home, cause: 'webhook' });
      }
      await drain();
    },
    pass: async (days) => {
      const end = time.now() + days * 86_400_000;
      while (time.now() < end) {
        const next = await nextDue(watches, table, time.now(), end);
        time.advance(next - time.now() + 1);
        await run();
      }
    },
    thread: async (id) => {
      const thread = (await store.threadOf(place, id)) ?? id;
      const { key } = threadRef(place, thread);
      const { entries } = await room.log.read({ team: room.team.id, key });
      const mark = `${key}/`;
      const [root] = [...messagesOf(room)].filter(
        ({ blockId, text }) => blockId.startsWith(mark) && !text.startsWith('↪️'),
      );
      const replies = Object.keys(entries).filter((key) => !key.startsWith('root'));
      return { root: root?.text.split('\n')[0] ?? 'nothing is told', replies: replies.sort() };
    },
    stop: () => razorpay.stop(),
  };
}

function messagesOf(room: Room) {
  const channels = Object.values(room.team.channels);
  return channels
    .flatMap((channel) => room.front.control.messages(channel))
    .filter(({ threadTs }) => threadTs === undefined)
    .map(({ text, blocks }) => ({ text, blockId: String(blocks[0]?.['block_id'] ?? '') }));
}

/** The first time after `now` at which a thread is due, `end` at the latest. */
async function nextDue(watches: WatchStore, table: Table, now: number, end: number): Promise<number> {
  const times: number[] = [end];
  for (const shard of watchShards) {
    for (const place of await watches.due(shard, Number.MAX_SAFE_INTEGER, 1_000)) {
      const item = await table.get({ pk: `${place.team}#${place.account}#${place.home}`, sk: 'watch' });
      times.push(Math.max(now, Number(item?.['dueAt'])));
    }
  }
  return Math.min(...times);
}
