import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decide, defaultTable } from '../../shared/payments/route.ts';
import { problemInWords, problemsOf } from '../../shared/payments/route-check.ts';
import { anyCase, anyRows, everyCase, row, takes } from '../support/routing.ts';

const accepted = anyRows.filter((rows) => problemsOf(rows).length === 0);
const refused = anyRows.filter((rows) => problemsOf(rows).length > 0);

describe('an accepted table', () => {
  it('routes every payment to exactly one row, the first that takes it', () => {
    fc.assert(
      fc.property(accepted, anyCase, (rows, payment) => {
        const { row: taken, others } = decide({ version: 1, rows }, payment);

        expect(taken).toBe(rows.find((each) => takes(each, payment)));
        expect(others).toHaveLength(rows.length - 1);
      }),
      { numRuns: 2_000 },
    );
  });

  it('has no row that nothing ever takes', () => {
    fc.assert(
      fc.property(accepted, (rows) => {
        const taken = new Set(everyCase.map((payment) => rows.find((each) => takes(each, payment))));

        expect(taken.size).toBe(rows.length);
      }),
      { numRuns: 300 },
    );
  });

  it('is what the built-in one is', () => {
    expect(problemsOf(defaultTable.rows)).toEqual([]);
  });
});

describe('a refused table', () => {
  it('leaves the payment without a row that it is refused for, whatever the values that do not matter', () => {
    fc.assert(
      fc.property(refused, anyCase, (rows, any) => {
        for (const problem of problemsOf(rows)) {
          if (problem.kind !== 'open') continue;
          const { example, matters } = problem;
          const alike = { ...any, ...Object.fromEntries(matters.map((each) => [each, example[each]])) };

          expect(rows.filter((each) => takes(each, example) || takes(each, alike))).toEqual([]);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('has every row that can never match named, with exactly the rows that take its payments before', () => {
    fc.assert(
      fc.property(refused, (rows) => {
        const problems = problemsOf(rows);
        const winners = (each: number) =>
          everyCase
            .filter((payment) => takes(rows[each] ?? row('none'), payment))
            .map((payment) => rows.findIndex((one) => takes(one, payment)));
        const dead = rows.flatMap((_, each) => {
          const by = new Set(winners(each));
          return by.has(each) ? [] : [{ kind: 'dead', row: each, by: [...by].sort((a, b) => a - b) }];
        });

        expect(problems.filter(({ kind }) => kind === 'dead')).toEqual(dead);
        expect(problems.some(({ kind }) => kind === 'open')).toBe(
          everyCase.some((payment) => !rows.some((each) => takes(each, payment))),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('is refused in sentences that end', () => {
    fc.assert(
      fc.property(refused, (rows) => {
        for (const problem of problemsOf(rows)) expect(problemInWords(problem, rows)).toMatch(/^[a-z].*\.$/);
      }),
      { numRuns: 200 },
    );
  });
});
