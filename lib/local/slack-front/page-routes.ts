/** What the page is served from: its addresses (the shapes of Slack's permalinks), its files, its news, the consent pages, and emulate's inspector. */

import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Html } from '../../../shared/base/html.ts';
import type { ApiAnswer, ApiContext } from './api.ts';
import { answerConsent } from './consent-routes.ts';
import { type ChannelPlace, liveliest, type PageSource, renderMissing, renderPage } from './page.ts';
import { readerOf, remembering } from './reader.ts';
import type { Tenant } from './tenants.ts';
import { timestampOfPermalink } from './timestamp.ts';
import type { Workspace } from './workspace.ts';

/** A request for something to look at. */
export interface PageRequest {
  readonly httpMethod: string;
  readonly url: URL;
  readonly contentType: string | undefined;
  /** The `Origin` header. */
  readonly origin: string | undefined;
  /** The `Cookie` header. */
  readonly cookies: string | undefined;
  readonly body: Buffer;
}

/** Nothing from outside, no script or style within the document, no frame around it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
/** emulate's pages style themselves in the document; they get that and nothing else. */
const INNER_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const SAFETY = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
} as const;

/** What the page loads, by its name under /assets/. */
const ASSETS: ReadonlyMap<string, { readonly type: string; readonly file: () => URL }> = new Map([
  ['page.css', { type: 'text/css; charset=utf-8', file: () => new URL('./assets/page.css', import.meta.url) }],
  ['consent.css', { type: 'text/css; charset=utf-8', file: () => new URL('./assets/consent.css', import.meta.url) }],
  ['acting.css', { type: 'text/css; charset=utf-8', file: () => new URL('./assets/acting.css', import.meta.url) }],
  ['acting.js', { type: 'text/javascript; charset=utf-8', file: () => new URL('./assets/acting.js', import.meta.url) }],
  ['page.js', { type: 'text/javascript; charset=utf-8', file: () => new URL('./assets/page.js', import.meta.url) }],
  ['favicon.svg', { type: 'image/svg+xml', file: () => new URL('./assets/favicon.svg', import.meta.url) }],
  [
    'lato-400-normal.woff2',
    {
      type: 'font/woff2',
      file: () => new URL(import.meta.resolve('@fontsource/lato/files/lato-latin-400-normal.woff2')),
    },
  ],
  [
    'lato-400-italic.woff2',
    {
      type: 'font/woff2',
      file: () => new URL(import.meta.resolve('@fontsource/lato/files/lato-latin-400-italic.woff2')),
    },
  ],
  [
    'lato-700-normal.woff2',
    {
      type: 'font/woff2',
      file: () => new URL(import.meta.resolve('@fontsource/lato/files/lato-latin-700-normal.woff2')),
    },
  ],
  [
    'lato-700-italic.woff2',
    {
      type: 'font/woff2',
      file: () => new URL(import.meta.resolve('@fontsource/lato/files/lato-latin-700-italic.woff2')),
    },
  ],
  [
    'lato-900-normal.woff2',
    {
      type: 'font/woff2',
      file: () => new URL(import.meta.resolve('@fontsource/lato/files/lato-latin-900-normal.woff2')),
    },
  ],
]);

/** Answers what is neither the Web API nor the control API; undefined when there is no such thing. */
export async function answerPage(context: ApiContext, request: PageRequest): Promise<ApiAnswer | undefined> {
  const { pathname } = request.url;
  if (pathname === '/inspector' || pathname.startsWith('/_emulate/')) return answerInner(context, request);
  const consent = answerConsent(context.state, context.url, request);
  if (consent !== undefined) return consent;
  if (request.httpMethod !== 'GET' && request.httpMethod !== 'HEAD') return undefined;
  if (pathname.startsWith('/assets/')) return answerAsset(pathname.slice('/assets/'.length));
  return answerPlace(context, request);
}

/** Tells a page of every change, until it goes. https://html.spec.whatwg.org/multipage/server-sent-events.html */
export function streamNews(context: ApiContext, response: ServerResponse): void {
  response.writeHead(200, { ...SAFETY, 'content-type': 'text/event-stream; charset=utf-8' });
  response.write('retry: 1000\n\n');
  const stop = context.state.tenants.onChange((change) => {
    response.write(`data: ${JSON.stringify({ channel: change.channel ?? null })}\n\n`);
  });
  response.on('close', stop);
}

function answerPlace({ state }: ApiContext, { url, cookies }: PageRequest): ApiAnswer | undefined {
  const { tenants, clock, app } = state;
  const path = /^\/(archives|client|app)\/([A-Z0-9]+)(?:\/(p\d+|about))?\/?$/.exec(url.pathname);
  if (path === null && url.pathname !== '/') return undefined;
  const [, kind = 'client', id = tenants.first.workspace.team.id, part] = path ?? [];
  const tenant = kind === 'archives' ? tenants.ofChannel(id) : tenants.ofTeam(id);
  if (tenant === undefined) {
    const what = kind === 'archives' ? 'No channel of any workspace' : 'No workspace';
    return missing(tenants.first.workspace, `${what} has this address.`);
  }
  const { workspace } = tenant;
  const me = readerOf(tenant, url.searchParams.get('as'), cookies);
  const teams = tenants.all.map((one) => one.workspace.team);
  const source: PageSource = { ...tenant, app, me, teams, now: clock.now() };
  const kept = me === undefined ? {} : { 'set-cookie': remembering(workspace, me) };
  const list = url.searchParams.get('list') !== null;
  if (kind === 'app') return page(renderPage(source, { app: part === 'about' ? 'about' : 'home', list }), 200, kept);
  const channel = kind === 'archives' ? workspace.conversations.get(id) : liveliest(source);
  if (channel === undefined) return missing(workspace, 'This workspace has no channels.');
  const place = kind === 'archives' ? placeOf(tenant, channel, part, url.searchParams) : { channel };
  return place === undefined
    ? missing(
        workspace,
        'The message was deleted, or the local Slack was started anew since (it keeps messages in memory only).',
      )
    : page(renderPage(source, place), 200, kept);
}

/** Where a permalink leads: to a message in the channel, or to a reply in its thread. */
function placeOf(
  { messages }: Tenant,
  channel: ChannelPlace['channel'],
  part: string | undefined,
  query: URLSearchParams,
): ChannelPlace | undefined {
  if (part === undefined) {
    return { channel, before: query.get('before') ?? undefined, list: query.get('list') !== null };
  }
  const ts = timestampOfPermalink(part);
  const message = ts === undefined ? undefined : (messages.thread(channel.id, ts)[0] ?? messages.find(channel.id, ts));
  if (message === undefined) return undefined;
  return { channel, target: message.ts, thread: message.root ?? message.ts };
}

async function answerInner(context: ApiContext, request: PageRequest): Promise<ApiAnswer> {
  const path =
    request.url.pathname === '/inspector' ? `/${request.url.search}` : request.url.pathname + request.url.search;
  const { httpMethod: method, contentType, body } = request;
  const answer = await context
    .inner(context.state.tenants.first.workspace.team.id)
    .ask({ method, path, contentType, body, as: undefined });
  const isHtml = (answer.headers['content-type'] ?? '').includes('html');
  return {
    status: answer.status,
    headers: { ...answer.headers, ...SAFETY, ...(isHtml && { 'content-security-policy': INNER_POLICY }) },
    // The inspector thinks that it lives at the root.
    body: isHtml ? Buffer.from(answer.body.toString('utf8').replaceAll('href="/?', 'href="/inspector?')) : answer.body,
  };
}

function answerAsset(name: string): ApiAnswer | undefined {
  const asset = ASSETS.get(name);
  if (asset === undefined) return undefined;
  return {
    status: 200,
    headers: { ...SAFETY, 'content-type': asset.type },
    body: readFileSync(fileURLToPath(asset.file())),
  };
}

function page(document: Html, status: number, more: Readonly<Record<string, string>> = {}): ApiAnswer {
  return {
    status,
    headers: {
      ...SAFETY,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      ...more,
    },
    body: Buffer.from(document.markup),
  };
}

function missing(workspace: Workspace, why: string): ApiAnswer {
  return page(renderMissing(workspace, why), 404);
}
