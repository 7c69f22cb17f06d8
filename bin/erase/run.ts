import type { Doomed, Erased, Step } from '../../shared/base/erasing.ts';

/** How many there are to erase of one kind. */
export type Found = { readonly what: string; readonly count: number };

/** What came of one kind: how many are gone, and how many stay for which reason. */
export type Tally = {
  readonly what: string;
  readonly erased: number;
  readonly stays: ReadonlyMap<string, number>;
};

export type Watching = {
  /** Called after each thing that was worked, with how many that are by now. */
  readonly progress: (worked: number) => void;
  /** Called with what came of a kind so far. */
  readonly tallied: (tally: Tally) => void;
  /** Waits until what was begun before may have ended. */
  readonly pause: () => Promise<void>;
  /** Asked before each thing: whether a person wants it to stop. */
  readonly isStopped: () => boolean;
};

/** How often what was written meanwhile is erased as well, before it is said that somebody keeps writing. */
const rounds = 5;

/** Looks what there is to erase, and touches nothing. */
export async function survey(steps: readonly Step[]): Promise<Found[]> {
  const found: Found[] = [];
  for (const { what, find } of steps) {
    let count = 0;
    for await (const _ of find()) count += 1;
    found.push({ what, count });
  }
  return found;
}

/**
 * Erases all that the steps find, one step after another, then looks again: what was written meanwhile is erased as well.
 * `look` finds the steps anew each time. True where nothing was found in the end.
 */
export async function eraseAll(look: () => Promise<readonly Step[]>, watching: Watching): Promise<boolean> {
  const { progress, tallied, isStopped, pause } = watching;
  const tallies = new Map<string, Tally>();
  let worked = 0;
  for (let round = 1; round <= rounds; round += 1) {
    const steps = (await look()).filter(({ once }) => round === 1 || !once);
    const before = worked;
    for (const step of steps) {
      const { what } = step;
      await each(step, isStopped, async (doomed) => {
        const erased = await doomed();
        const tally = counting(tallies.get(what) ?? { what, erased: 0, stays: new Map() }, erased);
        tallies.set(what, tally);
        tallied(tally);
        worked += 1;
        progress(worked);
      });
    }
    if (isStopped()) return false;
    if (round > 1 && worked === before) return true;
    await pause();
  }
  return false;
}

function counting({ what, erased, stays }: Tally, one: Erased): Tally {
  if (one === 'erased') return { what, erased: erased + 1, stays };
  return { what, erased, stays: new Map([...stays, [one.stays, (stays.get(one.stays) ?? 0) + 1]]) };
}

/** Works what a step finds, so many at a time as it allows. The first failure ends it, once all that was begun has ended. */
async function each(
  { find, atOnce = 1 }: Step,
  isStopped: () => boolean,
  work: (doomed: Doomed) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  for await (const doomed of find()) {
    if (isStopped() || failures.length > 0) break;
    const one = work(doomed)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => running.delete(one));
    running.add(one);
    if (running.size >= atOnce) await Promise.race(running);
  }
  await Promise.all(running);
  if (failures.length > 0) throw failures[0];
}
