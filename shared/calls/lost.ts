import type { Queue } from '../aws/queue.ts';
import type { Clock } from '../base/clock.ts';
import { Retry } from '../base/errors.ts';
import type { TeamId } from '../base/names.ts';
import type { Channels } from '../slack/channels.ts';
import type { Held, Wake as HeldWake } from '../slack/held.ts';
import type { Installations } from '../slack/installation.ts';
import type { Budget, Outbox } from '../slack/outbox.ts';
import { isRoot, type Thread, type ThreadLog, type ThreadRef } from '../slack/thread-log.ts';
import type { Times } from '../slack/times.ts';
import type { Chains } from './chain.ts';
import { type Heard, heardRecord, type Lost } from './heard.ts';
import { lostNotice } from './notice.ts';
import type { AgentRef, CallStore } from './store.ts';
import { tellOps } from './tell-ops.ts';
import { wakeWaiting } from './wake-waiting.ts';

export type LostParts = {
  readonly store: CallStore;
  readonly chains: Chains;
  readonly channels: Pick<Channels, 'isShown'>;
  readonly installations: Pick<Installations, 'team' | 'bot'>;
  readonly held: Pick<Held, 'wakeAll' | 'release'>;
  readonly log: Pick<ThreadLog, 'startOver' | 'unhold'>;
  readonly outbox: Outbox;
  readonly queue: Pick<Queue, 'send'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly times: Pick<Times, 'callMs'>;
  readonly newId: () => string;
};

/** Something was done to a channel: if it is an agent's, what concerns it is done in turn with their calls. */
export async function hearOfChannel(
  { team, channel, cause }: Heard & { readonly cause: 'deleted' | 'joined' },
  parts: Pick<LostParts, 'store' | 'queue' | 'newId'>,
): Promise<'nothing' | 'lost' | 'woken'> {
  const { store, queue, newId } = parts;
  const agent = await store.agentOf(team, channel);
  if (agent === undefined) return 'nothing';
  if (cause === 'joined') return (await wakeWaiting({ team, agent }, 'slack', parts)) > 0 ? 'woken' : 'nothing';
  await queue.send({ ...heardRecord({ team, cause: 'lost', agent, channel }), dedupe: newId() });
  return 'lost';
}

/**
 * The channel of an agent was deleted: it is theirs no more, the ops channel is told, and what waited for it is looked at again,
 * which makes another one. Where a person says it and Slack shows the channel after all, nothing is done. It may run again.
 */
export async function lose(
  heard: Lost & { readonly team: TeamId },
  budget: Budget,
  parts: LostParts,
): Promise<'nothing' | 'lost'> {
  const { store, channels, installations, held, queue, clock, newId } = parts;
  const { team: id, agent, channel, by } = heard;
  const ref = { team: id, agent };
  const [team, bot] = [await installations.team(id), await installations.bot(id)];
  if (!team || !bot) return 'nothing';
  if (!(await store.lost(ref, channel))) {
    if ((await store.channel(ref))?.id !== channel) return 'nothing';
    if (by !== undefined && (await channels.isShown(bot, channel))) return 'nothing';
  }
  await store.loseChannel(ref, { channel, at: clock.now(), by });
  await store.forgetTrouble(ref);
  await store.forgetFused(ref);
  await tellLost(ref, channel, undefined, budget, parts);
  const wake = async ({ body, group }: HeldWake) => queue.send({ body, group, dedupe: newId() });
  await held.wakeAll({ team: id, channel }, wake, () => clock.now());
  await wakeWaiting(ref, 'slack', parts);
  return 'lost';
}

/** Tells the ops channel of a channel that was deleted, and which one took its place, once there is one. */
export async function tellLost(
  ref: AgentRef,
  channel: Lost['channel'],
  instead: Lost['channel'] | undefined,
  budget: Budget,
  { store, chains, installations, outbox }: Pick<LostParts, 'store' | 'chains' | 'installations' | 'outbox'>,
): Promise<void> {
  const [team, lost] = [await installations.team(ref.team), await store.lost(ref, channel)];
  if (!team || !lost) return;
  const people = (await chains.chainOf(ref.team, ref.agent))?.people ?? [];
  const nameOf = (id: string | undefined) => people.find((one) => one.id === id)?.name;
  const notice = () => lostNotice(nameOf(ref.agent) ?? ref.agent, lost, nameOf(lost.by), instead);
  await tellOps({ team: team.id, key: `calls-lost#${ref.agent}#${channel}` }, notice, team, budget, outbox);
}

/**
 * What becomes of a thread whose channel was deleted. `over`: it stood there, is gone with it, and is not posted again. `free`:
 * nobody ever saw it, and it goes to the agent's next channel; what may have been posted unseen has gone as well. Throws
 * `Retry.waiting` where somebody is at work on it.
 */
export async function leaveLost(
  ref: ThreadRef,
  thread: Thread,
  { held, log, clock, times }: Pick<LostParts, 'held' | 'log' | 'clock' | 'times'>,
): Promise<'over' | 'free'> {
  const { destination, entries } = thread;
  const stood = Object.entries(entries).some(([key, { ts }]) => isRoot(key) && ts !== undefined);
  if (!stood) {
    if (await log.startOver(ref, thread, clock.now())) return 'free';
    throw Retry.waiting('Another pass is at work on this thread.', times.callMs);
  }
  if (destination) {
    await held.release({ team: ref.team, channel: destination.channel }, ref);
    await log.unhold(ref, destination.channel);
  }
  return 'over';
}
