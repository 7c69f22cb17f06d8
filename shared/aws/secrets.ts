import { SecretsProvider } from '@aws-lambda-powertools/parameters/secrets';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { MalformedSecret, type ReadSecret } from '../base/secret.ts';
import type { Patience } from './table.ts';

const maxAgeSeconds = 300;

/** Reads secrets from Secrets Manager, and keeps each for five minutes. The address, if not AWS's own, is in `AWS_ENDPOINT_URL_SECRETS_MANAGER`. */
export function secretReader(patience: Patience): (id: string) => ReadSecret {
  const provider = new SecretsProvider({
    awsSdkV3Client: new SecretsManagerClient({
      maxAttempts: patience.attempts,
      requestHandler: {
        requestTimeout: patience.timeoutMs,
        connectionTimeout: patience.timeoutMs,
        throwOnRequestTimeout: true,
      },
    }),
  });
  return (id) =>
    async ({ fresh } = { fresh: false }) => {
      const value = await provider.get(id, { maxAge: maxAgeSeconds, forceFetch: fresh });
      if (typeof value !== 'string') throw new MalformedSecret(`The secret ${id} holds no text: give it its JSON.`);
      return value;
    };
}
