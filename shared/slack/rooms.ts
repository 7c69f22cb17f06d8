import type { Queue } from '../aws/queue.ts';
import type { Wake } from './held.ts';

/** The queues on which each room has its threads told again. */
export type RoomQueues = Readonly<Record<'payments' | 'calls' | 'reports', Pick<Queue, 'send'>>>;

/** Has a held thread tried again, by the room that tells it. */
export function wakerOf(queues: RoomQueues, newId: () => string): (wake: Wake) => Promise<void> {
  return ({ body, group, room }) => queues[room ?? 'payments'].send({ body, group, dedupe: newId() });
}
