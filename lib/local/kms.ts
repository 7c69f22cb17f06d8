import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { AwsError, type Operation } from './aws-json.ts';
import type { KeyPlan } from './plan.ts';

const IV_BYTES = 12;
const TAG_BYTES = 16;
/** KMS encrypts no more than this directly. https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html */
const MAX_PLAINTEXT_BYTES = 4096;

type Context = Readonly<Record<string, string>>;

/**
 * Encrypt and Decrypt as KMS has them: authenticated, and bound to the encryption context. Every key is derived from
 * `master`, so what was encrypted in one run can be read in the next that has the same.
 */
export function kmsOperations(keys: readonly KeyPlan[], master: Buffer): Readonly<Record<string, Operation>> {
  const named = (id: unknown): KeyPlan => {
    const key = keys.find(({ keyId, arn, aliases }) => [keyId, arn, ...aliases].includes(String(id)));
    if (key === undefined) throw new AwsError('NotFoundException', `Key '${id}' does not exist`);
    return key;
  };
  const material = (key: KeyPlan) => createHmac('sha256', master).update(key.keyId).digest();

  return {
    'TrentService.Encrypt': (input) => {
      const key = named(input['KeyId']);
      const plaintext = Buffer.from(String(input['Plaintext'] ?? ''), 'base64');
      if (plaintext.length === 0 || plaintext.length > MAX_PLAINTEXT_BYTES) {
        throw new AwsError('ValidationException', `Plaintext must have 1 to ${MAX_PLAINTEXT_BYTES} bytes`);
      }
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', material(key), iv).setAAD(contextBytes(input));
      const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
      const blob = Buffer.concat([Buffer.from(key.keyId), iv, cipher.getAuthTag(), sealed]);
      return { CiphertextBlob: blob.toString('base64'), KeyId: key.arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
    },

    'TrentService.Decrypt': (input) => {
      const blob = Buffer.from(String(input['CiphertextBlob'] ?? ''), 'base64');
      const key = keys.find(({ keyId }) => blob.subarray(0, keyId.length).toString() === keyId);
      if (key === undefined) throw new AwsError('InvalidCiphertextException', 'No key of this account encrypted this');
      if (input['KeyId'] !== undefined && named(input['KeyId']) !== key) {
        throw new AwsError(
          'IncorrectKeyException',
          'The key ID in the request does not identify the key that encrypted it',
        );
      }
      const plaintext = opened(blob.subarray(key.keyId.length), material(key), contextBytes(input));
      return { Plaintext: plaintext.toString('base64'), KeyId: key.arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
    },
  };
}

/** The context as bytes that do not depend on the order in which it was written. */
function contextBytes(input: Readonly<Record<string, unknown>>): Buffer {
  const context = (input['EncryptionContext'] ?? {}) as Context;
  return Buffer.from(JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))));
}

function opened(blob: Buffer, material: Buffer, context: Buffer): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-gcm', material, blob.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(context)
      .setAuthTag(blob.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    return Buffer.concat([decipher.update(blob.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
  } catch {
    // Damaged, or the context is another: KMS does not tell which.
    throw new AwsError('InvalidCiphertextException', 'The ciphertext is damaged or its encryption context is another');
  }
}
