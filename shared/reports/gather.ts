import type { TeamId } from '../base/names.ts';
import type { Attendance } from '../courses/attendance.ts';
import type { Enrollment } from '../courses/enrollment.ts';
import type { Feedback } from '../courses/feedback.ts';
import type { Session } from '../courses/session.ts';
import { type Figures, Tally } from './figures.ts';
import { noRatings, type Ratings, withRating } from './ratings.ts';
import type { CourseRef } from './store.ts';
import type { Window } from './window.ts';

/** Where what happened in courses is read. */
export type Records = {
  readonly sessions: {
    sessions(team: TeamId, course: string, from: number, to: number): AsyncIterable<Session>;
    attendance(team: TeamId, session: string): Promise<Attendance | undefined>;
    feedback(team: TeamId, session: string): AsyncIterable<readonly Feedback[]>;
  };
  readonly enrollments: {
    enrolledCount(team: TeamId, course: string): Promise<number>;
    enrollmentsOfLearner(team: TeamId, learner: string): AsyncIterable<Enrollment>;
  };
};

/** How the ratings of a course are read. */
export type Reading = {
  readonly enrolled: number;
  /** Ratings up to this one are low. */
  readonly lowRating: number;
  /** Asked before each page is read: throws where there is no time for it. */
  readonly onward: () => void;
};

/** Reckons up a window of a course. What learners said is read page by page, and never held. */
export async function gather(
  { team, course }: CourseRef,
  { from, to }: Window,
  { sessions }: Records,
  reading: Reading,
): Promise<Figures> {
  const tally = new Tally(reading);
  for await (const session of sessions.sessions(team, course, from, to)) {
    reading.onward();
    const isCancelled = session.status === 'cancelled';
    const open = tally.session(session, isCancelled ? undefined : await sessions.attendance(team, session.id));
    if (!isCancelled) {
      for await (const page of sessions.feedback(team, session.id)) {
        reading.onward();
        for (const one of page) open.feedback(one);
      }
    }
    open.end();
  }
  return tally.figures();
}

/** The ratings of a window alone, and whether there were any sessions. */
export async function ratingsOf(
  { team, course }: CourseRef,
  { from, to }: Window,
  { sessions }: Records,
  { onward }: Pick<Reading, 'onward'>,
): Promise<{ readonly ratings: Ratings; readonly hasSessions: boolean }> {
  let [ratings, hasSessions] = [noRatings, false];
  for await (const session of sessions.sessions(team, course, from, to)) {
    hasSessions = true;
    if (session.status === 'cancelled') continue;
    for await (const page of sessions.feedback(team, session.id)) {
      onward();
      for (const { rating } of page) ratings = withRating(ratings, rating);
    }
  }
  return { ratings, hasSessions };
}

/** Whether a course had any session in a window. */
export async function hasSessions(
  { team, course }: CourseRef,
  window: Window,
  { sessions }: Records,
): Promise<boolean> {
  for await (const _ of sessions.sessions(team, course, window.from, window.to)) return true;
  return false;
}

/** What the learners of low ratings are called in this course; who is not enrolled in it any more keeps their name. */
export async function namesOf(
  { team, course }: CourseRef,
  { low }: Pick<Figures, 'low'>,
  { enrollments }: Records,
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const id of new Set(low.kept.map(({ learnerId }) => learnerId))) {
    for await (const { courseId, learner } of enrollments.enrollmentsOfLearner(team, id)) {
      if (courseId === course || !names.has(id)) names.set(id, learner.name);
    }
  }
  return names;
}
