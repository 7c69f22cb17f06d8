import type { Queue } from '../aws/queue.ts';
import type { AgentRef, CallStore } from './store.ts';
import { message, type Wake } from './wake.ts';

export type WakeWaitingParts = {
  readonly store: Pick<CallStore, 'waiting'>;
  readonly queue: Pick<Queue, 'send'>;
  readonly newId: () => string;
};

/** As many are woken at a time: one after another, thousands would take longer than an invocation lasts, each time anew. */
const wokenAtOnce = 40;

/** Has everything that waits for an agent looked at again. Answers how much that is. */
export async function wakeWaiting(
  ref: AgentRef,
  cause: Wake['cause'],
  { store, queue, newId }: WakeWaitingParts,
): Promise<number> {
  const { calls } = await store.waiting(ref);
  for (let from = 0; from < calls.length; from += wokenAtOnce) {
    const some = calls.slice(from, from + wokenAtOnce);
    await Promise.all(some.map(({ call }) => queue.send(message({ ...ref, call, cause }, newId()))));
  }
  return calls.length;
}
