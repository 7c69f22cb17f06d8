/**
 * Whole lives of payments, as different as chance makes them, each with the end that it must come to. Nothing of War Room
 * is used to say what that is: who tells the life knows it. Pure: the same scene, the same life.
 */
import { accountCredited, codeCredited, linkEnds } from '../orderless.ts';
import type { Attempt } from '../razorpay-bodies.ts';
import { Sale, type Terms } from '../sale.ts';
import { ARJUN, DATA_SCIENCE, DECLINED, FULL_STACK, MEERA, nameOf, TIMED_OUT } from '../stories.ts';
import { type Ending, type Scene, type Step, Telling } from '../telling.ts';

export type Life = {
  readonly index: number;
  /** Of what kind it is, for the sentence that tells a fault. */
  readonly kind: string;
  readonly steps: readonly Step[];
  readonly endings: readonly Ending[];
  /**
   * The events whose webhooks may be lost: the life comes to the same end, since War Room knows by other means whom to ask
   * about, and Razorpay's API still says it then. What may not: anything of money that nobody announced, that a refund or a
   * dispute began, a failed try before the money came in, and the end of a link of which nothing was heard.
   */
  readonly losable: readonly string[];
};

/** One life of a storm; `index` makes it another than the others. */
export function lifeOf(scene: Scene, index: number): Life {
  const ground = new Ground(scene, index);
  const [, kind, live] = ground.pick(ODDS);
  const { losable = [], endings } = live(ground);
  return { index, kind, steps: ground.telling.steps, endings, losable };
}

type Course = { readonly endings: readonly Ending[]; readonly losable?: readonly string[] };

const KINDS: readonly Kind[] = [
  [30, 'a payment', payment],
  [8, 'a try that comes through late', lateTry],
  [8, 'a payment that is given up', givenUp],
  [4, 'a payment that is only authorized', onlyAuthorized],
  [2, 'cash on delivery', cashOnDelivery],
  [10, 'a plan', plan],
  [10, 'an order paid in parts', inParts],
  [12, 'a refund', refund],
  [8, 'a dispute', dispute],
  [4, 'a link that ends unpaid', endedLink],
  [4, 'money without an order', withoutOrder],
];
type Kind = readonly [weight: number, name: string, live: (ground: Ground) => Course];

/** Each kind as often as its weight says. */
const ODDS = KINDS.flatMap((kind) => Array.from({ length: kind[0] }, () => kind)) as [Kind, ...Kind[]];

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** What tells that money came in; once a thread is watched, Razorpay's API says the same. */
const CAPTURES = [
  'payment.authorized',
  'payment.captured',
  'order.paid',
  'payment_link.paid',
  'payment_link.partially_paid',
  'invoice.paid',
  'invoice.partially_paid',
  'subscription.charged',
];

/** Where a life takes place: chance, time, and somebody to pay. */
class Ground {
  readonly telling: Telling;
  readonly #random: () => number;
  readonly #index: number;

  constructor(scene: Scene, index: number) {
    this.telling = new Telling(scene, 10 * MINUTE);
    this.#random = scene.random;
    this.#index = index;
  }

  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  /** A whole number from `least` to `most`. */
  count(least: number, most: number): number {
    return least + Math.floor(this.#random() * (most - least + 1));
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[Math.floor(this.#random() * choices.length)] ?? choices[0];
  }

  method(): Attempt['method'] {
    return this.pick(['upi', 'card', 'netbanking']);
  }

  terms(more: Partial<Terms> = {}): Terms {
    const isEven = this.#index % 2 === 0;
    return {
      lead: { id: this.telling.id('lead_'), name: nameOf(this.#index) },
      amount: this.count(5_000, 90_000) * 100,
      course: isEven ? FULL_STACK : DATA_SCIENCE,
      owner: isEven ? ARJUN : MEERA,
      ...more,
    };
  }

  /** So many tries that fail, and the keys of their replies. */
  failures(sale: Sale, count: number): string[] {
    return Array.from({ length: count }, () => {
      this.telling.pass(this.count(5, 40) * SECOND);
      const attempt = sale.attempt(this.method());
      sale.failed(attempt, 10 * SECOND, this.pick([DECLINED, TIMED_OUT]));
      return `failed#${attempt.id}#1`;
    });
  }

  /** A try that succeeds, and the key of its reply. */
  capture(sale: Sale, amount?: number): { readonly attempt: Attempt; readonly key: string } {
    this.telling.pass(this.count(5, 40) * SECOND);
    const attempt = sale.attempt(this.method(), amount);
    if (this.chance(0.6)) sale.authorized(attempt, 5 * SECOND);
    sale.captured(attempt, 2 * SECOND);
    return { attempt, key: `paid#${attempt.id}` };
  }
}

function payment(ground: Ground): Course {
  const isAnnounced = ground.chance(0.8);
  const by = ground.pick<Terms['by']>([undefined, undefined, 'link', 'invoice', 'subscription']);
  const sale = new Sale(ground.telling, ground.terms(by && { by }));
  if (isAnnounced) sale.initiated();
  const failures = ground.failures(sale, ground.pick([0, 0, 0, 1, 1, 2, 3]));
  const { key } = ground.capture(sale);
  return { endings: [sale.ending('Paid', [...failures, key])], losable: isAnnounced ? CAPTURES : [] };
}

/** The same try is reported as failed, and then as a success. */
function lateTry(ground: Ground): Course {
  const sale = new Sale(ground.telling, ground.terms());
  const isAnnounced = ground.chance(0.8);
  if (isAnnounced) sale.initiated();
  const attempt = sale.attempt(ground.method());
  sale.failed(attempt, 30 * SECOND, TIMED_OUT);
  sale.authorized(attempt, 2 * MINUTE);
  sale.captured(attempt, 700);
  const ending = sale.ending('Paid', [`failed#${attempt.id}#1`, `paid#${attempt.id}`]);
  return { endings: [ending], losable: isAnnounced ? CAPTURES : [] };
}

function givenUp(ground: Ground): Course {
  const sale = new Sale(ground.telling, ground.terms());
  sale.initiated();
  const failures = ground.failures(sale, ground.count(0, 3));
  const ending = sale.ending(failures.length > 0 ? 'Failed' : 'Initiated', failures);
  return { endings: [ending], losable: ['payment.failed'] };
}

function onlyAuthorized(ground: Ground): Course {
  const sale = new Sale(ground.telling, ground.terms());
  sale.initiated();
  const failures = ground.failures(sale, ground.count(0, 1));
  sale.authorized(sale.attempt(ground.method()), 5 * SECOND);
  return { endings: [sale.ending('Authorized', failures)], losable: ['payment.failed', 'payment.authorized'] };
}

function cashOnDelivery(ground: Ground): Course {
  const sale = new Sale(ground.telling, ground.terms());
  sale.initiated();
  sale.pending(sale.attempt('cod'), 5 * SECOND);
  return { endings: [sale.ending('Initiated', [])], losable: ['payment.pending'] };
}

/** Two or three instalments; perhaps the learner buys something else between them, which follows the open plan. */
function plan(ground: Ground): Course {
  const of = ground.count(2, 3);
  const part = ground.count(5, 30) * 1_000_00;
  const terms = ground.terms({ amount: part });
  const bought = ground.chance(0.3) ? ground.count(1, of - 1) : 0;
  const endings: Ending[] = [];
  for (let number = 1; number <= of; number += 1) {
    const sale = new Sale(ground.telling, { ...terms, part: { number, of, planTotal: part * of } });
    sale.initiated(endings.at(-1));
    const failures = ground.failures(sale, ground.pick([0, 0, 1]));
    const { key } = ground.capture(sale);
    const channel = number === 1 ? 'payments' : 'partPayments';
    const ending = sale.ending(`Part ${number} of ${of} paid`, [...failures, key], { channel });
    endings.push(ending);
    if (number === bought) endings.push(another(ground, terms, ending));
  }
  return { endings, losable: CAPTURES };
}

/** A full payment of a learner who has a plan that is partly paid. */
function another(ground: Ground, terms: Terms, before: Ending): Ending {
  const sale = new Sale(ground.telling, { ...terms, amount: ground.count(1, 9) * 1_000_00 });
  sale.initiated(before);
  const { key } = ground.capture(sale);
  return sale.ending('Paid', [key], { channel: 'partPayments' });
}

function inParts(ground: Ground): Course {
  const of = ground.count(2, 4);
  const part = ground.count(1, 30) * 1_000_00;
  const isAnnounced = ground.chance(0.7);
  const by = ground.pick<Terms['by']>([undefined, 'link', 'invoice']);
  const sale = new Sale(ground.telling, ground.terms({ amount: part * of, ...(by && { by }) }));
  if (isAnnounced) sale.initiated();
  const failures = ground.failures(sale, ground.pick([0, 0, 1]));
  const paid = ground.count(1, of);
  const keys = Array.from({ length: paid }, () => ground.capture(sale, part).key);
  const losable = isAnnounced ? CAPTURES : [];
  if (paid === of) return { endings: [sale.ending('Paid', [...failures, ...keys])], losable };
  const partly = { amount: part * paid, of: part * of };
  return { endings: [sale.ending(`Part ${paid} paid`, [...failures, ...keys], partly)], losable };
}

function refund(ground: Ground): Course {
  const { telling } = ground;
  const terms = ground.terms();
  const sale = new Sale(telling, terms);
  const isAnnounced = ground.chance(0.8);
  if (isAnnounced) sale.initiated();
  const { attempt, key } = ground.capture(sale);
  const keys = [key];
  for (let refunds = ground.count(1, 2); refunds > 0; refunds -= 1) {
    const left = terms.amount - sale.refundedOf(attempt);
    const isRest = ground.chance(0.4);
    const given = sale.refund(
      attempt,
      isRest ? left : Math.floor(left / 3),
      MINUTE,
      ground.pick(['normal', 'optimum']),
    );
    keys.push(`refund#${given.id}`);
    const isSlowed = given.speed === 'optimum' && ground.chance(0.5);
    if (isSlowed) sale.refundSlowed(attempt, given, MINUTE);
    const outcome = ground.pick(['processed', 'processed', 'processed', 'failed', 'pending']);
    if (outcome === 'processed') sale.refundProcessed(attempt, given, MINUTE);
    if (outcome === 'failed') sale.refundFailed(attempt, given, MINUTE);
    if (outcome === 'failed') keys.push(`refundFailed#${given.id}`);
    if (sale.refundedOf(attempt) === terms.amount) break;
  }
  const refunded = sale.refundedOf(attempt);
  const state = refunded === 0 ? 'Paid' : refunded === terms.amount ? 'Refunded' : 'Partly refunded';
  // A refund under way is asked about, so how it ends may be lost; that it began may not.
  const losable = ['refund.speed_changed', 'refund.processed', 'refund.failed', ...(isAnnounced ? CAPTURES : [])];
  return { endings: [sale.ending(state, keys)], losable };
}

function dispute(ground: Ground): Course {
  const sale = new Sale(ground.telling, ground.terms());
  const isAnnounced = ground.chance(0.8);
  if (isAnnounced) sale.initiated();
  const { attempt, key } = ground.capture(sale);
  const raised = sale.disputed(attempt, MINUTE, 10);
  const keys = [key, `dispute#${raised.id}`];
  const move = (event: 'action_required' | 'under_review' | 'won' | 'lost' | 'closed', change: string) => {
    sale.disputeMoved(attempt, raised, `payment.dispute.${event}`, MINUTE);
    keys.push(`${change}#${raised.id}`);
  };
  if (ground.chance(0.4)) move('action_required', 'disputeAction');
  if (ground.chance(0.6)) move('under_review', 'disputeReview');
  const outcome = ground.pick(['won', 'lost', 'closed', 'open']);
  if (outcome === 'won') move('won', 'disputeWon');
  if (outcome === 'lost') move('lost', 'disputeLost');
  if (outcome === 'closed') move('closed', 'disputeClosed');
  const state = outcome === 'won' || outcome === 'closed' ? 'Paid' : 'Disputed';
  // An open dispute is asked about, so how it ends may be lost; the steps before show only at their time.
  const outcomes = ['payment.dispute.won', 'payment.dispute.lost', 'payment.dispute.closed'];
  return { endings: [sale.ending(state, keys)], losable: [...outcomes, ...(isAnnounced ? CAPTURES : [])] };
}

function endedLink(ground: Ground): Course {
  const how = ground.chance(0.5) ? 'cancelled' : 'expired';
  return { endings: [linkEnds(ground.telling, ground.count(1, 90) * 1_000_00, how, MINUTE)] };
}

function withoutOrder(ground: Ground): Course {
  const credited = ground.pick([codeCredited, codeCredited, accountCredited]);
  return { endings: [credited(ground.telling, ground.count(1, 9_000) * 100)] };
}
