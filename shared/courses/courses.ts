import type { Answer } from '../base/answer.ts';
import type { ApiKey } from '../base/api-key.ts';
import type { Clock } from '../base/clock.ts';
import { Refuse } from '../base/errors.ts';
import { channelId } from '../base/names.ts';
import type { CourseView } from './answers.ts';
import type { OnChange } from './change.ts';
import { courseRequest } from './course.ts';
import type { CourseStore } from './course-store.ts';
import { readId } from './id.ts';
import { read } from './read.ts';

export type CourseParts = {
  readonly courses: Pick<CourseStore, 'put' | 'course'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly onChange: OnChange;
};

/**
 * `PUT /v1/courses/{id}`: 201 for a new one, 200 for a change and for the same again. Throws `Refuse` (400), naming every
 * wrong field at once.
 */
export async function putCourse(
  given: string | undefined,
  body: unknown,
  key: ApiKey,
  { courses, clock, onChange }: CourseParts,
): Promise<Answer> {
  const { team } = key;
  const id = readId(given);
  const { announcementChannel: channel, ...said } = read(courseRequest(), body);
  const course = { id, ...said, announcementChannel: channel === null ? null : channelId(channel) };
  const outcome = await courses.put(team, course, {
    at: clock.now(),
    before: () => onChange(team, { courseId: id, endsAt: 'all' }),
  });
  return {
    status: outcome === 'new' ? 201 : 200,
    body: course satisfies CourseView,
    ids: { team, course: id, outcome, key: key.name },
  };
}

/** `GET /v1/courses/{id}`. */
export async function showCourse(
  given: string | undefined,
  key: ApiKey,
  { courses }: Pick<CourseParts, 'courses'>,
): Promise<Answer> {
  const id = readId(given);
  const course = await courses.course(key.team, id);
  if (!course) throw new Refuse(404, 'No course of this id has been sent.');
  return { status: 200, body: course satisfies CourseView, ids: { team: key.team, course: id, key: key.name } };
}
