import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { answer, eventFor, FUNCTION_FAILED, type HttpRequest, type HttpResponse, responseFrom } from './http-event.ts';
import { closeServer, listenOnLoopback } from './listen.ts';
import type { RoutePlan } from './plan.ts';
import { matchRoute } from './route-table.ts';

/** API Gateway's own limit. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const MAX_BODY_BYTES = 10 * 1024 * 1024;

/** Calls a function with an event. Rejects when the function failed, by whatever cause. */
export type Invoke = (functionId: string, event: unknown) => Promise<unknown>;

/** An HTTP API of one stage on loopback. */
export type Gateway = {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** Until this is called every request is answered 503. */
  serve(routes: readonly RoutePlan[], invoke: Invoke): void;
  /** Takes no new requests, lets those under way end for a moment, then closes. */
  stop(): Promise<void>;
};

/** Listens at `port` (0: any) of 127.0.0.1. Rejects with a `PortInUse` that says what to do. */
export async function startGateway(port: number, setting: string): Promise<Gateway> {
  let handle: (request: HttpRequest) => Promise<HttpResponse> = async () => answer(503, 'Service Unavailable');
  const server: Server = createServer((incoming, outgoing) => {
    void respond(incoming, outgoing, (request) => handle(request));
  });
  const origin = await listenOnLoopback(server, port, setting);
  return {
    origin,
    serve: (routes, invoke) => {
      handle = (request) => route(routes, invoke, request);
    },
    stop: () => closeServer(server),
  };
}

async function respond(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  handle: (request: HttpRequest) => Promise<HttpResponse>,
): Promise<void> {
  const response = await read(incoming).then(
    (body) => (body === undefined ? answer(413, 'Request Entity Too Large') : handle(requestOf(incoming, body))),
    // The caller went away before it had said everything: there is nobody to answer.
    () => undefined,
  );
  if (response === undefined || outgoing.destroyed) return;
  outgoing.writeHead(response.status, {
    ...Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, value as string | string[]])),
    'content-length': response.body.length,
    'apigw-requestid': randomUUID(),
    // What was refused unread is still on its way: the connection cannot be used again.
    ...(response.status === 413 ? { connection: 'close' } : {}),
  });
  outgoing.end(incoming.method === 'HEAD' ? undefined : response.body);
}

/** The body, or undefined when it is over the limit. */
async function read(incoming: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(incoming.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function requestOf(incoming: IncomingMessage, body: Buffer): HttpRequest {
  return {
    method: incoming.method ?? 'GET',
    target: incoming.url ?? '/',
    protocol: `HTTP/${incoming.httpVersion}`,
    rawHeaders: incoming.rawHeaders,
    body,
    sourceIp: incoming.socket.remoteAddress ?? '127.0.0.1',
  };
}

async function route(routes: readonly RoutePlan[], invoke: Invoke, request: HttpRequest): Promise<HttpResponse> {
  const match = matchRoute(routes, request.method, request.target.split('?')[0] ?? '/');
  if (match === undefined) return answer(404, 'Not Found');
  if (match.target.kind === 'unserved') {
    return answer(501, `${match.key} is in the template and not served on one machine: ${match.target.why}.`);
  }
  const event = eventFor(request, match, { requestId: randomUUID(), apiId: 'local', at: Date.now() });
  return within(match.target.timeoutMs, call(match.target.function, invoke, event));
}

async function call(functionId: string, invoke: Invoke, event: unknown): Promise<HttpResponse> {
  try {
    return responseFrom(await invoke(functionId, event));
  } catch {
    return FUNCTION_FAILED;
  }
}

/** The integration's timeout ends the waiting, not the function: it goes on, as it would in Lambda. */
async function within(ms: number, response: Promise<HttpResponse>): Promise<HttpResponse> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<HttpResponse>((resolve) => {
    timer = setTimeout(() => resolve(answer(503, 'Service Unavailable')), ms);
  });
  try {
    return await Promise.race([response, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
