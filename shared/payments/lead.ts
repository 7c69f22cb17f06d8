import type { Queue } from '../aws/queue.ts';
import type { Clock } from '../base/clock.ts';
import type { InstalmentStore, KeptInstalment } from './instalment-store.ts';
import type { LeadStore } from './lead-store.ts';
import type { Initiated, Lifecycle, Note } from './lifecycle.ts';
import { isOpenTo, plansOf, worth } from './plan.ts';
import type { Instalment } from './route.ts';
import type { PaymentStore, ThreadPlace } from './store.ts';
import { message } from './wake.ts';

/** What the threads of one lead tell each other through: rows and notes that are stored, and wakes. */
export type LeadDependencies = {
  readonly store: Pick<PaymentStore, 'recordNote'>;
  readonly leads: LeadStore;
  readonly instalments: InstalmentStore;
  readonly queue: Pick<Queue, 'send'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
};

/** A note, the name under which it is kept once, and since when it holds (ms). */
type Copy = { readonly name: string; readonly note: Note; readonly at: number };

/**
 * Makes a payment known to its lead, then copies into its thread what is known of the lead: who looks after it, and the
 * completed instalments of the same plan. Whoever names an owner or completes an instalment writes that first and then
 * lists the lead's payments; so between the two, one always sees the other. True where there was something to copy.
 */
export async function introduce(
  place: ThreadPlace,
  initiated: Initiated,
  { store, leads, instalments, clock }: LeadDependencies,
): Promise<boolean> {
  const { orderId, lead, course, payment } = initiated;
  const plan = payment.kind === 'part' ? course.id : undefined;
  await leads.addPayment(place.team, lead.id, { account: place.account, orderId, plan }, clock.now());

  const [kept, completed] = await Promise.all([
    leads.lead(place.team, lead.id),
    plan === undefined ? [] : instalments.completedBy(place, lead.id),
  ]);
  const others = payment.kind === 'part' ? goesOnWith(completed, orderId, course.id, payment.number) : [];
  const copies = [...(kept ? [ownerCopy(kept)] : []), ...others.flatMap(instalmentCopy)];
  const home = { ...place, home: orderId };
  for (const { name, note, at } of copies) await store.recordNote(home, name, note, at, clock.now());
  return copies.length > 0;
}

/**
 * Keeps how a part payment stands as an instalment of its plan: it is where the learner's later payments are routed by.
 * Undefined for what is none, and for an instalment that was never completed. `seen` counts the facts behind `state`,
 * `permalink` leads to the thread's root if that is posted.
 */
export async function keepInstalment(
  place: ThreadPlace,
  state: Lifecycle,
  seen: { readonly facts: number; readonly permalink: string | undefined },
  { instalments, clock }: LeadDependencies,
): Promise<KeptInstalment | undefined> {
  const { initiated, paid } = state;
  // Nothing was captured, so nothing was ever completed, and there is nothing to look for.
  if (initiated?.payment.kind !== 'part' || paid === 0) return undefined;
  const { orderId, lead, course, payment } = initiated;
  const { number, of, planTotal } = payment;
  const instalment: Instalment = { orderId, courseId: course.id, number, of, amount: worth(state), planTotal };
  return instalments.keep(place, lead.id, { instalment, ...seen, now: clock.now() });
}

/**
 * Tells the learner's other threads of the plan how an instalment stands: a note in each, then a wake. Only what is
 * news is spread, and it stays news until all of them know; so a wake that changes nothing wakes nobody, and a worker
 * that stops in between leaves it to the next. `permalink` is asked for where the root was not posted before.
 */
export async function spreadInstalment(
  place: ThreadPlace,
  kept: KeptInstalment,
  permalink: () => Promise<string | undefined>,
  { store, leads, instalments, queue, clock, newId }: LeadDependencies,
): Promise<void> {
  const { orderId, courseId } = kept.instalment;
  const link = kept.permalink ?? (await permalink());
  // Known before the others are listed: one that is told for the first time just now copies it for itself.
  if (kept.permalink === undefined && link !== undefined) await instalments.link(place, kept, link);

  const [payments, completed] = await Promise.all([
    leads.paymentsOf(place.team, kept.leadId),
    instalments.completedBy(place, kept.leadId),
  ]);
  const formerly = ofOtherPlans(completed, orderId);
  const others = payments.filter(
    ({ account, orderId: other, plan }) =>
      account === place.account && plan === courseId && other !== orderId && !formerly.includes(other),
  );
  for (const { orderId: other } of others) {
    const home = { ...place, home: other };
    for (const { name, note, at } of instalmentCopy({ ...kept, permalink: link })) {
      await store.recordNote(home, name, note, at, clock.now());
    }
    await queue.send(message({ ...home, cause: 'instalment' }, { unique: newId() }));
  }
  await instalments.spread(place, kept);
}

/** The note of who looks after a lead since `at`. Its name tells it from every other that was ever said of the lead. */
export function ownerCopy({ owner, at }: { readonly owner: LeadOwner; readonly at: number }): Copy {
  return { name: `owner#${at}`, note: { kind: 'owner', owner }, at };
}

type LeadOwner = (Note & { readonly kind: 'owner' })['owner'];

/** The note of how an instalment stands since `at`; none while nobody could be led to its thread. */
function instalmentCopy({ instalment, at, permalink }: KeptInstalment): Copy[] {
  if (permalink === undefined) return [];
  const { orderId, number, of, amount } = instalment;
  return [{ name: `earlier#${orderId}#${at}`, note: { kind: 'earlier', orderId, number, of, amount, permalink }, at }];
}

/** The completed instalments of the plan that part `number` of a course goes on with; none where it begins one. */
function goesOnWith(
  completed: readonly KeptInstalment[],
  orderId: string,
  courseId: string,
  number: number,
): KeptInstalment[] {
  const others = completed.filter(
    ({ instalment }) => instalment.courseId === courseId && instalment.orderId !== orderId,
  );
  const plan = plansOf(others.map(({ instalment }) => instalment)).at(-1);
  return plan && isOpenTo(plan, number) ? others.filter(({ instalment }) => plan.includes(instalment)) : [];
}

/** The orders of a learner's other plans: what is paid now is nothing to them. None where it belongs to no plan. */
function ofOtherPlans(completed: readonly KeptInstalment[], orderId: string): string[] {
  const plans = plansOf(completed.map(({ instalment }) => instalment));
  const own = plans.find((plan) => plan.some((part) => part.orderId === orderId));
  return own ? plans.filter((plan) => plan !== own).flatMap((plan) => plan.map((part) => part.orderId)) : [];
}
