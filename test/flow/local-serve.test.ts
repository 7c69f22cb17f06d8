import { ReceiveMessageCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serveTiny, type TinyServed } from '../support/tiny/serve.ts';
import { until } from '../support/until.ts';

let tiny: TinyServed;

beforeAll(async () => {
  tiny = await serveTiny();
}, 60_000);

afterAll(() => tiny.stop());

const get = (path: string, init?: RequestInit) => fetch(`${tiny.api}${path}`, init);
const asked = async (what: string) => (await get(`/echo/1?ask=${what}`)).json() as Promise<Record<string, unknown>>;

describe('the HTTP API', () => {
  it('hands a request over in payload format 2.0', async () => {
    const response = await get('/echo/42?x=1&x=2&y=%20z', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Cookie: 'a=b; c=d', 'X-Mixed-Case': 'Kept' },
      body: '{"amount":"₹ 499"}',
    });

    expect(await response.json()).toMatchObject({
      version: '2.0',
      routeKey: 'ANY /echo/{id}',
      rawPath: '/echo/42',
      rawQueryString: 'x=1&x=2&y=%20z',
      cookies: ['a=b', 'c=d'],
      headers: { 'content-type': 'application/json', 'x-mixed-case': 'Kept', 'x-forwarded-proto': 'http' },
      queryStringParameters: { x: '1,2', y: ' z' },
      pathParameters: { id: '42' },
      requestContext: { http: { method: 'POST', path: '/echo/42' }, stage: '$default', routeKey: 'ANY /echo/{id}' },
      body: '{"amount":"₹ 499"}',
      isBase64Encoded: false,
    });
  });

  it.each([['application/x-www-form-urlencoded'], ['application/octet-stream'], ['application/vnd.company+json']])(
    'hands a body of type %s over in base64',
    async (type) => {
      const response = await get('/echo/1', { method: 'POST', headers: { 'content-type': type }, body: 'a=₹' });

      expect(await response.json()).toMatchObject({
        body: Buffer.from('a=₹').toString('base64'),
        isBase64Encoded: true,
      });
    },
  );

  it.each([['text/plain; charset=utf-8'], ['application/xml'], ['application/json;charset=UTF-8']])(
    'hands a body of type %s over as text',
    async (type) => {
      const response = await get('/echo/1', { method: 'POST', headers: { 'content-type': type }, body: 'a=₹' });

      expect(await response.json()).toMatchObject({ body: 'a=₹', isBase64Encoded: false });
    },
  );

  it('answers with the status, headers and cookies that the function gave', async () => {
    const response = await get('/echo/1?ask=text');

    expect(response.status).toBe(201);
    expect(response.headers.get('x-made')).toBe('yes');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await response.text()).toBe('made');
  });

  it('answers with bytes where the function gave base64', async () => {
    const response = await get('/echo/1?ask=bytes');

    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0x89, 0x50, 0x4e, 0x47]);
  });

  it.each([
    ['/faulty', 500, 'Internal Server Error'],
    ['/slow', 500, 'Internal Server Error'],
    ['/echo/1?ask=nonsense', 500, 'Internal Server Error'],
    ['/nowhere', 404, 'Not Found'],
    ['/foreign', 501, 'GET /foreign is in the template and not served on one machine: its function is not served.'],
  ])('answers %s with %i in its own words', async (path, status, message) => {
    const response = await get(path);

    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ message });
  });

  it('refuses a body over 10 MB', async () => {
    const response = await get('/echo/1', { method: 'POST', body: Buffer.alloc(10 * 1024 * 1024 + 1) });

    expect(response.status).toBe(413);
    expect(await response.json()).toEqual({ message: 'Request Entity Too Large' });
  });

  it('says in a sentence what failed', async () => {
    await get('/faulty');

    expect(tiny.said).toContain('Faulty threw RangeError: as it was asked to');
  });
});

describe('a function', () => {
  it('has the environment of its template and of this machine, and nothing of the runner', async () => {
    process.env['ONLY_THE_RUNNER_HAS_THIS'] = 'yes';

    const environment = await asked('environment');

    expect(environment).toMatchObject({
      NOTES_TABLE: 'Notes',
      AWS_LAMBDA_FUNCTION_NAME: 'Echo',
      AWS_ENDPOINT_URL_DYNAMODB: tiny.endpoints.dynamodbUrl,
      AWS_ENDPOINT_URL_SQS: tiny.endpoints.sqsUrl,
    });
    expect(environment).not.toHaveProperty('ONLY_THE_RUNNER_HAS_THIS');
    expect(environment).not.toHaveProperty('PATH');
  });

  it('knows how much of its time is left', async () => {
    const { name, remaining } = await asked('context');

    expect(name).toBe('Echo');
    expect(remaining).toBeGreaterThan(4_000);
    expect(remaining).toBeLessThanOrEqual(5_000);
  });

  it('reaches tables, secrets and keys, and a key keeps what another context encrypted', async () => {
    expect(await asked('services')).toEqual({
      plaintext: 'secret',
      foreign: 'InvalidCiphertextException',
      secret: '[]',
      text: 'kept',
    });
  });

  it('cannot connect to another machine', async () => {
    const response = await get('/echo/1?ask=outside');

    expect(response.status).toBe(500);
    expect(tiny.said.join('\n')).toContain('connects to nothing but this machine, and 192.0.2.1 is elsewhere');
  });
});

describe('a queue', () => {
  const send = async (...bodies: readonly string[]) => {
    const queue = tiny.plan.queues.find(({ id }) => id === 'Queue');
    await tiny.clients.sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: queue?.url,
        Entries: bodies.map((body, index) => ({
          Id: String(index),
          MessageBody: body,
          MessageGroupId: body,
          MessageDeduplicationId: body,
        })),
      }),
    );
  };
  const times = (body: string) =>
    tiny
      .lines('Worker')
      .filter((line) => line['body'] === body)
      .map((line) => line['times']);

  it('hands records to its function once when they are worked', async () => {
    await send('first', 'second');

    await until('both records', () => times('first').length === 1 && times('second').length === 1);
  });

  it('hands over again only the records that the function reported', async () => {
    await send('once', 'beside once');

    await until('the second time', () => times('once').length === 2);

    expect(times('beside once')).toEqual([1]);
  });

  it('puts a record that keeps failing with the dead letters', async () => {
    const dead = tiny.plan.queues.find(({ id }) => id === 'Dead');
    await send('fail');

    const letter = await until('the dead letter', async () => {
      const { Messages } = await tiny.clients.sqs.send(new ReceiveMessageCommand({ QueueUrl: dead?.url }));
      return Messages?.[0];
    });

    expect(letter.Body).toBe('fail');
    expect(times('fail')).toEqual([1, 2]);
  });

  it('hands a record over again after its function ended its own thread, and says so', async () => {
    await send('crash');

    await until('the second time', () => times('crash').includes(2));

    expect(tiny.said).toContain('Worker ended its own thread with code 3.');
  });

  it('hands a record over again after its function took too long, and says so', async () => {
    await send('hang');

    await until('the second time', () => times('hang').includes(2));

    await until('the sentence', () => tiny.said.includes('Worker timed out after 2 s.'));
  });
});
