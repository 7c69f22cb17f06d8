import type { Queue } from '../aws/queue.ts';
import type { Clock } from '../base/clock.ts';
import { maxBodyBytes } from '../base/http.ts';
import type { Report } from '../base/report.ts';
import type { KeptSecret } from '../base/secret.ts';
import type { Account, Accounts } from '../razorpay/accounts.ts';
import { signedWith, type WebhookSecrets } from '../razorpay/signature.ts';
import { readEvent, sha256 } from './event.ts';
import type { PaymentStore } from './store.ts';
import { message } from './wake.ts';

/** A webhook as it came in. Nothing in it is trusted before the signature is. */
export type Incoming = {
  /** The account that the path names. */
  readonly account: string;
  readonly bytes: Uint8Array;
  readonly signature: unknown;
  readonly eventId: unknown;
};

export type IngressDependencies = {
  readonly store: Pick<PaymentStore, 'recordDelivery'>;
  readonly accounts: Pick<KeptSecret<Accounts>, 'value' | 'find'>;
  readonly queue: Pick<Queue, 'send'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly report: Report;
};

/** How a webhook is answered, and what the log line says of it. */
export type Receipt = {
  readonly status: 200 | 401 | 404 | 413 | 503;
  readonly outcome: 'stored' | 'duplicate' | 'too large' | 'unknown account' | 'not signed by us' | 'deliver again';
  readonly ids: {
    readonly account: string;
    readonly bytes: number;
    readonly eventId?: string | undefined;
    readonly event?: string | undefined;
    readonly team?: string;
    readonly home?: string;
    readonly signedWith?: keyof WebhookSecrets;
  };
};

/**
 * Receives one delivery: verifies it, stores it, hands it to the queue. 200 promises that it is stored and that a
 * worker will look at it. Whatever keeps that from being true is a 503, and Razorpay delivers again, for 24 hours.
 * A duplicate is handed over again, since the failure may have come between its storing and its hand-over.
 *
 * A kind of event that nobody handles, and a signed body that cannot be read, are received like any other: Razorpay
 * disables a webhook that keeps refusing, and all other events with it. https://razorpay.com/docs/webhooks/
 */
export async function receive(incoming: Incoming, dependencies: IngressDependencies): Promise<Receipt> {
  const { store, queue, clock, report } = dependencies;
  const { bytes } = incoming;
  const seen = { account: incoming.account, bytes: bytes.byteLength };
  if (bytes.byteLength > maxBodyBytes) return { status: 413, outcome: 'too large', ids: seen };

  const again = (error: unknown, where: string, ids: Receipt['ids']): Receipt => {
    report(error, { where: `razorpay ingress: ${where}`, ...ids });
    return { status: 503, outcome: 'deliver again', ids };
  };

  let verdict: Verdict;
  try {
    verdict = await verify(incoming, dependencies);
  } catch (error) {
    return again(error, 'secret', seen);
  }
  if (verdict === 'unknown account') return { status: 404, outcome: verdict, ids: seen };
  if (verdict === 'not signed by us') return { status: 401, outcome: verdict, ids: seen };

  const { account, secret } = verdict;
  const reading = readEvent(bytes);
  const eventId = parseEventId(incoming.eventId);
  const place = { team: account.team, account: account.name, home: reading.home };
  const ids = {
    ...seen,
    ...place,
    signedWith: secret,
    eventId,
    event: reading.readable ? reading.event.name : undefined,
  };

  let outcome: 'stored' | 'duplicate';
  try {
    outcome = await store.recordDelivery(place, { eventId, bytes, secret, at: clock.now() });
  } catch (error) {
    return again(error, 'store', ids);
  }
  try {
    await queue.send(message({ ...place, cause: 'webhook' }, { delivery: sha256(bytes) }));
  } catch (error) {
    return again(error, 'hand-over', ids);
  }
  return { status: 200, outcome, ids };
}

type Verdict =
  | { readonly account: Account; readonly secret: keyof WebhookSecrets }
  | 'unknown account'
  | 'not signed by us';

/** What cannot be verified with the secret as kept is looked at once more with the secret fetched anew (`find`). */
async function verify(
  { account: name, bytes, signature }: Incoming,
  { accounts }: IngressDependencies,
): Promise<Verdict> {
  const verified = await accounts.find((all) => {
    const account = all.named(name);
    const secret = account && signedWith(bytes, signature, account.webhook);
    return secret && { account, secret };
  });
  if (verified) return verified;
  return (await accounts.value()).named(name) ? 'not signed by us' : 'unknown account';
}

/**
 * Razorpay's event id, 14 letters and digits. The header is not signed, so it may say anything: it is kept for people
 * who search for it and decides nothing, and what does not look like an id counts as none.
 */
function parseEventId(header: unknown): string | undefined {
  return typeof header === 'string' && /^\w{10,64}$/.test(header) ? header : undefined;
}
