import type { Clock } from '../base/clock.ts';
import type { Step } from '../base/erasing.ts';
import type { TeamId } from '../base/names.ts';
import type { SessionStore } from '../courses/session-store.ts';
import { ripenMs } from './late.ts';
import { isPast, type ReportRef, type ReportStore } from './store.ts';

export type RemakingParts = {
  readonly store: Pick<ReportStore, 'around' | 'mark' | 'forgetWords'>;
  readonly sessions: Pick<SessionStore, 'session'>;
  readonly clock: Pick<Clock, 'now'>;
  /** What waits are multiplied with; 1 where time is what it is. */
  readonly timeScale: number;
};

/** A report that is posted, or about to be, and since when its window is (ms). */
export type Posted = { readonly ref: ReportRef; readonly from: number };

/** The reports on these sessions, each once; those that are too old to be made again are left out. */
export async function reportsOn(
  team: TeamId,
  sessionIds: readonly string[],
  { store, sessions, clock }: RemakingParts,
): Promise<Posted[]> {
  const found = new Map<string, Posted>();
  for (const id of sessionIds) {
    const session = await sessions.session(team, id);
    if (!session) continue;
    const course = { team, course: session.courseId };
    const [own] = await store.around(course, session.endsAt);
    const ref = own && { ...course, run: own.to };
    // A run that comes later finds what is left.
    if (ref && own.isPlanned && !isPast(ref, clock.now()))
      found.set(`${ref.course}#${ref.run}`, { ref, from: own.from });
  }
  return [...found.values()];
}

/**
 * Has reports made again from which somebody's words and name are to go: a worker edits them, as it does where data comes late,
 * but does not say that any came.
 */
export function remaking(posted: readonly Posted[], { store, clock, timeScale }: RemakingParts): Step {
  return {
    what: 'session reports, edited in Slack within minutes',
    once: true,
    find: async function* () {
      for (const { ref, from } of posted) {
        yield async () => {
          await store.forgetWords(ref);
          await store.mark(ref, { from, to: ref.run }, clock.now() + ripenMs * timeScale);
          return 'erased';
        };
      }
    },
  };
}
