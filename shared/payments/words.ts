import { brief } from '../slack/text.ts';
import type { PaymentError } from './event.ts';
import type { Lifecycle } from './lifecycle.ts';

/** Why a try failed, as a seller would say it. Razorpay's own codes stay in the fine print. */
export function failureInWords(error: PaymentError | undefined): string {
  const known = reasons.get(error?.reason ?? '');
  if (known) return known;
  if (error?.source === 'customer') return 'the payer did not complete it';
  if (error?.source?.includes('bank') || error?.source?.includes('issuer')) return 'the bank declined it';
  if (error?.source === 'gateway' || error?.source === 'network') return 'the payment network did not carry it through';
  return 'it did not go through';
}

/** One name for each state, everywhere a person reads it. */
export function stateInWords({ standing, initiated, attempts }: Lifecycle): string {
  switch (standing) {
    case 'initiated':
      return 'Initiated';
    case 'authorized':
      return 'Authorized';
    case 'failed':
      return 'Failed';
    case 'partlyPaid':
      return `Part ${attempts.filter(({ status }) => status === 'captured').length} paid`;
    case 'paid':
      return initiated?.payment.kind === 'part' ? `${partOf(initiated.payment)} paid` : 'Paid';
  }
}

/** Which instalment of how many: `Part 2 of 3`. */
export function partOf(payment: { readonly number: number; readonly of: number }): string {
  return `Part ${payment.number} of ${payment.of}`;
}

/** How it was paid: `UPI`, `card (Visa)`, `net banking`. A method that is not known is shown as Razorpay calls it. */
export function methodInWords(paid: {
  readonly method: string | undefined;
  readonly wallet: string | undefined;
  readonly cardNetwork: string | undefined;
}): string {
  const method = methods.get(paid.method ?? '') ?? brief(paid.method ?? 'unknown method', 30);
  const detail = paid.method === 'card' ? paid.cardNetwork : paid.method === 'wallet' ? paid.wallet : undefined;
  return detail ? `${method} (${brief(detail, 30)})` : method;
}

/** https://razorpay.com/docs/errors/payments/ — an open set: what is not here is told by its source. */
const reasons = new Map([
  ['insufficient_funds', 'the bank declined it for lack of funds'],
  ['payment_cancelled', 'the payer cancelled it'],
  ['payment_timed_out', 'it ran out of time before the bank answered'],
  ['payment_session_expired', 'the payer let the payment page run out of time'],
  ['incorrect_otp', 'the one-time password was wrong'],
  ['incorrect_pin', 'the PIN was wrong'],
  ['incorrect_cvv', "the card's security code was wrong"],
  ['card_declined', 'the bank declined the card'],
  ['card_expired', 'the card has expired'],
  ['debit_declined', 'the bank declined the debit'],
  ['payment_declined', 'the bank declined it'],
  ['bank_technical_error', "the bank's systems did not answer"],
  ['gateway_technical_error', 'the payment network had a fault'],
  ['upi_app_technical_error', 'the UPI app had a fault'],
  ['payment_risk_check_failed', 'the risk check stopped it'],
  ['transaction_daily_limit_exceeded', "it is above the payer's daily limit"],
  ['transaction_limit_exceeded', "it is above the payer's limit"],
  ['invalid_vpa', 'the UPI address does not exist'],
  ['vpa_resolution_failed', 'the UPI address could not be found'],
  ['authentication_failed', 'the payer could not be authenticated'],
]);

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
