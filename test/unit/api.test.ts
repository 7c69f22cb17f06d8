import { createHash } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';

Object.assign(process.env, {
  PAYMENTS_TABLE: 'Payments',
  ADMIN_SLACK_MESSAGE_LOG_TABLE: 'AdminSlackMessageLog',
  SLACK_INSTALLATIONS_TABLE: 'SlackInstallations',
  PAYMENTS_QUEUE_URL: 'http://127.0.0.1:1/000000000000/Payments.fifo',
  RAZORPAY_SECRET_ID: 'war-room/test/razorpay',
  API_KEYS_SECRET_ID: 'war-room/test/api-keys',
  METRICS_NAMESPACE: 'WarRoom',
  POWERTOOLS_LOG_LEVEL: 'SILENT',
  POWERTOOLS_METRICS_DISABLED: 'true',
});

const { handler } = await import('../../functions/payments/api.ts');

const database = mockClient(DynamoDBDocumentClient);
const queue = mockClient(SQSClient);
const secrets = mockClient(SecretsManagerClient);

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const initiation = {
  orderId: 'order_Hd7Rt0pLmQ2w3e',
  lead: { id: 'lead-41', name: 'Priya Sharma' },
  amount: 499900,
  currency: 'INR',
  course: { id: 'ds-7', name: 'Data Science', type: 'cohort' },
  payment: { kind: 'full' },
};

type Over = {
  body?: unknown;
  key?: string;
  headers?: Record<string, string>;
  routeKey?: string;
  id?: string;
  account?: string;
};

async function ask(over: Over) {
  const { body = initiation, key = 'wr_checkout', headers = {}, routeKey = 'POST /v1/payments' } = over;
  const event = {
    routeKey,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    isBase64Encoded: false,
    pathParameters: { id: over.id },
    queryStringParameters: over.account === undefined ? undefined : { account: over.account },
    requestContext: { requestId: 'request-1' },
  } as unknown as APIGatewayProxyEventV2;
  const answer = (await handler(event, {} as Context)) as unknown as APIGatewayProxyStructuredResultV2;
  return { status: answer.statusCode, headers: answer.headers ?? {}, body: JSON.parse(answer.body ?? 'null') };
}

beforeEach(() => {
  const account = { teamId: 'T1', mode: 'live', webhook: { current: 'whsec' }, keyId: 'k', keySecret: 's' };
  secrets
    .on(GetSecretValueCommand, { SecretId: 'war-room/test/razorpay' })
    .resolves({ SecretString: JSON.stringify({ live: account }) })
    .on(GetSecretValueCommand, { SecretId: 'war-room/test/api-keys' })
    .resolves({
      SecretString: JSON.stringify([
        { name: 'checkout', teamId: 'T1', sha256: sha256('wr_checkout'), scopes: ['payments'] },
        { name: 'support', teamId: 'T1', sha256: sha256('wr_support'), scopes: ['read'] },
        { name: 'telephony', teamId: 'T1', sha256: sha256('wr_telephony'), scopes: ['calls'] },
      ]),
    });
  database.on(PutCommand).resolves({});
  queue.on(SendMessageCommand).resolves({});
});
afterEach(() => {
  for (const client of [database, queue, secrets]) client.reset();
});

const taken = () => new ConditionalCheckFailedException({ message: 'The conditional request failed', $metadata: {} });

describe('POST /v1/payments', () => {
  it('keeps that the payment started, hands it over, and answers 201 with where it is', async () => {
    const answer = await ask({});

    expect(answer).toMatchObject({
      status: 201,
      headers: { location: '/v1/payments/order_Hd7Rt0pLmQ2w3e?account=live' },
      body: { id: 'order_Hd7Rt0pLmQ2w3e', account: 'live' },
    });
    expect(database.commandCalls(PutCommand)[0]?.args[0].input.Item).toMatchObject({
      pk: 'T1#live#order_Hd7Rt0pLmQ2w3e',
      sk: 'fact#initiated',
      initiated: { lead: { id: 'lead-41' } },
    });
    const [sent] = queue.commandCalls(SendMessageCommand);
    expect(JSON.parse(sent?.args[0].input.MessageBody ?? '')).toEqual({
      team: 'T1',
      account: 'live',
      home: 'order_Hd7Rt0pLmQ2w3e',
      cause: 'api',
    });
  });

  it('has the sweep wake the payment two minutes later, should nobody have told it by then', async () => {
    await ask({});

    const item = database.commandCalls(PutCommand)[0]?.args[0].input.Item;
    expect(Number(item?.['dueAt']) - Number(item?.['at'])).toBe(120_000);
  });

  it('answers 200 for the same again, and hands it over under a new id', async () => {
    await ask({});
    const kept = database.commandCalls(PutCommand)[0]?.args[0].input.Item;
    database.on(PutCommand).rejects(taken()).on(GetCommand).resolves({ Item: kept });

    const answer = await ask({});

    const ids = queue.commandCalls(SendMessageCommand).map(({ args }) => args[0].input.MessageDeduplicationId);
    expect([answer.status, new Set(ids).size]).toEqual([200, 2]);
  });

  it('answers 409 with the fields that differ where the order was recorded otherwise, and wakes nobody', async () => {
    const initiated = { ...initiation, amount: 1, assignedAdmin: null, initiatedAt: 1 };
    database
      .on(PutCommand)
      .rejects(taken())
      .on(GetCommand)
      .resolves({ Item: { pk: 'x', sk: 'x', initiated } });

    const answer = await ask({});

    expect(answer).toMatchObject({ status: 409, body: { errors: [{ pointer: '/amount' }] } });
    expect(queue.calls()).toHaveLength(0);
  });

  it('answers 201 even where the hand-over fails: the sweep will find it', async () => {
    queue.on(SendMessageCommand).rejects(new Error('unreachable'));

    expect((await ask({})).status).toBe(201);
  });

  it.each([
    ['another content type', { headers: { 'content-type': 'text/plain' } }, 415],
    ['no content type', { headers: { 'content-type': '' } }, 415],
    ['no JSON', { body: '{"orderId":' }, 400],
    ['an empty body', { body: '' }, 400],
    ['more than 256 KB', { body: JSON.stringify('x'.repeat(262_144)) }, 413],
    ['wrong fields', { body: { ...initiation, amount: 0 } }, 400],
    [
      'the wish to have an order made without an Idempotency-Key',
      { body: { ...initiation, orderId: undefined, create: true } },
      400,
    ],
    ['no known key', { key: 'wr_guessed' }, 401],
    ['a key without the scope', { key: 'wr_telephony' }, 403],
    ['an address that nobody serves', { routeKey: 'DELETE /v1/payments' }, 404],
  ] as [string, Over, number][])('refuses %s as a problem, and keeps nothing', async (_, over, status) => {
    const answer = await ask(over);

    expect(answer).toMatchObject({
      status,
      headers: { 'content-type': 'application/problem+json' },
      body: {
        type: 'about:blank',
        status,
        title: expect.any(String),
        detail: expect.any(String),
        errors: expect.any(Array),
      },
    });
    expect([database.calls().length, queue.calls().length]).toEqual([0, 0]);
  });

  it('takes JSON with a charset', async () => {
    expect((await ask({ headers: { 'content-type': 'application/json; charset=utf-8' } })).status).toBe(201);
  });

  it('says with a 401 how to authenticate', async () => {
    expect((await ask({ key: 'wr_guessed' })).headers).toMatchObject({ 'www-authenticate': 'Bearer' });
  });

  it('answers 500 without a word of the cause when the table is out of reach', async () => {
    database.on(PutCommand).rejects(new Error('connect ECONNREFUSED 10.0.0.7:443'));

    const answer = await ask({});

    expect(answer.status).toBe(500);
    expect(JSON.stringify(answer)).not.toContain('ECONNREFUSED');
  });
});

describe('GET /v1/payments/{id}', () => {
  const get = (over: Over) =>
    ask({ routeKey: 'GET /v1/payments/{id}', key: 'wr_support', id: 'order_Hd7Rt0pLmQ2w3e', ...over });
  const initiated = { ...initiation, assignedAdmin: null, initiatedAt: 1_763_620_200 };

  beforeEach(() => {
    database.on(GetCommand).resolves({});
    database.on(QueryCommand).resolves({ Items: [] });
  });

  it('shows a payment that was recorded a moment ago and that no worker has seen', async () => {
    const fact = { pk: 'T1#live#order_Hd7Rt0pLmQ2w3e', sk: 'fact#initiated', at: 1_763_620_201_000, initiated };
    database
      .on(QueryCommand, { ExpressionAttributeValues: { ':pk': 'T1#live#order_Hd7Rt0pLmQ2w3e' } })
      .resolves({ Items: [fact] });

    expect(await get({})).toMatchObject({
      status: 200,
      body: { id: 'order_Hd7Rt0pLmQ2w3e', state: 'Initiated', amount: 499900, destination: null, messages: [] },
    });
  });

  it('reads nothing but what belongs to the team of the key', async () => {
    await get({});

    const keys = database.calls().map(({ args }) => JSON.stringify(args[0].input));
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter((key) => !key.includes('"T1#live#'))).toEqual([]);
  });

  it.each([
    ['an id that nobody has met', {}, 404],
    ['an id that is none', { id: 'a#b' }, 404],
    ["another team's account", { account: 'theirs' }, 400],
    ['a key without the scope', { key: 'wr_checkout' }, 403],
    ['no known key', { key: 'wr_guessed' }, 401],
  ] as [string, Over, number][])('refuses %s as a problem', async (_, over, status) => {
    const answer = await get(over);

    expect(answer).toMatchObject({ status, headers: { 'content-type': 'application/problem+json' }, body: { status } });
  });
});

describe('PUT /v1/leads/{id}', () => {
  const ravi = { id: 'adm-12', name: 'Ravi Kumar' };
  const put = (over: Over) =>
    ask({
      routeKey: 'PUT /v1/leads/{id}',
      id: 'lead-41',
      body: { name: 'Priya Sharma', assignedAdmin: ravi },
      ...over,
    });

  beforeEach(() => {
    database.on(GetCommand).resolves({});
  });

  it("keeps who looks after the lead under the key's team, and hands it over to be passed on", async () => {
    const answer = await put({});

    expect(answer).toMatchObject({
      status: 202,
      body: { id: 'lead-41', name: 'Priya Sharma', assignedAdmin: ravi, isPassedOn: false },
    });
    const [kept] = database.commandCalls(PutCommand).map(({ args }) => args[0].input.Item);
    const at = Date.parse(answer.body.since);
    expect(kept).toMatchObject({ pk: 'T1##lead#lead-41', sk: 'owner', name: 'Priya Sharma', owner: ravi, at });
    expect(kept).toMatchObject({ dueShard: expect.stringMatching(/^leads#/), dueAt: at + 120_000 });
    const [sent] = queue.commandCalls(SendMessageCommand);
    expect(JSON.parse(sent?.args[0].input.MessageBody ?? '')).toMatchObject({ home: 'lead#lead-41', cause: 'lead' });
  });

  it('answers what is kept where it could not be handed over: a sweep finds it', async () => {
    queue.on(SendMessageCommand).rejects(new Error('unreachable'));

    expect((await put({})).status).toBe(202);
  });

  it('answers 200 to the same again, once the lead is passed on', async () => {
    const kept = { pk: 'T1##lead#lead-41', sk: 'owner', name: 'Priya Sharma', owner: ravi, at: 5 };
    database.on(GetCommand).resolves({ Item: kept });

    expect(await put({})).toMatchObject({ status: 200, body: { isPassedOn: true, since: new Date(5).toISOString() } });
    expect(queue.calls()).toEqual([]);
  });

  it.each([
    ['no JSON', { body: '{"name":' }, 400],
    ['another content type', { headers: { 'content-type': 'text/plain' } }, 415],
    ['wrong fields', { body: { name: '' } }, 400],
    ['no id', { id: '' }, 400],
    ['a key without the scope', { key: 'wr_support' }, 403],
    ['no known key', { key: 'wr_guessed' }, 401],
  ] as [string, Over, number][])('refuses %s as a problem, and keeps nothing', async (_, over, status) => {
    const answer = await put(over);

    expect(answer).toMatchObject({ status, headers: { 'content-type': 'application/problem+json' }, body: { status } });
    expect([database.calls().length, queue.calls().length]).toEqual([0, 0]);
  });
});
