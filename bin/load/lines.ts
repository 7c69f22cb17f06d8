import { createReadStream } from 'node:fs';

/** One line of a file. `end` is where the next begins, in bytes; without a text it is none, and `wrong` says why. */
export type TextLine = { readonly line: number; readonly end: number } & (
  | { readonly text: string }
  | { readonly wrong: string }
);

/** A place between two lines: how many bytes lie before it, and the number of the line that follows (from 1). */
export type Place = { readonly offset: number; readonly line: number };

export const beginning: Place = { offset: 0, line: 1 };

/** No request of the API is as long. */
const longestBytes = 1024 * 1024;

const newLine = 0x0a;

/** The lines of a file from `place` on, each with its line break, if it has one. Holds one line at a time. */
export async function* linesIn(path: string, place: Place = beginning): AsyncGenerator<TextLine> {
  let { offset: end, line } = place;
  let parts: Uint8Array[] = [];
  let held = 0;
  const finished = (): TextLine => {
    const read = textOf(held > longestBytes ? undefined : Buffer.concat(parts), end === held);
    const here = { line, end, ...read };
    line += 1;
    parts = [];
    held = 0;
    return here;
  };
  const hold = (bytes: Uint8Array) => {
    end += bytes.length;
    held += bytes.length;
    if (held <= longestBytes) parts.push(bytes);
    else parts = [];
  };
  for await (const chunk of createReadStream(path, { start: end }) as AsyncIterable<Uint8Array>) {
    let from = 0;
    for (let at = chunk.indexOf(newLine); at !== -1; at = chunk.indexOf(newLine, from)) {
      hold(chunk.subarray(from, at + 1));
      from = at + 1;
      yield finished();
    }
    if (from < chunk.length) hold(chunk.subarray(from));
  }
  if (held > 0) yield finished();
}

/** A byte order mark belongs to the file and not to its first line; `ignoreBOM` means that the decoder leaves it in. */
function textOf(
  bytes: Uint8Array | undefined,
  isFirst: boolean,
): { readonly text: string } | { readonly wrong: string } {
  if (bytes === undefined) return { wrong: 'is longer than a megabyte.' };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: !isFirst }).decode(bytes) };
  } catch {
    return { wrong: 'is not UTF-8.' };
  }
}
