import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderOf, readFacts } from '../../lib/local/facts.ts';
import type { Scope } from '../../shared/base/api-key.ts';

/** Something the person at the keyboard has to change. */
export class Mistyped extends Error {}

/** Where the API is, and with which key it is asked. */
export type Target = { readonly api: string; readonly key: string };

export type Chosen = { readonly api?: string | undefined; readonly keyFile?: string | undefined };

/**
 * The stack that was named, or the one that `npm start` serves here. A key is never typed into a command, where others could
 * read it: it comes from a file or from WAR_ROOM_API_KEY. Throws `Mistyped`.
 */
export function targetOf({ api, keyFile }: Chosen, scope: Scope): Target {
  if (api !== undefined) {
    const key = keyFile === undefined ? process.env['WAR_ROOM_API_KEY'] : keyIn(keyFile);
    if (!key)
      throw new Mistyped(`Put a key with the scope "${scope}" into WAR_ROOM_API_KEY; it is not typed into a command.`);
    return { api: api.replace(/\/+$/, ''), key };
  }
  const facts = readFacts(folderOf(join(import.meta.dirname, '..', '..'), process.env));
  if (facts) return { api: facts.api, key: facts.apiKey };
  throw new Mistyped('No stack runs here. Start one with `npm start`, or name one by --api.');
}

function keyIn(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new Mistyped(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
