import { KMSClient } from '@aws-sdk/client-kms';
import type { Patience } from './table.ts';

/** A client for KMS. The endpoint, if not AWS's own, comes from `AWS_ENDPOINT_URL_KMS`. */
export function keyClient(patience: Patience = { timeoutMs: 3_000, attempts: 3 }): KMSClient {
  return new KMSClient({
    maxAttempts: patience.attempts,
    requestHandler: {
      requestTimeout: patience.timeoutMs,
      connectionTimeout: patience.timeoutMs,
      throwOnRequestTimeout: true,
    },
  });
}
