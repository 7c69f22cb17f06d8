import { wakeDue } from '../aws/due.ts';
import type { Queue } from '../aws/queue.ts';
import type { Clock } from '../base/clock.ts';
import { type Held, holdShards, type Wake } from '../slack/held.ts';
import { type LeadStore, leadShards } from './lead-store.ts';
import { leadPlace } from './pass-on.ts';
import { dueShards, type PaymentStore } from './store.ts';
import { message } from './wake.ts';

export type SweepDependencies = {
  readonly store: Pick<PaymentStore, 'due' | 'postpone'>;
  readonly leads: Pick<LeadStore, 'due' | 'postpone'>;
  readonly held: Pick<Held, 'due' | 'wakeAll'>;
  readonly queue: Pick<Queue, 'send'>;
  /** Has a held thread tried again, by whichever room tells it. */
  readonly wake: (wake: Wake) => Promise<void>;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
};

/** As many holds of each shard in one run; the next run takes what is left. */
const atOnce = 200;

/**
 * Wakes what nobody else will: initiated payments and leads whose hand-over was lost, and held threads whose hour has come. Only
 * wakes, so that it may run twice and read an index that lags; the worker finds out what there is to do.
 */
export async function sweep(
  dependencies: SweepDependencies,
): Promise<{ readonly due: number; readonly leads: number; readonly held: number }> {
  const { store, leads, held, queue, wake, clock, newId } = dependencies;
  const due = await wakeDue(dueShards, store, clock.now, ({ place }) =>
    queue.send(message({ ...place, cause: 'sweep' }, { unique: newId() })),
  );
  const passing = await wakeDue(leadShards, leads, clock.now, ({ team, leadId }) =>
    queue.send(message({ ...leadPlace(team, leadId), cause: 'lead' }, { unique: newId() })),
  );
  let waiting = 0;
  for (const shard of holdShards) {
    for (const hold of await held.due(shard, clock.now(), atOnce)) {
      waiting += await held.wakeAll(hold, wake, () => clock.now());
    }
  }
  return { due, leads: passing, held: waiting };
}
