import type { PaymentEntity, PaymentError, PaymentEvent } from './event.ts';

/** What the company's own system said when a payment started. Amounts in the smallest unit of `currency`. */
export type Initiated = {
  readonly orderId: string;
  readonly lead: { readonly id: string; readonly name: string };
  readonly amount: number;
  readonly currency: string;
  readonly course: { readonly id: string; readonly name: string; readonly type: string };
  readonly payment:
    | { readonly kind: 'full' }
    | { readonly kind: 'part'; readonly number: number; readonly of: number; readonly planTotal: number };
  readonly assignedAdmin: { readonly id: string; readonly name: string } | null;
  /** Unix seconds. */
  readonly initiatedAt: number;
};

/**
 * One stored fact of a thread. `id` is what people find it by (Razorpay's event id), `at` when it reached us (ms).
 * `reconciled` is what Razorpay's API answered: what a webhook that was lost would have told. A `note` is ours.
 */
export type Fact =
  | { readonly source: 'initiated'; readonly id: string; readonly at: number; readonly initiated: Initiated }
  | { readonly source: 'razorpay'; readonly id: string; readonly at: number; readonly event: PaymentEvent }
  | { readonly source: 'reconciled'; readonly id: string; readonly at: number; readonly event: PaymentEvent }
  | { readonly source: 'note'; readonly id: string; readonly at: number; readonly note: Note };

/** What War Room itself found out about a payment and keeps with its facts. Times in Unix seconds. */
export type Note =
  /** Who looks after the lead from now on; the newest counts, before the one whom the checkout named. */
  | { readonly kind: 'owner'; readonly owner: { readonly id: string; readonly name: string } | null }
  /** An instalment of the same plan that was completed in a thread of its own. Amount in the smallest unit. */
  | {
      readonly kind: 'earlier';
      readonly orderId: string;
      readonly number: number;
      readonly of: number;
      readonly amount: number;
      readonly permalink?: string;
    }
  /** Authorized `since`, and still not captured; Razorpay gives the money back at `returnedAt`, where that is known. */
  | {
      readonly kind: 'notCaptured';
      readonly paymentId: string;
      readonly since: number;
      readonly returnedAt?: number;
    }
  /** Money is moving since then, and nothing more is heard of it. */
  | { readonly kind: 'openTooLong'; readonly since: number };

/** One report that a try failed. Reports of one payment are numbered in the order in which Razorpay made them. */
export type Failure = {
  readonly at: number | undefined;
  readonly error: PaymentError | undefined;
  /** When it first reached us, milliseconds since 1970. */
  readonly heardAt: number;
};

/** An event, and when it first reached us (ms). */
type Heard = PaymentEvent & { readonly heardAt: number };

/** One payment id: a person's try to pay, and what became of it. */
export type Attempt = {
  readonly id: string;
  readonly status: 'created' | 'failed' | 'authorized' | 'captured';
  readonly amount: number | undefined;
  readonly currency: string | undefined;
  readonly createdAt: number | undefined;
  readonly capturedAt: number | undefined;
  readonly method: string | undefined;
  readonly wallet: string | undefined;
  readonly cardNetwork: string | undefined;
  readonly fee: number | undefined;
  readonly failures: readonly Failure[];
  /** How many tries came before this payment id on the same order. */
  readonly triesBefore: number;
};

type Standing = 'initiated' | 'authorized' | 'paid' | 'partlyPaid' | 'failed';

/** The state of a thread: a pure function of its facts, in any order, with duplicates. */
export type Lifecycle = {
  /** Whether there is anything to tell: an event of a kind that is not handled tells nothing. */
  readonly isTold: boolean;
  readonly standing: Standing;
  readonly initiated: Initiated | undefined;
  readonly orderId: string | undefined;
  readonly linkId: string | undefined;
  readonly attempts: readonly Attempt[];
  /** Of `amount` and `paid`. */
  readonly currency: string;
  /** What is asked for, in the smallest unit; unknown when nobody said so. */
  readonly amount: number | undefined;
  /** What was captured in that currency; money in another is told by its own reply alone. */
  readonly paid: number;
  /** When the money that completed the payment was captured, Unix seconds. */
  readonly paidAt: number | undefined;
  /** Every id by which this thread may be found: order, payments, link. */
  readonly ids: readonly string[];
};

/**
 * Folds the facts of a thread into its state. A state never moves back because an older event came later: what counts
 * is the set of facts, and facts that say the same (captured, order.paid and payment_link.paid of one payment) count
 * once.
 */
export function fold(facts: readonly Fact[]): Lifecycle {
  const initiated = facts.find((fact) => fact.source === 'initiated')?.initiated;
  const events = inOrder(facts.flatMap((fact) => (fact.source === 'razorpay' && handled(fact.event) ? [fact] : [])));
  const attempts = attemptsOf(events);

  const orders = events.flatMap((event) => event.order ?? []);
  const links = events.flatMap((event) => event.link ?? []);
  const captured = attempts.filter((attempt) => attempt.status === 'captured');
  const made = captured.length > 0 ? captured : attempts;
  const asked = askedFor(orders, [initiated, ...links], made);
  const currency = (asked ?? made.findLast(isMoney))?.currency ?? first(made, 'currency') ?? 'INR';

  const ofIt = (money: { readonly currency: string | undefined }) => (money.currency ?? currency) === currency;
  const paid = Math.max(
    captured.filter(ofIt).reduce((sum, attempt) => sum + (attempt.amount ?? 0), 0),
    ...orders.filter(ofIt).map((order) => order.amountPaid ?? 0),
  );
  const complete = events.some((event) => event.name === 'order.paid' || event.name === 'payment_link.paid');

  return {
    isTold: initiated !== undefined || events.length > 0,
    standing: standing(attempts, complete, complete || asked === undefined || paid >= asked.amount),
    initiated,
    orderId: initiated?.orderId ?? first(orders, 'id') ?? first(payments(events), 'orderId'),
    linkId: first(links, 'id'),
    attempts,
    currency,
    amount: asked?.amount ?? made.findLast((attempt) => attempt.amount !== undefined && ofIt(attempt))?.amount,
    paid,
    paidAt: latest(captured.map((attempt) => attempt.capturedAt)),
    ids: identifiers(initiated, events),
  };
}

/** The events that move a payment's state. Others are stored, and wait for the day on which they are handled. */
const handledNames = ['payment.authorized', 'payment.captured', 'payment.failed', 'order.paid', 'payment_link.paid'];

/** The events that say that money was captured, the best source for the details of a payment first. */
const capturing = ['payment.captured', 'order.paid', 'payment_link.paid'];

function handled(event: PaymentEvent): boolean {
  return handledNames.includes(event.name);
}

type Money = { readonly amount: number; readonly currency: string };
type Source = { readonly [K in keyof Money]: Money[K] | undefined };

/**
 * What is asked for: an amount and the currency it was said in, never of two sources. Razorpay's order is right. Every
 * payment bears the currency of its order, so what was `announced` in another than the payments `made` is not.
 */
function askedFor(
  orders: readonly Source[],
  announced: readonly (Source | undefined)[],
  made: readonly Source[],
): Money | undefined {
  const borne = made.flatMap(({ currency }) => currency ?? []);
  const agrees = ({ currency }: Money) => borne.length === 0 || borne.includes(currency);
  return orders.find(isMoney) ?? announced.filter(isMoney).find(agrees);
}

function isMoney<T extends Source>(source: T | undefined): source is T & Money {
  return source?.amount !== undefined && source.currency !== undefined;
}

function standing(attempts: readonly Attempt[], saidToBeComplete: boolean, isComplete: boolean): Standing {
  const any = (status: Attempt['status']) => attempts.some((attempt) => attempt.status === status);
  if (saidToBeComplete || any('captured')) return isComplete ? 'paid' : 'partlyPaid';
  if (any('authorized')) return 'authorized';
  if (any('failed')) return 'failed';
  return 'initiated';
}

function attemptsOf(events: readonly Heard[]): Attempt[] {
  const byId = Map.groupBy(
    events.filter((event) => event.payment),
    (event) => event.payment?.id ?? '',
  );
  const inTime = [...byId]
    .map(([id, told]) => attemptOf(id, told))
    .sort((a, b) => compare(a.createdAt, b.createdAt) || compare(a.id, b.id));

  let triesBefore = 0;
  return inTime.map((attempt) => {
    const placed = { ...attempt, triesBefore };
    triesBefore += Math.max(1, attempt.failures.length);
    return placed;
  });
}

function attemptOf(id: string, told: readonly Heard[]): Omit<Attempt, 'triesBefore'> {
  const entities = payments(told);
  return {
    id,
    status: statusOf(told),
    amount: first(entities, 'amount'),
    currency: first(entities, 'currency'),
    createdAt: first(entities, 'createdAt'),
    capturedAt: capturedAt(told),
    method: first(entities, 'method'),
    wallet: first(entities, 'wallet'),
    cardNetwork: first(entities, 'cardNetwork'),
    fee: first(entities, 'fee'),
    failures: failuresOf(told),
  };
}

/** The furthest that any event says the payment came; `failed` is not terminal, so success of any kind outranks it. */
function statusOf(told: readonly PaymentEvent[]): Attempt['status'] {
  const says = (names: readonly string[], status: string) =>
    told.some((event) => names.includes(event.name) || event.payment?.status === status);
  if (says(capturing, 'captured')) return 'captured';
  if (says(['payment.authorized'], 'authorized')) return 'authorized';
  if (says(['payment.failed'], 'failed')) return 'failed';
  return 'created';
}

/** The envelope tells when, except on payment_link.*, where it repeats the link's creation time. */
function capturedAt(told: readonly PaymentEvent[]): number | undefined {
  const at = (name: string) => told.find((event) => event.name === name);
  return (
    at('payment.captured')?.at ??
    at('order.paid')?.at ??
    at('payment_link.paid')?.link?.updatedAt ??
    (told.some((event) => capturing.includes(event.name)) ? first(payments(told), 'createdAt') : undefined)
  );
}

/** Two reports that agree in time and cause are one report, in however many bodies they came. */
function failuresOf(told: readonly Heard[]): Failure[] {
  const distinct = new Map<string, Failure>();
  for (const { name, at, payment, heardAt } of told) {
    if (name !== 'payment.failed') continue;
    const error = payment?.error;
    const text = JSON.stringify({ at, error });
    distinct.set(text, { at, error, heardAt: Math.min(heardAt, distinct.get(text)?.heardAt ?? heardAt) });
  }
  return [...distinct]
    .sort(([a, one], [b, other]) => compare(one.at, other.at) || compare(a, b))
    .map(([, failure]) => failure);
}

/** One order for all facts, whatever order they came in: the best source first, then Razorpay's time, then the text. */
function inOrder(facts: readonly { readonly event: PaymentEvent; readonly at: number }[]): Heard[] {
  const rank = (name: string) => (capturing.includes(name) ? capturing.indexOf(name) : capturing.length);
  const heard = new Map<string, Heard>();
  for (const { event, at } of facts) {
    const text = JSON.stringify(event);
    heard.set(text, { ...event, heardAt: Math.min(at, heard.get(text)?.heardAt ?? at) });
  }
  return [...heard]
    .sort(
      ([a, one], [b, other]) =>
        rank(one.name) - rank(other.name) ||
        compare(one.name, other.name) ||
        compare(one.at, other.at) ||
        compare(a, b),
    )
    .map(([, event]) => event);
}

function payments(events: readonly PaymentEvent[]): PaymentEntity[] {
  return events.flatMap((event) => event.payment ?? []);
}

function identifiers(initiated: Initiated | undefined, events: readonly PaymentEvent[]): string[] {
  const met = events.flatMap(({ payment, order, link }) => [order?.id, payment?.orderId, payment?.id, link?.id]);
  return [...new Set([initiated?.orderId, ...met].filter((id) => id !== undefined))].sort();
}

function first<T, K extends keyof T>(values: readonly T[], field: K): NonNullable<T[K]> | undefined {
  return values.find((value) => value[field] !== undefined)?.[field] ?? undefined;
}

function latest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length > 0 ? Math.max(...known) : undefined;
}

/** Ascending; what is unknown comes last. */
function compare<T extends string | number>(a: T | undefined, b: T | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  return a < b ? -1 : 1;
}
