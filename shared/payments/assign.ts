import type { Queue } from '../aws/queue.ts';
import type { Answer } from '../base/answer.ts';
import type { ApiKey } from '../base/api-key.ts';
import type { Clock } from '../base/clock.ts';
import type { TeamId } from '../base/names.ts';
import type { LeadView } from './answers.ts';
import { ownerCopy } from './lead.ts';
import type { Lead, LeadPayment, LeadStore } from './lead-store.ts';
import { fold } from './lifecycle.ts';
import { readAssignment } from './request.ts';
import type { PaymentStore } from './store.ts';
import { message } from './wake.ts';

export type AssignDependencies = {
  readonly leads: Pick<LeadStore, 'say' | 'paymentsOf'>;
  readonly store: Pick<PaymentStore, 'recordNote' | 'threadOf' | 'factsOf'>;
  readonly queue: Pick<Queue, 'send'>;
  readonly clock: Pick<Clock, 'now'>;
  /** A new id at each call. */
  readonly uniqueId: () => string;
};

/** As many threads are told at a time. */
const atOnce = 10;

/**
 * `PUT /v1/leads/{id}`: who looks after a lead, now and in its threads. It is answered once every thread knows and
 * those that are open are woken; whatever fails before that fails the request, and sending it again does the rest.
 */
export async function assign(
  asked: { readonly id: string; readonly body: unknown },
  key: ApiKey,
  dependencies: AssignDependencies,
): Promise<Answer> {
  const { leads, clock } = dependencies;
  const { id, name, owner } = readAssignment(asked.id, asked.body);

  const lead = await leads.say(key.team, id, { name, owner }, clock.now());
  const waiting = await leads.paymentsOf(key.team, id);
  let threads = 0;
  while (waiting.length > 0) {
    const some = waiting.splice(0, atOnce);
    const woken = await Promise.all(some.map((payment) => pass(lead, payment, key.team, dependencies)));
    threads += woken.filter(Boolean).length;
  }
  return {
    status: 200,
    body: {
      id,
      name: lead.name,
      assignedAdmin: lead.owner,
      since: new Date(lead.at).toISOString(),
      threads,
    } satisfies LeadView,
    ids: { team: key.team, threads, key: key.name },
  };
}

/**
 * Passes a payment's thread to the lead's owner. The thread of a payment that is over is not woken: it stays as it was
 * told, and whatever happens to it later is told by who looks after the lead then. True where it is woken.
 */
async function pass(
  lead: Lead,
  { account, orderId }: LeadPayment,
  team: TeamId,
  { store, queue, clock, uniqueId }: AssignDependencies,
): Promise<boolean> {
  const place = { team, account, home: orderId };
  const { name, note, at } = ownerCopy(lead);
  await store.recordNote(place, name, note, at, clock.now());

  // Noted first: what happens after this look has a wake of its own, and finds the note.
  const { facts } = await store.factsOf(place, (await store.threadOf(place, orderId)) ?? orderId);
  if (!fold(facts).isOpen) return false;
  await queue.send(message({ ...place, cause: 'lead' }, { unique: uniqueId() }));
  return true;
}
