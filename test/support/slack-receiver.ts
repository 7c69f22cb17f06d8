/** An app at the other end of this Slack's requests: remembers what comes, byte for byte, and answers as it is told. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RequestUrls } from '../../lib/local/slack-front/app-settings.ts';
import type { SlackControl } from '../../lib/local/slack-front/control.ts';
import { signedBySlack } from '../../shared/slack/signature.ts';
import { until } from './until.ts';

/** One request as it came. */
type Received = {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  /** The body as JSON, or the form's fields with `payload` read. */
  readonly body: Readonly<Record<string, unknown>>;
};

/** What the app answers; `silence`: nothing, ever. */
type Answering = { status?: number; headers?: Record<string, string>; body?: unknown } | 'silence';

/** The running app. */
export type SlackReceiver = AsyncDisposable & {
  readonly received: readonly Received[];
  readonly urls: RequestUrls;
  /** What is answered from now on. */
  answer: (request: Received) => Answering;
  /** The events received, without their envelopes. */
  events(type?: string): readonly Readonly<Record<string, unknown>>[];
  /** Waits until so many requests have come, and answers them. */
  untilReceived(count: number): Promise<readonly Received[]>;
  /** Whether a request is signed as the app would have it. */
  isSigned(request: Received, secret: string, now?: number): boolean;
  stop(): Promise<void>;
};

/** Starts an app and tells the Slack where it is. */
export async function startReceiver(control: SlackControl): Promise<SlackReceiver> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const bytes = Buffer.concat(parts);
    const one = { path: request.url ?? '', headers: request.headers, bytes, body: read(request.headers, bytes) };
    received.push(one);
    const answer = receiver.answer(one);
    if (answer === 'silence') return;
    const { status = 200, headers = {}, body } = answer;
    const isText = typeof body === 'string';
    response.writeHead(status, {
      ...(!isText && body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    });
    response.end(isText ? body : body === undefined ? '' : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const urls = { events: `${url}/events`, commands: `${url}/commands`, interactivity: `${url}/interactivity` };
  control.sendTo(urls);
  // Longer than any answer takes on a busy machine; what is about the limit sets its own.
  control.behave({ answerWithinMs: 20_000 });
  const stop = async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  const receiver: SlackReceiver = {
    received,
    urls,
    answer: () => ({}),
    events: (type) =>
      received
        .filter(({ path }) => path === '/events')
        .map(({ body }) => body['event'] as Readonly<Record<string, unknown>>)
        .filter((event) => type === undefined || event['type'] === type),
    untilReceived: async (count) => {
      await until(`${count} requests have come`, async () => received.length >= count);
      return received;
    },
    isSigned: ({ headers, bytes }, secret, now = Date.now()) =>
      signedBySlack(
        { bytes, timestamp: headers['x-slack-request-timestamp'], signature: headers['x-slack-signature'] },
        { current: secret, previous: undefined },
        now,
      ) !== undefined,
    stop,
    [Symbol.asyncDispose]: stop,
  };
  return receiver;
}

function read(headers: IncomingHttpHeaders, bytes: Buffer): Readonly<Record<string, unknown>> {
  const text = bytes.toString('utf8');
  if (headers['content-type']?.startsWith('application/json') === true) return JSON.parse(text);
  const fields: Record<string, unknown> = Object.fromEntries(new URLSearchParams(text));
  return typeof fields['payload'] === 'string' ? { ...fields, payload: JSON.parse(fields['payload']) } : fields;
}
