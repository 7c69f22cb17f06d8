import { wakeDue } from '../aws/due.ts';
import type { Queue } from '../aws/queue.ts';
import type { Clock } from '../base/clock.ts';
import { dueShards, type ReportStore } from './store.ts';
import { message } from './wake.ts';

export type SweepDependencies = {
  readonly store: Pick<ReportStore, 'due' | 'postpone'>;
  readonly queue: Pick<Queue, 'send'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
};

/** Wakes reports for which data came late, and those whose hand-over was lost. */
export async function sweep({ store, queue, clock, newId }: SweepDependencies): Promise<number> {
  return wakeDue(dueShards, store, clock.now, ({ ref }) => queue.send(message({ ...ref, cause: 'sweep' }, newId())));
}
