import { fifoId } from '../aws/fifo-id.ts';
import type { Message } from '../aws/queue.ts';
import { Park } from '../base/errors.ts';
import { teamId } from '../base/names.ts';
import type { ThreadRef } from '../slack/thread-log.ts';
import type { Place, ThreadPlace } from './store.ts';

/** A record of the payments queue: it carries no news, it only makes a worker look at what is stored under a home. */
export type Wake = Place & { readonly cause: Cause };

/**
 * `lead`: somebody else looks after it; `instalment`: another of the same plan stands otherwise than before;
 * `reconcile`: Razorpay was asked, and had news; `parked`: it was parked, or somebody has it tried again; `slack`: something
 * was done to a message of it in Slack; `desk`: somebody pressed a button of it there; `erased`: who pays was erased, and
 * Slack should not name them any more.
 */
const causes = [
  'webhook',
  'api',
  'sweep',
  'held',
  'lead',
  'instalment',
  'reconcile',
  'parked',
  'slack',
  'desk',
  'erased',
] as const;
export type Cause = (typeof causes)[number];

/** What a wake is about, so that SQS can tell it from the others of its group. */
export type Occasion =
  /** One delivery: the hash of its bytes, which are what was signed. An event id may come with any body. */
  | { readonly delivery: string }
  /** Anything else: an id that was never used before. */
  | { readonly unique: string };

/**
 * The message for a wake. Its group is the home, so that the wakes of one payment are worked one after another.
 *
 * SQS FIFO swallows a message whose dedupe id it has taken within the last five minutes. For a delivery that is as
 * it should be: it is handed over once more when it comes again, because the first hand-over may have been lost; if it
 * was, SQS has never seen the id and takes it, and if it was not, the first message is already at work. The group is
 * part of the id, or the same event told under another home would be swallowed. A wake that is no delivery has an id
 * of its own each time: a second look five seconds after the first is meant.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html
 */
export function message(wake: Wake, occasion: Occasion): Message {
  const place = `${wake.team}#${wake.account}#${wake.home}`;
  const what = 'delivery' in occasion ? `${wake.account}#${occasion.delivery}` : `unique#${occasion.unique}`;
  const { team, account, home, cause } = wake;
  return {
    body: JSON.stringify({ team, account, home, cause }),
    group: fifoId(place),
    dedupe: fifoId(`${what}#${place}`),
  };
}

/** The key of a payment's thread in the message log. */
export function threadRef(place: ThreadPlace, thread: string): ThreadRef {
  return { team: place.team, key: `payments#${place.account}#${thread}` };
}

/**
 * The message that has a thread of the message log told again, by its key; undefined where it is no payment's. `unique`: an id
 * that was never used before.
 */
export function threadMessage({ team, key }: ThreadRef, unique: string): Message | undefined {
  const [, account, thread] = /^payments#([^#]+)#(.+)$/s.exec(key) ?? [];
  if (account === undefined || thread === undefined) return undefined;
  // A warning is told with the payment it is about.
  const [, about] = /^warning#[^#]+#(.+)$/s.exec(thread) ?? [];
  return message({ team, account, home: about ?? thread, cause: 'slack' }, { unique });
}

/** The wake in a message's body. Throws `Park` for anything else: somebody put it there by hand. */
export function parseWake(body: string): Wake {
  const { team, account, home, cause } = fieldsOf(body);
  if (isText(team) && typeof account === 'string' && isText(home) && isCause(cause)) {
    return { team: teamId(team), account, home, cause };
  }
  throw new Park(
    'wake-unreadable',
    'A message of the payments queue does not say which payment to look at. Delete it; deliver the event again.',
  );
}

function fieldsOf(body: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(body));
  } catch {
    return {};
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isCause(value: unknown): value is Cause {
  return causes.some((cause) => cause === value);
}
