/** The functions behind `/v1/admins`: what answers and what carries out, on a database in memory. */
import { createHash } from 'node:crypto';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import {
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context, SQSEvent } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { memoryDatabase } from '../../lib/local/memory-database.ts';

Object.assign(process.env, {
  ADMINS_TABLE: 'Admins',
  ADMIN_USER_CLOSURE_TABLE: 'AdminUserClosure',
  API_KEYS_SECRET_ID: 'war-room/test/api-keys',
  ORG_QUEUE_URL: 'https://sqs.example/OrgQueue.fifo',
  ORG_DEAD_LETTERS_URL: 'https://sqs.example/OrgDeadLetters.fifo',
  POWERTOOLS_METRICS_NAMESPACE: 'WarRoom',
  POWERTOOLS_LOG_LEVEL: 'SILENT',
  POWERTOOLS_METRICS_DISABLED: 'true',
});

const { handler } = await import('../../functions/org/api.ts');
const { handler: worker } = await import('../../functions/org/worker.ts');

const database = mockClient(DynamoDBDocumentClient);
const secrets = mockClient(SecretsManagerClient);
const queue = mockClient(SQSClient);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const kavya = { name: 'Kavya Rao', email: 'kavya@acme.example', managerId: null, active: true };
const rohan = { name: 'Rohan Desai', email: 'rohan@acme.example', managerId: 'adm_kavya', active: true };

type Asked = {
  readonly query?: Record<string, string>;
  readonly type?: string;
  readonly text?: string;
  readonly key?: string;
};

/** Any route, such as `GET /v1/admins/{id}/chain`. */
async function askAt(routeKey: string, parameters: Record<string, string>, body?: unknown, asked: Asked = {}) {
  const event = {
    routeKey,
    headers: { 'content-type': asked.type ?? 'application/json', authorization: `Bearer ${asked.key ?? 'wr_people'}` },
    body: asked.text ?? JSON.stringify(body),
    isBase64Encoded: false,
    pathParameters: parameters,
    queryStringParameters: asked.query,
    requestContext: { requestId: 'request-1' },
  } as unknown as APIGatewayProxyEventV2;
  const answer = (await handler(event, {} as Context)) as unknown as APIGatewayProxyStructuredResultV2;
  return { status: answer.statusCode, headers: answer.headers ?? {}, body: JSON.parse(answer.body ?? 'null') };
}

/** Hands what was sent to the queue to the worker; answers how many messages stay. */
async function work(receives = 1): Promise<number> {
  const sent = queue.commandCalls(SendMessageCommand).map(({ args: [{ input }] }) => input);
  queue.resetHistory();
  const Records = sent.map(({ MessageBody, MessageGroupId }, index) => ({
    messageId: `m${index}`,
    receiptHandle: `r${index}`,
    body: MessageBody,
    attributes: { MessageGroupId, ApproximateReceiveCount: String(receives), SentTimestamp: '1000' },
  }));
  const { batchItemFailures } = await worker(
    { Records } as unknown as SQSEvent,
    { getRemainingTimeInMillis: () => 60_000 } as Context,
  );
  return batchItemFailures.length;
}

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
  queue.reset();
  queue.onAnyCommand().resolves({});
  for (const Command of [GetCommand, PutCommand, DeleteCommand, BatchWriteCommand, QueryCommand, UpdateCommand]) {
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

describe('PUT /v1/admins', () => {
  const everybody = [
    { id: 'adm_kavya', ...kavya },
    { id: 'adm_rohan', ...rohan },
    { ...rohan, id: 'adm_arjun', name: 'Arjun Mehta', email: 'arjun@acme.example', managerId: 'adm_rohan' },
  ];
  const csv = [
    'id,name,email,managerId,active',
    ...everybody.map(({ id, name, email, managerId, active }) => [id, name, email, managerId ?? '', active].join(',')),
  ].join('\n');
  const progress = async (id: string) => (await askAt('GET /v1/admins/imports/{import}', { import: id })).body;

  it.each([
    ['JSON', () => askAt('PUT /v1/admins', {}, { admins: everybody })],
    ['CSV', () => askAt('PUT /v1/admins', {}, undefined, { type: 'text/csv; charset=utf-8', text: csv })],
  ])('takes everybody in as %s, tells how it goes, and has the worker do it', async (_, put) => {
    await ask('PUT', 'adm_sana', { ...kavya, email: 'sana@acme.example' });

    const { status, headers, body } = await put();

    expect(status).toBe(202);
    expect(headers['location']).toBe(`/v1/admins/imports/${body.import}`);
    expect(await progress(body.import)).toEqual({ state: 'waiting', done: 0, of: 0, problems: [] });
    expect((await ask('GET', 'adm_kavya')).status).toBe(404);

    expect(await work()).toBe(0);

    const { state, done, of } = await progress(body.import);
    expect([state, done === of, of > 9]).toEqual(['done', true, true]);
    expect((await ask('GET', 'adm_rohan')).body).toEqual({ id: 'adm_rohan', ...rohan });
    expect((await ask('GET', 'adm_sana')).status).toBe(404);
    expect((await askAt('GET /v1/admins/{id}/chain', { id: 'adm_arjun' })).body).toEqual({
      admins: [
        { id: 'adm_rohan', name: 'Rohan Desai', depth: 1 },
        { id: 'adm_kavya', name: 'Kavya Rao', depth: 2 },
      ],
    });
    expect((await askAt('GET /v1/admins/{id}/team', { id: 'adm_kavya' })).body).toEqual({
      admins: [
        { id: 'adm_rohan', name: 'Rohan Desai', depth: 1 },
        { id: 'adm_arjun', name: 'Arjun Mehta', depth: 2 },
      ],
    });
    expect((await askAt('GET /v1/admins/{id}/team', { id: 'adm_arjun' })).body).toEqual({ admins: [] });
    expect((await askAt('GET /v1/admins/{id}/chain', { id: 'adm_sana' })).status).toBe(404);
    expect((await askAt('GET /v1/admins/{id}/team', { id: 'adm_sana' })).status).toBe(404);
  });

  it('says of the same snapshot that there is nothing to do', async () => {
    await askAt('PUT /v1/admins', {}, { admins: everybody });
    await work();
    const again = await askAt('PUT /v1/admins', {}, { admins: everybody });
    await work();

    expect(await progress(again.body.import)).toEqual({ state: 'same', done: 0, of: 0, problems: [] });
  });

  it('is made once, however often its message comes, and whatever was changed since', async () => {
    const { body } = await askAt('PUT /v1/admins', {}, { admins: everybody });
    const [call] = queue.commandCalls(SendMessageCommand);
    await work();
    await ask('PUT', 'adm_arjun', { ...rohan, name: 'Arjun', email: 'arjun@acme.example', managerId: 'adm_kavya' });
    if (call) await new SQSClient({}).send(new SendMessageCommand(call.args[0].input));
    await work();

    expect((await progress(body.import)).state).toBe('done');
    expect((await ask('GET', 'adm_arjun')).body.managerId).toBe('adm_kavya');
  });

  it('is refused whole, with all that is wrong, and nothing is changed or handed over', async () => {
    const wrong = [
      { ...everybody[0], managerId: 'adm_rohan' },
      { ...everybody[1], email: 'KAVYA@acme.example' },
      { id: 'x' },
    ];

    const { status, body } = await askAt('PUT /v1/admins', {}, { admins: wrong });

    expect(status).toBe(400);
    expect(body.detail).toContain('Nothing was changed');
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/admins/0/managerId',
      '/admins/1/email',
      '/admins/2/active',
      '/admins/2/email',
      '/admins/2/managerId',
      '/admins/2/name',
    ]);
    expect(queue.commandCalls(SendMessageCommand)).toEqual([]);
    expect((await ask('GET', 'adm_kavya')).status).toBe(404);
  });

  it('takes several at the top where that is said', async () => {
    const two = [everybody[0], { ...everybody[1], managerId: null }];
    const put = (query: Record<string, string>) => askAt('PUT /v1/admins', {}, { admins: two }, { query });

    expect([(await put({})).status, (await put({ roots: 'several' })).status]).toEqual([400, 202]);
    expect((await put({ roots: 'many' })).body.detail).toContain('`roots` must be');
  });

  it('takes ten thousand people, of a body that Lambda takes too, and no more than four megabytes', async () => {
    const many = Array.from({ length: 10_000 }, (_, at) => ({
      id: `adm_${at}`,
      name: `Person Number ${at} of the Company`,
      email: `person.number.${at}@the-company.example`,
      managerId: at === 0 ? null : `adm_${Math.floor((at - 1) / 4)}`,
      active: true,
    }));

    expect((await askAt('PUT /v1/admins', {}, { admins: many })).status).toBe(202);
    const large = { text: `"${'x'.repeat(4 * 1024 * 1024)}"` };
    expect((await askAt('PUT /v1/admins', {}, undefined, large)).status).toBe(413);
    expect((await askAt('PUT /v1/admins', {}, undefined, { type: 'text/plain', text: '' })).status).toBe(415);
  });

  it('is shown to nobody of another team', async () => {
    const { body } = await askAt('PUT /v1/admins', {}, { admins: everybody });
    const other = { key: 'wr_elsewhere' };

    expect((await askAt('GET /v1/admins/imports/{import}', { import: body.import }, undefined, other)).status).toBe(
      404,
    );
    expect((await askAt('GET /v1/admins/imports/{import}', { import: 'x' })).status).toBe(404);
  });

  it('that fails comes back, and after an hour of that goes to the dead letters and says so', async () => {
    const { body } = await askAt('PUT /v1/admins', {}, { admins: everybody });
    database.on(BatchWriteCommand).rejects(new Error('The table is away.'));
    const [call] = queue.commandCalls(SendMessageCommand);
    const again = async () => {
      if (call) await new SQSClient({}).send(new SendMessageCommand(call.args[0].input));
    };

    expect(await work(1)).toBe(1);
    await again();
    expect(await work(8)).toBe(0);

    const parked = queue.commandCalls(SendMessageCommand).map(({ args: [{ input }] }) => input);
    expect(parked.map(({ QueueUrl }) => QueueUrl)).toEqual(['https://sqs.example/OrgDeadLetters.fifo']);
    expect(JSON.parse(parked[0]?.MessageBody ?? '')).toMatchObject({
      team: 'T1',
      import: body.import,
      why: 'The table is away.',
      code: 'failed-too-often',
    });
    expect((await progress(body.import)).problems).toEqual([
      { pointer: '', message: expect.stringContaining('goes on once they have mended the cause') },
    ]);
  });

  it('is checked without being made', async () => {
    await ask('PUT', 'adm_kavya', { ...kavya, name: 'K. Rao' });
    await ask('PUT', 'adm_sana', { ...rohan, name: 'Sana', email: 'sana@acme.example' });
    await ask('PUT', 'adm_rohan', { ...rohan, managerId: 'adm_sana' });

    const { status, body } = await askAt('POST /v1/admins/check', {}, { admins: everybody });

    expect(status).toBe(200);
    expect(body).toEqual({
      added: [{ id: 'adm_arjun', name: 'Arjun Mehta' }],
      changed: [{ id: 'adm_kavya', name: 'Kavya Rao', fields: ['name'] }],
      moved: [{ id: 'adm_rohan', name: 'Rohan Desai', from: 'adm_sana', to: 'adm_kavya', below: 1 }],
      removed: [{ id: 'adm_sana', name: 'Sana' }],
      unchanged: 0,
    });
    expect((await ask('GET', 'adm_arjun')).status).toBe(404);
    expect(queue.commandCalls(SendMessageCommand)).toEqual([]);
  });
});
