import type { DifferenceView } from '../../shared/org/answers.ts';

/** What of a request is wrong, as the API names it. */
export type Wrong = { readonly pointer: string; readonly message: string };

/** So many of a kind are shown, and the rest counted. */
const shownAtMost = 20;

/** What a file would change, in a sentence: `3 people join, 1 moves, 120 stay as they are.` */
export function summary({ added, changed, moved, removed, unchanged }: DifferenceView): string {
  const counts = [
    [added.length, 'joins', 'join'],
    [changed.length, 'changes', 'change'],
    [moved.length, 'moves', 'move'],
    [removed.length, 'leaves', 'leave'],
  ] as const;
  const parts = counts.flatMap(([count, one, several]) =>
    count > 0 ? [`${count} ${count === 1 ? one : several}`] : [],
  );
  const stay = `${unchanged} ${unchanged === 1 ? 'stays' : 'stay'} as they are`;
  return parts.length === 0 ? `Nothing would change: ${stay}.` : `${[...parts, stay].join(', ')}.`;
}

/** Whom a file would change, a line each. */
export function details({ added, changed, moved, removed }: DifferenceView): string[] {
  const called = ({ name, id }: { readonly name: string; readonly id: string }) => `${name} (${id})`;
  const below = (count: number) => (count === 0 ? '' : `, with ${count} ${count === 1 ? 'person' : 'people'} below`);
  return [
    ...some('joins', added, called),
    ...some('changes', changed, (one) => `${called(one)}: ${one.fields.join(', ')}`),
    ...some(
      'moves',
      moved,
      (one) => `${called(one)}: from ${one.from ?? 'the top'} to ${one.to ?? 'the top'}${below(one.below)}`,
    ),
    ...some('leaves', removed, called),
  ];
}

/** What is wrong with a file, a line each. */
export function problems(wrong: readonly Wrong[]): string[] {
  return wrong.map(({ pointer, message }) => (pointer === '' ? message : `${pointer} ${message}`));
}

function some<T>(what: string, all: readonly T[], told: (one: T) => string): string[] {
  const more = all.length - shownAtMost;
  const lines = all.slice(0, shownAtMost).map((one) => `  ${what.padEnd(8)} ${told(one)}`);
  return more > 0 ? [...lines, `  ${what.padEnd(8)} and ${more} more`] : lines;
}
