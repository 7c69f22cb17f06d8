import { type ChannelId, channelId } from '../base/names.ts';
import type { Destination } from '../slack/thread-log.ts';
import {
  askedInWords,
  type Case,
  type Dimension,
  dimensions,
  holds,
  type Money,
  said,
  smallestUnit,
  type When,
} from './dimension.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { PaymentThread } from './message.ts';
import { isOpen, plansOf } from './plan.ts';
import type { Change } from './replies.ts';

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

/** One row of the decision table: which payments it takes, and how their threads are told. */
export type Row = {
  readonly name: string;
  readonly when: When;
  readonly then: {
    /** A name out of `Channels`, or the id of a Slack channel. */
    readonly channel: string;
    /** `admin`: in the name of the assigned admin where that is possible, else the app names them; `app`: the app. */
    readonly postAs: 'admin' | 'app';
    /** Replies that are also shown in the channel. */
    readonly broadcast: readonly Change[];
  };
};

/** A stored decision table. The first row that takes a payment wins; version 0 is the built-in one. */
export type RoutingTable = { readonly version: number; readonly rows: readonly Row[] };

/** What a channel is shown unless its team says otherwise: what somebody there may have to act on. */
export const defaultBroadcast: readonly Change[] = [
  'dispute',
  'disputeAction',
  'disputeLost',
  'refundFailed',
  'notCaptured',
];
const broadcast = defaultBroadcast;

/** What routes a team that has not set anything: follow-up instalments apart, everything else together. */
export const defaultTable: RoutingTable = {
  version: 0,
  rows: [
    {
      name: 'learner with an open plan',
      when: { completedInstalments: { min: 1 } },
      then: { channel: 'partPayments', postAs: 'admin', broadcast },
    },
    { name: 'first instalment', when: { kind: 'part' }, then: { channel: 'payments', postAs: 'admin', broadcast } },
    { name: 'full payment', when: {}, then: { channel: 'payments', postAs: 'admin', broadcast } },
  ],
};

/** Which row a payment takes, why, and why it is none of the others. Sentences for people. */
export type Decision = {
  readonly row: Row;
  readonly why: string;
  readonly others: readonly { readonly row: string; readonly why: string }[];
};

/** Of each row why it does not take a payment that none takes: of a table that is still being made. */
export function whyNone(rows: readonly Row[], payment: Case, money = smallestUnit): Decision['others'] {
  return rows.map((row) => ({ row: row.name, why: asksFor(row, missed(row.when, payment), payment, money) }));
}

/** The row that a payment takes. Throws for a table that leaves the case open: none such is ever stored. */
export function rowFor({ version, rows }: RoutingTable, payment: Case): Row {
  const row = takerOf(rows, payment);
  if (!row) throw new Error(`Version ${version} of the decision table has no row for ${JSON.stringify(payment)}.`);
  return row;
}

/** The first of these rows that takes a payment, whether or not they are a table. */
export function takerOf(rows: readonly Row[], payment: Case): Row | undefined {
  return rows.find(({ when }) => missed(when, payment).length === 0);
}

/** Decides which row a payment takes, and says why. Throws as `rowFor` does. */
export function decide(table: RoutingTable, payment: Case, money = smallestUnit): Decision {
  const { rows } = table;
  const row = rowFor(table, payment);
  const before = rows.slice(0, rows.indexOf(row) + 1);
  const asked = dimensions.filter((dimension) => before.some(({ when }) => when[dimension] !== undefined));
  return {
    row,
    why: asked.length === 0 ? 'Every payment goes there.' : sentence(asked.map((each) => said(each, payment, money))),
    others: rows
      .filter((other) => other !== row)
      .map((other) => ({ row: other.name, why: whyNot(other, row, payment, money) })),
  };
}

/** Where a decision takes a thread. What it says is kept with the thread from then on. */
export function destinationOf({ row, why }: Decision, version: number, channels: Channels): Destination {
  const { channel, postAs, broadcast } = row.then;
  return { channel: channelOf(channel, channels), row: row.name, why, version, postAs, broadcast };
}

/** The channel that a row names. */
export function channelOf(named: string, channels: Channels): ChannelId {
  return Object.hasOwn(channels, named) ? channels[named as keyof Channels] : channelId(named);
}

/** A payment as the decision table sees it. `completed` are the instalments of its learner, in the order of completion. */
export function caseOf({ initiated, owner, amount }: Lifecycle, completed: readonly Instalment[]): Case {
  const others = completed.filter(({ orderId }) => orderId !== initiated?.orderId);
  return {
    courseType: initiated?.course.type,
    kind: initiated?.payment.kind ?? 'full',
    completedInstalments: plansOf(others).filter(isOpen).flat().length,
    assigned: owner !== null,
    amount,
  };
}

/** A rendered thread as its destination has it told: who posts, and which replies the channel sees. */
export function asRouted(thread: PaymentThread, { postAs, broadcast = [] }: Destination): PaymentThread {
  const { author, ...told } = thread;
  const replies = thread.replies.map((reply) =>
    broadcast.includes(reply.key.split('#', 1)[0] ?? '') ? { ...reply, broadcast: true } : reply,
  );
  return { ...told, replies, ...(author && postAs !== 'app' && { author }) };
}

function whyNot(row: Row, taken: Row, payment: Case, money: Money): string {
  const by = missed(row.when, payment);
  if (by.length === 0) return `It would take this payment too, but "${taken.name}" comes before it.`;
  return asksFor(row, by, payment, money);
}

function asksFor({ when }: Row, by: readonly Dimension[], payment: Case, money: Money): string {
  const asks = Object.fromEntries(by.map((dimension) => [dimension, when[dimension]]));
  return `It asks for ${askedInWords(asks, money)}, but ${inOne(by.map((each) => said(each, payment, money)))}.`;
}

/** The dimensions on which a payment is not what is asked for. */
function missed(when: When, payment: Case): Dimension[] {
  return dimensions.filter((dimension) => !holds(dimension, when, payment[dimension]));
}

function sentence(clauses: readonly string[]): string {
  const text = inOne(clauses);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** `a`, `a and b`, `a, b and c`. */
function inOne(clauses: readonly string[]): string {
  return clauses.length < 2 ? clauses.join('') : `${clauses.slice(0, -1).join(', ')} and ${clauses.at(-1)}`;
}
