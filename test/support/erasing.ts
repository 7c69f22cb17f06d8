/** A team with everything that War Room can know of people, and a hand that erases it and may be stopped at any write. */
import { randomUUID } from 'node:crypto';
import { brotliDecompressSync } from 'node:zlib';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Erasure, type Parts, partsFrom } from '../../bin/erase/parts.ts';
import { eraseAll, type Tally } from '../../bin/erase/run.ts';
import { memoryDatabase } from '../../lib/local/memory-database.ts';
import { seededCompany } from '../../lib/local/slack-front/company.ts';
import { type Key, Table } from '../../shared/aws/table.ts';
import { WholeTable } from '../../shared/aws/whole-table.ts';
import { Retry } from '../../shared/base/errors.ts';
import { type TeamId, userId } from '../../shared/base/names.ts';
import { SlackAccess } from '../../shared/install/slack-client.ts';
import { DirectoryEditor } from '../../shared/org/editor.ts';
import { ParkedStore } from '../../shared/parked/store.ts';
import { CreationStore } from '../../shared/payments/creation-store.ts';
import { LeadStore } from '../../shared/payments/lead-store.ts';
import type { Initiated } from '../../shared/payments/lifecycle.ts';
import { defaultTable } from '../../shared/payments/route.ts';
import { RoutingStore } from '../../shared/payments/routing-store.ts';
import { PaymentStore } from '../../shared/payments/store.ts';
import { tell } from '../../shared/payments/tell.ts';
import { parseWake } from '../../shared/payments/wake.ts';
import { Installations } from '../../shared/slack/installation.ts';
import { Vault } from '../../shared/slack/vault.ts';
import { attempt, bytesOf, captured, dispute, failed, orderPaid, refund, start } from './facts.ts';
import { Fuse, type Spot } from './fuse.ts';
import { openKeys } from './open-keys.ts';
import { type Room, startRoom } from './room.ts';
import { ids } from './slack-world.ts';

/** The tables of the state stack, as the rooms of these tests call them. */
const names: ReadonlyMap<string, string> = new Map([
  ['Payments', 'payments'],
  ['LeadPartPayment', 'instalments'],
  ['AdminSlackMessageLog', 'messages'],
  ['SlackInstallations', 'installations'],
  ['Admins', 'admins'],
  ['AdminUserClosure', 'closure'],
  ['Calls', 'calls'],
  ['Courses', 'courses'],
  ['CourseAnnouncementChannelMap', 'channels'],
  ['Sessions', 'sessions'],
  ['Reports', 'reports'],
  ['UserSlackDetails', 'invites'],
]);

export const leadId = 'lead_77';

/** What tells who somebody is, wherever it stands: none of it may be left. */
export const planted = {
  payer: [
    'Zorawar',
    'Quereshi',
    'zorawar.q@learner.example',
    '+919876501234',
    'zorawar@okhdfc',
    'ZORAWAR CARDHOLDER',
    '7781',
    'Flat 9, Lake Road',
  ],
  colleague: ['Arjun', 'Mehta', 'arjun.mehta@acme.example'],
} as const;

/** What Razorpay puts beside a payment, and a parser that needs no more of it than amounts and ids passes over. */
const personal = {
  email: 'zorawar.q@learner.example',
  contact: '+919876501234',
  vpa: 'zorawar@okhdfc',
  customer_id: 'cust_1',
  description: 'Fee of Zorawar Quereshi, +919876501234',
  notes: { name: 'Zorawar Quereshi', address: 'Flat 9, Lake Road' },
  card: { id: 'card_1', name: 'ZORAWAR CARDHOLDER', last4: '7781', network: 'Visa' },
  upi: { vpa: 'zorawar@okhdfc' },
  acquirer_data: { payer: 'Zorawar' },
};

const said = (orderId: string, lead: Initiated['lead'], number: number): Initiated => ({
  orderId,
  lead,
  amount: 1_500_000,
  currency: 'INR',
  course: { id: 'crs_1', name: 'Full Stack Web Development', type: 'bootcamp' },
  payment: { kind: 'part', number, of: 3, planTotal: 4_500_000 },
  assignedAdmin: { id: 'adm_arjun', name: 'Arjun Mehta' },
  initiatedAt: start - 60,
});

type Json = Record<string, unknown>;

/** A body with all that a payer could be known by. */
export function withPayer(body: object): Json {
  const told = structuredClone(body) as { payload: Record<string, { entity: Json }>; [field: string]: unknown };
  for (const one of Object.values(told.payload)) {
    one.entity = { ...one.entity, ...personal };
    if (one.entity['error_description'])
      one.entity['error_description'] = 'Declined for zorawar@okhdfc, +919876501234.';
  }
  return { ...told, account_id: 'acc_1', who: 'Zorawar Quereshi' };
}

export type World = {
  readonly room: Room;
  readonly documents: DynamoDBDocumentClient;
  readonly team: TeamId;
  /** Another team, whose id begins with this one's. */
  readonly neighbour: TeamId;
  readonly parts: (fuse?: Fuse) => Parts;
  /** Every item of a team, as text: bodies as they were before they were compressed. */
  readonly kept: (team: TeamId) => Promise<readonly string[]>;
  /** Everything that stands in Slack's channels, as text. */
  readonly inSlack: () => readonly string[];
  /** Has the worker do what was handed over to it. */
  readonly work: () => Promise<void>;
};

/** A team with two learners, of whom one is to be erased, somebody who looks after them, and a neighbour with the same. */
export async function startWorld(): Promise<World> {
  const documents = memoryDatabase();
  const table = (name: string) => new Table(documents, name);
  const room = await startRoom(table, { inProcess: true });
  const { team: record, time } = room;
  const team = record.id;
  const neighbour = `${team}2` as TeamId;
  let changes = 0;
  const newId = () => {
    changes += 1;
    return `id-${changes}`;
  };
  const clock = { now: () => time.now(), sleep: async (ms: number) => time.advance(ms) };
  const installations = new Installations(table('installations'), new Vault(openKeys(), 'key', clock.now));
  const admins = table('admins');
  const directory = new DirectoryEditor({
    admins,
    closure: { read: table('closure'), write: table('closure') },
    tools: { clock, newId },
  });
  const store = new PaymentStore(table('payments'));
  const leads = new LeadStore(table('payments'));

  // The neighbour has no Slack: what is to be told there is held.
  await installations.saveBot(neighbour, { user: userId(ids.bot), token: 'xoxb-neighbour', installedAt: 1 });
  for (const one of [team, neighbour]) {
    const person = { active: true, managerId: null };
    await directory.put(one, { ...person, id: 'adm_arjun', name: 'Arjun Mehta', email: 'Arjun.Mehta@acme.example' });
    await directory.put(one, { ...person, id: 'adm_sana', name: 'Sana Iqbal', email: 'sana@acme.example' });
    for (const [orderId, number, lead] of [
      ['order_Z1', 1, { id: leadId, name: 'Zorawar Quereshi' }],
      ['order_Z2', 2, { id: leadId, name: 'Zorawar Quereshi' }],
      ['order_N1', 1, { id: 'lead_78', name: 'Nila Sen' }],
    ] as const) {
      const place = { team: one, account: 'live', home: orderId };
      const tried = attempt(`pay_${orderId}`, { orderId, amount: 1_500_000 });
      const isTheirs = lead.id === leadId;
      const alone = attempt(`pay_alone_${orderId}`, { orderId, amount: 1_500_000, at: start + 60 });
      const own = { ...place, home: alone.id };
      if (orderId === 'order_Z2') {
        const bytes = bytesOf(withPayer(captured({ ...alone, orderId: null as never })) as never);
        await store.recordDelivery(own, { eventId: undefined, bytes, secret: 'current', at: time.now() });
        await told({ ...own, cause: 'webhook' });
        time.advance(1_000);
      }
      await store.recordInitiated(place, said(orderId, lead, number), { at: time.now(), dueAt: time.now() + 1 });
      const back = refund('created', tried, { amount: 100_000, id: `rfnd_${orderId}` });
      const disputed = dispute('created', tried, { id: `disp_${orderId}` });
      const paid = [failed(tried), captured(tried), orderPaid(tried), back, ...(isTheirs ? [disputed] : [])];
      for (const body of isTheirs ? paid.map(withPayer) : paid) {
        const bytes = bytesOf(body as never);
        await store.recordDelivery(place, { eventId: undefined, bytes, secret: 'current', at: time.now() });
      }
      await told({ ...place, cause: 'webhook' });
      if (!isTheirs) continue;
      if (orderId === 'order_Z2') {
        // Now it shows that both are one payment: the thread of the order points to the older one from here on.
        const both = bytesOf(withPayer(orderPaid(alone)) as never);
        await store.recordDelivery(place, { eventId: undefined, bytes: both, secret: 'current', at: time.now() });
        await told({ ...place, cause: 'webhook' });
      }
      const bytes = Buffer.from('this is not JSON: Zorawar Quereshi');
      await store.recordDelivery(place, { eventId: 'evt_x', bytes, secret: 'current', at: time.now() });
      await store.recordReconciled(place, `pay_${orderId}#captured#1`, bytesOf(withPayer(captured(tried)) as never), 1);
    }
    await leads.say(
      one,
      leadId,
      { name: 'Zorawar Quereshi', owner: { id: 'adm_arjun', name: 'Arjun Mehta' } },
      { at: 5, dueAt: 6 },
    );
    const note = { kind: 'owner', owner: { id: 'adm_arjun', name: 'Arjun Mehta' } } as const;
    await store.recordNote({ team: one, account: 'live', home: 'order_Z1' }, 'owner#5', note, 5, time.now());
    const press = {
      id: 'press-1',
      kind: 'retry',
      by: { id: 'adm_arjun', name: 'Arjun Mehta' },
      at: time.now(),
      records: 1,
    } as const;
    await new ParkedStore(table('payments')).decide(one, { code: 'unreadable', since: 1 }, press);
    const rows = defaultTable.rows.toReversed();
    await new RoutingStore(table('payments')).save(one, rows, { by: 'Arjun Mehta', at: time.now() });
    const made = { account: 'live', initiated: said('order_Z9', { id: leadId, name: 'Zorawar Quereshi' }, 3) };
    await new CreationStore(table('payments')).keep(one, 'key-1', made, time.now());
  }
  let worked = 0;
  await work();

  async function told(wake: Parameters<typeof tell>[0]): Promise<void> {
    for (let delivery = 0; delivery < 12; delivery += 1) {
      try {
        await tell(wake, { until: room.until(), report: room.report }, room.tell);
        return;
      } catch (error) {
        if (!(error instanceof Retry)) throw error;
        time.advance(error.delayMs ?? 1_000);
      }
    }
    throw new Error('It never came to an end.');
  }

  async function work(): Promise<void> {
    for (; worked < room.sent.length; worked += 1) await told(parseWake(room.sent[worked]?.body ?? ''));
  }

  return {
    room,
    documents,
    team,
    neighbour,
    work,
    parts: (fuse) => partsIn(room, documents, fuse, newId),
    kept: (whose) => keptIn(documents, whose),
    inSlack: () =>
      [ids.payments, ids.partPayments, ids.ops].flatMap((channel) =>
        room.front.control.messages(channel).map(({ text, blocks }) => JSON.stringify([text, blocks])),
      ),
  };
}

const writes = ['insert', 'put', 'putMany', 'replace', 'update', 'delete', 'take'];

/** What an erasure is done with, on a database and a Slack of a test's own: its side effects pass through `fuse`. */
export function partsIn(
  room: Room,
  documents: DynamoDBDocumentClient,
  fuse = new Fuse(),
  newId: () => string = randomUUID,
): Parts {
  const { time } = room;
  const clock = { now: () => time.now(), sleep: async (ms: number) => time.advance(ms) };
  const { app } = seededCompany();
  return partsFrom(names, {
    documents,
    vault: new Vault(openKeys(), 'key', clock.now),
    queue: fuse.watch({ send: async (message) => void (room.sent as unknown[]).push(message) }, 'queue', () => true),
    client: fuse.watch(room.client, 'slack', (method) => method === 'remove'),
    slack: fuse.watch(new SlackAccess(room.asking), 'slack', (method) => ['revoke', 'uninstall'].includes(method)),
    app: { clientId: app.clientId, clientSecrets: [app.clientSecret] },
    clock,
    newId,
    intervalMs: 0,
    timeScale: 1,
    inSecrets: async () => [],
    table: (one) => fuse.watch(one, one.name, (method) => writes.includes(method)),
  });
}

/** Every item of a team, as text: bodies as they were before they were compressed. */
export async function keptIn(documents: DynamoDBDocumentClient, whose: TeamId): Promise<string[]> {
  const all: string[] = [];
  for (const name of names.values()) {
    for await (const item of new WholeTable(documents, new Table(documents, name)).itemsOf(whose))
      all.push(`${name} ${asText(item)}`);
  }
  return all.sort();
}

/** An item as text: what was compressed as it was before. */
export function asText(item: Key): string {
  return JSON.stringify(item, (name, value: unknown) => {
    if (value instanceof Set) return [...value];
    if (!ArrayBuffer.isView(value)) return value;
    const bytes = Buffer.from(value as Uint8Array);
    return name === 'body' || name === 'plan' ? brotliDecompressSync(bytes).toString() : bytes.toString();
  });
}

/** Those of `words` that stand in any of `texts`, in whatever case. */
export function found(words: readonly string[], texts: readonly string[]): string[] {
  const all = texts.join('\n').toLowerCase();
  return words.filter((word) =>
    /^\d{1,8}$/.test(word) ? standsAlone(word).test(all) : all.includes(word.toLowerCase()),
  );
}

/** A few digits are in many a time and a hash by chance. */
function standsAlone(digits: string): RegExp {
  return new RegExp(`(?<![\\w.-])${digits}(?![\\w.-])`);
}

/** Carries out an erasure to its end, or until the fuse blows. */
export async function erase(
  erasure: Erasure,
): Promise<{ readonly isDone: boolean; readonly tallies: readonly Tally[] }> {
  const tallies = new Map<string, Tally>();
  const isDone = await eraseAll(erasure.look, {
    progress: () => undefined,
    pause: async () => undefined,
    isStopped: () => false,
    tallied: (tally) => void tallies.set(tally.what, tally),
  });
  return { isDone, tallies: [...tallies.values()] };
}

/** So many of the same side effect are enough to stop at: the first of each kind, and the last. */
const ofEachKind = 6;

/** The places in which `run` may be stopped: before the first of its side effects, and after those that differ. */
export async function everySpot(run: (fuse: Fuse) => Promise<unknown>): Promise<Spot[]> {
  const fuse = new Fuse();
  await run(fuse);
  const kinds = Map.groupBy(fuse.effects.keys(), (effect) => fuse.effects[effect] ?? '');
  const after = [...kinds.values()].flatMap((all) => [...new Set([...all.slice(0, ofEachKind), ...all.slice(-1)])]);
  return [{ effect: 0, side: 'before' }, ...after.map((effect): Spot => ({ effect, side: 'after' }))];
}
