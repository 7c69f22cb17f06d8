import { createHash } from 'node:crypto';
import type { Item, Key, Table } from '../aws/table.ts';
import { type TeamId, teamId } from '../base/names.ts';
import type { Shown } from './shown.ts';
import { runKey, runOfKey, type Window } from './window.ts';

/** A course, in its team. */
export type CourseRef = { readonly team: TeamId; readonly course: string };

/** The report of a course on the window that ends with the run at `run` (ms). */
export type ReportRef = CourseRef & { readonly run: number };

/** What is kept of a report: nothing of what it says, which is read anew each time. */
export type Kept = Window & {
  /** Its run came: it is posted. Without it, data only came late for a window that nobody reports. */
  readonly isPlanned: boolean;
  /** Grows each time that data changes which it rests on. */
  readonly marks: number;
  /** From then on (ms) all data is there that was about to be written when it was marked last. */
  readonly ripeAt: number;
  readonly isDue: boolean;
  /** It is in Slack as it should be, or there was nothing to post. */
  readonly isTold: boolean;
  /** What was missed between then (ms) and `from` was left out. */
  readonly gapFrom: number | undefined;
  /** Undefined until it was rendered first. */
  readonly shown: Shown | undefined;
};

/** Whether a report is too old to be made again: what it rests on may be gone. */
export function isPast({ run }: Pick<ReportRef, 'run'>, now: number): boolean {
  return Math.floor(now / 1000) > expiry(run, reportDays);
}

/** A report that somebody has to look at again. */
export type Due = { readonly key: Key; readonly ref: ReportRef };

const daySeconds = 86_400;
/**
 * A report is made, or made again, for so long after its run, in days: what it rests on is kept a month longer (`session-store.ts`).
 * What came late for a window that nobody reports is forgotten after the others.
 */
export const reportDays = 400;
const unplannedDays = 2;

/** Reports are spread over this many partitions of the `due` index. */
export const dueShards = ['due#0', 'due#1', 'due#2', 'due#3'] as const;
/** So are the teams, of which so many are read of each partition. */
const teamShards = ['teams#0', 'teams#1', 'teams#2', 'teams#3'] as const;
const teamsAtMost = 1_000;

/** A process remembers so many courses that it has enrolled. */
const enrolledKept = 10_000;

/**
 * What is due per course and window, and how far each course was reported. A course has one partition: `report#<run>` for each of
 * its reports, `course` for how far they go, `waiting` while they wait for a channel. Each write touches one item and may be
 * repeated.
 */
export class ReportStore {
  readonly #table: Table;
  /** Courses that are enrolled: asked for with each change of theirs, and never undone. */
  readonly #enrolled = new Set<string>();

  constructor(table: Table) {
    this.#table = table;
  }

  /** Has a course reported from the next run on, and its team visited by the runs. `bornAt`: when the course was first heard of (ms). */
  async enrol({ team, course }: CourseRef, bornAt: number): Promise<void> {
    const key = courseKey({ team, course });
    if (this.#enrolled.has(key.pk)) return;
    const own = `${team}#reports`;
    await this.#table.insert({ pk: own, sk: 'team', dueShard: shardOf(own, teamShards), dueAt: 0 });
    await this.#table.insert({ ...key, bornAt });
    if (this.#enrolled.size >= enrolledKept) this.#enrolled.clear();
    this.#enrolled.add(key.pk);
  }

  /** The teams that have courses. A team that came a moment ago may be missing: its courses are reported with the next run. */
  async teams(): Promise<TeamId[]> {
    const found = await Promise.all(teamShards.map((shard) => this.#table.due(shard, 1, teamsAtMost)));
    if (found.some(({ length }) => length === teamsAtMost)) {
      throw new Error('There are more teams than a run visits: spread them over more partitions.');
    }
    return found.flat().map(({ pk }) => teamId(pk.slice(0, pk.indexOf('#'))));
  }

  /** Until when a course is reported (ms), or since when it is known. */
  async reach(ref: CourseRef): Promise<{ readonly reportedTo?: number; readonly bornAt?: number }> {
    const item = await this.#table.get(courseKey(ref));
    const [reportedTo, bornAt] = [item?.['reportedTo'], item?.['bornAt']];
    return {
      ...(typeof reportedTo === 'number' && { reportedTo }),
      ...(typeof bornAt === 'number' && { bornAt }),
    };
  }

  /** Has a report posted; `dueAt` (ms) is when a sweep wakes it if no worker has told it by then. False: it was planned before. */
  async plan(ref: CourseRef, { from, to }: Window, dueAt: number, gapFrom?: number): Promise<boolean> {
    const key = reportKey({ ...ref, run: to });
    return this.#table.update(key, {
      update:
        'SET #planned = :true, #from = :from, dueShard = :shard, dueAt = :dueAt, #expires = :expires' +
        (gapFrom === undefined ? '' : ', gapFrom = :gapFrom'),
      when: 'attribute_not_exists(#planned)',
      names: { '#planned': 'planned', '#from': 'from', '#expires': 'expires' },
      values: {
        ':true': true,
        ':from': from,
        ':shard': shardOf(key.pk),
        ':dueAt': dueAt,
        ':expires': expiry(to, reportDays),
        ...(gapFrom !== undefined && { ':gapFrom': gapFrom }),
      },
    });
  }

  /** A course is reported until this run: all of its windows before are planned. */
  async reported(ref: CourseRef, run: number): Promise<void> {
    await this.#table.update(courseKey(ref), {
      update: 'SET reportedTo = :run',
      when: 'attribute_not_exists(reportedTo) OR reportedTo < :run',
      values: { ':run': run },
    });
  }

  async report(ref: ReportRef): Promise<Kept | undefined> {
    const item = await this.#table.get(reportKey(ref));
    return item && keptOf(item);
  }

  /** What is kept of the window of a course that holds a moment (ms), and of the one behind it; undefined for what is not kept. */
  async around(ref: CourseRef, at: number): Promise<readonly [own: Kept | undefined, next: Kept | undefined]> {
    const kept: Kept[] = [];
    const range = { from: `report#${runKey(at)}`, to: 'report#~' };
    for await (const page of this.#table.pages(courseKey(ref).pk, range)) {
      kept.push(...page.map(keptOf).filter(({ to }) => to > at));
      if (kept.length > 1) break;
    }
    const [first, second] = kept;
    if (!first || first.from > at) return [undefined, first];
    return [first, second?.from === first.to ? second : undefined];
  }

  /** The reports of a course that should be in Slack and are not yet, the oldest first. */
  async untold(ref: CourseRef): Promise<readonly Kept[]> {
    const items = await this.#table.query(courseKey(ref).pk, 'report#');
    return items.map(keptOf).filter(({ isPlanned, isTold }) => isPlanned && !isTold);
  }

  /**
   * Data that a report rests on is about to change: it is looked at again once it is `ripeAt` (ms). One that is due already stays
   * due at its time.
   */
  async mark(ref: CourseRef, { from, to }: Window, ripeAt: number): Promise<void> {
    const key = reportKey({ ...ref, run: to });
    await this.#table.update(key, {
      update:
        'SET #from = if_not_exists(#from, :from), ripeAt = :ripeAt, dueShard = :shard, ' +
        'dueAt = if_not_exists(dueAt, :ripeAt), #expires = if_not_exists(#expires, :expires) ADD marks :one',
      names: { '#from': 'from', '#expires': 'expires' },
      values: {
        ':from': from,
        ':ripeAt': ripeAt,
        ':shard': shardOf(key.pk),
        ':expires': expiry(ripeAt, unplannedDays),
        ':one': 1,
      },
    });
  }

  /** Words that it quoted are erased: the next look does not say of that that it came late. */
  async forgetWords(ref: ReportRef): Promise<void> {
    for (;;) {
      const shown = (await this.report(ref))?.shown;
      if (shown?.parts.words === undefined) return;
      const { words: _, ...parts } = shown.parts;
      if (await this.keepShown(ref, shown, { ...shown, look: shown.look + 1, parts })) return;
    }
  }

  /** Keeps what a report says, in so far as the next look needs it. False: another look came in between. */
  async keepShown(ref: ReportRef, before: Shown | undefined, shown: Shown): Promise<boolean> {
    return this.#table.update(reportKey(ref), {
      update: 'SET shown = :shown, looks = :next',
      when: before === undefined ? 'attribute_not_exists(looks)' : 'looks = :read',
      values: {
        ':shown': shown,
        ':next': shown.look,
        ...(before !== undefined && { ':read': before.look }),
      },
    });
  }

  /** The report is told as its data stood after so many marks. Marked since, it stays due. */
  async told(ref: ReportRef, marks: number): Promise<void> {
    await this.#settle(ref, marks, 'SET told = :true REMOVE dueShard, dueAt, ripeAt', { ':true': true });
  }

  /**
   * Nobody can post it now: whoever can will be told, or hears of it, and it is looked at again then. Read before it was ripe, at
   * `ripeAt` (ms): what it lacks may be what is about to be written, and nobody marks twice within moments.
   */
  async rest(ref: ReportRef, marks: number, ripeAt?: number): Promise<void> {
    if (ripeAt === undefined) await this.#settle(ref, marks, 'REMOVE dueShard, dueAt');
    else await this.#settle(ref, marks, 'SET dueAt = :ripeAt', { ':ripeAt': ripeAt });
  }

  /** Nobody reports this window: it is forgotten by itself, unless its run comes. */
  async leave(ref: ReportRef, marks: number): Promise<void> {
    const unplanned = { also: ' AND attribute_not_exists(#planned)', names: { '#planned': 'planned' } };
    await this.#settle(ref, marks, 'REMOVE dueShard, dueAt, ripeAt', {}, unplanned);
  }

  /** Told, and not ripe yet: it is looked at again then (ms). */
  async again(ref: ReportRef, marks: number, ripeAt: number): Promise<void> {
    await this.#settle(ref, marks, 'SET told = :true, dueAt = :ripeAt', { ':true': true, ':ripeAt': ripeAt });
  }

  /** An update of a report that was not marked again since it was read. */
  async #settle(
    ref: ReportRef,
    marks: number,
    update: string,
    values: Readonly<Record<string, unknown>> = {},
    unless: { readonly also: string; readonly names?: Readonly<Record<string, string>> } = { also: '' },
  ): Promise<void> {
    const own = { ...values, ...(marks > 0 && { ':marks': marks }) };
    await this.#table.update(reportKey(ref), {
      update,
      when: `attribute_exists(pk) AND ${marks > 0 ? 'marks = :marks' : 'attribute_not_exists(marks)'}${unless.also}`,
      ...(unless.names && { names: unless.names }),
      ...(Object.keys(own).length > 0 && { values: own }),
    });
  }

  /** Reports of one shard that became due before `now` (ms). Only wakes: may be stale. */
  async due(shard: string, now: number, limit: number): Promise<Due[]> {
    return (await this.#table.due(shard, now, limit)).flatMap((key) => {
      const ref = refOf(key);
      return ref ? [{ key, ref }] : [];
    });
  }

  /** A report was woken: it is due again at `until` (ms), unless it is told before. */
  async postpone({ key }: Due, until: number): Promise<void> {
    await this.#table.update(key, {
      update: 'SET dueAt = :until',
      when: 'attribute_exists(dueShard)',
      values: { ':until': until },
    });
  }

  /** Since when (ms) reports of a course wait for a channel; from now on, if they did not. */
  async wait(ref: CourseRef, now: number): Promise<number> {
    await this.#table.insert({ ...waitingKey(ref), since: now });
    return (await this.waiting(ref)) ?? now;
  }

  async waiting(ref: CourseRef): Promise<number | undefined> {
    const item = await this.#table.get(waitingKey(ref));
    return item && Number(item['since']);
  }

  async endWait(ref: CourseRef): Promise<void> {
    await this.#table.delete(waitingKey(ref));
  }
}

function partition({ team, course }: CourseRef): string {
  return `${team}#course#${course}`;
}

function courseKey(ref: CourseRef): Key {
  return { pk: partition(ref), sk: 'course' };
}

function waitingKey(ref: CourseRef): Key {
  return { pk: partition(ref), sk: 'waiting' };
}

function reportKey({ run, ...ref }: ReportRef): Key {
  return { pk: partition(ref), sk: `report#${runKey(run)}` };
}

function refOf({ pk, sk }: Key): ReportRef | undefined {
  const [, team, course] = /^([^#]+)#course#([^#]+)$/.exec(pk) ?? [];
  const run = runOfKey(sk.slice('report#'.length));
  return team && course && run !== undefined ? { team: teamId(team), course, run } : undefined;
}

function keptOf(item: Item): Kept {
  const gapFrom = item['gapFrom'];
  return {
    from: Number(item['from']),
    to: runOfKey(item.sk.slice('report#'.length)) ?? 0,
    isPlanned: item['planned'] === true,
    marks: Number(item['marks'] ?? 0),
    ripeAt: Number(item['ripeAt'] ?? 0),
    isDue: item['dueShard'] !== undefined,
    isTold: item['told'] === true,
    gapFrom: typeof gapFrom === 'number' ? gapFrom : undefined,
    shown: item['shown'] as Shown | undefined,
  };
}

function expiry(at: number, days: number): number {
  return Math.floor(at / 1000) + days * daySeconds;
}

function shardOf(pk: string, shards: readonly [string, ...string[]] = dueShards): string {
  const [byte = 0] = createHash('sha256').update(pk).digest();
  return shards[byte % shards.length] ?? shards[0];
}
