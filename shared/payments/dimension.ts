/** What of a payment may decide where its thread goes. */
export type Case = {
  /** Undefined where nobody announced the payment. */
  readonly courseType: string | undefined;
  /** A payment that nobody announced counts as a full one. */
  readonly kind: 'full' | 'part';
  /** Of the learner's plans that are not fully paid; an instalment that this very payment completes is left out. */
  readonly completedInstalments: number;
  /** Whether somebody looks after the lead. */
  readonly assigned: boolean;
  /** What is asked for, in the smallest unit of the payment's own currency; undefined where nobody said so. */
  readonly amount: number | undefined;
};

/** Whole numbers from `min` to `max`, both among them; an end that is left out is open. */
export type Range = { readonly min?: number | undefined; readonly max?: number | undefined };

/** What a row asks for. It takes the payments of which all of it holds; what is left out does not matter to it. */
export type When = {
  readonly courseType?: readonly string[] | undefined;
  readonly kind?: Case['kind'] | undefined;
  readonly completedInstalments?: Range | undefined;
  readonly assigned?: boolean | undefined;
  readonly amount?: Range | undefined;
};

export type Dimension = keyof Case;

/** How amounts are said: each of them, and what follows the last. */
export type Money = { readonly each: (amount: number) => string; readonly unit: string };

/** As the API takes and gives them: nobody has to know of which currency. */
export const smallestUnit: Money = { each: String, unit: ' (smallest unit)' };

type Asked<D extends Dimension> = NonNullable<When[D]>;

/** One thing that rows can ask about: how it is compared, what tells values apart, and how people say it. */
type Meaning<D extends Dimension> = {
  readonly holds: (asked: Asked<D>, value: Case[D]) => boolean;
  /** Values, one of each kind that rows which ask `asked` can tell apart. The most ordinary comes first. */
  readonly apart: (asked: readonly Asked<D>[]) => readonly Case[D][];
  /** What is asked for, as it follows "a payment". */
  readonly inWords: (asked: Asked<D>, money: Money) => string;
  /** How it is with a payment, as a sentence without its capital and full stop. */
  readonly said: (payment: Case, money: Money) => string;
};

const meanings: { readonly [D in Dimension]: Meaning<D> } = {
  kind: {
    holds: (asked, value) => asked === value,
    apart: () => ['full', 'part'],
    inWords: (asked) => `made as a ${asked} payment`,
    said: ({ kind, courseType }) =>
      kind === 'full' && courseType === undefined ? 'this counts as a full payment' : `this is a ${kind} payment`,
  },
  courseType: {
    holds: (asked, value) => value !== undefined && asked.includes(value),
    // A row either lists types or does not ask: a type that none lists is to all of them what an unknown one is.
    apart: (asked) => [undefined, ...asked.flat()],
    inWords: (asked) => `for a course of type ${asked.map((type) => `"${type}"`).join(' or ')}`,
    said: ({ courseType }) =>
      courseType === undefined ? 'the course type is not known' : `the course is of type "${courseType}"`,
  },
  completedInstalments: {
    holds: isWithin,
    apart: stretches,
    inWords: (asked) =>
      `by a learner who has completed ${asked.max === 0 ? 'no instalment' : instalments(rangeInWords(asked), asked)} of a plan that is not fully paid`,
    said: ({ completedInstalments: count, courseType }) => {
      if (count === 0 && courseType === undefined) return 'no instalments of its payer are known';
      const many = count === 0 ? 'no instalment' : instalments(String(count), { min: count, max: count });
      return `the learner has completed ${many} of a plan that is not fully paid`;
    },
  },
  amount: {
    holds: (asked, value) => value !== undefined && isWithin(asked, value),
    apart: (asked) => [...stretches(asked), undefined],
    inWords: (asked, { each, unit }) => `of an amount of ${rangeInWords(asked, each)}${unit}`,
    said: ({ amount }, { each, unit }) =>
      amount === undefined ? 'the amount is not known' : `the amount is ${each(amount)}${unit}`,
  },
  assigned: {
    holds: (asked, value) => asked === value,
    apart: () => [true, false],
    inWords: (asked) => (asked ? 'with an assigned admin' : 'with no assigned admin'),
    said: ({ assigned }) => (assigned ? 'an admin is assigned' : 'no admin is assigned'),
  },
};

/** Every dimension, in the order in which people are told of them. */
export const dimensions = Object.keys(meanings) as readonly Dimension[];

/** Whether what is asked on one dimension holds of a value. What does not ask holds of any. */
export function holds<D extends Dimension>(dimension: D, when: When, value: Case[D]): boolean {
  const asked = when[dimension] as Asked<D> | undefined;
  return asked === undefined || meanings[dimension].holds(asked, value);
}

/** Values of a dimension, one of each kind that these rows can tell apart. */
export function valuesApart<D extends Dimension>(dimension: D, whens: readonly When[]): readonly Case[D][] {
  const asked = whens.map((when) => when[dimension] as Asked<D> | undefined).filter((each) => each !== undefined);
  return meanings[dimension].apart(asked as Asked<D>[]);
}

/** The payments that a row asks for: `a part payment with an assigned admin`. */
export function askedInWords({ kind, ...rest }: When, money = smallestUnit): string {
  const parts = dimensions.flatMap((dimension) => partInWords(dimension, rest, money) ?? []);
  return [kind === undefined ? 'a payment' : `a ${kind} payment`, parts.join(', ')].join(' ').trimEnd();
}

function partInWords<D extends Dimension>(dimension: D, when: When, money: Money): string | undefined {
  const asked = when[dimension] as Asked<D> | undefined;
  return asked === undefined ? undefined : meanings[dimension].inWords(asked, money);
}

/** How it is with a payment on one dimension. */
export function said(dimension: Dimension, payment: Case, money = smallestUnit): string {
  return meanings[dimension].said(payment, money);
}

function isWithin({ min = 0, max = Number.POSITIVE_INFINITY }: Range, value: number): boolean {
  return min <= value && value <= max;
}

/** One value of every stretch that begins or ends with one of the ranges: its last, but for the stretch without end. */
function stretches(ranges: readonly Range[]): number[] {
  const begun = ranges.flatMap(({ min = 0, max }) => (max === undefined ? [min] : [min, max + 1]));
  const [, ...begins] = [...new Set([0, ...begun])].sort((a, b) => a - b);
  return [...begins.map((begin) => begin - 1), begins.at(-1) ?? 0];
}

function rangeInWords({ min, max }: Range, each: (value: number) => string = String): string {
  if (max === undefined) return `at least ${each(min ?? 0)}`;
  if (min === undefined) return `at most ${each(max)}`;
  return min === max ? `exactly ${each(min)}` : `${each(min)} to ${each(max)}`;
}

function instalments(many: string, { min, max }: Range): string {
  return `${many} ${(max ?? min) === 1 ? 'instalment' : 'instalments'}`;
}
