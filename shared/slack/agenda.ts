import { createHash } from 'node:crypto';
import type { Ts, UserId } from '../base/names.ts';
import type { Content, Inline } from './text.ts';
import { type Destination, type Entries, type Entry, isRoot, type Stray, type Thread } from './thread-log.ts';

/** One message as it should be. */
export type Message = {
  readonly key: string;
  readonly content: Content;
  /** Also shown in the channel, for a reply that needs eyes. */
  readonly broadcast?: boolean;
};

/** What a thread should look like: a function of its facts alone. */
export type Wanted = {
  /** Used only while the thread has none. */
  readonly destination: Destination;
  readonly root: Message;
  readonly replies: readonly Message[];
  /** What is there stays as it is, and only what is new is posted: the facts behind the rest begin to expire. */
  readonly onlyNew?: boolean;
  /** For whoever is in the channel, and nobody else: nothing is posted where anybody in the workspace reads it. */
  readonly isConfidential?: boolean;
  /** In whose name it is posted where that is possible, by the company's id, and how the app names them otherwise. */
  readonly author?: { readonly adminId: string; readonly byline: readonly Inline[] };
};

/** A call to be made, with the intent that is written before it. */
export type Step = { readonly message: Message; readonly intent: Entry; readonly key: string } & (
  | { readonly call: 'post'; readonly place: 'root' | 'reply' }
  | { readonly call: 'edit'; readonly place: 'root' | 'reply'; readonly ts: Ts; readonly author: UserId }
);

export type Agenda = {
  readonly rootKey: string;
  readonly rootTs: Ts | undefined;
  /** In the order in which they are made: root's edit, else missing root, then replies. */
  readonly steps: readonly Step[];
  /** Ours, doubled or misplaced: to be deleted, unless an entry says that this very message is the one to keep. */
  readonly strays: readonly Stray[];
  /** Messages that may be in Slack and are old enough for the answer to be final. */
  readonly unsettled: readonly string[];
  /** Milliseconds until more can be done; undefined when these steps are all there is. */
  readonly waitMs: number | undefined;
};

/** The reply that speaks for a root which can never be edited again. */
export const statusKey = 'status';

/**
 * Compares what is wanted with what is kept: which calls close the difference now, what has to be looked up before,
 * and what has to wait. Pure; `settleMs` is how old an attempt must be before its outcome can be trusted.
 */
export function agendaOf(thread: Thread, wanted: Wanted, now: number, settleMs: number): Agenda {
  const { entries } = thread;
  const rootKey = currentRoot(entries);
  const root = entries[rootKey];
  const messages: [string, Message, 'root' | 'reply'][] = [
    [rootKey, wanted.root, 'root'],
    ...wanted.replies.map((reply): [string, Message, 'reply'] => [reply.key, reply, 'reply']),
  ];
  if (root?.fixed) messages.splice(1, 0, [statusKey, { ...wanted.root, key: statusKey }, 'reply']);

  const steps: Step[] = [];
  const unsettled: string[] = [];
  const waits: number[] = [];
  for (const [key, message, place] of messages) {
    const entry = entries[key];
    const hash = hashOf(message.content);
    const waitMs = ripensIn(entry, now, settleMs);
    if (waitMs === 0 && (entry?.again || entry?.ts === undefined)) {
      unsettled.push(key);
      continue;
    }
    if (waitMs) waits.push(waitMs);
    if (waitMs && inDoubt(entry)) continue;

    const step = nextStep(entry, key, message, place, { hash, now, resend: notesOn(key, thread.resend).length > 0 });
    if (step && !(wanted.onlyNew && entry?.state === 'posted')) steps.push(step);
  }

  // Without a root there is nothing to reply to: replies wait until it is known to be there, or known not to be. And
  // a reply is looked for under its root: while that is in doubt itself, "not found" would mean nothing.
  const rootIsKnown = root?.ts !== undefined || steps.some((step) => step.key === rootKey);
  const rootIsInDoubt = inDoubt(root) && root.ts === undefined;
  return {
    rootKey,
    rootTs: root?.ts,
    steps: rootIsKnown ? steps : [],
    strays: thread.strays.filter((stray) => !Object.values(entries).some((entry) => entry.ts === stray.ts)),
    unsettled: rootIsInDoubt ? unsettled.filter((key) => key === rootKey) : unsettled,
    waitMs: waits.length > 0 ? Math.min(...waits) : undefined,
  };
}

/** Milliseconds until the outcome of an attempt can be trusted, 0 when it can; undefined where no attempt is open. */
function ripensIn(entry: Entry | undefined, now: number, settleMs: number): number | undefined {
  const isOpen = inDoubt(entry) || (entry?.state === 'posted' && entry.again === true);
  return isOpen ? Math.max(0, (entry.lastAttempt ?? 0) + settleMs - now) : undefined;
}

/** Milliseconds until the first of the open attempts of a thread can be looked into; undefined where none is open. */
export function openFor(entries: Entries, now: number, settleMs: number): number | undefined {
  const waits = Object.values(entries).flatMap((entry) => ripensIn(entry, now, settleMs) ?? []);
  return waits.length > 0 ? Math.min(...waits) : undefined;
}

/** What closes the difference for one message that is not in doubt, or is an edit whose outcome no longer matters. */
function nextStep(
  entry: Entry | undefined,
  key: string,
  message: Message,
  place: 'root' | 'reply',
  { hash, now, resend }: { readonly hash: string; readonly now: number; readonly resend: boolean },
): Step | undefined {
  const intent = nextAttempt(entry, hash, now);
  if (entry === undefined || entry.state === 'absent') return { call: 'post', key, message, place, intent };
  if (entry.state === 'gone' || entry.fixed) return undefined;
  const isAsWanted = entry.state === 'posted' && entry.hash === hash && !resend;
  if (isAsWanted || entry.ts === undefined || entry.author === undefined) return undefined;
  return { call: 'edit', key, message, place, intent, ts: entry.ts, author: entry.author };
}

/** A new attempt at a message: its first time stays, its revision grows. */
function nextAttempt(entry: Entry | undefined, hash: string, now: number): Entry {
  return {
    ...entry,
    state: 'intent',
    revision: (entry?.revision ?? 0) + 1,
    hash,
    firstAttempt: (entry?.state === 'posted' && !entry.again ? undefined : entry?.firstAttempt) ?? now,
    lastAttempt: now,
    ...(entry?.state === 'absent' && { again: true }),
  };
}

/** What stays of an entry once its message is known to be there. */
export function posted(entry: Entry, ts: Ts, author: UserId): Entry {
  const { revision, hash, firstAttempt, lastAttempt, again } = entry;
  const attempts = again && { again, ...(firstAttempt && { firstAttempt }), ...(lastAttempt && { lastAttempt }) };
  return { state: 'posted', revision, hash, ts, author, ...attempts };
}

/** Of text and blocks; short, since every message of a thread keeps one. */
function hashOf(content: Content): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('base64url').slice(0, 11);
}

function inDoubt(entry: Entry | undefined): entry is Entry & { state: 'intent' | 'unsure' } {
  return entry?.state === 'intent' || entry?.state === 'unsure';
}

/** The notes about one message among those of a thread: its key, and the pass that left the note. */
export function notesOn(key: string, notes: readonly string[]): string[] {
  return notes.filter((note) => note.startsWith(`${key} `));
}

/** Every root that a thread has had, by timestamp. */
export function rootsOf(entries: Entries): Ts[] {
  return Object.keys(entries).flatMap((key) => (isRoot(key) ? (entries[key]?.ts ?? []) : []));
}

/** `root`, or its latest generation: a root that a person deleted is followed by `root~2`. */
function currentRoot(entries: Entries): string {
  let key = 'root';
  for (let generation = 2; entries[key]?.state === 'gone'; generation += 1) key = `root~${generation}`;
  return key;
}
