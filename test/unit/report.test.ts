import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Park } from '../../shared/base/errors.ts';
import { openReporter, tell } from '../../shared/base/report.ts';
import { scrub, scrubDeep } from '../../shared/base/scrub.ts';

/** Everything that must never leave, in one text. */
const private_ =
  'xoxb-12-34-abc Bearer wr_key_1 priya@example.com +91 98765 43210 4111 1111 1111 1111 {"event":"payment.captured"}';
const leaks = /xoxb|wr_key_1|priya|example\.com|98765|4111 1111|payment\.captured/;

type Line = { message: string; fields: Record<string, unknown> };

function reporterOf(environment: NodeJS.ProcessEnv = {}, over: { flushMs?: number } = {}) {
  const at = { now: 0 };
  const lines: Line[] = [];
  const counts: unknown[] = [];
  const reporter = openReporter({
    log: { error: (message, fields = {}) => lines.push({ message, fields }) },
    count: (...metric) => counts.push(metric),
    clock: { now: () => at.now },
    environment,
    ...over,
  });
  return { ...reporter, lines, counts, at };
}

describe('an error that is reported', () => {
  it('is one line in the log and one in the metrics', () => {
    const { report, lines, counts } = reporterOf();

    report(new Park('wake-unreadable', 'Nobody can read it.'), { where: 'payments worker', home: 'order_1' });

    expect(lines).toEqual([
      {
        message: 'payments worker: Nobody can read it.',
        fields: {
          where: 'payments worker',
          home: 'order_1',
          group: 'payments worker / Park / wake-unreadable',
          error: expect.objectContaining({ name: 'Park', code: 'wake-unreadable', message: 'Nobody can read it.' }),
        },
      },
    ]);
    expect(counts).toEqual([['ErrorsReported', 1]]);
  });

  it('is told without what is private, in its message and in every cause', () => {
    const error = new Error(private_, { cause: new TypeError(private_, { cause: private_ }) });

    expect(JSON.stringify(tell(error))).not.toMatch(leaks);
  });

  it('is told with its causes, to a depth', () => {
    const circular = new Error('round');
    circular.cause = circular;

    expect(tell(new Error('outer', { cause: new Error('inner') })).cause?.message).toBe('inner');
    expect(JSON.stringify(tell(circular)).match(/round/g)).toHaveLength(5);
  });

  it('that failed for every address is told with the first of them', () => {
    const none = new AggregateError([new Error('connect ECONNREFUSED 127.0.0.1:1')], '');

    expect(tell(none).cause?.message).toBe('connect ECONNREFUSED 127.0.0.1:1');
  });

  it.each([
    ['a text', 'boom'],
    ['nothing', undefined],
    ['null', null],
    ['an object', { toString: undefined }],
    ['a symbol', Symbol('x')],
    [
      'an error that throws when it is read',
      new Proxy(new Error('x'), {
        get: () => {
          throw new Error('no');
        },
      }),
    ],
    ['an error whose stack is none', Object.assign(new Error('x'), { stack: undefined })],
  ])('never throws and is always in the log, even where %s was thrown', (_, thrown) => {
    const { report, lines } = reporterOf();

    expect(() => report(thrown, { where: 'test' })).not.toThrow();
    expect(lines).toHaveLength(1);
  });
});

describe('a reporter without a DSN', () => {
  it('sends nothing, and does not wait', async () => {
    const { report, flush, lines } = reporterOf({});

    report(new Error('x'), { where: 'test' });
    await flush();

    expect(lines.map(({ message }) => message)).toEqual(['test: x']);
  });
});

describe('a reporter with a DSN', () => {
  const received: { url: string; body: string }[] = [];
  let server: Server;
  let environment: NodeJS.ProcessEnv;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        received.push({ url: request.url ?? '', body: Buffer.concat(parts).toString('utf8') });
        response.end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    environment = {
      SENTRY_DSN: `http://public@127.0.0.1:${port}/7`,
      STAGE: 'test',
      VERSION: '0.1.0',
      POWERTOOLS_SERVICE_NAME: 'PaymentsApi',
    };
  });
  beforeEach(() => {
    received.length = 0;
  });
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
  });

  /** The one event of an envelope: header, item header, item, each on a line of its own. */
  const eventOf = (envelope: { body: string } | undefined) => JSON.parse(envelope?.body.split('\n')[2] ?? 'null');

  it('sends an envelope that is grouped, placed and scrubbed, and has sent it when it is flushed', async () => {
    const { report, flush } = reporterOf(environment);

    report(new Error(`It failed: ${private_}`, { cause: new RangeError(private_) }), {
      where: 'payments api',
      home: 'order_1',
      note: private_,
      authorization: 'Bearer wr_key_1',
    });
    await flush();

    expect(received).toHaveLength(1);
    expect(received[0]?.url).toMatch(/^\/api\/7\/envelope\//);
    expect(eventOf(received[0])).toMatchObject({
      level: 'error',
      environment: 'test',
      release: '0.1.0',
      server_name: 'PaymentsApi',
      fingerprint: ['payments api', 'Error'],
      tags: { where: 'payments api' },
      extra: { home: 'order_1', authorization: '[removed]' },
      exception: {
        values: [
          { type: 'RangeError', stacktrace: { frames: expect.any(Array) } },
          { type: 'Error', value: expect.stringMatching(/^It failed: \[token\]/) },
        ],
      },
    });
    expect(received[0]?.body).not.toMatch(leaks);
  });

  it('sends one of a group a minute, and says with the next how many it held back', async () => {
    const { report, flush, at, lines } = reporterOf(environment);
    const fail = (message: string) => report(new Error(message), { where: 'test' });

    for (const message of ['first', 'second', 'third']) fail(message);
    at.now = 60_000;
    fail('fourth');
    await flush();

    expect(received.map((envelope) => eventOf(envelope).exception.values[0].value)).toEqual(['first', 'fourth']);
    expect(eventOf(received[1]).extra).toEqual({ notSentSinceTheLast: 2 });
    expect(lines).toHaveLength(4);
  });

  it('holds back no other group', async () => {
    const { report, flush } = reporterOf(environment);

    report(new Error('x'), { where: 'one' });
    report(new Error('x'), { where: 'two' });
    report(new TypeError('x'), { where: 'two' });
    report(new Park('code-1', 'x'), { where: 'two' });
    report(new Park('code-2', 'x'), { where: 'two' });
    await flush();

    expect(received).toHaveLength(5);
  });

  it.each([
    ['is none', 'not a dsn', 'SENTRY_DSN is not a DSN'],
    ['leads nowhere', 'http://public@127.0.0.1:1/7', ''],
  ])('whose DSN %s says so in the log, and neither throws nor waits for long', async (_, dsn, why) => {
    const { report, flush, lines } = reporterOf({ SENTRY_DSN: dsn });

    report(new Error('x'), { where: 'test' });
    await flush();

    expect(lines.map(({ message }) => message)).toEqual([
      'test: x',
      expect.stringMatching(`^An error did not reach Sentry: .*${why}`),
    ]);
    expect(received).toEqual([]);
  });
});

describe('a reporter whose Sentry takes the event and never answers', () => {
  it('holds up the answer no longer than it may', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const { report, flush } = reporterOf({ SENTRY_DSN: `http://public@127.0.0.1:${port}/7` }, { flushMs: 20 });
    const arrived = new Promise((resolve) => silent.once('request', resolve));

    report(new Error('x'), { where: 'test' });
    await arrived;
    await expect(flush()).resolves.toBeUndefined();

    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
  });
});

describe('a text that is scrubbed', () => {
  it.each([
    ['a bot token', 'token xoxb-123-456-AbC failed', 'token [token] failed'],
    ['a refreshable token', 'xoxe.xoxp-1-Mi0yLQ', '[token]'],
    ['an app token', 'xapp-1-A0-123-abc', '[token]'],
    ['a bearer key', 'sent Bearer abc.def-123= to it', 'sent Bearer [removed] to it'],
    ['a header', 'Authorization: Basic cnpwOnNlY3JldA==\nnext', 'Authorization: [removed]\nnext'],
    ['an e-mail address', 'of priya.s+x@mail.example.co.in.', 'of [e-mail].'],
    ['a UPI address', 'vpa 9876543210@ybl', 'vpa [e-mail]'],
    ['an international number', 'call +91 98765-43210 now', 'call [telephone] now'],
    ['an Indian mobile number', 'call 9876543210 now', 'call [telephone] now'],
    ['an Indian mobile number with a gap', 'call 98765 43210 now', 'call [telephone] now'],
    ['a card number', 'card 4111-1111-1111-1111', 'card [number]'],
    ['a key of Razorpay', 'key rzp_live_AbCd1234', 'key [key]'],
    ['a body', 'could not read {"id":"x","name":"Priya"} at all', 'could not read [JSON]'],
    [
      'what V8 quotes of a body',
      `Unexpected token 'N', "Name: Priya" is not valid JSON`,
      `Unexpected token 'N', [text] is not valid JSON`,
    ],
    [
      'what V8 quotes of a long body',
      `Unexpected token 'N', "Name: Priy"... is not valid JSON`,
      `Unexpected token 'N', [text] is not valid JSON`,
    ],
  ])('loses %s', (_, text, expected) => {
    expect(scrub(text)).toBe(expected);
  });

  it.each([
    'order_Hd7Rt0pLmQ2w3e pay_29QQoUBi66xm2f T0123456789 C0123456789',
    'posted at 1763620262.000200, received 1763620262123, in 12345 ms',
    '499900 of 1499700 paise',
    'a1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c5d',
    'at handler (file:///var/task/index.mjs:12:3456)',
    'connect ECONNREFUSED 127.0.0.1:443',
    '2026-11-20T12:00:00.000Z',
  ])('keeps %j', (text) => {
    expect(scrub(text)).toBe(text);
  });

  it('is cut where it is very long', () => {
    expect(scrub('x '.repeat(10_000)).length).toBeLessThanOrEqual(4_000);
  });
});

describe('a value that is scrubbed', () => {
  it('loses what its fields are named for, at any depth, and keeps the rest', () => {
    const value = {
      ids: [{ home: 'order_1', botToken: 'x', email: 'y' }],
      secret: 's',
      body: 'b',
      count: 3,
      none: null,
    };

    expect(scrubDeep(value)).toEqual({
      ids: [{ home: 'order_1', botToken: '[removed]', email: '[removed]' }],
      secret: '[removed]',
      body: '[removed]',
      count: 3,
      none: null,
    });
  });

  it('may hold itself', () => {
    const round: Record<string, unknown> = { name: 'x' };
    round['self'] = round;

    expect(JSON.stringify(scrubDeep(round))).toContain('[nested]');
  });
});
