/** The reports room as its functions build it, on a database and a Slack of the test's own, and a course that is reported. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { memoryDatabase } from '../../lib/local/memory-database.ts';
import type { Message } from '../../shared/aws/queue.ts';
import { Table } from '../../shared/aws/table.ts';
import { Retry } from '../../shared/base/errors.ts';
import { channelId } from '../../shared/base/names.ts';
import type { Course } from '../../shared/courses/course.ts';
import { CourseStore } from '../../shared/courses/course-store.ts';
import { EnrollmentStore } from '../../shared/courses/enrollment-store.ts';
import type { Feedback } from '../../shared/courses/feedback.ts';
import type { Session } from '../../shared/courses/session.ts';
import { SessionStore } from '../../shared/courses/session-store.ts';
import { noteChange } from '../../shared/reports/late.ts';
import type { Wishes } from '../../shared/reports/look.ts';
import { type Ran, run } from '../../shared/reports/run.ts';
import { type Due, dueShards, ReportStore } from '../../shared/reports/store.ts';
import { sweep } from '../../shared/reports/sweep.ts';
import { type TellDependencies, type Told, tell } from '../../shared/reports/tell.ts';
import { parseWake, type Wake } from '../../shared/reports/wake.ts';
import { type Schedule, scheduleOf } from '../../shared/reports/window.ts';
import type { Fuse } from './fuse.ts';
import { type Room, startRoom } from './room.ts';
import { ids } from './slack-world.ts';

/** The room of the seeded company in which its course is announced here. */
export const announced = channelId(ids.payments);

const aCourse: Course = {
  id: 'crs_ds',
  name: 'Data Science',
  type: 'bootcamp',
  announcementChannel: announced,
};

/** A session that ended at `endsAt`, an hour long. */
export function aSession(id: string, endsAt: string | number, more: Partial<Session> = {}): Session {
  const end = typeof endsAt === 'number' ? endsAt : Date.parse(endsAt);
  return {
    id,
    courseId: aCourse.id,
    title: `Lesson ${id}`,
    startsAt: end - 3_600_000,
    endsAt: end,
    status: 'held',
    ...more,
  };
}

const usual: Wishes = { lowRating: 2, learnerNames: false, whenQuiet: 'first' };

/** What the functions of the room do to the world: to its tables, to messages, to the queue. */
const writes = ['insert', 'put', 'update', 'replace', 'delete', 'take'];
const posts = ['post', 'update', 'remove'];

export type Reporting = {
  readonly room: Room;
  readonly documents: DynamoDBDocumentClient;
  readonly store: ReportStore;
  readonly parts: TellDependencies;
  /** What waits in the queue, oldest first. */
  readonly queue: Message[];
  /** What the company's systems say: noted first, then kept, as the API does it. */
  readonly say: {
    course(course?: Partial<Course>): Promise<void>;
    enrolled(...learners: string[]): Promise<void>;
    session(session: Session): Promise<void>;
    attendance(session: Session, present: readonly string[], absent?: readonly string[]): Promise<void>;
    feedback(session: Session, learnerId: string, rating: number, text?: string): Promise<void>;
  };
  /** A run of the schedule, meant for a time. */
  readonly run: (scheduledAt: string, others?: { fuse?: Fuse }) => Promise<Ran>;
  /** Wakes what is due, as the sweep does. */
  readonly sweep: () => Promise<number>;
  /** Works the queue until it is empty, as often as records ask to come back. */
  readonly drain: (parts?: Partial<TellDependencies>) => Promise<Told[]>;
  readonly told: (wake: Wake, parts?: Partial<TellDependencies>) => Promise<Told>;
  /** Another worker, whose side effects pass through `fuse`. */
  readonly worker: (fuse: Fuse) => TellDependencies;
  /** Reports that the sweep would wake, now or later. */
  readonly due: () => Promise<Due[]>;
  /** What stands in a channel: the texts of roots, each with those of its replies. */
  readonly threads: (channel?: string) => { readonly text: string; readonly replies: readonly string[] }[];
};

export async function startReporting(
  wishes: Partial<Wishes> = {},
  schedule: Schedule = scheduleOf({}),
): Promise<Reporting> {
  const database = memoryDatabase();
  const table = (name: string) => new Table(database, name);
  const room = await startRoom(table, { inProcess: true });
  const { team, time } = room;
  const partsOf = (
    from: (name: string) => Table,
    { outbox, tell }: Pick<Room, 'outbox' | 'tell'>,
  ): TellDependencies => ({
    store: new ReportStore(from('reports')),
    // These are read only.
    courses: new CourseStore(table('courses'), table('channels')),
    records: { sessions: new SessionStore(table('sessions')), enrollments: new EnrollmentStore(table('courses')) },
    installations: tell.installations,
    log: tell.log,
    outbox,
    clock: tell.clock,
    times: { ...room.times },
    schedule,
    wishes: { ...usual, ...wishes },
  });
  const parts = partsOf(table, room);
  const { store } = parts;
  const courses = new CourseStore(table('courses'), table('channels'));
  const enrollments = new EnrollmentStore(table('courses'));
  const sessions = new SessionStore(table('sessions'));
  const queue: Message[] = [];
  const clock = parts.clock;
  let unique = 0;
  const newId = () => {
    unique += 1;
    return `n${unique}`;
  };

  const late = (endsAt: readonly number[] | 'all') =>
    noteChange(team.id, { courseId: aCourse.id, endsAt }, { store, schedule, clock, timeScale: 1 });
  const saying = <T>(before: (previous: T | undefined) => Promise<void>) => ({ at: time.now(), before });
  const say: Reporting['say'] = {
    course: async (more = {}) => {
      await courses.put(
        team.id,
        { ...aCourse, ...more },
        saying(() => late('all')),
      );
    },
    enrolled: async (...learners) => {
      for (const id of learners) {
        const learner = { id, name: `Learner ${id}`, email: `${id}@example.com` };
        const enrollment = { id: `enr_${id}`, courseId: aCourse.id, learner, status: 'active' } as const;
        await enrollments.put(
          team.id,
          enrollment,
          saying(async () => {}),
        );
      }
    },
    session: async (session) => {
      const concerned = (previous: Session | undefined) =>
        late(previous ? [previous.endsAt, session.endsAt] : [session.endsAt]);
      await sessions.put(team.id, session, saying(concerned));
    },
    attendance: async ({ id, endsAt }, present, absent = []) => {
      await sessions.putAttendance(
        team.id,
        id,
        { present, absent },
        saying(() => late([endsAt])),
      );
    },
    feedback: async ({ id, endsAt }, learnerId, rating, text) => {
      const said: Feedback = { learnerId, rating, ...(text !== undefined && { text }), at: time.now() };
      await sessions.putFeedback(team.id, id, said, () => late([endsAt]));
    },
  };

  const told: Reporting['told'] = (wake, others = {}) =>
    tell(wake, { until: room.until(), report: room.report }, { ...parts, ...others });
  const drain: Reporting['drain'] = async (others = {}) => {
    const outcomes: Told[] = [];
    for (let attempts = 0; queue.length > 0; attempts += 1) {
      const [first] = queue;
      if (first === undefined || attempts > 500) throw new Error('The queue never becomes empty.');
      try {
        outcomes.push(await told(parseWake(first.body), others));
        queue.shift();
      } catch (error) {
        if (!(error instanceof Retry)) throw error;
        time.advance(Math.max(1, error.delayMs ?? 1_000));
      }
    }
    return outcomes;
  };
  const running = (fuse?: Fuse) => {
    const send = { send: async (message: Message) => void queue.push(message) };
    const from = (name: string) =>
      fuse ? fuse.watch(table(name), name, (method) => writes.includes(method)) : table(name);
    return {
      store: new ReportStore(from('reports')),
      courses,
      queue: fuse ? fuse.watch(send, 'queue', () => true) : send,
      schedule,
      clock,
      newId,
      timeScale: 1,
    };
  };
  return {
    room,
    documents: database,
    store,
    parts,
    queue,
    say,
    run: (scheduledAt, { fuse } = {}) => run(Date.parse(scheduledAt), running(fuse)),
    sweep: () => sweep(running()),
    drain,
    told,
    worker: (fuse) => {
      const watched = (name: string) => fuse.watch(table(name), name, (method) => writes.includes(method));
      const client = fuse.watch(room.client, 'slack', (method) => posts.includes(method));
      return partsOf(watched, room.another({ table: watched, client }));
    },
    due: async () =>
      (await Promise.all(dueShards.map((shard) => store.due(shard, Number.MAX_SAFE_INTEGER, 100)))).flat(),
    threads: (channel = announced) => {
      const all = room.front.control.messages(channel);
      return all
        .filter(({ threadTs }) => threadTs === undefined)
        .map(({ ts, text }) => ({
          text: plain(text),
          replies: all.flatMap((reply) => (reply.threadTs === ts ? [plain(reply.text)] : [])),
        }));
    },
  };
}

/** Without what keeps a mark from being read as formatting. */
const plain = (text: string) => text.replaceAll('\u200B', '');
