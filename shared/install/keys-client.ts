import type { JWTVerifyGetKey } from 'jose';
import { codeOf } from './jose-code.ts';

/** Slack's keys cannot be had now. */
export class KeysUnreachable extends Error {
  override readonly name = 'KeysUnreachable';
}

const timeoutMs = 4_000;

/** What says that none of the keys is the one that a token names: a word about the token. */
const noSuchKey: ReadonlySet<string> = new Set(['ERR_JWKS_NO_MATCHING_KEY', 'ERR_JWKS_MULTIPLE_MATCHING_KEYS']);

/**
 * The keys that an issuer signs with: fetched at the first token, kept in memory for ten minutes, and looked at anew for a key
 * that is not among them, not more often than every half minute. Throws `KeysUnreachable` where they cannot be had.
 * https://github.com/panva/jose/blob/main/docs/jwks/remote/functions/createRemoteJWKSet.md
 */
export function signingKeys(url: string): JWTVerifyGetKey {
  let kept: JWTVerifyGetKey | undefined;
  return async (header, token) => {
    // Loaded at the first sign-in: most who look at their connections are signed in.
    const { createRemoteJWKSet } = await import('jose/jwks/remote');
    kept ??= createRemoteJWKSet(new URL(url), { timeoutDuration: timeoutMs });
    try {
      return await kept(header, token);
    } catch (cause) {
      if (noSuchKey.has(codeOf(cause) ?? '')) throw cause;
      throw new KeysUnreachable("Slack's signing keys cannot be fetched.", { cause });
    }
  };
}
