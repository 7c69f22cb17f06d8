import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { SQSClient } from '@aws-sdk/client-sqs';

/** Where each service answers on this machine. */
export type Endpoints = {
  readonly dynamodbUrl: string;
  readonly sqsUrl: string;
  readonly kmsUrl: string;
  readonly secretsUrl: string;
};

/** The region and account everything here is said to be in; the account is the one fauxqs has. */
export const REGION = 'ap-south-1';
export const ACCOUNT = '000000000000';

/** Credentials that mean nothing: a request that left this machine would be refused by AWS. */
export const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' } as const;

/** The runner's own clients. They never read the environment or a profile of the person at the keyboard. */
export type Clients = { readonly dynamodb: DynamoDBClient; readonly sqs: SQSClient; readonly kms: KMSClient };

/** The environment in which AWS's clients speak to this machine, and read no profile of the person at the keyboard. */
export function environmentFor({ dynamodbUrl, sqsUrl, kmsUrl, secretsUrl }: Endpoints): Record<string, string> {
  return {
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL_DYNAMODB: dynamodbUrl,
    AWS_ENDPOINT_URL_SQS: sqsUrl,
    AWS_ENDPOINT_URL_KMS: kmsUrl,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsUrl,
  };
}

export function clientsFor({ dynamodbUrl, sqsUrl, kmsUrl }: Endpoints): Clients & { destroy(): void } {
  const common = { region: REGION, credentials: CREDENTIALS };
  const dynamodb = new DynamoDBClient({ ...common, endpoint: dynamodbUrl });
  const sqs = new SQSClient({ ...common, endpoint: sqsUrl, useQueueUrlAsEndpoint: true });
  const kms = new KMSClient({ ...common, endpoint: kmsUrl });
  return {
    dynamodb,
    sqs,
    kms,
    destroy: () => {
      for (const client of [dynamodb, sqs, kms]) client.destroy();
    },
  };
}
