import { describe, expect, it } from '@jest/globals';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { type Answer, answering } from '../../shared/base/answer.ts';
import { Refuse } from '../../shared/base/errors.ts';

type Line = { level: string; message: string; fields: Record<string, unknown> };

/** Runs a verb as a function of the API does, a verb that takes 12 ms. */
async function served(verb: () => Promise<Answer>) {
  const lines: Line[] = [];
  const reports: { error: unknown; where: string }[] = [];
  let flushes = 0;
  let now = 0;
  const line =
    (level: string) =>
    (message: string, fields = {}) =>
      lines.push({ level, message, fields });
  const handler = middy(async (_event: APIGatewayProxyEventV2) => {
    now += 12;
    return verb();
  }).use(
    answering(() => ({
      log: { info: line('info'), warn: line('warn'), error: line('error') },
      reporter: {
        report: (error, { where }) => reports.push({ error, where }),
        flush: async () => {
          flushes += 1;
        },
      },
      clock: { now: () => now },
    })),
  );
  const event = {
    routeKey: 'POST /v1/payments',
    headers: { authorization: 'Bearer wr_hidden' },
    body: '{"hidden":true}',
    requestContext: { requestId: 'request-1' },
  } as unknown as APIGatewayProxyEventV2;
  const answer = (await handler(event, {} as Context)) as unknown as APIGatewayProxyStructuredResultV2;
  return { answer, lines, reports, flushes };
}

describe('a request to the API', () => {
  it('is answered with JSON that nobody keeps, and the headers of the verb', async () => {
    const { answer } = await served(async () => ({ status: 201, body: { id: 'x' }, headers: { location: '/x' } }));

    expect(answer).toEqual({
      statusCode: 201,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store', location: '/x' },
      body: '{"id":"x"}',
    });
  });

  it('leaves one line with its ids and how long it took, and nothing of what was sent', async () => {
    const { lines } = await served(async () => ({ status: 200, body: {}, ids: { home: 'order_1', key: 'checkout' } }));

    const fields = {
      route: 'POST /v1/payments',
      requestId: 'request-1',
      status: 200,
      ms: 12,
      home: 'order_1',
      key: 'checkout',
    };
    expect(lines).toEqual([{ level: 'info', message: 'request', fields }]);
    expect(JSON.stringify(lines)).not.toContain('hidden');
  });

  it('that is refused leaves one line, and is not reported', async () => {
    const { answer, lines, reports } = await served(async () => {
      throw new Refuse(400, 'Put it right.', [{ pointer: '/amount', message: 'is missing.' }]);
    });

    expect([answer.statusCode, lines.length, reports.length]).toEqual([400, 1, 0]);
    expect(lines[0]).toMatchObject({
      level: 'warn',
      fields: { status: 400, refused: 'Put it right.', wrongFields: 1 },
    });
  });

  it('that fails leaves one line, is reported under its route, and is answered without the cause', async () => {
    const fault = new Error('connect ECONNREFUSED 10.0.0.7:443');
    const { answer, lines, reports } = await served(async () => {
      throw fault;
    });

    expect([answer.statusCode, lines.length]).toEqual([500, 1]);
    expect(reports).toEqual([{ error: fault, where: 'POST /v1/payments' }]);
    expect(JSON.stringify([answer, lines])).not.toContain('ECONNREFUSED');
  });

  it.each([
    ['answered', async () => ({ status: 200, body: {} })],
    ['failed', async () => Promise.reject(new Error('x'))],
  ])('has its reports on their way when it is %s', async (_, verb) => {
    expect((await served(verb)).flushes).toBe(1);
  });
});
