import type { Queue } from '../aws/queue.ts';
import type { Clock } from '../base/clock.ts';
import type { TeamId } from '../base/names.ts';
import type { Hierarchy } from '../org/hierarchy.ts';
import { shortName } from '../slack/person-name.ts';
import { body, type Content, message as content } from '../slack/text.ts';
import { type Decision, decisionInWords } from './fused.ts';
import type { CallStore } from './store.ts';
import { message } from './wake.ts';
import { wakeWaiting } from './wake-waiting.ts';

export type DecideParts = {
  readonly store: Pick<CallStore, 'fused' | 'decideFused' | 'waiting' | 'synced'>;
  readonly hierarchy: Pick<Hierarchy, 'chain'>;
  readonly queue: Pick<Queue, 'send'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
};

/** A press of *Approve* or *Reject*: by whom, about which removal. */
export type DecidingPress = {
  readonly id: string;
  readonly team: TeamId;
  readonly agent: string;
  readonly sign: string;
  readonly kind: Decision['kind'];
  readonly by: Decision['by'];
};

/**
 * Decides about a removal of many from an agent's channel, for somebody above the agent; the first who does, decides. The
 * calls that wait for it are woken each time, or the channel is compared where none does: a press that was stopped on its way
 * comes again. Answers what the person is told.
 */
export async function decide(press: DecidingPress, parts: DecideParts): Promise<Content> {
  const { team, agent, sign, kind, by, id } = press;
  const { store, hierarchy, queue, clock, newId } = parts;
  // Of an agent who is not in the directory any more those decide who were above them last.
  const above =
    (await hierarchy.chain(team, agent)) ?? (await store.synced({ team, agent }))?.above.map((one) => ({ id: one }));
  const fused = await store.fused({ team, agent });
  const who = (fused && shortName(fused.agent)) || 'this agent';
  if (!above?.some((each) => each.id === by.id)) {
    return content(body(`Only somebody above ${who} can decide this. Nothing was changed.`));
  }
  if (fused?.sign !== sign) {
    return content(
      body('It is no longer about the same people: look at the message as it is now. Nothing was changed.'),
    );
  }
  const decision: Decision = { kind, by: { id: by.id, name: by.name }, at: clock.now(), press: id };
  const isFirst = fused.decision === undefined && (await store.decideFused({ team, agent }, sign, decision));
  const stands = isFirst ? decision : (await store.fused({ team, agent }))?.decision;
  const woken = await wakeWaiting({ team, agent }, 'desk', parts);
  if (woken === 0) await queue.send(message({ team, agent, call: '', cause: 'night' }, newId()));
  if (stands && stands.press !== id) return content(body(`${decisionInWords(stands)}. Nothing was changed.`));
  return content(
    body(
      kind === 'approved'
        ? `They are removed from the channel of ${who}, and what waited is posted there.`
        : `Nobody is removed. The calls of ${who} wait until the directory is put right.`,
    ),
  );
}
