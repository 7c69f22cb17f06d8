/** How often each rating was given, from 1 to 5. */
export type Ratings = readonly [ones: number, twos: number, threes: number, fours: number, fives: number];

export const noRatings: Ratings = [0, 0, 0, 0, 0];

/** The same with one more. */
export function withRating(ratings: Ratings, rating: number): Ratings {
  const [ones, twos, threes, fours, fives] = ratings;
  const one = (of: number) => (rating === of ? 1 : 0);
  return [ones + one(1), twos + one(2), threes + one(3), fours + one(4), fives + one(5)];
}

export function countOf(ratings: Ratings): number {
  return ratings.reduce((sum, count) => sum + count, 0);
}

/** The average in tenths, halves upwards, reckoned in whole numbers; undefined where nobody rated. 46 is 4.6. */
export function averageOf(ratings: Ratings): number | undefined {
  const count = countOf(ratings);
  if (count === 0) return undefined;
  const sum = ratings.reduce((total, each, index) => total + each * (index + 1), 0);
  return Math.floor((sum * 20 + count) / (count * 2));
}

/** Tenths as people write them: `4.6`. */
export function tenths(value: number): string {
  return `${Math.floor(value / 10)}.${value % 10}`;
}

/** So many marks make a bar. */
const barLength = 10;

/** A share of the whole, drawn in text; what there is of, is seen. */
export function bar(count: number, all: number): string {
  const exact = all === 0 ? 0 : Math.floor((count * barLength * 2 + all) / (all * 2));
  const filled = count > 0 ? Math.max(1, exact) : 0;
  return '▰'.repeat(filled) + '▱'.repeat(barLength - filled);
}

/** A share in whole percent, halves upwards. */
export function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.floor((part * 200 + whole) / (whole * 2));
}
