import type { TeamId } from '../base/names.ts';
import type { InviteStore } from './store.ts';

/** An enrolment is written by then (ms), or not at all: its request lasts ten seconds at most. On a laptop's scale, sooner. */
export function writtenWithinMs(scale: number): number {
  return Math.max(1_000, 15_000 * scale);
}

export type EnrollingParts = {
  readonly store: Pick<InviteStore, 'mark'>;
  readonly now: () => number;
  /** What waits are multiplied with; 1 where time is what it is. */
  readonly timeScale: number;
};

/**
 * Has learners looked at whose enrolments are about to be written; to be called before that. If it throws, nothing may be
 * written: nobody would look.
 */
export async function enrolling(
  team: TeamId,
  learners: readonly string[],
  { store, now, timeScale }: EnrollingParts,
): Promise<void> {
  const at = now();
  await Promise.all(learners.map((learner) => store.mark({ team, learner }, at + writtenWithinMs(timeScale), at)));
}
