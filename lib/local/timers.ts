import { randomUUID } from 'node:crypto';
import { Cron } from 'croner';
import { ACCOUNT, REGION } from './aws-clients.ts';
import type { Invoke } from './gateway.ts';
import type { SchedulePlan } from './plan.ts';

const MINUTE_MS = 60_000;
const UNITS: Readonly<Record<string, number>> = { minute: MINUTE_MS, hour: 60 * MINUTE_MS, day: 24 * 60 * MINUTE_MS };
/** The longest that one `setTimeout` can wait. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** When a schedule is next due after a moment (ms), or undefined if never again. */
export type Next = (after: number) => number | undefined;

/**
 * Reads a schedule of EventBridge Scheduler. What only says how often (`rate`, or a cron of every minute) follows
 * `timeScale`, so that what is swept each minute is swept each few seconds; what names a time of day does not.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export function nextOf(expression: string, zone: string, timeScale: number): Next {
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression);
  if (rate !== null) return every(Number(rate[1]) * (UNITS[rate[2] ?? ''] ?? MINUTE_MS), timeScale);

  const once = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/.exec(expression);
  if (once !== null) return fromCron(new Cron(once[1] ?? '', { timezone: zone, paused: true }));

  const fields = /^cron\(([^)]+)\)$/.exec(expression)?.[1]?.split(/\s+/);
  if (fields?.length !== 6) throw new Error(`The schedule ${expression} is not one of rate(…), cron(…) or at(…).`);
  if (fields.every((field) => field === '*' || field === '?') && timeScale < 1) return every(MINUTE_MS, timeScale);
  // As AWS has it: a year, weekdays from 1 for Sunday, `0/15` for each quarter.
  return fromCron(
    new Cron(`0 ${fields.join(' ')}`, {
      timezone: zone,
      paused: true,
      mode: '7-part',
      alternativeWeekdays: true,
      sloppyRanges: true,
      domAndDow: true,
    }),
  );
}

function every(ms: number, timeScale: number): Next {
  const interval = Math.max(1_000, Math.round(ms * timeScale));
  return (after) => after + interval;
}

function fromCron(cron: Cron): Next {
  return (after) => cron.nextRun(new Date(after))?.getTime();
}

/** What the function of a schedule is given, with Scheduler's own words for the occasion filled in. */
export function inputOf(schedule: SchedulePlan, due: number): unknown {
  const arn = `arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule/default/${schedule.name}`;
  const time = new Date(due).toISOString().replace(/\.\d{3}Z$/, 'Z');
  if (schedule.input === undefined) {
    return {
      version: '0',
      id: randomUUID(),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: ACCOUNT,
      time,
      region: REGION,
      resources: [arn],
      detail: {},
    };
  }
  // https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
  const filled = schedule.input
    .replaceAll('<aws.scheduler.scheduled-time>', time)
    .replaceAll('<aws.scheduler.schedule-arn>', arn)
    .replaceAll('<aws.scheduler.execution-id>', randomUUID())
    .replaceAll('<aws.scheduler.attempt-number>', '1');
  return JSON.parse(filled);
}

/** Calls the functions of schedules when they are due, until it is stopped. A failed run is not repeated. */
export function startTimers(schedules: readonly SchedulePlan[], timeScale: number, invoke: Invoke): { stop(): void } {
  const timers = new Map<string, NodeJS.Timeout>();
  const arm = (schedule: SchedulePlan, next: Next, after: number): void => {
    const due = next(after);
    if (due === undefined) return;
    const wait = Math.max(0, due - Date.now());
    const timer = setTimeout(
      () => {
        if (wait > LONGEST_TIMER_MS) return arm(schedule, next, after);
        // The host says what failed.
        invoke(schedule.function, inputOf(schedule, due)).catch(() => undefined);
        // Runs that fell into a sleep of the machine are left out, not made up for all at once.
        arm(schedule, next, Math.max(due, Date.now() - 1));
      },
      Math.min(wait, LONGEST_TIMER_MS),
    );
    timers.set(schedule.id, timer);
  };
  for (const schedule of schedules) arm(schedule, nextOf(schedule.expression, schedule.zone, timeScale), Date.now());
  return {
    stop: () => {
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
