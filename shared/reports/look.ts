import type { Clock } from '../base/clock.ts';
import type { Course } from '../courses/course.ts';
import { gather, hasSessions, namesOf, type Records, ratingsOf } from './gather.ts';
import { type Report, repliesOf } from './message.ts';
import { noRatings } from './ratings.ts';
import { partsOf, type Shown, shownAfter } from './shown.ts';
import type { CourseRef, Kept, ReportStore } from './store.ts';
import { type Schedule, type Window, windowEnding } from './window.ts';

/** What a stage decides about its reports. */
export type Wishes = {
  /** Ratings up to this one are low: 1 to 4. */
  readonly lowRating: number;
  /** Whether the learners of low ratings are named. */
  readonly learnerNames: boolean;
  /** Whether a window without sessions is told: never, always, or the first of several in a row. */
  readonly whenQuiet: 'never' | 'first' | 'always';
};

/** Reads what a stage decides from a function's environment, where the template puts it. */
export function wishesOf(environment: NodeJS.ProcessEnv): Wishes {
  const { REPORT_LOW_RATING = '2', REPORT_LEARNER_NAMES = 'false', REPORT_WHEN_QUIET: quiet } = environment;
  return {
    lowRating: Number(REPORT_LOW_RATING),
    learnerNames: REPORT_LEARNER_NAMES === 'true',
    whenQuiet: quiet === 'never' || quiet === 'always' ? quiet : 'first',
  };
}

export type LookParts = {
  readonly records: Records;
  readonly store: Pick<ReportStore, 'report'>;
  readonly schedule: Schedule;
  readonly wishes: Wishes;
  readonly clock: Pick<Clock, 'now'>;
};

/** What a report says now, and what is to be kept of that. */
export type Look = {
  readonly report: Report;
  readonly shown: Shown;
  /** Whether there is anything to say, where nothing was said yet. */
  readonly isWorthSaying: boolean;
};

/**
 * Reads everything that a report rests on and reckons it up. `isPosted`: it can be seen already, so what differs from `kept` came
 * late. `onward` is asked before each page: it throws where there is no time for another one.
 */
export async function lookAt(
  ref: CourseRef,
  course: Pick<Course, 'name'>,
  window: Window & Pick<Kept, 'shown' | 'gapFrom'>,
  { isPosted, onward }: { readonly isPosted: boolean; readonly onward: () => void },
  { records, store, schedule, wishes, clock }: LookParts,
): Promise<Look> {
  const { lowRating, learnerNames, whenQuiet } = wishes;
  const last = await windowBefore(ref, window, store, schedule);
  const enrolled = window.shown?.enrolled || (await records.enrollments.enrolledCount(ref.team, ref.course));
  const { hasSessions: hadSessions, ...told } = await ratingsOf(ref, last, records, { onward });
  // What nobody was told is no report to be compared with.
  const before = last.isReported ? told.ratings : noRatings;
  const figures = await gather(ref, window, records, { enrolled, lowRating, onward });
  const names = learnerNames ? await namesOf(ref, figures, records) : new Map<string, string>();
  const report = {
    course: course.name,
    window: { from: window.from, to: window.to },
    zone: schedule.zone,
    figures,
    before,
    lowRating,
    names,
    gapFrom: window.gapFrom,
    updated: undefined,
    whenQuiet: quietInWords(whenQuiet),
  };
  const now = { parts: partsOf(figures, before), enrolled, replies: repliesOf(report) };
  const shown = shownAfter(window.shown, now, { isPosted, at: clock.now() });
  const isQuiet = figures.list.all === 0;
  return {
    report: { ...report, updated: shown.updated },
    shown,
    isWorthSaying: !isQuiet || whenQuiet === 'always' || (whenQuiet === 'first' && hadSessions),
  };
}

/** Whether there would be anything to say of a window, without reading what learners said. */
export async function isWorthSaying(
  ref: CourseRef,
  window: Window,
  { records, store, schedule, wishes: { whenQuiet } }: LookParts,
): Promise<boolean> {
  if (whenQuiet === 'always' || (await hasSessions(ref, window, records))) return true;
  return whenQuiet === 'first' && hasSessions(ref, await windowBefore(ref, window, store, schedule), records);
}

/** As it was reported, else as the schedule has it. */
async function windowBefore(
  ref: CourseRef,
  { from }: Window,
  store: LookParts['store'],
  schedule: Schedule,
): Promise<Window & { readonly isReported: boolean }> {
  const kept = await store.report({ ...ref, run: from });
  const { from: begin, to } = kept ?? windowEnding(schedule, from);
  return { from: begin, to, isReported: kept?.isPlanned === true };
}

function quietInWords(whenQuiet: Wishes['whenQuiet']): string {
  const sentence = 'There were no sessions in this time.';
  return whenQuiet === 'always' ? sentence : `${sentence} The next report comes when there are some.`;
}
