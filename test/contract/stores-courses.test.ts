/** What is kept of courses, enrolments and sessions, on each database that can run here. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Table } from '../../shared/aws/table.ts';
import { channelId, type TeamId, teamId } from '../../shared/base/names.ts';
import type { Course } from '../../shared/courses/course.ts';
import { CourseStore } from '../../shared/courses/course-store.ts';
import type { Enrollment } from '../../shared/courses/enrollment.ts';
import { EnrollmentStore } from '../../shared/courses/enrollment-store.ts';
import type { Session } from '../../shared/courses/session.ts';
import { SessionStore } from '../../shared/courses/session-store.ts';
import { databasesHere, type Tables } from '../support/databases.ts';
import { Fuse } from '../support/fuse.ts';

const now = Date.UTC(2026, 10, 20, 5, 12);
const hour = 3_600_000;
let teams = 0;

async function listed<T>(all: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const each of all) list.push(each);
  return list;
}

/** Nothing has to be done before a write. */
const quiet = { at: now, before: async () => {} };

describe.each(await databasesHere())('on $name', ({ start }) => {
  let tables: Tables;
  let team: TeamId;

  beforeAll(async () => {
    tables = await start();
  });
  afterAll(() => tables.stop());
  beforeEach(() => {
    teams += 1;
    team = teamId(`T${teams}`);
  });

  describe('a course', () => {
    let store: CourseStore;
    beforeEach(() => {
      store = new CourseStore(tables.table('courses'), tables.table('channels'));
    });
    const course = (more: Partial<Course> = {}): Course => ({
      id: 'crs_1',
      name: 'Data Science',
      type: 'bootcamp',
      announcementChannel: channelId('C0COURSEDS'),
      ...more,
    });

    it('is as it was said last, with its channel, to its team alone', async () => {
      const outcomes = [
        await store.put(team, course(), quiet),
        await store.put(team, course(), quiet),
        await store.put(team, course({ announcementChannel: null }), quiet),
        await store.put(team, course({ name: 'Data', announcementChannel: null }), quiet),
      ];

      expect(outcomes).toEqual(['new', 'same', 'changed', 'changed']);
      expect(await store.course(team, 'crs_1')).toEqual(course({ name: 'Data', announcementChannel: null }));
      expect(await store.course(teamId(`${team}X`), 'crs_1')).toBeUndefined();
    });

    it('is announced before each write that changes something, with what it was', async () => {
      const told: (Course | undefined)[] = [];
      const saying = { at: now, before: async (previous: Course | undefined) => void told.push(previous) };

      await store.put(team, course(), saying);
      await store.put(team, course(), saying);
      await store.put(team, course({ type: 'cohort' }), saying);

      expect(told).toEqual([undefined, course()]);
    });

    it('of which the process that kept it ended at any of its writes is put right by the same again', async () => {
      const isWrite = (method: string) => method === 'insert' || method === 'replace';
      const spots = [0, 1].flatMap((effect) => (['before', 'after'] as const).map((side) => ({ effect, side })));

      for (const [n, spot] of spots.entries()) {
        const id = `crs_${n}`;
        const fuse = new Fuse(spot);
        const watched = ['courses', 'channels'].map((name) => fuse.watch(tables.table(name), name, isWrite));
        const [courses, channels] = watched as [Table, Table];
        await expect(new CourseStore(courses, channels).put(team, course({ id }), quiet)).rejects.toThrow('gone');
        await store.put(team, course({ id }), quiet);

        expect(await store.course(team, id)).toEqual(course({ id }));
        expect(await store.put(team, course({ id }), quiet)).toBe('same');
      }
    });

    it('that many speak of at once ends as one of them said it, in name and channel', async () => {
      const said = Array.from({ length: 6 }, (_, n) =>
        course({ name: `Name ${n}`, announcementChannel: channelId(`C000000${n}`) }),
      );

      await Promise.all(said.map((one) => store.put(team, one, quiet)));

      expect(said).toContainEqual(await store.course(team, 'crs_1'));
    });

    it('is one of its team’s, all of which can be listed', async () => {
      for (const id of ['crs_2', 'crs_1']) await store.put(team, course({ id }), quiet);
      await store.put(teamId(`${team}X`), course({ id: 'crs_3' }), quiet);

      expect(await listed(store.courses(team))).toEqual([course(), course({ id: 'crs_2' })]);
    });
  });

  describe('an enrolment', () => {
    let store: EnrollmentStore;
    beforeEach(() => {
      store = new EnrollmentStore(tables.table('courses'));
    });
    const enrollment = (id: string, more: Partial<Enrollment> = {}): Enrollment => ({
      id,
      courseId: 'crs_1',
      learner: { id: `lrn_${id}`, name: 'Priya Sharma', email: 'priya@example.com' },
      status: 'active',
      ...more,
    });

    it('is found by its id, its course and its learner', async () => {
      const one = enrollment('enr_1');

      const outcomes = [await store.put(team, one, quiet), await store.put(team, one, quiet)];

      expect(outcomes).toEqual(['new', 'same']);
      expect(await store.enrollment(team, 'enr_1')).toEqual(one);
      expect(await listed(store.enrollments(team, 'crs_1'))).toEqual([one]);
      expect(await listed(store.enrollmentsOfLearner(team, 'lrn_enr_1'))).toEqual([one]);
    });

    it('that moved to another course and learner is found there alone, and back where it was once it moved back', async () => {
      const there = enrollment('enr_1');
      const elsewhere = enrollment('enr_1', { courseId: 'crs_2', learner: { ...there.learner, id: 'lrn_2' } });
      const found = async () => [
        (await listed(store.enrollments(team, 'crs_1'))).length,
        (await listed(store.enrollments(team, 'crs_2'))).length,
        (await listed(store.enrollmentsOfLearner(team, there.learner.id))).length,
        (await listed(store.enrollmentsOfLearner(team, 'lrn_2'))).length,
      ];

      await store.put(team, there, quiet);
      await store.put(team, elsewhere, quiet);
      const moved = await found();
      await store.put(team, there, quiet);

      expect(moved).toEqual([0, 1, 0, 1]);
      expect(await found()).toEqual([1, 0, 1, 0]);
    });

    it('counts a learner once, and none whose enrolment ended', async () => {
      await store.put(team, enrollment('enr_1'), quiet);
      await store.put(team, enrollment('enr_2', { learner: enrollment('enr_1').learner }), quiet);
      await store.put(team, enrollment('enr_3', { status: 'doNotInvite' }), quiet);
      await store.put(team, enrollment('enr_4', { status: 'ended' }), quiet);

      expect(await store.enrolledCount(team, 'crs_1')).toBe(2);
    });

    it('is one of a list that can be gone on with behind any of it', async () => {
      const ids = Array.from({ length: 12 }, (_, n) => `enr_${n}`);
      for (const id of ids) await store.put(team, enrollment(id), quiet);

      const all = (await listed(store.enrollmentsOf(team))).map(({ id }) => id);
      const rest = await Promise.all(
        all.map(async (id) => (await listed(store.enrollmentsOf(team, id))).map((each) => each.id)),
      );

      expect(all.toSorted()).toEqual(ids.toSorted());
      expect(rest).toEqual(all.map((_, n) => all.slice(n + 1)));
    });
  });

  describe('a session', () => {
    let store: SessionStore;
    beforeEach(() => {
      store = new SessionStore(tables.table('sessions'));
    });
    const session = (id: string, endsAt: number, more: Partial<Session> = {}): Session => ({
      id,
      courseId: 'crs_1',
      title: 'Trees',
      startsAt: endsAt - hour,
      endsAt,
      status: 'held',
      ...more,
    });
    const idsBetween = async (from: number, to: number, courseId = 'crs_1') =>
      (await listed(store.sessions(team, courseId, from, to))).map(({ id }) => id);

    it('is found between two times by its end: the first included, the second not', async () => {
      for (const [id, at] of [
        ['c', now + 2],
        ['b', now + 1],
        ['a', now + 1],
        ['d', now + 3],
        ['z', now],
      ] as const) {
        await store.put(team, session(id, at), quiet);
      }

      expect(await idsBetween(now + 1, now + 3)).toEqual(['a', 'b', 'c']);
      expect(await idsBetween(now + 4, now + hour)).toEqual([]);
      expect(await idsBetween(now, now + 4, 'crs_2')).toEqual([]);
    });

    it('that moved is found at its new time and course alone, also between both, and told both before', async () => {
      const told: (number | undefined)[] = [];
      const saying = { at: now, before: async (previous: Session | undefined) => void told.push(previous?.endsAt) };

      await store.put(team, session('a', now), saying);
      await store.put(team, session('a', now + hour), saying);
      const moved = [await idsBetween(now, now + 1), await idsBetween(now, now + 2 * hour)];
      await store.put(team, session('a', now + hour, { courseId: 'crs_2' }), saying);

      expect(moved).toEqual([[], ['a']]);
      expect(told).toEqual([undefined, now, now + hour]);
      expect(await idsBetween(now, now + 2 * hour)).toEqual([]);
      expect(await idsBetween(now, now + 2 * hour, 'crs_2')).toEqual(['a']);
    });

    it('is listed in whole where there are more than a page of them', async () => {
      const ids = Array.from({ length: 520 }, (_, n) => `ses_${String(n).padStart(3, '0')}`);
      await store.put(team, session('ses_000', now), quiet);
      const [kept] = await tables.table('sessions').query(`${team}#session#ses_000`);
      const [pointer] = await tables.table('sessions').query(`${team}#course#crs_1`);
      await tables.table('sessions').putMany(
        ids.flatMap((id) => [
          { ...kept, pk: `${team}#session#${id}`, sk: 'session' },
          { ...pointer, pk: `${team}#course#crs_1`, sk: String(pointer?.sk).replace('ses_000', id), session: id },
        ]),
      );

      expect(await idsBetween(now, now + 1)).toEqual(ids);
    });

    it('has the attendance that was said last, before and after it is known itself', async () => {
      const first = { present: ['lrn_1', 'lrn_2'], absent: [] };
      const second = { present: ['lrn_1'], absent: ['lrn_2'] };

      const outcomes = [
        await store.putAttendance(team, 'ses_1', first, quiet),
        await store.putAttendance(team, 'ses_1', first, quiet),
        await store.putAttendance(team, 'ses_1', second, quiet),
      ];

      expect(outcomes).toEqual(['new', 'same', 'changed']);
      expect(await store.attendance(team, 'ses_1')).toEqual(second);
      expect(await store.attendance(team, 'ses_2')).toBeUndefined();
    });

    it('has one feedback of each learner, the newest, with the time of their first', async () => {
      const before = async () => {};
      const put = (rating: number, at: number, text?: string) =>
        store.putFeedback(
          team,
          'ses_1',
          { learnerId: 'lrn_1', rating, at, ...(text !== undefined && { text }) },
          before,
        );

      const outcomes = [await put(2, now, 'too fast'), await put(2, now + 5, 'too fast'), await put(4, now + 9)];
      await store.putFeedback(team, 'ses_1', { learnerId: 'lrn_0', rating: 5, text: ' 🎉\n', at: now }, before);

      expect(outcomes).toEqual(['new', 'same', 'changed']);
      expect(await listed(store.feedback(team, 'ses_1'))).toEqual([
        [
          { learnerId: 'lrn_0', rating: 5, text: ' 🎉\n', at: now },
          { learnerId: 'lrn_1', rating: 4, at: now },
        ],
      ]);
    });

    it('gives feedback page by page, each of it once', async () => {
      const ids = Array.from({ length: 620 }, (_, n) => `lrn_${String(n).padStart(3, '0')}`);
      await tables.table('sessions').putMany(
        ids.map((id) => ({
          pk: `${team}#session#ses_1`,
          sk: `feedback#${id}`,
          said: { rating: 3 },
          revision: 1,
          firstAt: now,
          at: now,
        })),
      );

      const pages = await listed(store.feedback(team, 'ses_1'));

      expect(pages.map((page) => page.length)).toEqual([500, 120]);
      expect(pages.flat().map(({ learnerId }) => learnerId)).toEqual(ids);
    });

    it('is kept once where the database did as it was told and the answer was lost', async () => {
      const unheard = new SessionStore(tables.losingReplies('sessions'));
      const opinion = { learnerId: 'lrn_1', rating: 1, at: now };

      await unheard.put(team, session('a', now), quiet);
      await unheard.putFeedback(team, 'a', opinion, async () => {});

      expect(await store.session(team, 'a')).toEqual(session('a', now));
      expect(await listed(store.feedback(team, 'a'))).toEqual([[opinion]]);
    });

    it('is not written where what has to be done before fails, and nobody finds it', async () => {
      const failing = { at: now, before: () => Promise.reject(new Error('not noted')) };

      await expect(store.put(team, session('a', now), failing)).rejects.toThrow('not noted');

      expect(await store.session(team, 'a')).toBeUndefined();
      expect(await idsBetween(now, now + 1)).toEqual([]);
    });
  });
});
