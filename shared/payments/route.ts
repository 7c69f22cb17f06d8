import type { ChannelId } from '../base/names.ts';
import type { Initiated } from './lifecycle.ts';

/** One completed instalment of a learner's plan, as `LeadPartPayment` keeps it. Amounts in the smallest unit. */
export type Instalment = {
  readonly orderId: string;
  readonly courseId: string;
  readonly number: number;
  readonly of: number;
  readonly amount: number;
  readonly planTotal: number;
};

/** The channels that a team's routing may name, from the team's record. */
export type Channels = {
  readonly payments: ChannelId;
  readonly partPayments: ChannelId;
  readonly ops: ChannelId;
};

/** Where a thread goes, which row said so, and the reason in words that anybody may ask for. */
export type Destination = { readonly channel: ChannelId; readonly row: string; readonly why: string };

type Case = { readonly initiated: Initiated | undefined; readonly openPlan: Instalment | undefined };

type Row = {
  readonly name: string;
  readonly when: (payment: Case) => boolean;
  readonly channel: keyof Channels;
  readonly why: (payment: Case) => string;
};

/** The built-in decision table. The first row that matches wins; the last one always does. */
const defaultTable: readonly [...Row[], Row] = [
  {
    name: 'learner with an open plan',
    when: ({ openPlan }) => openPlan !== undefined,
    channel: 'partPayments',
    why: ({ openPlan }) =>
      `The learner has completed part ${openPlan?.number} of ${openPlan?.of} of a plan that is not fully paid.`,
  },
  {
    name: 'first instalment',
    when: ({ initiated }) => initiated?.payment.kind === 'part',
    channel: 'payments',
    why: () => "It is a part payment, and none of the learner's instalments is completed yet.",
  },
  {
    name: 'full payment',
    when: ({ initiated }) => initiated !== undefined,
    channel: 'payments',
    why: () => 'It is a full payment, and the learner has no plan that is partly paid.',
  },
  {
    name: 'not announced',
    when: () => true,
    channel: 'payments',
    why: () => 'Nobody announced this payment, so it counts as a full payment.',
  },
];

/**
 * Decides where a payment's thread goes. `completed` are the learner's completed instalments; that of the payment
 * itself is left out, since only *later* payments follow an open plan.
 */
export function route(
  initiated: Initiated | undefined,
  completed: readonly Instalment[],
  channels: Channels,
): Destination {
  const payment = { initiated, openPlan: openPlan(completed.filter(({ orderId }) => orderId !== initiated?.orderId)) };
  const row = defaultTable.find(({ when }) => when(payment)) ?? defaultTable[defaultTable.length - 1];
  if (!row) throw new Error('The decision table has no rows.');
  return { channel: channels[row.channel], row: row.name, why: row.why(payment) };
}

/** The latest completed instalment of a plan of which money is still due, or undefined. */
function openPlan(completed: readonly Instalment[]): Instalment | undefined {
  const plans = Map.groupBy(completed, ({ courseId }) => courseId);
  const open = [...plans.values()].filter((plan) => {
    const paid = plan.reduce((sum, { amount }) => sum + amount, 0);
    return paid < Math.max(...plan.map(({ planTotal }) => planTotal));
  });
  return open.flat().sort((a, b) => b.number - a.number)[0];
}
