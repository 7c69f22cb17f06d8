import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { sign } from '../../shared/razorpay/signature.ts';

process.env['PAYMENTS_TABLE'] = 'Payments';
process.env['PAYMENTS_QUEUE_URL'] = 'http://127.0.0.1:1/000000000000/Payments.fifo';
process.env['RAZORPAY_SECRET_ID'] = 'war-room/test/razorpay';
process.env['METRICS_NAMESPACE'] = 'WarRoom';
process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';
process.env['POWERTOOLS_METRICS_DISABLED'] = 'true';

const { handler } = await import('../../functions/payments/ingress.ts');

const database = mockClient(DynamoDBDocumentClient);
const queue = mockClient(SQSClient);
const secrets = mockClient(SecretsManagerClient);

const body = JSON.stringify({ event: 'payment.captured', payload: {}, note: '₹ 4,999 और 🙂' });

function event(over: Partial<APIGatewayProxyEventV2> = {}): APIGatewayProxyEventV2 {
  return {
    pathParameters: { account: 'live' },
    headers: { 'x-razorpay-signature': sign(Buffer.from(body), 'whsec'), 'x-razorpay-event-id': 'Hd7Ssr4KZ9Xv1r' },
    body,
    isBase64Encoded: false,
    requestContext: { requestId: 'request-1' },
    ...over,
  } as APIGatewayProxyEventV2;
}

describe('the ingress function', () => {
  beforeEach(() => {
    const live = { teamId: 'T1', mode: 'live', webhook: { current: 'whsec' }, keyId: 'k', keySecret: 's' };
    secrets.on(GetSecretValueCommand).resolves({ SecretString: JSON.stringify({ live }) });
    database.on(PutCommand).resolves({});
    queue.on(SendMessageCommand).resolves({});
  });
  afterEach(() => {
    for (const client of [database, queue, secrets]) client.reset();
  });

  it.each([
    ['text', {}],
    ['base64', { body: Buffer.from(body).toString('base64'), isBase64Encoded: true }],
  ])('verifies the bytes of a body that API Gateway hands over as %s', async (_, over) => {
    const answer = await handler(event(over));

    expect([answer.statusCode, answer.body]).toEqual([200, '{"outcome":"stored"}']);
    expect(database.commandCalls(PutCommand)).toHaveLength(1);
    expect(queue.commandCalls(SendMessageCommand)[0]?.args[0].input).toMatchObject({
      QueueUrl: process.env['PAYMENTS_QUEUE_URL'],
      MessageGroupId: expect.stringMatching(/^T1#live#body#[0-9a-f]{64}$/),
      MessageDeduplicationId: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
  });

  it('answers 401 to a request with neither headers of Razorpay nor a body', async () => {
    const answer = await handler(event({ headers: {}, body: '' }));

    expect(answer.statusCode).toBe(401);
    expect(database.calls()).toHaveLength(0);
  });

  it('answers 503 when the queue does not take the message', async () => {
    queue.on(SendMessageCommand).rejects(new Error('unreachable'));

    expect((await handler(event())).statusCode).toBe(503);
  });
});
