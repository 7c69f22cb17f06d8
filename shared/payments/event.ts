import { createHash } from 'node:crypto';
import {
  type DisputeEntity,
  type DowntimeEntity,
  disputeEntity,
  downtimeEntity,
  type InvoiceEntity,
  identifier,
  invoiceEntity,
  type LinkEntity,
  linkEntity,
  type OrderEntity,
  orderEntity,
  type PaymentEntity,
  paymentEntity,
  type RefundEntity,
  record,
  refundEntity,
  type SettlementEntity,
  type SubscriptionEntity,
  settlementEntity,
  subscriptionEntity,
  text,
  time,
} from './entity.ts';

/** What Razorpay's webhooks say, parsed once. https://razorpay.com/docs/webhooks/payments/ */
export type PaymentEvent = {
  readonly name: string;
  /** When Razorpay says it happened, in Unix seconds. On `payment_link.*` this is the link's creation time. */
  readonly at: number | undefined;
  readonly payment: PaymentEntity | undefined;
  readonly order: OrderEntity | undefined;
  readonly link: LinkEntity | undefined;
  readonly invoice?: InvoiceEntity | undefined;
  readonly refund?: RefundEntity | undefined;
  readonly dispute?: DisputeEntity | undefined;
  readonly subscription?: SubscriptionEntity | undefined;
  readonly settlement?: SettlementEntity | undefined;
  readonly downtime?: DowntimeEntity | undefined;
};

/** The body of a delivery, or why it is not one. */
export type Reading =
  | { readonly readable: true; readonly event: PaymentEvent; readonly home: string }
  | { readonly readable: false; readonly why: string; readonly home: string };

/**
 * Reads the raw bytes of a delivery. `home` is the key under which its fact is kept, a pure function of the bytes:
 * the order, else the payment, link or invoice that it is about, else (settlements, downtimes) `ops#<id>`,
 * else `body#<sha256>`. It never throws.
 */
export function readEvent(bytes: Uint8Array): Reading {
  const parsed = parseJson(bytes);
  const body = record(parsed);
  const bodyKey = () => `body#${sha256(bytes)}`;
  if (!body) return { readable: false, why: 'The body is signed but is not a JSON object.', home: bodyKey() };

  const name = text(body['event']);
  if (!name) return { readable: false, why: 'The body is signed but names no event.', home: bodyKey() };

  const payload = record(body['payload']);
  const entity = (key: string) => record(record(payload?.[key])?.['entity']);
  const payment = paymentEntity(entity('payment'));
  const order = orderEntity(entity('order'));
  const link = linkEntity(entity('payment_link'));
  const invoice = invoiceEntity(entity('invoice'));
  const refund = refundEntity(entity('refund'));
  const dispute = disputeEntity(entity('dispute'));
  const settlement = settlementEntity(entity('settlement'));
  const downtime = downtimeEntity(entity('payment.downtime'));
  const event: PaymentEvent = {
    name,
    // Some of Razorpay's own samples have the time inside the payload.
    at: time(body['created_at']) ?? time(payload?.['created_at']),
    payment,
    order,
    link,
    ...present({ invoice, refund, dispute, settlement, downtime }),
    ...present({ subscription: subscriptionEntity(entity('subscription')) }),
  };

  const home =
    order?.id ??
    payment?.orderId ??
    invoice?.orderId ??
    link?.orderId ??
    payment?.id ??
    refund?.paymentId ??
    dispute?.paymentId ??
    link?.id ??
    invoice?.id ??
    opsKey(settlement ?? downtime) ??
    bodyKey();
  return { readable: true, event, home };
}

/** The home of what is told in the ops channel and in no payment's thread. */
export const opsPrefix = 'ops#';

/** Stands for the name of an account, which is never that, in the home of what belongs to all of a team's. */
export const everyAccount = '*';

/** Lower-case hexadecimal SHA-256 of the bytes as received. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** Only what is there, so that the events of most payments stay as small as they are. */
function present<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function opsKey(entity: { readonly id: string } | undefined): string | undefined {
  const id = identifier(entity?.id);
  return id && `${opsPrefix}${id}`;
}
