/** Payments told through a Slack that fails and workers that die: in the end Slack shows what the facts say, once. */
import { describe, expect, it } from '@jest/globals';
import { playHistory } from '../support/history.ts';

/** How many, and from which seed: `HISTORIES=5000 HISTORIES_FROM=1 npm test -- test/property/histories`. */
const count = Number(process.env['HISTORIES'] ?? 500);
const plans = Math.ceil(count / 10);
/** So many show all that can come of what Slack says. */
const talking = Math.max(plans, 40);
const from = Number(process.env['HISTORIES_FROM'] ?? 1);

describe('histories with faults on a fifth of the calls to Slack', () => {
  it(`end with Slack equal to the wanted messages, ${count} of them`, async () => {
    let faults = 0;
    let deaths = 0;
    for (let seed = from; seed < from + count; seed += 1) {
      const ending = await playHistory({ seed, faults: 0.2, deaths: 0.1, orders: 3 });
      expect({ seed, threads: ending.inSlack }).toEqual({ seed, threads: fill(ending.inSlack, ending.wanted) });
      expect({ seed, payments: ending.listed }).toEqual({ seed, payments: ending.counted });
      faults += ending.faults;
      deaths += ending.deaths;
    }
    console.log(
      `${count} histories from seed ${from}: ${faults} faults and ${deaths} deaths, nothing lost, nothing doubled`,
    );
    expect(faults).toBeGreaterThan(count);
  }, 600_000);

  it(`of one learner's plan end with every thread knowing its lead and the others, ${plans} of them`, async () => {
    for (let seed = from; seed < from + plans; seed += 1) {
      const ending = await playHistory({ seed, faults: 0.1, deaths: 0.15, orders: 3, isPlan: true });
      expect({ seed, threads: ending.inSlack }).toEqual({ seed, threads: fill(ending.inSlack, ending.wanted) });
      expect({ seed, payments: ending.listed }).toEqual({ seed, payments: ending.counted });
    }
  }, 600_000);

  it(`in which Slack says by itself what is there, and posts take effect minutes later, end the same, ${talking} of them`, async () => {
    const heard = new Set<string>();
    for (let seed = from; seed < from + talking; seed += 1) {
      const ending = await playHistory({ seed, faults: 0.25, deaths: 0.15, orders: 3, hears: 0.6 });
      expect({ seed, threads: ending.inSlack }).toEqual({ seed, threads: fill(ending.inSlack, ending.wanted) });
      expect({ seed, payments: ending.listed }).toEqual({ seed, payments: ending.counted });
      for (const each of ending.heard) heard.add(each);
    }
    expect([...heard].sort()).toEqual(expect.arrayContaining(['deleted: nothing', 'posted: doubled', 'posted: known']));
  }, 600_000);

  it('play again exactly from the same seed', async () => {
    const options = { seed: 4711, faults: 0.2, deaths: 0.1, orders: 3 };

    expect(await playHistory(options)).toEqual(await playHistory(options));
  });
});

/** An order of which nothing was ever told has no thread. */
function fill(threads: Readonly<Record<string, unknown>>, wanted: Readonly<Record<string, readonly string[]>>) {
  return Object.fromEntries(Object.keys(threads).map((order) => [order, wanted[order] ?? []]));
}
