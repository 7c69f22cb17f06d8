import { type Attempt, attemptsOf } from './attempt.ts';
import { type Dispute, disputesOf } from './dispute.ts';
import type { PaymentEvent } from './event.ts';
import { compare, first, type Heard, inOrder, latest, payments } from './heard.ts';
import { type Refund, refundsOf } from './refund.ts';
import type { RowChange } from './routing-changes.ts';

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
  /**
   * Who looks after the lead from now on; the newest counts, before the one whom the checkout named. `press` is that of a
   * button in Slack, where somebody took over this payment alone.
   */
  | {
      readonly kind: 'owner';
      readonly owner: { readonly id: string; readonly name: string } | null;
      readonly press?: string;
    }
  /** How another instalment of the plan stands, the newest counts: what of it was paid and not given back, in the smallest unit. */
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
  | { readonly kind: 'openTooLong'; readonly since: number }
  /** Somebody does not want to hear of a warning before `until`, by a press of that id. */
  | {
      readonly kind: 'snoozed';
      readonly warning: string;
      readonly by: { readonly id: string; readonly name: string };
      readonly until: number;
      readonly press: string;
    }
  /** The snooze until then is over, and what was warned of is still so. */
  | { readonly kind: 'snoozeEnded'; readonly warning: string; readonly until: number }
  /** Razorpay has switched the webhook at `url` off, or somebody has switched it on again. */
  | { readonly kind: 'webhookDisabled'; readonly url: string; readonly disabledAt: number }
  | { readonly kind: 'webhookEnabled'; readonly url: string; readonly at: number }
  /** Somebody changed the decision table in Slack: what makes `version` of the one `before`. */
  | {
      readonly kind: 'routed';
      readonly by: Owner;
      readonly version: number;
      readonly before: number;
      readonly changes: readonly RowChange[];
    };

/** Who looks after a lead, by the company's own id. */
type Owner = { readonly id: string; readonly name: string };

/** A link or an invoice that nobody can pay any more. */
export type Ending = { readonly id: string; readonly kind: 'cancelled' | 'expired'; readonly at: number | undefined };

/** Something that a person has to look into. */
export type Warning = (Note & { readonly kind: 'notCaptured' | 'openTooLong' }) & {
  /** Among the warnings of its thread: the payment's id, or that the thread is open too long. */
  readonly id: string;
  /** It has solved itself since. */
  readonly isOver: boolean;
  /** Who wants to be left alone with it until when (Unix seconds), while that is so. */
  readonly snooze: Snooze | undefined;
  /** The ends of the snoozes after which it was still so, in Unix seconds. */
  readonly reminders: readonly number[];
};

type Snooze = { readonly by: { readonly id: string; readonly name: string }; readonly until: number };

type Standing =
  | 'initiated'
  | 'authorized'
  | 'paid'
  | 'partlyPaid'
  | 'failed'
  | 'refunded'
  | 'partlyRefunded'
  | 'disputed'
  | 'cancelled'
  | 'expired';

/** The state of a thread: a pure function of its facts, in any order, with duplicates. */
export type Lifecycle = {
  /** Whether there is anything to tell: an event of a kind that is not handled tells nothing. */
  readonly isTold: boolean;
  readonly standing: Standing;
  readonly initiated: Initiated | undefined;
  /** Who looks after the lead now: whoever was named last. */
  readonly owner: Owner | null;
  readonly orderId: string | undefined;
  readonly linkId: string | undefined;
  readonly invoiceId: string | undefined;
  readonly attempts: readonly Attempt[];
  readonly refunds: readonly Refund[];
  readonly disputes: readonly Dispute[];
  readonly endings: readonly Ending[];
  /** Of a subscription: which of how many charges this is. */
  readonly charge: { readonly number: number; readonly of: number | undefined } | undefined;
  /** The plan's other instalments that were completed, by number. One of which all was given back is worth nothing. */
  readonly earlier: readonly (Note & { readonly kind: 'earlier' })[];
  readonly warnings: readonly Warning[];
  /** Of `amount`, `paid`, `refunded` and `due`. */
  readonly currency: string;
  /** What is asked for, in the smallest unit; unknown when nobody said so. */
  readonly amount: number | undefined;
  /** What was captured in that currency; money in another is told by its own reply alone. */
  readonly paid: number;
  /** What of that went back to the payer, or is on its way. */
  readonly refunded: number;
  /** What is still to be paid; unknown where `amount` is. */
  readonly due: number | undefined;
  /** When the money that completed the payment was captured, Unix seconds. */
  readonly paidAt: number | undefined;
  /** More may be heard: it is worth asking Razorpay whether we missed something. */
  readonly isOpen: boolean;
  /**
   * Money is under way: between the payer and the merchant, or on its way back. A dispute that is open and an order that is
   * paid in part are no such thing: they take their time, and people know.
   */
  readonly isMoving: boolean;
  /**
   * Money was captured, and nobody has said how much of the order is still due; or more of it is said to be paid than was
   * heard of: only asking tells.
   */
  readonly needsLook: boolean;
  /** Every id by which this thread may be found: order, payments, link, invoice, refunds, disputes. */
  readonly ids: readonly string[];
};

/** The events that tell something of a payment, by Razorpay's names. Others are stored, and tell nothing. */
export const paymentEvents: readonly string[] = [
  'payment.authorized',
  'payment.captured',
  'payment.failed',
  'payment.pending',
  'order.paid',
  'payment_link.paid',
  'payment_link.partially_paid',
  'payment_link.cancelled',
  'payment_link.expired',
  'invoice.paid',
  'invoice.partially_paid',
  'invoice.expired',
  'subscription.charged',
  'qr_code.credited',
  'virtual_account.credited',
  'refund.created',
  'refund.processed',
  'refund.failed',
  'refund.speed_changed',
  'payment.dispute.created',
  'payment.dispute.under_review',
  'payment.dispute.action_required',
  'payment.dispute.won',
  'payment.dispute.lost',
  'payment.dispute.closed',
];

/** The events that say that nothing is due any more. */
const completing: readonly string[] = ['order.paid', 'payment_link.paid', 'invoice.paid', 'subscription.charged'];

/**
 * Folds the facts of a thread into its state. A state never moves back because an older event came later: what counts
 * is the set of facts, and facts that say the same (captured, order.paid and payment_link.paid of one payment) count
 * once.
 */
export function fold(facts: readonly Fact[]): Lifecycle {
  const initiated = facts.find((fact) => fact.source === 'initiated')?.initiated;
  const notes = facts.flatMap((fact) => (fact.source === 'note' ? [fact] : []));
  const events = inOrder(facts.flatMap(heard));
  const refunds = refundsOf(events);
  const attempts = attemptsOf(events, refunds);
  const disputes = disputesOf(events);

  const orders = events.flatMap((event) => event.order ?? []);
  const links = events.flatMap((event) => event.link ?? []);
  const invoices = events.flatMap((event) => event.invoice ?? []);
  const captured = attempts.filter((attempt) => attempt.status === 'captured');
  const made = captured.length > 0 ? captured : attempts;
  const asked = askedFor(orders, [initiated, ...links, ...invoices], made);
  const currency = (asked ?? made.findLast(isMoney))?.currency ?? first(made, 'currency') ?? 'INR';
  const amount =
    asked?.amount ?? made.findLast((attempt) => attempt.amount !== undefined && ofCurrency(attempt, currency))?.amount;

  const own = captured.filter((attempt) => ofCurrency(attempt, currency));
  const received = own.reduce((sum, attempt) => sum + (attempt.amount ?? 0), 0);
  const said = [...orders, ...links, ...invoices]
    .filter((each) => ofCurrency(each, currency))
    .map(({ amountPaid }) => amountPaid ?? 0);
  const paid = Math.max(received, ...said);
  const refunded = own.reduce((sum, attempt) => sum + Math.min(attempt.refunded, attempt.amount ?? 0), 0);
  const saidComplete =
    events.some(({ name }) => completing.includes(name)) || orders.some(({ status }) => status === 'paid');
  const isComplete = saidComplete || amount === undefined || asked === undefined || paid >= amount;

  const endings = endingsOf(events);
  const standing = standingOf({ attempts, disputes, endings, saidComplete, isComplete, amount, paid, refunded });
  const isRefunding = refunds.some(({ status }) => status === 'pending');
  const isOpen =
    ['initiated', 'failed', 'authorized', 'partlyPaid'].includes(standing) ||
    isRefunding ||
    disputes.some(({ outcome }) => outcome === undefined);
  const isMoving = isRefunding || (isOpen && attempts.some(({ status }) => status === 'authorized'));
  const orderId = initiated?.orderId ?? first(orders, 'id') ?? first(payments(events), 'orderId');
  const isAsAnnounced = initiated !== undefined && isComplete && paid >= initiated.amount;

  return {
    isTold: initiated !== undefined || events.length > 0,
    standing,
    initiated,
    owner: ownerOf(notes, initiated),
    orderId: orderId ?? first(links, 'orderId') ?? first(invoices, 'orderId'),
    linkId: first(links, 'id'),
    invoiceId: first(invoices, 'id'),
    attempts,
    refunds,
    disputes,
    endings,
    charge: chargeOf(events),
    earlier: earlierOf(notes, initiated),
    warnings: warningsOf(notes, attempts, isMoving),
    currency,
    amount,
    paid,
    refunded,
    due: amount === undefined ? undefined : saidComplete ? 0 : Math.max(0, amount - paid),
    paidAt: latest(captured.map((attempt) => attempt.capturedAt)),
    isOpen,
    isMoving,
    needsLook:
      orderId !== undefined &&
      (said.some((sum) => sum > received) ||
        (received > 0 && !saidComplete && !isAsAnnounced && !said.includes(received))),
    ids: identifiers(initiated, events),
  };
}

function heard(fact: Fact): { readonly event: PaymentEvent; readonly at: number; readonly isAsked: boolean }[] {
  if (fact.source === 'reconciled') return [{ event: fact.event, at: fact.at, isAsked: true }];
  if (fact.source !== 'razorpay' || !paymentEvents.includes(fact.event.name)) return [];
  return [{ event: fact.event, at: fact.at, isAsked: false }];
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

/** Whether money is of `currency`; what names none is taken to be. */
function ofCurrency(money: { readonly currency: string | undefined }, currency: string): boolean {
  return (money.currency ?? currency) === currency;
}

/**
 * What moves money back outranks what brought it, and a dispute outranks both while it is open and once it is lost. What
 * was paid twice and given back once is paid.
 */
function standingOf({
  attempts,
  disputes,
  endings,
  saidComplete,
  isComplete,
  amount,
  paid,
  refunded,
}: Pick<Lifecycle, 'attempts' | 'disputes' | 'endings' | 'amount' | 'paid' | 'refunded'> & {
  readonly saidComplete: boolean;
  readonly isComplete: boolean;
}): Standing {
  const any = (status: Attempt['status']) => attempts.some((attempt) => attempt.status === status);
  if (disputes.some(({ outcome }) => outcome === undefined || outcome === 'lost')) return 'disputed';
  if (refunded > 0 && paid - refunded < (amount ?? paid)) return refunded >= paid ? 'refunded' : 'partlyRefunded';
  if (saidComplete || any('captured')) return isComplete ? 'paid' : 'partlyPaid';
  if (any('authorized')) return 'authorized';
  if (any('returned')) return 'refunded';
  const [ending] = endings;
  if (ending) return ending.kind;
  return any('failed') ? 'failed' : 'initiated';
}

function endingsOf(events: readonly Heard[]): Ending[] {
  const ended = new Map<string, Ending>();
  for (const { name, link, invoice } of events) {
    const what = name.startsWith('payment_link.') ? link : name.startsWith('invoice.') ? invoice : undefined;
    const kind = name.endsWith('.cancelled') ? 'cancelled' : name.endsWith('.expired') ? 'expired' : undefined;
    const key = `${kind}#${what?.id}`;
    if (what && kind && !ended.has(key)) ended.set(key, { id: what.id, kind, at: what.endedAt });
  }
  return [...ended.values()].sort((a, b) => compare(a.id, b.id) || compare(a.kind, b.kind));
}

function chargeOf(events: readonly Heard[]): Lifecycle['charge'] {
  const charged = events.find(({ name }) => name === 'subscription.charged')?.subscription;
  return charged?.paidCount === undefined ? undefined : { number: charged.paidCount, of: charged.totalCount };
}

type NoteFact = Fact & { readonly source: 'note' };

function ownerOf(notes: readonly NoteFact[], initiated: Initiated | undefined): Owner | null {
  const newest = lastNamed(notes);
  return newest ? newest.owner : (initiated?.assignedAdmin ?? null);
}

/** Who was named last to look after the lead, and when (ms); undefined where nobody was named since the checkout. */
export function lastNamed(
  facts: readonly Fact[],
): { readonly owner: Owner | null; readonly at: number; readonly press: string | undefined } | undefined {
  const named = facts.flatMap((fact) =>
    fact.source === 'note' && fact.note.kind === 'owner'
      ? [{ owner: fact.note.owner, at: fact.at, press: fact.note.press }]
      : [],
  );
  return named.sort((a, b) => b.at - a.at || compare(JSON.stringify(a.owner), JSON.stringify(b.owner)))[0];
}

function earlierOf(notes: readonly NoteFact[], initiated: Initiated | undefined): Lifecycle['earlier'] {
  const told = notes.flatMap(({ note, at }) => (note.kind === 'earlier' ? [{ note, at }] : []));
  const others = told.filter(({ note }) => note.orderId !== initiated?.orderId);
  others.sort((a, b) => a.at - b.at || compare(JSON.stringify(a.note), JSON.stringify(b.note)));
  const newest = new Map(others.map(({ note }) => [note.orderId, note]));
  return [...newest.values()].sort((a, b) => a.number - b.number || compare(a.orderId, b.orderId));
}

function warningsOf(notes: readonly NoteFact[], attempts: readonly Attempt[], isMoving: boolean): Warning[] {
  const isWaiting = (id: string) => attempts.some((attempt) => attempt.id === id && attempt.status === 'authorized');
  const warnings = new Map<string, Warning>();
  for (const { note } of notes.toSorted((a, b) => compare(JSON.stringify(a.note), JSON.stringify(b.note)))) {
    if (note.kind !== 'notCaptured' && note.kind !== 'openTooLong') continue;
    const [id, isOver] =
      note.kind === 'notCaptured' ? [note.paymentId, !isWaiting(note.paymentId)] : [note.kind, !isMoving];
    warnings.set(id, { ...note, id, isOver, ...snoozesOf(notes, id) });
  }
  return [...warnings.values()];
}

/** The last of the snoozes of a warning that has not ended, and the ends of those that have. */
function snoozesOf(notes: readonly NoteFact[], warning: string): Pick<Warning, 'snooze' | 'reminders'> {
  const about = notes.flatMap(({ note }) => ('warning' in note && note.warning === warning ? [note] : []));
  const ended = about.flatMap((note) => (note.kind === 'snoozeEnded' ? [note.until] : []));
  const [last] = about
    .flatMap((note) => (note.kind === 'snoozed' ? [note] : []))
    .sort((a, b) => b.until - a.until || compare(JSON.stringify(a.by), JSON.stringify(b.by)));
  return {
    snooze: last && !ended.some((end) => end >= last.until) ? { by: last.by, until: last.until } : undefined,
    reminders: [...new Set(ended)].sort((a, b) => a - b),
  };
}

function identifiers(initiated: Initiated | undefined, events: readonly PaymentEvent[]): string[] {
  const met = events.flatMap(({ payment, order, link, invoice, refund, dispute }) => [
    order?.id,
    payment?.orderId,
    payment?.id,
    payment?.invoiceId,
    link?.id,
    link?.orderId,
    invoice?.id,
    invoice?.orderId,
    refund?.id,
    refund?.paymentId,
    dispute?.id,
    dispute?.paymentId,
  ]);
  return [...new Set([initiated?.orderId, ...met].filter((id) => id !== undefined))].sort();
}
