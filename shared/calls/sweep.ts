import { wakeDue } from '../aws/due.ts';
import type { Queue } from '../aws/queue.ts';
import type { Clock } from '../base/clock.ts';
import { type CallStore, dueShards, nightShards } from './store.ts';
import { message } from './wake.ts';

export type SweepDependencies = {
  readonly store: Pick<CallStore, 'due' | 'postpone' | 'nights' | 'postponeNight'>;
  readonly queue: Pick<Queue, 'send'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
};

/**
 * Wakes calls whose hand-over was lost, and those that wait for a person: perhaps what keeps them is gone. And every night each
 * channel, to be compared.
 */
export async function sweep({ store, queue, clock, newId }: SweepDependencies): Promise<number> {
  const calls = await wakeDue(dueShards, store, clock.now, ({ team, agent, call }) =>
    queue.send(message({ team, agent, call, cause: 'sweep' }, newId())),
  );
  const nights = {
    due: store.nights.bind(store),
    postpone: store.postponeNight.bind(store),
  };
  const channels = await wakeDue(nightShards, nights, clock.now, (ref) =>
    queue.send(message({ ...ref, call: '', cause: 'night' }, newId())),
  );
  return calls + channels;
}
