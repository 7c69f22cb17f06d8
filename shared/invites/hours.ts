/** Hours of a day, by the clock of a time zone. Minutes count from midnight. */

/** `21:00` as minutes; undefined for anything else. */
export function minutesOf(text: string): number | undefined {
  const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  return hour === undefined ? undefined : Number(hour) * 60 + Number(minute);
}

/** The hours in which nobody is written to: from the first to the second, over midnight where it is the smaller. */
export type Quiet = { readonly from: number; readonly to: number };

const minuteMs = 60_000;
const dayMinutes = 1_440;

/** How long (ms) it is quiet from `now` on; 0 where it is not. */
export function quietMs(now: number, zone: string, quiet: Quiet | undefined): number {
  if (!quiet || quiet.from === quiet.to) return 0;
  const at = minuteOfDay(now, zone);
  const isQuiet = quiet.from < quiet.to ? at >= quiet.from && at < quiet.to : at >= quiet.from || at < quiet.to;
  return isQuiet ? untilMinute(now, at, quiet.to) : 0;
}

/** When it is next `minute` of the day after `now` (ms). Where clocks are moved in between, an hour early or late. */
export function nextAt(now: number, zone: string, minute: number): number {
  return now + untilMinute(now, minuteOfDay(now, zone), minute);
}

/** The day of a moment (ms), `2026-11-22`. */
export function dayOf(now: number, zone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(now);
}

function untilMinute(now: number, at: number, minute: number): number {
  const minutes = (minute - at + dayMinutes) % dayMinutes || dayMinutes;
  return minutes * minuteMs - (now % minuteMs);
}

function minuteOfDay(now: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(now);
  return minutesOf(parts) ?? 0;
}
