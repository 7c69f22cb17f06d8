import { isDeepStrictEqual } from 'node:util';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { Item, Key, Table } from '../aws/table.ts';
import { type TeamId, teamId } from '../base/names.ts';
import { readEvent, sha256 } from './event.ts';
import type { Fact, Initiated, Note } from './lifecycle.ts';
import { comparable } from './nameless.ts';
import type { Watch } from './watch.ts';

/** Where a thread is, whatever homes it has: a tenant's Razorpay account; '' for what belongs to none of them. */
export type ThreadPlace = { readonly team: TeamId; readonly account: string };

/** Where a fact is kept: the home key, in its account, that its body names (`event.ts`). */
export type Place = ThreadPlace & { readonly home: string };

/** A verified webhook, as received. `secret` says which of the two secrets signed it. */
export type Delivery = {
  /** Razorpay's event id header, where it sent one: kept for people who search by it. */
  readonly eventId: string | undefined;
  readonly bytes: Uint8Array;
  readonly secret: 'current' | 'previous';
  /** Milliseconds since 1970. */
  readonly at: number;
};

/** A fact that nobody else will wake, and where it is. */
export type Due = { readonly key: Key; readonly place: Place };

/** What is kept of one thread, all homes together. */
export type ThreadFacts = {
  readonly facts: readonly Fact[];
  /** Signed bodies that could not be read, by the hash they are stored under, with the sentence that says why. */
  readonly unreadable: readonly { readonly id: string; readonly why: string }[];
  /** Facts that a sweep would wake again, because nobody else will. */
  readonly due: readonly Key[];
  /** Every home whose facts these are, the thread's own first. */
  readonly homes: readonly string[];
  /** Threads that were joined into this one and have still to be edited into a pointer to it. */
  readonly pointers: readonly string[];
  /** The thread that this one was joined into, if it was. */
  readonly joinedInto: string | undefined;
  /** When Razorpay is asked about it. */
  readonly watch: Watch | undefined;
};

const dayMs = 86_400_000;
/** How long a fact is kept, in days. */
export const factDays = 400;

/** Initiated facts are spread over this many partitions of the `due` index. */
export const dueShards = ['due#0', 'due#1', 'due#2', 'due#3'] as const;

/**
 * The payment facts of every tenant, in one table: a partition for each home key, a `fact#` item for each fact, and
 * `alias#` partitions that lead from any id to its thread. Each write touches one item and may be repeated.
 */
export class PaymentStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /**
   * Keeps a delivery: store, dedupe and fact in one conditional write. The bytes name the fact, since they are what
   * was signed: however many event ids they come with, they are one fact, and no id keeps other bytes out.
   */
  async recordDelivery(place: Place, delivery: Delivery): Promise<'stored' | 'duplicate'> {
    const stored = await this.#table.insert({
      pk: partition(place),
      sk: `fact#sha256:${sha256(delivery.bytes)}`,
      at: delivery.at,
      eventId: delivery.eventId,
      secret: delivery.secret,
      body: compress(delivery.bytes),
      expires: expiry(delivery.at),
    });
    return stored ? 'stored' : 'duplicate';
  }

  /**
   * Keeps that a payment was initiated, once for an order; `dueAt` (ms) is when a sweep wakes it if no worker has told
   * it by then. `same` and `different` compare with what was kept the first time.
   */
  async recordInitiated(
    place: Place,
    initiated: Initiated,
    times: { readonly at: number; readonly dueAt: number },
  ): Promise<{ readonly outcome: 'stored' | 'same' | 'different'; readonly kept: Initiated }> {
    const key = { pk: partition(place), sk: 'fact#initiated' };
    const stored = await this.#table.insert({
      ...key,
      at: times.at,
      initiated,
      expires: expiry(times.at),
      dueShard: shardOf(place.home, dueShards),
      dueAt: times.dueAt,
    });
    if (stored) return { outcome: 'stored', kept: initiated };

    const kept = initiatedOf(await this.#table.get(key));
    if (!kept) throw new Error(`The initiated fact of ${place.home} was there and then was not.`);
    return { outcome: sameButForTime(kept, initiated) ? 'same' : 'different', kept };
  }

  /**
   * Keeps what Razorpay's API answered, written as the webhook that would have told it. `name` says what it is of and
   * how it stands, `<entity id>#<status>#<amount>`, so that the same answer is one fact. True where it is news.
   */
  async recordReconciled(place: Place, name: string, bytes: Uint8Array, at: number): Promise<boolean> {
    const body = compress(bytes);
    return this.#table.insert({
      pk: partition(place),
      sk: `fact#reconciled#${name}`,
      at,
      body,
      expires: expiry(at),
    });
  }

  /**
   * Keeps a note of our own, once for its `name`. True where it is news. `at` (ms) is since when it holds; where that is
   * long ago, it is kept as long as the facts that come `now`.
   */
  async recordNote(place: Place, name: string, note: Note, at: number, now = at): Promise<boolean> {
    return this.#table.insert({ pk: partition(place), sk: `fact#note#${name}`, at, note, expires: expiry(now) });
  }

  /** The thread in which `id` (of an order, payment, link …) is told, or undefined when nobody has met it. */
  async threadOf(place: ThreadPlace, id: string): Promise<string | undefined> {
    let thread = await this.#alias(place, id);
    for (let hops = 0; thread !== undefined && hops < 10; hops += 1) {
      const next = await this.#alias(place, thread.thread);
      if (!next || next.thread === thread.thread) return thread.thread;
      thread = next;
    }
    return undefined;
  }

  /**
   * Claims `ids`, met in the facts of `thread`, for it. Where one belongs to another thread the two are one payment: the
   * thread claimed later is joined into the earlier one, by one conditional write that everybody agrees on, so that two
   * workers never join in opposite directions. Answers the thread that is left, and whether anything was joined.
   *
   * `displace` is called with a thread that stops to be told, before the world sees the move: a worker that is about to
   * post there has to read again. `since` (ms) is when the thread was first claimed, which nothing changes.
   */
  async claim(
    place: Place,
    thread: string,
    ids: readonly string[],
    now: number,
    displace: (joined: string) => Promise<void>,
  ): Promise<{ readonly thread: string; readonly joined: boolean; readonly since: number }> {
    const wanted = [...new Set([thread, ...ids])];
    const found = await this.#table.getMany(wanted.map((id) => aliasKey(place, id)));
    const owners = new Map(found.map((item) => [item.pk, String(item['thread'])]));
    const own = found.find(({ pk }) => pk === aliasKey(place, thread).pk);

    let left = thread;
    for (const id of wanted) {
      const key = aliasKey(place, id);
      if (owners.get(key.pk) === left) continue;
      if (!owners.has(key.pk) && (await this.#table.insert({ ...key, thread: left, at: now }))) continue;
      const other = await this.threadOf(place, id);
      // The thread's own claim may lead elsewhere: somebody joined it, and this worker follows.
      if (id === thread && other !== undefined) left = other;
      else if (other !== undefined && other !== left) left = await this.#join(place, left, other, displace);
    }
    return {
      thread: left,
      joined: left !== thread || wanted.some((id) => isElsewhere(owners.get(aliasKey(place, id).pk), thread)),
      since: own ? Number(own['at']) : now,
    };
  }

  /** Since when (ms) each of `threads` is claimed; those that nobody claimed are left out. */
  async claimed(place: ThreadPlace, threads: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const keys = new Map(threads.map((thread) => [aliasKey(place, thread).pk, thread]));
    const found = await this.#table.getMany(threads.map((thread) => aliasKey(place, thread)));
    return new Map(found.flatMap(({ pk, at }) => [[keys.get(pk) ?? '', Number(at)] as const]));
  }

  /** Makes a home's facts part of a thread, once. */
  async adopt(place: ThreadPlace, thread: string, home: string): Promise<void> {
    await this.#table.insert({ pk: partition({ ...place, home: thread }), sk: `home#${home}` });
  }

  /** Every fact of a thread, of all its homes: consistent, so it holds all that was stored before the call. */
  async factsOf(place: ThreadPlace, thread: string): Promise<ThreadFacts> {
    const own = await this.#table.query(partition({ ...place, home: thread }));
    const homes = own.filter((item) => item.sk.startsWith('home#'));
    const others = await Promise.all(
      homes.map((item) => this.#table.query(partition({ ...place, home: item.sk.slice('home#'.length) }), 'fact#')),
    );
    const items = [...own.filter((item) => item.sk.startsWith('fact#')), ...others.flat()];
    const readings = items.flatMap((item) => readFact(item) ?? []);

    return {
      facts: readings.flatMap((reading) => ('source' in reading ? reading : [])),
      unreadable: readings.flatMap((reading) => ('why' in reading ? reading : [])),
      due: items.filter((item) => item['dueShard'] !== undefined).map(({ pk, sk }) => ({ pk, sk })),
      homes: [thread, ...homes.map((item) => item.sk.slice('home#'.length))],
      pointers: homes.filter((item) => item['pointer'] === true).map((item) => item.sk.slice('home#'.length)),
      joinedInto: joinedInto(own),
      watch: watchIn(own),
    };
  }

  /** The facts are told: the sweep need not wake them. */
  async clearDue(due: readonly Key[]): Promise<void> {
    await Promise.all(due.map((key) => this.#table.update(key, { update: 'REMOVE dueShard, dueAt' })));
  }

  /** The joined thread has been edited into a pointer, or had nothing to edit. */
  async clearPointer(place: ThreadPlace, thread: string, joined: string): Promise<void> {
    const key = { pk: partition({ ...place, home: thread }), sk: `home#${joined}` };
    await this.#table.update(key, { update: 'REMOVE #pointer', names: { '#pointer': 'pointer' } });
  }

  /** Facts of one shard that became due before `now` (ms), with the place to wake. Only wakes: may be stale. */
  async due(shard: string, now: number, limit: number): Promise<Due[]> {
    const keys = await this.#table.due(shard, now, limit);
    return keys.flatMap((key) => {
      const place = placeOf(key.pk);
      return place ? [{ key, place }] : [];
    });
  }

  /** A fact was woken: it is due again at `until` (ms), unless it is told before. */
  async postpone({ key }: Due, until: number): Promise<void> {
    await this.#table.update(key, {
      update: 'SET dueAt = :until',
      when: 'attribute_exists(dueShard)',
      values: { ':until': until },
    });
  }

  async #alias(place: ThreadPlace, id: string): Promise<{ thread: string; at: number } | undefined> {
    const item = await this.#table.get(aliasKey(place, id));
    return item && { thread: String(item['thread']), at: Number(item['at']) };
  }

  async #join(place: Place, one: string, other: string, displace: (joined: string) => Promise<void>): Promise<string> {
    const [a, b] = await Promise.all([this.#alias(place, one), this.#alias(place, other)]);
    const oneIsOlder = (a?.at ?? 0) < (b?.at ?? 0) || (a?.at === b?.at && one < other);
    const [winner, loser] = oneIsOlder ? [one, other] : [other, one];

    // Its facts are reachable from the winner first; then it stops posting; only then does the world see the move.
    const loserPartition = partition({ ...place, home: loser });
    const homes = await this.#table.query(loserPartition, 'home#');
    for (const item of homes) await this.adopt(place, winner, item.sk.slice('home#'.length));
    await this.#table.put({ pk: partition({ ...place, home: winner }), sk: `home#${loser}`, pointer: true });
    await this.#table.put({ pk: loserPartition, sk: 'joined', into: winner });
    await this.finishJoin(place, loser, winner, displace);
    return winner;
  }

  /** The last steps of a join, for whoever finds that it was begun: a worker may have stopped in between. */
  async finishJoin(
    place: ThreadPlace,
    loser: string,
    winner: string,
    displace: (joined: string) => Promise<void>,
  ): Promise<void> {
    await displace(loser);
    await this.#table.update(aliasKey(place, loser), {
      update: 'SET thread = :winner',
      when: 'thread = :loser',
      values: { ':winner': winner, ':loser': loser },
    });
  }
}

/** The partition of a home's facts. */
export function partition(place: Place): string {
  return `${place.team}#${place.account}#${place.home}`;
}

/** The inverse of `partition`: team and account hold no `#`, a home key may. */
export function placeOf(pk: string): Place | undefined {
  const [, team, account, home] = /^([^#]+)#([^#]+)#(.+)$/s.exec(pk) ?? [];
  return team && account && home ? { team: teamId(team), account, home } : undefined;
}

function aliasKey(place: ThreadPlace, id: string): Key {
  return { pk: `${place.team}#${place.account}#alias#${id}`, sk: 'thread' };
}

/** The one of `shards` in which a home lies. */
export function shardOf<Shard extends string>(home: string, shards: readonly [Shard, ...Shard[]]): Shard {
  const sum = [...home].reduce((total, letter) => total + letter.charCodeAt(0), 0);
  return shards[sum % shards.length] ?? shards[0];
}

/** When what is kept since `at` (ms) is forgotten, in the database's own unit: Unix seconds. */
export function expiry(at: number): number {
  return Math.floor((at + factDays * dayMs) / 1000);
}

/** A body as it is kept. */
export function compress(bytes: Uint8Array): Uint8Array {
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
}

/** The bytes of a body that is kept. */
export function bytesOf(body: Uint8Array): Uint8Array {
  return brotliDecompressSync(body);
}

/** Undefined for one whose bytes could not be read and were erased: only that it came is still known. */
function readFact(item: Item): Fact | { readonly id: string; readonly why: string } | undefined {
  const id = item.sk.slice('fact#'.length);
  const at = Number(item['at']);
  const initiated = initiatedOf(item);
  if (initiated) return { source: 'initiated', id, at, initiated };
  if (item['note'] !== undefined) return { source: 'note', id, at, note: item['note'] as Note };

  if (item['body'] === undefined) return undefined;
  const reading = readEvent(bytesOf(item['body'] as Uint8Array));
  if (!reading.readable) return { id, why: reading.why };
  const source = id.startsWith('reconciled#') ? 'reconciled' : 'razorpay';
  return { source, id: String(item['eventId'] ?? id), at, event: reading.event };
}

function initiatedOf(item: Item | undefined): Initiated | undefined {
  return item?.['initiated'] as Initiated | undefined;
}

function isElsewhere(owner: string | undefined, thread: string): boolean {
  return owner !== undefined && owner !== thread;
}

function joinedInto(items: readonly Item[]): string | undefined {
  const joined = items.find((item) => item.sk === 'joined');
  return joined && String(joined['into']);
}

function watchIn(items: readonly Item[]): Watch | undefined {
  const item = items.find(({ sk }) => sk === 'watch');
  if (!item) return undefined;
  const [dueAt, snooze] = [item['dueAt'], item['snooze']];
  return {
    waitsFor: String(item['waitsFor']),
    opened: Number(item['opened']),
    looked: Number(item['looked']),
    dueAt: dueAt === undefined ? undefined : Number(dueAt),
    snooze: snooze === undefined ? undefined : Number(snooze),
  };
}

/** The caller may leave out when it started: a repetition may differ in that, and in the name of somebody who was erased. */
function sameButForTime(kept: Initiated, again: Initiated): boolean {
  return isDeepStrictEqual({ ...kept, initiatedAt: 0 }, { ...comparable(kept, again), initiatedAt: 0 });
}
