import type { Table } from '../aws/table.ts';
import { type TeamId, teamId } from '../base/names.ts';
import type { Cause, State } from './lifecycle.ts';

/** A step that the message of its day tells. `left`: enrolled no more, and still where they were. */
export type Step = {
  readonly learner: string;
  readonly name: string;
  readonly from: State | undefined;
  readonly to: State;
  readonly cause: Cause | 'left';
  readonly code?: string | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
};

/** A day of a team's that has to be told (again), and how often it was marked. */
export type DueDay = { readonly team: TeamId; readonly day: string; readonly marks: number };

const dayShard = 'tell#0';

const daySeconds = 86_400;
/** How long the steps of a day are kept. */
const keptDays = 40;

/** Until when (ms) all that happened on a day, `2026-11-22`, is still there, wherever on earth that day was. */
export function stepsUntil(day: string): number {
  return Date.parse(day) + (keptDays - 1) * daySeconds * 1000;
}

/** What happened to learners, by the day of their workspace: the same step is kept once, however often it is noted. */
export class DayStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Notes a step, and that its day is to be told at `dueAt` (ms) or before. `id` is the same each time for the same step. */
  async note(team: TeamId, day: string, id: string, step: Step, dueAt: number): Promise<void> {
    const expires = Math.floor(step.at / 1000) + keptDays * daySeconds;
    await this.#table.put({ pk: `${team}#day#${day}`, sk: id, step, expires });
    await this.#table.update(
      { pk: `${team}#days`, sk: day },
      {
        update: 'ADD marks :one SET dueShard = :shard, dueAt = if_not_exists(dueAt, :dueAt), expires = :expires',
        values: { ':one': 1, ':shard': dayShard, ':dueAt': dueAt, ':expires': expires },
      },
    );
  }

  /** Has a day told again from `dueAt` (ms) on, where it is still kept. */
  async retell(team: TeamId, day: string, dueAt: number): Promise<void> {
    await this.#table.update(
      { pk: `${team}#days`, sk: day },
      {
        update: 'ADD marks :one SET dueShard = :shard, dueAt = if_not_exists(dueAt, :dueAt)',
        when: 'attribute_exists(pk)',
        values: { ':one': 1, ':shard': dayShard, ':dueAt': dueAt },
      },
    );
  }

  async steps(team: TeamId, day: string): Promise<Step[]> {
    const items = await this.#table.query(`${team}#day#${day}`);
    return items.map(({ step }) => step as Step);
  }

  /** Days that were to be told before `now` (ms). */
  async due(now: number, limit: number): Promise<DueDay[]> {
    const keys = await this.#table.due(dayShard, now, limit);
    const items = await this.#table.getMany(keys);
    return items.map(({ pk, sk, marks }) => ({ team: teamId(pk.split('#')[0] ?? ''), day: sk, marks: Number(marks) }));
  }

  /** A day is told as it was when it was read; what was noted since has it told again. */
  async told({ team, day, marks }: DueDay): Promise<void> {
    await this.#table.update(
      { pk: `${team}#days`, sk: day },
      { update: 'REMOVE dueShard, dueAt', when: 'marks = :marks', values: { ':marks': marks } },
    );
  }
}
