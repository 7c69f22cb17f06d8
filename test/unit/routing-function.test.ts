import { createHash } from 'node:crypto';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { defaultTable } from '../../shared/payments/route.ts';

Object.assign(process.env, {
  PAYMENTS_TABLE: 'Payments',
  LEAD_PART_PAYMENT_TABLE: 'LeadPartPayment',
  ADMIN_SLACK_MESSAGE_LOG_TABLE: 'AdminSlackMessageLog',
  SLACK_INSTALLATIONS_TABLE: 'SlackInstallations',
  RAZORPAY_SECRET_ID: 'war-room/test/razorpay',
  API_KEYS_SECRET_ID: 'war-room/test/api-keys',
  POWERTOOLS_METRICS_NAMESPACE: 'WarRoom',
  POWERTOOLS_LOG_LEVEL: 'SILENT',
  POWERTOOLS_METRICS_DISABLED: 'true',
});

const { handler } = await import('../../functions/payments/routing.ts');

const database = mockClient(DynamoDBDocumentClient);
const secrets = mockClient(SecretsManagerClient);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

type Over = { readonly routeKey?: string; readonly key?: string; readonly body?: unknown; readonly type?: string };

async function ask({ routeKey = 'GET /v1/routing', key = 'wr_ops', body, type = 'application/json' }: Over) {
  const event = {
    routeKey,
    headers: { 'content-type': type, authorization: `Bearer ${key}` },
    body: JSON.stringify(body),
    isBase64Encoded: false,
    requestContext: { requestId: 'request-1' },
  } as unknown as APIGatewayProxyEventV2;
  const answer = (await handler(event, {} as Context)) as unknown as APIGatewayProxyStructuredResultV2;
  return { status: answer.statusCode, body: JSON.parse(answer.body ?? 'null') };
}

beforeEach(() => {
  secrets.on(GetSecretValueCommand, { SecretId: 'war-room/test/api-keys' }).resolves({
    SecretString: JSON.stringify([
      { name: 'ops', teamId: 'T1', sha256: sha256('wr_ops'), scopes: ['routing'] },
      { name: 'checkout', teamId: 'T1', sha256: sha256('wr_checkout'), scopes: ['payments', 'read'] },
    ]),
  });
  database.on(GetCommand).resolves({}).on(QueryCommand).resolves({ Items: [] }).on(PutCommand).resolves({});
});
afterEach(() => {
  for (const client of [database, secrets]) client.reset();
});

describe('/v1/routing', () => {
  it('keeps a table for the team of the key, and puts it in force', async () => {
    const { rows } = defaultTable;

    const answer = await ask({ routeKey: 'PUT /v1/routing', body: { rows: rows.slice(1) } });

    expect(answer).toEqual({ status: 200, body: { version: 1, active: true, dryRun: null } });
    const kept = database.commandCalls(PutCommand).map(({ args }) => args[0].input.Item);
    expect(kept).toEqual([
      { pk: 'T1##routing', sk: 'version#00001', version: 1, rows: rows.slice(1), saved: expect.anything() },
      { pk: 'T1##routing', sk: 'active', version: 1, rows: rows.slice(1), saved: expect.anything() },
    ]);
  });

  it('explains a made-up payment without reading any payment', async () => {
    const answer = await ask({ routeKey: 'POST /v1/routing/explain', body: { payment: { kind: 'part' } } });

    expect(answer).toMatchObject({ status: 200, body: { now: { row: 'first instalment', channel: 'payments' } } });
    const keys = database.commandCalls(GetCommand).map(({ args }) => args[0].input.Key);
    expect(keys).toEqual([
      { pk: 'T1##routing', sk: 'active' },
      { pk: 'T1', sk: 'team' },
    ]);
  });

  it.each([
    ['a key without the scope', { key: 'wr_checkout' }, 403],
    ['no known key', { key: 'wr_guessed' }, 401],
    ['an address that nobody serves', { routeKey: 'DELETE /v1/routing' }, 404],
    ['another content type', { routeKey: 'PUT /v1/routing', type: 'text/plain', body: { rows: [] } }, 415],
    ['a table that is none', { routeKey: 'PUT /v1/routing', body: [] }, 400],
  ] as [string, Over, number][])('refuses %s, and touches no table', async (_, over, status) => {
    const answer = await ask(over);

    expect(answer).toMatchObject({ status, body: { status, detail: expect.any(String) } });
    expect(database.calls()).toEqual([]);
  });
});
