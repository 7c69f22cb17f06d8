import type { Item, Key, Table } from '../aws/table.ts';
import type { Clock } from '../base/clock.ts';
import { Unavailable } from '../base/errors.ts';
import type { TeamId } from '../base/names.ts';
import type { Pointer } from './closure.ts';
import type { Closure } from './closure-store.ts';
import { packed, unpacked } from './packed.ts';
import { type PieceLimits, type Plan, piecesOf, type Row, sizeOf } from './plan.ts';

/** What was decided on the directory as it is: what to answer, and what to write; `undefined` where nothing changes. */
export type Decision<T> = { readonly answer: T; readonly plan: Plan | undefined };

/** `underWay`: it is decided and will happen; the time that the caller gave it was too short to see it through. */
export type Changed<T> = { readonly answer: T; readonly underWay: boolean };

export type ChangeOptions = {
  /** When (ms) to leave the rest to others. Default: never. */
  readonly until?: number;
  /** What the change is about, for `underWay`. */
  readonly about?: string;
};

/** How far a change is that is being carried out: rows and items written, of those to write. */
export type Progress = { readonly about: string | undefined; readonly written: number; readonly size: number };

export type JournalTools = {
  readonly clock: Clock;
  readonly newId: () => string;
  /** Has somebody else carry on what a caller had no time for. Not given: whoever changes something next does. */
  readonly handOver?: (team: TeamId) => Promise<void>;
  /** How much is carried out in one turn. Default: as much as takes a second or two. */
  readonly piece?: PieceLimits;
};

/** A change that was decided on and may not be carried out yet. `done` of its pieces are; `holder` is at the next until `until`. */
type Pending = {
  readonly id: string;
  readonly version: number;
  readonly at: number;
  readonly about?: string;
  readonly pieces: number;
  readonly done: number;
  readonly written: number;
  readonly size: number;
  readonly holder: string;
  readonly until: number;
};

type Head = Pointer & {
  readonly turn: number;
  readonly pending: Pending | undefined;
  readonly by: string | undefined;
};

/** So many others in a row may be quicker before a caller is asked to come again. */
const attempts = 30;

/** A piece takes a second or two. Whoever has not come to the next after this long (ms) is taken for dead. */
const heldMs = 5_000;

/** How long (ms) to wait between two looks at what somebody else is carrying out. */
const lookEveryMs = 50;

/**
 * How long (s) it stays known that an item went. A writer that was held up meanwhile finds a version that is not older
 * than its own, and does not bring the item back.
 */
const goneKeptSeconds = 86_400;

/** How long (s) the pieces of a change are kept where they are not deleted after it: one that stands still needs them. */
const piecesKeptSeconds = 30 * 86_400;

const itemsAtOnce = 32;

/**
 * Changes of the directory, small and large, one a team at a time, with conditional writes and no transaction.
 *
 * A change is made in this order: read the head of the journal; decide, by consistent reads; keep the plan, in pieces; put
 * its name into the head, on the condition that nobody has put another one there since; carry out piece after piece; clear
 * the head, whose version grows by one. The fourth step is the one that counts: before it nothing has happened, after it
 * the change will happen, and no other is decided on before it has. What was read to decide is therefore still so when the
 * plan is carried out. The last step is the one by which the rows of the hierarchy are seen, all at once: the version in
 * the head is the one that readers go by.
 *
 * Each piece is carried out in a *turn*: a number that the head gives to one writer, and never again. A crash leaves the
 * change in the head, with the turn it was in. Whoever comes next takes it over: in a turn of their own, while the head notes
 * that the other is lost. Rows of the hierarchy bear the turn in which they were written, and those of lost turns count for
 * nobody (`holds`), so that a writer who wakes up late can do no harm. Items bear the version of their change, and are never
 * put over one of the same or a later version: with them it does not matter who writes.
 *
 * Items are seen as they are written: some new and some old, in the order of the plan's steps.
 */
export class Journal {
  readonly #table: Table;
  readonly #closure: Pick<Closure, 'write' | 'bury'>;
  readonly #tools: JournalTools;

  constructor(table: Table, closure: Pick<Closure, 'write' | 'bury'>, tools: JournalTools) {
    this.#table = table;
    this.#closure = closure;
    this.#tools = tools;
  }

  /**
   * Carries out what `decide` says and answers its answer. `decide` is asked again where somebody else was quicker, so
   * it may only read; it is told the version in force. Throws `Unavailable` (503) when others are always quicker, or what
   * they do takes longer than until `until`: nothing was written then.
   */
  async change<T>(
    team: TeamId,
    decide: (pointer: Pointer) => Promise<Decision<T>>,
    { until = Number.POSITIVE_INFINITY, about }: ChangeOptions = {},
  ): Promise<Changed<T>> {
    const { newId, clock } = this.#tools;
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const head = await this.#settled(team, until);
      const { answer, plan } = await decide(head);
      const pieces = plan ? piecesOf(plan, this.#tools.piece) : [];
      if (!plan || pieces.length === 0) {
        // What was read belongs together only if nobody wrote meanwhile.
        const now = await this.#head(team);
        if (now.pending === undefined && now.version === head.version) return { answer, underWay: false };
        continue;
      }
      const at = clock.now();
      const pending: Pending = {
        id: newId(),
        version: head.version + 1,
        at,
        ...(about !== undefined && { about }),
        pieces: pieces.length,
        done: 0,
        written: 0,
        size: sizeOf(plan),
        holder: newId(),
        until: at + heldMs,
      };
      await this.#keep(team, pending, pieces);
      if (!(await this.#begin(team, head, pending))) continue;
      const isDone = await this.#carryOut(team, pending, head.turn + 1, until);
      return { answer, underWay: !isDone && !(await this.#isSettled(team, pending.version, until)) };
    }
    throw new Unavailable(
      503,
      'Others are changing the same directory just now, and nothing was changed. Send it again.',
    );
  }

  /** Carries out what a crash, or somebody without time, has left. False: `until` (ms) came first. */
  async settle(team: TeamId, until: number): Promise<boolean> {
    return (await this.#look(team, until)) !== undefined;
  }

  /** The change that is being carried out. */
  async underWay(team: TeamId): Promise<Progress | undefined> {
    const { pending } = await this.#head(team);
    return pending && { about: pending.about, written: pending.written, size: pending.size };
  }

  /** The head, once no change is left in it. */
  async #settled(team: TeamId, until: number): Promise<Head> {
    const head = await this.#look(team, until);
    if (head) return head;
    await this.#tools.handOver?.(team);
    throw new Unavailable(
      503,
      'A large change of the directory is being carried out, and yours was not begun. Send it again in a minute.',
    );
  }

  /** Whether that version is in force by `until`; whoever took the change over sees it through. */
  async #isSettled(team: TeamId, version: number, until: number): Promise<boolean> {
    await this.#look(team, until);
    if ((await this.#head(team)).version >= version) return true;
    await this.#tools.handOver?.(team);
    return false;
  }

  async #look(team: TeamId, until: number): Promise<Head | undefined> {
    const { clock, newId } = this.#tools;
    for (;;) {
      const head = await this.#head(team);
      const { pending } = head;
      if (!pending) return head;
      const now = clock.now();
      if (now >= until) return undefined;
      if (pending.until > now) {
        await clock.sleep(Math.min(lookEveryMs, pending.until - now));
        continue;
      }
      const mine = { ...pending, holder: newId(), until: now + heldMs };
      if (await this.#takeOver(team, head, mine)) {
        if (pending.until > 0) await this.#buryLost(team, pending, head.turn);
        await this.#carryOut(team, mine, head.turn + 1, until);
      }
    }
  }

  async #keep(team: TeamId, { id, at }: Pending, pieces: readonly Plan[]): Promise<void> {
    const expires = Math.ceil(at / 1000) + piecesKeptSeconds;
    await inParallel([...pieces.entries()], 4, async ([index, piece]) => {
      await this.#table.put({ ...pieceKey(team, id, index), plan: packed(piece), expires });
    });
  }

  /** The next piece. Undefined: others have seen the change through, and its plan is gone. */
  async #piece(team: TeamId, { id, done, version }: Pending): Promise<Plan | undefined> {
    const item = await this.#table.get(pieceKey(team, id, done));
    if (item) return unpacked(item['plan'] as Uint8Array) as Plan;
    if ((await this.#head(team)).version >= version) return undefined;
    throw new Error(`Piece ${done} of the change ${id} is not there.`);
  }

  /** False: somebody else was quicker. */
  async #begin(team: TeamId, { version, turn }: Head, pending: Pending): Promise<boolean> {
    const begun = await this.#table.update(headKey(team), {
      update: 'SET #pending = :pending, #turn = :turn',
      when: `attribute_not_exists(#pending) AND ${version === 0 ? 'attribute_not_exists(#version)' : '#version = :version'}`,
      names: { '#pending': 'pending', '#version': 'version', '#turn': 'turn' },
      values: { ':pending': pending, ':turn': turn + 1, ...(version > 0 && { ':version': version }) },
    });
    if (begun) return true;
    // Where only the answer of the write was lost, the head tells whose change it holds, or held last.
    const head = await this.#head(team);
    return head.pending?.id === pending.id || head.by === pending.id;
  }

  async #takeOver(team: TeamId, { turn, pending }: Head, mine: Pending): Promise<boolean> {
    const isLost = pending !== undefined && pending.until > 0;
    const taken = await this.#table.update(headKey(team), {
      update: `SET #pending = :pending, #turn = :next${isLost ? ' ADD #lost :lost' : ''}`,
      when: '#turn = :turn AND #pending.#id = :id',
      names: { '#pending': 'pending', '#turn': 'turn', '#id': 'id', ...(isLost && { '#lost': 'lostTurns' }) },
      values: {
        ':pending': mine,
        ':next': turn + 1,
        ':turn': turn,
        ':id': mine.id,
        ...(isLost && { ':lost': new Set([turn]) }),
      },
    });
    return taken || this.#isHeldBy(team, mine, turn + 1);
  }

  /** Whether the head says what a write would have said whose answer was lost. */
  async #isHeldBy(team: TeamId, { id, holder }: Pending, turn: number): Promise<boolean> {
    const head = await this.#head(team);
    return head.turn === turn && head.pending?.id === id && head.pending.holder === holder;
  }

  async #buryLost(team: TeamId, pending: Pending, turn: number): Promise<void> {
    const piece = await this.#piece(team, pending);
    await this.#closure.bury(team, piece?.regrafts ?? [], { from: pending.version, turn }, pending.at);
  }

  /** Piece after piece. False: there was no time left, or somebody else has taken it over. */
  async #carryOut(team: TeamId, begun: Pending, firstTurn: number, until: number): Promise<boolean> {
    const { clock } = this.#tools;
    let [held, turn] = [begun, firstTurn];
    while (held.done < held.pieces) {
      if (clock.now() >= until) {
        await this.#handBack(team, held, turn);
        return false;
      }
      const piece = await this.#piece(team, held);
      if (!piece) return true;
      await this.#closure.write(team, piece.regrafts, { from: held.version, turn }, held.at);
      for (const step of piece.steps) await inParallel(step, itemsAtOnce, (row) => this.#put(team, row, held));
      const next = { ...held, done: held.done + 1, written: held.written + sizeOf(piece), until: clock.now() + heldMs };
      if (next.done < next.pieces && !(await this.#advance(team, next, turn))) return false;
      held = next;
      turn += 1;
    }
    return this.#clear(team, held, turn - 1);
  }

  async #put(team: TeamId, { sk, content }: Row, { version, at }: Pending): Promise<void> {
    const gone = { gone: true, expires: Math.ceil(at / 1000) + goneKeptSeconds };
    await this.#table.replace(
      { pk: team, sk, version, ...(content ?? gone) },
      {
        when: 'attribute_not_exists(#version) OR #version < :version',
        names: { '#version': 'version' },
        values: { ':version': version },
      },
    );
  }

  async #advance(team: TeamId, next: Pending, turn: number): Promise<boolean> {
    const advanced = await this.#table.update(headKey(team), {
      update: 'SET #pending = :pending, #turn = :next',
      when: '#turn = :turn AND #pending.#id = :id',
      names: { '#pending': 'pending', '#turn': 'turn', '#id': 'id' },
      values: { ':pending': next, ':next': turn + 1, ':turn': turn, ':id': next.id },
    });
    return advanced || this.#isHeldBy(team, next, turn + 1);
  }

  /** Nothing of the piece that is next was written yet: whoever takes over need not wait, and nothing is lost. */
  async #handBack(team: TeamId, held: Pending, turn: number): Promise<void> {
    await this.#table.update(headKey(team), {
      update: 'SET #pending = :pending',
      when: '#turn = :turn AND #pending.#id = :id',
      names: { '#pending': 'pending', '#turn': 'turn', '#id': 'id' },
      values: { ':pending': { ...held, until: 0 }, ':turn': turn, ':id': held.id },
    });
  }

  async #clear(team: TeamId, held: Pending, turn: number): Promise<boolean> {
    const { id, version } = held;
    const cleared = await this.#table.update(headKey(team), {
      update: 'SET #version = :version, #by = :id REMOVE #pending',
      when: '#turn = :turn AND #pending.#id = :id',
      names: { '#version': 'version', '#by': 'by', '#pending': 'pending', '#id': 'id', '#turn': 'turn' },
      values: { ':version': version, ':id': id, ':turn': turn },
    });
    const isDone = cleared || (await this.#head(team)).version >= version;
    if (isDone) await this.#discard(team, held);
    return isDone;
  }

  /** Whoever is half-way through a piece has read it before. */
  async #discard(team: TeamId, { id, pieces }: Pending): Promise<void> {
    await inParallel([...Array(pieces).keys()], 8, (index) => this.#table.delete(pieceKey(team, id, index)));
  }

  async #head(team: TeamId): Promise<Head> {
    const item = await this.#table.get(headKey(team));
    return {
      ...pointerIn(item),
      turn: Number(item?.['turn'] ?? 0),
      pending: item?.['pending'] as Pending | undefined,
      by: item?.['by'] as string | undefined,
    };
  }
}

/** The version of a team's directory that is in force, by one read. */
export async function pointerOf(table: Pick<Table, 'get'>, team: TeamId): Promise<Pointer> {
  return pointerIn(await table.get(headKey(team)));
}

function pointerIn(head: Item | undefined): Pointer {
  return {
    version: Number(head?.['version'] ?? 0),
    lostTurns: (head?.['lostTurns'] as ReadonlySet<number> | undefined) ?? new Set(),
  };
}

/** What is still kept of an item that went: when it did (ms), and by which change. */
export type Trace = { readonly key: Key; readonly goneAt: number; readonly version: number };

/** The traces of a team. Not even their keys are needed once no writer can be at work any more that began before. */
export async function traces(table: Table, team: TeamId): Promise<Trace[]> {
  const items = await table.query(team);
  return items
    .filter((item) => item['gone'] === true)
    .map(({ pk, sk, expires, version }) => ({
      key: { pk, sk },
      goneAt: (Number(expires) - goneKeptSeconds) * 1_000,
      version: Number(version),
    }));
}

/** What is left of the plans of changes that are over. */
export async function leftPieces(table: Table, team: TeamId): Promise<Key[]> {
  const pending = (await table.get(headKey(team)))?.['pending'] as Pending | undefined;
  const pieces = await table.query(team, 'plan#');
  const isOver = (sk: string) => pending === undefined || !sk.startsWith(`plan#${pending.id}#`);
  return pieces.filter(({ sk }) => isOver(sk)).map(({ pk, sk }) => ({ pk, sk }));
}

/** An item of the journal's partition, unless a change made it go. */
export function present(item: Item | undefined): Item | undefined {
  return item?.['gone'] === true ? undefined : item;
}

async function inParallel<T>(all: readonly T[], atOnce: number, work: (one: T) => Promise<void>): Promise<void> {
  const left = all.values();
  const workers = Array.from({ length: Math.min(atOnce, all.length) }, async () => {
    for (const one of left) await work(one);
  });
  await Promise.all(workers);
}

function headKey(team: TeamId) {
  return { pk: team, sk: 'journal' };
}

function pieceKey(team: TeamId, id: string, index: number) {
  return { pk: team, sk: `plan#${id}#${String(index).padStart(5, '0')}` };
}
