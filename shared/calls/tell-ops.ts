import type { Team } from '../slack/installation.ts';
import type { Budget, Compose, Outbox } from '../slack/outbox.ts';
import type { Destination, ThreadRef } from '../slack/thread-log.ts';
import type { CallThread } from './message.ts';

/** Tells the ops channel. Nothing wakes a notice by itself: what it is about is looked at again. */
export async function tellOps(
  ref: ThreadRef,
  notice: () => CallThread | Promise<CallThread>,
  { channels }: Pick<Team, 'channels'>,
  { until, report }: Budget,
  outbox: Pick<Outbox, 'sync'>,
): Promise<void> {
  const destination: Destination = {
    channel: channels.ops,
    row: 'ops',
    why: 'What needs a person goes to the ops channel.',
  };
  const compose: Compose = async (read) => ({ ...(await notice()), destination: read.destination ?? destination });
  await outbox.sync(ref, compose, { until, report });
}
