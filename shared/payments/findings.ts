import { isDeepStrictEqual } from 'node:util';
import type { Body, Outcome } from '../razorpay/client.ts';
import { type AsWebhook, asWebhook, type Entity } from './as-webhook.ts';
import type { Ask, Asked } from './ask.ts';
import { type Fact, fold, type Lifecycle, type Note } from './lifecycle.ts';
import { isOver, shouldBeCaptured, type Watch, type WatchTimes } from './watch.ts';

/** What Razorpay's API answered of one entity. `name` says which, and how it stands: the same answer has the same. */
export type Finding = AsWebhook & { readonly name: string };

/** A payment as the parser reads it. */
type Payment = NonNullable<AsWebhook['event']['payment']>;

/**
 * As many payments, refunded payments and disputes of a thread are asked for at a look. No honest thread has more; one that
 * took longer than a run would be begun again in each, and keep all others of its account waiting.
 */
const mostAsked = 10;

/**
 * Asks Razorpay how the entities of a thread stand: the order and its payments, or the payments where there is no order,
 * or the link where nothing else is known; the refunds of what was refunded; and the disputes that are open. An id that
 * Razorpay does not know is passed over. Throws what `ask` throws.
 */
export async function findingsOf(state: Lifecycle, ask: Ask): Promise<Finding[]> {
  const { linkId } = state;
  const link = state.orderId === undefined && linkId !== undefined ? await one('payment_link', linkId, ask) : [];
  const orderId = state.orderId ?? link[0]?.event.link?.orderId;

  const order = orderId === undefined ? [] : await one('order', orderId, ask);
  const ofOrder =
    order.length > 0 && orderId !== undefined ? await listed((client) => client.paymentsOf(orderId), ask) : undefined;
  const payments = ofOrder?.flatMap((body) => finding('payment', body)) ?? (await eachPayment(state, ask));

  const refunds: Finding[] = [];
  for (const id of refunding(state, payments)) {
    const bodies = await listed((client) => client.refundsOf(id), ask);
    refunds.push(...bodies.flatMap((body) => finding('refund', body)));
  }
  const disputes: Finding[] = [];
  for (const { id } of state.disputes.filter(({ outcome }) => outcome === undefined).slice(0, mostAsked)) {
    disputes.push(...(await one('dispute', id, ask)));
  }
  return [...payments, ...refunds, ...disputes, ...order, ...link];
}

/**
 * The findings that tell something which the facts do not, and how the thread stands with them. One that is kept under its
 * name is none, whatever else it says by now: it could not be kept again, and would be news at every look.
 */
export function newsAmong(
  findings: readonly Finding[],
  facts: readonly Fact[],
  at: number,
): { readonly news: readonly Finding[]; readonly facts: readonly Fact[]; readonly state: Lifecycle } {
  let known = facts;
  let state = fold(facts);
  const news: Finding[] = [];
  const kept = new Set(facts.map(({ id }) => id));
  for (const found of findings) {
    const fact: Fact = { source: 'reconciled', id: `reconciled#${found.name}`, at, event: found.event };
    if (kept.has(fact.id)) continue;
    const next = fold([...known, fact]);
    if (isDeepStrictEqual(next, state)) continue;
    news.push(found);
    known = [...known, fact];
    state = next;
  }
  return { news, facts: known, state };
}

/**
 * What people have to be warned of, and reminded of, now that Razorpay was asked: notes by their names. Those that are there
 * are left out.
 */
export function warningsFor(
  state: Lifecycle,
  findings: readonly Finding[],
  watch: Watch,
  now: number,
  times: WatchTimes,
): { readonly name: string; readonly note: Note }[] {
  const confirmed = new Set(
    findings.flatMap(({ event: { payment } }) => (payment?.status === 'authorized' ? [payment.id] : [])),
  );
  const warned = new Set(state.warnings.map(({ id }) => id));
  const waiting = state.attempts.flatMap(({ id, status, createdAt }) => {
    if (status !== 'authorized' || createdAt === undefined || !confirmed.has(id) || warned.has(id)) return [];
    if (!shouldBeCaptured(createdAt, now, times)) return [];
    return [{ name: `notCaptured#${id}`, note: { kind: 'notCaptured', paymentId: id, since: createdAt } as const }];
  });
  const reminders = state.warnings.flatMap(({ id, isOver: isSettled, snooze }) => {
    if (isSettled || snooze === undefined || snooze.until * 1_000 > now) return [];
    const { until } = snooze;
    return [{ name: `snoozeEnded#${id}#${until}`, note: { kind: 'snoozeEnded', warning: id, until } as const }];
  });
  const told = [...waiting, ...reminders];
  if (!state.isMoving || !isOver(watch, now, times) || warned.has('openTooLong')) return told;
  const since = Math.floor(watch.opened / 1_000);
  return [...told, { name: 'openTooLong', note: { kind: 'openTooLong', since } }];
}

/** Notes that reconciling writes. */
const ours: readonly Note['kind'][] = ['notCaptured', 'openTooLong', 'snoozeEnded'];

/** Whether reconciling has found out anything since it was last done with this thread: then the thread is to be told. */
export function hasUntold(facts: readonly Fact[], { looked }: Watch): boolean {
  const isOurs = (fact: Fact) =>
    fact.source === 'reconciled' || (fact.source === 'note' && ours.includes(fact.note.kind));
  return facts.some((fact) => isOurs(fact) && fact.at > looked);
}

/** How each entity is asked for by its id. */
const calls = {
  order: (client, id) => client.order(id),
  payment: (client, id) => client.payment(id),
  dispute: (client, id) => client.dispute(id),
  payment_link: (client, id) => client.link(id),
} as const satisfies Partial<Record<Entity, (client: Asked, id: string) => Promise<Outcome>>>;

async function one(entity: keyof typeof calls, id: string, ask: Ask): Promise<Finding[]> {
  const body = await ask((client) => calls[entity](client, id));
  return body === undefined ? [] : finding(entity, body);
}

async function listed(call: Parameters<Ask>[0], ask: Ask): Promise<Body[]> {
  const items = (await ask(call))?.['items'];
  return Array.isArray(items) ? items.filter((item): item is Body => typeof item === 'object' && item !== null) : [];
}

async function eachPayment({ attempts }: Lifecycle, ask: Ask): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const { id } of attempts.slice(-mostAsked)) found.push(...(await one('payment', id, ask)));
  return found;
}

/** The payments of which money is to go back, or went. */
function refunding({ refunds }: Lifecycle, payments: readonly Finding[]): string[] {
  const refunded = payments.flatMap(({ event: { payment } }) =>
    payment !== undefined && (payment.amountRefunded ?? 0) > 0 ? [payment.id] : [],
  );
  const pending = refunds.flatMap(({ status, paymentId }) =>
    status === 'pending' && paymentId !== undefined ? [paymentId] : [],
  );
  return [...new Set([...pending, ...refunded])].slice(0, mostAsked);
}

/** Nothing for an answer that names no id, and for a payment that was only begun: no event tells of that either. */
function finding(entity: Entity, body: Body): Finding[] {
  const read = asWebhook(entity, body);
  const name = read && nameOf(read);
  return read === undefined || name === undefined ? [] : [{ ...read, name }];
}

function nameOf({ event: { payment, order, refund, dispute, link }, status }: AsWebhook): string | undefined {
  if (payment) return payment.status === 'created' ? undefined : paymentName(payment);
  if (order) return `${order.id}#${order.status}#${order.amountPaid}`;
  if (refund) return `${refund.id}#${refund.status}#${refund.amount}`;
  if (dispute) return `${dispute.id}#${status}#${dispute.amount}${dispute.respondBy ? `#by${dispute.respondBy}` : ''}`;
  return link && `${link.id}#${status}#${link.amountPaid}`;
}

function paymentName({ id, status, amount, amountRefunded }: Payment): string {
  const refunded = amountRefunded ? `#refunded${amountRefunded}` : '';
  return `${id}#${status}#${amount}${refunded}`;
}
