import { DecryptCommand, EncryptCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { TeamId } from '../base/names.ts';

/** Whose token it is. KMS binds the ciphertext to this, so a row copied to another team or person does not decrypt. */
export type TokenOwner = { readonly team: TeamId; readonly user: string; readonly kind: 'bot' | 'user' };

const rememberedMs = 5 * 60_000;
const remembered = 500;

/**
 * Slack tokens under KMS. They are decrypted only where they are used, remembered for minutes in memory, and never
 * logged. https://docs.aws.amazon.com/kms/latest/developerguide/encrypt_context.html
 */
export class Vault {
  readonly #kms: KMSClient;
  readonly #keyId: string;
  readonly #now: () => number;
  readonly #open = new Map<string, { readonly token: string; readonly until: number }>();

  constructor(kms: KMSClient, keyId: string, now: () => number) {
    this.#kms = kms;
    this.#keyId = keyId;
    this.#now = now;
  }

  async encrypt(token: string, owner: TokenOwner): Promise<Uint8Array> {
    const { CiphertextBlob } = await this.#kms.send(
      new EncryptCommand({ KeyId: this.#keyId, Plaintext: Buffer.from(token), EncryptionContext: context(owner) }),
    );
    if (!CiphertextBlob) throw new Error('KMS encrypted a token and returned nothing.');
    return CiphertextBlob;
  }

  async decrypt(ciphertext: Uint8Array, owner: TokenOwner): Promise<string> {
    const id = `${owner.team}/${owner.kind}/${owner.user}/${Buffer.from(ciphertext).toString('base64')}`;
    const kept = this.#open.get(id);
    if (kept && kept.until > this.#now()) return kept.token;

    const { Plaintext } = await this.#kms.send(
      new DecryptCommand({ KeyId: this.#keyId, CiphertextBlob: ciphertext, EncryptionContext: context(owner) }),
    );
    if (!Plaintext) throw new Error('KMS decrypted a token and returned nothing.');
    const token = Buffer.from(Plaintext).toString();
    if (this.#open.size >= remembered) this.#open.clear();
    this.#open.set(id, { token, until: this.#now() + rememberedMs });
    return token;
  }
}

function context({ team, user, kind }: TokenOwner): Record<string, string> {
  return { team, user, kind };
}
