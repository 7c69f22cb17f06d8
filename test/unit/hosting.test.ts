import { describe, expect, it } from '@jest/globals';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { handler as pages } from '../../functions/install/pages.ts';
import { html } from '../../shared/base/html.ts';
import { hosting, visitOf } from '../../shared/install/hosting.ts';
import type { Reply } from '../../shared/install/reply.ts';

const lines: { readonly message: string; readonly fields: unknown }[] = [];
const reports: unknown[] = [];
const note = (message: string, fields: unknown = {}) => void lines.push({ message, fields });
const surroundings = () => ({
  log: { info: note, warn: note, error: note },
  reporter: {
    report: (error: unknown, context: unknown) => void reports.push([error, context]),
    flush: async () => {},
  },
  clock: { now: () => 1_000 },
});

const event = (routeKey: string, more: Partial<APIGatewayProxyEventV2> = {}) =>
  ({
    routeKey,
    rawQueryString: 'code=secret-code&state=secret-state',
    queryStringParameters: { code: 'secret-code', state: 'secret-state' },
    requestContext: { requestId: 'request-1' },
    headers: {},
    ...more,
  }) as unknown as APIGatewayProxyEventV2;

async function answerOf(verb: () => Promise<Reply>): Promise<APIGatewayProxyStructuredResultV2> {
  lines.length = 0;
  reports.length = 0;
  const handler = middy(verb).use(hosting(surroundings, 'help@war-room.example'));
  return handler(event('GET /slack/oauth/callback'), {} as never) as never;
}

describe('a hosted page', () => {
  it('leaves one line, with its outcome and ids and nothing of what its address carried', async () => {
    const answer = await answerOf(async () => ({
      kind: 'page',
      status: 200,
      page: html`<p>${'<b>'}</p>`,
      outcome: 'shown',
      ids: { team: 'T1' },
      cookies: ['a=b'],
    }));

    expect(answer).toMatchObject({ statusCode: 200, body: '<p>&lt;b&gt;</p>', cookies: ['a=b'] });
    expect(lines).toEqual([
      {
        message: 'page',
        fields: {
          route: 'GET /slack/oauth/callback',
          requestId: 'request-1',
          status: 200,
          ms: 0,
          outcome: 'shown',
          team: 'T1',
        },
      },
    ]);
  });

  it('says that something failed, and by which number it is found, and reports it', async () => {
    const fault = new Error('the inside of it');

    const answer = await answerOf(async () => {
      throw fault;
    });

    expect(answer.statusCode).toBe(500);
    expect(answer.body).toContain('Something failed in War Room');
    expect(answer.body).toContain('request-1');
    expect(answer.body).not.toContain('the inside of it');
    expect(reports).toEqual([[fault, { where: 'GET /slack/oauth/callback', requestId: 'request-1' }]]);
    expect(JSON.stringify(lines)).not.toMatch(/secret-/);
  });

  it('leads on by GET, and is kept by nobody', async () => {
    const answer = await answerOf(async () => ({ kind: 'redirect', to: '/connections', outcome: 'x' }));

    expect(answer).toMatchObject({
      statusCode: 303,
      headers: { location: '/connections', 'cache-control': 'no-store' },
      body: '',
    });
  });

  it('takes cookies and query as API Gateway hands them over, or none', () => {
    expect(visitOf(event('GET /', { cookies: ['a=b'] }))).toEqual({
      cookies: ['a=b'],
      query: { code: 'secret-code', state: 'secret-state' },
    });
    const { queryStringParameters: _, ...bare } = event('GET /');
    expect(visitOf(bare)).toEqual({ cookies: undefined, query: {} });
  });
});

describe('the pages that are the same for everybody', () => {
  const ask = async (routeKey: string, name?: string) =>
    (await pages(
      event(routeKey, name === undefined ? {} : { pathParameters: { name } }),
      {} as never,
    )) as unknown as APIGatewayProxyStructuredResultV2;

  it.each([
    ['GET /', 'Add to Slack'],
    ['GET /privacy', 'until you disconnect'],
    ['GET /terms', 'what Razorpay’s dashboard says is what counts'],
    ['GET /support', 'write to whoever runs War Room in your company'],
  ])('%s says %s', async (routeKey, words) => {
    expect(await ask(routeKey)).toMatchObject({ statusCode: 200, body: expect.stringContaining(words) });
  });

  it('load what they load from addresses that change when it does, so that it may be kept', async () => {
    const { body = '' } = await ask('GET /');
    const addresses = [...body.matchAll(/\/assets\/([\w.]+)\?v=[0-9a-f]{12}"/g)].map(([, name = '']) => name);

    expect([...new Set(addresses)].sort()).toEqual(['mark.svg', 'pages.css', 'slack.svg']);
    for (const name of addresses) {
      expect(await ask('GET /assets/{name}', name)).toMatchObject({
        statusCode: 200,
        headers: { 'cache-control': 'public, max-age=31536000, immutable', 'x-content-type-options': 'nosniff' },
      });
    }
  });

  it.each(['constructor', '__proto__', '../package.json', ''])('have nothing at /assets/%s', async (name) => {
    expect(await ask('GET /assets/{name}', name)).toMatchObject({ statusCode: 404 });
  });
});
