import type { Queue } from '../aws/queue.ts';
import type { Clock } from '../base/clock.ts';
import type { TeamId } from '../base/names.ts';
import type { Installations } from '../slack/installation.ts';
import type { Budget, Compose, Outbox, Outcome } from '../slack/outbox.ts';
import type { Destination, ThreadLog, ThreadRef } from '../slack/thread-log.ts';
import type { Kind } from './kind.ts';
import { renderParked } from './notice.ts';
import { type Episode, readName } from './record.ts';
import type { ParkedStore } from './store.ts';

export type NoticeDependencies = {
  readonly parked: Pick<ParkedStore, 'of' | 'presses'>;
  readonly installations: Pick<Installations, 'team'>;
  readonly outbox: Pick<Outbox, 'sync' | 'hold'>;
};

/** The notice of an episode that is to be told. `budget` has what wakes it, should it have to be held. */
export type Telling = { readonly team: TeamId; readonly episode: Episode; readonly budget: Budget };

/** What is parked for one reason is told in the ops channel, in a thread of its own. Whatever woke it, it may run again. */
export async function tellNotice(
  kind: Kind,
  { team: id, episode, budget }: Telling,
  { parked, installations, outbox }: NoticeDependencies,
): Promise<Outcome | 'nothing'> {
  const rendered = async () => {
    const [records, presses] = await Promise.all([parked.of(id, episode), parked.presses(id, episode)]);
    return renderParked(kind, episode, records, presses);
  };
  const ref = kind.noticeRef(id, episode);
  const team = await installations.team(id);
  if (!team) {
    return (await rendered()) === undefined ? 'nothing' : outbox.hold(ref, 'all', 'no_workspace', budget);
  }
  const destination: Destination = {
    channel: team.channels.ops,
    row: 'parked',
    why: 'What cannot be told needs somebody to look into it.',
  };
  let isTold = false;
  const compose: Compose = async (read) => {
    const wanted = await rendered();
    isTold = wanted !== undefined;
    return wanted && { ...wanted, destination: read.destination ?? destination };
  };
  const outcome = await outbox.sync(ref, compose, budget);
  return isTold ? outcome : 'nothing';
}

export type SolveDependencies = {
  readonly parked: Pick<ParkedStore, 'solve'>;
  readonly queue: Pick<Queue, 'send'>;
  readonly log: Pick<ThreadLog, 'unpark'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
};

/** What was parked of a thread, by the names that it remembers, and is told after all waits for nobody; its notice says so. */
export async function solve(
  kind: Kind,
  ref: ThreadRef,
  names: readonly string[],
  { parked, queue, log, clock, newId }: SolveDependencies,
): Promise<void> {
  for (const name of names) {
    const record = readName(name);
    const episode = record && (await parked.solve({ ...record, team: ref.team }, clock.now()));
    if (episode) await queue.send(kind.noticeWake(ref.team, episode, newId()));
    await log.unpark(ref, name);
  }
}
