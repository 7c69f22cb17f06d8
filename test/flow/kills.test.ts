import { describe, expect, it } from '@jest/globals';
import { killedStack } from '../../lib/local/storm/kills.ts';
import { storm } from '../../lib/local/storm/storm.ts';
import { freshFolder } from '../support/stack.ts';

describe('kill -9 of the serving process amid a storm', () => {
  it('loses nothing and doubles nothing: each life comes to its end, and no further', async () => {
    await using scenery = await killedStack({ kills: 3, folder: freshFolder() }, () => undefined);
    const options = { payments: 20, duplicates: 0.2, reorder: true, lose: 0, faults: false, inflight: 8, seed: 3 };

    const summary = await storm(scenery, options, () => undefined);

    expect(summary).toMatchObject({ lost: [], doubled: [], wrong: [], lives: 20 });
  }, 240_000);
});
