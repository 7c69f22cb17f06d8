/** One order as it is paid, given back and disputed, told in steps. */
import { type DISPUTE_STATUS, type Dispute, disputeEntity, type Refund, refundEntity } from './razorpay-aftermath.ts';
import {
  type Attempt,
  type Body,
  type Failure,
  orderEntity,
  paymentEntity,
  refundedPayment,
} from './razorpay-bodies.ts';
import { type Invoice, invoiceEntity, linkEntity, type PaymentLink, subscriptionEntity } from './razorpay-requests.ts';
import { type Ending, type Step, type Telling, worldOf } from './telling.ts';

type Person = { readonly id: string; readonly name: string };

/** What is sold, to whom, and by whom. */
export type Terms = {
  readonly lead: Person;
  /** Paise. */
  readonly amount: number;
  readonly course: Person & { readonly type: string };
  readonly owner: Person;
  /** `planTotal` in paise. */
  readonly part?: { readonly number: number; readonly of: number; readonly planTotal: number };
  /** How the order came to be where no checkout made it. */
  readonly by?: 'link' | 'invoice' | 'subscription';
};

/** One order: the tries to pay it, and what follows. Razorpay's API is kept in step with what is told. */
export class Sale {
  readonly orderId: string;
  readonly #telling: Telling;
  readonly #terms: Terms;
  readonly #began: number;
  readonly #requestId: string;
  readonly #refunded = new Map<string, number>();
  #attempts = 0;
  #paid = 0;

  constructor(telling: Telling, terms: Terms) {
    this.#telling = telling;
    this.#terms = terms;
    this.#began = telling.at;
    this.orderId = telling.id('order_');
    this.#requestId = telling.id({ link: 'plink_', invoice: 'inv_', subscription: 'sub_' }[terms.by ?? 'link']);
  }

  /** The checkout says that it starts; where `awaits` is given, only once that thread is told. */
  initiated(awaits?: Ending): void {
    const { lead, amount, course, owner, part } = this.#terms;
    this.#telling.initiated(
      `the checkout starts ${part ? `part ${part.number} of ${part.of}` : 'a payment'} of ${lead.name}, order ${this.orderId}`,
      {
        orderId: this.orderId,
        lead,
        amount,
        currency: 'INR',
        course,
        payment: part ? { kind: 'part', ...part } : { kind: 'full' },
        assignedAdmin: owner,
      },
      this.#world(),
      awaits,
    );
  }

  /** A new try to pay `amount` of this order (all of it, where nothing is said), at the present moment. */
  attempt(method: Attempt['method'], amount = this.#terms.amount): Attempt {
    this.#attempts += 1;
    const { lead, by } = this.#terms;
    return {
      id: this.#telling.id('pay_'),
      orderId: this.orderId,
      amount,
      currency: 'INR',
      method,
      at: this.#telling.at,
      notes: { warRoomLead: lead.id },
      ...(by === 'link' && { description: `#${this.#requestId.replace(/^plink_/, '')}` }),
      ...(by === 'invoice' && { description: `Invoice #${this.#requestId}`, invoiceId: this.#requestId }),
      ...(by === 'subscription' && { description: 'Recurring Payment via Subscription' }),
    };
  }

  failed(attempt: Attempt, afterMs: number, failure: Failure): void {
    const payment = paymentEntity(attempt, 'failed', failure);
    this.#webhook('payment.failed', afterMs, { payment }, `payment.failed: ${failure.reason}`);
  }

  authorized(attempt: Attempt, afterMs: number, tells = 'payment.authorized'): void {
    this.#webhook('payment.authorized', afterMs, { payment: paymentEntity(attempt, 'authorized') }, tells);
  }

  /** Cash on delivery was chosen; nothing is paid. */
  pending(attempt: Attempt, afterMs: number): void {
    this.#webhook('payment.pending', afterMs, { payment: paymentEntity(attempt, 'pending') });
  }

  /**
   * Razorpay tells a capture of the payment; of the order, once nothing of it is due; and of the link, invoice or
   * subscription that the order belongs to.
   */
  captured(attempt: Attempt, afterMs: number): void {
    this.#paid += attempt.amount;
    const isAll = this.#paid >= this.#terms.amount;
    const payment = paymentEntity(attempt, 'captured');
    this.#webhook('payment.captured', afterMs, { payment });
    if (isAll) this.#webhook('order.paid', 150, { payment, order: this.#order() }, 'order.paid, which says the same');
    this.#requestPaid(payment, isAll);
  }

  /** Gives `amount` of a captured payment back: refund.created, while the bank has still to act. */
  refund(attempt: Attempt, amount: number, afterMs: number, speed: Refund['speed'] = 'normal'): Refund {
    this.#refunded.set(attempt.id, this.refundedOf(attempt) + amount);
    this.#telling.pass(afterMs);
    const { at } = this.#telling;
    const refund: Refund = {
      id: this.#telling.id('rfnd_'),
      paymentId: attempt.id,
      amount,
      currency: 'INR',
      speed,
      at,
    };
    this.#refundTold('refund.created', attempt, 0, refundEntity(refund, 'pending'));
    return refund;
  }

  refundProcessed(attempt: Attempt, refund: Refund, afterMs: number): void {
    this.#refundTold('refund.processed', attempt, afterMs, refundEntity(refund, 'processed', 'normal'));
  }

  /** The bank did not take it: what was given back is the merchant's again. */
  refundFailed(attempt: Attempt, refund: Refund, afterMs: number): void {
    this.#refunded.set(attempt.id, this.refundedOf(attempt) - refund.amount);
    this.#refundTold('refund.failed', attempt, afterMs, refundEntity(refund, 'failed'));
  }

  /** It was to be instant, and takes the days of a normal one. */
  refundSlowed(attempt: Attempt, refund: Refund, afterMs: number): void {
    this.#refundTold('refund.speed_changed', attempt, afterMs, refundEntity(refund, 'pending', 'normal'));
  }

  /** Of a payment, in paise. */
  refundedOf({ id }: Attempt): number {
    return this.#refunded.get(id) ?? 0;
  }

  /** The payer's bank asks for the money back; to be answered within `days`. */
  disputed(attempt: Attempt, afterMs: number, days: number): Dispute {
    this.#telling.pass(afterMs);
    const { at } = this.#telling;
    const dispute: Dispute = {
      id: this.#telling.id('disp_'),
      paymentId: attempt.id,
      amount: attempt.amount,
      currency: 'INR',
      phase: 'chargeback',
      reasonCode: 'goods_or_services_not_received_or_partially_received',
      at,
      respondBy: at + days * 86_400,
    };
    this.disputeMoved(attempt, dispute, 'payment.dispute.created', 0);
    return dispute;
  }

  disputeMoved(attempt: Attempt, dispute: Dispute, event: keyof typeof DISPUTE_STATUS, afterMs: number): void {
    const payment = refundedPayment(attempt, this.refundedOf(attempt));
    this.#webhook(event, afterMs, { payment, dispute: disputeEntity(dispute, event) });
  }

  /** How the thread of this order ends. The amount is the whole of it where nothing else is said. */
  ending(state: string, replies: readonly string[], more: Partial<Ending> = {}): Ending {
    return { id: this.orderId, state, amount: this.#terms.amount, replies, channel: 'payments', ...more };
  }

  #refundTold(event: string, attempt: Attempt, afterMs: number, refund: Body): void {
    const payment = refundedPayment(attempt, this.refundedOf(attempt));
    this.#webhook(event, afterMs, { refund, payment });
  }

  #requestPaid(payment: Body, isAll: boolean): void {
    const { by } = this.#terms;
    const says = isAll ? ', which says the same' : '';
    const event = isAll ? 'paid' : 'partially_paid';
    const order = this.#order();
    if (by === 'link') {
      const link = linkEntity(this.#link(), event, this.#paid, this.#telling.at);
      const dated = this.#began;
      // The envelope carries the time at which the link was made, as Razorpay's does.
      this.#webhook(
        `payment_link.${event}`,
        90,
        { payment_link: link, order, payment },
        `payment_link.${event}${says}`,
        dated,
      );
    }
    if (by === 'invoice') {
      const invoice = invoiceEntity(this.#invoice(), event, this.#paid, String(payment['id']), this.#telling.at);
      this.#webhook(`invoice.${event}`, 90, { payment, order, invoice }, `invoice.${event}${says}`);
    }
    if (by === 'subscription') {
      const { at } = this.#telling;
      const subscription = subscriptionEntity({
        id: this.#requestId,
        planId: this.#telling.id('plan_'),
        paidCount: 2,
        totalCount: 12,
        at,
      });
      this.#webhook('subscription.charged', 90, { subscription, payment }, `subscription.charged${says}`);
    }
  }

  #link(): PaymentLink {
    const { amount, lead } = this.#terms;
    return {
      id: this.#requestId,
      orderId: this.orderId,
      amount,
      currency: 'INR',
      acceptPartial: true,
      referenceId: lead.id,
      at: this.#began,
    };
  }

  #invoice(): Invoice {
    const { amount, lead } = this.#terms;
    return {
      id: this.#requestId,
      orderId: this.orderId,
      amount,
      currency: 'INR',
      receipt: lead.id,
      at: this.#began,
    };
  }

  #order(): Body {
    const { amount, lead } = this.#terms;
    return orderEntity({
      id: this.orderId,
      amount,
      paid: this.#paid,
      currency: 'INR',
      receipt: lead.id,
      attempts: this.#attempts,
      notes: { warRoomLead: lead.id },
      at: this.#began,
    });
  }

  #world(entities: Readonly<Record<string, Body>> = {}): Step['world'] {
    return { [`orders/${this.orderId}`]: this.#order(), ...worldOf(entities) };
  }

  #webhook(
    event: string,
    afterMs: number,
    entities: Readonly<Record<string, Body>>,
    tells = event,
    dated?: number,
  ): void {
    const world = this.#world(entities);
    this.#telling.webhook(event, afterMs, entities, { world, tells, ...(dated !== undefined && { dated }) });
  }
}
