import { compare, first, type Heard, heardFirst, latest, saidAt } from './heard.ts';

/** What became of a dispute after it was raised, as Razorpay's events call it. */
const disputeSteps = ['under_review', 'action_required', 'won', 'lost', 'closed'] as const;
export type DisputeStep = (typeof disputeSteps)[number];

/** A payer's bank asks for the money back. Amounts in the smallest unit of `currency`, times in Unix seconds. */
export type Dispute = {
  readonly id: string;
  readonly paymentId: string | undefined;
  readonly amount: number | undefined;
  readonly amountDeducted: number | undefined;
  readonly currency: string | undefined;
  readonly reason: string | undefined;
  readonly phase: string | undefined;
  /** Until when it has to be answered; the latest that was said. */
  readonly respondBy: number | undefined;
  readonly createdAt: number | undefined;
  /** What was told of it, each step once, in the order in which it happened. */
  readonly steps: readonly { readonly step: DisputeStep; readonly at: number | undefined }[];
  /** How it ended; undefined while it is open. */
  readonly outcome: 'won' | 'lost' | 'closed' | undefined;
  /** When it was first heard of, milliseconds since 1970. */
  readonly heardAt: number;
};

/** The disputes that `events` speak of, the first first. */
export function disputesOf(events: readonly Heard[]): Dispute[] {
  const byId = Map.groupBy(
    events.filter((event) => event.dispute),
    (event) => event.dispute?.id ?? '',
  );
  return [...byId]
    .map(([id, told]) => disputeOf(id, told))
    .sort((a, b) => compare(a.createdAt, b.createdAt) || compare(a.id, b.id));
}

function disputeOf(id: string, told: readonly Heard[]): Dispute {
  const newest = told.toSorted((a, b) => saidAt(b) - saidAt(a));
  const entities = newest.flatMap((event) => event.dispute ?? []);
  const taken = disputeSteps.flatMap((step) => {
    const saying = told.filter(({ name, dispute }) => name === `payment.dispute.${step}` || dispute?.status === step);
    if (saying.length === 0) return [];
    const at = latest(saying.map((event) => event.at));
    return [{ step, at, place: at ?? Math.min(...saying.map(saidAt)) }];
  });
  const steps = taken.sort((a, b) => a.place - b.place).map(({ step, at }) => ({ step, at }));
  // That it is closed says nothing of whose the money is, where that was decided.
  const decided = steps.findLast(({ step }) => step === 'won' || step === 'lost');
  const last = decided ?? steps.find(({ step }) => step === 'closed');
  return {
    id,
    paymentId: first(entities, 'paymentId') ?? told.find((event) => event.payment)?.payment?.id,
    amount: first(entities, 'amount'),
    amountDeducted: latest(entities.map(({ amountDeducted }) => amountDeducted)),
    currency: first(entities, 'currency'),
    reason: first(entities, 'reason'),
    phase: first(entities, 'phase'),
    respondBy: first(entities, 'respondBy'),
    createdAt: first(entities, 'createdAt'),
    steps,
    outcome: last?.step as Dispute['outcome'],
    heardAt: heardFirst(told),
  };
}
