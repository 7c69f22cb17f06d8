import { wakeDue } from '../aws/due.ts';
import type { Queue } from '../aws/queue.ts';
import type { Clock } from '../base/clock.ts';
import { type CallStore, dueShards } from './store.ts';
import { message } from './wake.ts';

export type SweepDependencies = {
  readonly store: Pick<CallStore, 'due' | 'postpone'>;
  readonly queue: Pick<Queue, 'send'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
};

/** Wakes calls whose hand-over was lost, and those that wait for a person: perhaps what keeps them is gone. */
export async function sweep({ store, queue, clock, newId }: SweepDependencies): Promise<number> {
  return wakeDue(dueShards, store, clock.now, ({ team, agent, call }) =>
    queue.send(message({ team, agent, call, cause: 'sweep' }, newId())),
  );
}
