import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from './facts.ts';
import { StoresUnusable } from './stores.ts';

/**
 * Takes what is kept in `folder` for this process and answers how to give it back. The database would crash on a second
 * one; so that is said in a sentence before. Throws `StoresUnusable`.
 */
export function holdFolder(folder: string): () => void {
  const file = join(folder, 'pid');
  if (existsSync(file)) {
    const holder = Number(readFileSync(file, 'utf8'));
    if (holder !== process.pid && isAlive(holder)) {
      throw new StoresUnusable(
        `Process ${holder} works with what is kept in ${folder}. Stop it first (kill ${holder}), or start without --keep.`,
      );
    }
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(file, String(process.pid));
  return () => rmSync(file, { force: true });
}
