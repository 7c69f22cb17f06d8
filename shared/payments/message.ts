import { durationInWords } from '../base/duration.ts';
import { formatAmount } from '../razorpay/currency.ts';
import type { Message } from '../slack/agenda.ts';
import { shortName } from '../slack/person-name.ts';
import {
  body,
  brief,
  type Content,
  fine,
  type Inline,
  joined,
  message,
  onOneDay,
  withoutContacts,
} from '../slack/text.ts';
import type { Attempt } from './attempt.ts';
import type { Initiated, Lifecycle } from './lifecycle.ts';
import { payer } from './people.ts';
import { completed, ofPlan } from './plan.ts';
import { repliesTo } from './replies.ts';
import { methodInWords, ordinal, partOf, progressBar, stateInWords, waitingInWords } from './words.ts';

/** What a payment's thread should look like, and in whose name. */
export type PaymentThread = {
  readonly root: Message;
  readonly replies: readonly Message[];
  readonly author?: { readonly adminId: string; readonly byline: readonly Inline[] };
};

/**
 * Renders the state of a payment: one root that shows how it stands, and one reply for each change worth telling.
 * Pure, and monotone: a reply that is once wanted stays wanted whatever is heard next; only its words may change.
 */
export function render(state: Lifecycle): PaymentThread {
  const { owner } = state;
  return {
    root: { key: 'root', content: root(state) },
    replies: repliesTo(state),
    ...(owner && { author: { adminId: owner.id, byline: [shortName(owner.name) || 'the owner'] } }),
  };
}

/** What stays of a thread that turned out to be about a payment which another thread tells. */
export function pointer(permalink: string | undefined): PaymentThread {
  const where: Inline = permalink === undefined ? 'another thread' : { link: permalink, label: 'its own thread' };
  return { root: { key: 'root', content: message(body('↪️ This payment is told in ', where, '.')) }, replies: [] };
}

/** `₹45,000.00 · Priya S. · Full Stack Web Development`: what a payment is, in the first line of whatever speaks of it. */
export function subject(state: Lifecycle): Inline[] {
  const { initiated } = state;
  return joined(' · ', [
    amountInWords(state),
    payer(state),
    (initiated && brief(withoutContacts(initiated.course.name))) || undefined,
  ]);
}

/** `✅ *Paid* · ₹45,000.00 · Priya S. · Full Stack Web Development`: how a payment stands, in the first line of its thread. */
export function headline(state: Lifecycle): Inline[] {
  return [`${marks[standingMark(state)]} `, { bold: standingInWords(state) }, ' · ', ...subject(state)];
}

function root(state: Lifecycle): Content {
  const { attempts, owner } = state;
  const method = attempts.findLast(({ status }) => status !== 'failed');
  return message(
    body(...headline(state)),
    body(...attention(state)),
    fine(...progress(state)),
    fine(
      ...sequence(
        ' · ',
        [kindInWords(state) ?? ''],
        [owner && shortName(owner.name) ? `owner ${shortName(owner.name)}` : ''],
        otherParts(state),
        timing(state),
      ),
    ),
    fine(disagreement(state) ?? ''),
    fine(
      ...joined(' · ', [
        state.orderId ?? state.linkId ?? state.invoiceId ?? attempts[0]?.id,
        method?.method && methodInWords(method),
      ]),
    ),
  );
}

/** A payment in one line, as the root's first line has it: its mark, how it stands, and what it is. */
export type Summary = { readonly mark: string; readonly state: string; readonly subject: string };

export function summary(state: Lifecycle): Summary {
  const words = subject(state).map((inline) => (typeof inline === 'string' ? inline : ''));
  return { mark: marks[standingMark(state)], state: standingInWords(state), subject: words.join('') };
}

/** The groups that say anything, with `separator` between them. */
function sequence(separator: string, ...groups: readonly (readonly Inline[])[]): Inline[] {
  const there = groups.filter((group) => group.some((inline) => inline !== ''));
  return there.flatMap((group, index) => (index === 0 ? group : [separator, ...group]));
}

const marks = {
  initiated: '🟡',
  authorized: '🔵',
  notCaptured: '⚠️',
  failed: '🔴',
  partlyPaid: '🟢',
  paid: '✅',
  refunded: '↩️',
  partlyRefunded: '↩️',
  disputed: '⚖️',
  cancelled: '⚪',
  expired: '⚪',
} as const;

function standingMark(state: Lifecycle): keyof typeof marks {
  return waiting(state) ? 'notCaptured' : state.standing;
}

function standingInWords(state: Lifecycle): string {
  const tries = triesOf(state.attempts);
  if (waiting(state)) return 'Not captured';
  return state.standing === 'failed' && tries > 1 ? `Failed, ${tries} tries` : stateInWords(state);
}

/** The warning that a payment waits to be captured, while it does. */
function waiting({ standing, warnings }: Lifecycle) {
  if (standing !== 'authorized') return undefined;
  return warnings.find((warning) => warning.kind === 'notCaptured' && !warning.isOver);
}

/** How much a payment is about, as its first line has it. */
export function amountInWords({ standing, amount, paid, refunded, currency }: Lifecycle): string | undefined {
  if (standing === 'partlyPaid' && amount !== undefined) {
    return `${formatAmount(paid, currency)} of ${formatAmount(amount, currency)}`;
  }
  const received = standing === 'paid' ? paid - refunded : paid;
  const shown = received > 0 ? received : amount;
  return shown === undefined ? undefined : formatAmount(shown, currency);
}

/** What the state alone does not say and somebody has to know. */
export function attention(state: Lifecycle): Inline[] {
  const warning = waiting(state);
  if (warning?.kind === 'notCaptured') return waitingInWords(warning);
  if (state.standing === 'authorized') return ['The bank has approved it; the money is not collected yet.'];
  return sequence(' ', ...disputed(state), moneyBack(state));
}

/** As many disputes are spoken of in the root; the replies tell of all. */
const disputesShown = 3;

/** The disputes that are open, then those that are lost. */
function disputed({ disputes, currency }: Lifecycle): Inline[][] {
  const open = disputes.filter(({ outcome }) => outcome === undefined);
  const lost = disputes.filter(({ outcome }) => outcome === 'lost');
  const more = open.length + lost.length - disputesShown;
  const shown = [...open, ...lost].slice(0, disputesShown).map((dispute): Inline[] => {
    const money = dispute.outcome === 'lost' ? dispute.amountDeducted || dispute.amount : dispute.amount;
    const amount = money === undefined ? undefined : formatAmount(money, dispute.currency ?? currency);
    if (dispute.outcome === 'lost') return [`Dispute lost: ${amount ?? 'the money'} went back.`];
    const isAnswered = dispute.steps.at(-1)?.step === 'under_review';
    const what = `${amount ?? 'It'} is disputed`;
    if (isAnswered) return [`${what}; the bank is looking at the answer.`];
    return dispute.respondBy === undefined ? [`${what}.`] : [`${what}: answer by `, { at: dispute.respondBy }, '.'];
  });
  return more > 0 ? [...shown, [`And ${more} more: see the replies.`]] : shown;
}

function moneyBack({ standing, refunds, paid, refunded, currency }: Lifecycle): Inline[] {
  const isUnderWay = refunds.some(({ status }) => status === 'pending');
  if (standing === 'partlyRefunded') {
    const back = `${formatAmount(refunded, currency)} ${isUnderWay ? 'is on its way back' : 'went back'}`;
    return [`${back}, ${formatAmount(paid - refunded, currency)} stays.`];
  }
  return isUnderWay ? ['A refund is on its way to the payer.'] : [];
}

/** Who glances at the first line would not see that it is not what was agreed on. */
function disagreement({ initiated, amount, paid, currency }: Lifecycle): string | undefined {
  if (!initiated || amount === undefined) return undefined;
  const said = formatAmount(initiated.amount, initiated.currency);
  const is = formatAmount(Math.max(amount, paid), currency);
  return said === is ? undefined : `The checkout announced ${said}, but at Razorpay it is ${is}: look at the order.`;
}

function kindInWords(state: Lifecycle): string | undefined {
  const { initiated, charge, linkId, invoiceId, standing } = state;
  // The line above has the plan then, and the first line the part.
  if (ofPlan(state) && standing === 'paid') return undefined;
  if (initiated?.payment.kind === 'full' && standing === 'partlyPaid') return 'Full payment, paid in parts';
  if (initiated) return announcedInWords(initiated);
  if (charge) return `Subscription, charge ${charge.number}${charge.of === undefined ? '' : ` of ${charge.of}`}`;
  if (linkId) return 'Payment link';
  return invoiceId ? 'Invoice' : 'Nobody announced this payment to War Room';
}

function announcedInWords({ payment, currency }: Initiated): string {
  if (payment.kind === 'full') return 'Full payment';
  return `${partOf(payment)} of a plan over ${formatAmount(payment.planTotal, currency)}`;
}

/** How much of a plan, or of an order that is paid in parts, has come in. */
function progress(state: Lifecycle): Inline[] {
  const plan = ofPlan(state);
  if (plan) {
    const bar = plan.of <= 12 ? `${progressBar(plan.completed, plan.of, plan.of)} ` : '';
    return [`${bar}${paidOf(plan.paid, plan.total, state.currency)}`];
  }
  const { amount, paid, standing } = state;
  if (standing !== 'partlyPaid' || amount === undefined) return [];
  return [`${progressBar(paid, amount, 10)} ${formatAmount(amount - paid, state.currency)} due`];
}

function paidOf(paid: number, total: number, currency: string): string {
  const due = Math.max(0, total - paid);
  const rest = due === 0 ? 'nothing due' : `${formatAmount(due, currency)} due`;
  return `${formatAmount(paid, currency)} of ${formatAmount(total, currency)} paid · ${rest}`;
}

/** The ways to the plan's other instalments: the last few before this one, the next few after it. */
function otherParts({ initiated, earlier }: Lifecycle): Inline[] {
  const own = initiated?.payment.kind === 'part' ? initiated.payment.number : Number.POSITIVE_INFINITY;
  const parts = earlier.filter(({ amount }) => amount > 0);
  return sequence(
    ' · ',
    linked('earlier', parts.filter(({ number }) => number < own).slice(-6)),
    linked('later', parts.filter(({ number }) => number > own).slice(0, 6)),
  );
}

function linked(when: string, parts: Lifecycle['earlier']): Inline[] {
  if (parts.length === 0) return [];
  const links = parts.map(({ number, permalink }): Inline => {
    return permalink === undefined ? `part ${number}` : { link: permalink, label: `part ${number}` };
  });
  return [`${when}: `, ...joined(', ', links)];
}

function timing({ standing, initiated, attempts, paidAt }: Lifecycle): Inline[] {
  const started = initiated?.initiatedAt ?? earliest(attempts);
  const begun: Inline[] = started === undefined ? [] : [initiated ? 'initiated ' : 'started ', { at: started }];
  if (standing !== 'paid' || paidAt === undefined) return begun;

  const took = started === undefined || paidAt <= started ? undefined : durationInWords(paidAt - started);
  const made = completed(attempts);
  const tries = triesOf(made) - Math.max(0, made.length - 1);
  const how = joined(', ', [took, tries > 1 ? `${ordinal(tries)} try` : undefined]);
  return [
    ...begun,
    begun.length > 0 ? ', paid ' : 'paid ',
    { at: paidAt, dateless: started !== undefined && onOneDay(started, paidAt) },
    ...(how.length > 0 ? [' (', ...how, ')'] : []),
  ];
}

function triesOf(attempts: readonly Attempt[]): number {
  const last = attempts.at(-1);
  return last ? last.triesBefore + Math.max(1, last.failures.length) : 0;
}

function earliest(attempts: readonly Attempt[]): number | undefined {
  const known = attempts.map(({ createdAt }) => createdAt).filter((at) => at !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}
