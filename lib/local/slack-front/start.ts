/**
 * The Slack front: Slack, on this machine. One HTTP server on 127.0.0.1 with
 *   /api/<method>   the Web API           /control/...   what tests and demonstrations turn (control-routes.ts)
 *   /, /archives/   a page of its own     /oauth/v2/authorize, /openid/connect/...   consent, and Sign in with Slack
 *   /inspector      emulate's inspector   /commands/..., /actions/...   what the app answers (response_url)
 *
 * It also sends: signed events, commands, presses and submissions, to the addresses it is told (control-routes.ts).
 *
 * Who keeps what. Workspaces, messages, threads, channels, members, views, consents and tokens are the front's own: the rules that War
 * Room leans on (windows, membership, authors, deleted roots, sizes, codes used once) touch all of them at once, and emulate
 * 0.12.2 keeps few of them. emulate stays behind the front for what it does well: files, profiles.
 * What emulate shows of messages is therefore empty; the page of the front shows them.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type ApiAnswer, type ApiContext, type ApiRequest, json } from './api.ts';
import { type Clock, machineClock } from './clock.ts';
import { type SlackSeed, workspacesOf } from './company.ts';
import { SlackControl } from './control.ts';
import { answerControl } from './control-routes.ts';
import { answerDeed } from './deeds.ts';
import { callWithFaults, type Outcome } from './faulty-call.ts';
import { startInnerEmulates } from './inner-emulate.ts';
import { openidDocuments } from './openid-documents.ts';
import { answerPage, streamNews } from './page-routes.ts';
import { answerResponse } from './responding.ts';
import { openState } from './state.ts';

/** How to start the front. */
export interface SlackFrontOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly seed: SlackSeed;
  readonly clock?: Clock;
}

/** The `slack` object of `.war-room/slack.json` and `.war-room/local.json`. */
interface LocalSlack {
  /** The origin; the Web API is under `/api/`. */
  readonly url: string;
  readonly botToken: string;
  readonly teamId: string;
  readonly signingSecret: string;
  /** The app's credentials for the exchange of codes. */
  readonly clientId: string;
  readonly clientSecret: string;
  readonly pid: number;
  /** With it an administrator invites people; undefined where the seed has none. */
  readonly adminToken: string | undefined;
  /** User tokens already granted, by user id. */
  readonly userTokens: Readonly<Record<string, string>>;
}

/** The running front. */
export interface SlackFront extends AsyncDisposable {
  readonly url: string;
  readonly slack: LocalSlack;
  readonly control: SlackControl;
  /** A Web API call without the network between, faults included: for histories that run on a clock of their own. */
  call(request: ApiRequest): Promise<Outcome>;
  /** Answers nobody any more: open calls are cut, late effects dropped. */
  stop(): Promise<void>;
}

/** An upload is the largest thing that comes in. */
const MOST_BYTES = 20 * 1024 * 1024;

/** Starts the front on 127.0.0.1. Rejects with the server's own error when the port is in use (`EADDRINUSE`). */
export async function startSlackFront(options: SlackFrontOptions): Promise<SlackFront> {
  const { seed } = options;
  const clock = options.clock ?? machineClock;
  const state = openState(seed, clock);

  let served: { readonly context: ApiContext; readonly control: SlackControl } | undefined;
  const server = createServer((request, response) => {
    const answered =
      served === undefined ? refuseEarly(response) : route(served.context, served.control, request, response);
    answered.catch((error: unknown) => fail(response, error));
  });
  // A scripted timeout holds its call for as long as the caller likes.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  const url = `http://127.0.0.1:${port}`;
  const inner = await startInnerEmulates(workspacesOf(seed), url);
  const context: ApiContext = { state, inner: inner.of, url };
  const control = new SlackControl(state, url);
  served = { context, control };

  const stop = async () => {
    control.stop();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await Promise.all([closed, inner.stop()]);
  };
  const call = (request: ApiRequest) => callWithFaults(context, control, request);
  return { url, slack: localSlack(seed, url), control, call, stop, [Symbol.asyncDispose]: stop };
}

function localSlack(seed: SlackSeed, url: string): LocalSlack {
  const granted = seed.users.flatMap(({ id, userToken }) =>
    userToken === undefined ? [] : [[id, userToken] as const],
  );
  return {
    url,
    botToken: seed.app.botToken,
    teamId: seed.team.id,
    signingSecret: seed.app.signingSecret,
    clientId: seed.app.clientId,
    clientSecret: seed.app.clientSecret,
    pid: process.pid,
    adminToken: seed.app.adminToken,
    userTokens: Object.fromEntries(granted),
  };
}

async function route(
  context: ApiContext,
  control: SlackControl,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { host = '' } = request.headers;
  const port = new URL(context.url).port;
  // A page elsewhere may have a name that resolves to this machine; it must not be able to speak to the front.
  if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) {
    send(response, json({ ok: false, error: `This is ${context.url} and answers to that name only.` }, {}, 421));
    return;
  }
  const url = new URL(request.url ?? '/', context.url);
  const httpMethod = request.method ?? 'GET';
  const body = await readBody(request);
  const method = methodOf(url.pathname);
  if (method !== undefined) {
    const call: ApiRequest = {
      method,
      httpMethod,
      query: url.searchParams,
      contentType: request.headers['content-type'] ?? '',
      authorization: request.headers.authorization,
      body,
    };
    const outcome = await callWithFaults(context, control, call);
    if (outcome === 'reset') response.socket?.resetAndDestroy();
    // In silence the caller waits until it gives up or the front stops.
    else if (outcome !== 'silence') send(response, outcome);
  } else if (url.pathname === '/control' || url.pathname.startsWith('/control/')) {
    if (request.headers.origin !== undefined) {
      send(
        response,
        json({ ok: false, error: 'The control API is for tests and the command line, not for web pages.' }, {}, 403),
      );
      return;
    }
    const answer = await answerControl(control, {
      method: httpMethod,
      path: url.pathname.slice('/control'.length),
      body,
    });
    // Read in a terminal more often than by a program.
    const lines = Buffer.from(`${JSON.stringify(answer.body, null, 2)}
`);
    send(response, { ...json({}, {}, answer.status), body: lines });
  } else if (httpMethod === 'POST' && /^\/(commands|actions)\//.test(url.pathname)) {
    const answer = answerResponse(context.state, url.pathname, body);
    send(response, answer ?? json({ ok: false, error: 'expired_url' }, {}, 404));
  } else if (url.pathname === '/live' && httpMethod === 'GET') {
    streamNews(context, response);
  } else {
    const { 'content-type': contentType, origin, cookie: cookies } = request.headers;
    const asked = { httpMethod, url, contentType, origin, cookies, body };
    const answer = (await answerDeed(control, context.url, asked)) ?? (await answerPage(context, asked));
    send(response, answer ?? json({ ok: false, error: 'not_found' }, {}, 404));
  }
}

/** What is called by an address: a method of the Web API, or a document of OpenID; undefined for anything else. */
function methodOf(path: string): string | undefined {
  if (path.startsWith('/api/')) return path.slice('/api/'.length);
  return Object.hasOwn(openidDocuments, path.slice(1)) ? path.slice(1) : undefined;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    if (!Buffer.isBuffer(part)) continue;
    size += part.length;
    if (size > MOST_BYTES) throw new Error(`The body is larger than ${MOST_BYTES} bytes.`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function send(response: ServerResponse, answer: ApiAnswer): void {
  if (response.destroyed) return;
  response.writeHead(answer.status, answer.headers).end(answer.body);
}

function refuseEarly(response: ServerResponse): Promise<void> {
  send(response, json({ ok: false, error: 'service_unavailable' }, { 'retry-after': '1' }, 503));
  return Promise.resolve();
}

function fail(response: ServerResponse, error: unknown): void {
  console.error('The Slack front failed to answer:', error);
  if (response.headersSent) response.destroy();
  else send(response, json({ ok: false, error: 'fatal_error' }, {}, 500));
}
