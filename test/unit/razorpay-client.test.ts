/** The client for Razorpay's API, against a server of this test that answers, or does not, as each test says. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { listenOnLoopback } from '../../lib/local/listen.ts';
import { RazorpayClient } from '../../shared/razorpay/client.ts';

type Answering = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let origin: string;
let answering: Answering;
let asked: { line: string; authorization: string | undefined; body: string }[];

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    asked.push({ line: `${request.method} ${request.url}`, authorization: request.headers.authorization, body });
    answering(request, response);
  });
  origin = await listenOnLoopback(server, 0, '');
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  asked = [];
});

const client = (timeoutMs = 2_000, apiUrl = origin) =>
  new RazorpayClient({ keyId: 'rzp_test_1', keySecret: 'secret' }, { apiUrl, timeoutMs });

const json =
  (status: number, body: unknown): Answering =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const error = (more: object) => ({ error: { code: 'BAD_REQUEST_ERROR', description: 'Not so.', ...more } });

describe("a call of Razorpay's API", () => {
  it('is answered the body, whatever fields it has, and authorized by the account', async () => {
    answering = json(200, { id: 'order_A', entity: 'order', news: { of: 2027 } });

    const outcome = await client().order('order_A');

    expect(outcome).toEqual({ kind: 'answered', body: { id: 'order_A', entity: 'order', news: { of: 2027 } } });
    const authorization = `Basic ${Buffer.from('rzp_test_1:secret').toString('base64')}`;
    expect(asked).toEqual([{ line: 'GET /v1/orders/order_A', authorization, body: '' }]);
  });

  it('of each kind goes where Razorpay serves it', async () => {
    answering = json(200, {});
    const one = client();

    await one.createOrder({ amount: 100, currency: 'INR', receipt: 'lead_1', notes: { a: 'b' } });
    await one.paymentsOf('order_A');
    await one.payment('pay_A');
    await one.refundsOf('pay_A');
    await one.dispute('disp_A');
    await one.link('plink_A');
    await one.webhooks();

    expect(asked.map(({ line }) => line)).toEqual([
      'POST /v1/orders',
      'GET /v1/orders/order_A/payments',
      'GET /v1/payments/pay_A',
      'GET /v1/payments/pay_A/refunds?count=100',
      'GET /v1/disputes/disp_A',
      'GET /v1/payment_links/plink_A',
      'GET /v1/webhooks?count=100&skip=0',
    ]);
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
      amount: 100,
      currency: 'INR',
      receipt: 'lead_1',
      notes: { a: 'b' },
    });
  });

  it.each([
    [
      'a refusal that names a field',
      json(400, error({ field: 'amount' })),
      { kind: 'refused', status: 400, description: 'Not so.', field: 'amount' },
    ],
    [
      'a refusal of the key',
      json(401, error({ description: 'Authentication failed' })),
      { kind: 'refused', status: 401, description: 'Authentication failed', field: undefined },
    ],
    [
      'a refusal without a body',
      json(404, null),
      { kind: 'refused', status: 404, description: 'Razorpay answered 404 without a reason.', field: undefined },
    ],
    ['too many calls', json(429, error({})), { kind: 'limited' }],
    ['a fault of its own', json(500, error({})), { kind: 'unanswered', why: 'Razorpay answered 500.' }],
    [
      'a page instead of JSON, with 503',
      (_, response) => response.writeHead(503, { 'content-type': 'text/html' }).end('<h1>Sorry</h1>'),
      { kind: 'unanswered', why: 'Razorpay answered 503.' },
    ],
    [
      'a page instead of JSON, with 200',
      (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hello</h1>'),
      { kind: 'unanswered', why: 'Razorpay answered with something else than a JSON object.' },
    ],
    [
      'half an answer',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).write('{"id":');
        response.socket?.destroySoon();
      },
      { kind: 'unanswered', why: expect.stringMatching(/^Razorpay: \S+/) },
    ],
    [
      'a broken connection',
      (request) => request.socket.resetAndDestroy(),
      { kind: 'unanswered', why: 'Razorpay: ECONNRESET.' },
    ],
  ] as [string, Answering, object][])('that meets %s says so', async (_, behaviour, outcome) => {
    answering = behaviour;

    expect(await client().order('order_A')).toEqual(outcome);
  });

  it('follows no redirect: it would carry the key elsewhere', async () => {
    answering = (_, response) => response.writeHead(302, { location: `${origin}/v1/elsewhere` }).end();

    expect(await client().order('order_A')).toEqual({ kind: 'unanswered', why: 'Razorpay answered 302.' });
    expect(asked).toHaveLength(1);
  });

  it('that is never answered ends in time', async () => {
    answering = () => undefined;

    expect(await client(50).order('order_A')).toEqual({
      kind: 'unanswered',
      why: 'Razorpay: no answer within 50 ms.',
    });
  });

  it('ends in time also where the answer comes byte by byte and never ends', async () => {
    const drips: NodeJS.Timeout[] = [];
    answering = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      drips.push(setInterval(() => response.write(' '), 10));
    };

    const outcome = await client(120).order('order_A');
    for (const drip of drips) clearInterval(drip);

    expect(outcome).toEqual({ kind: 'unanswered', why: 'Razorpay: no answer within 120 ms.' });
  });

  it('says that nobody listens', async () => {
    expect(await client(2_000, 'http://127.0.0.1:9').order('order_A')).toEqual({
      kind: 'unanswered',
      why: 'Razorpay: ECONNREFUSED.',
    });
  });

  it('works again after one that failed', async () => {
    const one = client();
    answering = json(500, {});
    await one.order('order_A');
    answering = json(200, { id: 'order_A' });

    expect(await one.order('order_A')).toEqual({ kind: 'answered', body: { id: 'order_A' } });
  });
});
