import type { Queue } from '../aws/queue.ts';
import type { Clock } from '../base/clock.ts';
import { type Held, holdShards } from '../slack/held.ts';
import { dueShards, type PaymentStore } from './store.ts';
import { message } from './wake.ts';

export type SweepDependencies = {
  readonly store: Pick<PaymentStore, 'due' | 'postpone'>;
  readonly held: Pick<Held, 'due' | 'wakes' | 'postpone'>;
  readonly queue: Pick<Queue, 'send'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
};

/** Woken again after this long, if it is not told by then: a queue that is behind need not get it every minute. */
const againMs = 10 * 60_000;

/** As many of each shard in one run; the next run takes what is left. */
const atOnce = 200;

/**
 * Wakes what nobody else will: initiated payments whose hand-over was lost, and held threads whose hour has come. Only
 * wakes, so that it may run twice and read an index that lags; the worker finds out what there is to do.
 */
export async function sweep(dependencies: SweepDependencies): Promise<{ readonly due: number; readonly held: number }> {
  const { store, held, queue, clock, newId } = dependencies;
  let due = 0;
  for (const shard of dueShards) {
    for (const fact of await store.due(shard, clock.now(), atOnce)) {
      await queue.send(message({ ...fact.place, cause: 'sweep' }, { unique: newId() }));
      await store.postpone(fact, clock.now() + againMs);
      due += 1;
    }
  }
  let waiting = 0;
  for (const shard of holdShards) {
    for (const hold of await held.due(shard, clock.now(), atOnce)) {
      for (const wake of await held.wakes(hold)) {
        await queue.send({ ...wake, dedupe: newId() });
        waiting += 1;
      }
      await held.postpone(hold, clock.now());
    }
  }
  return { due, held: waiting };
}
