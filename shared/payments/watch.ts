import type { Lifecycle } from './lifecycle.ts';

/**
 * When Razorpay is asked about a thread: what a lost webhook would have told is found by asking. All times in
 * milliseconds since 1970.
 */
export type Watch = {
  /** What is waited for, in one text: another text is another wait. Empty: nothing is. */
  readonly waitsFor: string;
  /** When this wait began. */
  readonly opened: number;
  /** When Razorpay was last asked in this wait; when it began, if it was not asked yet. */
  readonly looked: number;
  /** When it is asked next; undefined: no more. */
  readonly dueAt: number | undefined;
  /** When the snooze of a warning ends that is still so: asked then, however long the wait is over. */
  readonly snooze: number | undefined;
};

export type WatchTimes = {
  /** What waits are multiplied with; 1 where time is what it is. */
  readonly scale: number;
  /** A payment that is authorized for so long, and not captured, is warned of. */
  readonly notCapturedMs: number;
};

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * When Razorpay is asked, counted from when the wait began. Razorpay itself asks a silent bank for three days, on other
 * pages five. https://razorpay.com/docs/payments/payments/late-authorisation/
 */
const ladder = [15 * minute, hour, day, 2 * day, 3 * day, 4 * day, 5 * day];
const waitEnds = 5 * day;

/** No event tells what is due after a part of an order was captured; Razorpay's own next event comes within a second. */
const soon = 30_000;

/**
 * Without a setting a merchant's authorized payments are returned after three days, so two is the latest that a warning
 * is of use. https://razorpay.com/docs/payments/payments/capture-settings/
 */
const notCapturedAtMost = 48;

/** `TIME_SCALE` (1 if absent) shortens all waits; `NOT_CAPTURED_AFTER_HOURS` (24 if absent) is 48 at most. */
export function watchTimes(environment: NodeJS.ProcessEnv): WatchTimes {
  const hours = Number(environment['NOT_CAPTURED_AFTER_HOURS'] ?? 24);
  if (!(hours > 0)) throw new Error('NOT_CAPTURED_AFTER_HOURS must be a number of hours above 0.');
  return { scale: Number(environment['TIME_SCALE'] ?? 1), notCapturedMs: Math.min(hours, notCapturedAtMost) * hour };
}

/**
 * The watch of a thread that stands as `state` says, where `kept` is the one it has: the very same where nothing is to
 * be written. A wait that nobody has looked into yet goes on when what is waited for changes: its first look is near.
 */
export function watchOf(state: Lifecycle, kept: Watch | undefined, now: number, times: WatchTimes): Watch | undefined {
  const snooze = snoozeEnd(state);
  const watch = waitFollowed(state, kept, now, times) ?? (snooze === undefined ? undefined : none(now));
  if (watch === undefined || watch.snooze === snooze) return watch;
  return { ...watch, snooze, dueAt: earliest(watch.dueAt, snooze) };
}

function waitFollowed(state: Lifecycle, kept: Watch | undefined, now: number, times: WatchTimes): Watch | undefined {
  const waitsFor = waitOf(state);
  if (waitsFor === kept?.waitsFor) return kept;
  if (waitsFor === '') return kept && { ...kept, waitsFor, dueAt: undefined, snooze: undefined };
  const isFresh = kept?.dueAt !== undefined && kept.looked === kept.opened;
  return isFresh && !state.needsLook ? kept : begun(state, now, times);
}

/** The watch after Razorpay was asked, and `state` with what it answered. News begins another wait. */
export function lookedInto(state: Lifecycle, kept: Watch, now: number, times: WatchTimes): Watch {
  const waitsFor = waitOf(state);
  const snooze = snoozeEnd(state);
  if (waitsFor === '') return { ...kept, waitsFor, looked: now, dueAt: snooze, snooze };
  if (waitsFor !== kept.waitsFor && kept.looked !== kept.opened) return begun(state, now, times);
  return { ...kept, waitsFor, looked: now, dueAt: nextLook(state, kept.opened, now, times), snooze };
}

/** Whether a wait has come to its end. */
export function isOver({ opened }: Watch, now: number, { scale }: WatchTimes): boolean {
  return now >= opened + waitEnds * scale;
}

/** Whether a payment that was made at `createdAt` (Unix seconds) should have been captured by now. */
export function shouldBeCaptured(createdAt: number, now: number, times: WatchTimes): boolean {
  return now >= captureDue(createdAt, times);
}

/** What a thread waits for: how it stands, and what of it is under way. */
function waitOf({ isOpen, needsLook, standing, paid, attempts, refunds, disputes }: Lifecycle): string {
  if (!isOpen && !needsLook) return '';
  const failures = attempts.reduce((sum, attempt) => sum + attempt.failures.length, 0);
  const pending = refunds.filter(({ status }) => status === 'pending');
  const open = disputes.filter(({ outcome }) => outcome === undefined);
  const ids = [...pending, ...open].map(({ id }) => id);
  return [standing, `paid ${paid}`, `failed ${failures}`, ...(needsLook ? ['due unknown'] : []), ...ids].join(', ');
}

function begun(state: Lifecycle, now: number, times: WatchTimes): Watch {
  const [waitsFor, dueAt] = [waitOf(state), nextLook(state, now, now, times)];
  return { waitsFor, opened: now, looked: now, dueAt, snooze: snoozeEnd(state) };
}

/** Nothing is waited for. */
function none(now: number): Watch {
  return { waitsFor: '', opened: now, looked: now, dueAt: undefined, snooze: undefined };
}

/** When the first snooze of a warning ends that is still so (ms). */
function snoozeEnd({ warnings }: Lifecycle): number | undefined {
  const open = warnings.flatMap(({ isOver, snooze }) => (isOver || !snooze ? [] : [snooze.until * 1_000]));
  return earliest(...open);
}

function earliest(...moments: readonly (number | undefined)[]): number | undefined {
  const known = moments.filter((at) => at !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}

/** The first moment of the wait after `after`. A run that comes late makes up for one look, not for several. */
function nextLook(state: Lifecycle, opened: number, after: number, times: WatchTimes): number | undefined {
  const end = opened + waitEnds * times.scale;
  const steps = (state.needsLook ? [soon, ...ladder] : ladder).map((ms) => Math.round(opened + ms * times.scale));
  const captures = state.attempts.flatMap(({ status, createdAt }) =>
    status === 'authorized' && createdAt !== undefined ? [captureDue(createdAt, times)] : [],
  );
  const ahead = [...steps, ...captures.filter((at) => at < end)].filter((at) => at > after);
  return earliest(...ahead, snoozeEnd(state));
}

function captureDue(createdAt: number, { scale, notCapturedMs }: WatchTimes): number {
  return Math.round(createdAt * 1_000 + notCapturedMs * scale);
}
