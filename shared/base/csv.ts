/**
 * Comma-separated values, strictly as RFC 4180 has them: fields apart by commas, lines by LF or CRLF, a field in quotes may
 * hold commas, quotes (doubled) and line breaks. Pure. https://www.rfc-editor.org/rfc/rfc4180
 */

/**
 * One record, with the number of the line on which it begins (from 1); or why it is none. `isOpen`: the text ended within a
 * quoted field, and would be another record if it went on.
 */
export type Line =
  | { readonly line: number; readonly cells: readonly string[] }
  | { readonly line: number; readonly wrong: string; readonly isOpen?: true };

/**
 * Every record of a text, a byte order mark and empty lines passed over. A record that is wrong is wrong alone, up to the
 * end of its line. Fields are as they stand, with the space around them.
 */
export function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  let line = 1;
  while (at < text.length) {
    const { next, read, breaks } = recordAt(text, at);
    if (read !== 'empty') lines.push({ line, ...read });
    line += breaks + 1;
    at = next;
  }
  return lines;
}

type Read = {
  /** Where the next record begins. */
  readonly next: number;
  readonly read: 'empty' | { readonly cells: readonly string[] } | { readonly wrong: string; readonly isOpen?: true };
  /** Line breaks within it. */
  readonly breaks: number;
};

/** A field in quotes, or one without any, and what it ends at. The sticky flag keeps both from searching. */
const quoted = /"([^"]*(?:""[^"]*)*)"(,|\r?\n|$)/y;
const bare = /([^",\r\n]*)(,|\r?\n|$)/y;

function recordAt(text: string, start: number): Read {
  const cells: string[] = [];
  let at = start;
  let breaks = 0;
  for (;;) {
    const pattern = text[at] === '"' ? quoted : bare;
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (!match) return broken(text, at, breaks);
    const [whole, field = '', end = ''] = match;
    cells.push(pattern === quoted ? field.replaceAll('""', '"') : field);
    breaks += pattern === quoted ? (field.match(/\n/g) ?? []).length : 0;
    at += whole.length;
    if (end !== ',') return { next: at, read: cells.length === 1 && cells[0] === '' ? 'empty' : { cells }, breaks };
  }
}

/** What does not fit is passed over to the end of the line; a quote that nobody closes goes to the end of the text. */
function broken(text: string, at: number, breaks: number): Read {
  const isOpen = /^"[^"]*(?:""[^"]*)*$/.test(text.slice(at));
  const end = isOpen ? -1 : text.indexOf('\n', at);
  const wrong = isOpen
    ? 'opens a quote that is not closed before the file ends.'
    : 'has a quote within a field: put the whole field into quotes, and double each quote in it.';
  return { next: end === -1 ? text.length : end + 1, read: { wrong, ...(isOpen && { isOpen }) }, breaks };
}

/** A record as it is written, without the end of its line. */
export function recordOf(cells: readonly string[]): string {
  return cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',');
}
