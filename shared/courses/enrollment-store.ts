import { createHash } from 'node:crypto';
import type { Item, Key, Table } from '../aws/table.ts';
import type { TeamId } from '../base/names.ts';
import { type Enrollment, isEnrolled } from './enrollment.ts';
import { keep, type Outcome, type Saying, saidIn } from './kept.ts';
import { withoutLearner } from './nameless.ts';

type Said = Omit<Enrollment, 'id'>;

/** A team's enrolments are spread over this many partitions, by their ids. It must not change: keys are made of it. */
const shards = 8;

/**
 * The enrolments of every tenant. Each is one item, which its id leads to. Under its course and its learner lie pointers,
 * written before it and never taken away: what they lead to decides whether it is (still) of that course or learner.
 */
export class EnrollmentStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async put(team: TeamId, { id, ...said }: Enrollment, { at, before }: Saying<Enrollment>): Promise<Outcome> {
    const saying: Saying<Said> = {
      at,
      before: async (previous) => {
        await before(previous && { id, ...previous });
        const pointers = [coursePointer(team, said.courseId, id), learnerPointer(team, said.learner.id, id)];
        await Promise.all(pointers.map((pointer) => this.#table.put(pointer)));
      },
    };
    // Whoever was erased stays so under this id; somebody else who is enrolled under it now was not.
    const nameless = (given: Said, { learner }: Said) =>
      given.learner.id === learner.id ? withoutLearner(given) : given;
    return keep(this.#table, enrollmentKey(team, id), said, saying, { nameless });
  }

  async enrollment(team: TeamId, id: string): Promise<Enrollment | undefined> {
    const kept = await this.#table.get(enrollmentKey(team, id));
    return kept && enrollmentOf(kept);
  }

  /** The enrolments of a course, ended ones too, in the order of their ids, page by page. */
  async *enrollments(team: TeamId, courseId: string): AsyncGenerator<Enrollment> {
    for await (const each of this.#led(team, coursePointer(team, courseId, ''))) {
      if (each.courseId === courseId) yield each;
    }
  }

  /** How many take a course. Whoever is enrolled in it twice counts once. */
  async enrolledCount(team: TeamId, courseId: string): Promise<number> {
    const learners = new Set<string>();
    for await (const each of this.enrollments(team, courseId)) if (isEnrolled(each)) learners.add(each.learner.id);
    return learners.size;
  }

  /** The enrolments of a learner in all their courses, ended ones too. */
  async *enrollmentsOfLearner(team: TeamId, learnerId: string): AsyncGenerator<Enrollment> {
    for await (const each of this.#led(team, learnerPointer(team, learnerId, ''))) {
      if (each.learner.id === learnerId) yield each;
    }
  }

  /**
   * Every enrolment of a team, page by page, in an order that does not change: `after` an id it goes on behind that one.
   * Whoever enrols meanwhile may come or not.
   */
  async *enrollmentsOf(team: TeamId, after?: string): AsyncGenerator<Enrollment> {
    const begun = after === undefined ? undefined : { shard: shardOf(after), sk: enrollmentKey(team, after).sk };
    for (let shard = begun?.shard ?? 0; shard < shards; shard += 1) {
      const from = shard === begun?.shard ? begun.sk : undefined;
      for await (const page of this.#table.pages(partition(team, shard), 'enrollment#', from)) {
        yield* page.map(enrollmentOf);
      }
    }
  }

  /** What the pointers of a partition lead to, in their order. */
  async *#led(team: TeamId, { pk, sk: prefix }: Key): AsyncGenerator<Enrollment> {
    for await (const page of this.#table.pages(pk, prefix)) {
      const keys = page.map(({ sk }) => enrollmentKey(team, sk.slice(prefix.length)));
      const found = new Map((await this.#table.getMany(keys)).map((item) => [item.sk, item]));
      for (const { sk } of keys) {
        const kept = found.get(sk);
        if (kept) yield enrollmentOf(kept);
      }
    }
  }
}

function enrollmentKey(team: TeamId, id: string): Key {
  return { pk: partition(team, shardOf(id)), sk: `enrollment#${id}` };
}

function partition(team: TeamId, shard: number): string {
  return `${team}#enrollments#${shard}`;
}

function shardOf(id: string): number {
  const [byte = 0] = createHash('sha256').update(id).digest();
  return byte % shards;
}

function coursePointer(team: TeamId, courseId: string, id: string): Key {
  return { pk: `${team}#course#${courseId}`, sk: `enrollment#${id}` };
}

function learnerPointer(team: TeamId, learnerId: string, id: string): Key {
  return { pk: `${team}#learner#${learnerId}`, sk: `enrollment#${id}` };
}

function enrollmentOf(kept: Item): Enrollment {
  return { id: kept.sk.slice('enrollment#'.length), ...saidIn<Said>(kept) };
}
