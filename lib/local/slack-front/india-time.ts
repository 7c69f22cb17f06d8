/** Moments as the people of the seeded company read them: Indian Standard Time, 24 hours. Slack shows each reader their own. */

const ZONE = 'Asia/Kolkata';
const formats = {
  time: new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, hour: '2-digit', minute: '2-digit' }),
  timeWithSeconds: new Intl.DateTimeFormat('en-GB', {
    timeZone: ZONE,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }),
  day: new Intl.DateTimeFormat('en-CA', { timeZone: ZONE, year: 'numeric', month: '2-digit', day: '2-digit' }),
  long: new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, weekday: 'long', day: 'numeric', month: 'long' }),
  date: new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, day: 'numeric', month: 'long', year: 'numeric' }),
  dateShort: new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, day: 'numeric', month: 'short', year: 'numeric' }),
  dateLong: new Intl.DateTimeFormat('en-GB', {
    timeZone: ZONE,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  }),
};

/** `10:44`. Milliseconds since 1970. */
export function clockTime(at: number): string {
  return formats.time.format(at);
}

/** `20 Nov 2026, 10:44:03 IST`, for the tooltip. */
export function fullTime(at: number): string {
  return `${formats.dateShort.format(at)}, ${formats.timeWithSeconds.format(at)} IST`;
}

/** A key that is the same for moments of one Indian day. */
export function dayKey(at: number): string {
  return formats.day.format(at);
}

/** `Today`, `Yesterday` or `Friday 20 November`. */
export function dayName(at: number, now: number): string {
  return nearDay(at, now) ?? formats.long.format(at);
}

/** `today at 10:44`, `20 Nov 2026 at 10:44`: for "Last reply ...". */
export function whenSaid(at: number, now: number): string {
  return `${nearDay(at, now)?.toLowerCase() ?? formats.dateShort.format(at)} at ${clockTime(at)}`;
}

/**
 * A `<!date^...>` token's format filled in. https://docs.slack.dev/messaging/formatting-message-text/#date-formatting
 * `seconds` since 1970; a placeholder that is not known stays as it is.
 */
export function slackDate(format: string, seconds: number, now: number): string {
  const at = seconds * 1000;
  const near = nearDay(at, now)?.toLowerCase();
  const filled: Readonly<Record<string, string>> = {
    date_num: formats.day.format(at),
    date: formats.date.format(at),
    date_short: formats.dateShort.format(at),
    date_long: formats.dateLong.format(at),
    date_pretty: near ?? formats.date.format(at),
    date_short_pretty: near ?? formats.dateShort.format(at),
    date_long_pretty: near ?? formats.dateLong.format(at),
    time: formats.time.format(at),
    time_secs: formats.timeWithSeconds.format(at),
    ago: ago(now - at),
  };
  return format.replace(/\{(\w+)\}/g, (written, name: string) =>
    Object.hasOwn(filled, name) ? (filled[name] ?? '') : written,
  );
}

function nearDay(at: number, now: number): string | undefined {
  const day = dayKey(at);
  if (day === dayKey(now)) return 'Today';
  if (day === dayKey(now - 86_400_000)) return 'Yesterday';
  if (day === dayKey(now + 86_400_000)) return 'Tomorrow';
  return undefined;
}

function ago(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  if (Math.abs(minutes) < 1) return 'now';
  const [size, unit] = Math.abs(minutes) < 60 ? [1, 'minute'] : Math.abs(minutes) < 1440 ? [60, 'hour'] : [1440, 'day'];
  const count = Math.round(Math.abs(minutes) / Number(size));
  const words = `${count} ${unit}${count === 1 ? '' : 's'}`;
  return minutes > 0 ? `${words} ago` : `in ${words}`;
}
