import { isDeepStrictEqual } from 'node:util';
import type { Item, Key, Table } from '../aws/table.ts';

/** What became of something that was said. */
export type Outcome = 'new' | 'changed' | 'same';

/** When it is said (ms), and what has to be done before it is written, with what was said before. */
export type Saying<T> = { readonly at: number; readonly before: (previous: T | undefined) => Promise<void> };

/**
 * Keeps what was said under a key, by one conditional write; of two who speak at once, the later one replaces the earlier and
 * has seen it. The same again writes nothing. `revision` grows with each change; `firstAt` (ms) stays.
 */
export async function keep<T extends object>(
  table: Table,
  key: Key,
  said: T,
  { at, before }: Saying<T>,
): Promise<Outcome> {
  for (;;) {
    const kept = await table.get(key);
    const previous = kept && saidIn<T>(kept);
    if (isDeepStrictEqual(previous, said)) return 'same';
    await before(previous);
    if (await write(table, key, said, kept, at)) return kept ? 'changed' : 'new';
  }
}

/** Writes it in the place of what was read. False: that is not there any more. */
export function write(table: Table, key: Key, said: object, read: Item | undefined, at: number): Promise<boolean> {
  const item = { ...key, said, revision: revisionOf(read) + 1, firstAt: read?.['firstAt'] ?? at, at };
  if (!read) return table.insert(item);
  return table.replace(item, { when: 'revision = :read', values: { ':read': revisionOf(read) } });
}

export function saidIn<T>(item: Item): T {
  return item['said'] as T;
}

/** How often it was written; 0 for what is not there. */
export function revisionOf(item: Item | undefined): number {
  return Number(item?.['revision'] ?? 0);
}
