/**
 * The way round of what is parked: the queue of payments, its worker, the dead letters, what takes them over, and people
 * who press. Queues and Slack are in process, on a clock that only a test moves.
 */
import type { SQSRecord } from 'aws-lambda';
import { memoryDatabase } from '../../lib/local/memory-database.ts';
import type { Verdict } from '../../shared/aws/groups.ts';
import type { Message } from '../../shared/aws/queue.ts';
import { Table } from '../../shared/aws/table.ts';
import { ignoreParked, lookAtParked, type ParkedPressDependencies, retryParked } from '../../shared/parked/press.ts';
import type { Episode } from '../../shared/parked/record.ts';
import { ParkedStore } from '../../shared/parked/store.ts';
import { takeOver } from '../../shared/parked/take-over.ts';
import { readEvent } from '../../shared/payments/event.ts';
import { parkedPayments, placeOf } from '../../shared/payments/parked.ts';
import { PaymentStore } from '../../shared/payments/store.ts';
import { threadRef } from '../../shared/payments/wake.ts';
import { work } from '../../shared/payments/work.ts';
import { attempt, bytesOf, captured } from './facts.ts';
import { Fuse } from './fuse.ts';
import { startRoom } from './room.ts';
import { ids } from './slack-world.ts';

export type Waiting = {
  readonly id: string;
  readonly sentAt: number;
  readonly body: string;
  readonly group: string;
  visibleAt: number;
  receives: number;
};

/** SQS as far as it matters here: what was taken within five minutes is taken once, and what is worked is hidden. */
export class Fifo {
  readonly waiting: Waiting[] = [];
  /** Every message that was taken, duplicates left out. */
  readonly taken: Message[] = [];
  readonly #seen = new Map<string, number>();
  readonly #now: () => number;
  readonly #name: string;

  constructor(name: string, now: () => number) {
    this.#name = name;
    this.#now = now;
  }

  async send(message: Message): Promise<void> {
    const key = `${message.group} ${message.dedupe}`;
    const before = this.#seen.get(key);
    if (before !== undefined && this.#now() - before < 300_000) return;
    this.#seen.set(key, this.#now());
    this.taken.push(message);
    const id = `${this.#name}-${this.taken.length}`;
    const [sentAt, visibleAt] = [this.#now(), this.#now()];
    this.waiting.push({ id, sentAt, body: message.body, group: message.group, visibleAt, receives: 0 });
  }

  /** The first message that may be received now: none of a group before which another one waits. */
  next(): Waiting | undefined {
    return this.#firsts().find(({ visibleAt }) => visibleAt <= this.#now());
  }

  /** When a message may be received next (ms); never where none waits. */
  nextAt(): number {
    return Math.min(...this.#firsts().map(({ visibleAt }) => visibleAt));
  }

  #firsts(): Waiting[] {
    return [...Map.groupBy(this.waiting, ({ group }) => group).values()].flatMap(([first]) => first ?? []);
  }

  done(message: Waiting): void {
    this.waiting.splice(this.waiting.indexOf(message), 1);
  }
}

type Doing = (message: Waiting, fuse?: Fuse) => Promise<Verdict>;

/** Works a queue and its dead letters, one message at a time, on a clock that moves on where something has to wait. */
export function stepping(
  queue: Fifo,
  deadLetters: Fifo,
  time: { now(): number; advance(ms: number): void },
  workOn: Doing,
  takeOverOf: Doing,
) {
  const now = () => time.now();
  /** One message of either queue is received and worked; false where none may be received now. */
  const step = async (fuse?: Fuse): Promise<boolean> => {
    for (const [fifo, doing] of [
      [deadLetters, takeOverOf],
      [queue, workOn],
    ] as const) {
      const message = fifo.next();
      if (!message) continue;
      message.receives += 1;
      message.visibleAt = now() + 180_000;
      const verdict = await doing(message, fuse).catch((error: unknown) => {
        if (!fuse?.blown) throw error;
        return undefined;
      });
      if (fuse?.blown || verdict === undefined) return true;
      if (verdict === 'done') fifo.done(message);
      else if (verdict.comeBackMs !== undefined) message.visibleAt = now() + verdict.comeBackMs;
      return true;
    }
    return false;
  };
  /** Works both queues until nothing may be received within `withinMs`. */
  const settle = async (withinMs = 600_000): Promise<void> => {
    const end = now() + withinMs;
    for (let turn = 0; turn < 20_000; turn += 1) {
      if (await step()) continue;
      const next = Math.min(queue.nextAt(), deadLetters.nextAt());
      if (next > end) return;
      time.advance(Math.max(1, next - now()));
    }
    throw new Error('It never came to an end.');
  };
  return { step, settle };
}

/** Who presses. */
export const kavya = { id: 'adm_kavya', name: 'Kavya Rao' };
const meera = { id: 'adm_meera', name: 'Meera Thomas' };
export const arjun = { id: 'adm_arjun', name: 'Arjun Mehta' };

export const writes = ['insert', 'put', 'replace', 'update', 'delete', 'take'];
export const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

export type Parking = Awaited<ReturnType<typeof openParking>>;

/** A workspace, its queues, and the code that works them. */
export async function openParking() {
  const database = memoryDatabase();
  const room = await startRoom((name) => new Table(database, name), { inProcess: true });
  const now = () => room.time.now();
  const queue = new Fifo('wake', now);
  const deadLetters = new Fifo('parked', now);
  const counted = new Map<string, number>();
  const count = (name: string, by = 1) => void counted.set(name, (counted.get(name) ?? 0) + by);
  const store = new PaymentStore(room.table('payments'));

  const workOn = async ({ body, id, receives, group }: Waiting, fuse = new Fuse()) => {
    const { tell } = room.another({
      table: (name) => fuse.watch(room.table(name), name, (method) => writes.includes(method)),
      client: fuse.watch(room.client, 'slack', (method) => ['post', 'update', 'remove'].includes(method)),
      queue: fuse.watch(queue, 'queue', () => true),
    });
    const record = {
      body,
      messageId: id,
      attributes: { MessageGroupId: group, ApproximateReceiveCount: `${receives}` },
    };
    return work([record as SQSRecord], room.until(), {
      tell,
      pacing: { scale: 1, attemptMs: 2_250, random: () => 0.5 },
      deadLetters: fuse.watch(deadLetters, 'deadLetters', () => true),
      lines: silent,
      count,
      reportError: () => undefined,
    });
  };
  const takeOverOf = async ({ body, id, sentAt, receives, group }: Waiting, fuse = new Fuse()) => {
    const record = {
      body,
      messageId: id,
      attributes: { MessageGroupId: group, ApproximateReceiveCount: `${receives}`, SentTimestamp: `${sentAt}` },
    };
    return takeOver(record as SQSRecord, {
      kind: parkedPayments,
      parked: new ParkedStore(fuse.watch(room.table('payments'), 'payments', (method) => writes.includes(method))),
      queue: fuse.watch(queue, 'queue', () => true),
      clock: { now },
      lines: silent,
      count,
      report: () => undefined,
      scale: 1,
    });
  };
  const { step, settle } = stepping(queue, deadLetters, room.time, workOn, takeOverOf);

  const pressing = (fuse = new Fuse()): ParkedPressDependencies => ({
    kind: parkedPayments,
    parked: new ParkedStore(fuse.watch(room.table('payments'), 'payments', (method) => writes.includes(method))),
    threadOf: async (team, subject) => {
      const place = placeOf(team, subject);
      return threadRef(place, (await store.threadOf(place, place.home)) ?? place.home);
    },
    log: room.log,
    queue: fuse.watch(queue, 'queue', () => true),
    clock: { now },
  });
  const ops = () => room.front.control.messages(ids.ops);
  return {
    room,
    queue,
    deadLetters,
    store,
    parked: new ParkedStore(room.table('payments')),
    counted,
    step,
    settle,
    pressing,
    /** A payment that Slack refuses for good, as long as the fault lasts. */
    pay: async (id: string) => {
      const bytes = bytesOf(captured(attempt(`pay_${id}`, { orderId: `order_${id}` })));
      const { home } = readEvent(bytes);
      const place = { team: room.team.id, account: 'live', home };
      await store.recordDelivery(place, { eventId: undefined, bytes, secret: 'current', at: now() });
      await queue.send({
        body: JSON.stringify({ ...place, cause: 'webhook' }),
        group: `${home}`,
        dedupe: `${id}#${queue.taken.length}`,
      });
    },
    refuse: (error = 'invalid_blocks') =>
      room.front.control.fault({ method: 'chat.postMessage', channel: ids.payments, kind: 'error', error }),
    mend: () => room.front.control.resetFaults(),
    /** The roots of the ops channel, each by its first line, and the first lines of the replies under it. */
    notices: () =>
      ops()
        .filter(({ threadTs }) => threadTs === undefined)
        .map(({ ts, text }) => [
          text.split('\n')[0] ?? '',
          ...ops().flatMap((reply) => (reply.threadTs === ts ? [reply.text.split('\n')[0] ?? ''] : [])),
        ]),
    /** The payments that are told, by the first line of their root. */
    told: () =>
      room.front.control
        .messages(ids.payments)
        .flatMap(({ threadTs, text }) => (threadTs === undefined ? [text.split('\n')[0] ?? ''] : [])),
    /** The value of the buttons of the newest notice. */
    episode: async (): Promise<Episode> => {
      const [record] = await new ParkedStore(room.table('payments')).waiting(room.team.id);
      if (!record) throw new Error('Nothing waits.');
      return { code: record.code, since: record.episode };
    },
    retry: (episode: Episode, press: string, by = kavya, fuse?: Fuse) =>
      retryParked({ team: room.team.id, episode, press, by }, pressing(fuse)),
    ignore: (episode: Episode, press: string, by = meera, fuse?: Fuse) =>
      ignoreParked({ team: room.team.id, episode, press, by }, pressing(fuse)),
    show: (episode: Episode) => lookAtParked(room.team.id, episode, room.team.url, pressing()),
  };
}
