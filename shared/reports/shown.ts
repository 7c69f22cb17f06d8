import { createHash } from 'node:crypto';
import type { Figures } from './figures.ts';
import type { Ratings } from './ratings.ts';

/** What of a report may change by itself. `before`: the ratings of the window before, which the change is reckoned from. */
export type Part = 'sessions' | 'attendance' | 'ratings' | 'words' | 'before';

/** What is kept of how a report was rendered last, so that the next time can say what came late. */
export type Shown = {
  /** How often it was kept. */
  readonly look: number;
  /** A hash of each part; none of words where some were erased since. */
  readonly parts: Readonly<Partial<Record<Part, string>>>;
  /** As many as took the course when the report was first made; 0 is asked again. */
  readonly enrolled: number;
  /** As many replies as it ever took. */
  readonly replies: number;
  /** When (ms) it last changed after it was posted, and what did. */
  readonly updated?: { readonly at: number; readonly parts: readonly Part[] };
};

/** Hashes the parts of a report. The same figures have the same, whatever the order they were read in. */
export function partsOf(figures: Figures, before: Ratings): Readonly<Record<Part, string>> {
  const { sessions, attendance, ratings, low, words, list } = figures;
  return {
    sessions: hashed([
      sessions,
      list.kept.map(({ id, title, startsAt, endsAt, status }) => [id, title, startsAt, endsAt, status]),
    ]),
    attendance: hashed([attendance, list.kept.map(({ attendance }) => attendance ?? null)]),
    ratings: hashed([ratings, list.kept.map((session) => session.ratings)]),
    words: hashed(
      [low, words].map(({ all, kept }) => [
        all,
        kept.map(({ learnerId, session, text }) => [learnerId, session.id, text]),
      ]),
    ),
    before: hashed(before),
  };
}

/**
 * What is to be kept of a report that says `parts` in `replies` replies. What differs from what was kept is an update at `now` (ms)
 * where the report `isPosted`; before, nobody has seen it otherwise. The same object as `kept`: nothing has changed.
 */
export function shownAfter(
  kept: Shown | undefined,
  now: { readonly parts: Shown['parts']; readonly enrolled: number; readonly replies: number },
  posted: { readonly isPosted: boolean; readonly at: number },
): Shown {
  const { parts, enrolled } = now;
  if (!kept) return { look: 1, ...now };
  const names = Object.keys(parts) as Part[];
  const changed = names.filter((part) => kept.parts[part] !== undefined && parts[part] !== kept.parts[part]);
  const isWhole = names.every((part) => kept.parts[part] !== undefined);
  const replies = Math.max(kept.replies, now.replies);
  if (isWhole && changed.length === 0 && replies === kept.replies && enrolled === kept.enrolled) return kept;
  const updated =
    changed.length > 0 && posted.isPosted ? { updated: { at: posted.at, parts: changed } } : { updated: kept.updated };
  return {
    look: kept.look + 1,
    parts,
    enrolled,
    replies,
    ...(updated.updated && { updated: updated.updated }),
  };
}

const inWords: Readonly<Record<Exclude<Part, 'before'>, string>> = {
  sessions: 'sessions',
  attendance: 'attendance',
  ratings: 'ratings',
  words: 'feedback',
};

/** What came late, as people say it: `ratings and feedback that came late`. */
export function updateInWords(parts: readonly Part[]): string {
  const own = parts.flatMap((part) => (part === 'before' ? [] : [inWords[part]]));
  const last = own.pop();
  if (last === undefined) return 'the report before was corrected';
  return `${own.length > 0 ? `${own.join(', ')} and ${last}` : last} that came late`;
}

function hashed(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 11);
}
