import type { Answer } from '../base/answer.ts';
import type { ApiKey } from '../base/api-key.ts';
import type { Clock } from '../base/clock.ts';
import { Refuse } from '../base/errors.ts';
import type { TeamId } from '../base/names.ts';
import type { AttendanceRecorded, AttendanceView, FeedbackRecorded, SessionView } from './answers.ts';
import { attendanceOf, attendanceRequest, contradictions } from './attendance.ts';
import type { Change, OnChange } from './change.ts';
import type { CourseStore } from './course-store.ts';
import { feedbackRequest } from './feedback.ts';
import { readId } from './id.ts';
import { read } from './read.ts';
import { type Session, sessionRequest } from './session.ts';
import type { SessionStore } from './session-store.ts';

export type SessionParts = {
  readonly courses: Pick<CourseStore, 'knows'>;
  readonly sessions: Pick<SessionStore, 'put' | 'session' | 'putAttendance' | 'attendance' | 'putFeedback'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly onChange: OnChange;
};

/**
 * `PUT /v1/sessions/{id}`: 201 for a new one, 200 for a change and for the same again. Its course may come later. Throws
 * `Refuse` (400), naming every wrong field at once.
 */
export async function putSession(
  given: string | undefined,
  body: unknown,
  key: ApiKey,
  { courses, sessions, clock, onChange }: SessionParts,
): Promise<Answer> {
  const { team } = key;
  const id = readId(given);
  const { startsAt, endsAt, ...said } = read(sessionRequest(), body);
  const session = { id, ...said, startsAt: Date.parse(startsAt), endsAt: Date.parse(endsAt) };
  const [outcome, isKnown] = await Promise.all([
    sessions.put(team, session, {
      at: clock.now(),
      before: async (previous) => {
        for (const change of changes(previous, session)) await onChange(team, change);
      },
    }),
    courses.knows(team, session.courseId),
  ]);
  return {
    status: outcome === 'new' ? 201 : 200,
    body: sessionAnswer(session, isKnown),
    ids: { team, session: id, course: session.courseId, outcome, key: key.name },
  };
}

/** `GET /v1/sessions/{id}`. */
export async function showSession(
  given: string | undefined,
  key: ApiKey,
  { courses, sessions }: Pick<SessionParts, 'courses' | 'sessions'>,
): Promise<Answer> {
  const id = readId(given);
  const session = await sessions.session(key.team, id);
  if (!session) throw new Refuse(404, 'No session of this id has been sent.');
  const isKnown = await courses.knows(key.team, session.courseId);
  return { status: 200, body: sessionAnswer(session, isKnown), ids: { team: key.team, session: id, key: key.name } };
}

/**
 * `PUT /v1/sessions/{id}/attendance`: who came and who did not, all of them at once, in the place of what was said before.
 * 201 the first time, then 200; the session may come later. Throws `Refuse` (400), also for a learner in both lists, by name.
 */
export async function putAttendance(
  given: string | undefined,
  body: unknown,
  key: ApiKey,
  { sessions, clock, onChange }: SessionParts,
): Promise<Answer> {
  const { team } = key;
  const id = readId(given);
  const attendance = attendanceOf(read(attendanceRequest(), body, contradictions(body)));
  const session = await sessions.session(team, id);
  const saying = { at: clock.now(), before: () => concerning(session, team, onChange) };
  const outcome = await sessions.putAttendance(team, id, attendance, saying, session?.endsAt);
  const [present, absent] = [attendance.present.length, attendance.absent.length];
  return {
    status: outcome === 'new' ? 201 : 200,
    body: { sessionId: id, present, absent, waitsFor: session ? null : 'session' } satisfies AttendanceRecorded,
    ids: { team, session: id, present, absent, outcome, key: key.name },
  };
}

/** `GET /v1/sessions/{id}/attendance`. */
export async function showAttendance(
  given: string | undefined,
  key: ApiKey,
  { sessions }: Pick<SessionParts, 'sessions'>,
): Promise<Answer> {
  const id = readId(given);
  const attendance = await sessions.attendance(key.team, id);
  if (!attendance) throw new Refuse(404, 'Nobody has said who attended a session of this id.');
  return {
    status: 200,
    body: { sessionId: id, ...attendance } satisfies AttendanceView,
    ids: { team: key.team, session: id, key: key.name },
  };
}

/**
 * `POST /v1/sessions/{id}/feedback`: what a learner says of a session, in the place of what they said before. 201 for their
 * first, 200 for another one, which keeps the time of the first, and for the same again; the session may come later.
 */
export async function postFeedback(
  given: string | undefined,
  body: unknown,
  key: ApiKey,
  { sessions, clock, onChange }: SessionParts,
): Promise<Answer> {
  const { team } = key;
  const id = readId(given);
  const { learnerId, rating, text } = read(feedbackRequest(), body);
  const session = await sessions.session(team, id);
  const feedback = { learnerId, rating, ...(text !== undefined && { text }), at: clock.now() };
  const before = () => concerning(session, team, onChange);
  const outcome = await sessions.putFeedback(team, id, feedback, before, session?.endsAt);
  return {
    status: outcome === 'new' ? 201 : 200,
    body: { sessionId: id, learnerId, waitsFor: session ? null : 'session' } satisfies FeedbackRecorded,
    ids: { team, session: id, learner: learnerId, outcome, key: key.name },
  };
}

/**
 * What is said of a session that is not known concerns no report yet. If the session is sent meanwhile, that is told, and
 * acted on only when this is written, too (`change.ts`).
 */
async function concerning(session: Session | undefined, team: TeamId, onChange: OnChange): Promise<void> {
  if (session) await onChange(team, { courseId: session.courseId, endsAt: [session.endsAt] });
}

/** A session that moves concerns the reports of both its times; one that changes its course, those of both courses. */
function changes(previous: Session | undefined, next: Session): Change[] {
  const concerned = (session: Session): Change => ({ courseId: session.courseId, endsAt: [session.endsAt] });
  if (!previous) return [concerned(next)];
  if (previous.courseId !== next.courseId) return [concerned(previous), concerned(next)];
  return [{ courseId: next.courseId, endsAt: [...new Set([previous.endsAt, next.endsAt])] }];
}

function sessionAnswer({ startsAt, endsAt, ...session }: Session, isKnown: boolean): SessionView {
  return {
    ...session,
    startsAt: new Date(startsAt).toISOString(),
    endsAt: new Date(endsAt).toISOString(),
    waitsFor: isKnown ? null : 'course',
  };
}
