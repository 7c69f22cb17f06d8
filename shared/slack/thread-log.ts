import type { Item, Table } from '../aws/table.ts';
import { type ChannelId, channelId, type TeamId, type Ts, ts, type UserId, userId } from '../base/names.ts';

/** One thread of a team, by the key of what it is about: `payments#live#order_…`. */
export type ThreadRef = { readonly team: TeamId; readonly key: string };

/**
 * Where a thread lives, fixed with its root's first intent and kept: which row of the routing said so, and why. How it is
 * told there is kept for the room that tells it, since what decided may be changed later.
 */
export type Destination = {
  readonly channel: ChannelId;
  readonly row: string;
  readonly why: string;
  /** The version of the decision table that has the row. */
  readonly version?: number;
  /** Absent: as the assigned admin, where there is one. */
  readonly postAs?: 'admin' | 'app';
  /** The changes whose replies are also shown in the channel. Absent: none. */
  readonly broadcast?: readonly string[];
};

/**
 * What is known of one message.
 * `intent`: a call was about to be made; `unsure`: it was made and nobody knows what came of it (with a `ts`, it was an
 * edit); `absent`: it was looked for and is not there; `posted`: it is; `gone`: a person deleted it.
 */
export type Entry = {
  readonly state: 'intent' | 'unsure' | 'absent' | 'posted' | 'gone';
  /** Grows with every attempt; the message carries it, so that what is found can be told from what is wanted. */
  readonly revision: number;
  /** Of the content at that revision. */
  readonly hash: string;
  readonly ts?: Ts;
  readonly author?: UserId;
  /** Milliseconds; the window of a look-up begins at the first and the settle time at the last. */
  readonly firstAttempt?: number;
  readonly lastAttempt?: number;
  /** It is there and can never be edited again. */
  readonly fixed?: true;
  /** It was posted again after an attempt whose outcome could not be seen: that one may still land, so look once more. */
  readonly again?: true;
  /** It is being taken back on purpose, or was: that it goes from Slack is no news, and nothing follows it by itself. */
  readonly takenBack?: true;
};

export type Entries = Readonly<Record<string, Entry>>;

/** How far an interrupted look-up came, so that the next one reads on instead of beginning again. */
export type LookUp = {
  readonly since: number;
  readonly until: number;
  /** By place, `channel` or a root: the last message that was read, or `done` when all were. */
  readonly reached: Readonly<Record<string, string>>;
  /** What was found so far of the messages that are looked for. */
  readonly found: readonly Sighting[];
};

/** A message of ours as a look-up found it. */
export type Sighting = { readonly key: string; readonly revision: number; readonly ts: Ts; readonly author: UserId };

/** A message of ours that must not stay: doubled or misplaced. Only its author can delete it. */
export type Stray = { readonly ts: Ts; readonly author: UserId };

/** A thread as it is kept. `version` 0 stands for a thread that is not kept yet. */
export type Thread = {
  readonly version: number;
  readonly destination: Destination | undefined;
  readonly lease: { readonly owner: string; readonly until: number } | undefined;
  /** The owner of the last pass that gave its lease back. */
  readonly lastOwner: string | undefined;
  readonly failures: number;
  readonly failingSince: number | undefined;
  readonly entries: Entries;
  readonly lookUp: LookUp | undefined;
  /** Where this thread waits for a person, if it does. */
  readonly heldIn: ChannelId | 'all' | undefined;
  readonly strays: readonly Stray[];
  /** `<message key> <pass>`: messages on which a pass that had lost its lease may have put an older text. */
  readonly resend: readonly string[];
  /** What of it was parked and waits for a person, by names that mean something to the room that tells it. */
  readonly parked: readonly string[];
};

/** The threads of `AdminSlackMessageLog`: one item each, every write conditional on what was read before it. */
export class ThreadLog {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async read(ref: ThreadRef): Promise<Thread> {
    return readThread(await this.#table.get(key(ref)));
  }

  /** Several threads at once, by their keys; those of which nothing is kept are left out. */
  async readAll(team: TeamId, keys: readonly string[]): Promise<ReadonlyMap<string, Thread>> {
    const wanted = new Map([...new Set(keys)].map((each) => [key({ team, key: each }).pk, each]));
    const items = await this.#table.getMany([...wanted.keys()].map((pk) => ({ pk, sk: 'thread' })));
    return new Map(items.map((item) => [wanted.get(item.pk) ?? '', readThread(item)]));
  }

  /**
   * Takes the lease and writes the intents of a pass, on the condition that nobody has written since `thread` was read
   * and nobody holds the lease. False: somebody has, or does. A write whose answer was lost and that was sent again by
   * the SDK finds its own owner in the item, and holds the lease.
   */
  async begin(
    ref: ThreadRef,
    thread: Thread,
    pass: { readonly owner: string; readonly now: number; readonly until: number },
    intents: { readonly destination: Destination; readonly entries: Entries },
  ): Promise<boolean> {
    const written = await this.#write(ref, thread, {
      set: '#lease = :lease, #dest = :dest, #m = :m',
      remove: '#look',
      names: { '#lease': 'lease', '#dest': 'dest', '#m': 'm', '#look': 'look' },
      values: {
        ':lease': { owner: pass.owner, until: pass.until },
        ':dest': intents.destination,
        ':m': intents.entries,
      },
      now: pass.now,
    });
    return written || (await this.read(ref)).lease?.owner === pass.owner;
  }

  /**
   * Records what a look-up told, strays among it, without a lease: nothing was sent. False: somebody wrote since
   * `thread` was read, or holds the lease.
   */
  async adopt(ref: ThreadRef, thread: Thread, now: number, found: Found): Promise<boolean> {
    const { entries, progress, strays } = found;
    return this.#write(ref, thread, {
      set: progress ? '#m = :m, #look = :look' : '#m = :m',
      remove: progress ? '#f, #since' : '#look, #f, #since',
      ...(strays.length > 0 && { add: '#strays :strays' }),
      names: {
        '#m': 'm',
        '#lease': 'lease',
        '#look': 'look',
        '#f': 'failures',
        '#since': 'failingSince',
        ...(strays.length > 0 && { '#strays': 'strays' }),
      },
      values: { ':m': entries, ...(progress && { ':look': progress }), ...sets({ strays, resend: [] }) },
      now,
    });
  }

  /**
   * Records what Slack itself said of a message, or what is to become of it, where nobody is at work. False: somebody wrote since `thread` was read, or
   * is at work. A pass that thaws after its lease has ended may still write what it knew over this; what is lost then is
   * found out again as if Slack had said nothing.
   */
  async hear(ref: ThreadRef, thread: Thread, now: number, entries: Entries): Promise<boolean> {
    const names = { '#m': 'm', '#lease': 'lease' };
    return this.#write(ref, thread, { set: '#m = :m', remove: undefined, names, values: { ':m': entries }, now });
  }

  /** Writes the results of a pass and gives its lease back. False: the lease was lost, and nothing was written. */
  async finish(ref: ThreadRef, owner: string, results: Results): Promise<boolean> {
    const { strays, resend } = results.mended;
    // Without a root, posted or in doubt, nothing ties the thread to its channel: a new route may send it elsewhere.
    const rootless = !Object.keys(results.entries).some(isRoot);
    const mended = [
      ...(strays.length > 0 ? ['#strays :strays'] : []),
      ...(resend.length > 0 ? ['#resend :resend'] : []),
    ];
    const written = await this.#table.update(key(ref), {
      update: `SET #m = :m, #v = #v + :one, #by = :owner REMOVE #lease${results.failed ? '' : ', #f, #since'}${rootless ? ', #dest' : ''}${mended.length > 0 ? ` DELETE ${mended.join(', ')}` : ''}`,
      when: '#lease.#owner = :owner',
      names: {
        '#m': 'm',
        '#v': 'v',
        '#by': 'by',
        '#lease': 'lease',
        '#owner': 'owner',
        ...(!results.failed && { '#f': 'failures', '#since': 'failingSince' }),
        ...(rootless && { '#dest': 'dest' }),
        ...(strays.length > 0 && { '#strays': 'strays' }),
        ...(resend.length > 0 && { '#resend': 'resend' }),
      },
      values: { ':m': results.entries, ':one': 1, ':owner': owner, ...sets(results.mended) },
    });
    return written || (await this.read(ref)).lastOwner === owner;
  }

  /**
   * Notes what has to be mended in a later pass, whoever holds the lease now: sets grow and shrink by themselves, so a
   * pass that writes its results does not wipe this out.
   */
  async note(ref: ThreadRef, mend: Mended): Promise<void> {
    const added = [
      ...(mend.strays.length > 0 ? [', #strays :strays'] : []),
      ...(mend.resend.length > 0 ? [', #resend :resend'] : []),
    ];
    await this.#table.update(key(ref), {
      update: `ADD #v :one${added.join('')}`,
      names: {
        '#v': 'v',
        ...(mend.strays.length > 0 && { '#strays': 'strays' }),
        ...(mend.resend.length > 0 && { '#resend': 'resend' }),
      },
      values: { ':one': 1, ...sets(mend) },
    });
  }

  /** The channel of a thread has another id. Only where the thread still lives, or was about to, under the old one. */
  async move(ref: ThreadRef, from: ChannelId, to: Destination): Promise<void> {
    await this.#table.update(key(ref), {
      update: 'SET #dest = :to ADD #v :one',
      when: 'attribute_not_exists(#dest) OR #dest.#channel = :from',
      names: { '#dest': 'dest', '#channel': 'channel', '#v': 'v' },
      values: { ':to': to, ':from': from, ':one': 1 },
    });
  }

  /**
   * The channel of a thread is gone, and nothing of it was there that anybody could have read: it is as if it had never been tried.
   * False: somebody wrote since `thread` was read, or is at work.
   */
  async startOver(ref: ThreadRef, thread: Thread, now: number): Promise<boolean> {
    const names = { '#m': 'm', '#lease': 'lease', '#dest': 'dest', '#look': 'look', '#strays': 'strays' };
    return this.#write(ref, thread, {
      set: '#m = :m',
      remove: '#dest, #look, #strays',
      names,
      values: { ':m': {} },
      now,
    });
  }

  /** Remembers where a thread waits, so that whoever tells it next can give it free there. */
  async hold(ref: ThreadRef, where: ChannelId | 'all'): Promise<void> {
    await this.#table.update(key(ref), {
      update: 'SET #held = :where',
      names: { '#held': 'held' },
      values: { ':where': where },
    });
  }

  async unhold(ref: ThreadRef, where: ChannelId | 'all'): Promise<void> {
    await this.#table.update(key(ref), {
      update: 'REMOVE #held',
      when: '#held = :where',
      names: { '#held': 'held' },
      values: { ':where': where },
    });
  }

  /** Makes every pass that has read this thread and not yet begun read it again. */
  async displace(ref: ThreadRef): Promise<void> {
    await this.#table.update(key(ref), { update: 'ADD #v :one', names: { '#v': 'v' }, values: { ':one': 1 } });
  }

  /** Counts a failed attempt. Answers how many there were in a row, and since when. */
  async fail(ref: ThreadRef, now: number): Promise<{ readonly attempts: number; readonly since: number }> {
    await this.#table.update(key(ref), {
      update: 'SET #since = if_not_exists(#since, :now) ADD #f :one',
      names: { '#f': 'failures', '#since': 'failingSince' },
      values: { ':one': 1, ':now': now },
    });
    const thread = await this.read(ref);
    return { attempts: thread.failures, since: thread.failingSince ?? now };
  }

  /** Notes that it is about to be parked, so that a pass which tells it after all can say so. */
  async park(ref: ThreadRef, name: string): Promise<void> {
    await this.#table.update(key(ref), {
      update: 'ADD #parked :name',
      names: { '#parked': 'parked' },
      values: { ':name': new Set([name]) },
    });
  }

  /** It was told after all. */
  async unpark(ref: ThreadRef, name: string): Promise<void> {
    await this.#table.update(key(ref), {
      update: 'DELETE #parked :name',
      names: { '#parked': 'parked' },
      values: { ':name': new Set([name]) },
    });
  }

  /** A parked record counts from nothing when a person puts it back. */
  async forgive(ref: ThreadRef): Promise<void> {
    await this.#table.update(key(ref), {
      update: 'REMOVE #f, #since',
      names: { '#f': 'failures', '#since': 'failingSince' },
    });
  }

  #write(
    ref: ThreadRef,
    thread: Thread,
    change: {
      readonly set: string;
      readonly remove: string | undefined;
      readonly add?: string;
      readonly names: Record<string, string>;
      readonly values: Record<string, unknown>;
      readonly now: number;
    },
  ): Promise<boolean> {
    return this.#table.update(key(ref), {
      update: `SET ${change.set}, #v = :next${change.remove ? ` REMOVE ${change.remove}` : ''}${change.add ? ` ADD ${change.add}` : ''}`,
      when: `${thread.version === 0 ? 'attribute_not_exists(#v)' : '#v = :version'} AND (attribute_not_exists(#lease) OR #lease.#until < :now)`,
      names: { ...change.names, '#v': 'v', '#until': 'until' },
      values: {
        ...change.values,
        ':next': thread.version + 1,
        ':now': change.now,
        ...(thread.version > 0 && { ':version': thread.version }),
      },
    });
  }
}

/** What a look-up found. `progress` is kept where it was interrupted. */
type Found = {
  readonly entries: Entries;
  readonly progress: LookUp | undefined;
  readonly strays: readonly Stray[];
};

/** What a pass leaves when it gives its lease back. `failed` keeps the count of failures in a row. */
type Results = { readonly entries: Entries; readonly mended: Mended; readonly failed: boolean };

/** What a pass left behind, or set right. */
export type Mended = { readonly strays: readonly Stray[]; readonly resend: readonly string[] };

function sets({ strays, resend }: Mended): Record<string, Set<string>> {
  return {
    ...(strays.length > 0 && { ':strays': new Set(strays.map(({ ts, author }) => `${ts} ${author}`)) }),
    ...(resend.length > 0 && { ':resend': new Set(resend) }),
  };
}

/** `root`, or a later generation of it: `root~2`. */
export function isRoot(key: string): boolean {
  return /^root(~\d+)?$/.test(key);
}

function readStray(text: string): Stray {
  const [at = '', author = ''] = text.split(' ');
  return { ts: ts(at), author: userId(author) };
}

function key({ team, key }: ThreadRef) {
  return { pk: `${team}#thread#${key}`, sk: 'thread' };
}

/** A thread as its item has it. */
export function readThread(item: Item | undefined): Thread {
  const destination = item?.['dest'] as Destination | undefined;
  return {
    version: Number(item?.['v'] ?? 0),
    destination: destination && { ...destination, channel: channelId(destination.channel) },
    lease: item?.['lease'] as Thread['lease'],
    lastOwner: item?.['by'] as string | undefined,
    failures: Number(item?.['failures'] ?? 0),
    failingSince: item?.['failingSince'] as number | undefined,
    entries: (item?.['m'] ?? {}) as Entries,
    lookUp: item?.['look'] as LookUp | undefined,
    heldIn: item?.['held'] as Thread['heldIn'],
    strays: [...((item?.['strays'] as Set<string> | undefined) ?? [])].sort().map(readStray),
    resend: [...((item?.['resend'] as Set<string> | undefined) ?? [])].sort(),
    parked: [...((item?.['parked'] as Set<string> | undefined) ?? [])].sort(),
  };
}
