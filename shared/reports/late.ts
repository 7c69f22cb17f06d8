import type { Clock } from '../base/clock.ts';
import type { TeamId } from '../base/names.ts';
import type { Change } from '../courses/change.ts';
import type { CourseRef, Kept, ReportStore } from './store.ts';
import { runAfter, type Schedule, type Window, windowOf } from './window.ts';

export type LateDependencies = {
  readonly store: Pick<ReportStore, 'enrol' | 'around' | 'untold' | 'mark'>;
  readonly schedule: Schedule;
  readonly clock: Pick<Clock, 'now'>;
  /** What waits are multiplied with; 1 where time is what it is. */
  readonly timeScale: number;
};

/**
 * What was about to be written when a report was marked is there after this long, live, and the report is made then. Longer than
 * any request lasts; a thousand rows of late data cost one edit.
 */
export const ripenMs = 60_000;
/** A mark that ripens later than this, live, is good for what is about to be written now, too. */
const goodForMs = 30_000;

/**
 * Notes that data of a course is about to change: the reports that rest on it are made again. To be called before the write, so
 * that whatever stops in between, nothing is lost; a look for nothing does no harm.
 *
 * A report shows how the ratings changed since the one before: what comes late for one window concerns the next as well. A window
 * that nobody reports is noted all the same, as its run may just be under way. What is not over for a while needs no note.
 */
export async function noteChange(
  team: TeamId,
  { courseId: course, endsAt }: Change,
  { store, schedule, clock, timeScale }: LateDependencies,
): Promise<void> {
  const ref = { team, course };
  const now = clock.now();
  const ripeAt = now + ripenMs * timeScale;
  const isNoted = ({ isDue, ripeAt: noted }: Kept) => isDue && noted - now >= goodForMs * timeScale;
  await store.enrol(ref, now);
  if (endsAt === 'all') {
    // Perhaps they waited for the channel that the course is now given.
    for (const kept of await store.untold(ref)) if (!isNoted(kept)) await store.mark(ref, kept, ripeAt);
    return;
  }
  const concerned = new Map<number, Window | Kept>();
  for (const at of new Set(endsAt)) {
    for (const window of await windowsAround(ref, at, schedule, store)) concerned.set(window.to, window);
  }
  for (const window of concerned.values()) {
    const noted = 'isDue' in window && isNoted(window);
    if (window.to <= ripeAt && !noted) await store.mark(ref, window, ripeAt);
  }
}

/** The window that holds a moment and the one behind it: as they are kept, else as the schedule has them. */
async function windowsAround(
  ref: CourseRef,
  at: number,
  schedule: Schedule,
  store: Pick<ReportStore, 'around'>,
): Promise<readonly (Window | Kept)[]> {
  const [own = windowOf(schedule, at), next] = await store.around(ref, at);
  return [own, next ?? { from: own.to, to: runAfter(schedule, own.to) }];
}
