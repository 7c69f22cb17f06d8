import type { ModalView } from '@slack/types';
import type { Queue } from '../aws/queue.ts';
import type { Clock } from '../base/clock.ts';
import { maxBodyBytes } from '../base/http.ts';
import type { Report } from '../base/report.ts';
import type { KeptSecret } from '../base/secret.ts';
import { type Events, whatOf } from './event-store.ts';
import { handOver } from './hand-over.ts';
import { readInbound, type Submission } from './inbound.ts';
import { type SigningSecrets, signedBySlack } from './signature.ts';

/** A request as it came in. Nothing in it is trusted before the signature is. */
export type Incoming = {
  readonly bytes: Uint8Array;
  readonly contentType: unknown;
  /** `X-Slack-Request-Timestamp` */
  readonly timestamp: unknown;
  /** `X-Slack-Signature` */
  readonly signature: unknown;
};

/**
 * What a form is answered while its sender looks at it: what is wrong with it, or another view in its place. `clear` closes all
 * views. https://docs.slack.dev/surfaces/modals#displaying_errors
 */
export type ViewResponse =
  | { readonly response_action: 'errors'; readonly errors: Readonly<Record<string, string>> }
  | { readonly response_action: 'update' | 'push'; readonly view: ModalView }
  | { readonly response_action: 'clear' };

/** What comes of a form. One that is not accepted is answered and nothing else: it is neither stored nor handed over. */
export type Looked = {
  readonly accepted: boolean;
  /** Undefined: the form closes. */
  readonly response?: ViewResponse | undefined;
};

export type IngressDependencies = {
  readonly signing: Pick<KeptSecret<SigningSecrets>, 'find'>;
  readonly events: Pick<Events, 'keep'>;
  readonly queues: { readonly slack: Pick<Queue, 'send'>; readonly desk: Pick<Queue, 'send'> };
  /** Looks at a form without asking anybody. */
  readonly look: (submission: Submission) => Promise<Looked>;
  readonly clock: Pick<Clock, 'now'>;
  readonly report: Report;
};

/** How a request is answered, and what the log line says of it. */
export type Receipt = {
  readonly status: 200 | 401 | 413 | 503;
  readonly outcome:
    | 'stored'
    | 'duplicate'
    | 'nothing to do'
    | 'challenge'
    | 'probe'
    | 'turned back'
    | 'too large'
    | 'not signed by Slack'
    | 'send again';
  /** Undefined: an empty one. Anything in it would be shown to whoever typed a command. */
  readonly body?: unknown;
  readonly ids: {
    readonly bytes: number;
    readonly signedWith?: keyof SigningSecrets;
    readonly team?: string;
    readonly id?: string;
    readonly kind?: string;
    readonly what?: string | undefined;
  };
};

/**
 * Receives one request of Slack's: verifies it, stores that it came, hands it to its room's queue. 200 promises that a worker
 * will look at it. Whatever keeps that from being true is a 503, and Slack sends an event again, three times within minutes.
 * A duplicate is handed over again, since the failure may have come between its storing and its hand-over.
 *
 * Slack waits three seconds, and asks some things that have to be answered meanwhile: whether this is its address, and
 * whether a form is right. https://docs.slack.dev/apis/events-api#responding
 */
export async function receive(incoming: Incoming, dependencies: IngressDependencies): Promise<Receipt> {
  const { signing, events, queues, look, clock, report } = dependencies;
  const { bytes } = incoming;
  const seen = { bytes: bytes.byteLength };
  if (bytes.byteLength > maxBodyBytes) return { status: 413, outcome: 'too large', ids: seen };

  const again = (error: unknown, where: string, ids: Receipt['ids']): Receipt => {
    report(error, { where: `slack ingress: ${where}`, ...ids });
    return { status: 503, outcome: 'send again', ids };
  };

  let signedWith: keyof SigningSecrets | undefined;
  try {
    signedWith = await signing.find((secrets) => signedBySlack(incoming, secrets, clock.now()));
  } catch (error) {
    return again(error, 'secret', seen);
  }
  if (signedWith === undefined) return { status: 401, outcome: 'not signed by Slack', ids: seen };

  const reading = readInbound(bytes, incoming.contentType);
  switch (reading.kind) {
    case 'challenge':
      return {
        status: 200,
        outcome: 'challenge',
        body: { challenge: reading.challenge },
        ids: { ...seen, signedWith },
      };
    case 'probe':
      return { status: 200, outcome: 'probe', ids: { ...seen, signedWith } };
    case 'unknown':
      return { status: 200, outcome: 'nothing to do', ids: { ...seen, signedWith, what: reading.type } };
  }

  const { inbound } = reading;
  const { team, id, kind } = inbound;
  const ids = { ...seen, signedWith, team, id, kind, what: whatOf(inbound) };
  let body: ViewResponse | undefined;
  if (inbound.kind === 'submission') {
    let looked: Looked;
    try {
      looked = await look(inbound);
    } catch (error) {
      return again(error, 'look', ids);
    }
    body = looked.response;
    if (!looked.accepted) return { status: 200, outcome: 'turned back', body, ids };
  }
  const handed = handOver(inbound);
  if (!handed) return { status: 200, outcome: 'nothing to do', ids };

  let outcome: 'stored' | 'duplicate';
  try {
    outcome = await events.keep(inbound, clock.now());
  } catch (error) {
    return again(error, 'store', ids);
  }
  if (handed.to !== 'kept') {
    try {
      await queues[handed.to].send(handed.message);
    } catch (error) {
      return again(error, 'hand-over', ids);
    }
  }
  return { status: 200, outcome, body, ids };
}
