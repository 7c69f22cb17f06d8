import { once } from '../base/lazy.ts';

/**
 * Razorpay's currencies and their exponents. Amounts are integers in the smallest unit; how small that is, is
 * Razorpay's decision and not ICU's: for twelve of these currencies the two disagree by a factor of 100 or 1000.
 * https://razorpay.com/docs/payments/international-payments/
 */
const zeroDecimals = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'.split(' ');
const threeDecimals = 'BHD IQD JOD KWD OMR TND'.split(' ');

const rupees = once(() => new Intl.NumberFormat('en-IN', { minimumFractionDigits: 2, maximumFractionDigits: 2 }));

const currencies = once(() => new Set(Intl.supportedValuesOf('currency')));

/** Whether `code` is a currency of ISO 4217. Which of them an account may take is between it and Razorpay. */
export function isCurrency(code: string): boolean {
  return currencies().has(code);
}

/** How many decimals an amount of this currency has: 0, 2 or 3. */
export function exponent(currency: string): 0 | 2 | 3 {
  if (zeroDecimals.includes(currency)) return 0;
  return threeDecimals.includes(currency) ? 3 : 2;
}

/** An amount as people read it: `₹1,23,456.00` with Indian grouping, any other currency with its code. */
export function formatAmount(amount: number, currency: string): string {
  const decimals = exponent(currency);
  const digits = String(Math.abs(amount)).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const exact = decimals === 0 ? whole : `${whole}.${digits.slice(-decimals)}`;
  const sign = amount < 0 ? '-' : '';
  if (currency === 'INR') return `${sign}₹${rupees().format(exact as `${number}`)}`;

  const format = new Intl.NumberFormat('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return `${sign}${currency} ${format.format(exact as `${number}`)}`;
}
