import { describe, expect, it } from '@jest/globals';
import { exponent, formatAmount, isCurrency } from '../../shared/razorpay/currency.ts';

describe('an amount', () => {
  it.each([
    [12_345_600, 'INR', '₹1,23,456.00'],
    [1, 'INR', '₹0.01'],
    [0, 'INR', '₹0.00'],
    [-4_550, 'INR', '-₹45.50'],
    [10_000_000_00, 'INR', '₹1,00,00,000.00'],
    [Number.MAX_SAFE_INTEGER, 'INR', '₹9,00,71,99,25,47,409.91'],
    [295, 'JPY', 'JPY 295'],
    [99_990, 'KWD', 'KWD 99.990'],
    [1_234_567, 'USD', 'USD 12,345.67'],
    [150_000, 'IDR', 'IDR 1,500.00'],
    [1_500, 'IQD', 'IQD 1.500'],
  ])('of %d in %s reads %s', (amount, currency, expected) => {
    expect(formatAmount(amount, currency)).toBe(expected);
  });

  it("has Razorpay's exponent, not ICU's, where the two disagree", () => {
    expect(['IQD', 'HUF', 'PKR', 'JPY', 'INR'].map(exponent)).toEqual([3, 2, 2, 0, 2]);
  });

  it.each(['INR', 'USD'])('takes %s for a currency', (code) => expect(isCurrency(code)).toBe(true));
  it.each(['', 'inr', 'RUPEE', 'IN', 'ZZZ'])('does not take "%s" for one', (code) =>
    expect(isCurrency(code)).toBe(false),
  );
});
