/**
 * What happens to a payment, told as the steps in which Razorpay and the checkout report it. Pure: ids come from `random`,
 * times from `now`. Times inside a story are as far apart as they would be; its last step is now.
 */
import {
  type Attempt,
  type Body,
  type Failure,
  orderEntity,
  paymentEntity,
  razorpayId,
  webhookBody,
} from './razorpay-bodies.ts';
import { linkEntity } from './razorpay-requests.ts';

/** Something that is told to War Room. */
export type Step = {
  /** Since the step before, in milliseconds of the story's own time. */
  readonly afterMs: number;
  /** For the person who watches. */
  readonly tells: string;
  /** What Razorpay's API answers from now on, by path under `/control/`. */
  readonly world: Readonly<Record<string, Body>>;
  readonly sent:
    | { readonly kind: 'initiated'; readonly body: Body }
    | { readonly kind: 'webhook'; readonly eventId: string; readonly body: Body };
};

export type Story = {
  readonly orderId: string;
  /** The state that the thread ends in, as people are told. */
  readonly ends: string;
  /** How many replies it has by then. */
  readonly replies: number;
  readonly steps: readonly Step[];
};

/** The stories that can be played, with what each shows. */
export const STORIES: Readonly<Record<string, { readonly shows: string; readonly story: (scene: Scene) => Story }>> = {
  payment: { shows: 'a payment that goes well: started, authorized, captured', story: paymentStory },
  'failed-then-captured': {
    shows: 'a first try that the bank declines, a second that is captured',
    story: failedThenCaptured,
  },
  'late-authorization': {
    shows: 'a try reported as failed that the bank confirms hours later',
    story: lateAuthorization,
  },
};

/** What a story is made from. `random` answers from 0 up to 1; `now` is in milliseconds. */
export type Scene = { readonly random: () => number; readonly now: number };

type Person = { readonly id: string; readonly name: string };
type Sale = {
  readonly lead: Person;
  readonly amount: number;
  readonly course: Person & { readonly type: string };
  readonly owner: Person;
};

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const FULL_STACK = { id: 'crs_full_stack', name: 'Full Stack Web Development', type: 'bootcamp' };
const DATA_SCIENCE = { id: 'crs_data_science', name: 'Data Science', type: 'bootcamp' };
const ARJUN = { id: 'adm_arjun', name: 'Arjun Mehta' };
const MEERA = { id: 'adm_meera', name: 'Meera Thomas' };

const DECLINED: Failure = {
  code: 'BAD_REQUEST_ERROR',
  description: 'The account does not hold enough money for this payment. Another account or method may work.',
  source: 'customer',
  step: 'payment_authorization',
  reason: 'insufficient_funds',
};

const TIMED_OUT: Failure = {
  code: 'GATEWAY_ERROR',
  description: 'The bank did not answer in time.',
  source: 'bank',
  step: 'payment_authorization',
  reason: 'payment_timed_out',
};

/** A sale on its way: makes the steps of one order, each at its time. */
class Telling {
  readonly orderId: string;
  readonly #sale: Sale;
  readonly #random: () => number;
  readonly #steps: Step[] = [];
  readonly #began: number;
  #at: number;
  #attempts = 0;
  #paid = 0;

  constructor({ random, now }: Scene, sale: Sale, lastsMs: number) {
    this.#sale = sale;
    this.#random = random;
    this.#began = now - lastsMs;
    this.#at = this.#began;
    this.orderId = razorpayId('order_', random);
  }

  get steps(): readonly Step[] {
    return this.#steps;
  }

  /** A new try to pay this order, at the present moment of the story. */
  attempt(method: Attempt['method']): Attempt {
    this.#attempts += 1;
    const { amount, lead } = this.#sale;
    return {
      id: razorpayId('pay_', this.#random),
      orderId: this.orderId,
      amount,
      currency: 'INR',
      method,
      at: Math.floor(this.#at / 1000),
      notes: { warRoomLead: lead.id },
    };
  }

  initiated(): void {
    const { lead, amount, course, owner } = this.#sale;
    this.#steps.push({
      afterMs: 0,
      tells: `the checkout starts a payment of ${lead.name}, order ${this.orderId}`,
      world: { [`orders/${this.orderId}`]: this.#order() },
      sent: {
        kind: 'initiated',
        body: {
          orderId: this.orderId,
          lead,
          amount,
          currency: 'INR',
          course,
          payment: { kind: 'full' },
          assignedAdmin: owner,
          initiatedAt: new Date(this.#at).toISOString(),
        },
      },
    });
  }

  /** Lets time pass. */
  pass(ms: number): void {
    this.#at += ms;
  }

  failed(attempt: Attempt, afterMs: number, failure: Failure): void {
    const payment = paymentEntity(attempt, 'failed', failure);
    this.#webhook('payment.failed', afterMs, { payment }, `payment.failed: ${failure.reason}`);
  }

  authorized(attempt: Attempt, afterMs: number, tells = 'payment.authorized'): void {
    this.#webhook('payment.authorized', afterMs, { payment: paymentEntity(attempt, 'authorized') }, tells);
  }

  /** Razorpay tells a capture twice: of the payment, and of the order that is paid by it. */
  captured(attempt: Attempt, afterMs: number): void {
    this.#paid = this.#sale.amount;
    const payment = paymentEntity(attempt, 'captured');
    this.#webhook('payment.captured', afterMs, { payment }, 'payment.captured');
    this.#webhook('order.paid', 150, { payment, order: this.#order() }, 'order.paid, which says the same');
  }

  /** Razorpay tells a capture a third time where the order came from a payment link. */
  linkPaid(attempt: Attempt, afterMs: number): void {
    const { amount, lead } = this.#sale;
    const link = {
      id: razorpayId('plink_', this.#random),
      orderId: this.orderId,
      amount,
      currency: 'INR',
      acceptPartial: false,
      referenceId: lead.id,
      at: attempt.at,
    };
    const entities = {
      payment_link: linkEntity(link, 'paid', amount, Math.floor((this.#at + afterMs) / 1000)),
      order: this.#order(),
      payment: paymentEntity(attempt, 'captured'),
    };
    // The envelope carries the time at which the link was made, as Razorpay's does.
    this.#webhook('payment_link.paid', afterMs, entities, 'payment_link.paid, which says the same', link.at);
  }

  #order(): Body {
    const { amount, lead } = this.#sale;
    return orderEntity({
      id: this.orderId,
      amount,
      paid: this.#paid,
      currency: 'INR',
      receipt: lead.id,
      attempts: this.#attempts,
      notes: { warRoomLead: lead.id },
      at: Math.floor(this.#began / 1000),
    });
  }

  #webhook(
    event: string,
    afterMs: number,
    entities: Readonly<Record<string, Body>>,
    tells: string,
    dated = Math.floor((this.#at + afterMs) / 1000),
  ): void {
    this.#at += afterMs;
    const payment = entities['payment'];
    this.#steps.push({
      afterMs,
      tells: `Razorpay reports ${tells}`,
      world: {
        [`orders/${this.orderId}`]: this.#order(),
        ...(payment === undefined ? {} : { [`payments/${payment['id']}`]: payment }),
      },
      sent: {
        kind: 'webhook',
        eventId: razorpayId('', this.#random),
        body: webhookBody(event, dated, entities),
      },
    });
  }
}

function paymentStory(scene: Scene): Story {
  const sale = { lead: { id: 'lead_2001', name: 'Ananya Iyer' }, amount: 45_000_00, course: FULL_STACK, owner: ARJUN };
  const telling = new Telling(scene, sale, 75 * SECOND);
  telling.initiated();
  telling.pass(35 * SECOND);
  const attempt = telling.attempt('upi');
  telling.authorized(attempt, 39 * SECOND);
  telling.captured(attempt, 700);
  return { orderId: telling.orderId, ends: 'Paid', replies: 1, steps: telling.steps };
}

function failedThenCaptured(scene: Scene): Story {
  const sale = { lead: { id: 'lead_1042', name: 'Priya Sharma' }, amount: 45_000_00, course: FULL_STACK, owner: ARJUN };
  const telling = new Telling(scene, sale, 6 * MINUTE);
  telling.initiated();
  telling.pass(40 * SECOND);
  telling.failed(telling.attempt('netbanking'), 50 * SECOND, DECLINED);
  telling.pass(4 * MINUTE - 10 * SECOND);
  const second = telling.attempt('upi');
  telling.authorized(second, 39 * SECOND, 'payment.authorized: the second try');
  telling.captured(second, 700);
  return { orderId: telling.orderId, ends: 'Paid', replies: 2, steps: telling.steps };
}

function lateAuthorization(scene: Scene): Story {
  const sale = {
    lead: { id: 'lead_3310', name: 'Rahul Kulkarni' },
    amount: 62_500_00,
    course: DATA_SCIENCE,
    owner: MEERA,
  };
  const telling = new Telling(scene, sale, 2 * HOUR + 12 * MINUTE);
  telling.initiated();
  telling.pass(30 * SECOND);
  const attempt = telling.attempt('netbanking');
  telling.failed(attempt, 10 * MINUTE, TIMED_OUT);
  telling.authorized(attempt, 2 * HOUR, 'payment.authorized for the same try, two hours later');
  telling.captured(attempt, 700);
  return { orderId: telling.orderId, ends: 'Paid', replies: 2, steps: telling.steps };
}

/** A payment of the storm: five deliveries of one order, the first try declined. */
export function stormStory(scene: Scene, index: number): Story {
  const names = ['Aarav', 'Diya', 'Ishaan', 'Kabir', 'Meher', 'Nila', 'Om', 'Riya', 'Tara', 'Vihaan'];
  const surnames = ['Bose', 'Chopra', 'Das', 'Gill', 'Iyer', 'Joshi', 'Khan', 'Menon', 'Pillai', 'Reddy', 'Shah'];
  const name = `${names[index % names.length]} ${surnames[index % surnames.length]}`;
  const sale = {
    lead: { id: `lead_storm_${index}`, name },
    amount: 20_000_00 + index * 100,
    course: index % 2 === 0 ? FULL_STACK : DATA_SCIENCE,
    owner: index % 2 === 0 ? ARJUN : MEERA,
  };
  const telling = new Telling(scene, sale, 5 * MINUTE);
  telling.initiated();
  telling.pass(MINUTE);
  telling.failed(telling.attempt('upi'), 30 * SECOND, DECLINED);
  telling.pass(2 * MINUTE);
  const second = telling.attempt('card');
  telling.authorized(second, 39 * SECOND);
  telling.captured(second, 700);
  telling.linkPaid(second, 90);
  return { orderId: telling.orderId, ends: 'Paid', replies: 2, steps: telling.steps };
}

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
