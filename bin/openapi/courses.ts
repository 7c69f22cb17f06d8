import {
  attendanceRecorded,
  attendanceView,
  courseView,
  enrollmentView,
  feedbackRecorded,
  sessionView,
} from '../../shared/courses/answers.ts';
import { attendanceRequest, maxAttendanceBytes } from '../../shared/courses/attendance.ts';
import { courseRequest } from '../../shared/courses/course.ts';
import { enrollmentRequest } from '../../shared/courses/enrollment.ts';
import { feedbackRequest } from '../../shared/courses/feedback.ts';
import { sessionRequest } from '../../shared/courses/session.ts';

/** The schemas of courses, by their names in the document. */
export const courseSchemas = {
  CourseRequest: courseRequest(),
  Course: courseView,
  EnrollmentRequest: enrollmentRequest(),
  Enrollment: enrollmentView,
  SessionRequest: sessionRequest(),
  Session: sessionView,
  AttendanceRequest: attendanceRequest(),
  AttendanceRecorded: attendanceRecorded,
  Attendance: attendanceView,
  FeedbackRequest: feedbackRequest(),
  FeedbackRecorded: feedbackRecorded,
} as const;

type SchemaName = keyof typeof courseSchemas;

const course = { name: 'Data Science, batch 7', type: 'bootcamp', announcementChannel: 'C0123456789' };
const enrollment = {
  courseId: 'data-science-7',
  learner: { id: 'learner-4711', name: 'Priya Sharma', email: 'priya.sharma@example.com' },
  status: 'active',
} as const;
const session = { courseId: 'data-science-7', title: 'Decision trees', status: 'held' } as const;

/** An example of each. */
export const courseExamples: Readonly<Record<SchemaName, unknown>> = {
  CourseRequest: course,
  Course: { id: 'data-science-7', ...course },
  EnrollmentRequest: enrollment,
  Enrollment: { id: 'enrolment-9001', ...enrollment, waitsFor: null },
  SessionRequest: { ...session, startsAt: '2026-11-19T19:00:00+05:30', endsAt: '2026-11-19T20:30:00+05:30' },
  Session: {
    id: 'session-58',
    ...session,
    startsAt: '2026-11-19T13:30:00.000Z',
    endsAt: '2026-11-19T15:00:00.000Z',
    waitsFor: null,
  },
  AttendanceRequest: { present: ['learner-4711', 'learner-4712'], absent: ['learner-4713'] },
  AttendanceRecorded: { sessionId: 'session-58', present: 2, absent: 1, waitsFor: null },
  Attendance: { sessionId: 'session-58', present: ['learner-4711', 'learner-4712'], absent: ['learner-4713'] },
  FeedbackRequest: { learnerId: 'learner-4711', rating: 4, text: 'A little fast at the end.' },
  FeedbackRecorded: { sessionId: 'session-58', learnerId: 'learner-4711', waitsFor: 'session' },
};

/** What the document says everywhere alike. */
type Shared = {
  readonly json: (name: SchemaName) => object;
  readonly problems: (own: Readonly<Record<number, string>>) => object;
};

/** What can be asked about courses, by address. */
export function coursePaths({ json, problems }: Shared) {
  const security = [{ apiKey: ['courses'] }];
  const id = (what: string) => ({
    name: 'id',
    in: 'path',
    required: true,
    description: `Your own id of the ${what}. Percent-encode what needs it.`,
    schema: { type: 'string', pattern: '^\\w[\\w.:@+~-]{0,127}$' },
  });
  const refused = (kB = 256) =>
    problems({
      400: 'The id is none, the body is not JSON, or fields of it are wrong. Nothing was recorded.',
      413: `The body has more than ${kB} KB.`,
      415: 'The content type is not application/json.',
    });
  const recorded = (name: SchemaName) => ({
    201: { description: 'New.', content: json(name) },
    200: { description: 'It takes the place of what was said before, or is the same again.', content: json(name) },
  });
  const shown = (name: SchemaName, missing: string) => ({
    200: { description: 'As it was sent last.', content: json(name) },
    ...problems({ 400: 'The id is none.', 404: missing }),
  });
  const body = (name: SchemaName) => ({ required: true, content: json(name) });
  const anyOrder =
    'What belongs together may be sent in any order: `waitsFor` names what is not there yet, and nothing is lost meanwhile.';

  return {
    '/v1/courses/{id}': {
      put: {
        operationId: 'putCourse',
        summary: 'A course',
        description: 'What it is called, and the channel in which its sessions are reported.',
        security,
        parameters: [id('course')],
        requestBody: body('CourseRequest'),
        responses: { ...recorded('Course'), ...refused() },
      },
      get: {
        operationId: 'showCourse',
        summary: 'What is known of a course',
        security,
        parameters: [id('course')],
        responses: shown('Course', 'No course of this id has been sent.'),
      },
    },
    '/v1/enrollments/{id}': {
      put: {
        operationId: 'putEnrollment',
        summary: 'A learner takes a course, or no longer',
        description: `One learner in one course, in the place of what was said of this enrolment before. ${anyOrder}`,
        security,
        parameters: [id('enrolment')],
        requestBody: body('EnrollmentRequest'),
        responses: { ...recorded('Enrollment'), ...refused() },
      },
      get: {
        operationId: 'showEnrollment',
        summary: 'What is known of an enrolment',
        security,
        parameters: [id('enrolment')],
        responses: shown('Enrollment', 'No enrolment of this id has been sent.'),
      },
    },
    '/v1/sessions/{id}': {
      put: {
        operationId: 'putSession',
        summary: 'A session of a course is planned, was held, or is cancelled',
        description: `It is reported once it is over. Moved, renamed or cancelled later, its report is put right. ${anyOrder}`,
        security,
        parameters: [id('session')],
        requestBody: body('SessionRequest'),
        responses: { ...recorded('Session'), ...refused() },
      },
      get: {
        operationId: 'showSession',
        summary: 'What is known of a session',
        security,
        parameters: [id('session')],
        responses: shown('Session', 'No session of this id has been sent.'),
      },
    },
    '/v1/sessions/{id}/attendance': {
      put: {
        operationId: 'putAttendance',
        summary: 'Who attended a session',
        description:
          'Everybody at once, some ten thousand learners at most, in the place of what was said before. A learner in both ' +
          `lists is refused by name. ${anyOrder}`,
        security,
        parameters: [id('session')],
        requestBody: body('AttendanceRequest'),
        responses: { ...recorded('AttendanceRecorded'), ...refused(maxAttendanceBytes / 1024) },
      },
      get: {
        operationId: 'showAttendance',
        summary: 'Who attended a session, as it was sent',
        security,
        parameters: [id('session')],
        responses: shown('Attendance', 'Nobody has said who attended a session of this id.'),
      },
    },
    '/v1/sessions/{id}/feedback': {
      post: {
        operationId: 'postFeedback',
        summary: 'What a learner says of a session',
        description: `One of each learner: another one takes its place, and keeps the time of the first. ${anyOrder}`,
        security,
        parameters: [id('session')],
        requestBody: body('FeedbackRequest'),
        responses: { ...recorded('FeedbackRecorded'), ...refused() },
      },
    },
  };
}
