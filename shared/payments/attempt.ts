import type { PaymentError } from './entity.ts';
import type { PaymentEvent } from './event.ts';
import { capturing, compare, first, type Heard, heardFirst, payments } from './heard.ts';
import type { Refund } from './refund.ts';

/** One payment id: a person's try to pay, and what became of it. Amounts in the smallest unit of `currency`. */
export type Attempt = {
  readonly id: string;
  /** `returned`: the money was only authorized, and Razorpay gave it back. */
  readonly status: 'created' | 'failed' | 'authorized' | 'returned' | 'captured';
  readonly amount: number | undefined;
  readonly currency: string | undefined;
  readonly createdAt: number | undefined;
  readonly capturedAt: number | undefined;
  /** When we first heard that it was captured, milliseconds since 1970; undefined while it is not. */
  readonly captureHeardAt: number | undefined;
  readonly method: string | undefined;
  readonly wallet: string | undefined;
  readonly cardNetwork: string | undefined;
  readonly fee: number | undefined;
  /** What went back to the payer, or is on its way there. */
  readonly refunded: number;
  readonly failures: readonly Failure[];
  /** How many tries came before this payment id on the same order. */
  readonly triesBefore: number;
};

/** One report that a try failed. Reports of one payment are numbered in the order in which Razorpay made them. */
export type Failure = {
  readonly at: number | undefined;
  readonly error: PaymentError | undefined;
  /** When it first reached us, milliseconds since 1970. */
  readonly heardAt: number;
};

/** The attempts that `events` speak of, in the order in which they were made. */
export function attemptsOf(events: readonly Heard[], refunds: readonly Refund[]): Attempt[] {
  const byId = Map.groupBy(
    events.filter((event) => event.payment),
    (event) => event.payment?.id ?? '',
  );
  const inTime = [...byId]
    .map(([id, told]) =>
      attemptOf(
        id,
        told,
        refunds.filter(({ paymentId }) => paymentId === id),
      ),
    )
    .sort((a, b) => compare(a.createdAt, b.createdAt) || compare(a.id, b.id));

  let triesBefore = 0;
  return inTime.map((attempt) => {
    const placed = { ...attempt, triesBefore };
    triesBefore += Math.max(1, attempt.failures.length);
    return placed;
  });
}

function attemptOf(id: string, told: readonly Heard[], refunds: readonly Refund[]): Omit<Attempt, 'triesBefore'> {
  const entities = payments(told);
  return {
    id,
    status: statusOf(told),
    amount: first(entities, 'amount'),
    currency: first(entities, 'currency'),
    createdAt: first(entities, 'createdAt'),
    capturedAt: capturedAt(told),
    captureHeardAt: captureHeardAt(told),
    method: first(entities, 'method'),
    wallet: first(entities, 'wallet'),
    cardNetwork: first(entities, 'cardNetwork'),
    fee: first(entities, 'fee'),
    refunded: refundedOf(told, refunds),
    failures: failuresOf(told),
  };
}

/** The furthest that any event says the payment came; `failed` is not terminal, so success of any kind outranks it. */
function statusOf(told: readonly PaymentEvent[]): Attempt['status'] {
  const says = (names: readonly string[], status: string) =>
    told.some((event) => names.includes(event.name) || event.payment?.status === status);
  if (says(capturing, 'captured')) return 'captured';
  // Razorpay states its fee once it has captured; money that it gave back unasked was never ours.
  if (says([], 'refunded')) return first(payments(told), 'fee') === undefined ? 'returned' : 'captured';
  if (says(['payment.authorized'], 'authorized')) return 'authorized';
  if (says(['payment.failed'], 'failed')) return 'failed';
  return 'created';
}

/**
 * The envelope tells when, except on payment_link.*, where it repeats the link's creation time, and where we had to ask.
 * Then the moment at which the payment was begun is the best that is known.
 */
function capturedAt(told: readonly Heard[]): number | undefined {
  const moments = capturing.flatMap((name) => {
    const event = told.find((event) => event.name === name);
    return (name.startsWith('payment_link.') ? event?.link?.updatedAt : event?.at) ?? [];
  });
  return moments[0] ?? (statusOf(told) === 'captured' ? first(payments(told), 'createdAt') : undefined);
}

function captureHeardAt(told: readonly Heard[]): number | undefined {
  if (statusOf(told) !== 'captured') return undefined;
  const isSaying = ({ name, payment }: Heard) =>
    capturing.includes(name) || payment?.status === 'captured' || payment?.status === 'refunded';
  return heardFirst(told.filter(isSaying));
}

/** Of the refunds that we know by their id, those that did not fail; and what the payment itself says beyond them. */
function refundedOf(told: readonly Heard[], refunds: readonly Refund[]): number {
  const sum = (some: readonly Refund[]) => some.reduce((total, { amount }) => total + (amount ?? 0), 0);
  const said = Math.max(0, ...payments(told).map(({ amountRefunded }) => amountRefunded ?? 0));
  const unknown = Math.max(0, said - sum(refunds));
  return unknown + sum(refunds.filter(({ status }) => status !== 'failed'));
}

/**
 * Two reports that agree in time and cause are one report, in however many bodies they came. What Razorpay answered
 * when it was asked is the failure that it reports, or should have: it counts only where there is no report.
 */
function failuresOf(told: readonly Heard[]): Failure[] {
  const failed = told.filter(({ name }) => name === 'payment.failed');
  const reported = failed.filter(({ isAsked }) => !isAsked);
  const distinct = new Map<string, Failure>();
  for (const { at, payment, heardAt } of reported.length > 0 ? reported : failed.slice(0, 1)) {
    const error = payment?.error;
    const text = JSON.stringify({ at, error });
    distinct.set(text, { at, error, heardAt: Math.min(heardAt, distinct.get(text)?.heardAt ?? heardAt) });
  }
  return [...distinct]
    .sort(([a, one], [b, other]) => compare(one.at, other.at) || compare(a, b))
    .map(([, failure]) => failure);
}
