/** The slack room and the payments room as the worker builds them, on a database and a Slack of the test's own. */
import { seededCompany } from '../../lib/local/slack-front/company.ts';
import type { SlackControl } from '../../lib/local/slack-front/control.ts';
import { startSlackFront } from '../../lib/local/slack-front/start.ts';
import type { Message, Queue } from '../../shared/aws/queue.ts';
import type { Table } from '../../shared/aws/table.ts';
import type { Clock } from '../../shared/base/clock.ts';
import { channelId, type TeamId, teamId, userId } from '../../shared/base/names.ts';
import { ParkedStore } from '../../shared/parked/store.ts';
import { AttentionStore } from '../../shared/payments/attention-store.ts';
import { DayStore } from '../../shared/payments/day-store.ts';
import { InstalmentStore } from '../../shared/payments/instalment-store.ts';
import { LeadStore } from '../../shared/payments/lead-store.ts';
import type { PassedLead } from '../../shared/payments/pass-on.ts';
import { RoutingStore } from '../../shared/payments/routing-store.ts';
import { PaymentStore } from '../../shared/payments/store.ts';
import type { TellDependencies } from '../../shared/payments/tell.ts';
import { watchTimes } from '../../shared/payments/watch.ts';
import { WatchStore } from '../../shared/payments/watch-store.ts';
import type { AskOptions } from '../../shared/slack/asked.ts';
import { SlackClient } from '../../shared/slack/client.ts';
import { Held } from '../../shared/slack/held.ts';
import { Installations, type Team } from '../../shared/slack/installation.ts';
import { Moved as MovedChannels } from '../../shared/slack/moved.ts';
import { Outbox } from '../../shared/slack/outbox.ts';
import { Pace } from '../../shared/slack/pace.ts';
import type { Report } from '../../shared/slack/pass.ts';
import { ThreadLog } from '../../shared/slack/thread-log.ts';
import type { Times } from '../../shared/slack/times.ts';
import { Vault } from '../../shared/slack/vault.ts';
import { chosenDatabase, type Tables } from './databases.ts';
import { openKeys } from './open-keys.ts';
import { type Moved, openSlack } from './slack-in-process.ts';
import { ids, ManualClock } from './slack-world.ts';

/** Where people connect again, in these tests. */
export const reconnectUrl = 'https://war-room.example/slack/install?as=me';

/** A database with the tables of both rooms. */
export const startTables = (): Promise<Tables> => chosenDatabase().start();

/** The times of the tests: the settle time is production's, a call gives up soon, and nothing keeps a pace. */
const testTimes: Times = {
  scale: 1,
  settleMs: 30_000,
  callMs: 250,
  marginMs: 2_000,
  patienceMs: 2_000,
  heldMs: 3_600_000,
  post: { intervalMs: 0, burst: 0 },
  edit: { intervalMs: 0, burst: 0 },
  lookUp: { intervalMs: 0, burst: 0 },
};

/** One room with everything it stands on, and a hand on time. */
export type Room = {
  readonly front: { readonly control: SlackControl };
  readonly time: Moved;
  readonly team: Team;
  readonly table: (name: string) => Table;
  readonly installations: Installations;
  readonly log: ThreadLog;
  readonly held: Held;
  readonly client: SlackClient;
  /** How this Slack is asked without the client of a worker. */
  readonly asking: AskOptions;
  readonly outbox: Outbox;
  readonly tell: TellDependencies & { readonly days: DayStore };
  readonly report: Report;
  readonly times: Times;
  /** What the room's workers have sent to their queue, oldest first. A worker with a queue of its own sends there. */
  readonly sent: readonly Message[];
  /** What the new owners of leads are to be told, as often as it was asked for, oldest first. */
  readonly passed: readonly PassedLead[];
  /** Another worker on the same stores, with parts of its own. */
  readonly another: (parts: Partial<Parts>) => { outbox: Outbox; tell: Room['tell'] };
  /** When an invocation that begins now would end. */
  readonly until: () => number;
  readonly stop: () => Promise<void>;
};

type Parts = {
  readonly table: (name: string) => Table;
  readonly client: SlackClient;
  readonly clock: Clock;
  readonly times: Times;
  readonly queue: Pick<Queue, 'send'>;
  readonly tellOwner: TellDependencies['tellOwner'];
  /** Everybody, where nothing else is said. */
  readonly mayPostAs: (team: TeamId, adminId: string) => Promise<boolean>;
};

let rooms = 0;

/** Starts a room. Tables may be shared between rooms of one test file: each room is a team of its own in them. */
export async function startRoom(
  table: (name: string) => Table,
  options: {
    readonly times?: Partial<Times>;
    readonly inProcess?: boolean;
    readonly time?: Moved;
    readonly clock?: Clock;
    /** The team's id, where it has to be the one that Slack knows it by. */
    readonly team?: string;
  } = {},
): Promise<Room> {
  rooms += 1;
  const time = options.time ?? new ManualClock(Date.UTC(2026, 10, 20, 5, 12));
  const clock: Clock = options.clock ?? {
    now: () => time.now(),
    sleep: async (ms) => time.advance(ms),
  };
  const seed = seededCompany();
  const times = { ...testTimes, ...options.times };
  const slack = options.inProcess ? openSlack(seed, time, times.callMs) : undefined;
  const front = slack ?? (await startSlackFront({ port: 0, seed, clock: time }));
  const team: Team = {
    id: teamId(options.team ?? `T${rooms}${seed.team.id}`),
    name: seed.team.name,
    url: 'https://acme-academy.slack.com/',
    timeZone: 'Asia/Kolkata',
    channels: {
      payments: channelId(ids.payments),
      partPayments: channelId(ids.partPayments),
      ops: channelId(ids.ops),
    },
    installer: userId('U0KAVYA001'),
  };
  const installations = new Installations(table('installations'), new Vault(openKeys(), 'key', clock.now));
  await installations.saveTeam(team);
  await installations.saveBot(team.id, { user: userId(ids.bot), token: seed.app.botToken, installedAt: 1 });
  const arjun = seed.users.find(({ id }) => id === ids.arjun)?.userToken ?? '';
  await installations.saveAdmin(team.id, 'adm_arjun', { user: userId(ids.arjun), token: arjun, installedAt: 1 });

  const asking: AskOptions =
    'url' in front
      ? { apiUrl: `${front.url}/api/`, timeoutMs: times.callMs }
      : { apiUrl: 'http://slack.test/api/', timeoutMs: times.callMs, fetch: front.fetch };
  const sent: Message[] = [];
  const passed: PassedLead[] = [];
  const standard: Parts = {
    table,
    tellOwner: async (lead) => void passed.push(lead),
    queue: { send: async (message) => void sent.push(message) },
    mayPostAs: async () => true,
    client: new SlackClient(asking),
    clock,
    times,
  };
  let passes = 0;
  const another = (parts: Partial<Parts>) => {
    const chosen = { ...standard, ...parts };
    const messages = chosen.table('messages');
    const vault = new Vault(openKeys(), 'key', clock.now);
    const installations = new Installations(chosen.table('installations'), vault);
    const log = new ThreadLog(messages);
    const held = new Held(messages, times.heldMs);
    const newId = () => {
      passes += 1;
      return `pass-${rooms}-${passes}`;
    };
    const moved = new MovedChannels(messages);
    const pace = new Pace(messages);
    const outbox = new Outbox({ ...chosen, reconnectUrl, log, installations, held, moved, pace, newId });
    const tell: Room['tell'] = {
      store: new PaymentStore(chosen.table('payments')),
      leads: new LeadStore(chosen.table('payments')),
      instalments: new InstalmentStore(chosen.table('instalments')),
      routing: new RoutingStore(chosen.table('payments')),
      days: new DayStore(chosen.table('payments')),
      parked: new ParkedStore(chosen.table('payments')),
      attention: new AttentionStore(chosen.table('payments')),
      queue: chosen.queue,
      tellOwner: chosen.tellOwner,
      watches: new WatchStore(chosen.table('payments'), watchTimes({})),
      log,
      outbox,
      installations,
      clock: chosen.clock,
      newId,
    };
    return { outbox, tell };
  };
  return {
    front,
    time,
    team,
    table,
    installations,
    held: new Held(table('messages'), times.heldMs),
    log: new ThreadLog(table('messages')),
    client: standard.client,
    asking,
    ...another({}),
    another,
    sent,
    passed,
    report: { posted: 0, edited: 0, adopted: 0, doubled: 0 },
    times,
    until: () => time.now() + 29_000,
    stop: async () => {
      if ('stop' in front) await front.stop();
    },
  };
}
