import { formatAmount } from '../razorpay/currency.ts';
import type { Message } from '../slack/agenda.ts';
import { body, brief, type Content, fine, type Inline, joined, message } from '../slack/text.ts';
import type { Attempt, Failure } from './attempt.ts';
import type { Dispute, DisputeStep } from './dispute.ts';
import { compare } from './heard.ts';
import type { Ending, Lifecycle } from './lifecycle.ts';
import { givenName } from './people.ts';
import { completed, ofPlan } from './plan.ts';
import type { Refund } from './refund.ts';
import { adviceFor, disputeInWords, failureInWords, methodInWords, ordinal, partOf, waitingInWords } from './words.ts';

/** What a reply is about: the part of its key before the `#`. A row of the routing table may broadcast any of them. */
export const changes = [
  'failed',
  'paid',
  'refund',
  'refundFailed',
  'dispute',
  'disputeReview',
  'disputeAction',
  'disputeWon',
  'disputeLost',
  'disputeClosed',
  'cancelled',
  'expired',
  'notCaptured',
] as const;
export type Change = (typeof changes)[number];

/** A reply for each change worth telling, in the order in which things happen to a payment. */
export function repliesTo(state: Lifecycle): Message[] {
  return [
    ...failures(state),
    ...waitings(state),
    ...captures(state),
    ...state.endings.map((ending) => reply(ending.kind, ending.id, ended(state, ending))),
    ...refunds(state),
    ...disputes(state),
  ];
}

function reply(change: Change, id: string, content: Content): Message {
  return { key: `${change}#${id}`, content };
}

/**
 * As many of each have replies of their own; one reply tells of all the others. Nobody reads two hundred of them, and a
 * thread is one item, which has a largest size.
 */
const mostTold = { failures: 40, captures: 100, refunds: 100, disputes: 20 } as const;

/**
 * Those of `all` that have replies of their own, in the order in which they are given: the ones that were heard of first.
 * Had they to be the first that happened, an early one that comes late would take the reply of another, which is posted.
 * So a storm ends in as many replies in whatever order it is heard, if not the same ones. Time is when the ingress heard
 * of it, to the millisecond: two that tie for the last place may both be posted, and nothing is lost.
 */
function toldThemselves<T>(all: readonly T[], most: number, heardAt: (one: T) => number): readonly T[] {
  if (all.length <= most) return all;
  const first = new Set(all.toSorted((one, other) => heardAt(one) - heardAt(other)).slice(0, most));
  return all.filter((one) => first.has(one));
}

/** A reply for each failed try. A payment's are numbered in the order of its failures, however they came. */
function failures(state: Lifecycle): Message[] {
  const all = state.attempts.flatMap((attempt) =>
    attempt.failures.map((failure, index) => ({ attempt, failure, number: index + 1 })),
  );
  const first = toldThemselves(all, mostTold.failures, ({ failure }) => failure.heardAt);
  const repliesOf = (id: string) => first.filter(({ attempt }) => attempt.id === id).length;
  const told = all
    .filter(({ attempt, number }) => number <= repliesOf(attempt.id))
    .map(({ attempt, failure, number }) =>
      reply('failed', `${attempt.id}#${number}`, failed(state, attempt, failure, number)),
    );
  const more = all.length - told.length;
  if (more === 0) return told;
  const rest = message(
    body(
      `${more === 1 ? 'One more try' : `${more} more tries`} failed. That many look like somebody trying cards out.`,
    ),
    fine(`${all.length} failed tries in all`),
  );
  return [...told, reply('failed', 'more', rest)];
}

function failed(state: Lifecycle, attempt: Attempt, failure: Failure, number: number): Content {
  const wentThrough = attempt.status === 'captured' || attempt.status === 'authorized';
  const isSettled = completed(state.attempts).length > 0 && state.standing !== 'partlyPaid';
  const advice = isSettled ? '' : ` ${adviceFor(failure.error, givenName(state).first)}`;
  const sentence = wentThrough
    ? `Payment reported as failed: ${failureInWords(failure.error)}. The bank took it after all.`
    : `Payment failed: ${failureInWords(failure.error)}.${advice}`;
  const { reason, code, source } = failure.error ?? {};
  const cause = reason ?? code;
  return message(
    body(sentence),
    fine(
      ...joined(' · ', [
        `try ${attempt.triesBefore + number}`,
        attempt.id,
        cause && brief(source ? `${cause} at ${source}` : cause),
      ]),
      ...(failure.at === undefined ? [] : [' · ', { at: failure.at }]),
    ),
  );
}

function waitings({ warnings }: Lifecycle): Message[] {
  return warnings.flatMap((warning) => {
    if (warning.kind !== 'notCaptured') return [];
    const sentence = warning.isOver
      ? ['It had waited since ', { at: warning.since }, ' to be captured. That is settled; nothing to do.']
      : [...waitingInWords(warning), " Capture it in Razorpay's dashboard."];
    return [reply('notCaptured', warning.paymentId, message(body(...sentence), fine(warning.paymentId)))];
  });
}

function captures(state: Lifecycle): Message[] {
  const inTime = completed(state.attempts).toSorted(
    (a, b) => compare(a.capturedAt, b.capturedAt) || compare(a.id, b.id),
  );
  const told = toldThemselves(inTime, mostTold.captures, ({ captureHeardAt = 0 }) => captureHeardAt);
  const replies = told.map((attempt) =>
    reply('paid', attempt.id, captured(state, attempt, inTime.slice(0, inTime.indexOf(attempt) + 1))),
  );
  const more = inTime.length - told.length;
  if (more === 0) return replies;
  const rest = message(body(`${more} more ${more === 1 ? 'payment' : 'payments'} came in: see them in Razorpay.`));
  return [...replies, reply('paid', 'more', rest)];
}

/** `sofar` are the captures up to this one: what is said to be due is what was due then. */
function captured(state: Lifecycle, attempt: Attempt, sofar: readonly Attempt[]): Content {
  const currency = attempt.currency ?? state.currency;
  const amount = attempt.amount === undefined ? '' : ` ${formatAmount(attempt.amount, currency)}`;
  const by = attempt.method === undefined ? '' : ` by ${methodInWords(attempt)}`;
  // Razorpay states its fee in the account's own currency, which is the payment's only where that is INR.
  const fee =
    attempt.fee && currency === 'INR' ? ` Razorpay keeps ${formatAmount(attempt.fee, currency)} (fee and tax).` : '';
  const part = partInWords(state, sofar);
  const due = dueInWords(state, sofar);

  const [reported] = attempt.failures.slice(-1);
  const tryNumber = attempt.triesBefore + Math.max(1, attempt.failures.length) - (sofar.length - 1);
  const sentence: Inline[] = reported
    ? [
        `Paid${amount} after all${by}${part}: the bank confirmed a payment that had been reported as failed`,
        ...(reported.at === undefined ? [] : [' ', { at: reported.at }]),
        `. Nothing to do.${due}${fee}`,
      ]
    : [`Paid${amount}${by}${part}${tryNumber > 1 ? `, on the ${ordinal(tryNumber)} try` : ''}.${due}${fee}`];
  return message(body(...sentence), fine(attempt.id));
}

function partInWords({ initiated, attempts, standing }: Lifecycle, sofar: readonly Attempt[]): string {
  if (initiated?.payment.kind === 'part') return `, ${partOf(initiated.payment).toLowerCase()}`;
  const isInParts = completed(attempts).length > 1 || standing === 'partlyPaid';
  return isInParts ? `, part ${sofar.length}` : '';
}

/**
 * What was due after this capture, of the plan or of an order that is paid in parts. Instalments that follow do not
 * change what this one left to be paid.
 */
function dueInWords(state: Lifecycle, sofar: readonly Attempt[]): string {
  const { amount, currency } = state;
  const plan = ofPlan(state);
  const total = plan ? plan.total - plan.paidBefore : amount;
  if (total === undefined) return '';
  const own = sofar.filter((each) => (each.currency ?? currency) === currency);
  const due = total - own.reduce((sum, each) => sum + (each.amount ?? 0), 0);
  return due > 0 ? ` ${formatAmount(due, currency)}${plan ? ' of the plan' : ''} is still due.` : '';
}

function ended(state: Lifecycle, { kind, id, at }: Ending): Content {
  const what = id.startsWith('inv_') ? 'invoice' : 'payment link';
  const how = kind === 'cancelled' ? 'was cancelled' : 'expired';
  const sentence =
    state.paid > 0
      ? `The ${what} ${how}. What was paid stays paid.`
      : `The ${what} ${how} unpaid. If ${givenName(state).inside} still wants to pay, send a new one.`;
  return message(body(sentence), fine(id, ...(at === undefined ? [] : [' · ', { at } as const])));
}

function refunds(state: Lifecycle): Message[] {
  const told = toldThemselves(state.refunds, mostTold.refunds, ({ heardAt }) => heardAt);
  const replies = told.flatMap((refund) => refundReplies(state, refund));
  const rest = state.refunds.filter((refund) => !told.includes(refund));
  if (rest.length === 0) return replies;
  const failed = rest.filter(({ status }) => status === 'failed').length;
  const sentence =
    `${rest.length} more ${rest.length === 1 ? 'refund' : 'refunds'} of this payment` +
    `${failed === 0 ? '' : `, ${failed} of which failed`}: see them in Razorpay.`;
  return [...replies, reply('refund', 'more', message(body(sentence)))];
}

/** One reply for a refund that is edited as it moves, and one of its own where it fails. */
function refundReplies(state: Lifecycle, refund: Refund): Message[] {
  const moving = reply('refund', refund.id, refunding(state, refund));
  if (refund.status !== 'failed') return [moving];
  const sentence =
    `The refund of ${moneyOf(refund, state)} failed: the money is still in the Razorpay account. ` +
    `Try it again in Razorpay's dashboard, or pay ${givenName(state).inside} in another way.`;
  return [moving, reply('refundFailed', refund.id, message(body(sentence), refundFine(refund)))];
}

function refunding(state: Lifecycle, refund: Refund): Content {
  const { attempts, currency } = state;
  const payment = attempts.find(({ id }) => id === refund.paymentId);
  const isPart = payment?.amount !== undefined && refund.amount !== undefined && refund.amount < payment.amount;
  const money = moneyOf(refund, state);
  const what = isPart ? `${money} of ${formatAmount(payment.amount, payment.currency ?? currency)}` : money;
  const to = givenName(state).inside;
  if (refund.status === 'failed')
    return message(body(`A refund of ${what} to ${to} was started. It failed later.`), refundFine(refund));
  const sentence =
    refund.status === 'processed'
      ? `Refunded ${what} to ${to}. The bank may take up to 7 working days to show it. Nothing to do.`
      : `Refund of ${what} to ${to} started. ${
          refund.isSlowed ? 'The instant way did not work: it' : 'It'
        } arrives within 5 to 7 working days.`;
  return message(body(sentence), refundFine(refund));
}

function refundFine({ id, paymentId, createdAt }: Refund) {
  return fine(
    ...joined(' · ', [id, paymentId]),
    ...(createdAt === undefined ? [] : [' · started ', { at: createdAt } as const]),
  );
}

function disputes(state: Lifecycle): Message[] {
  const told = toldThemselves(state.disputes, mostTold.disputes, ({ heardAt }) => heardAt);
  const replies = told.flatMap((dispute) => disputeReplies(state, dispute));
  const more = state.disputes.length - told.length;
  if (more === 0) return replies;
  const sentence: Inline[] = [
    `${more} more ${more === 1 ? 'dispute was' : 'disputes were'} raised. Answer what is open in `,
    dashboard,
    '.',
  ];
  return [...replies, reply('dispute', 'more', message(body(...sentence)))];
}

/** A reply for a dispute, and one for each step that it takes. */
function disputeReplies(state: Lifecycle, dispute: Dispute): Message[] {
  return [
    reply('dispute', dispute.id, raised(state, dispute)),
    ...dispute.steps.map(({ step, at }) =>
      reply(
        disputeChanges[step],
        dispute.id,
        message(
          body(...stepInWords(state, dispute, step)),
          fine(dispute.id, ...(at === undefined ? [] : [' · ', { at } as const])),
        ),
      ),
    ),
  ];
}

const disputeChanges = {
  under_review: 'disputeReview',
  action_required: 'disputeAction',
  won: 'disputeWon',
  lost: 'disputeLost',
  closed: 'disputeClosed',
} as const satisfies Record<DisputeStep, Change>;

const dashboard: Inline = { link: 'https://dashboard.razorpay.com/app/disputes', label: "Razorpay's dashboard" };

function raised(state: Lifecycle, dispute: Dispute): Content {
  const { says, evidence } = disputeInWords(dispute.reason);
  const sentence: Inline[] = [`${givenName(state).first}'s bank disputes ${moneyOf(dispute, state)}: ${says}.`];
  const deadline: Inline[] =
    dispute.outcome !== undefined || dispute.respondBy === undefined
      ? []
      : [' Answer by ', { at: dispute.respondBy }, ', or the money is lost.'];
  const help: Inline[] =
    dispute.outcome === undefined ? [`What helps: ${evidence}. Answer it in `, dashboard, '.'] : [];
  return message(
    body(...sentence, ...deadline),
    body(...help),
    fine(
      ...joined(' · ', [
        dispute.id,
        dispute.paymentId,
        dispute.phase && brief(dispute.phase.replaceAll('_', ' '), 30),
        dispute.reason && brief(dispute.reason, 40),
      ]),
    ),
  );
}

function stepInWords(state: Lifecycle, dispute: Dispute, step: DisputeStep): Inline[] {
  const money = moneyOf(dispute, state);
  switch (step) {
    case 'under_review':
      return [`The answer to the dispute over ${money} is with the bank, which decides. Nothing to do until then.`];
    case 'action_required':
      return [
        `The bank wants more evidence in the dispute over ${money}.`,
        ...(dispute.outcome === undefined && dispute.respondBy !== undefined
          ? [' Answer by ', { at: dispute.respondBy }, ', or the money is lost. Answer it in ', dashboard, '.']
          : []),
      ];
    case 'won':
      return [`Dispute won: ${money} stays. Nothing to do.`];
    case 'lost': {
      const taken = dispute.amountDeducted
        ? formatAmount(dispute.amountDeducted, dispute.currency ?? state.currency)
        : money;
      return [`Dispute lost: ${taken} went back to ${givenName(state).inside}. Decide whether the course goes on.`];
    }
    case 'closed':
      return [`The dispute over ${money} is closed. Nothing to do.`];
  }
}

function moneyOf(
  { amount, currency }: { readonly amount: number | undefined; readonly currency: string | undefined },
  state: Lifecycle,
): string {
  return amount === undefined ? 'the payment' : formatAmount(amount, currency ?? state.currency);
}
