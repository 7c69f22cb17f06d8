import {
  askedInWords,
  type Case,
  type Dimension,
  dimensions,
  holds,
  type Money,
  smallestUnit,
  valuesApart,
  type When,
} from './dimension.ts';
import type { Row } from './route.ts';

/** What is wrong with a decision table, beyond the shape of its rows. */
export type TableProblem =
  /** No row takes this payment. Only the values of `matters` make it so: any other of the rest is left open as well. */
  | { readonly kind: 'open'; readonly example: Case; readonly matters: readonly Dimension[] }
  /** The row at this place can never be the first to match: those at `by` take every payment that it asks for. */
  | { readonly kind: 'dead'; readonly row: number; readonly by: readonly number[] };

/** Rows as a set: bit n stands for row n. */
type Rows = bigint;

/**
 * Everything that keeps a table from routing every payment to exactly one row: the case that it leaves open, and the
 * rows that can never match.
 *
 * On each dimension rows tell only finitely many values apart. So it walks the dimensions one by one and keeps the sets
 * of rows that are still possible; two ways to the same set are one from there on. In the end each set stands for one
 * kind of payment, which its first row takes.
 */
export function problemsOf(rows: readonly Pick<Row, 'when'>[]): TableProblem[] {
  /** By the row that takes them (its bit): all rows that ask for payments which it takes. */
  const taken = new Map<Rows, Rows>();
  let example: Case | undefined;
  for (const { matching, payment } of kindsOf(rows)) {
    const first = matching & -matching;
    if (first === 0n) example ??= payment();
    else taken.set(first, (taken.get(first) ?? 0n) | matching);
  }
  const dead = rows.flatMap((_, row): TableProblem[] => {
    if (taken.has(bit(row))) return [];
    const by = rows.flatMap((_, other) => (((taken.get(bit(other)) ?? 0n) & bit(row)) === 0n ? [] : [other]));
    return [{ kind: 'dead', row, by }];
  });
  return example ? [{ kind: 'open', example, matters: whatMatters(rows, example) }, ...dead] : dead;
}

/** A problem as a sentence that says what to do. Rows are counted from 1, as people do. */
export function problemInWords(
  problem: TableProblem,
  rows: readonly Pick<Row, 'name'>[],
  money = smallestUnit,
): string {
  if (problem.kind === 'open') {
    return `leave a case open: no row takes ${openInWords(problem, money)}. Add a row that does; a last row that asks for nothing takes all that is left.`;
  }
  const by = problem.by.map((row) => `row ${row + 1} ("${rows[row]?.name}")`).join(', ');
  return `can never match: every payment that row ${problem.row + 1} asks for is taken before by ${by}. Move it up, or leave it out.`;
}

/** The payment that is left open, as far as that matters. */
function openInWords({ example, matters }: TableProblem & { kind: 'open' }, money: Money): string {
  const { kind, assigned, completedInstalments, amount } = Object.fromEntries(
    matters.map((dimension) => [dimension, example[dimension]]),
  ) as Partial<Case>;
  const exactly = (value: number | undefined) => (value === undefined ? undefined : { min: value, max: value });
  const known: When = {
    kind,
    assigned,
    completedInstalments: exactly(completedInstalments),
    amount: exactly(amount),
  };
  const isUnknown = (dimension: Dimension) => matters.includes(dimension) && example[dimension] === undefined;
  return [
    askedInWords(known, money),
    ...(isUnknown('amount') ? ['of an amount that nobody said'] : []),
    ...(isUnknown('courseType') ? ['for a course of a type that no row names'] : []),
  ].join(' ');
}

/** Every set of rows that some payment matches, with such a payment; some sets come more than once. */
function* kindsOf(
  rows: readonly Pick<Row, 'when'>[],
): Generator<{ readonly matching: Rows; readonly payment: () => Case }> {
  const cells = dimensions.map((dimension) => ({ dimension, values: [...cellsOf(dimension, rows)] }));
  // The longest comes last: what it leads to is too much to keep.
  const [last, ...others] = cells.sort((one, other) => other.values.length - one.values.length);
  let kinds = new Map<Rows, Partial<Case>>([[bit(rows.length) - 1n, {}]]);
  for (const { dimension, values } of others.reverse()) {
    const next = new Map<Rows, Partial<Case>>();
    for (const [matching, payment] of kinds) {
      for (const [taking, value] of values) {
        const left = matching & taking;
        if (!next.has(left)) next.set(left, { ...payment, [dimension]: value });
      }
    }
    kinds = next;
  }
  if (!last) return;
  for (const [matching, payment] of kinds) {
    for (const [taking, value] of last.values) {
      // Every dimension has its value now.
      yield { matching: matching & taking, payment: () => ({ ...payment, [last.dimension]: value }) as Case };
    }
  }
}

/** The values of a dimension that the rows tell apart: the rows that take each, with the value. */
function cellsOf(dimension: Dimension, rows: readonly Pick<Row, 'when'>[]): Map<Rows, Case[Dimension]> {
  const cells = new Map<Rows, Case[Dimension]>();
  for (const value of valuesApart(
    dimension,
    rows.map(({ when }) => when),
  )) {
    const taking = rows.reduce((set, { when }, row) => (holds(dimension, when, value) ? set | bit(row) : set), 0n);
    if (!cells.has(taking)) cells.set(taking, value);
  }
  return cells;
}

/** Dimensions by which every row misses the payment, of which none can be spared. */
function whatMatters(rows: readonly Pick<Row, 'when'>[], example: Case): Dimension[] {
  return dimensions.reduce((left: readonly Dimension[], each) => {
    const others = left.filter((dimension) => dimension !== each);
    const missedByAll = rows.every(({ when }) =>
      others.some((dimension) => !holds(dimension, when, example[dimension])),
    );
    return missedByAll ? others : left;
  }, dimensions) as Dimension[];
}

function bit(row: number): Rows {
  return 1n << BigInt(row);
}
