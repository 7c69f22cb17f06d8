import type { Change } from './change.ts';

/** From when an alarm began to ring until it ceased, if it did. Times in ms since 1970. */
export type Episode = {
  readonly alarm: string;
  readonly since: number;
  readonly until: number | undefined;
  readonly impact: string;
  readonly remedy: string;
};

/**
 * The episode of an alarm in which something happened at `at`, from all its changes, in any order and with duplicates. Undefined:
 * it did not ring then. An alarm that was just made says that it is over, without ever having rung.
 */
export function episodeAt(changes: readonly Change[], at: number): Episode | undefined {
  // At one moment it rings first: what is over had begun.
  const inOrder = [...changes].sort((a, b) => a.at - b.at || (a.state === b.state ? 0 : a.state === 'rings' ? -1 : 1));
  let found: Episode | undefined;
  let open: Episode | undefined;
  for (const { alarm, state, at: when, impact, remedy } of inOrder) {
    if (state === 'rings') {
      open ??= { alarm, since: when, until: undefined, impact, remedy };
      if (open.since <= at) found = open;
    } else if (open) {
      const ended = { ...open, until: when };
      if (found === open) found = ended;
      open = undefined;
    }
  }
  return found !== undefined && (found.until ?? Number.POSITIVE_INFINITY) >= at ? found : undefined;
}
