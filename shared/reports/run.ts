import type { Queue } from '../aws/queue.ts';
import type { Clock } from '../base/clock.ts';
import type { TeamId } from '../base/names.ts';
import type { CourseRef, ReportStore } from './store.ts';
import { message } from './wake.ts';
import { runBefore, type Schedule, windowEnding, windowsDue } from './window.ts';

export type RunDependencies = {
  readonly store: Pick<ReportStore, 'teams' | 'reach' | 'plan' | 'reported'>;
  readonly courses: { courses(team: TeamId): AsyncIterable<{ readonly id: string }> };
  readonly queue: Pick<Queue, 'send'>;
  readonly schedule: Schedule;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
  /** What waits are multiplied with; 1 where time is what it is. */
  readonly timeScale: number;
};

/** What a run came to. */
export type Ran = { readonly courses: number; readonly planned: number };

/** The sweep wakes a report that was planned and is still untold after this. */
const untoldMs = 120_000;

/** A run may be called by a clock that is ahead of ours, by this much. */
const aheadMs = 60_000;

/** So many courses at a time. */
const atOnce = 16;

/**
 * What a run was meant for (ms), as it was told. Throws where that is no time, or one that has not come: every course would be
 * reported until then at once, of days that lie ahead, and nothing of what they bring.
 */
export function meantFor(scheduledAt: string, now: number): number {
  const at = Date.parse(scheduledAt);
  if (Number.isNaN(at))
    throw new Error('The run was not told for when it is: the input needs a time in `scheduledAt`.');
  if (at > now + aheadMs) throw new Error(`The run was told to be for ${scheduledAt}, which has not come.`);
  return at;
}

/**
 * The run of the schedule that was meant for `scheduledAt` (ms), however late it comes: every course gets the report of the window
 * that ends then, and of each that a missed run left out. A course that nobody knew before gets no more than this one. It may run
 * again, or stop anywhere and run again: how far a course is reported moves on only when all of it is planned.
 */
export async function run(scheduledAt: number, dependencies: RunDependencies): Promise<Ran> {
  const { store, courses, schedule } = dependencies;
  const end = runBefore(schedule, scheduledAt);
  let [seen, planned] = [0, 0];
  for (const team of await store.teams()) {
    let batch: Promise<number>[] = [];
    const finish = async () => {
      for (const count of await Promise.all(batch)) planned += count;
      batch = [];
    };
    for await (const { id } of courses.courses(team)) {
      seen += 1;
      batch.push(runCourse({ team, course: id }, end, dependencies));
      if (batch.length === atOnce) await finish();
    }
    await finish();
  }
  return { courses: seen, planned };
}

/** Plans what a course lacks until `end`, the oldest first, and has it posted. Answers how many reports that are. */
async function runCourse(
  ref: CourseRef,
  end: number,
  { store, queue, schedule, clock, newId, timeScale }: RunDependencies,
): Promise<number> {
  const { reportedTo, bornAt } = await store.reach(ref);
  const isOlder = bornAt !== undefined && bornAt < windowEnding(schedule, end).from;
  const { windows, gapFrom } = windowsDue(
    schedule,
    end,
    reportedTo ?? (isOlder ? runBefore(schedule, bornAt) : undefined),
  );
  for (const [index, window] of windows.entries()) {
    await store.plan(ref, window, clock.now() + untoldMs * timeScale, index === 0 ? gapFrom : undefined);
    await queue.send(message({ ...ref, run: window.to, cause: 'run' }, newId()));
  }
  if (windows.length > 0) await store.reported(ref, end);
  return windows.length;
}
