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
 * The progress of the plan that this payment is an instalment of. Undefined where it is none, or where nothing is known
 * of an instalment before it: half a sum would be taken for the whole.
 */
export function ofPlan(state: Lifecycle): PlanProgress | undefined {
  const { initiated, earlier, paid, refunded } = state;
  if (initiated?.payment.kind !== 'part') return undefined;
  const { number, of, planTotal } = initiated.payment;
  const before = earlier.filter((part) => part.number < number);
  if (new Set(before.map((part) => part.number)).size < number - 1) return undefined;
  return {
    completed: [worth(state), ...earlier.map(({ amount }) => amount)].filter((amount) => amount > 0).length,
    of,
    paid: earlier.reduce((sum, { amount }) => sum + amount, 0) + paid - refunded,
    total: planTotal,
  };
}

/** What a payment that is complete is worth: what came in for it and was not given back. Nothing while some is due. */
export function worth({ due, paid, refunded }: Pick<Lifecycle, 'due' | 'paid' | 'refunded'>): number {
  return due === 0 ? Math.max(0, paid - refunded) : 0;
}

/** The attempts that were captured, in the order in which they were made. */
export function completed(attempts: readonly Attempt[]): Attempt[] {
  return attempts.filter(({ status }) => status === 'captured');
}
