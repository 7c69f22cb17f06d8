import * as z from 'zod/mini';
import { text } from '../base/fields.ts';
import { once } from '../base/lazy.ts';
import { id } from './id.ts';

/** Whether somebody takes a course; who is `doNotInvite` takes it, and is not invited into the workspace. */
type EnrollmentStatus = 'active' | 'ended' | 'doNotInvite';

type Learner = { readonly id: string; readonly name: string; readonly email: string };

/** One learner in one course. */
export type Enrollment = {
  readonly id: string;
  readonly courseId: string;
  readonly learner: Learner;
  readonly status: EnrollmentStatus;
};

/** Whether somebody counts among those who take the course. */
export function isEnrolled({ status }: Pick<Enrollment, 'status'>): boolean {
  return status !== 'ended';
}

/** The body of `PUT /v1/enrollments/{id}`. */
export const enrollmentRequest = once(() =>
  z.strictObject({
    courseId: id(),
    learner: z.strictObject({
      id: id().register(z.globalRegistry, {
        description: 'The same in all their courses, and in attendance and feedback.',
      }),
      name: text(200),
      email: text(254).check(z.regex(/^[^\s@]+@[^\s@]+$/u, 'must be an e-mail address, such as priya@example.com.')),
    }),
    status: z.enum(['active', 'ended', 'doNotInvite']).register(z.globalRegistry, {
      description: '`doNotInvite`: takes the course, and is not invited into the Slack workspace.',
    }),
  }),
);
