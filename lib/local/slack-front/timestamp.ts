/** Slack's message ids: seconds with six decimals, as text. Compared as whole microseconds, never as floats. */

/** Microseconds of a `ts`, or undefined when it is not one. `0`, `now` and bare seconds are accepted, as in `oldest`. */
export function microseconds(ts: string): bigint | undefined {
  const match = /^(\d{1,12})(?:\.(\d{1,6}))?$/.exec(ts);
  if (match === null) return undefined;
  return BigInt(match[1] ?? '0') * 1_000_000n + BigInt((match[2] ?? '').padEnd(6, '0'));
}

/** A `ts` from microseconds. */
export function timestampOf(value: bigint): string {
  return `${value / 1_000_000n}.${String(value % 1_000_000n).padStart(6, '0')}`;
}

/** The `p…` part of a permalink. https://docs.slack.dev/reference/methods/chat.getPermalink */
export function permalinkPart(ts: string): string {
  return `p${ts.replace('.', '')}`;
}

/** The `ts` of a permalink's `p…` part, or undefined when it is not one. */
export function timestampOfPermalink(part: string): string | undefined {
  const match = /^p(\d{7,12})(\d{6})$/.exec(part);
  return match === null ? undefined : `${match[1]}.${match[2]}`;
}
