import type { TeamId } from '../base/names.ts';

/** Which sessions of a course are concerned: those that end at these times (ms), or all, where the course itself changes. */
export type Change = { readonly courseId: string; readonly endsAt: readonly number[] | 'all' };

/**
 * Is told before what a report rests on is written, and again whenever the write is tried again; if it throws, nothing is
 * written. The data may follow up to ten seconds later (the time limit of this room's function), so what this notes has to be
 * acted on later than that, also for a report that falls due in between.
 */
export type OnChange = (team: TeamId, change: Change) => Promise<void>;

/** Is told likewise before the enrolments of these learners change. */
export type OnEnrollment = (team: TeamId, learnerIds: readonly string[]) => Promise<void>;
