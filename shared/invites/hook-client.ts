import { createHmac } from 'node:crypto';
import type { Invitee, Provider, Sent } from './provider.ts';
import type { Hook, JoinLink } from './settings.ts';

/** What the mail system is sent, as JSON. */
type HookBody = {
  readonly type: 'workspace.invitation';
  /** The same each time for the same invitation: a second request with it must send nothing. */
  readonly key: string;
  readonly team: string;
  readonly to: Invitee;
  readonly link: string;
};

export type HookParts = {
  readonly fetch: typeof fetch;
  readonly now: () => number;
  readonly timeoutMs: number;
};

/** The mail system is the company's own, and says itself how much it takes: ten a second are few. */
const intervalMs = 100;
const defaultWaitMs = 30_000;

/**
 * A join link, sent by the company's own mail system. The request is signed: `War-Room-Signature` is `v1=` and the HMAC-SHA256,
 * in hexadecimal, of the timestamp in `War-Room-Timestamp` (Unix seconds), a full stop and the body, under the key that both
 * sides know. `Idempotency-Key` names the invitation.
 *
 * Any 2xx says that it was taken, 409 that it had been before; 400, 410 and 422 that this address cannot be written to; 429 to
 * wait; any other 4xx that the hook itself is not right. Whatever else comes, or nothing, is asked again with the same key.
 */
export function linkProvider(team: string, link: JoinLink, hook: Hook, parts: HookParts): Provider {
  return {
    name: 'link',
    isRepeatable: true,
    intervalMs,
    invite: (to, key) => post(hook, { type: 'workspace.invitation', key, team, to, link: link.url }, parts),
  };
}

/** The signature of a body that is sent at `seconds`. */
export function hookSignature(secret: string, seconds: number, body: string): string {
  return `v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

async function post({ url, secret }: Hook, what: HookBody, { fetch, now, timeoutMs }: HookParts): Promise<Sent> {
  const body = JSON.stringify(what);
  const seconds = Math.floor(now() / 1000);
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        'content-type': 'application/json',
        'idempotency-key': what.key,
        'war-room-timestamp': String(seconds),
        'war-room-signature': hookSignature(secret, seconds, body),
      },
      body,
    });
    // Nothing of it is read: it may say anything.
    await response.body?.cancel();
  } catch {
    return { kind: 'unsure', code: 'hook_no_answer' };
  }
  return meaningOf(response);
}

function meaningOf({ status, ok, headers }: Response): Sent {
  const code = `hook_${status}`;
  if (ok) return { kind: 'sent' };
  if (status === 409) return { kind: 'known', code };
  if (status === 400 || status === 410 || status === 422) return { kind: 'refused', code };
  if (status === 429) {
    const seconds = Number(headers.get('retry-after'));
    return { kind: 'wait', code, afterMs: seconds > 0 ? seconds * 1000 : defaultWaitMs };
  }
  if (status >= 400 && status < 500 && status !== 408) return { kind: 'setup', code };
  return { kind: 'unsure', code };
}
