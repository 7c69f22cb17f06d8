import type { Answer } from '../base/answer.ts';
import type { ApiKey } from '../base/api-key.ts';
import type { Clock } from '../base/clock.ts';
import { Refuse } from '../base/errors.ts';
import type { EnrollmentView } from './answers.ts';
import type { OnEnrollment } from './change.ts';
import type { CourseStore } from './course-store.ts';
import { enrollmentRequest } from './enrollment.ts';
import type { EnrollmentStore } from './enrollment-store.ts';
import { readId } from './id.ts';
import { read } from './read.ts';

export type EnrollmentParts = {
  readonly courses: Pick<CourseStore, 'knows'>;
  readonly enrollments: Pick<EnrollmentStore, 'put' | 'enrollment'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly onEnrollment: OnEnrollment;
};

/**
 * `PUT /v1/enrollments/{id}`: 201 for a new one, 200 for a change and for the same again. Its course may come later. Throws
 * `Refuse` (400), naming every wrong field at once.
 */
export async function putEnrollment(
  given: string | undefined,
  body: unknown,
  key: ApiKey,
  { courses, enrollments, clock, onEnrollment }: EnrollmentParts,
): Promise<Answer> {
  const { team } = key;
  const id = readId(given);
  const enrollment = { id, ...read(enrollmentRequest(), body) };
  const [outcome, isKnown] = await Promise.all([
    enrollments.put(team, enrollment, {
      at: clock.now(),
      before: (previous) => {
        const learners = [enrollment, ...(previous ? [previous] : [])].map(({ learner }) => learner.id);
        return onEnrollment(team, [...new Set(learners)]);
      },
    }),
    courses.knows(team, enrollment.courseId),
  ]);
  return {
    status: outcome === 'new' ? 201 : 200,
    body: { ...enrollment, waitsFor: isKnown ? null : 'course' } satisfies EnrollmentView,
    ids: { team, enrollment: id, course: enrollment.courseId, outcome, key: key.name },
  };
}

/** `GET /v1/enrollments/{id}`. */
export async function showEnrollment(
  given: string | undefined,
  key: ApiKey,
  { courses, enrollments }: Pick<EnrollmentParts, 'courses' | 'enrollments'>,
): Promise<Answer> {
  const id = readId(given);
  const enrollment = await enrollments.enrollment(key.team, id);
  if (!enrollment) throw new Refuse(404, 'No enrolment of this id has been sent.');
  const isKnown = await courses.knows(key.team, enrollment.courseId);
  return {
    status: 200,
    body: { ...enrollment, waitsFor: isKnown ? null : 'course' } satisfies EnrollmentView,
    ids: { team: key.team, enrollment: id, key: key.name },
  };
}
