/** Handlers of `tinyStacks`: each shows one thing that the runner promises. */
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEventV2, Context, SQSEvent } from 'aws-lambda';

/** Answers with what it was given; a few words in the body ask for more. */
export async function echo(event: APIGatewayProxyEventV2, context: Context): Promise<unknown> {
  console.log(JSON.stringify({ message: 'echoed', path: event.rawPath }));
  const remaining = context.getRemainingTimeInMillis();
  switch (event.queryStringParameters?.['ask']) {
    case 'environment':
      return process.env;
    case 'context':
      return { name: context.functionName, id: context.awsRequestId, remaining };
    case 'text':
      return { statusCode: 201, headers: { 'X-Made': 'yes' }, cookies: ['a=1', 'b=2'], body: 'made' };
    case 'bytes':
      return { statusCode: 200, headers: { 'content-type': 'image/png' }, body: 'iVBORw==', isBase64Encoded: true };
    case 'nonsense':
      return { statusCode: 'soon' };
    case 'services':
      return services();
    case 'outside':
      return (await fetch('http://192.0.2.1/', { signal: AbortSignal.timeout(3_000) })).status;
    default:
      return event;
  }
}

async function services(): Promise<unknown> {
  const kms = new KMSClient();
  const context = { team: 'T1' };
  const { CiphertextBlob } = await kms.send(
    new EncryptCommand({
      KeyId: process.env['KEY_ID'],
      Plaintext: Buffer.from('secret'),
      EncryptionContext: context,
    }),
  );
  const { Plaintext } = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: context }));
  const foreign = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: { team: 'T2' } })).then(
    () => 'decrypted',
    (error: Error) => error.name,
  );
  const { SecretString } = await new SecretsManagerClient().send(new GetSecretValueCommand({ SecretId: 'tiny/keys' }));
  const dynamodb = new DynamoDBClient();
  const TableName = process.env['NOTES_TABLE'];
  await dynamodb.send(new PutItemCommand({ TableName, Item: { pk: { S: 'a' }, sk: { S: 'b' }, text: { S: 'kept' } } }));
  const { Item } = await dynamodb.send(
    new GetItemCommand({ TableName, Key: { pk: { S: 'a' }, sk: { S: 'b' } }, ConsistentRead: true }),
  );
  return { plaintext: Buffer.from(Plaintext ?? []).toString(), foreign, secret: SecretString, text: Item?.['text']?.S };
}

/** Works records by what their body says; every record is first put into the log. */
export async function work(event: SQSEvent): Promise<unknown> {
  const failed: string[] = [];
  for (const { messageId, body, attributes } of event.Records) {
    console.log(JSON.stringify({ body, times: Number(attributes.ApproximateReceiveCount) }));
    if (body.startsWith('crash') && attributes.ApproximateReceiveCount === '1') process.exit(3);
    if (body.startsWith('hang') && attributes.ApproximateReceiveCount === '1') await new Promise(() => {});
    if (body.startsWith('fail')) failed.push(messageId);
    if (body.startsWith('once') && attributes.ApproximateReceiveCount === '1') failed.push(messageId);
  }
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}

/** Never answers by itself. */
export async function slow(): Promise<void> {
  await new Promise(() => {});
}

/** Always fails. */
export async function faulty(): Promise<void> {
  throw new RangeError('as it was asked to');
}

/** Says on a queue that its hour has come. */
export async function job(event: { readonly at: string }): Promise<void> {
  await new SQSClient().send(new SendMessageCommand({ QueueUrl: process.env['QUEUE_URL'], MessageBody: event.at }));
}
