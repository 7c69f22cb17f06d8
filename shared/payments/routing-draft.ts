import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import * as z from 'zod/mini';
import { hold } from '../base/fields.ts';
import { once } from '../base/lazy.ts';
import type { Row } from './route.ts';
import { rowSchema, rowsAtMost } from './routing-request.ts';

/**
 * A decision table that somebody edits in Slack. All of it is kept in the form itself: nothing is stored until it is saved,
 * and two who edit at once do not meet before that.
 */
export type Draft = {
  /** The version that was in force when it was begun: saving takes its place, and no other's. */
  readonly from: number;
  /** Undefined where the table is too large for a form: it is shown and tried, and edited by the API. */
  readonly rows?: readonly Row[] | undefined;
  /** Whether somebody has changed a row since. */
  readonly changed: boolean;
  /** Which page of the rows is shown, 0 the first. */
  readonly page: number;
  /** Counts the forms that were shown: each has fields of its own, or Slack would put into one what was typed in another. */
  readonly form: number;
  /** The row that the form shows, by its place. One that is added has its place, and is not among the rows yet. */
  readonly row?: { readonly at: number; readonly isNew: boolean } | undefined;
};

/** https://docs.slack.dev/reference/views/modal-views#fields: `private_metadata`. */
const packedAtMost = 3_000;

/** What is unpacked is bounded before it is looked at: a few bytes may stand for gigabytes. */
const unpackedAtMost = 65_536;

const draftSchema = once(() =>
  z.strictObject({
    from: z.int().check(z.nonnegative()),
    rows: z.optional(z.array(rowSchema()).check(z.maxLength(rowsAtMost))),
    changed: z.boolean(),
    page: z.int().check(z.nonnegative(), z.maximum(rowsAtMost)),
    form: z.int().check(z.nonnegative()),
    row: z.optional(z.strictObject({ at: z.int().check(z.nonnegative(), z.maximum(rowsAtMost)), isNew: z.boolean() })),
  }),
);

/** A draft as the form carries it. Throws for one that does not fit, which `fits` is asked before. */
export function pack(draft: Draft): string {
  const json = Buffer.from(JSON.stringify(draft));
  if (json.length > unpackedAtMost) throw tooLarge();
  const packed = brotliCompressSync(json, { params: quick }).toString('base64url');
  if (packed.length > packedAtMost) throw tooLarge();
  return packed;
}

/** Somebody waits: the most that brotli can do takes a tenth of the letters less, and a hundred times as long. */
const quick = { [constants.BROTLI_PARAM_QUALITY]: 7, [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT };

/**
 * Whether rows can be edited in a form, whichever of them and on whichever page. A hundred ordinary ones can; eighty, where
 * each names a channel of its own.
 */
export function fits(rows: readonly Row[]): boolean {
  try {
    const all: Draft = { from: 99_999, rows, changed: false, page: 0, form: 99, row: { at: 0, isNew: false } };
    return pack(all).length <= packedAtMost - reserve;
  } catch {
    return false;
  }
}

/** What the same rows may take more, in letters, with another place, page or version beside them. */
const reserve = 100;

const tooLarge = () => new RangeError('This table does not fit into a form.');

/**
 * The draft in what came back from a browser. Undefined for anything that `pack` did not make of a draft: its rows are held to
 * what `PUT /v1/routing` takes of each, and nothing in it says whose table it is.
 */
export function unpack(packed: string): Draft | undefined {
  if (packed.length > packedAtMost) return undefined;
  try {
    const json = brotliDecompressSync(Buffer.from(packed, 'base64url'), { maxOutputLength: unpackedAtMost });
    const held = hold(draftSchema(), JSON.parse(json.toString()));
    return held.ok && isWithin(held.value) ? held.value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the row that the form shows is one that there is, or can be added. */
function isWithin({ rows = [], row }: Draft): boolean {
  return row === undefined || row.at < rows.length + (row.isNew ? 1 : 0);
}

/** A draft of the table in force; without its rows where they do not fit. */
export function begin(from: number, rows: readonly Row[]): Draft {
  return { from, ...(fits(rows) && { rows }), changed: false, page: 0, form: 0 };
}

/** The rows with the one that the form shows put in its place. */
export function withRow(rows: readonly Row[], { at, isNew }: NonNullable<Draft['row']>, row: Row): readonly Row[] {
  return rows.toSpliced(at, isNew ? 0 : 1, row);
}

/** Where a row that is added goes: before a last row that takes all that is left, since nothing comes to what is behind it. */
export function placeForNew(rows: readonly Row[]): number {
  const last = rows.at(-1);
  return last && Object.keys(last.when).length === 0 ? rows.length - 1 : rows.length;
}

/** The rows with one of them a place further up (-1) or down (1); as they are where there is no such place. */
export function moved(rows: readonly Row[], at: number, by: -1 | 1): readonly Row[] {
  const [row, to] = [rows[at], at + by];
  if (!row || to < 0 || to >= rows.length) return rows;
  return rows.toSpliced(at, 1).toSpliced(to, 0, row);
}
