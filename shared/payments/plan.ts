import type { Attempt } from './attempt.ts';
import type { Lifecycle } from './lifecycle.ts';

/** How far a plan has come, as far as it can be told from one of its threads. Amounts in the smallest unit. */
export type PlanProgress = {
  readonly completed: number;
  readonly of: number;
  readonly paid: number;
  readonly total: number;
};

/**
 * The progress of the plan that this payment is an instalment of. Undefined where it is none, or where an instalment
 * before it is not known to be completed: half a sum would be taken for the whole.
 */
export function ofPlan(state: Lifecycle): PlanProgress | undefined {
  const { initiated, earlier, paid, refunded, standing } = state;
  if (initiated?.payment.kind !== 'part') return undefined;
  const { number, of, planTotal } = initiated.payment;
  const before = earlier.filter((part) => part.number < number);
  if (new Set(before.map((part) => part.number)).size < number - 1) return undefined;
  return {
    completed: earlier.length + (standing === 'paid' ? 1 : 0),
    of,
    paid: earlier.reduce((sum, { amount }) => sum + amount, 0) + paid - refunded,
    total: planTotal,
  };
}

/** The attempts that were captured, in the order in which they were made. */
export function completed(attempts: readonly Attempt[]): Attempt[] {
  return attempts.filter(({ status }) => status === 'captured');
}
