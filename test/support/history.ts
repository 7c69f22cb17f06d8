/**
 * One history: some payments live through a random life, workers that die and a Slack that fails tell them, on a clock
 * that only this history moves. Everything random comes from the seed, so a history that goes wrong plays again exactly.
 */
import type { SQSRecord } from 'aws-lambda';
import { memoryDatabase } from '../../lib/local/memory-database.ts';
import type { TrueMessage } from '../../lib/local/slack-front/control.ts';
import { seededRandom } from '../../lib/local/stories.ts';
import { Table } from '../../shared/aws/table.ts';
import { Retry } from '../../shared/base/errors.ts';
import { channelId, ts, userId } from '../../shared/base/names.ts';
import { assign } from '../../shared/payments/assign.ts';
import { lastDays } from '../../shared/payments/day-store.ts';
import { readEvent } from '../../shared/payments/event.ts';
import { LeadStore } from '../../shared/payments/lead-store.ts';
import { type Fact, fold, type Initiated, type Note } from '../../shared/payments/lifecycle.ts';
import { render, type Summary, summary } from '../../shared/payments/message.ts';
import { leadAt } from '../../shared/payments/pass-on.ts';
import { PaymentStore } from '../../shared/payments/store.ts';
import { message, parseWake, threadMessage, threadRef, type Wake } from '../../shared/payments/wake.ts';
import { work } from '../../shared/payments/work.ts';
import { type HearParts, hear } from '../../shared/slack/hear.ts';
import { markerOf } from '../../shared/slack/marker.ts';
import type { News } from '../../shared/slack/news.ts';
import { attempt, authorized, bytesOf, captured, failed, initiated, linkPaid, orderPaid, start } from './facts.ts';
import { Fuse } from './fuse.ts';
import { type Room, startRoom } from './room.ts';
import { hearing } from './slack-ears.ts';
import { ids } from './slack-world.ts';

export type HistoryOptions = {
  readonly seed: number;
  /** The share of calls to Slack that go wrong. */
  readonly faults: number;
  /** The share of invocations that die at one of their side effects. */
  readonly deaths: number;
  readonly orders: number;
  /** The orders are the instalments of one learner's plan, and the lead is passed on meanwhile. */
  readonly isPlan?: boolean;
  /**
   * The share of turns in which Slack says of some message that it is there, or was deleted: late, again, in any order. At the end
   * it has said it of every message that is there, and posts take effect up to minutes after the client gave up on them.
   */
  readonly hears?: number;
};

/** What stands in Slack in the end, what should, and what happened on the way. */
export type Ending = {
  /** By order: its root, and the first lines of its replies, as Slack has them, in the order of the alphabet. */
  readonly inSlack: Readonly<Record<string, readonly string[]>>;
  readonly wanted: Readonly<Record<string, readonly string[]>>;
  /** Every payment as the lists of the days have it, and as its facts have it: its thread, and how it stands. */
  readonly listed: readonly string[];
  readonly counted: readonly string[];
  readonly faults: number;
  readonly deaths: number;
  readonly parked: number;
  /** What came of what Slack said by itself. */
  readonly heard: readonly string[];
};

/** How long SQS hides a record that a dead worker had: six times the worker's timeout. */
const visibilityMs = 180_000;
const invocationMs = 29_000;

type Queued = { readonly wake: Wake; visibleAt: number };

/** Plays one history to its end. */
export async function playHistory(options: HistoryOptions): Promise<Ending> {
  const random = seededRandom(options.seed);
  const pick = (below: number) => Math.floor(random() * below);
  const database = memoryDatabase();
  const room = await startRoom((name) => new Table(database, name), { inProcess: true });
  const store = new PaymentStore(room.table('payments'));
  const leads = new LeadStore(room.table('payments'));
  orderFaults(room, options.faults, options.seed, options.hears === undefined ? [] : [45_000, 150_000]);

  const place = (home: string) => ({ team: room.team.id, account: 'live', home });
  const orders = Array.from({ length: options.orders }, (_, n) => `order_${n}`);
  // What happens, in a random order; each happening is delivered once or twice, and stores before it wakes.
  const plan = options.isPlan ? options.orders : undefined;
  const happenings = shuffled(
    [...orders.flatMap((orderId, n) => lifeOf(orderId, n, plan, pick)), ...(options.isPlan ? passingsOn(pick) : [])],
    pick,
  );
  const queue: Queued[] = [];
  const homes = new Set<string>();
  let parked = 0;
  let deaths = 0;

  const woken = (home: string) => {
    homes.add(home);
    queue.push({ wake: { ...place(home), cause: 'webhook' }, visibleAt: room.time.now() });
  };
  const wakeAgain = (wake: Wake) => {
    if (leadAt(wake) === undefined) woken(wake.home);
    else queue.push({ wake, visibleAt: room.time.now() });
  };
  const sent = { send: async ({ body }: { readonly body: string }) => wakeAgain(parseWake(body)) };
  const happen = async ({ announced, owner, body }: Happening) => {
    if (owner !== undefined) {
      const report = () => undefined;
      const dependencies = { leads, queue: sent, clock: room.time, report, uniqueId: room.tell.newId, timeScale: 1 };
      const asked = { id: leadId, body: { name: 'Priya Sharma', assignedAdmin: owner } };
      await assign(asked, { name: 'crm', team: room.team.id, scopes: ['payments'] }, dependencies);
    }
    if (announced !== undefined) {
      const at = room.time.now();
      await store.recordInitiated(place(announced.orderId), announced, { at, dueAt: at });
      woken(announced.orderId);
    }
    if (body === undefined) return;
    const bytes = bytesOf(body as never);
    const { home } = readEvent(bytes);
    await store.recordDelivery(place(home), { eventId: undefined, bytes, secret: 'current', at: room.time.now() });
    woken(home);
  };
  const deadLetters = {
    send: async ({ body }: { readonly body: string }) => {
      // A person puts it back once.
      parked += 1;
      queue.push({ wake: parseWake(body), visibleAt: room.time.now() + 3_600_000 });
    },
  };
  const invoke = async (records: readonly Queued[]) => {
    const [first] = records;
    if (!first) return;
    const dies = random() < options.deaths;
    const fuse = new Fuse(dies ? { effect: pick(14), side: random() < 0.5 ? 'before' : 'after' } : undefined);
    const worker = room.another({
      table: (name) =>
        fuse.watch(room.table(name), name, (method) => ['insert', 'put', 'update', 'delete'].includes(method)),
      client: fuse.watch(room.client, 'slack', (method) => ['post', 'update', 'remove'].includes(method)),
      queue: fuse.watch(sent, 'queue', () => true),
    });
    const body = message(first.wake, { unique: 'u' }).body;
    const record = { body, messageId: 'm', receiptHandle: 'r', attributes: { MessageGroupId: first.wake.home } };
    for (const one of records) one.visibleAt = room.time.now() + visibilityMs;
    const nothing = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const dependencies = {
      tell: worker.tell,
      pacing: { scale: 1, attemptMs: 2_250, random },
      deadLetters,
      lines: nothing,
      count: () => undefined,
      reportError: (error: unknown) => {
        if (!fuse.blown && !(error instanceof Retry)) throw error;
      },
    };
    const verdict = await work([record as SQSRecord], room.time.now() + invocationMs, dependencies).catch(
      (error: unknown) => {
        if (!fuse.blown) throw error;
        return undefined;
      },
    );
    if (fuse.blown) {
      deaths += 1;
      return;
    }
    if (verdict === 'done') for (const one of records) queue.splice(queue.indexOf(one), 1);
    else if (verdict?.comeBackMs !== undefined)
      for (const one of records) one.visibleAt = room.time.now() + verdict.comeBackMs;
  };

  const ears = hearing(room, { held: [], threads: [] });
  const wakeThread: HearParts['wakeThread'] = async (ref) => {
    const woken = threadMessage(ref, 'u');
    if (woken) queue.push({ wake: parseWake(woken.body), visibleAt: room.time.now() });
  };
  const posted = new Map<string, TrueMessage>();
  const heard = new Set<string>();
  const present = () => [ids.payments, ids.partPayments].flatMap((channel) => room.front.control.messages(channel));
  /** False: it has to be said again. */
  const hearOf = async (one: TrueMessage, what: 'posted' | 'deleted'): Promise<boolean> => {
    const marker = markerOf({ blocks: one.blocks });
    if (!marker) return true;
    const about = { id: 'e', team: room.team.id, at: 1, channel: channelId(one.channel), ts: ts(one.ts), marker };
    const news: News = what === 'posted' ? { ...about, what, author: userId(one.userId) } : { ...about, what };
    try {
      heard.add(`${what}: ${await hear(news, { ...ears, wakeThread })}`);
      return true;
    } catch (error) {
      if (error instanceof Retry && error.waiting) return false;
      throw error;
    }
  };
  /** Slack says something of one message that was ever there. */
  const hearSomething = async () => {
    const now = present();
    for (const one of now) posted.set(one.ts, one);
    const one = [...posted.values()][pick(posted.size)];
    if (one) await hearOf(one, now.some(({ ts }) => ts === one.ts) || random() < 0.5 ? 'posted' : 'deleted');
  };

  const drain = async () => {
    for (let turn = 0; turn < 20_000 && (happenings.length > 0 || queue.length > 0); turn += 1) {
      const next = happenings[0];
      if (next && (queue.length === 0 || random() < 0.4)) {
        happenings.shift();
        await happen(next);
        room.time.advance(pick(20_000));
        continue;
      }
      const groups = Map.groupBy(queue, ({ wake }) => wake.home);
      const ready = [...groups.values()].filter((group) =>
        group.every(({ visibleAt }) => visibleAt <= room.time.now()),
      );
      if (ready.length === 0) {
        const soonest = Math.min(
          ...[...groups.values()].map((group) => Math.max(...group.map(({ visibleAt }) => visibleAt))),
        );
        room.time.advance(Math.max(1, soonest - room.time.now()));
        continue;
      }
      // Two groups at once, as two workers would have them.
      const [one, other] = shuffled(ready, pick);
      const hears = options.hears !== undefined && random() < options.hears;
      await Promise.all([
        invoke([...(one ?? [])]),
        random() < 0.5 ? invoke([...(other ?? [])]) : undefined,
        hears ? hearSomething() : undefined,
      ]);
      if (options.hears !== undefined && random() < options.hears) await hearSomething();
    }
  };
  await drain();
  for (let rounds = 0; options.hears !== undefined && rounds < 5; rounds += 1) {
    // Whatever was late has landed, and every lease has ended.
    room.time.advance(600_000);
    for (const one of present()) if (!(await hearOf(one, 'posted'))) throw new Error('Nobody is at work.');
    await drain();
  }

  /** What a thread should know of its lead in the end, from what is kept of the lead and not from its notes. */
  const known = async (orderId: string): Promise<Fact[]> => {
    const said = options.isPlan ? await leads.lead(room.team.id, leadId) : undefined;
    const kept = options.isPlan ? await room.tell.instalments.completedBy(place(orderId), leadId) : [];
    const notes: Note[] = kept.flatMap(({ instalment, permalink }) => {
      const { orderId: of, ...rest } = instalment;
      return of === orderId ? [] : [{ kind: 'earlier', orderId: of, ...rest, ...(permalink && { permalink }) }];
    });
    return [...(said ? [{ kind: 'owner' as const, owner: said.owner }] : []), ...notes].map((note, n) => ({
      source: 'note',
      id: `note#${n}`,
      at: 0,
      note,
    }));
  };
  const struck = room.front.control.faults().reduce((sum, fault) => sum + fault.struck, 0);
  const inSlack: Record<string, string[]> = {};
  const wanted: Record<string, string[]> = {};
  for (const orderId of orders) {
    // The payment may have been told by an event without an order first: whichever thread is older tells it.
    const thread = (await store.threadOf(place(orderId), orderId)) ?? orderId;
    const { facts, homes } = await store.factsOf(place(orderId), thread);
    const isAnnounced = facts.some(({ source }) => source === 'initiated');
    const heard = facts.filter(({ source }) => source !== 'note');
    const state = fold([...heard, ...(isAnnounced ? await known(orderId) : [])]);
    if (state.isTold) {
      const { root, replies } = render(state);
      wanted[orderId] = [asRead(root.content.text), ...replies.map(({ content }) => firstLine(content.text))].sort();
    }
    // A payment that is over stays with who looked after the lead when it was told last.
    const asShown = (line: string) => (state.isOpen ? line : line.replace(/owner [^·|]+· /, ''));
    wanted[orderId] = (wanted[orderId] ?? []).map(asShown);
    const told = standing(room, threadRef(place(orderId), thread).key).map(asShown);
    const pointers = homes
      .filter((home) => home !== thread)
      .map((home) => standing(room, threadRef(place(home), home).key));
    const unpointed = pointers.filter((lines) => lines.length > 0 && !lines.some((line) => line.startsWith('↪️')));
    inSlack[orderId] = unpointed.length > 0 ? ['a joined thread that does not point', ...told] : told;
  }
  const counted = new Set<string>();
  for (const home of homes) {
    const thread = (await store.threadOf(place(home), home)) ?? home;
    const state = fold((await store.factsOf(place(home), thread)).facts);
    if (state.isTold) counted.add(lineOf({ ...summary(state), thread, received: state.paid - state.refunded }));
  }
  const listed = await Promise.all(
    lastDays(30, room.time.now()).map((day) => room.tell.days.payments(room.team.id, day, 1_000)),
  );
  return {
    inSlack,
    wanted,
    listed: listed.flat().map(lineOf).sort(),
    counted: [...counted].sort(),
    faults: struck,
    deaths,
    parked,
    heard: [...heard],
  };
}

const lineOf = ({
  thread,
  state,
  subject,
  received,
}: Summary & { readonly thread: string; readonly received: number }) => `${thread}: ${state}, ${subject}, ${received}`;

type Happening = {
  readonly announced?: Initiated;
  readonly owner?: { readonly id: string; readonly name: string } | null;
  readonly body?: object;
};

const leadId = 'lead_1';

/** The lead is passed on a few times. */
function passingsOn(pick: (below: number) => number): Happening[] {
  const admins = [{ id: 'adm_arjun', name: 'Arjun Mehta' }, { id: 'adm_meera', name: 'Meera Thomas' }, null];
  return Array.from({ length: 1 + pick(3) }, () => ({ owner: admins[pick(admins.length)] ?? null }));
}

/** What the checkout said of the order numbered `n`: a whole payment, or an instalment of so many. */
function announcedAs(orderId: string, n: number, plan: number | undefined): Initiated {
  const lead = { id: plan === undefined ? `lead_${orderId}` : leadId, name: 'Priya Sharma' };
  const part = { kind: 'part', number: n + 1, of: plan ?? 1, planTotal: 4_500_000 * (plan ?? 1) } as const;
  const fact = initiated({ orderId, lead, ...(plan !== undefined && { payment: part }) });
  if (fact.source !== 'initiated') throw new Error('Not an initiated fact.');
  return fact.initiated;
}

/** A random life of one order: tries that fail, one that succeeds perhaps, told by any of the events that may tell it. */
function lifeOf(orderId: string, n: number, plan: number | undefined, pick: (below: number) => number): Happening[] {
  const tried = Array.from({ length: 1 + pick(3) }, (_, t) =>
    attempt(`pay_${n}_${t}`, { orderId, at: start + t * 60 }),
  );
  const bodies: object[] = tried.slice(0, -1).map((one) => failed(one));
  const last = tried.at(-1);
  if (last) {
    if (pick(3) === 0) bodies.push(failed(last));
    if (pick(5) > 0) {
      const told = [authorized(last), captured(last), orderPaid(last), linkPaid(last)];
      bodies.push(...told.filter(() => pick(4) > 0));
      if (pick(4) === 0) bodies.push(captured({ ...last, orderId: null as never }));
    }
  }
  const announced = announcedAs(orderId, n, plan);
  const once: Happening[] = [...(pick(4) > 0 ? [{ announced }] : []), ...bodies.map((body) => ({ body }))];
  return once.flatMap((happening) => (pick(5) === 0 ? [happening, happening] : [happening]));
}

/** Every kind of fault, each with its share: before the effect, after it, and late by less than the settle time; posts also by `late` (ms). */
function orderFaults(room: Room, share: number, seed: number, late: readonly number[]): void {
  const kinds = [
    { kind: 'reset', when: 'before' },
    { kind: 'reset', when: 'after' },
    { kind: 'timeout', when: 'before' },
    { kind: 'timeout', when: 'after' },
    { kind: 'status', when: 'before', status: 503 },
    { kind: 'status', when: 'after', status: 500 },
    { kind: 'error', when: 'after', error: 'internal_error' },
    { kind: 'rateLimited', retryAfterSeconds: 30 },
    { kind: 'late', delayMilliseconds: 8_000 },
    { kind: 'late', delayMilliseconds: 25_000 },
  ] as const;
  // Each is asked only when those before it did not strike.
  for (const [index, kind] of kinds.entries()) {
    const probability = share / kinds.length / (1 - (index * share) / kinds.length);
    room.front.control.fault({ method: '*', probability, seed: seed * 31 + index, ...kind });
  }
  for (const [index, delayMilliseconds] of late.entries()) {
    const chance = { probability: share / kinds.length, seed: seed * 37 + index };
    room.front.control.fault({ method: 'chat.postMessage', ...chance, kind: 'late', delayMilliseconds });
  }
}

/** The roots of a thread with their replies, found by our own marker in the messages and not by what War Room believes. */
function standing(room: Room, threadKey: string): string[] {
  const all = [ids.payments, ids.partPayments].flatMap((channel) => room.front.control.messages(channel));
  const ofThread = all.filter(({ blocks }) => String(blocks[0]?.['block_id'] ?? '').startsWith(`${threadKey}/`));
  const roots = ofThread.filter(({ threadTs }) => threadTs === undefined);
  const misplaced = ofThread.filter(
    ({ threadTs }) => threadTs !== undefined && !roots.some(({ ts }) => ts === threadTs),
  );
  const lines = ofThread.map(({ text, threadTs }) => (threadTs === undefined ? asRead(text) : firstLine(text))).sort();
  return misplaced.length > 0 ? ['a reply outside its thread', ...lines] : lines;
}

/** The lines of a root, without the one in which the app says for whom it speaks. */
function asRead(text: string): string {
  const lines = text.split('\n').filter((line) => !line.startsWith('for '));
  return lines.join(' | ');
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}

function shuffled<T>(items: readonly T[], pick: (below: number) => number): T[] {
  const left = [...items];
  return items.map(() => left.splice(pick(left.length), 1)[0] as T);
}
