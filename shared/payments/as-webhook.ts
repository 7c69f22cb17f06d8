import type { Body } from '../razorpay/client.ts';
import { type PaymentEvent, readEvent } from './event.ts';

/** What Razorpay's API is asked for, by the names that its webhooks give it. */
export type Entity = 'payment' | 'order' | 'refund' | 'dispute' | 'payment_link';

/** An answer of Razorpay's API, as a webhook that would have told it. */
export type AsWebhook = {
  readonly bytes: Uint8Array;
  readonly event: PaymentEvent;
  /** How the entity stands, in Razorpay's word. */
  readonly status: string;
};

/**
 * Writes what Razorpay's API answered as a webhook, so that it is read, kept and folded like one: the event is the
 * entity with its status (`payment.captured`), and has no time of its own, since nobody said when it happened.
 */
export function asWebhook(entity: Entity, body: Body): AsWebhook | undefined {
  const status = String(body['status']);
  const name = `${entity}.${status}`;
  const bytes = Buffer.from(JSON.stringify({ event: name, payload: { [entity]: { entity: body } } }));
  const reading = readEvent(bytes);
  return reading.readable ? { bytes, event: reading.event, status } : undefined;
}
