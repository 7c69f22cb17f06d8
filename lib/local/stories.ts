/**
 * What happens to payments, told as the steps in which Razorpay and the checkout report it. Pure: ids come from `random`,
 * times from `now`. Times inside a story are as far apart as they would be; its last step is now.
 */

import { linkEnds } from './orderless.ts';
import { type Downtime, downtimeEntity, settlementEntity } from './razorpay-account.ts';
import type { Failure } from './razorpay-bodies.ts';
import { Sale, type Terms } from './sale.ts';
import { type Ending, type Scene, type Step, Telling } from './telling.ts';

export type Story = {
  readonly steps: readonly Step[];
  /** One of each payment's thread that it is told in. */
  readonly endings: readonly Ending[];
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
  'part-payments': {
    shows: 'a plan of three instalments, and one order that is paid in parts',
    story: partPayments,
  },
  refund: { shows: 'a part given back, then the rest; and a refund that failed', story: refundStory },
  dispute: { shows: 'a payment that the bank asks back, answered and won', story: disputeStory },
  link: { shows: 'a payment link that is paid, and one that is cancelled', story: linkStory },
  account: {
    shows: 'a method that is down for a while, and a settlement: told in the ops channel',
    story: accountStory,
  },
};

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const FULL_STACK = { id: 'crs_full_stack', name: 'Full Stack Web Development', type: 'bootcamp' };
export const DATA_SCIENCE = { id: 'crs_data_science', name: 'Data Science', type: 'bootcamp' };
export const ARJUN = { id: 'adm_arjun', name: 'Arjun Mehta' };
export const MEERA = { id: 'adm_meera', name: 'Meera Thomas' };

export const DECLINED: Failure = {
  code: 'BAD_REQUEST_ERROR',
  description: 'The account does not hold enough money for this payment. Another account or method may work.',
  source: 'customer',
  step: 'payment_authorization',
  reason: 'insufficient_funds',
};

export const TIMED_OUT: Failure = {
  code: 'GATEWAY_ERROR',
  description: 'The bank did not answer in time.',
  source: 'bank',
  step: 'payment_authorization',
  reason: 'payment_timed_out',
};

function paymentStory(scene: Scene): Story {
  const telling = new Telling(scene, 75 * SECOND);
  const lead = { id: telling.id('lead_'), name: 'Ananya Iyer' };
  const sale = new Sale(telling, { lead, amount: 45_000_00, course: FULL_STACK, owner: ARJUN });
  sale.initiated();
  telling.pass(35 * SECOND);
  const attempt = sale.attempt('upi');
  sale.authorized(attempt, 39 * SECOND);
  sale.captured(attempt, 700);
  return { steps: telling.steps, endings: [sale.ending('Paid', [`paid#${attempt.id}`])] };
}

function failedThenCaptured(scene: Scene): Story {
  const telling = new Telling(scene, 6 * MINUTE);
  const lead = { id: telling.id('lead_'), name: 'Priya Sharma' };
  const sale = new Sale(telling, { lead, amount: 45_000_00, course: FULL_STACK, owner: ARJUN });
  sale.initiated();
  telling.pass(40 * SECOND);
  const first = sale.attempt('netbanking');
  sale.failed(first, 50 * SECOND, DECLINED);
  telling.pass(4 * MINUTE - 10 * SECOND);
  const second = sale.attempt('upi');
  sale.authorized(second, 39 * SECOND, 'payment.authorized: the second try');
  sale.captured(second, 700);
  return { steps: telling.steps, endings: [sale.ending('Paid', [`failed#${first.id}#1`, `paid#${second.id}`])] };
}

function lateAuthorization(scene: Scene): Story {
  const telling = new Telling(scene, 2 * HOUR + 12 * MINUTE);
  const lead = { id: telling.id('lead_'), name: 'Rahul Kulkarni' };
  const sale = new Sale(telling, { lead, amount: 62_500_00, course: DATA_SCIENCE, owner: MEERA });
  sale.initiated();
  telling.pass(30 * SECOND);
  const attempt = sale.attempt('netbanking');
  sale.failed(attempt, 10 * MINUTE, TIMED_OUT);
  sale.authorized(attempt, 2 * HOUR, 'payment.authorized for the same try, two hours later');
  sale.captured(attempt, 700);
  return { steps: telling.steps, endings: [sale.ending('Paid', [`failed#${attempt.id}#1`, `paid#${attempt.id}`])] };
}

/**
 * The first instalment goes where payments go; later ones follow the plan, once War Room knows that the one before is
 * complete. A second learner pays one order in parts, and owes the last.
 */
function partPayments(scene: Scene): Story {
  const telling = new Telling(scene, 2 * HOUR);
  const plan = { lead: { id: telling.id('lead_'), name: 'Rahul Kapoor' }, course: DATA_SCIENCE, owner: MEERA };
  const endings: Ending[] = [];
  for (const number of [1, 2, 3]) {
    const part = { number, of: 3, planTotal: 45_000_00 };
    const sale = new Sale(telling, { ...plan, amount: 15_000_00, part });
    sale.initiated(endings.at(-1));
    telling.pass(40 * SECOND);
    const attempt = sale.attempt(number === 2 ? 'card' : 'upi');
    sale.captured(attempt, 30 * SECOND);
    telling.pass(30 * MINUTE);
    const channel = number === 1 ? 'payments' : 'partPayments';
    endings.push(sale.ending(`Part ${number} of 3 paid`, [`paid#${attempt.id}`], { channel }));
  }

  const lead = { id: telling.id('lead_'), name: 'Sneha Pillai' };
  const inParts = new Sale(telling, { lead, amount: 45_000_00, course: FULL_STACK, owner: ARJUN });
  inParts.initiated();
  telling.pass(40 * SECOND);
  const first = inParts.attempt('upi', 15_000_00);
  inParts.captured(first, 30 * SECOND);
  telling.pass(20 * MINUTE);
  const second = inParts.attempt('netbanking', 20_000_00);
  inParts.captured(second, 40 * SECOND);
  const replies = [`paid#${first.id}`, `paid#${second.id}`];
  const last = inParts.ending('Part 2 paid', replies, { amount: 35_000_00, of: 45_000_00 });
  return { steps: telling.steps, endings: [...endings, last] };
}

function refundStory(scene: Scene): Story {
  const telling = new Telling(scene, 3 * DAY);
  const partial = paidSale(telling, { lead: { id: telling.id('lead_'), name: 'Kavya Nair' }, ...FULL_COURSE });
  const part = partial.sale.refund(partial.attempt, 5_000_00, DAY, 'optimum');
  partial.sale.refundSlowed(partial.attempt, part, MINUTE);
  partial.sale.refundProcessed(partial.attempt, part, 4 * HOUR);
  const rest = partial.sale.refund(partial.attempt, 40_000_00, 6 * HOUR);
  partial.sale.refundProcessed(partial.attempt, rest, DAY);

  const failing = paidSale(telling, { lead: { id: telling.id('lead_'), name: 'Dev Malhotra' }, ...FULL_COURSE });
  const failed = failing.sale.refund(failing.attempt, 5_000_00, 2 * HOUR);
  failing.sale.refundFailed(failing.attempt, failed, 8 * HOUR);
  return {
    steps: telling.steps,
    endings: [
      partial.sale.ending('Refunded', [`paid#${partial.attempt.id}`, `refund#${part.id}`, `refund#${rest.id}`]),
      failing.sale.ending('Paid', [`paid#${failing.attempt.id}`, `refund#${failed.id}`, `refundFailed#${failed.id}`]),
    ],
  };
}

function disputeStory(scene: Scene): Story {
  const telling = new Telling(scene, 9 * DAY);
  const lead = { id: telling.id('lead_'), name: 'Aditya Rao' };
  const { sale, attempt } = paidSale(telling, { ...FULL_COURSE, lead });
  const dispute = sale.disputed(attempt, 2 * DAY, 12);
  sale.disputeMoved(attempt, dispute, 'payment.dispute.action_required', 3 * DAY);
  sale.disputeMoved(attempt, dispute, 'payment.dispute.under_review', DAY);
  sale.disputeMoved(attempt, dispute, 'payment.dispute.won', 3 * DAY);
  const steps = ['dispute', 'disputeAction', 'disputeReview', 'disputeWon'].map((step) => `${step}#${dispute.id}`);
  return { steps: telling.steps, endings: [sale.ending('Paid', [`paid#${attempt.id}`, ...steps])] };
}

/** Nobody announces what is paid by a link; it has no order before somebody opens it. */
function linkStory(scene: Scene): Story {
  const telling = new Telling(scene, 3 * HOUR);
  const lead = { id: telling.id('lead_'), name: 'Isha Verma' };
  const sale = new Sale(telling, { lead, amount: 9_999_00, course: DATA_SCIENCE, owner: MEERA, by: 'link' });
  telling.pass(HOUR);
  const attempt = sale.attempt('upi');
  sale.authorized(attempt, 20 * SECOND);
  sale.captured(attempt, 700);
  const cancelled = linkEnds(telling, 24_500_00, 'cancelled', HOUR);
  return { steps: telling.steps, endings: [sale.ending('Paid', [`paid#${attempt.id}`]), cancelled] };
}

/** What Razorpay reports of no single payment. */
function accountStory(scene: Scene): Story {
  const telling = new Telling(scene, 2 * HOUR);
  const downtime: Downtime = {
    id: telling.id('down_'),
    method: 'netbanking',
    severity: 'high',
    instrument: { bank: 'UTIB' },
    begin: telling.at,
  };
  const report = (status: 'started' | 'resolved', afterMs: number) => {
    const at = telling.at + afterMs / SECOND;
    const entities = { 'payment.downtime': downtimeEntity(downtime, status, at) };
    telling.webhook(`payment.downtime.${status}`, afterMs, entities, { world: {} });
  };
  report('started', MINUTE);
  report('resolved', 50 * MINUTE);
  const settlement = settlementEntity({ id: telling.id('setl_'), amount: 2_84_512_00, at: telling.at });
  telling.webhook('settlement.processed', HOUR, { settlement }, { world: {} });
  return { steps: telling.steps, endings: [] };
}

/** The same story of learners whom `owner` looks after. What nobody announces stays nobody's. */
export function ownedBy(story: Story, owner: { readonly id: string; readonly name: string }): Story {
  const steps = story.steps.map((step): Step => {
    const { sent } = step;
    return sent.kind === 'initiated'
      ? { ...step, sent: { ...sent, body: { ...sent.body, assignedAdmin: owner } } }
      : step;
  });
  return { ...story, steps };
}

const FULL_COURSE = { amount: 45_000_00, course: FULL_STACK, owner: ARJUN };

/** A sale that goes well. */
function paidSale(telling: Telling, terms: Terms) {
  const sale = new Sale(telling, terms);
  sale.initiated();
  telling.pass(35 * SECOND);
  const attempt = sale.attempt('card');
  sale.captured(attempt, 40 * SECOND);
  return { sale, attempt };
}

type OneSale = { readonly orderId: string; readonly steps: readonly Step[]; readonly ending: Ending };

/** One sale of many alike: five deliveries of one order, the first try declined. */
export function saleOfMany(scene: Scene, index: number): OneSale {
  const telling = new Telling(scene, 5 * MINUTE);
  const sale = new Sale(telling, {
    lead: { id: `lead_many_${index}`, name: nameOf(index) },
    amount: 20_000_00 + index * 100,
    course: index % 2 === 0 ? FULL_STACK : DATA_SCIENCE,
    owner: index % 2 === 0 ? ARJUN : MEERA,
    by: 'link',
  });
  sale.initiated();
  telling.pass(MINUTE);
  const first = sale.attempt('upi');
  sale.failed(first, 30 * SECOND, DECLINED);
  telling.pass(2 * MINUTE);
  const second = sale.attempt('card');
  sale.authorized(second, 39 * SECOND);
  sale.captured(second, 700);
  const ending = sale.ending('Paid', [`failed#${first.id}#1`, `paid#${second.id}`]);
  return { orderId: sale.orderId, steps: telling.steps, ending };
}

/** Somebody's name, another for each of the next hundred. */
export function nameOf(index: number): string {
  const names = ['Aarav', 'Diya', 'Ishaan', 'Kabir', 'Meher', 'Nila', 'Om', 'Riya', 'Tara', 'Vihaan'];
  const surnames = ['Bose', 'Chopra', 'Das', 'Gill', 'Iyer', 'Joshi', 'Khan', 'Menon', 'Pillai', 'Reddy', 'Shah'];
  return `${names[index % names.length]} ${surnames[index % surnames.length]}`;
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
