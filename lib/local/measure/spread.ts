/** Several measurements of one thing, as they are told: never the best one alone. */
export type Spread = { readonly min: number; readonly median: number; readonly max: number };

/** Throws for none: a figure that was not measured is not 0. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) throw new Error('There is nothing to take a median of.');
  const middle = sorted.length / 2;
  const around = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1);
  return { min, median: around.reduce((sum, value) => sum + value, 0) / around.length, max };
}

/** The value below which `share` (0 to 1) of the values lie, by the nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const found = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (found === undefined) throw new Error('There is nothing to take a percentile of.');
  return found;
}

/** `1.2 (1.1 to 1.4)`; the median alone where all are the same. */
export function inWords({ min, median, max }: Spread, digits: number): string {
  const text = (value: number) => value.toFixed(digits);
  return text(min) === text(max) ? text(median) : `${text(median)} (${text(min)} to ${text(max)})`;
}
