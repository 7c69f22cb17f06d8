import type { PaymentEntity } from './entity.ts';
import type { PaymentEvent } from './event.ts';

/** An event, when it first reached us (ms), and whether we had to ask for it. */
export type Heard = PaymentEvent & { readonly heardAt: number; readonly isAsked: boolean };

/** The events that say that money was captured, the best source for the details of a payment first. */
export const capturing: readonly string[] = [
  'payment.captured',
  'order.paid',
  'payment_link.paid',
  'payment_link.partially_paid',
  'invoice.paid',
  'invoice.partially_paid',
  'subscription.charged',
  'qr_code.credited',
  'virtual_account.credited',
];

/**
 * One order for all events, whatever order they came in: the best source first, then what Razorpay told unasked, then
 * Razorpay's time, then the text. Two that say the same are one.
 */
export function inOrder(
  told: readonly { readonly event: PaymentEvent; readonly at: number; readonly isAsked: boolean }[],
): Heard[] {
  const rank = ({ name, isAsked }: Heard) =>
    2 * (capturing.includes(name) ? capturing.indexOf(name) : capturing.length) + Number(isAsked);
  const heard = new Map<string, Heard>();
  for (const { event, at, isAsked } of told) {
    const text = JSON.stringify([event, isAsked]);
    heard.set(text, { ...event, isAsked, heardAt: Math.min(at, heard.get(text)?.heardAt ?? at) });
  }
  return [...heard]
    .sort(
      ([a, one], [b, other]) =>
        rank(one) - rank(other) || compare(one.name, other.name) || compare(one.at, other.at) || compare(a, b),
    )
    .map(([, event]) => event);
}

/** The payments that `events` speak of, one entity for each event. */
export function payments(events: readonly PaymentEvent[]): PaymentEntity[] {
  return events.flatMap((event) => event.payment ?? []);
}

/** The first that anybody said of `field`. */
export function first<T, K extends keyof T>(values: readonly T[], field: K): NonNullable<T[K]> | undefined {
  return values.find((value) => value[field] !== undefined)?.[field] ?? undefined;
}

/** When an event was said to have happened, in Unix seconds; of what we had to ask for, when it reached us. */
export function saidAt({ at, heardAt }: Heard): number {
  return at ?? Math.floor(heardAt / 1_000);
}

/** When the first of `told` reached us, milliseconds since 1970. */
export function heardFirst(told: readonly Heard[]): number {
  return Math.min(...told.map(({ heardAt }) => heardAt));
}

/** The latest of the moments that are known. */
export function latest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length > 0 ? Math.max(...known) : undefined;
}

/** Ascending; what is unknown comes last. */
export function compare<T extends string | number>(a: T | undefined, b: T | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  return a < b ? -1 : 1;
}
