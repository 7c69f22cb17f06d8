/** `POST /v1/calls`, through the function: what is kept, handed over and answered. */
import { createHash } from 'node:crypto';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { memoryDatabase } from '../../lib/local/memory-database.ts';
import type { Message } from '../../shared/aws/queue.ts';
import { Table } from '../../shared/aws/table.ts';
import { Refuse } from '../../shared/base/errors.ts';
import { teamId } from '../../shared/base/names.ts';
import { recordCall } from '../../shared/calls/record.ts';
import { CallStore } from '../../shared/calls/store.ts';

Object.assign(process.env, {
  CALLS_TABLE: 'Calls',
  CALLS_QUEUE_URL: 'http://127.0.0.1:1/000000000000/Calls.fifo',
  API_KEYS_SECRET_ID: 'war-room/test/api-keys',
  METRICS_NAMESPACE: 'WarRoom',
  POWERTOOLS_LOG_LEVEL: 'SILENT',
});

const { handler } = await import('../../functions/calls/api.ts');

const call = {
  callId: 'call_1',
  agentId: 'adm_arjun',
  lead: { id: 'lead_1', name: 'Priya Sharma' },
  startedAt: '2026-11-20T12:00:00+05:30',
  durationSeconds: 724,
  outcome: 'Interested',
  summary: 'Wants the evening batch.',
};

describe('the function', () => {
  const database = mockClient(DynamoDBDocumentClient);
  const queue = mockClient(SQSClient);
  const secrets = mockClient(SecretsManagerClient);
  const keys = [
    { name: 'telephony', teamId: 'T1', sha256: hashOf('wr_telephony'), scopes: ['calls'] },
    { name: 'checkout', teamId: 'T1', sha256: hashOf('wr_checkout'), scopes: ['payments'] },
  ];

  async function ask(body: unknown, key: string) {
    const event = {
      routeKey: 'POST /v1/calls',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
      requestContext: { requestId: 'request-1' },
    } as unknown as APIGatewayProxyEventV2;
    const answer = (await handler(event, {} as Context)) as unknown as APIGatewayProxyStructuredResultV2;
    return { status: answer.statusCode, body: JSON.parse(answer.body ?? 'null') };
  }

  beforeEach(() => {
    secrets.on(GetSecretValueCommand).resolves({ SecretString: JSON.stringify(keys) });
    database.on(PutCommand).resolves({});
    queue.on(SendMessageCommand).resolves({});
  });
  afterEach(() => {
    for (const client of [database, queue, secrets]) client.reset();
  });

  it('keeps a call in the team of the key, hands it over in the group of its agent, and answers 201', async () => {
    const answer = await ask(call, 'wr_telephony');

    expect(answer).toEqual({ status: 201, body: { callId: 'call_1', agentId: 'adm_arjun' } });
    expect(database.commandCalls(PutCommand)[0]?.args[0].input.Item).toMatchObject({
      pk: 'T1#call#call_1',
      agent: 'adm_arjun',
      call: { outcome: 'Interested', startedAt: Date.UTC(2026, 10, 20, 6, 30) / 1000 },
    });
    const [sent] = queue.commandCalls(SendMessageCommand);
    expect(sent?.args[0].input).toMatchObject({
      MessageBody: JSON.stringify({ team: 'T1', agent: 'adm_arjun', call: 'call_1', cause: 'api' }),
      MessageGroupId: 'T1#adm_arjun',
    });
  });

  it('refuses a key without the scope, and a body that is wrong, and keeps nothing', async () => {
    const forbidden = await ask(call, 'wr_checkout');
    const wrong = await ask({ ...call, durationSeconds: -1, agent: 'x' }, 'wr_telephony');

    expect([forbidden.status, wrong.status]).toEqual([403, 400]);
    expect(wrong.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/agent',
      '/durationSeconds',
    ]);
    expect(database.commandCalls(PutCommand)).toEqual([]);
  });
});

describe('a call that is recorded', () => {
  const team = teamId('T1');
  const key = { name: 'telephony', team, scopes: ['calls'] };
  const start = () => {
    const sent: Message[] = [];
    const reported: unknown[] = [];
    const store = new CallStore(new Table(memoryDatabase(), 'calls'));
    const parts = {
      store,
      queue: { send: async (message: Message) => void sent.push(message) },
      clock: { now: () => Date.UTC(2026, 10, 20, 7) },
      report: (error: unknown) => void reported.push(error),
      uniqueId: () => `n${sent.length}`,
      timeScale: 1,
    };
    return { store, sent, reported, parts, record: (body: unknown) => recordCall(body, key, parts) };
  };

  it('is news once, then the same again, then a correction; each time somebody looks', async () => {
    const { sent, record, store } = start();

    const statuses = [await record(call), await record(call), await record({ ...call, outcome: 'Enrolled' })];

    expect(statuses.map(({ status, ids }) => [status, ids?.['outcome']])).toEqual([
      [201, 'stored'],
      [200, 'same'],
      [200, 'corrected'],
    ]);
    expect(new Set(sent.map(({ dedupe }) => dedupe)).size).toBe(3);
    expect(await store.call(team, 'call_1')).toMatchObject({ revision: 2, call: { outcome: 'Enrolled' }, isDue: true });
  });

  it('stays with its agent', async () => {
    const { record, store } = start();
    await record(call);

    const other = await record({ ...call, agentId: 'adm_sana' }).catch((error: unknown) => error);

    expect(other).toBeInstanceOf(Refuse);
    expect(other).toMatchObject({ status: 409, fields: [{ pointer: '/agentId' }] });
    expect((await store.call(team, 'call_1'))?.call.agentId).toBe('adm_arjun');
  });

  it('is answered 201 even where the hand-over fails: it is due in two minutes, and the sweep will find it', async () => {
    const { parts, reported, store } = start();
    const queue = { send: () => Promise.reject(new Error('The queue is away.')) };

    const answer = await recordCall(call, key, { ...parts, queue });

    expect([answer.status, reported.length]).toEqual([201, 1]);
    const at = parts.clock.now() + 120_000;
    const due = async (now: number) =>
      (await Promise.all(['due#0', 'due#1', 'due#2', 'due#3'].map((shard) => store.due(shard, now, 10)))).flat();
    expect(await due(at)).toEqual([]);
    expect(await due(at + 1)).toMatchObject([{ team, agent: 'adm_arjun', call: 'call_1' }]);
  });
});

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
