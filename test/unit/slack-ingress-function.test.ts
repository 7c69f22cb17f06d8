import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import {
  asForm,
  asJson,
  command,
  envelope,
  type SlackRequest,
  signed,
  signingSecret,
} from '../support/slack-requests.ts';

process.env['SLACK_EVENTS_TABLE'] = 'SlackEvents';
process.env['SLACK_QUEUE_URL'] = 'http://127.0.0.1:1/000000000000/Slack.fifo';
process.env['DESK_QUEUE_URL'] = 'http://127.0.0.1:1/000000000000/Desk.fifo';
process.env['SLACK_SECRET_ID'] = 'war-room/test/slack';
process.env['METRICS_NAMESPACE'] = 'WarRoom';
process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';
process.env['POWERTOOLS_METRICS_DISABLED'] = 'true';

const { handler } = await import('../../functions/slack/ingress.ts');

const database = mockClient(DynamoDBDocumentClient);
const queue = mockClient(SQSClient);
const secrets = mockClient(SecretsManagerClient);

const now = () => Math.floor(Date.now() / 1000);
const bodyOf = (bytes: Buffer) => ({
  text: { body: bytes.toString('utf8'), isBase64Encoded: false },
  base64: { body: bytes.toString('base64'), isBase64Encoded: true },
});

function event({ bytes, contentType, timestamp, signature }: SlackRequest, as: 'text' | 'base64' = 'text') {
  return {
    routeKey: 'POST /slack/events',
    headers: {
      'content-type': contentType,
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': signature,
    },
    ...bodyOf(bytes)[as],
    requestContext: { requestId: 'request-1' },
  } as unknown as APIGatewayProxyEventV2;
}

describe('the Slack ingress', () => {
  beforeEach(() => {
    secrets
      .on(GetSecretValueCommand)
      .resolves({ SecretString: JSON.stringify({ signing: { current: signingSecret } }) });
    database.on(PutCommand).resolves({});
    queue.on(SendMessageCommand).resolves({});
  });
  afterEach(() => {
    for (const client of [database, queue, secrets]) client.reset();
  });

  it.each([
    ['text', 'application/json'],
    ['text', 'application/json; charset=utf-8'],
    ['base64', 'application/json'],
    ['base64', 'application/json;charset=UTF-8'],
  ] as const)('verifies the bytes of an event that API Gateway hands over as %s of %s', async (as, contentType) => {
    const bytes = asJson(envelope({ type: 'channel_unarchive', channel: 'C0PAY', topic: '₹ 4,999 और 🙂' }));

    const answer = await handler(event(signed(bytes, contentType, now()), as));

    expect([answer.statusCode, answer.body]).toEqual([200, undefined]);
    expect(database.commandCalls(PutCommand)[0]?.args[0].input.Item).toMatchObject({
      pk: 'T0ACME#Ev0000000001',
      what: 'channel_unarchive',
    });
    expect(queue.commandCalls(SendMessageCommand)[0]?.args[0].input).toMatchObject({
      QueueUrl: process.env['SLACK_QUEUE_URL'],
      MessageGroupId: 'T0ACME#C0PAY',
    });
  });

  it.each(['text', 'base64'] as const)('reads a command in any script, handed over as %s', async (as) => {
    const bytes = asForm({ ...command, text: 'explain आशा ₹4,999 🙂' });

    const answer = await handler(event(signed(bytes, 'application/x-www-form-urlencoded; charset=utf-8', now()), as));

    const [sent] = queue.commandCalls(SendMessageCommand);
    expect(answer.statusCode).toBe(200);
    expect(sent?.args[0].input.QueueUrl).toBe(process.env['DESK_QUEUE_URL']);
    expect(JSON.parse(sent?.args[0].input.MessageBody ?? '')).toMatchObject({ text: 'explain आशा ₹4,999 🙂' });
  });

  it('keeps ids for a week, and nothing that somebody wrote', async () => {
    const started = now();

    await handler(event(signed(asForm(command), 'application/x-www-form-urlencoded', started)));

    const [put] = database.commandCalls(PutCommand);
    const item = put?.args[0].input.Item ?? {};
    expect(Object.keys(item).sort()).toEqual(['expires', 'kind', 'pk', 'receivedAt', 'sk', 'user', 'what']);
    expect(Number(item['expires']) - started).toBeGreaterThanOrEqual(7 * 86_400);
    expect(put?.args[0].input.ConditionExpression).toContain('attribute_not_exists');
  });

  it('answers a challenge as JSON', async () => {
    const verification = asJson({ type: 'url_verification', challenge: '3eZbrw1aB' });

    const answer = await handler(event(signed(verification, 'application/json', now())));

    expect([answer.statusCode, answer.body, answer.headers?.['content-type']]).toEqual([
      200,
      '{"challenge":"3eZbrw1aB"}',
      'application/json',
    ]);
  });

  it('answers 401 to a request with neither headers of Slack nor a body, and touches nothing', async () => {
    const bare = { ...event(signed(Buffer.from(''), 'application/json', now())), headers: {} };

    const answer = await handler(bare as APIGatewayProxyEventV2);

    expect(answer.statusCode).toBe(401);
    expect([...database.calls(), ...queue.calls()]).toEqual([]);
  });

  it('asks Slack not to send again what is too large', async () => {
    const large = signed(asJson(envelope({ type: 'x', filler: 'x'.repeat(256 * 1024) })), 'application/json', now());

    const answer = await handler(event(large));

    expect([answer.statusCode, answer.headers?.['x-slack-no-retry']]).toEqual([413, '1']);
  });

  it.each([
    ['the table', () => database.on(PutCommand).rejects(new Error('unreachable'))],
    ['the queue', () => queue.on(SendMessageCommand).rejects(new Error('unreachable'))],
  ])('answers 503 when %s does not take it, and leaves Slack its retries', async (_, break_) => {
    break_();

    const answer = await handler(
      event(signed(asJson(envelope({ type: 'app_uninstalled' })), 'application/json', now())),
    );

    expect([answer.statusCode, answer.headers?.['x-slack-no-retry']]).toEqual([503, undefined]);
  });
});
