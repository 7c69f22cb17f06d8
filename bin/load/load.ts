import { createHash } from 'node:crypto';
import { recordOf } from '../../shared/base/csv.ts';
import { entryOf, type Kind, refusedField } from './entry.ts';
import type { Kept, Progress } from './kept.ts';
import { nameOf, type Row, type Rows } from './rows.ts';
import type { Sender, Sent } from './sender.ts';

/** So many requests are under way at once, and so many rows are held, done or not. */
const lanes = 16;
const heldAtMost = 1_000;

const saveEveryMs = 1_000;

export type LoadParts = {
  readonly rows: Rows;
  readonly kept: Kept;
  readonly sender: Pick<Sender, 'send'>;
  readonly kind: Kind | undefined;
  /** Once it is given no row is begun any more, and those under way are waited for by nobody. */
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly told: (progress: Progress) => void;
};

type Held = { readonly row: Row; sent?: Sent };

/**
 * Sends the rows of a file from where it was left, several at once, and those that speak of the same thing one after another.
 * Rows are counted as done in their order only, so that nothing lies undone before where it goes on. Answers whether the whole
 * file is done; throws `Hopeless`. Holds no more than a thousand rows.
 */
export async function load({ rows, kept, sender, kind, signal, now, told }: LoadParts): Promise<boolean> {
  const held: Held[] = [];
  const queues = Array.from({ length: lanes }, () => Promise.resolve());
  let [failed, savedAt, wake]: [unknown, number, () => void] = [undefined, now(), () => {}];
  signal.addEventListener('abort', () => wake(), { once: true });

  const settle = () => {
    for (let first = held[0]; first?.sent; first = held[0]) {
      held.shift();
      const { row, sent } = first as Required<Held>;
      const refused = sent.outcome === 'refused' ? refusedRow(rows, row, sent.why) : undefined;
      kept.row(row.next, sent.outcome === 'kept' && sent.waits, refused);
    }
    if (now() - savedAt >= saveEveryMs) {
      kept.save();
      told(kept.progress);
      savedAt = now();
    }
    wake();
  };
  const work = async (one: Held) => {
    if (failed !== undefined || signal.aborted) return;
    try {
      one.sent = await sentFor(one.row);
      settle();
    } catch (error) {
      failed ??= error;
      wake();
    }
  };
  const sentFor = async (row: Row): Promise<Sent> => {
    if ('wrong' in row) return { outcome: 'refused', why: row.wrong };
    const entry = entryOf(row.said, kind, columnsIn(rows));
    return typeof entry === 'string' ? { outcome: 'refused', why: entry } : sender.send(entry);
  };

  for await (const row of rows.from(kept.progress.place)) {
    const one: Held = { row };
    held.push(one);
    const lane = laneOf(row, kind, rows);
    queues[lane] = (queues[lane] ?? Promise.resolve()).then(() => work(one));
    while (held.length >= heldAtMost && failed === undefined && !signal.aborted) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (failed !== undefined || signal.aborted) break;
  }
  await Promise.all(queues);
  kept.save();
  told(kept.progress);
  if (failed !== undefined && !signal.aborted) throw failed;
  return held.length === 0 && !signal.aborted;
}

/** What speaks of one thing goes through one lane, in which each waits for the one before. */
function laneOf(row: Row, kind: Kind | undefined, rows: Rows): number {
  const entry = 'said' in row ? entryOf(row.said, kind, columnsIn(rows)) : '';
  const [byte = 0] = createHash('sha256')
    .update(typeof entry === 'string' ? '' : entry.order)
    .digest();
  return byte % lanes;
}

/** The columns that cells stand in; undefined where a row says itself what it has. */
function columnsIn({ format, columns }: Rows): readonly string[] | undefined {
  return format === 'csv' ? columns : undefined;
}

/** What the file of refused rows begins with. */
export function refusedHead({ format, columns }: Rows): string {
  return format === 'csv' ? `${recordOf([...columnsOf(columns), ...refusedColumns])}\n` : '';
}

const refusedColumns = [`${refusedField}.line`, `${refusedField}.why`];

/** The row as it was, with its line and the reason: once it is mended the file can be loaded itself. */
function refusedRow({ format, columns }: Rows, row: Row, why: string): string {
  const said = 'said' in row ? row.said : {};
  if (format === 'jsonl') return `${JSON.stringify({ ...said, [refusedField]: { line: row.line, why } })}\n`;
  const cells = columnsOf(columns).map((column) => cellIn(said, column));
  return `${recordOf([...cells, String(row.line), why])}\n`;
}

/** Without what an earlier refusal added. */
function columnsOf(columns: readonly string[]): string[] {
  return columns.filter((column) => !refusedColumns.includes(column));
}

function cellIn(said: Readonly<Record<string, unknown>>, column: string): string {
  const { outer, inner } = nameOf(column);
  const value = inner === undefined ? said[outer] : Object(said[outer])[inner];
  return value === undefined ? '' : String(value);
}
