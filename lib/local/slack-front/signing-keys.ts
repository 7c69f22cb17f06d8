/** The keys that id tokens are signed with, made when they are first needed: making one takes a quarter of a second. */
import { createHash, generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto';

/** One RSA key and the name it is published under. */
export interface SigningKey {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** The key in use, and those still published. */
export class SigningKeys {
  private keys: readonly SigningKey[] = [];
  private foreign: SigningKey | undefined;

  /** The key that is signed with now. */
  current(): SigningKey {
    return this.published()[0] ?? this.renew();
  }

  /** Every key that a token may be checked with, the current one first. */
  published(): readonly SigningKey[] {
    if (this.keys.length === 0) this.renew();
    return this.keys;
  }

  /** From now on a fresh key signs. The one before stays published: tokens signed with it are under way. */
  renew(): SigningKey {
    const key = makeKey();
    this.keys = [key, ...this.keys.slice(0, 1)];
    return key;
  }

  /** A key that is never published: somebody else's. */
  foreignKey(): SigningKey {
    this.foreign ??= makeKey();
    return this.foreign;
  }
}

/** A key as it is published. https://www.rfc-editor.org/rfc/rfc7517 */
export function publicJwk({ id, publicKey }: SigningKey): JsonWebKey {
  return { ...publicKey.export({ format: 'jwk' }), kid: id, use: 'sig', alg: 'RS256' };
}

function makeKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const id = createHash('sha256')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest('hex')
    .slice(0, 16);
  return { id, privateKey, publicKey };
}
