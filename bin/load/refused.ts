import { existsSync } from 'node:fs';
import { refusedField } from './entry.ts';
import { beginning } from './lines.ts';
import { openRows } from './rows.ts';

/** The first of the rows that were refused, as a person reads them: `line 7: /rating must be at most 5.` */
export async function firstRefused(path: string, atMost: number): Promise<string[]> {
  if (!existsSync(path)) return [];
  const told: string[] = [];
  const { from } = await openRows(path);
  for await (const row of from(beginning)) {
    const { line, why } = Object('said' in row ? row.said[refusedField] : undefined);
    told.push(`line ${line}: ${why}`);
    if (told.length === atMost) break;
  }
  return told;
}
