import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { bill, PricesUnusable, readPrices, total, type Usage } from '../../lib/local/measure/prices.ts';
import { freshFolder } from '../support/stack.ts';

const none: Usage = {
  httpRequests: 0,
  lambdaRequests: 0,
  lambdaGbSeconds: 0,
  sqsFifoRequests: 0,
  dynamodbWriteUnits: 0,
  dynamodbReadUnits: 0,
  kmsRequests: 0,
  secretReads: 0,
  logBytes: 0,
  storedByteMonths: 0,
};

describe('the bill of a usage', () => {
  const prices = readPrices('docs/prices.json');

  it.each([
    ['httpRequests', 1_000_000, 1],
    ['lambdaRequests', 1_000_000, 0.2],
    ['lambdaGbSeconds', 100_000, 1.33334],
    ['sqsFifoRequests', 1_000_000, 0.5],
    ['dynamodbWriteUnits', 1_000_000, 0.625],
    ['dynamodbReadUnits', 1_000_000, 0.125],
    ['kmsRequests', 10_000, 0.03],
    ['secretReads', 10_000, 0.05],
    ['logBytes', 1_000_000_000, 0.5],
    ['storedByteMonths', 4_000_000_000, 1],
  ] as const)('counts %s alone', (item, amount, cost) => {
    const costs = bill({ ...none, [item]: amount }, prices);

    expect(total(costs)).toBeCloseTo(cost, 10);
    expect(costs.filter((line) => line.cost > 0).map((line) => line.item)).toEqual([item]);
  });

  it('has a line for everything that is used', () => {
    expect(
      bill(none, prices)
        .map(({ item }) => item)
        .sort(),
    ).toEqual(Object.keys(none).sort());
  });
});

describe('a table of prices', () => {
  const written = (text: string) => {
    const file = join(freshFolder(), 'prices.json');
    writeFileSync(file, text);
    return file;
  };

  it('that lacks a price is refused with the name of what is wrong, not taken for free', () => {
    const { perMillion, ...rest } = readPrices('docs/prices.json');
    const { kmsRequests: _, ...fewer } = perMillion;
    const file = written(JSON.stringify({ ...rest, perMillion: { ...fewer, sqsFifoRequests: -1 } }));

    expect(() => readPrices(file)).toThrow(PricesUnusable);
    expect(() => readPrices(file)).toThrow(/\/perMillion\/kmsRequests is missing/);
    expect(() => readPrices(file)).toThrow(/\/perMillion\/sqsFifoRequests must be at least 0/);
  });

  it('that is no JSON is refused with a pattern to follow', () => {
    expect(() => readPrices(written('a dollar'))).toThrow(/docs\/prices\.json/);
  });
});
