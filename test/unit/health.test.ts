import { createHash } from 'node:crypto';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';

Object.assign(process.env, {
  PAYMENTS_TABLE: 'Payments',
  CALLS_TABLE: 'Calls',
  REPORTS_TABLE: 'Reports',
  PAYMENTS_QUEUE_URL: 'http://127.0.0.1:1/000000000000/Payments.fifo',
  PAYMENTS_DEAD_LETTERS_URL: 'http://127.0.0.1:1/000000000000/PaymentsDead.fifo',
  CALLS_QUEUE_URL: 'http://127.0.0.1:1/000000000000/Calls.fifo',
  CALLS_DEAD_LETTERS_URL: 'http://127.0.0.1:1/000000000000/CallsDead.fifo',
  RAZORPAY_SECRET_ID: 'war-room/test/razorpay',
  API_KEYS_SECRET_ID: 'war-room/test/api-keys',
  VERSION: '0.1.0',
  METRICS_NAMESPACE: 'WarRoom',
  POWERTOOLS_LOG_LEVEL: 'SILENT',
  POWERTOOLS_METRICS_DISABLED: 'true',
});

const { handler } = await import('../../functions/health.ts');

const database = mockClient(DynamoDBDocumentClient);
const queue = mockClient(SQSClient);
const secrets = mockClient(SecretsManagerClient);

const account = (teamId: string, mode: string) => ({
  teamId,
  mode,
  webhook: { current: 'whsec-hidden' },
  keyId: 'key-hidden',
  keySecret: 'secret-hidden',
});

async function ask(key?: string) {
  const event = {
    routeKey: 'GET /health',
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
    requestContext: { requestId: 'request-1' },
  } as unknown as APIGatewayProxyEventV2;
  const answer = (await handler(event, {} as Context)) as unknown as APIGatewayProxyStructuredResultV2;
  return { status: answer.statusCode, body: JSON.parse(answer.body ?? 'null'), text: answer.body ?? '' };
}

function razorpaySecret(value: unknown): void {
  secrets
    .on(GetSecretValueCommand, { SecretId: 'war-room/test/razorpay' })
    .resolves({ SecretString: JSON.stringify(value) });
}

beforeEach(() => {
  const sha256 = createHash('sha256').update('wr_operator').digest('hex');
  secrets.on(GetSecretValueCommand, { SecretId: 'war-room/test/api-keys' }).resolves({
    SecretString: JSON.stringify([{ name: 'operator', teamId: 'T1', sha256, scopes: ['read'] }]),
  });
  razorpaySecret({ live: account('T1', 'live'), test: account('T1', 'test'), theirs: account('T2', 'live') });
  database.on(GetCommand).resolves({});
  const parked = (home: string, state: string) => ({ pk: 'T1##parked', sk: `record#unreadable#live#${home}`, state });
  const records = [parked('order_1', 'waiting'), parked('order_2', 'retrying'), parked('order_3', 'ignored')];
  database
    .on(QueryCommand)
    .resolves({})
    .on(QueryCommand, {
      TableName: 'Payments',
      ExpressionAttributeValues: { ':pk': 'T1##parked', ':prefix': 'record#' },
    })
    .resolves({ Items: records });
  queue
    .on(GetQueueAttributesCommand)
    .resolves({ Attributes: { ApproximateNumberOfMessages: '4', ApproximateNumberOfMessagesNotVisible: '2' } })
    .on(GetQueueAttributesCommand, { QueueUrl: process.env['PAYMENTS_DEAD_LETTERS_URL'] })
    .resolves({ Attributes: { ApproximateNumberOfMessages: '1' } })
    .on(GetQueueAttributesCommand, { QueueUrl: process.env['CALLS_QUEUE_URL'] })
    .resolves({ Attributes: { ApproximateNumberOfMessages: '7', ApproximateNumberOfMessagesNotVisible: '3' } })
    .on(GetQueueAttributesCommand, { QueueUrl: process.env['CALLS_DEAD_LETTERS_URL'] })
    .resolves({ Attributes: { ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '5' } });
});
afterEach(() => {
  for (const client of [database, queue, secrets]) client.reset();
});

describe('GET /health', () => {
  it('tells anyone that it runs and which version, and asks no service for that', async () => {
    const { status, body } = await ask();

    expect([status, body]).toEqual([200, { ok: true, version: '0.1.0' }]);
    expect([database, queue, secrets].map((client) => client.calls().length)).toEqual([0, 0, 0]);
  });

  it("tells a key what its team has configured, what can be reached and what waits, without another team's", async () => {
    expect((await ask('wr_operator')).body).toEqual({
      ok: true,
      version: '0.1.0',
      configured: {
        team: 'T1',
        accounts: [
          { name: 'live', mode: 'live' },
          { name: 'test', mode: 'test' },
        ],
      },
      reachable: { dynamodb: 'ok', sqs: 'ok', secrets: 'ok' },
      waiting: {
        ...{ payments: 4, paymentsInFlight: 2, paymentsDeadLetters: 1 },
        ...{ calls: 7, callsInFlight: 3, callsDeadLetters: 5 },
        parked: 2,
      },
    });
  });

  it('holds no secret', async () => {
    expect((await ask('wr_operator')).text).not.toContain('hidden');
  });

  it.each([
    ['dynamodb', () => database.on(GetCommand).rejects(timeout())],
    ['sqs', () => queue.on(GetQueueAttributesCommand).rejects(timeout())],
  ])('says in a sentence that %s does not answer, and answers 200 all the same', async (name, breakIt) => {
    breakIt();

    const { status, body } = await ask('wr_operator');

    expect([status, body.ok]).toEqual([200, false]);
    expect(body.reachable[name]).toMatch(/^It did not answer as it should \(TimeoutError\)\./);
  });

  it('says that the secret is malformed, and answers 200 all the same', async () => {
    secrets.on(GetSecretValueCommand, { SecretId: 'war-room/test/razorpay' }).resolves({ SecretString: '{' });
    await ask('wr_operator'); // Brings the new text into the cache: `secrets` is always asked anew.

    const { status, body } = await ask('wr_operator');

    expect([status, body.ok]).toEqual([200, false]);
    expect(body.configured).toBe('The razorpay secret is not JSON: put it right in Secrets Manager.');
  });

  it('refuses a wrong key, rather than answering as if there were none', async () => {
    const { status, body } = await ask('wr_guessed');

    expect([status, body.status]).toEqual([401, 401]);
  });
});

function timeout(): Error {
  return Object.assign(new Error('10.0.0.7 took too long'), { name: 'TimeoutError' });
}
