import type { Attempt } from './attempt.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Instalment } from './route.ts';

/** How far a plan has come, as far as it can be told from one of its threads. Amounts in the smallest unit. */
export type PlanProgress = {
  readonly completed: number;
  readonly of: number;
  readonly paid: number;
  /** What of that was paid by the instalments before this one. */
  readonly paidBefore: number;
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
  const sum = (parts: Lifecycle['earlier']) => parts.reduce((total, { amount }) => total + amount, 0);
  return {
    completed: [worth(state), ...earlier.map(({ amount }) => amount)].filter((amount) => amount > 0).length,
    of,
    paid: sum(earlier) + paid - refunded,
    paidBefore: sum(before),
    total: planTotal,
  };
}

/** What a payment that is complete is worth: what came in for it and was not given back. Nothing while some is due. */
export function worth({ due, paid, refunded }: Pick<Lifecycle, 'due' | 'paid' | 'refunded'>): number {
  return due === 0 ? Math.max(0, paid - refunded) : 0;
}

/**
 * The plans that a learner's instalments belong to, given in the order in which they were completed. Whoever pays a
 * part of a course again, or one more after all of it was paid, has begun another plan.
 */
export function plansOf(completed: readonly Instalment[]): Instalment[][] {
  const plans: Instalment[][] = [];
  for (const instalment of completed) {
    const plan = plans.findLast(([first]) => first?.courseId === instalment.courseId);
    if (plan && isOpenTo(plan, instalment.number)) plan.push(instalment);
    else plans.push([instalment]);
  }
  return plans;
}

/** Whether money of a plan is still due. */
export function isOpen(plan: readonly Instalment[]): boolean {
  const paid = plan.reduce((sum, { amount }) => sum + amount, 0);
  return paid < Math.max(...plan.map(({ planTotal }) => planTotal));
}

/** Whether part `number` goes on with a plan, and begins none of its own. */
export function isOpenTo(plan: readonly Instalment[], number: number): boolean {
  return isOpen(plan) && plan.every((part) => part.number !== number);
}

/** The attempts that were captured, in the order in which they were made. */
export function completed(attempts: readonly Attempt[]): Attempt[] {
  return attempts.filter(({ status }) => status === 'captured');
}
