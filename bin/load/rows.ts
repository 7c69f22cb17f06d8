import { type Line, linesOf } from '../../shared/base/csv.ts';
import { Mistyped } from '../api/target.ts';
import { linesIn, type Place, type TextLine } from './lines.ts';

/** One row of a file: what it says, or why it is none. `next` is where the row after it begins. */
export type Row = { readonly line: number; readonly next: Place } & (
  | { readonly said: Readonly<Record<string, unknown>> }
  | { readonly wrong: string }
);

/** A file of rows. What it says of a row is as JSON has it: cells of CSV are texts, those of `learner.id` lie within `learner`. */
export type Rows = {
  readonly format: 'csv' | 'jsonl';
  /** Of CSV, in their order. */
  readonly columns: readonly string[];
  readonly from: (place: Place) => AsyncGenerator<Row>;
};

/** What may be held while a quoted field goes on over several lines: no field of the API is as long. */
const longestRecord = 512 * 1024;

/** An object in an object, or a list in one, is the most that the API takes; and why a row was refused is one more. */
const deepest = 4;

/** Opens a file by its name: `.csv`, or `.jsonl` or `.ndjson`. Throws `Mistyped`. */
export async function openRows(path: string): Promise<Rows> {
  if (/\.(jsonl|ndjson)$/i.test(path)) return { format: 'jsonl', columns: [], from: (place) => jsonIn(path, place) };
  if (!/\.csv$/i.test(path)) throw new Mistyped(`${path}: name it .csv, or .jsonl for a JSON object on each line.`);
  for await (const first of recordsIn(linesIn(path))) {
    const off = headerIsOff(first);
    if (off !== undefined || !('cells' in first)) throw new Mistyped(`${path}, line ${first.line}: ${off}`);
    const columns = first.cells.map((cell) => cell.trim());
    const from = (place: Place) => csvIn(path, columns, place.offset < first.next.offset ? first.next : place);
    return { format: 'csv', columns, from };
  }
  throw new Mistyped(`${path} is empty: its first line has to name the columns.`);
}

async function* jsonIn(path: string, place: Place): AsyncGenerator<Row> {
  for await (const each of linesIn(path, place)) {
    const here = { line: each.line, next: { offset: each.end, line: each.line + 1 } };
    if ('wrong' in each) yield { ...here, wrong: each.wrong };
    else if (each.text.trim() !== '') yield { ...here, ...objectIn(each.text) };
  }
}

function objectIn(text: string): { readonly said: Readonly<Record<string, unknown>> } | { readonly wrong: string } {
  try {
    const said: unknown = JSON.parse(text);
    if (isDeeperThan(said, deepest)) {
      return { wrong: 'holds objects or lists within each other, deeper than the API takes them.' };
    }
    if (typeof said === 'object' && said !== null && !Array.isArray(said)) return { said: { ...said } };
  } catch {
    // It is said below.
  }
  return { wrong: 'is not a JSON object on a line of its own.' };
}

/** A line of a megabyte may hold half a million lists within each other, which nothing can write down again. */
function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((each) => isDeeperThan(each, levels - 1));
}

async function* csvIn(path: string, columns: readonly string[], place: Place): AsyncGenerator<Row> {
  for await (const each of recordsIn(linesIn(path, place))) {
    const here = { line: each.line, next: each.next };
    if ('wrong' in each) yield { ...here, wrong: each.wrong };
    else if (each.cells.length !== columns.length) {
      yield { ...here, wrong: `has ${each.cells.length} fields, and ${columns.length} columns are named.` };
    } else yield { ...here, said: nested(columns, each.cells) };
  }
}

type Recorded = Line & { readonly next: Place };

/**
 * The records of the lines of a CSV file. A quote that is opened and not closed again is wrong on its own line alone: what
 * follows is read as if it had not been there.
 */
async function* recordsIn(lines: AsyncGenerator<TextLine>): AsyncGenerator<Recorded> {
  const again: TextLine[] = [];
  const nextLine = async (): Promise<TextLine | undefined> => again.shift() ?? (await lines.next()).value;
  for (let first = await nextLine(); first; first = await nextLine()) {
    const { line, end } = first;
    const alone = { offset: end, line: line + 1 };
    if ('wrong' in first) {
      yield { line, wrong: first.wrong, next: alone };
      continue;
    }
    const followed: TextLine[] = [];
    const begun = linesOf(first.text)[0];
    let [read, text, next] = [begun, first.text, alone];
    while (read && 'wrong' in read && read.isOpen && text.length < longestRecord) {
      const more = await nextLine();
      if (!more) break;
      followed.push(more);
      if ('wrong' in more) break;
      text += more.text;
      next = { offset: more.end, line: more.line + 1 };
      if (more.text.includes('"')) read = linesOf(text)[0];
    }
    if (!read || !begun) continue;
    if ('cells' in read) yield { ...read, line, next };
    else {
      again.unshift(...followed);
      yield { ...begun, line, next: alone };
    }
  }
}

/** Empty cells say nothing; `learner.id` is the id of a learner. */
function nested(columns: readonly string[], cells: readonly string[]): Readonly<Record<string, unknown>> {
  const said: Record<string, unknown> = {};
  for (const [index, column] of columns.entries()) {
    const cell = cells[index] ?? '';
    if (cell.trim() === '') continue;
    const { outer, inner } = nameOf(column);
    if (inner === undefined) said[outer] = cell;
    else said[outer] = { ...(said[outer] as object | undefined), [inner]: cell };
  }
  return said;
}

/** What a column is the name of: `learner.email` is the `email` within `learner`. */
export function nameOf(column: string): { readonly outer: string; readonly inner?: string } {
  const dot = column.indexOf('.');
  return dot < 0 ? { outer: column } : { outer: column.slice(0, dot), inner: column.slice(dot + 1) };
}

function headerIsOff(first: Line): string | undefined {
  if ('wrong' in first) return first.wrong;
  const named = first.cells.map((cell) => cell.trim());
  const twice = named.find((name, index) => named.indexOf(name) !== index);
  if (named.length === 1 && named[0]?.includes(';')) return 'the columns are separated by commas, not semicolons.';
  if (named.includes('')) return 'every column has to be named.';
  return twice === undefined ? undefined : `the column ${JSON.stringify(twice)} is named twice.`;
}
