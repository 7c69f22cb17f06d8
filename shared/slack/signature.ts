import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod/mini';
import { hold } from '../base/fields.ts';
import { once } from '../base/lazy.ts';
import { MalformedSecret, secretJson } from '../base/secret.ts';

/**
 * Slack's signature of a request: the HMAC-SHA256 of `v0:<timestamp>:<the body's bytes>` under the app's signing secret, in
 * `X-Slack-Signature` as `v0=` and 64 lower-case hexadecimal digits, with the time in `X-Slack-Request-Timestamp`.
 * https://docs.slack.dev/authentication/verifying-requests-from-slack
 */

/** The app's signing secrets. Slack signs with the newest; the one before it is known until nothing comes that it signed. */
export type SigningSecrets = { readonly current: string; readonly previous: string | undefined };

/** A request as far as its signature goes; headers as they came, whatever they hold. */
export type Signed = {
  readonly bytes: Uint8Array;
  /** `X-Slack-Request-Timestamp` */
  readonly timestamp: unknown;
  /** `X-Slack-Signature` */
  readonly signature: unknown;
};

/** A request that is older, or newer, than this is somebody's copy. In seconds. */
const windowSeconds = 300;

/**
 * Which secret signed exactly these bytes at this time; undefined when none did, or the time is more than five minutes from
 * `now` (ms) in either direction. Never throws.
 */
export function signedBySlack(
  { bytes, timestamp, signature }: Signed,
  { current, previous }: SigningSecrets,
  now: number,
): keyof SigningSecrets | undefined {
  if (typeof timestamp !== 'string' || !/^\d{1,12}$/.test(timestamp)) return undefined;
  if (Math.abs(now / 1000 - Number(timestamp)) > windowSeconds) return undefined;
  const [, digits] = typeof signature === 'string' ? (/^v0=([0-9a-f]{64})$/.exec(signature) ?? []) : [];
  if (digits === undefined) return undefined;
  const given = Buffer.from(digits, 'hex');
  // Anyone can sign with the empty key, so it verifies nothing.
  const isOf = (secret = '') => secret !== '' && timingSafeEqual(hmac(bytes, timestamp, secret), given);
  if (isOf(current)) return 'current';
  return isOf(previous) ? 'previous' : undefined;
}

const signing = once(() => {
  const filled = z.string().check(z.minLength(1));
  return z.object({ signing: z.object({ current: filled, previous: z.nullish(z.string()) }) });
});

/** The signing secrets in the text of the slack secret. Throws `MalformedSecret`, which never repeats what stands there. */
export function readSigningSecrets(text: string): SigningSecrets {
  const held = hold(signing(), secretJson('slack', text));
  if (!held.ok) {
    const wrong = held.wrong.map(({ pointer, message }) => `${pointer} ${message}`).join(' ');
    throw new MalformedSecret(`The slack secret: ${wrong}`);
  }
  const { current, previous } = held.value.signing;
  return { current, previous: previous || undefined };
}

function hmac(bytes: Uint8Array, timestamp: string, secret: string): Buffer {
  return createHmac('sha256', secret).update(`v0:${timestamp}:`).update(bytes).digest();
}
