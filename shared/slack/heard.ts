import type { ChannelId, Ts, UserId } from '../base/names.ts';
import { posted } from './agenda.ts';
import { type Entries, isRoot, type Stray, type Thread } from './thread-log.ts';

/** What Slack said of one message of ours, by the key of the message in its thread. */
export type Said = { readonly key: string; readonly channel: ChannelId; readonly ts: Ts };

/** What follows from it. */
export type Heard =
  | { readonly kind: 'nothing' }
  /** Another pass is at work, and will know it by itself or leave it to us: so long (ms) its lease may last. */
  | { readonly kind: 'wait'; readonly ms: number }
  /** `wake`: the thread does not look as it should any more, and nothing else would have it told. */
  | { readonly kind: 'known'; readonly entries: Entries; readonly wake: boolean }
  /** The same message a second time, which must go. */
  | { readonly kind: 'doubled'; readonly stray: Stray }
  /** Nothing new is known, and yet the thread has to be told again: whoever was to wake it may not have come to it. */
  | { readonly kind: 'wake' };

const nothing: Heard = { kind: 'nothing' };

/**
 * A message of ours is in Slack: if it was in doubt, it no longer is, and nobody has to look it up. If another one is kept under
 * its key, it came late and is doubled. Nearly always it says what the pass that posted it has written already.
 */
export function arrived(
  thread: Thread,
  { key, channel, ts, author, revision }: Said & { readonly author: UserId; readonly revision: number },
  now: number,
): Heard {
  const entry = thread.entries[key];
  if (!entry || entry.state === 'gone' || entry.ts === ts) return nothing;
  if (thread.destination?.channel !== channel) return nothing;
  if (entry.ts !== undefined) return { kind: 'doubled', stray: { ts, author } };
  const busyMs = leasedFor(thread, now);
  if (busyMs !== undefined) return { kind: 'wait', ms: busyMs };
  // As a look-up adopts it: another revision's content is not known by heart, so it is sent again.
  const hash = revision === entry.revision ? entry.hash : '';
  const known = posted({ ...entry, revision: Math.max(entry.revision, revision), hash }, ts, author);
  // Whoever made the attempt has its record come again, and no other of the group before it: it goes on from here.
  return { kind: 'known', entries: { ...thread.entries, [key]: known }, wake: false };
}

/**
 * Somebody deleted a message in Slack. It counts only if it is the very message that is kept under its key: of doubled and
 * misplaced ones, which War Room deletes itself, another timestamp is kept or none. A reply is not posted again; for a root a
 * new one is.
 */
export function deleted(thread: Thread, { key, channel, ts }: Said, now: number): Heard {
  const entry = thread.entries[key];
  if (!entry || entry.takenBack || thread.destination?.channel !== channel) return nothing;
  // One that a pass has just posted stands under its key once that pass is done.
  if (entry.ts !== undefined && entry.ts !== ts) return nothing;
  if (entry.state === 'gone') return isRoot(key) ? { kind: 'wake' } : nothing;
  const busyMs = leasedFor(thread, now);
  if (busyMs !== undefined) return { kind: 'wait', ms: busyMs };
  if (entry.ts === undefined) return nothing;
  const entries = { ...thread.entries, [key]: { ...entry, state: 'gone' as const } };
  return { kind: 'known', entries, wake: isRoot(key) };
}

/** How long (ms) somebody may still be at work; undefined when nobody is. */
function leasedFor({ lease }: Thread, now: number): number | undefined {
  return lease !== undefined && lease.until >= now ? lease.until - now + 1 : undefined;
}
