import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { tell } from '../../shared/base/report.ts';
import { frameOf, openSentry, quietMs } from '../../shared/base/sentry.ts';

type Taken = { readonly url: string; readonly headers: IncomingHttpHeaders; readonly body: string };
type Answer = { readonly status: number; readonly headers?: Readonly<Record<string, string>> };

const taken: Taken[] = [];
/** What is answered next; after these, 200. */
let answers: Answer[] = [];
let server: Server;
let host: string;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    // By address: a request that was given up may still arrive, in the middle of the next test.
    if (request.url?.startsWith('/silent/')) return;
    taken.push({ url: request.url ?? '', headers: request.headers, body: Buffer.concat(parts).toString('utf8') });
    const answer = answers.shift() ?? { status: 200 };
    response.writeHead(answer.status, answer.headers).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  taken.length = 0;
  answers = [];
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const report = { group: ['test', 'Error'], where: 'test', ids: { home: 'order_1' } };

function sentryOf({ dsn = `http://public@${host}/7`, sendMs = 5_000 } = {}) {
  const at = { now: Date.UTC(2026, 10, 20, 12) };
  const sentry = openSentry({
    dsn,
    stage: 'test',
    version: '0.1.0',
    service: 'PaymentsApi',
    clock: { now: () => at.now },
    uniqueId: () => 'a1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c5d',
    sendMs,
  });
  return { at, send: (error: unknown) => sentry.send(tell(error), report) };
}

describe('an event to Sentry', () => {
  it('is one POST under the key of the DSN, on a connection that is not kept', async () => {
    const { send } = sentryOf();

    await send(new Error('x'));

    expect(taken.map(({ url }) => url)).toEqual(['/api/7/envelope/']);
    expect(taken[0]?.headers).toMatchObject({
      'content-type': 'application/x-sentry-envelope',
      'user-agent': 'war-room/0.1.0',
      'x-sentry-auth': 'Sentry sentry_version=7, sentry_client=war-room/0.1.0, sentry_key=public',
      connection: 'close',
    });
  });

  it('is an envelope: its id, its length in bytes, and what failed', async () => {
    const { send } = sentryOf();

    await send(new Error('₹1\nand a new line'));

    const [head, item, event, rest, ...more] = taken[0]?.body.split('\n') ?? [];
    const id = 'a1b2c3d4e5f64a7b8c9d0e1f2a3b4c5d';
    expect(JSON.parse(head ?? '')).toEqual({ event_id: id, sent_at: '2026-11-20T12:00:00.000Z' });
    expect(JSON.parse(item ?? '')).toEqual({
      type: 'event',
      content_type: 'application/json',
      length: Buffer.byteLength(event ?? ''),
    });
    expect(JSON.parse(event ?? '')).toEqual({
      event_id: id,
      timestamp: Date.UTC(2026, 10, 20, 12) / 1_000,
      level: 'error',
      platform: 'node',
      environment: 'test',
      release: '0.1.0',
      server_name: 'PaymentsApi',
      fingerprint: ['test', 'Error'],
      tags: { where: 'test' },
      extra: { home: 'order_1' },
      exception: {
        values: [{ type: 'Error', value: '₹1\nand a new line', stacktrace: { frames: expect.any(Array) } }],
      },
    });
    expect([rest, more]).toEqual(['', []]);
  });

  it('tells the cause before what it caused, and the frame that threw last', async () => {
    const { send } = sentryOf();
    function innermost() {
      return new RangeError('inner');
    }

    await send(Object.assign(new Error('outer', { cause: innermost() }), { code: 'E1', stack: undefined }));

    const { values } = JSON.parse(taken[0]?.body.split('\n')[2] ?? '').exception;
    expect(values).toEqual([
      { type: 'RangeError', value: 'inner', stacktrace: { frames: expect.any(Array) } },
      { type: 'Error', value: 'outer (E1)' },
    ]);
    expect(values[0].stacktrace.frames.at(-1)).toEqual({
      function: 'innermost',
      filename: import.meta.filename,
      lineno: expect.any(Number),
      colno: expect.any(Number),
      in_app: true,
    });
  });

  it('goes to a Sentry below a path as well', async () => {
    const { send } = sentryOf({ dsn: `http://public@${host}/our/sentry/7` });

    await send(new Error('x'));

    expect(taken.map(({ url }) => url)).toEqual(['/our/sentry/api/7/envelope/']);
  });

  it.each([
    '',
    'sentry',
    'https://sentry.example/7',
    'https://key@sentry.example/',
    'https://key@sentry.example/seven',
    'ftp://key@sentry.example/7',
  ])('has no address by the DSN "%s"', (dsn) => {
    expect(() => sentryOf({ dsn })).toThrow('SENTRY_DSN is not a DSN');
  });
});

describe('an event that does not arrive', () => {
  it.each([400, 403, 500])('is told of when Sentry answers %d, and the next one is sent', async (status) => {
    answers = [{ status }];
    const { send } = sentryOf();

    await expect(send(new Error('x'))).rejects.toThrow(`Sentry answered ${status}.`);
    await send(new Error('y'));

    expect(taken).toHaveLength(2);
  });

  it('is given up when Sentry takes too long', async () => {
    const { send } = sentryOf({ dsn: `http://public@${host}/silent/7`, sendMs: 20 });

    await expect(send(new Error('x'))).rejects.toThrow('timeout');
  });
});

describe('a Sentry that wants no more', () => {
  it('gets nothing until the time that it named, and then the next', async () => {
    answers = [{ status: 429, headers: { 'retry-after': '90' } }];
    const { send, at } = sentryOf();
    await expect(send(new Error('refused'))).rejects.toThrow('Sentry answered 429.');

    at.now += 89_999;
    await send(new Error('dropped'));
    expect(taken).toHaveLength(1);

    at.now += 1;
    await send(new Error('sent'));
    expect(taken).toHaveLength(2);
  });

  it('is heard in an answer that takes the event, too, and the longest time that it named counts', async () => {
    const limited = (seconds: number) => ({ status: 200, headers: { 'x-sentry-rate-limits': `${seconds}:error:key` } });
    answers = [limited(90), limited(30)];
    const { send, at } = sentryOf();
    await Promise.all([send(new Error('one')), send(new Error('other'))]);

    at.now += 60_000;
    await send(new Error('dropped'));

    expect(taken).toHaveLength(2);
  });

  it.each([
    [0, 200, {}],
    [0, 500, { 'retry-after': '5' }],
    [5_000, 429, { 'retry-after': '5' }],
    [60_000, 429, {}],
    [60_000, 429, { 'retry-after': 'Fri, 20 Nov 2026 12:00:00 GMT' }],
    [5_000, 429, { 'retry-after': '9', 'x-sentry-rate-limits': '5:error:organization' }],
    [0, 429, { 'retry-after': '9', 'x-sentry-rate-limits': '5:transaction:organization' }],
    [2_700_000, 429, { 'x-sentry-rate-limits': '60:transaction:key, 2700:default;error;security:organization' }],
    [2_700_000, 200, { 'x-sentry-rate-limits': '2700::organization, 60::organization' }],
    [1_500, 200, { 'x-sentry-rate-limits': '1.5:error' }],
    [60_000, 200, { 'x-sentry-rate-limits': 'soon:error' }],
  ] as const)('is quiet for %d ms by %d %j', (expected, status, headers) => {
    expect(quietMs({ status, headers: new Headers(headers) })).toBe(expected);
  });
});

describe('a frame', () => {
  it.each([
    ['at async Outbox.close (/shared/slack/outbox.ts:12:3)', 'Outbox.close', '/shared/slack/outbox.ts', true],
    ['at file:///var/task/index.mjs:12:3', undefined, '/var/task/index.mjs', true],
    ['at Foo.bar [as baz] (/a b (1)/x.ts:12:3)', 'Foo.bar [as baz]', '/a b (1)/x.ts', true],
    ['at C:\\x\\y.ts:12:3', undefined, 'C:\\x\\y.ts', true],
    [
      'at new Client (/x/node_modules/@smithy/core/client.js:12:3)',
      'new Client',
      '/x/node_modules/@smithy/core/client.js',
      false,
    ],
    [
      'at process.tick (node:internal/process/task_queues:12:3)',
      'process.tick',
      'node:internal/process/task_queues',
      false,
    ],
  ])('reads %s', (line, name, filename, ours) => {
    expect(frameOf(line)).toEqual({ ...(name && { function: name }), filename, lineno: 12, colno: 3, in_app: ours });
  });

  it.each([
    ['at async Promise.all (index 0)', 'Promise.all (index 0)'],
    ['at JSON.parse (<anonymous>)', 'JSON.parse (<anonymous>)'],
    ['at native', 'native'],
  ])('without a place, %s, is its name', (line, name) => {
    expect(frameOf(line)).toEqual({ function: name, in_app: false });
  });
});
