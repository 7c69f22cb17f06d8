import { createHash } from 'node:crypto';
import type { Queue } from '../aws/queue.ts';
import type { Clock } from '../base/clock.ts';
import type { TeamId } from '../base/names.ts';
import type { PassedStore } from './passed-store.ts';
import { message } from './wake.ts';

/** A lead that somebody else looks after from now on, as the new owner is told of it. */
export type Passed = {
  readonly leadId: string;
  readonly name: string;
  /** Since when (ms): later with every change of the lead's owner. */
  readonly at: number;
  /** Who has it now, by the company's id. */
  readonly owner: { readonly id: string; readonly name: string };
  /** Who had it before; null where nobody had, or nobody said so. */
  readonly former: { readonly id: string; readonly name: string } | null;
  /** What is under way for it, in words; how many more there are. */
  readonly open: readonly Open[];
  readonly more: number;
};

type Open = { readonly state: string; readonly amount: string; readonly course: string; readonly link?: string };

/** What was said of a lead: nobody may have it now. */
export type PassedSaid = Omit<Passed, 'owner'> & { readonly team: TeamId; readonly owner: Passed['owner'] | null };

export type PassedParts = {
  readonly passed: Pick<PassedStore, 'supersede' | 'keep'>;
  readonly queue: Pick<Queue, 'send'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
  /** What waits are multiplied with; 1 where time is what it is. */
  readonly timeScale: number;
};

/** The sweep wakes it where it is still untold after this. */
const untoldMs = 120_000;

/** No id of a call begins so. */
const mark = '~';

/** Names one change of a lead's owner among the calls of an agent: it is told in the same channel, by the same worker. */
export function passedId({ leadId, at }: Pick<Passed, 'leadId' | 'at'>): string {
  return `${mark}${leadSign(leadId)}${mark}${at.toString(36)}`;
}

/** Whether an id is that of a change of a lead's owner, and of no call. */
export function isPassedId(id: string): boolean {
  return id.startsWith(mark);
}

/** A lead's id may be any text: this stands for it in keys, in Slack and elsewhere. */
export function leadSign(leadId: string): string {
  return createHash('sha256').update(leadId).digest('base64url').slice(0, 16);
}

/**
 * Has the new owner of a lead told, in their own channel: kept first, then handed over. It may be asked twice for one change: what was
 * kept first stands, and is told once. Whoever had the lead until now and was not told yet is not told any more.
 */
export async function recordPassed(
  { team, owner, ...said }: PassedSaid,
  { passed, queue, clock, newId, timeScale }: PassedParts,
): Promise<void> {
  if (!(await passed.supersede(team, said, clock.now())) || !owner) return;
  const at = clock.now();
  await passed.keep(team, { ...said, owner }, { at, dueAt: at + untoldMs * timeScale });
  await queue.send(message({ team, agent: owner.id, call: passedId(said), cause: 'api' }, newId()));
}
