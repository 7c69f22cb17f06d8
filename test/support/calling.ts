/** The calls room as its worker builds it, on a database and a Slack of the test's own, and the people who make calls. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { SQSRecord } from 'aws-lambda';
import { memoryDatabase } from '../../lib/local/memory-database.ts';
import type { Message } from '../../shared/aws/queue.ts';
import { Table } from '../../shared/aws/table.ts';
import { channelId } from '../../shared/base/names.ts';
import type { Call } from '../../shared/calls/call.ts';
import { chainsOf } from '../../shared/calls/chain.ts';
import { usualFuse } from '../../shared/calls/membership.ts';
import { PassedStore } from '../../shared/calls/passed-store.ts';
import { CallStore } from '../../shared/calls/store.ts';
import { type TellDependencies, type Told, tell } from '../../shared/calls/tell.ts';
import { work } from '../../shared/calls/work.ts';
import type { Admin } from '../../shared/org/directory.ts';
import { ParkedStore } from '../../shared/parked/store.ts';
import { Channels } from '../../shared/slack/channels.ts';
import { Held } from '../../shared/slack/held.ts';
import { Moved } from '../../shared/slack/moved.ts';
import type { Fuse } from './fuse.ts';
import { type Room, startRoom } from './room.ts';
import { ids } from './slack-world.ts';

/** A chain of three above each other, somebody of another branch, and who reports to nobody. */
const seeded: readonly Admin[] = [
  person('adm_kavya', 'Kavya Rao', null),
  person('adm_rohan', 'Rohan Desai', 'adm_kavya'),
  person('adm_lakshmi', 'Lakshmi Nair', 'adm_kavya'),
  person('adm_arjun', 'Arjun Mehta', 'adm_rohan'),
  person('adm_sana', 'Sana Qureshi', 'adm_rohan'),
];

/** A person of the seeded company, by the address that they have in its Slack. */
export function person(id: string, name: string, managerId: string | null): Admin {
  return { id, name, email: `${name.toLowerCase().replace(' ', '.')}@acme-academy.example`, managerId, active: true };
}

/** The users of the seeded company. */
export const users = {
  kavya: 'U0KAVYA001',
  rohan: 'U0ROHAN001',
  lakshmi: 'U0LAKSHMI1',
  arjun: ids.arjun,
  sana: ids.sana,
  meera: ids.meera,
  dev: 'U0DEV00001',
  bot: ids.bot,
} as const;

const aCall: Call = {
  agentId: 'adm_arjun',
  lead: { id: 'lead_1', name: 'Priya Sharma' },
  startedAt: Date.UTC(2026, 10, 20, 5) / 1000,
  durationSeconds: 724,
  outcome: 'Interested',
  summary: { points: ['Wants the evening batch.'] },
};

/** What a worker does to the world: to its tables, to messages, to channels. */
const writes = ['insert', 'put', 'update', 'delete', 'take'];
const posts = ['post', 'update', 'remove'];
const changes = ['create', 'invite', 'remove'];

export type Calling = {
  readonly documents: DynamoDBDocumentClient;
  readonly room: Room;
  readonly store: CallStore;
  /** The directory: what is put or deleted here is what it says from then on. */
  readonly people: Map<string, Admin>;
  readonly parts: TellDependencies;
  /** Another worker, whose side effects pass through `fuse`. */
  readonly worker: (fuse: Fuse) => TellDependencies;
  /** Keeps a call. */
  readonly say: (id: string, call?: Partial<Call>) => ReturnType<CallStore['record']>;
  /** Has a call told, by these parts. */
  readonly told: (id: string, agent?: string, parts?: Partial<TellDependencies>) => Promise<Told>;
  /** Has the channel of an agent compared, as at night. */
  readonly compared: (agent?: string, parts?: Partial<TellDependencies>) => Promise<Told>;
  /** The queue of calls: what the workers and the tests put there. */
  readonly queue: Message[];
  /** Works the queue until nothing is left, as the worker does; time moves on where something has to wait. */
  readonly drained: (parts?: Partial<TellDependencies>) => Promise<void>;
  /** The private channels, with who is in each, the app left out. */
  readonly channels: () => { id: string; name: string; members: string[] }[];
  /** The first lines of the roots in a channel, and of everything. */
  readonly roots: (channel: string) => string[];
  readonly texts: (channel: string) => string[];
};

export async function startCalling(): Promise<Calling> {
  const database = memoryDatabase();
  const table = (name: string) => new Table(database, name);
  const room = await startRoom(table, { inProcess: true });
  const store = new CallStore(table('calls'));
  const people = new Map(seeded.map((each) => [each.id, each]));
  const parts = partsOf(room, table, people, room);
  const worker = (fuse: Fuse): TellDependencies => {
    const watched = (name: string) => fuse.watch(table(name), name, (method) => writes.includes(method));
    const client = fuse.watch(room.client, 'slack', (method) => posts.includes(method));
    const own = partsOf(room, watched, people, room.another({ table: watched, client }));
    return { ...own, channels: fuse.watch(own.channels, 'slack', (method) => changes.includes(method)) };
  };
  const { control } = room.front;
  const queue: Message[] = [];
  let sent = 0;
  const drained = async (others: Partial<TellDependencies> = {}) => {
    for (let record = queue[0]; record; record = queue[0]) {
      const verdict = await work({ body: record.body, attributes: {} } as SQSRecord, room.until(), {
        tell: { ...parts, ...others },
        queue: { send: async (message) => void queue.push(message) },
        parked: new ParkedStore(table('calls')),
        newId: () => `n${++sent}`,
        pacing: { scale: 1, attemptMs: 2_250, random: () => 0 },
        deadLetters: { send: async ({ body }) => Promise.reject(new Error(`Nothing is parked here: ${body}`)) },
        lines: { info: () => undefined, warn: () => undefined, error: () => undefined },
        count: () => undefined,
        reportError: (error) => {
          throw error;
        },
      });
      if (verdict === 'done') queue.splice(queue.indexOf(record), 1);
      else room.time.advance(verdict.comeBackMs ?? 1_000);
    }
  };
  const texts = (channel: string) => control.messages(channel).map(({ text }) => text.replaceAll('\u200B', ''));
  return {
    documents: database,
    room,
    store,
    people,
    parts,
    worker,
    queue,
    drained,
    say: (id, call = {}) => {
      const at = room.time.now();
      return store.record(room.team.id, id, { ...aCall, ...call }, { at, dueAt: at + 120_000 });
    },
    told: (call, agent = 'adm_arjun', others = {}) =>
      tell(
        { team: room.team.id, agent, call, cause: 'api' },
        { until: room.until(), report: room.report },
        { ...parts, ...others },
      ),
    compared: (agent = 'adm_arjun', others = {}) =>
      tell(
        { team: room.team.id, agent, call: '', cause: 'night' },
        { until: room.until(), report: room.report },
        { ...parts, ...others },
      ),
    channels: () =>
      control
        .channels()
        .filter(({ isPrivate, name }) => isPrivate && name !== '')
        .map(({ id, name, members }) => ({ id, name, members: members.filter((user) => user !== ids.bot).sort() })),
    roots: (channel) =>
      control
        .messages(channel)
        .flatMap(({ threadTs, text }) =>
          threadTs === undefined ? [text.replaceAll('\u200B', '').split('\n')[0] ?? ''] : [],
        ),
    texts,
  };
}

/** What a worker of the calls room stands on. Its team bears an id of the test's own, not the one that Slack knows it by. */
function partsOf(
  room: Room,
  table: (name: string) => Table,
  people: Map<string, Admin>,
  { outbox, tell }: Pick<Room, 'outbox' | 'tell'>,
): TellDependencies {
  const channels = new Channels(room.client);
  const account = channels.account.bind(channels);
  channels.account = async (bot, email) => {
    const found = await account(bot, email);
    return found && { ...found, team: found.team === 'T0ACADEMY1' ? room.team.id : found.team };
  };
  return {
    store: new CallStore(table('calls')),
    passed: new PassedStore(table('calls')),
    chains: chainsOf(hierarchyOf(people), { admin: async (_, id) => people.get(id) }),
    channels,
    installations: tell.installations,
    log: tell.log,
    moved: new Moved(table('messages')),
    held: new Held(table('messages'), 3_600_000),
    outbox,
    clock: tell.clock,
    times: { ...room.times },
    fuse: usualFuse,
    rememberedMs: 60_000,
  };
}

/** The hierarchy of people who change at once: its version is another one as soon as anybody is. */
export function hierarchyOf(people: ReadonlyMap<string, Admin>): Parameters<typeof chainsOf>[0] {
  const seen: string[] = [];
  return {
    version: async () => {
      const now = JSON.stringify([...people.values()]);
      if (seen.at(-1) !== now) seen.push(now);
      return seen.length;
    },
    chain: async (_, id) => {
      const above: { id: string; name: string; depth: number }[] = [];
      let next = people.get(id);
      if (!next) return undefined;
      for (next = people.get(next.managerId ?? ''); next; next = people.get(next.managerId ?? '')) {
        above.push({ id: next.id, name: next.name, depth: above.length + 1 });
      }
      return above;
    },
  };
}

/** The ops channel of the seeded company. */
export const ops = channelId(ids.ops);
