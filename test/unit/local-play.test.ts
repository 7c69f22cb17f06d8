import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { play } from '../../lib/local/play.ts';
import { STORIES, seededRandom } from '../../lib/local/stories.ts';

/** What the next webhooks are answered; 200 when none is left. */
let answers: number[] = [];
let delivered: string[] = [];
const server = createServer((request, response) => {
  const isWebhook = request.url === '/webhook';
  if (isWebhook) delivered.push(String(request.headers['x-razorpay-event-id']));
  request.resume().on('end', () => response.writeHead(isWebhook ? (answers.shift() ?? 200) : 200).end('{}'));
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.close();
});

/** Plays a payment to its end, answers what was said. */
async function said(): Promise<string[]> {
  delivered = [];
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const razorpay = { account: 'live', webhookUrl: `${url}/webhook`, webhookSecret: 'a-secret', apiUrl: url };
  const story = STORIES['payment']?.story({ random: seededRandom(1), now: 0 }) ?? { steps: [], endings: [] };
  const lines: string[] = [];
  await play({ api: url, apiKey: 'a-key', razorpay, timeScale: 0 }, story, (line) => lines.push(line));
  return lines;
}

describe('a webhook of a story', () => {
  it('is delivered again, the same one, where it was answered 5xx', async () => {
    answers = [503];

    const [, authorized] = await said();

    expect(authorized).toMatch(/^Razorpay reports payment\.authorized \(pay_\w+\) -> 503, delivered again -> 200$/);
    expect(delivered).toHaveLength(4);
    expect(delivered[1]).toBe(delivered[0]);
  });

  it('is not delivered again where it was refused', async () => {
    answers = [401];

    const [, authorized] = await said();

    expect(authorized).toMatch(/ -> 401$/);
    expect(new Set(delivered).size).toBe(3);
    expect(delivered).toHaveLength(3);
  });

  it('is given up after five deliveries', async () => {
    answers = [500, 500, 500, 500, 500];

    const [, authorized] = await said();

    expect(authorized?.match(/500/g)).toHaveLength(5);
    expect(delivered).toHaveLength(7);
  });
});
