/** What was measured, and how it is written down. Pure. */

export type Table = {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
};

/** What a figure is wanted to be, and whether it was in this run. */
type Target = {
  readonly what: string;
  readonly wanted: string;
  readonly got: string;
  readonly holds: boolean;
};

export type Section = {
  readonly title: string;
  /** How the figures were got. */
  readonly how: string;
  readonly tables: readonly Table[];
  readonly notes?: readonly string[];
  readonly targets: readonly Target[];
};

/** Where and when the figures were taken. */
export type Scene = { readonly at: string; readonly machine: string };

/** The page, as Markdown that reads as well in a terminal. */
export function page({ at, machine }: Scene, sections: readonly Section[]): string {
  const targets = sections.flatMap((section) => section.targets);
  return [
    '# Figures',
    'Written by `npm run measure`; not by hand. A time that stands alone says little, so times are told as ratios of what ' +
      'was measured in the same run, in turn. Where there are three figures, they are the median and, in brackets, the least ' +
      'and the most.',
    `${at}, ${machine}.`,
    ...(targets.length > 0 ? [markdown(summary(targets))] : []),
    ...sections.flatMap(({ title, how, tables, notes = [] }) => [
      `## ${title}`,
      how,
      ...tables.map(markdown),
      ...notes,
    ]),
  ]
    .join('\n\n')
    .concat('\n');
}

function summary(targets: readonly Target[]): Table {
  return {
    caption: 'What is wanted, and what this run gave:',
    head: ['figure', 'wanted', 'got', ''],
    rows: targets.map(({ what, wanted, got, holds }) => [what, wanted, got, holds ? 'holds' : '**missed**']),
  };
}

function markdown({ caption, head, rows }: Table): string {
  const widths = head.map((name, column) =>
    Math.max(3, ...[head, ...rows].map((row) => [...(row[column] ?? '')].length), [...name].length),
  );
  // What begins with a digit in every row reads better from the right.
  const right = head.map((_, column) => rows.length > 0 && rows.every((row) => /^[\d$×-]|^$/.test(row[column] ?? '')));
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => pad(cells[column] ?? '', width, right[column] === true)).join(' | ')} |`;
  const rule = widths.map((width, column) => (right[column] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  return [caption, '', line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}

function pad(text: string, width: number, right: boolean): string {
  const gap = ' '.repeat(Math.max(0, width - [...text].length));
  return right ? gap + text : text + gap;
}
