import type { Clock } from '../base/clock.ts';
import type { Body, Outcome, RazorpayClient } from '../razorpay/client.ts';

/** The calls that tell how things stand. */
export type Asked = Pick<
  RazorpayClient,
  'order' | 'paymentsOf' | 'payment' | 'refundsOf' | 'dispute' | 'link' | 'webhooks'
>;

/** Asks Razorpay: the body of its answer, or undefined where it does not know what was asked for. Throws `Unasked`. */
export type Ask = (call: (client: Asked) => Promise<Outcome>) => Promise<Body | undefined>;

/** Why there is no answer. */
type Why =
  /** The run is over before a call could be. */
  | 'time'
  /** Razorpay takes no more calls of this account for now. */
  | 'limited'
  /** It does not accept the account's key. */
  | 'key'
  /** It did not answer this one. */
  | 'unanswered';

/** There was no answer, and whatever rests on one has to wait. */
export class Unasked extends Error {
  override readonly name = 'Unasked';
  readonly why: Why;

  constructor(why: Why, message: string) {
    super(message);
    this.why = why;
  }
}

export type Pace = {
  /** How long lies between the beginnings of two calls at least, and how long a call may take, in milliseconds. */
  readonly intervalMs: number;
  readonly callMs: number;
  /** No call begins that could end after this moment (ms). */
  readonly until: number;
};

/** Asks with the calls of one account, one after another and never faster than the pace: Razorpay publishes no limit. */
export function askWith(client: Asked, pace: Pace, clock: Clock): Ask {
  let next = Number.NEGATIVE_INFINITY;
  return async (call) => {
    const waitMs = Math.max(0, next - clock.now());
    if (clock.now() + waitMs + pace.callMs > pace.until) throw new Unasked('time', 'This run has no time for a call.');
    if (waitMs > 0) await clock.sleep(waitMs);
    next = clock.now() + pace.intervalMs;

    const outcome = await call(client);
    switch (outcome.kind) {
      case 'answered':
        return outcome.body;
      case 'limited':
        throw new Unasked('limited', 'Razorpay takes no more calls for now (429).');
      case 'unanswered':
        throw new Unasked('unanswered', outcome.why);
      case 'refused':
        if (outcome.status === 401) throw new Unasked('key', outcome.description);
        return undefined;
    }
  };
}
