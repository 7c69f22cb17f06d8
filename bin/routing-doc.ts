// `npm run routing:doc`: draws the built-in decision table into docs/routing.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { askedInWords } from '../shared/payments/dimension.ts';
import { defaultTable, type RoutingTable, type Row } from '../shared/payments/route.ts';
import { posterInWords } from '../shared/payments/routing-words.ts';

/** Where the table is drawn. */
export const ROUTING_DOC = join(import.meta.dirname, '..', 'docs', 'routing.md');

const BEGIN = '<!-- The built-in table: `npm run routing:doc` draws it. -->';
const END = '<!-- The end of what is drawn. -->';

/** A line of a box: as many words as read well, or one that is longer. */
const LINE = /\S.{0,31}(?=\s|$)|\S+/g;

/** The page with the table as it is now. Throws where the page has no place for it. */
export function routingDoc(page: string, table: RoutingTable = defaultTable): string {
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) {
    throw new Error(`docs/routing.md must have the lines ${BEGIN} and ${END}; the table is drawn between them.`);
  }
  const drawn = ['```mermaid', tree(table), '```', '', inWords(table)].join('\n');
  return `${before}${BEGIN}\n\n${drawn}\n\n${END}${after}`;
}

/** The table as a tree of questions: each row asks one, and what it takes leaves to its channel. */
function tree({ rows }: RoutingTable): string {
  const lines = rows.flatMap((row, index) => {
    const takes = `row${index + 1}["${boxed(`${row.then.channel} channel`, `“${row.name}”`)}"]`;
    const from = index === 0 ? 'start' : `asks${index}`;
    const arrow = index === 0 ? '-->' : '-- no -->';
    // A row that asks for nothing takes all that comes to it.
    if (isCatchAll(row)) return [`  ${from} ${arrow} ${takes}`];
    const asks = `asks${index + 1}{"${boxed(`Is it ${askedInWords(row.when)}?`)}"}`;
    return [`  ${from} ${arrow} ${asks}`, `  asks${index + 1} -- yes --> ${takes}`];
  });
  return ['flowchart TD', '  start(["A payment is first told"])', ...lines].join('\n');
}

/** The same, row by row. */
function inWords({ rows }: RoutingTable): string {
  const lines = rows.map((row, index) => {
    const { channel, postAs, broadcast } = row.then;
    const takes = isCatchAll(row) ? 'every other payment' : askedInWords(row.when);
    const shared = broadcast.map((change) => `\`${change}\``).join(', ') || 'nothing';
    return `| ${index + 1} | ${cell(row.name)} | ${cell(takes)} | \`${channel}\` | ${posterInWords(postAs)} | ${shared} |`;
  });
  return [
    '| | row | takes | channel | posted by | shown in the channel, too |',
    '|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

function isCatchAll({ when }: Row): boolean {
  return Object.keys(when).length === 0;
}

/** Lines for a box of the drawing, without what ends a label. */
function boxed(...paragraphs: readonly string[]): string {
  const lines = paragraphs.flatMap((paragraph) => paragraph.match(LINE) ?? []);
  return lines.join('<br/>').replaceAll('"', '#quot;');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

if (import.meta.main) writeFileSync(ROUTING_DOC, routingDoc(readFileSync(ROUTING_DOC, 'utf8')));
