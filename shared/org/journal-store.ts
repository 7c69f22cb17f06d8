import type { Item, Key, Table } from '../aws/table.ts';
import type { Clock } from '../base/clock.ts';
import { Unavailable } from '../base/errors.ts';
import type { TeamId } from '../base/names.ts';

/** What a change makes of one item of the team's partition: its content, or nothing where the item goes. */
export type Row = { readonly sk: string; readonly content: Readonly<Record<string, unknown>> | null };

/** What was decided on the items as they are: what to answer, and the items to write, in this order; none where nothing changes. */
export type Decision<T> = { readonly answer: T; readonly rows: readonly Row[] };

type Tools = { readonly clock: Pick<Clock, 'now'>; readonly newId: () => string };

/** A change that was decided on and may not be carried out yet. */
type Pending = { readonly id: string; readonly version: number; readonly at: number; readonly rows: readonly Row[] };

type Head = { readonly version: number; readonly pending: Pending | undefined; readonly by: string | undefined };

/** So many others in a row may be quicker before a caller is asked to come again. */
const attempts = 30;

/**
 * How long (s) it stays known that an item went. A writer that was held up meanwhile finds a version that is not older
 * than its own, and does not bring the item back.
 */
const goneKeptSeconds = 86_400;

/**
 * Changes of several items, one change a team at a time, each with one conditional write a step and no transaction.
 *
 * A change is made in this order: read the head of the journal; decide, by consistent reads; put the whole change into
 * the head, on the condition that nobody has put another one there since; write its rows; clear the head, whose version
 * grows by one. The third step is the one that counts: before it nothing has happened, after it the change will happen,
 * and no other is decided on before it has. What was read to decide is therefore still so when the rows are written.
 *
 * A crash after the third step leaves the change in the head and some of its rows unwritten. The next change of the team
 * writes them all again before it begins (readers may see some rows new and some old until then, so the order of the rows
 * is the caller's to choose). Each row carries the version of its change and is never put over one of the same or a
 * later version: two writers may carry out the same change, and one that wakes up late does no harm.
 */
export class Journal {
  readonly #table: Table;
  readonly #tools: Tools;

  constructor(table: Table, tools: Tools) {
    this.#table = table;
    this.#tools = tools;
  }

  /**
   * Carries out what `decide` says and answers its answer. `decide` is asked again where somebody else was quicker, so
   * it may only read. Throws `Unavailable` (503) when that happens too often: nothing was written then.
   */
  async change<T>(team: TeamId, decide: () => Promise<Decision<T>>): Promise<T> {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const head = await this.#settled(team);
      const { answer, rows } = await decide();
      if (rows.length === 0) {
        // What was read belongs together only if nobody wrote meanwhile.
        const now = await this.#head(team);
        if (now.pending === undefined && now.version === head.version) return answer;
        continue;
      }
      const pending = { id: this.#tools.newId(), version: head.version + 1, at: this.#tools.clock.now(), rows };
      if (await this.#begin(team, pending)) {
        await this.#carryOut(team, pending);
        return answer;
      }
    }
    throw new Unavailable(
      503,
      'Others are changing the same directory just now, and nothing was changed. Send it again.',
    );
  }

  /** Whether a change was decided on that may not be carried out yet: whoever changes something next does that. */
  async isPending(team: TeamId): Promise<boolean> {
    return (await this.#head(team)).pending !== undefined;
  }

  /** The head, once no change is left in it. */
  async #settled(team: TeamId): Promise<Head> {
    for (;;) {
      const head = await this.#head(team);
      if (head.pending === undefined) return head;
      await this.#carryOut(team, head.pending);
    }
  }

  /** False: somebody else was quicker. Where only the answer of the write was lost, the head tells whose change it holds. */
  async #begin(team: TeamId, pending: Pending): Promise<boolean> {
    const version = pending.version - 1;
    const begun = await this.#table.update(headKey(team), {
      update: 'SET #pending = :pending',
      when: `attribute_not_exists(#pending) AND ${version === 0 ? 'attribute_not_exists(#version)' : '#version = :version'}`,
      names: { '#pending': 'pending', '#version': 'version' },
      values: { ':pending': pending, ...(version > 0 && { ':version': version }) },
    });
    if (begun) return true;
    const head = await this.#head(team);
    return head.pending?.id === pending.id || head.by === pending.id;
  }

  /** Writes the rows of a change, in order, then clears the head. Any number of writers may do so at once. */
  async #carryOut(team: TeamId, { id, version, at, rows }: Pending): Promise<void> {
    for (const { sk, content } of rows) {
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
    await this.#table.update(headKey(team), {
      update: 'SET #version = :version, #by = :id REMOVE #pending',
      when: '#pending.#id = :id',
      names: { '#version': 'version', '#by': 'by', '#pending': 'pending', '#id': 'id' },
      values: { ':version': version, ':id': id },
    });
  }

  async #head(team: TeamId): Promise<Head> {
    const item: Item | undefined = await this.#table.get(headKey(team));
    return {
      version: Number(item?.['version'] ?? 0),
      pending: item?.['pending'] as Pending | undefined,
      by: item?.['by'] as string | undefined,
    };
  }
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

/** An item of the journal's partition, unless a change made it go. */
export function present(item: Item | undefined): Item | undefined {
  return item?.['gone'] === true ? undefined : item;
}

function headKey(team: TeamId) {
  return { pk: team, sk: 'journal' };
}
