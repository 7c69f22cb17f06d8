/** The function behind `/v1/admins/{id}`, on a database in memory. */
import { createHash } from 'node:crypto';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  BatchWriteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { memoryDatabase } from '../../lib/local/memory-database.ts';

Object.assign(process.env, {
  ADMINS_TABLE: 'Admins',
  ADMIN_USER_CLOSURE_TABLE: 'AdminUserClosure',
  API_KEYS_SECRET_ID: 'war-room/test/api-keys',
  POWERTOOLS_METRICS_NAMESPACE: 'WarRoom',
  POWERTOOLS_LOG_LEVEL: 'SILENT',
  POWERTOOLS_METRICS_DISABLED: 'true',
});

const { handler } = await import('../../functions/org/api.ts');

const database = mockClient(DynamoDBDocumentClient);
const secrets = mockClient(SecretsManagerClient);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const kavya = { name: 'Kavya Rao', email: 'kavya@acme.example', managerId: null, active: true };
const rohan = { name: 'Rohan Desai', email: 'rohan@acme.example', managerId: 'adm_kavya', active: true };

async function ask(verb: 'PUT' | 'GET' | 'DELETE', id: string | undefined, body?: unknown, key = 'wr_people') {
  const event = {
    routeKey: `${verb} /v1/admins/{id}`,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify(body),
    isBase64Encoded: false,
    pathParameters: { id },
    requestContext: { requestId: 'request-1' },
  } as unknown as APIGatewayProxyEventV2;
  const answer = (await handler(event, {} as Context)) as unknown as APIGatewayProxyStructuredResultV2;
  return { status: answer.statusCode, headers: answer.headers ?? {}, body: JSON.parse(answer.body ?? 'null') };
}

beforeEach(() => {
  const memory = memoryDatabase();
  database.reset();
  for (const Command of [GetCommand, PutCommand, BatchWriteCommand, QueryCommand, UpdateCommand]) {
    database.on(Command as typeof GetCommand).callsFake((input) => memory.send(new Command(input) as GetCommand));
  }
  secrets.on(GetSecretValueCommand).resolves({
    SecretString: JSON.stringify([
      { name: 'people', teamId: 'T1', sha256: sha256('wr_people'), scopes: ['org'] },
      { name: 'elsewhere', teamId: 'T2', sha256: sha256('wr_elsewhere'), scopes: ['org'] },
      { name: 'checkout', teamId: 'T1', sha256: sha256('wr_checkout'), scopes: ['payments', 'read'] },
    ]),
  });
});

describe('PUT /v1/admins/{id}', () => {
  it('is 201 for somebody new, then 200, and answers the person', async () => {
    const first = await ask('PUT', 'adm_kavya', { ...kavya, email: ' Kavya@acme.example ' });

    expect(first.status).toBe(201);
    expect(first.body).toEqual({ id: 'adm_kavya', ...kavya, email: 'Kavya@acme.example' });
    expect((await ask('PUT', 'adm_kavya', kavya)).status).toBe(200);
    expect((await ask('PUT', 'adm_kavya', kavya)).status).toBe(200);
    expect((await ask('GET', 'adm_kavya')).body).toEqual({ id: 'adm_kavya', ...kavya });
  });

  it('names every wrong field at once, also what the directory stands against', async () => {
    await ask('PUT', 'adm_kavya', kavya);

    const { status, headers, body } = await ask('PUT', 'adm_rohan', {
      name: 'Rohan\nDesai',
      email: 'KAVYA@acme.example',
      managerId: 'adm_nobody',
      activ: true,
    });

    expect(status).toBe(400);
    expect(headers['content-type']).toBe('application/problem+json');
    expect(
      Object.fromEntries(body.errors.map(({ pointer, message }: Record<string, string>) => [pointer, message])),
    ).toEqual({
      '/name': expect.stringContaining('line breaks'),
      '/activ': expect.stringContaining('is not a field here'),
      '/active': 'is missing.',
      '/email': 'is the address of Kavya Rao (adm_kavya); each has one of their own.',
      '/managerId': expect.stringContaining('names adm_nobody'),
    });
    expect((await ask('GET', 'adm_rohan')).status).toBe(404);
  });

  it('is 409 where only the directory stands against it', async () => {
    await ask('PUT', 'adm_kavya', kavya);

    const { status, body } = await ask('PUT', 'adm_rohan', { ...rohan, email: 'KAVYA@ACME.example' });

    expect(status).toBe(409);
    expect(body.errors).toEqual([{ pointer: '/email', message: expect.stringContaining('Kavya Rao (adm_kavya)') }]);
  });

  it.each(['kavya', 'kavya@', '@acme.example', 'a@b@c', 'two words@acme.example', '', ' ', 7])(
    'takes no address like %j',
    async (email) => {
      const { status, body } = await ask('PUT', 'adm_kavya', { ...kavya, email });

      expect(status).toBe(400);
      expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['/email']);
    },
  );

  it.each(['', '..', '.hidden', 'with space', 'a/b', 'a#b', 'ä', 'x'.repeat(129), undefined])(
    'takes no id like %j',
    async (id) => {
      const [put, managed] = [
        await ask('PUT', id, kavya),
        await ask('PUT', 'adm_kavya', { ...kavya, managerId: id ?? 'a b' }),
      ];

      expect([put.status, managed.status]).toEqual([400, 400]);
      expect(managed.body.errors[0].pointer).toBe('/managerId');
    },
  );

  it.each(['a', 'E-1042', 'adm_arjun', 'a.b@c.example', '7', 'x'.repeat(128)])('takes the id %j', async (id) => {
    expect((await ask('PUT', id, kavya)).status).toBe(201);
  });
});

describe('GET /v1/admins/{id}', () => {
  it("is 404 for another team's people", async () => {
    await ask('PUT', 'adm_kavya', kavya);

    expect((await ask('GET', 'adm_kavya', undefined, 'wr_elsewhere')).status).toBe(404);
  });
});

describe('DELETE /v1/admins/{id}', () => {
  it('is 204 without a body, also the second time', async () => {
    await ask('PUT', 'adm_kavya', kavya);

    const answers = [await ask('DELETE', 'adm_kavya'), await ask('DELETE', 'adm_kavya')];

    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [204, null],
      [204, null],
    ]);
    expect(answers[0]?.headers).toEqual({ 'cache-control': 'no-store' });
    expect((await ask('GET', 'adm_kavya')).status).toBe(404);
  });

  it('is 409 and names the people who report to them, the first ten of many', async () => {
    await ask('PUT', 'adm_kavya', kavya);
    for (let at = 10; at < 22; at += 1) {
      await ask('PUT', `p${at}`, { ...rohan, name: `Person ${at}`, email: `p${at}@acme.example` });
    }

    const { status, body } = await ask('DELETE', 'adm_kavya');

    expect(status).toBe(409);
    expect(body.detail).toMatch(
      /^Kavya Rao \(adm_kavya\) stays in the directory: Person 10 \(p10\), .*Person 19 \(p19\) and 2 more would/,
    );
    expect((await ask('GET', 'adm_kavya')).status).toBe(200);
  });
});

it.each(['PUT', 'GET', 'DELETE'] as const)('%s wants a key with the scope org', async (verb) => {
  const answers = [await ask(verb, 'adm_kavya', kavya, 'wr_checkout'), await ask(verb, 'adm_kavya', kavya, 'wrong')];

  expect(answers.map(({ status, body }) => [status, body.detail])).toEqual([
    [403, expect.stringContaining('lacks the scope "org"')],
    [401, expect.stringContaining('not known')],
  ]);
});
