import { describe, expect, it } from '@jest/globals';
import { burstWithKills } from '../support/kills.ts';
import { freshFolder } from '../support/stack.ts';

describe('kill -9 of the serving process amid a burst', () => {
  it('loses nothing and doubles nothing: each order has one root and each of its replies once', async () => {
    const options = { kills: 3, payments: 20, doubles: 0.2, inflight: 8, seed: 3, folder: freshFolder() };

    const summary = await burstWithKills(options, () => undefined);

    expect(summary).toMatchObject({ faults: [], threads: 20, replies: 40 });
  }, 240_000);
});
