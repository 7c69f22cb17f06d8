import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { secretReader } from '../../shared/aws/secrets.ts';
import { documentClient, Table } from '../../shared/aws/table.ts';
import { type Answer, answering } from '../../shared/base/answer.ts';
import { ApiKeys, identify } from '../../shared/base/api-key.ts';
import { systemClock } from '../../shared/base/clock.ts';
import { Refuse } from '../../shared/base/errors.ts';
import { jsonBody } from '../../shared/base/http.ts';
import { lazy, once } from '../../shared/base/lazy.ts';
import { openLog } from '../../shared/base/log.ts';
import { openReporter } from '../../shared/base/report.ts';
import { KeptSecret } from '../../shared/base/secret.ts';
import { settings } from '../../shared/base/settings.ts';
import { maxAttendanceBytes } from '../../shared/courses/attendance.ts';
import type { OnChange, OnEnrollment } from '../../shared/courses/change.ts';
import { CourseStore } from '../../shared/courses/course-store.ts';
import { putCourse, showCourse } from '../../shared/courses/courses.ts';
import { EnrollmentStore } from '../../shared/courses/enrollment-store.ts';
import { putEnrollment, showEnrollment } from '../../shared/courses/enrollments.ts';
import { SessionStore } from '../../shared/courses/session-store.ts';
import { postFeedback, putAttendance, putSession, showAttendance, showSession } from '../../shared/courses/sessions.ts';
import { enrolling } from '../../shared/invites/enrol.ts';
import { InviteStore } from '../../shared/invites/store.ts';
import { type LateDependencies, noteChange } from '../../shared/reports/late.ts';
import { ReportStore } from '../../shared/reports/store.ts';
import { scheduleOf } from '../../shared/reports/window.ts';

/** A system of the company waits for the answer, and may send the same again. */
const patience = { timeoutMs: 2_000, attempts: 2 };

const surroundings = once(() => {
  const log = openLog();
  return { log, reporter: openReporter({ log }), clock: systemClock };
});

const ready = lazy(async () => {
  const names = settings(
    process.env,
    'COURSES_TABLE',
    'COURSE_ANNOUNCEMENT_CHANNEL_MAP_TABLE',
    'SESSIONS_TABLE',
    'REPORTS_TABLE',
    'USER_SLACK_DETAILS_TABLE',
    'API_KEYS_SECRET_ID',
  );
  const timeScale = Number(process.env['TIME_SCALE'] ?? 1);
  const client = documentClient(patience);
  const table = (name: string) => new Table(client, name);
  const inviting = { store: new InviteStore(table(names.USER_SLACK_DETAILS_TABLE)), now: systemClock.now, timeScale };
  const noting: LateDependencies = {
    store: new ReportStore(table(names.REPORTS_TABLE)),
    schedule: scheduleOf(process.env),
    clock: systemClock,
    timeScale,
  };
  return {
    keys: new KeptSecret(secretReader(patience)(names.API_KEYS_SECRET_ID), ApiKeys.parse, systemClock),
    courses: new CourseStore(table(names.COURSES_TABLE), table(names.COURSE_ANNOUNCEMENT_CHANNEL_MAP_TABLE)),
    enrollments: new EnrollmentStore(table(names.COURSES_TABLE)),
    sessions: new SessionStore(table(names.SESSIONS_TABLE)),
    clock: systemClock,
    onChange: ((team, change) => noteChange(team, change, noting)) satisfies OnChange,
    onEnrollment: ((team, learners) => enrolling(team, learners, inviting)) satisfies OnEnrollment,
  };
});

/** `/v1/courses`, `/v1/enrollments` and `/v1/sessions`: what the company's systems say of its courses. */
export const handler = middy(async (event: APIGatewayProxyEventV2): Promise<Answer> => {
  const parts = await ready();
  const key = await identify(event.headers['authorization'], 'courses', parts.keys);
  const id = event.pathParameters?.['id'];
  switch (event.routeKey) {
    case 'PUT /v1/courses/{id}':
      return putCourse(id, jsonBody(event), key, parts);
    case 'GET /v1/courses/{id}':
      return showCourse(id, key, parts);
    case 'PUT /v1/enrollments/{id}':
      return putEnrollment(id, jsonBody(event), key, parts);
    case 'GET /v1/enrollments/{id}':
      return showEnrollment(id, key, parts);
    case 'PUT /v1/sessions/{id}':
      return putSession(id, jsonBody(event), key, parts);
    case 'GET /v1/sessions/{id}':
      return showSession(id, key, parts);
    case 'PUT /v1/sessions/{id}/attendance':
      return putAttendance(id, jsonBody(event, maxAttendanceBytes), key, parts);
    case 'GET /v1/sessions/{id}/attendance':
      return showAttendance(id, key, parts);
    case 'POST /v1/sessions/{id}/feedback':
      return postFeedback(id, jsonBody(event), key, parts);
    default:
      throw new Refuse(404, 'There is nothing at this address.');
  }
}).use(answering(surroundings));
