import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { run } from '../support/program.ts';
import { freshFolder } from '../support/stack.ts';

/** Two stacks and a dozen processes, on a machine that may be busy with other tests. */
jest.setTimeout(90_000);

describe('npm run measure', () => {
  it('prints every part, writes the page that it printed, and counts what a payment writes', async () => {
    const out = join(freshFolder(), 'figures.md');

    const { code, output } = await run('bin/measure.ts', ['--quick', '--out', out]);

    expect(code).toBe(0);
    const page = readFileSync(out, 'utf8');
    expect(output).toContain(page);
    expect([...page.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual([
      "One payment's life, in calls and in money",
      'Size and load time of each function',
      'The ingress beside bare floors',
      'A batch beside one record',
    ]);
    // Counts are the same on any machine; a time is held to nothing here.
    expect(page).toMatch(/writes to the thread item in a pass +\| +2 +\| +2 +\| +holds/);
    expect(page).toMatch(/payment\.captured, again \| +1 \| +1 \| +1 \| +0\.0 \| +1 \| +0 \| +0 \| +0 \|/);
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('says what to do about an option or a table of prices that it cannot use', async () => {
    const prices = join(freshFolder(), 'prices.json');
    writeFileSync(prices, '{}');

    const [mistyped, priceless] = await Promise.all([
      run('bin/measure.ts', ['--only', 'everything']),
      run('bin/measure.ts', ['--quick', '--only', 'life', '--prices', prices]),
    ]);

    expect(mistyped).toEqual({ code: 1, output: expect.stringContaining('There is no part "everything".') });
    expect(priceless).toEqual({ code: 1, output: expect.stringContaining('/perMillion is missing.') });
  });
});
