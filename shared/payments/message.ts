import { once } from '../base/lazy.ts';
import { formatAmount } from '../razorpay/currency.ts';
import type { Message } from '../slack/agenda.ts';
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
import type { Attempt, Failure, Initiated, Lifecycle } from './lifecycle.ts';
import { failureInWords, methodInWords, partOf, stateInWords } from './words.ts';

/** What a payment's thread should look like, and in whose name. */
export type PaymentThread = {
  readonly root: Message;
  readonly replies: readonly Message[];
  readonly author?: { readonly adminId: string; readonly byline: readonly Inline[] };
};

/** Failed tries beyond this many are told in one reply: nobody reads two hundred of them, and an item is finite. */
const failuresTold = 40;

/**
 * Renders the state of a payment: one root that shows how it stands, and one reply for each change worth telling.
 * Pure, and monotone: a reply that is once wanted stays wanted whatever is heard next; only its words may change.
 */
export function render(state: Lifecycle): PaymentThread {
  const admin = state.initiated?.assignedAdmin;
  return {
    root: { key: 'root', content: root(state) },
    replies: [...failures(state), ...captures(state)],
    ...(admin && { author: { adminId: admin.id, byline: [shortName(admin.name) || 'the owner'] } }),
  };
}

/** What stays of a thread that turned out to be about a payment which another thread tells. */
export function pointer(permalink: string | undefined): PaymentThread {
  const where: Inline = permalink === undefined ? 'another thread' : { link: permalink, label: 'its own thread' };
  return { root: { key: 'root', content: message(body('↪️ This payment is told in ', where, '.')) }, replies: [] };
}

/** A name as it is shown in Slack: the surname shortens to an initial. Empty where what was given is no name. */
export function shortName(given: string): string {
  const words = wordsOf(given);
  const surname = words.length > 1 ? words.pop() : undefined;
  return surname === undefined ? words.join(' ') : `${words.join(' ')} ${initialOf(surname)}.`;
}

/** The words of a name. People type telephone numbers and addresses where a name is asked for; those are left out. */
function wordsOf(name: string): string[] {
  const line = brief(withoutContacts(name));
  return /\p{L}/u.test(line) ? line.split(' ') : [];
}

const letters = once(() => new Intl.Segmenter('en', { granularity: 'grapheme' }));

/** The first letter as its readers count letters: with its vowel signs, and a conjunct as one. */
function initialOf(word: string): string {
  const [first] = letters().segment(word);
  return first?.segment ?? '';
}

function root(state: Lifecycle): Content {
  const { initiated, attempts } = state;
  const owner = (initiated?.assignedAdmin && shortName(initiated.assignedAdmin.name)) || undefined;
  const method = attempts.findLast((attempt) => attempt.status === 'captured' || attempt.status === 'authorized');
  return message(
    body(
      `${marks[state.standing]} `,
      { bold: standingInWords(state) },
      ' · ',
      ...joined(' · ', [
        amountInWords(state),
        payer(initiated),
        (initiated && brief(withoutContacts(initiated.course.name))) || undefined,
      ]),
    ),
    fine(
      ...joined(' · ', [
        initiated ? kindInWords(initiated) : 'Nobody announced this payment to War Room',
        owner && `owner ${owner}`,
      ]),
      ...timing(state),
    ),
    fine(disagreement(state) ?? ''),
    fine(...joined(' · ', [state.orderId ?? state.linkId ?? attempts[0]?.id, method && methodInWords(method)])),
  );
}

const marks = { initiated: '🟡', authorized: '🔵', failed: '🔴', partlyPaid: '🟢', paid: '✅' } as const;

function standingInWords(state: Lifecycle): string {
  const tries = triesOf(state.attempts);
  return state.standing === 'failed' && tries > 1 ? `Failed, ${tries} tries` : stateInWords(state);
}

function amountInWords({ standing, amount, paid, currency }: Lifecycle): string | undefined {
  if (standing === 'partlyPaid' && amount !== undefined) {
    return `${formatAmount(paid, currency)} of ${formatAmount(amount, currency)}`;
  }
  const shown = standing === 'paid' ? paid : amount;
  return shown === undefined ? undefined : formatAmount(shown, currency);
}

/** Who glances at the first line would not see that it is not what was agreed on. */
function disagreement({ initiated, amount, paid, currency }: Lifecycle): string | undefined {
  if (!initiated || amount === undefined) return undefined;
  const said = formatAmount(initiated.amount, initiated.currency);
  const is = formatAmount(Math.max(amount, paid), currency);
  return said === is ? undefined : `The checkout announced ${said}, but at Razorpay it is ${is}: look at the order.`;
}

function kindInWords({ payment, currency }: Initiated): string {
  if (payment.kind === 'full') return 'Full payment';
  return `${partOf(payment)} of a plan over ${formatAmount(payment.planTotal, currency)}`;
}

function timing({ standing, initiated, attempts, paidAt }: Lifecycle): Inline[] {
  const started = initiated?.initiatedAt ?? earliest(attempts);
  const begun: Inline[] = started === undefined ? [] : [' · ', initiated ? 'initiated ' : 'started ', { at: started }];
  if (standing !== 'paid' || paidAt === undefined) return begun;

  const took = started === undefined || paidAt <= started ? undefined : durationInWords(paidAt - started);
  const tries = triesOf(attempts);
  const how = joined(', ', [took, tries > 1 ? `${ordinal(tries)} try` : undefined]);
  return [
    ...begun,
    begun.length > 0 ? ', paid ' : ' · paid ',
    { at: paidAt, dateless: started !== undefined && onOneDay(started, paidAt) },
    ...(how.length > 0 ? [' (', ...how, ')'] : []),
  ];
}

/**
 * A reply for each failed try, and beyond `failuresTold` one for all the others. Those that were heard of first have
 * their own: had they to be the first that happened, an early one that comes late would take the reply of another,
 * which is posted. So a storm of tries ends in as many replies in whatever order it is heard, if not the same ones.
 * Time is when the ingress heard of it, to the millisecond: two that tie for the last place may both be posted, and
 * nothing is lost. A payment's replies are numbered in the order of its failures, however they came.
 */
function failures(state: Lifecycle): Message[] {
  const all = state.attempts.flatMap((attempt) =>
    attempt.failures.map((failure, index) => ({ attempt, failure, number: index + 1 })),
  );
  const first = all.toSorted((one, other) => one.failure.heardAt - other.failure.heardAt).slice(0, failuresTold);
  const repliesOf = (id: string) => first.filter(({ attempt }) => attempt.id === id).length;
  const told = all
    .filter(({ attempt, number }) => number <= repliesOf(attempt.id))
    .map(({ attempt, failure, number }): Message => {
      return { key: `failed#${attempt.id}#${number}`, content: failed(state, attempt, failure, number) };
    });
  const more = all.length - told.length;
  if (more === 0) return told;
  const rest = message(
    body(
      `${more === 1 ? 'One more try' : `${more} more tries`} failed. That many look like somebody trying cards out.`,
    ),
    fine(`${all.length} failed tries in all`),
  );
  return [...told, { key: 'failed#more', content: rest }];
}

function failed(state: Lifecycle, attempt: Attempt, failure: Failure, number: number): Content {
  const went = attempt.status === 'captured' || attempt.status === 'authorized';
  const isSettled = state.standing === 'paid';
  const advice = isSettled
    ? ''
    : ` ${givenName(state.initiated)} can try again with the same link; another method may work.`;
  const sentence = went
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

function captures(state: Lifecycle): Message[] {
  return state.attempts
    .filter((attempt) => attempt.status === 'captured')
    .map((attempt): Message => ({ key: `paid#${attempt.id}`, content: captured(state, attempt) }));
}

function captured(state: Lifecycle, attempt: Attempt): Content {
  const { initiated } = state;
  const currency = attempt.currency ?? state.currency;
  const amount = attempt.amount === undefined ? '' : ` ${formatAmount(attempt.amount, currency)}`;
  const by = attempt.method === undefined ? '' : ` by ${methodInWords(attempt)}`;
  const part = initiated?.payment.kind === 'part' ? `, ${partOf(initiated.payment).toLowerCase()}` : '';
  // Razorpay states its fee in the account's own currency, which is the payment's only where that is INR.
  const fee =
    attempt.fee && currency === 'INR' ? ` Razorpay keeps ${formatAmount(attempt.fee, currency)} (fee and tax).` : '';

  const [reported] = attempt.failures.slice(-1);
  const tryNumber = attempt.triesBefore + Math.max(1, attempt.failures.length);
  const sentence: Inline[] = reported
    ? [
        `Paid${amount} after all${by}${part}: the bank confirmed a payment that had been reported as failed`,
        ...(reported.at === undefined ? [] : [' ', { at: reported.at }]),
        `. Nothing to do.${fee}`,
      ]
    : [`Paid${amount}${by}${part}${tryNumber > 1 ? `, on the ${ordinal(tryNumber)} try` : ''}.${fee}`];
  return message(body(...sentence), fine(attempt.id));
}

function payer(initiated: Initiated | undefined): string {
  return (initiated && shortName(initiated.lead.name)) || 'Unknown payer';
}

function givenName(initiated: Initiated | undefined): string {
  return (initiated && wordsOf(initiated.lead.name)[0]) || 'The payer';
}

function triesOf(attempts: readonly Attempt[]): number {
  const last = attempts.at(-1);
  return last ? last.triesBefore + Math.max(1, last.failures.length) : 0;
}

function earliest(attempts: readonly Attempt[]): number | undefined {
  const known = attempts.map(({ createdAt }) => createdAt).filter((at) => at !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}

const ordinals = 'first second third fourth fifth sixth seventh eighth ninth tenth'.split(' ');
const suffixes = once(() => new Intl.PluralRules('en', { type: 'ordinal' }));

function ordinal(number: number): string {
  const suffix = { one: 'st', two: 'nd', few: 'rd', zero: 'th', many: 'th', other: 'th' }[suffixes().select(number)];
  return ordinals[number - 1] ?? `${number}${suffix}`;
}

/** Seconds as people say them: `45 s`, `9 min`, `2 h 5 min`, `3 days`. */
function durationInWords(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.round(hours / 24);
  return days === 1 ? '1 day' : `${days} days`;
}
