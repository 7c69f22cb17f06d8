import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Razorpay's webhook signature: the HMAC-SHA256 of the body's bytes under the webhook's secret, as 64 lower-case
 * hexadecimal digits in `X-Razorpay-Signature`. https://razorpay.com/docs/webhooks/validate-test/
 *
 * The SDK's `validateWebhookSignature` is not used: it takes text, compares with `===`, and throws where the header is
 * missing. Razorpay signs no time, so an old delivery stays valid for ever; the conditional write of its fact, not
 * this check, makes a repetition harmless.
 */

/** The webhook's secrets. For a day after a rotation, retries of older events are still signed with the previous one. */
export type WebhookSecrets = { readonly current: string; readonly previous: string | undefined };

/** Which secret signed exactly these bytes; undefined when none did. Never throws, whatever the header holds. */
export function signedWith(
  bytes: Uint8Array,
  header: unknown,
  secrets: WebhookSecrets,
): keyof WebhookSecrets | undefined {
  const signature = parseSignature(header);
  if (!signature) return undefined;
  if (isSignedWith(bytes, signature, secrets.current)) return 'current';
  if (secrets.previous && isSignedWith(bytes, signature, secrets.previous)) return 'previous';
  return undefined;
}

/** The 32 bytes that the header spells; undefined for anything but one signature as Razorpay writes it. */
export function parseSignature(header: unknown): Uint8Array | undefined {
  return typeof header === 'string' && /^[0-9a-f]{64}$/.test(header) ? Buffer.from(header, 'hex') : undefined;
}

/** The signature that Razorpay sends with these bytes, as hexadecimal text. */
export function sign(bytes: Uint8Array, secret: string): string {
  return hmac(bytes, secret).toString('hex');
}

function isSignedWith(bytes: Uint8Array, signature: Uint8Array, secret: string): boolean {
  // Anyone can sign with the empty key, so it verifies nothing.
  return secret !== '' && timingSafeEqual(hmac(bytes, secret), signature);
}

function hmac(bytes: Uint8Array, secret: string): Buffer {
  return createHmac('sha256', secret).update(bytes).digest();
}
