/** One signed request to the app. https://docs.slack.dev/authentication/verifying-requests-from-slack */
import { createHmac } from 'node:crypto';
import type { Misbehaviour } from './misbehaviour.ts';

/** A request before it is signed. */
export interface Outgoing {
  readonly url: string;
  readonly contentType: 'application/json' | 'application/x-www-form-urlencoded';
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What came back: an answer; or none within the time; or no connection. */
export type Answered =
  | { readonly kind: 'answer'; readonly status: number; readonly headers: Headers; readonly body: string }
  | { readonly kind: 'timeout' | 'unreachable' };

/** How it is sent. */
export interface Sending {
  readonly secret: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Milliseconds. */
  readonly answerWithin: number;
  readonly wrong: readonly Misbehaviour[];
  /** Cuts the request when the front stops. */
  readonly stopped: AbortSignal;
}

/** Signs a request, wrongly where that is wanted, and sends it. Never rejects. */
export async function sendSigned(outgoing: Outgoing, sending: Sending): Promise<Answered> {
  const { url, body } = outgoing;
  const limit = AbortSignal.timeout(sending.answerWithin);
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: headersOf(outgoing, sending),
      redirect: 'manual',
      signal: AbortSignal.any([limit, sending.stopped]),
    });
    return { kind: 'answer', status: response.status, headers: response.headers, body: await response.text() };
  } catch {
    return { kind: limit.aborted ? 'timeout' : 'unreachable' };
  }
}

function headersOf({ contentType, body, headers }: Outgoing, { secret, now, wrong }: Sending): Record<string, string> {
  const find = <Kind extends Misbehaviour['kind']>(kind: Kind) =>
    wrong.find((one): one is Extract<Misbehaviour, { kind: Kind }> => one.kind === kind);
  const at = Math.floor(now / 1000) - (find('aged')?.seconds ?? 0);
  const charset = find('charset')?.charset;
  const key = find('forged') === undefined ? secret : `${secret} of somebody else`;
  return {
    'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
    accept: '*/*',
    'content-type': charset === undefined ? contentType : `${contentType}; charset=${charset}`,
    ...headers,
    ...(find('unsigned') === undefined && {
      'x-slack-request-timestamp': String(at),
      'x-slack-signature': `v0=${createHmac('sha256', key).update(`v0:${at}:${body}`).digest('hex')}`,
    }),
  };
}
