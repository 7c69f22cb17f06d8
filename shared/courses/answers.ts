import * as z from 'zod/mini';

/**
 * What the API answers about courses. For the document of the API and for tests: functions import the types alone, so
 * that no start pays for schemas to which nothing is held.
 */

/** The answer of `PUT` and `GET /v1/courses/{id}`. */
export const courseView = z.strictObject({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  announcementChannel: z.nullable(z.string()),
});

export type CourseView = z.output<typeof courseView>;

const waitsFor = (what: 'course' | 'session') =>
  z.nullable(z.literal(what)).register(z.globalRegistry, {
    description: `\`${what}\` as long as War Room knows no ${what} of that id: this is kept, and counts once the ${what} is sent.`,
  });

const enrollment = {
  id: z.string(),
  courseId: z.string(),
  learner: z.strictObject({ id: z.string(), name: z.string(), email: z.string() }),
  status: z.enum(['active', 'ended', 'doNotInvite']),
};

/** The answer of `PUT` and `GET /v1/enrollments/{id}`. */
export const enrollmentView = z.strictObject({ ...enrollment, waitsFor: waitsFor('course') });

export type EnrollmentView = z.output<typeof enrollmentView>;

/** The answer of `PUT` and `GET /v1/sessions/{id}`. */
export const sessionView = z.strictObject({
  id: z.string(),
  courseId: z.string(),
  title: z.string(),
  startsAt: z.string().register(z.globalRegistry, { description: 'In UTC.' }),
  endsAt: z.string().register(z.globalRegistry, { description: 'In UTC.' }),
  status: z.enum(['planned', 'held', 'cancelled']),
  waitsFor: waitsFor('course'),
});

export type SessionView = z.output<typeof sessionView>;

/** The answer of `PUT /v1/sessions/{id}/attendance`. */
export const attendanceRecorded = z.strictObject({
  sessionId: z.string(),
  present: z.int().register(z.globalRegistry, { description: 'So many learners came, each counted once.' }),
  absent: z.int(),
  waitsFor: waitsFor('session'),
});

export type AttendanceRecorded = z.output<typeof attendanceRecorded>;

/** The answer of `GET /v1/sessions/{id}/attendance`. */
export const attendanceView = z.strictObject({
  sessionId: z.string(),
  present: z.readonly(z.array(z.string())),
  absent: z.readonly(z.array(z.string())),
});

export type AttendanceView = z.output<typeof attendanceView>;

/** The answer of `POST /v1/sessions/{id}/feedback`. */
export const feedbackRecorded = z.strictObject({
  sessionId: z.string(),
  learnerId: z.string(),
  waitsFor: waitsFor('session'),
});

export type FeedbackRecorded = z.output<typeof feedbackRecorded>;
