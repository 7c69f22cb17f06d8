import { permalink, rootOf } from '../slack/permalink.ts';
import type { Thread } from '../slack/thread-log.ts';
import type { PaymentView } from './answers.ts';
import { type Fact, fold } from './lifecycle.ts';
import { stateInWords } from './words.ts';

/** What is looked at: the facts of a thread, how it stands in Slack, and the workspace's address, where it has one. */
export type Seen = {
  /** The key of the thread: the id that it was first met by. */
  readonly thread: string;
  readonly facts: readonly Fact[];
  readonly told: Pick<Thread, 'destination' | 'entries'>;
  readonly teamUrl: string | undefined;
};

/** What support is shown of a payment: how it stands, what was heard of it, and where it is told. Pure. */
export function view({ thread, facts, told, teamUrl }: Seen): PaymentView {
  const state = fold(facts);
  const { amount, paid, refunded, due, currency } = state;
  return {
    id: state.orderId ?? thread,
    state: state.isTold ? stateInWords(state) : 'Unknown',
    amount: amount ?? null,
    paid,
    refunded,
    due: due ?? null,
    currency,
    facts: facts.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1)).map(shownFact),
    destination: told.destination
      ? { channel: told.destination.channel, row: told.destination.row, why: told.destination.why }
      : null,
    messages: shownMessages(told, teamUrl),
  };
}

function shownFact(fact: Fact): PaymentView['facts'][number] {
  const at = new Date(fact.at).toISOString();
  switch (fact.source) {
    case 'initiated':
      return { id: fact.id, kind: 'initiated', source: 'api', at };
    case 'note':
      return { id: fact.id, kind: fact.note.kind, source: 'war-room', at };
    case 'razorpay':
    case 'reconciled':
      return { id: fact.id, kind: fact.event.name, source: fact.source, at };
  }
}

/** The root first, then the replies in the order in which Slack shows them; what is not there yet comes last. */
function shownMessages(told: Seen['told'], teamUrl: string | undefined): PaymentView['messages'] {
  const root = rootOf(told.entries);
  const place = (key: string) => {
    const entry = told.entries[key];
    return entry === root ? '' : (entry?.ts ?? '~');
  };
  return Object.keys(told.entries)
    .toSorted((a, b) => (place(a) === place(b) ? (a < b ? -1 : 1) : place(a) < place(b) ? -1 : 1))
    .flatMap((key) => {
      const entry = told.entries[key];
      if (!entry) return [];
      const link = teamUrl === undefined ? undefined : permalink(teamUrl, told, key);
      return { key, state: entry.state, ts: entry.ts ?? null, author: entry.author ?? null, permalink: link ?? null };
    });
}
