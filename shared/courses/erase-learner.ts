import type { Item } from '../aws/table.ts';
import type { WholeTable } from '../aws/whole-table.ts';
import type { Clock } from '../base/clock.ts';
import type { Doomed, Step } from '../base/erasing.ts';
import type { TeamId } from '../base/names.ts';
import type { Attendance } from './attendance.ts';
import type { Enrollment } from './enrollment.ts';
import { erase, saidIn } from './kept.ts';
import { withoutLearner, withoutWords } from './nameless.ts';

type Said = Omit<Enrollment, 'id'>;

export type CourseTables = { readonly courses: WholeTable; readonly sessions: WholeTable };

/** What is kept of a learner, by the company's id, once they were erased as well. */
export type LearnerInCourses = {
  readonly enrollments: readonly Item[];
  /** What they said of sessions, with or without words. */
  readonly opinions: readonly Item[];
  /** The ids of the sessions of which they said something. */
  readonly sessions: readonly string[];
  /** Whether it is kept of a session that they came, or did not. */
  readonly isListed: boolean;
};

/** The ids of the learners who are enrolled under an address: `isTheirs` says of each whether it is that one. */
export async function learnersWith(
  team: TeamId,
  isTheirs: (email: string) => boolean,
  { courses }: Pick<CourseTables, 'courses'>,
): Promise<string[]> {
  const ids = new Set<string>();
  for await (const item of courses.itemsOf(team)) {
    if (isEnrollment(item) && isTheirs(saidIn<Said>(item).learner.email)) ids.add(saidIn<Said>(item).learner.id);
  }
  return [...ids];
}

export async function learnerIn(
  team: TeamId,
  id: string,
  { courses, sessions }: CourseTables,
): Promise<LearnerInCourses> {
  const enrollments: Item[] = [];
  for await (const item of courses.itemsOf(team)) {
    if (isEnrollment(item) && saidIn<Said>(item).learner.id === id) enrollments.push(item);
  }
  const opinions: Item[] = [];
  let isListed = false;
  for await (const item of sessions.itemsOf(team)) {
    if (item.sk === `feedback#${id}`) opinions.push(item);
    if (item.sk !== 'attendance') continue;
    const { present, absent } = saidIn<Attendance>(item);
    isListed ||= present.includes(id) || absent.includes(id);
  }
  const own = `${team}#session#`;
  return { enrollments, opinions, sessions: opinions.map(({ pk }) => pk.slice(own.length)), isListed };
}

/** Takes a learner's words out of what they said of sessions. What they rated stays, and counts. */
export function erasingWords(
  { opinions }: LearnerInCourses,
  { sessions }: Pick<CourseTables, 'sessions'>,
  clock: Pick<Clock, 'now'>,
): Step {
  return {
    what: 'ratings, of which the words go',
    atOnce: 10,
    find: () => doomed(opinions, withoutWords, sessions, clock),
  };
}

/** Takes a learner's name and address out of their enrolments. That somebody is enrolled stays, so figures stay right. */
export function erasingEnrollments(
  { enrollments }: LearnerInCourses,
  { courses }: Pick<CourseTables, 'courses'>,
  clock: Pick<Clock, 'now'>,
): Step {
  return { what: 'enrolments', atOnce: 10, find: () => doomed(enrollments, withoutLearner, courses, clock) };
}

/** Those that were not erased yet. What is said again in between is looked at in the next round. */
async function* doomed<T extends object>(
  items: readonly Item[],
  without: (said: T) => T,
  { table }: WholeTable,
  clock: Pick<Clock, 'now'>,
): AsyncGenerator<Doomed> {
  for (const item of items) {
    if (item['erased'] !== undefined) continue;
    yield async () => {
      await erase(table, item, without(saidIn<T>(item)), clock.now());
      return 'erased';
    };
  }
}

/** An enrolment itself: what only leads to it says nothing. */
function isEnrollment({ pk, sk, said }: Item): boolean {
  return /#enrollments#\d+$/.test(pk) && sk.startsWith('enrollment#') && said !== undefined;
}
