/** Decision tables and payments, made from only what a test is about. */
import fc from 'fast-check';
import type { Case, Range, When } from '../../shared/payments/dimension.ts';
import { changes } from '../../shared/payments/replies.ts';
import type { Row } from '../../shared/payments/route.ts';

/** A row that asks for `when`; its name is all that tells it from another. */
export function row(name: string, when: When = {}, then: Partial<Row['then']> = {}): Row {
  return { name, when, then: { channel: 'payments', postAs: 'admin', broadcast: [], ...then } };
}

/** A full payment of ₹45,000.00 that the checkout announced. */
export function payment(more: Partial<Case> = {}): Case {
  return {
    courseType: 'bootcamp',
    kind: 'full',
    completedInstalments: 0,
    assigned: true,
    amount: 4_500_000,
    ...more,
  };
}

// Few and small values, so that the boundaries of rows meet, and payments lie on them.
const types = ['bootcamp', 'cohort', 'workshop'];
const few = fc.nat(6);

const range: fc.Arbitrary<Range> = fc.oneof(
  few.map((min) => ({ min })),
  few.map((max) => ({ max })),
  fc.tuple(few, few).map(([one, other]) => ({ min: Math.min(one, other), max: Math.max(one, other) })),
);

const when: fc.Arbitrary<When> = fc.record(
  {
    courseType: fc.subarray(types, { minLength: 1 }),
    kind: fc.constantFrom('full' as const, 'part' as const),
    completedInstalments: range,
    assigned: fc.boolean(),
    amount: range,
  },
  { requiredKeys: [] },
);

/** Any rows; most of these tables leave something open, or have a row that never matches. */
export const anyRows: fc.Arbitrary<Row[]> = fc
  .tuple(fc.array(when, { maxLength: 6 }), fc.boolean())
  .map(([whens, closed]) => [...whens, ...(closed ? [{}] : [])].map((each, index) => row(`row ${index}`, each)));

/** Any payment, on the boundaries of those rows and between them. */
export const anyCase: fc.Arbitrary<Case> = fc.record({
  courseType: fc.constantFrom(undefined, 'another', ...types),
  kind: fc.constantFrom('full' as const, 'part' as const),
  completedInstalments: fc.nat(8),
  assigned: fc.boolean(),
  amount: fc.constantFrom(undefined, 0, 1, 2, 3, 4, 5, 6, 7, 1_000_000),
});

/** Every payment that `anyCase` may make. */
export const everyCase: readonly Case[] = [undefined, 'another', ...types].flatMap((courseType) =>
  (['full', 'part'] as const).flatMap((kind) =>
    [0, 1, 2, 3, 4, 5, 6, 7, 8].flatMap((completedInstalments) =>
      [true, false].flatMap((assigned) =>
        [undefined, 0, 1, 2, 3, 4, 5, 6, 7, 1_000_000].map((amount) => ({
          courseType,
          kind,
          completedInstalments,
          assigned,
          amount,
        })),
      ),
    ),
  ),
);

/**
 * Whether a row takes a payment, reckoned without anything of the product's: what the tests hold it to.
 */
export function takes(
  { when: asked }: Row,
  { courseType, kind, completedInstalments, assigned, amount }: Case,
): boolean {
  const within = (wanted: Range | undefined, value: number | undefined) =>
    wanted === undefined ||
    (value !== undefined &&
      (wanted.min === undefined || value >= wanted.min) &&
      (wanted.max === undefined || value <= wanted.max));
  return (
    (asked.courseType === undefined || asked.courseType.some((type) => type === courseType)) &&
    (asked.kind === undefined || asked.kind === kind) &&
    within(asked.completedInstalments, completedInstalments) &&
    (asked.assigned === undefined || asked.assigned === assigned) &&
    within(asked.amount, amount)
  );
}

// What `PUT /v1/routing` takes of a row, up to its limits: markup, scripts, emoji, and all that people may write.
const letters = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  fc.string({ unit: fc.constantFrom('*', '_', '<', '>', '&', '@', '`', '~', ':', 'a', ' ', 'क', '₹'), maxLength: 64 }),
  fc.constantFrom('<!channel>', '<@U0ARJUN001>', '&&&&&&&&&&', 'x'.repeat(64), '&'.repeat(64)),
);
const written = (most: number) =>
  letters
    .map((text) =>
      text
        .replace(/\p{Cc}/gu, '')
        .slice(0, most)
        .trim(),
    )
    .filter((text) => text !== '' && text.isWellFormed());

const wideRange = (most: number): fc.Arbitrary<Range> =>
  fc.tuple(fc.nat(most), fc.nat(most), fc.constantFrom('min', 'max', 'both')).map(([one, other, which]) => ({
    ...(which !== 'max' && { min: Math.min(one, other) }),
    ...(which !== 'min' && { max: which === 'both' ? Math.max(one, other) : one }),
  }));

/** Any row that is kept, as it is kept: the changes in their order. */
export const anyRow: fc.Arbitrary<Row> = fc.record({
  name: written(80),
  when: fc.record(
    {
      courseType: fc.uniqueArray(written(64), { minLength: 1, maxLength: 50 }),
      kind: fc.constantFrom('full' as const, 'part' as const),
      completedInstalments: wideRange(1_000),
      assigned: fc.boolean(),
      amount: wideRange(1_000_000_000_000),
    },
    { requiredKeys: [] },
  ),
  then: fc.record({
    channel: fc.oneof(fc.constantFrom('payments', 'partPayments', 'ops'), fc.stringMatching(/^[CG][A-Z0-9]{6,20}$/)),
    postAs: fc.constantFrom('admin' as const, 'app' as const),
    broadcast: fc.subarray([...changes]),
  }),
});

/** Any rows of different names, as many as a table may have. */
export const manyRows: fc.Arbitrary<Row[]> = fc.uniqueArray(anyRow, {
  maxLength: 100,
  selector: ({ name }) => name,
});
