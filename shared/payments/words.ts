import { once } from '../base/lazy.ts';
import { brief, type Inline } from '../slack/text.ts';
import type { PaymentError } from './entity.ts';
import type { Lifecycle } from './lifecycle.ts';

/** One name for each state, everywhere a person reads it. */
export function stateInWords({ standing, initiated, attempts }: Lifecycle): string {
  switch (standing) {
    case 'partlyPaid':
      return `Part ${Math.max(1, attempts.filter(({ status }) => status === 'captured').length)} paid`;
    case 'paid':
      return initiated?.payment.kind === 'part' ? `${partOf(initiated.payment)} paid` : 'Paid';
    default:
      return states[standing];
  }
}

const states = {
  initiated: 'Initiated',
  authorized: 'Authorized',
  failed: 'Failed',
  refunded: 'Refunded',
  partlyRefunded: 'Partly refunded',
  disputed: 'Disputed',
  cancelled: 'Cancelled',
  expired: 'Expired',
} as const;

/** Which instalment of how many: `Part 2 of 3`. */
export function partOf(payment: { readonly number: number; readonly of: number }): string {
  return `Part ${payment.number} of ${payment.of}`;
}

/**
 * Why a try failed, as a seller would say it. Razorpay's own codes stay in the fine print; what has no words here is
 * told by who failed and at which step.
 */
export function failureInWords(error: PaymentError | undefined): string {
  const known = reasons.get(error?.reason ?? '')?.[0];
  if (known) return known;
  const during = steps.find(([step]) => error?.step?.startsWith(step))?.[1];
  return `${failedBy(error?.source)}${during ? ` ${during}` : ''}`;
}

/** What the seller can do about it, as a sentence; `payer` starts it. */
export function adviceFor(error: PaymentError | undefined, payer: string): string {
  return advices[reasons.get(error?.reason ?? '')?.[1] ?? (error?.source === 'business' ? 'lookAtOrder' : 'tryAgain')](
    payer,
  );
}

function failedBy(source: string | undefined): string {
  if (source === 'customer') return 'the payer did not complete it';
  if (source === 'business') return 'Razorpay did not accept the request for it';
  if (source === 'customer_psp') return 'the UPI app did not carry it through';
  if (source === 'beneficiary_bank') return "the receiving bank's systems failed";
  if (source?.includes('bank') || source?.includes('issuer')) return 'the bank declined it';
  if (source === 'gateway' || source === 'network') return 'the payment network did not carry it through';
  return 'it did not go through';
}

type Advice = 'tryAgain' | 'useAnother' | 'wait' | 'askBank' | 'lookAtOrder';

const advices: Readonly<Record<Advice, (payer: string) => string>> = {
  tryAgain: (payer) => `${payer} can try again with the same link; another method may work.`,
  useAnother: (payer) => `${payer} needs another card, account or method; the same link takes it.`,
  wait: (payer) => `${payer} did nothing wrong: the same link works again later, or at once with another method.`,
  askBank: (payer) => `${payer} has to ask the bank, or use another method with the same link.`,
  lookAtOrder: () => 'The payer can do nothing about it: look at the order in Razorpay.',
};

/** https://razorpay.com/docs/errors/payments/ — an open set: what is not here is told by its source and step. */
const reasons: ReadonlyMap<string, readonly [words: string, advice: Advice]> = new Map([
  ['insufficient_funds', ['the bank declined it for lack of funds', 'tryAgain']],
  ['payment_cancelled', ['the payer cancelled it', 'tryAgain']],
  ['payment_timed_out', ['it ran out of time before the bank answered', 'tryAgain']],
  ['payment_session_expired', ['the payer let the payment page run out of time', 'tryAgain']],
  ['payment_collect_request_expired', ['the payer did not confirm it in the UPI app in time', 'tryAgain']],
  ['payment_failed', ['the bank did not carry it through', 'tryAgain']],
  ['payment_declined', ['the bank declined it', 'tryAgain']],
  ['incorrect_otp', ['the one-time password was wrong', 'tryAgain']],
  ['otp_expired', ['the one-time password had expired', 'tryAgain']],
  ['otp_attempts_exceeded', ['the one-time password was wrong too often', 'wait']],
  ['incorrect_pin', ['the PIN was wrong', 'tryAgain']],
  ['pin_attempts_exceeded', ['the PIN was wrong too often', 'useAnother']],
  ['incorrect_cvv', ["the card's security code was wrong", 'tryAgain']],
  ['incorrect_card_details', ["the card's details were wrong", 'tryAgain']],
  ['incorrect_card_expiry_date', ["the card's expiry date was wrong", 'tryAgain']],
  ['authentication_failed', ['the payer could not be authenticated', 'tryAgain']],
  ['card_declined', ['the bank declined the card', 'useAnother']],
  ['card_expired', ['the card has expired', 'useAnother']],
  ['card_not_enrolled', ['the card is not registered for payments on the internet', 'useAnother']],
  ['card_type_invalid', ['this kind of card is not accepted', 'useAnother']],
  ['card_network_not_enabled', ['cards of this network are not accepted', 'useAnother']],
  ['card_number_invalid', ['the card number does not exist', 'useAnother']],
  ['international_transaction_not_allowed', ['the card may not pay across borders', 'useAnother']],
  ['debit_declined', ['the bank declined the debit', 'useAnother']],
  ['debit_instrument_blocked', ['the bank has blocked the account or card', 'askBank']],
  ['debit_instrument_inactive', ['the account or card is not active', 'askBank']],
  ['bank_account_invalid', ['the bank account does not exist', 'useAnother']],
  ['bank_account_validation_failed', ['the bank account could not be verified', 'useAnother']],
  ['user_not_registered_for_netbanking', ['the payer has no net banking at this bank', 'useAnother']],
  ['transaction_daily_limit_exceeded', ["it is above the payer's daily limit", 'useAnother']],
  ['transaction_daily_count_exceeded', ['the payer has paid too often today', 'useAnother']],
  ['transaction_limit_exceeded', ["it is above the payer's limit", 'useAnother']],
  ['transaction_frequency_limit_exceeded', ['the payer has paid too often in a short time', 'wait']],
  ['credit_limit_exceeded', ["it is above the card's credit limit", 'useAnother']],
  ['user_not_eligible', ['the lender does not offer the payer credit for it', 'useAnother']],
  ['emi_plan_unavailable', ['the bank offers no instalments for it', 'useAnother']],
  ['credit_limit_not_approved', ['the lender did not approve the credit', 'useAnother']],
  ['credit_limit_expired', ["the payer's credit limit has expired", 'useAnother']],
  ['credit_limit_inactive', ["the payer's credit limit is not active", 'useAnother']],
  ['payment_risk_check_failed', ['the risk check stopped it', 'useAnother']],
  ['bank_technical_error', ["the bank's systems did not answer", 'wait']],
  ['bank_not_available', ["the bank's systems are down", 'wait']],
  ['issuer_technical_error', ["the bank's systems did not answer", 'wait']],
  ['bank_cutoff_in_progress', ["the bank's systems are closed for the night", 'wait']],
  ['gateway_technical_error', ['the payment network had a fault', 'wait']],
  ['upi_app_technical_error', ['the UPI app had a fault', 'wait']],
  ['psp_not_available', ['the UPI app is down', 'wait']],
  ['psp_app_not_supported', ['this UPI app is not accepted', 'useAnother']],
  ['authorisation_declined_by_psp', ['the UPI app declined it', 'tryAgain']],
  ['pin_not_set', ['the payer has set no UPI PIN', 'useAnother']],
  ['transaction_on_vpa_restricted', ["the bank does not allow it for the payer's UPI address", 'useAnother']],
  ['server_error', ['Razorpay had a fault', 'wait']],
  ['credit_failed', ['the receiving bank did not take it', 'wait']],
  ['invalid_vpa', ['the UPI address does not exist', 'useAnother']],
  ['vpa_resolution_failed', ['the UPI address could not be found', 'useAnother']],
  ['mobile_number_invalid', ['the telephone number is not one the bank knows', 'useAnother']],
  ['amount_less_than_minimum_amount', ['the amount is below what the bank takes', 'lookAtOrder']],
  ['input_validation_failed', ['Razorpay did not accept the request for it', 'lookAtOrder']],
]);

/** Where it stopped, by the beginning of Razorpay's name for the step. */
const steps: readonly (readonly [step: string, words: string])[] = [
  ['payment_authentication', 'while the payer was confirming it'],
  ['payment_eligibility', "at the check of the payer's credit"],
  ['card_enrollment', 'when the card was checked'],
  ['payment_initiation', 'before the bank was asked'],
  ['payment_creation', 'before the bank was asked'],
  ['payment_request', 'before the bank was asked'],
  ['payment_debit', "when the payer's bank was asked for the money"],
  ['payment_authorization', "when the payer's bank was asked for the money"],
  ['payment_credit', 'when the money was to be received'],
  ['payment_capture', 'when the money was to be collected'],
  ['mandate', 'when the standing order was set up'],
];

/** Why a payer's bank wants the money back, and what helps to keep it. */
export function disputeInWords(reason: string | undefined): { readonly says: string; readonly evidence: string } {
  const known = claims.find(([pattern]) => pattern.test(reason ?? ''));
  if (known) return { says: known[1], evidence: known[2] };
  const said = reason === undefined || reason === 'chargeback' ? '' : brief(reason.replaceAll('_', ' '), 60);
  return {
    says: said ? `the reason given is “${said}”` : 'no reason was given',
    evidence: 'the invoice, log-ins and attendance, messages with the learner',
  };
}

/** https://razorpay.com/docs/payments/disputes/submit-evidence/ — by what the codes of all networks have in common. */
const claims: readonly (readonly [code: RegExp, says: string, evidence: string])[] = [
  [
    /not_received|non_receipt|not_provided/,
    'the payer says that the course was not delivered',
    'log-ins and attendance, messages with the learner',
  ],
  [
    /fraud|unauthori[sz]ed|not_recogni[sz]ed|no_cardholder|stolen/,
    'the payer says that they did not make this payment',
    'the enrolment, log-ins and attendance of this learner, the invoice',
  ],
  [
    /duplicate|paid_by_other/,
    'the payer says that they were charged twice',
    'what each of the payments was for, or the refund of one of them',
  ],
  [
    /credit_not_processed|refund/,
    'the payer says that a promised refund did not arrive',
    'the refund, or the refund terms that the learner agreed to',
  ],
  [
    /not_as_described|defective|quality|misrepresent|not_matching/,
    'the payer says that the course is not what was promised',
    'the description that was sold, attendance, messages with the learner',
  ],
  [
    /cancel|recurring|subscription/,
    'the payer says that they had cancelled',
    'the cancellation terms, log-ins after that day, messages with the learner',
  ],
  [
    /expired_card|invalid|amount|account_number|processing|late_presentment/,
    'the bank says that the payment was processed wrongly',
    'the receipt of the payment and the invoice',
  ],
];

/** Since when a payment waits to be captured, and what happens if nobody does it. */
export function waitingInWords(warning: { readonly since: number; readonly returnedAt?: number }): Inline[] {
  const { since, returnedAt } = warning;
  return [
    'Authorized ',
    { at: since },
    ' and not captured. Razorpay returns the money',
    ...(returnedAt === undefined ? [] : [' on ', { at: returnedAt } as const]),
    ', unless it is captured first.',
  ];
}

/** How it was paid: `UPI`, `card (Visa)`, `net banking`. A method that is not known is shown as Razorpay calls it. */
export function methodInWords(paid: {
  readonly method: string | undefined;
  readonly wallet?: string | undefined;
  readonly cardNetwork?: string | undefined;
}): string {
  const method = methods.get(paid.method ?? '') ?? brief(paid.method ?? 'unknown method', 30);
  const detail = paid.method === 'card' ? paid.cardNetwork : paid.method === 'wallet' ? paid.wallet : undefined;
  return detail ? `${method} (${brief(detail, 30)})` : method;
}

const methods = new Map([
  ['upi', 'UPI'],
  ['card', 'card'],
  ['netbanking', 'net banking'],
  ['wallet', 'wallet'],
  ['emi', 'EMI'],
  ['cardless_emi', 'cardless EMI'],
  ['paylater', 'pay later'],
  ['bank_transfer', 'bank transfer'],
  ['cod', 'cash on delivery'],
  ['emandate', 'e-mandate'],
  ['nach', 'NACH mandate'],
]);

/** A bank by its name where Razorpay's code for it is a common one, else the code (or a network, or an app) as it came. */
export function bankInWords(code: string): string {
  return banks.get(code) ?? brief(code, 30);
}

/** The first four letters of a bank's IFSC. https://razorpay.com/docs/payments/payment-methods/netbanking/ */
const banks = new Map([
  ['AUBL', 'AU Small Finance Bank'],
  ['BARB', 'Bank of Baroda'],
  ['BKID', 'Bank of India'],
  ['CBIN', 'Central Bank of India'],
  ['CNRB', 'Canara Bank'],
  ['FDRL', 'Federal Bank'],
  ['HDFC', 'HDFC Bank'],
  ['ICIC', 'ICICI Bank'],
  ['IDFB', 'IDFC First Bank'],
  ['IDIB', 'Indian Bank'],
  ['INDB', 'IndusInd Bank'],
  ['IOBA', 'Indian Overseas Bank'],
  ['KKBK', 'Kotak Mahindra Bank'],
  ['PUNB', 'Punjab National Bank'],
  ['SBIN', 'State Bank of India'],
  ['UBIN', 'Union Bank of India'],
  ['UTIB', 'Axis Bank'],
  ['YESB', 'Yes Bank'],
]);

const ordinals = 'first second third fourth fifth sixth seventh eighth ninth tenth'.split(' ');
const suffixes = once(() => new Intl.PluralRules('en', { type: 'ordinal' }));

/** `first`, `second` … `tenth`, then `11th`, `12th`. */
export function ordinal(number: number): string {
  const suffix = { one: 'st', two: 'nd', few: 'rd', zero: 'th', many: 'th', other: 'th' }[suffixes().select(number)];
  return ordinals[number - 1] ?? `${number}${suffix}`;
}

/** How much of a whole is done, `steps` marks wide: begun shows at least one, and only the whole fills them all. */
export function progressBar(done: number, of: number, steps: number): string {
  const filled = done >= of ? steps : Math.min(steps - 1, Math.max(done > 0 ? 1 : 0, Math.floor((done * steps) / of)));
  return '▰'.repeat(filled) + '▱'.repeat(steps - filled);
}
