import { type DecryptCommand, EncryptCommand, type KMSClient } from '@aws-sdk/client-kms';

/** A key service that seals nothing and still holds a token to its owner, as an encryption context does. */
export function openKeys(): KMSClient {
  const send = async (command: EncryptCommand | DecryptCommand) => {
    if (command instanceof EncryptCommand) {
      const { Plaintext, EncryptionContext } = command.input;
      const sealed = { token: Buffer.from(Plaintext ?? []).toString(), context: EncryptionContext };
      return { CiphertextBlob: Buffer.from(JSON.stringify(sealed)) };
    }
    const { CiphertextBlob, EncryptionContext } = command.input;
    const { token, context } = JSON.parse(Buffer.from(CiphertextBlob ?? []).toString());
    if (JSON.stringify(context) !== JSON.stringify(EncryptionContext)) throw new Error('InvalidCiphertextException');
    return { Plaintext: Buffer.from(token) };
  };
  return { send } as unknown as KMSClient;
}
