import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { hold } from '../../../shared/base/fields.ts';

const price = z.number().check(z.nonnegative());

/** Prices of one region on one day, as `docs/prices.json` has them. */
const pricesSchema = z.strictObject({
  asOf: z.string(),
  region: z.string(),
  currency: z.string(),
  source: z.string(),
  perMillion: z.strictObject({
    httpRequests: price,
    lambdaRequests: price,
    sqsFifoRequests: price,
    dynamodbWriteUnits: price,
    dynamodbReadUnits: price,
    kmsRequests: price,
    secretReads: price,
  }),
  lambdaGbSecond: price,
  logsGb: price,
  dynamodbStorageGbMonth: price,
  /** What is paid for being there, used or not. */
  perMonth: z.strictObject({ alarm: price, metric: price, dashboard: price, kmsKey: price, secret: price }),
});

export type Prices = z.output<typeof pricesSchema>;

/** What something used, in the units that are billed. */
export type Usage = {
  readonly httpRequests: number;
  readonly lambdaRequests: number;
  readonly lambdaGbSeconds: number;
  readonly sqsFifoRequests: number;
  readonly dynamodbWriteUnits: number;
  readonly dynamodbReadUnits: number;
  readonly kmsRequests: number;
  readonly secretReads: number;
  readonly logBytes: number;
  /** Bytes of items, each for so many months. */
  readonly storedByteMonths: number;
};

/** One line of a bill. */
export type Cost = { readonly item: keyof Usage; readonly amount: number; readonly cost: number };

/** A table of prices that cannot be used. The message says what is wrong with it. */
export class PricesUnusable extends Error {
  override readonly name = 'PricesUnusable';
}

const GB = 1e9;

/** Reads a table of prices. */
export function readPrices(file: string): Prices {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new PricesUnusable(`${file} cannot be read as JSON: take docs/prices.json as a pattern.`, { cause });
  }
  const held = hold(pricesSchema, value);
  if (held.ok) return held.value;
  const wrong = held.wrong.map(({ pointer, message }) => `${pointer} ${message}`).join(' ');
  throw new PricesUnusable(`${file} is no table of prices: ${wrong}`);
}

/** The bill of a usage, one line for each thing that is billed. */
export function bill(usage: Usage, prices: Prices): readonly Cost[] {
  const each = (item: keyof Prices['perMillion']): Cost => {
    return { item, amount: usage[item], cost: (usage[item] * prices.perMillion[item]) / 1e6 };
  };
  const of = (item: keyof Usage, unit: number): Cost => ({ item, amount: usage[item], cost: usage[item] * unit });
  return [
    each('httpRequests'),
    each('lambdaRequests'),
    of('lambdaGbSeconds', prices.lambdaGbSecond),
    each('sqsFifoRequests'),
    each('dynamodbWriteUnits'),
    each('dynamodbReadUnits'),
    of('storedByteMonths', prices.dynamodbStorageGbMonth / GB),
    each('kmsRequests'),
    each('secretReads'),
    of('logBytes', prices.logsGb / GB),
  ];
}

export function total(costs: readonly Cost[]): number {
  return costs.reduce((sum, { cost }) => sum + cost, 0);
}
