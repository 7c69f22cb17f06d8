import { formatAmount } from '../razorpay/currency.ts';
import type { Dispute } from './dispute.ts';
import type { Lifecycle, Warning } from './lifecycle.ts';
import { summary } from './message.ts';

/** Something about a payment that somebody has to do, or had to. Times in Unix seconds. */
export type Concern = {
  readonly kind: 'notCaptured' | 'openTooLong' | 'dispute';
  /** Of the payment, the thread or the dispute. */
  readonly id: string;
  /** What it is about: how much, who, what for. */
  readonly subject: string;
  readonly since: number;
  /** When it is too late, where that is known. */
  readonly by?: number;
  /** Until when somebody wants to be left alone with it. */
  readonly snoozedUntil?: number;
  readonly isOver: boolean;
};

/** What ever asked for somebody in the life of a payment, told in `thread`. Pure; most payments have nothing. */
export function concernsOf(state: Lifecycle, thread: string): Concern[] {
  const { subject } = summary(state);
  return [
    ...state.warnings.map((warning) => ofWarning(warning, thread, subject)),
    ...state.disputes.map((dispute) => ofDispute(dispute, state, subject)),
  ];
}

/** A thread that tells nothing any more concerns nobody as such; what it was about is told of the payment and the dispute. */
export function noConcern(thread: string): Concern {
  return { kind: 'openTooLong', id: thread, subject: '', since: 0, isOver: true };
}

function ofWarning(warning: Warning, thread: string, subject: string): Concern {
  const { kind, since, isOver, snooze } = warning;
  const standing = { kind, subject, since, ...(snooze && !isOver && { snoozedUntil: snooze.until }), isOver };
  if (warning.kind === 'openTooLong') return { ...standing, id: thread };
  const { paymentId, returnedAt } = warning;
  return { ...standing, id: paymentId, ...(returnedAt !== undefined && { by: returnedAt }) };
}

/** One that was answered waits for the bank, and for nobody here. */
function ofDispute(dispute: Dispute, { currency }: Lifecycle, subject: string): Concern {
  const { id, amount, respondBy, createdAt, heardAt, outcome, steps } = dispute;
  const money = amount === undefined ? undefined : formatAmount(amount, dispute.currency ?? currency);
  const stake = money === undefined || subject.startsWith(`${money} · `) ? undefined : `${money} at stake`;
  return {
    kind: 'dispute',
    id,
    subject: stake === undefined ? subject : `${subject} · ${stake}`,
    since: createdAt ?? Math.floor(heardAt / 1000),
    ...(respondBy !== undefined && { by: respondBy }),
    isOver: outcome !== undefined || steps.at(-1)?.step === 'under_review',
  };
}
