import type { UserId } from '../base/names.ts';

/** Somebody who should have come or gone and could not: Slack's code, or one of ours. */
export type Failure = { readonly name: string; readonly code: string };

/** Somebody who should be out of the channel and is in it; since and until when (ms). */
export type Stayed = Failure & { readonly user: UserId; readonly since: number; readonly until?: number };

/** What is, or was, wrong with the members of an agent's channel. Times in milliseconds since 1970. */
export type Trouble = {
  readonly since: number;
  /** Who should be there and cannot be. */
  readonly missing: readonly Failure[];
  /** Everybody who could not be removed since the trouble began, also those who are gone by now. */
  readonly stayed: readonly Stayed[];
  /** Who is there could not be read, and why. */
  readonly unread?: string;
};

/** What one look at the members found. */
export type Found = Pick<Trouble, 'unread'> & {
  /** `user`: of whom only the account is known. */
  readonly missing: readonly (Failure & { readonly user?: UserId })[];
  readonly stayed: readonly (Failure & { readonly user: UserId })[];
};

/**
 * The trouble after another look, given what it was before; undefined where there is and was none. What was told of somebody
 * who stayed is kept, so that it can be told that they are gone. Where nobody knows who is there, nobody is said to be gone.
 * What is over is over: what comes then is another trouble.
 */
export function troubleAfter(before: Trouble | undefined, found: Found, now: number): Trouble | undefined {
  const { missing, stayed, unread } = found;
  const ongoing = before && isOpen(before) ? before : undefined;
  const isFine = missing.length + stayed.length === 0 && unread === undefined;
  if (!ongoing && isFine) return before;
  const known = (ongoing?.stayed ?? []).map((each): Stayed => {
    const still = stayed.find(({ user }) => user === each.user);
    if (each.until !== undefined) return each;
    if (still) return { ...each, ...still };
    return unread === undefined ? { ...each, until: now } : each;
  });
  const staying = new Set(known.flatMap(({ user, until }) => (until === undefined ? [user] : [])));
  const fresh = stayed.filter(({ user }) => !staying.has(user));
  return {
    since: ongoing?.since ?? now,
    missing: missing.map(({ name, code }) => ({ name, code })),
    stayed: [...known, ...fresh.map((each): Stayed => ({ ...each, since: now }))],
    ...(unread !== undefined && { unread }),
  };
}

/** Whether anything is wrong still. */
export function isOpen({ missing, stayed, unread }: Trouble): boolean {
  return missing.length > 0 || unread !== undefined || stayed.some(({ until }) => until === undefined);
}
