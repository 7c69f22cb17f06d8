import { isDeepStrictEqual } from 'node:util';
import type { Item, Key, Table } from '../aws/table.ts';

/** What became of something that was said. */
export type Outcome = 'new' | 'changed' | 'same';

/** When it is said (ms), and what has to be done before it is written, with what was said before. */
export type Saying<T> = { readonly at: number; readonly before: (previous: T | undefined) => Promise<void> };

/** How something is kept. */
type Keeping<T> = {
  /** What is left of it where whom it is about was erased, with what is left of what was said before; itself where it is about somebody else. */
  readonly nameless?: (said: T, previous: T) => T;
  /** Until when (seconds since 1970); for good if absent. */
  readonly expires?: number;
};

/**
 * Keeps what was said under a key, by one conditional write; of two who speak at once, the later one replaces the earlier and
 * has seen it. The same again writes nothing, and what was erased does not come back with it. `revision` grows with each change;
 * `firstAt` (ms) stays.
 */
export async function keep<T extends object>(
  table: Table,
  key: Key,
  given: T,
  { at, before }: Saying<T>,
  { nameless = (said) => said, expires }: Keeping<T> = {},
): Promise<Outcome> {
  for (;;) {
    const kept = await table.get(key);
    const previous = kept && saidIn<T>(kept);
    const erased = kept?.['erased'];
    const said = previous && erased !== undefined ? nameless(given, previous) : given;
    if (isDeepStrictEqual(previous, said)) return 'same';
    await before(previous);
    const more = { ...(said !== given && { erased }), ...(expires !== undefined && { expires }) };
    if (await write(table, key, said, kept, at, more)) return kept ? 'changed' : 'new';
  }
}

/** Writes it in the place of what was read, with `more` beside it. False: that is not there any more. */
export function write(
  table: Table,
  key: Key,
  said: object,
  read: Item | undefined,
  at: number,
  more: object = {},
): Promise<boolean> {
  const item = { ...key, said, revision: revisionOf(read) + 1, firstAt: read?.['firstAt'] ?? at, at, ...more };
  if (!read) return table.insert(item);
  return table.replace(item, { when: 'revision = :read', values: { ':read': revisionOf(read) } });
}

/**
 * Takes out of what is kept what tells who somebody is: `said` is what is left. What is said under this key from now on loses the
 * same. False: something else was said since it was read.
 */
export function erase(table: Table, kept: Item, said: object, at: number): Promise<boolean> {
  return table.update(kept, {
    update: 'SET said = :said, erased = :at, revision = revision + :one',
    when: 'revision = :read',
    values: { ':said': said, ':at': at, ':one': 1, ':read': revisionOf(kept) },
  });
}

export function saidIn<T>(item: Item): T {
  return item['said'] as T;
}

/** How often it was written; 0 for what is not there. */
export function revisionOf(item: Item | undefined): number {
  return Number(item?.['revision'] ?? 0);
}
