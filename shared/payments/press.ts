import type { Queue } from '../aws/queue.ts';
import type { Clock } from '../base/clock.ts';
import { body, type Content, message } from '../slack/text.ts';
import { type Fact, fold, type Lifecycle } from './lifecycle.ts';
import type { PaymentStore, Place, ThreadPlace } from './store.ts';
import { message as wakeMessage } from './wake.ts';

/** A press of a button on a thread, by somebody of the company. `id` is the press's own: it acts once. */
export type ThreadPress = {
  readonly id: string;
  readonly place: ThreadPlace;
  readonly thread: string;
  /** What of the thread was shown where the button stood. */
  readonly seen: string;
  readonly by: { readonly id: string; readonly name: string };
};

export type PressParts = {
  readonly store: Pick<PaymentStore, 'threadOf' | 'factsOf' | 'recordNote'>;
  readonly queue: Pick<Queue, 'send'>;
  readonly clock: Pick<Clock, 'now'>;
};

/** A thread as it is when a press is worked: `home` is where a note of it is kept. */
export type Stands = {
  readonly home: Place;
  readonly facts: readonly Fact[];
  readonly state: Lifecycle;
  /** Has the thread told, once for this press: what it was told before does not wake it again. */
  readonly wake: () => Promise<void>;
};

/** Others keep being faster. */
const tries = 5;

/**
 * Works a press: reads how its thread stands, and has `decide` act on it, as often as somebody else is faster (`undefined`).
 * Answers what the person is told.
 */
export async function onThread(
  press: ThreadPress,
  { store, queue }: PressParts,
  decide: (stands: Stands) => Promise<Content | undefined>,
): Promise<Content> {
  const { id, place } = press;
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const thread = (await store.threadOf(place, press.thread)) ?? press.thread;
    const { facts, joinedInto } = await store.factsOf(place, thread);
    const state = fold(facts);
    if (!state.isTold) return unknownPayment();
    const home = { ...place, home: joinedInto ?? thread };
    const wake = () => queue.send(wakeMessage({ ...home, cause: 'desk' }, { unique: id }));
    const answer = await decide({ home, facts, state, wake });
    if (answer) return answer;
  }
  return message(body('Others keep pressing at the same moment. Nothing was changed; look at it and press again.'));
}

/** Told of an id that nobody has met, and of one of another team just the same. */
export function unknownPayment(): Content {
  return message(
    body('War Room has not heard of this payment.'),
    body('Ask with an id that Razorpay gave: of the order, payment, link, invoice, refund or dispute.'),
  );
}
