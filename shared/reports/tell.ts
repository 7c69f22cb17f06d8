import type { Clock } from '../base/clock.ts';
import { Retry } from '../base/errors.ts';
import type { Course } from '../courses/course.ts';
import type { CourseStore } from '../courses/course-store.ts';
import type { Installations, Team } from '../slack/installation.ts';
import type { Budget, Compose, Outbox, Outcome } from '../slack/outbox.ts';
import { rootOf } from '../slack/permalink.ts';
import type { Destination, ThreadLog } from '../slack/thread-log.ts';
import type { Times } from '../slack/times.ts';
import { isWorthSaying, type LookParts, lookAt } from './look.ts';
import { render } from './message.ts';
import { waitingNotice } from './notice.ts';
import { isPast, type Kept, type ReportStore } from './store.ts';
import { heldWake, threadRef, type Wake } from './wake.ts';

export type TellDependencies = Omit<LookParts, 'store'> & {
  readonly store: ReportStore;
  readonly courses: Pick<CourseStore, 'course'>;
  readonly installations: Pick<Installations, 'team' | 'bot'>;
  readonly log: ThreadLog;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly times: Times;
};

/** What telling came to. `waiting`: the course has no channel, and the ops channel was told. */
export type Told = Outcome | 'nothing' | 'waiting';

/** What is left of an invocation once everything is read: so many calls to Slack fit into it at least. */
const callsLeft = 3;

/**
 * Makes Slack say what is stored of a course and a window, in the course's announcement channel. Whatever woke it, it may run
 * again at any time. A report that was posted stays where it is, wherever the course is announced later.
 *
 * Throws `Retry` and `Park` as the outbox does, and `Retry` where there is more to read than an invocation has time for.
 */
export async function tell(wake: Wake, given: Budget, dependencies: TellDependencies): Promise<Told> {
  const { store, courses, installations, outbox, log, clock, times } = dependencies;
  const [ref, budget] = [threadRef(wake), { ...given, wake: heldWake(wake), as: 'reports' } as const];
  const begunAt = clock.now();
  const kept = await store.report(wake);
  if (!kept) return 'nothing';
  if (isPast(wake, clock.now())) {
    await store.rest(wake, kept.marks);
    return 'nothing';
  }
  if (!kept.isPlanned) {
    if (kept.ripeAt <= clock.now()) await store.leave(wake, kept.marks);
    return 'nothing';
  }
  const [team, bot] = [await installations.team(wake.team), await installations.bot(wake.team)];
  if (!team || !bot) {
    await outbox.hold(ref, 'all', team ? 'not_installed' : 'no_workspace', budget);
    await rest(wake, kept, begunAt, store);
    return 'held';
  }
  const course = await courses.course(wake.team, wake.course);
  if (!course) return 'nothing';
  if (course.announcementChannel === null && !(await log.read(ref)).destination) {
    if (await isWorthSaying(wake, kept, dependencies))
      return wait(wake, course, { ...kept, begunAt }, team, given, dependencies);
  }

  const lastPage = budget.until - callsLeft * (times.callMs + times.marginMs);
  const onward = () => {
    if (clock.now() > lastPage)
      throw Retry.failed('There is more feedback in this window than one invocation has time to read.');
  };
  let [marks, ripeAt, readAt] = [kept.marks, kept.ripeAt, clock.now()];
  const compose: Compose = async (thread) => {
    readAt = clock.now();
    const [current, named] = [await store.report(wake), await courses.course(wake.team, wake.course)];
    if (!current || !named) return undefined;
    ({ marks, ripeAt } = current);
    const isPosted = rootOf(thread.entries) !== undefined;
    const look = await lookAt(wake, named, current, { isPosted, onward }, dependencies);
    if (!look.isWorthSaying && !isPosted) return undefined;
    const destination = thread.destination ?? destinationOf(named);
    if (!destination) throw Retry.waiting('The course has just lost its channel.', 1_000);
    // Kept before it is posted: it then says when it was updated, and how many replies there are, whoever renders it next.
    if (look.shown !== current.shown && !(await store.keepShown(wake, current.shown, look.shown))) {
      throw Retry.waiting('Another look at this report came in between.', 1_000);
    }
    return { ...render(look.report, look.shown.replies), destination };
  };
  const outcome = await outbox.sync(ref, compose, budget);
  if (outcome === 'held') {
    await rest(wake, { marks, ripeAt }, readAt, store);
    return outcome;
  }
  await endWait(wake, course, team, given, dependencies);
  if (ripeAt <= readAt) await store.told(wake, marks);
  else await store.again(wake, marks, ripeAt);
  return outcome;
}

function destinationOf({ announcementChannel: channel }: Course): Destination | undefined {
  return channel === null ? undefined : { channel, row: 'reports', why: 'The course is announced there.' };
}

/** Nobody can post what was read at `readAt` (ms). */
async function rest(
  wake: Wake,
  { marks, ripeAt }: Pick<Kept, 'marks' | 'ripeAt'>,
  readAt: number,
  store: Pick<ReportStore, 'rest'>,
): Promise<void> {
  await store.rest(wake, marks, ripeAt > readAt ? ripeAt : undefined);
}

/** Keeps that reports of a course wait for a channel, and says so in the ops channel. They are woken when the course is said again. */
async function wait(
  wake: Wake,
  course: Course,
  kept: Pick<Kept, 'marks' | 'ripeAt'> & { readonly begunAt: number },
  team: Team,
  budget: Budget,
  dependencies: TellDependencies,
): Promise<Told> {
  const { store, clock } = dependencies;
  const since = await store.wait(wake, clock.now());
  await notify(wake, course, since, undefined, team, budget, dependencies);
  await rest(wake, kept, kept.begunAt, store);
  return 'waiting';
}

/** A report got through; with the last one the ops channel is told that none waits any more. */
async function endWait(
  wake: Wake,
  course: Course,
  team: Team,
  budget: Budget,
  dependencies: TellDependencies,
): Promise<void> {
  const { store } = dependencies;
  const since = await store.waiting(wake);
  if (since === undefined) return;
  const left = await notify(wake, course, since, wake.run, team, budget, dependencies);
  if (left === 0) await store.endWait(wake);
}

/** Tells the ops channel what of a course waits, but for the report of the run `but`. Answers how many do. */
async function notify(
  { team: of, course: id }: Wake,
  course: Course,
  since: number,
  but: number | undefined,
  { channels }: Team,
  { until, report }: Budget,
  { store, outbox, schedule }: TellDependencies,
): Promise<number> {
  const waiting = async () => (await store.untold({ team: of, course: id })).filter(({ to }) => to !== but);
  const destination: Destination = {
    channel: channels.ops,
    row: 'ops',
    why: 'What needs a person goes to the ops channel.',
  };
  let left = 0;
  const compose: Compose = async (read) => {
    const windows = await waiting();
    left = windows.length;
    const content = waitingNotice(course, since, windows, schedule.zone);
    return { root: { key: 'root', content }, replies: [], destination: read.destination ?? destination };
  };
  await outbox.sync({ team: of, key: `reports-waiting#${id}#${since}` }, compose, { until, report });
  return left;
}
