import { once } from '../base/lazy.ts';

/** When reports are made: on these days at this time of day, by the clock of this zone. */
export type Schedule = {
  /** `MON`, `FRI`: as EventBridge Scheduler calls them. At least one. */
  readonly days: readonly Day[];
  /** `09:00` */
  readonly time: string;
  /** A name of the IANA database: `Asia/Kolkata`. */
  readonly zone: string;
};

/** What a report is about: the sessions that ended at `from` or later and before `to`. Milliseconds since 1970, UTC. */
export type Window = { readonly from: number; readonly to: number };

const days = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] as const;
type Day = (typeof days)[number];

/** What was missed longer ago than so many runs is left out: four weeks, where there are two a week. */
export const mostMissed = 8;

const dayMs = 86_400_000;

/** A run may be left out by a change of the clocks, and then there are two weeks between two runs: look so far, in days. */
const farthest = 15;

/** Reads a schedule from a function's environment, where the template puts it. Throws where it is none. */
export function scheduleOf(environment: NodeJS.ProcessEnv): Schedule {
  const { REPORT_DAYS = 'MON,FRI', REPORT_TIME: time = '09:00', REPORT_ZONE: zone = 'Asia/Kolkata' } = environment;
  const named = REPORT_DAYS.split(',').map((name) => days.find((day) => day === name));
  const known = named.filter((day) => day !== undefined);
  if (known.length === 0 || known.length < named.length || !/^([01]\d|2[0-3]):[0-5]\d$/.test(time)) {
    throw new Error(
      `Reports cannot be made on "${REPORT_DAYS}" at "${time}": deploy with days such as MON,FRI and a time.`,
    );
  }
  return { days: known, time, zone };
}

/** The latest run at or before a moment (ms). */
export function runBefore(schedule: Schedule, at: number): number {
  return runNear(schedule, at, -1, (run) => run <= at);
}

/** The first run after a moment (ms). */
export function runAfter(schedule: Schedule, at: number): number {
  return runNear(schedule, at, 1, (run) => run > at);
}

/** The window that holds a moment (ms). */
export function windowOf(schedule: Schedule, at: number): Window {
  return { from: runBefore(schedule, at), to: runAfter(schedule, at) };
}

/** The window that ends with a run. */
export function windowEnding(schedule: Schedule, run: number): Window {
  return { from: runBefore(schedule, run - 1), to: run };
}

/**
 * The windows up to the run at `end` that were not reported yet, the oldest first: one for each run, whenever it is made up for.
 * `since` is the end of the last that was; undefined where nothing ever was, and then there is the one that ends now.
 * What was missed more than `mostMissed` runs ago is left out, and `gapFrom` says since when.
 */
export function windowsDue(
  schedule: Schedule,
  end: number,
  since: number | undefined,
): { readonly windows: readonly Window[]; readonly gapFrom?: number } {
  if (since === undefined) return { windows: [windowEnding(schedule, end)] };
  const windows: Window[] = [];
  let to = end;
  while (to > since && windows.length < mostMissed) {
    const from = Math.max(since, runBefore(schedule, to - 1));
    windows.unshift({ from, to });
    to = from;
  }
  return to > since ? { windows, gapFrom: since } : { windows };
}

/** The name of a run in keys: its moment in UTC, whatever the zone is called or becomes. `2026-11-20T03:30Z` */
export function runKey(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16)}Z`;
}

/** The run of a key; undefined where it is none. */
export function runOfKey(key: string): number | undefined {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\dZ$/.test(key) ? Date.parse(key) : undefined;
}

/** The name of a window for people who ask for it: its end by the clock of the zone. `2026-11-20T09:00+05:30` */
export function windowName({ to }: Pick<Window, 'to'>, zone: string): string {
  const ahead = Math.round((wallOf(zone, to) - to) / 60_000);
  const two = (number: number) => String(number).padStart(2, '0');
  const offset = `${ahead < 0 ? '-' : '+'}${two(Math.floor(Math.abs(ahead) / 60))}:${two(Math.abs(ahead) % 60)}`;
  return `${new Date(wallOf(zone, to)).toISOString().slice(0, 16)}${offset}`;
}

/** A window as people say it: `16 to 20 Nov`, `27 Nov to 1 Dec`, `28 Dec 2026 to 1 Jan 2027`. */
export function windowInWords({ from, to }: Window, zone: string): string {
  const [first, last] = [partsOf(from, zone), partsOf(to, zone)];
  const end = `${last.day} ${last.month}`;
  if (first.year !== last.year) return `${first.day} ${first.month} ${first.year} to ${end} ${last.year}`;
  return first.month === last.month ? `${first.day} to ${end}` : `${first.day} ${first.month} to ${end}`;
}

/** A moment as people say it: `Mon 16 Nov, 09:00`. */
export function momentInWords(at: number, zone: string): string {
  const { weekday, day, month } = partsOf(at, zone);
  return `${weekday} ${day} ${month}, ${new Date(wallOf(zone, at)).toISOString().slice(11, 16)}`;
}

/** The day of a moment: `Wed 18 Nov`. */
export function dayInWords(at: number, zone: string): string {
  const { weekday, day, month } = partsOf(at, zone);
  return `${weekday} ${day} ${month}`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

function partsOf(at: number, zone: string) {
  const wall = new Date(wallOf(zone, at));
  return {
    weekday: weekdays[wall.getUTCDay()] ?? '',
    day: wall.getUTCDate(),
    month: months[wall.getUTCMonth()] ?? '',
    year: wall.getUTCFullYear(),
  };
}

/** The first run that `isMeant`, day by day from that of `at`. */
function runNear(schedule: Schedule, at: number, step: 1 | -1, isMeant: (run: number) => boolean): number {
  const today = Math.floor(wallOf(schedule.zone, at) / dayMs) * dayMs;
  for (let day = 0; day <= farthest; day += 1) {
    const run = runOn(schedule, today + step * day * dayMs);
    if (run !== undefined && isMeant(run)) return run;
  }
  throw new Error(`There is no run near ${new Date(at).toISOString()} on ${schedule.days.join()} at ${schedule.time}.`);
}

/**
 * The run on a day, given as its midnight on the wall. A time that the clocks leave out that day has no run, and one that they
 * show twice has one. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
 */
function runOn({ days: wanted, time, zone }: Schedule, midnight: number): number | undefined {
  const day = days[new Date(midnight).getUTCDay()];
  if (day === undefined || !wanted.includes(day)) return undefined;
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const wall = midnight + (hours * 60 + minutes) * 60_000;
  const offsets = [wall - dayMs, wall + dayMs].map((near) => wallOf(zone, near) - near);
  const moments = offsets.map((offset) => wall - offset).filter((moment) => wallOf(zone, moment) === wall);
  return moments.length > 0 ? Math.min(...moments) : undefined;
}

/** What the clock on a wall of the zone shows at a moment, as if it were UTC; to the second. */
function wallOf(zone: string, at: number): number {
  const shown = clockOf(zone).formatToParts(at);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = fields.map((field) =>
    Number(shown.find(({ type }) => type === field)?.value),
  );
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

const fields = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;

const clocks = once(() => new Map<string, Intl.DateTimeFormat>());

/** Formatters are slow to make and fast to use. */
function clockOf(zone: string): Intl.DateTimeFormat {
  const kept = clocks().get(zone);
  if (kept) return kept;
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  clocks().set(zone, clock);
  return clock;
}
