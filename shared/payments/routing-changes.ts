import { isDeepStrictEqual } from 'node:util';
import { body, type Inline, message } from '../slack/text.ts';
import type { Row } from './route.ts';
import { channelInWords, fitting, posterInWords, shownInWords, takesInWords } from './routing-words.ts';

/** How a row of one decision table differs from what another has. Places count from 0. */
export type RowChange =
  | { readonly kind: 'added'; readonly row: Row; readonly at: number }
  | { readonly kind: 'removed'; readonly row: Row }
  | { readonly kind: 'renamed'; readonly before: string; readonly after: string }
  | { readonly kind: 'changed'; readonly before: Row; readonly after: Row }
  | { readonly kind: 'moved'; readonly name: string; readonly from: number; readonly to: number };

/**
 * What makes `after` of `before`. A row is known by its name, else by all the rest of it. Of rows that stand in another order
 * as few as can be are said to have moved. None: the tables are the same.
 */
export function changesBetween(before: readonly Row[], after: readonly Row[]): RowChange[] {
  const partners = partnersOf(before, after);
  const removed = before.filter((_, index) => !partners.includes(index));
  const kept = after.flatMap((row, to): { row: Row; was: Row; from: number; to: number }[] => {
    const from = partners[to] ?? -1;
    const was = before[from];
    return was ? [{ row, was, from, to }] : [];
  });
  const stayed = longestRising(kept.map(({ from }) => from));
  return [
    ...after.flatMap((row, at): RowChange[] => (partners[at] === -1 ? [{ kind: 'added', row, at }] : [])),
    ...removed.map((row): RowChange => ({ kind: 'removed', row })),
    ...kept.flatMap(({ row, was, from, to }): RowChange[] => [
      ...(row.name === was.name ? [] : [{ kind: 'renamed', before: was.name, after: row.name } as const]),
      ...(isSame(row, was) ? [] : [{ kind: 'changed', before: was, after: row } as const]),
      ...(stayed.has(from) ? [] : [{ kind: 'moved', name: row.name, from, to } as const]),
    ]),
  ];
}

/** A change as a line for people. */
function changeInWords(change: RowChange): Inline[] {
  switch (change.kind) {
    case 'added':
      return [
        `Added as row ${change.at + 1}: `,
        name(change.row.name),
        `, which takes ${fitting(takesInWords(change.row, change.at === 0), 300)} to `,
        channelInWords(change.row.then.channel),
        '.',
      ];
    case 'removed':
      return ['Removed: ', name(change.row.name), `, which took ${fitting(takesInWords(change.row), 300)}.`];
    case 'renamed':
      return ['Renamed: ', name(change.before), ' is now ', name(change.after), '.'];
    case 'moved':
      return ['Moved: ', name(change.name), ` from place ${change.from + 1} to ${change.to + 1}.`];
    case 'changed':
      return ['Changed: ', name(change.after.name), ...differences(change.before, change.after)];
  }
}

/** Changes one below the other, as many as fit into a block; the last line counts the rest. */
export function changesInLines(changes: readonly RowChange[]): Inline[] {
  const lines = changes.map((change): Inline[] => ['• ', ...changeInWords(change)]);
  let room = lettersAtMost;
  const shown = lines.filter((line, index) => {
    room -= lengthOf(line) + 1;
    return index === 0 || room > 0;
  });
  const left = lines.length - shown.length;
  const all = left > 0 ? [...shown, [`… and ${left} more.`]] : shown;
  return all.flatMap((line, index) => (index === 0 ? line : ['\n', ...line]));
}

/** Of the 3,000 that a block holds; one line has half of that at most, and the caller may add a sentence. */
const lettersAtMost = 2_400;

/** How one row differs from another of its name, as it follows that name. */
function differences(before: Row, after: Row): Inline[] {
  const [was, is] = [before.then, after.then];
  return [
    ...(isDeepStrictEqual(ordered(before).when, ordered(after).when)
      ? []
      : [` takes ${fitting(takesInWords(after), 300)}, before ${fitting(takesInWords(before), 300)};`]),
    ...(was.channel === is.channel
      ? []
      : [' goes to ', channelInWords(is.channel), ', before to ', channelInWords(was.channel), ';']),
    ...(was.postAs === is.postAs ? [] : [` is posted by ${posterInWords(is.postAs)};`]),
    ...(isDeepStrictEqual(was.broadcast.toSorted(), is.broadcast.toSorted())
      ? []
      : [` shows in the channel, too: ${fitting(shownInWords(is), 300)};`]),
  ].map((inline, index, all) => (index === all.length - 1 ? ended(inline) : inline));
}

/** The last of several clauses ends the sentence. */
function ended(clause: Inline): Inline {
  return typeof clause === 'string' ? clause.replace(/;$/, '.') : clause;
}

/** For each row of `after` its place among `before`, -1 where it is new. */
function partnersOf(before: readonly Row[], after: readonly Row[]): number[] {
  const byName = after.map(({ name }) => before.findIndex((row) => row.name === name));
  const free = new Set([...before.keys()].filter((index) => !byName.includes(index)));
  return after.map((row, at) => {
    const partner = byName[at] ?? -1;
    if (partner !== -1) return partner;
    const same = [...free].find((index) => isSame(before[index], row)) ?? -1;
    free.delete(same);
    return same;
  });
}

/** Whether two rows differ in nothing but their names. */
function isSame(one: Row | undefined, other: Row): boolean {
  return one !== undefined && isDeepStrictEqual(ordered(one), ordered(other));
}

/** The most of these numbers, no two of them alike, that rise as they stand. */
function longestRising(numbers: readonly number[]): ReadonlySet<number> {
  let longest: readonly number[] = [];
  const endingAt: (readonly number[])[] = [];
  for (const [index, number] of numbers.entries()) {
    const before = endingAt.slice(0, index).filter((each) => (each.at(-1) ?? number) < number);
    const run = [...(before.toSorted((one, other) => other.length - one.length)[0] ?? []), number];
    endingAt.push(run);
    if (run.length > longest.length) longest = run;
  }
  return new Set(longest);
}

/** A list of what is meant in no order. */
function ordered({ when, then }: Row) {
  const { courseType } = when;
  return {
    when: { ...when, ...(courseType && { courseType: courseType.toSorted() }) },
    then: { ...then, broadcast: then.broadcast.toSorted() },
  };
}

function name(text: string): Inline {
  return { bold: fitting(text, 120) };
}

function lengthOf(inlines: readonly Inline[]): number {
  const [block] = message(body(...inlines)).blocks;
  return block?.type === 'section' ? (block.text?.text.length ?? 0) : 0;
}
