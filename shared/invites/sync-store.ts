import type { Item, Key, Table } from '../aws/table.ts';
import { type TeamId, teamId } from '../base/names.ts';

/** Members by how they stand, and those that are no people of this workspace. */
export type Counts = {
  readonly members: number;
  readonly accepted: number;
  readonly invited: number;
  readonly deactivated: number;
  readonly skipped: number;
  readonly enrolments: number;
};

export const noCounts: Counts = { members: 0, accepted: 0, invited: 0, deactivated: 0, skipped: 0, enrolments: 0 };

/** How far a sweep of everybody has come. Each page counts once, however often it is read. */
export type Sweep = {
  readonly phase: 'members' | 'enrolments';
  /** Slack's cursor, or the last enrolment; undefined at the beginning of a phase. */
  readonly cursor: string | undefined;
  readonly startedAt: number;
  readonly counts: Counts;
  /** How often it began anew, since Slack refused a cursor. */
  readonly restarts: number;
  /** In how many runs it was worked on. */
  readonly runs: number;
};

/** What is kept of a team's sweeps. Times in milliseconds. */
export type Sync = {
  readonly version: number;
  /** The sweep that is under way. */
  readonly sweep: Sweep | undefined;
  /** The last one that came to its end. */
  readonly done: (Sweep & { readonly doneAt: number }) | undefined;
  /** Somebody is at work on it until then. */
  readonly leasedUntil: number;
  readonly dueAt: number | undefined;
};

const syncShard = 'sync#0';

/** Where the sweep of each team is. Only who has the lease moves it. */
export class SyncStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async read(team: TeamId): Promise<Sync> {
    const item = await this.#table.get(keyOf(team));
    return {
      version: Number(item?.['version'] ?? 0),
      sweep: item?.['sweep'] as Sweep | undefined,
      done: item?.['done'] as Sync['done'],
      leasedUntil: Number(item?.['leasedUntil'] ?? 0),
      dueAt: item?.['dueAt'] === undefined ? undefined : Number(item['dueAt']),
    };
  }

  /** Has a team swept from `dueAt` (ms) on, unless it is already. */
  async begin(team: TeamId, dueAt: number): Promise<void> {
    await this.#table.insert({ ...keyOf(team), version: 1, dueShard: syncShard, dueAt });
  }

  /** Has a team swept at `dueAt` (ms), or sooner. */
  async hasten(team: TeamId, dueAt: number): Promise<void> {
    await this.begin(team, dueAt);
    await this.#table.update(keyOf(team), {
      update: 'SET dueAt = :dueAt',
      when: 'attribute_exists(pk) AND :dueAt < dueAt',
      values: { ':dueAt': dueAt },
    });
  }

  /** Teams to be swept by `now` (ms). */
  async due(now: number, limit: number): Promise<TeamId[]> {
    const keys = await this.#table.due(syncShard, now + 1, limit);
    return keys.map(({ pk }) => teamId(pk.split('#')[0] ?? ''));
  }

  /** Writes where it is now, if nobody else has since it was read, and answers it as it stands. */
  async write(team: TeamId, read: Sync, next: Partial<Omit<Sync, 'version'>>): Promise<Sync | undefined> {
    const sync = { ...read, ...next, version: read.version + 1 };
    const { version, sweep, done, leasedUntil, dueAt = read.dueAt ?? 0 } = sync;
    const item: Item = { ...keyOf(team), version, sweep, done, leasedUntil, dueShard: syncShard, dueAt };
    const kept = await this.#table.replace(item, { when: 'version = :read', values: { ':read': read.version } });
    return kept ? sync : undefined;
  }
}

function keyOf(team: TeamId): Key {
  return { pk: `${team}#sync`, sk: 'sync' };
}
