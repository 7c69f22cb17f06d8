/**
 * A stand-in for the part of Razorpay's API that War Room asks: orders, payments, refunds, disputes, payment links and
 * webhooks. What the world outside does (a payment is made, a webhook is disabled) comes in by `PUT /control/...`; it
 * delivers nothing, so a webhook that nobody sends is one that was lost. What goes wrong with a call is ordered by
 * `PUT /control/faults/{name}`. https://razorpay.com/docs/api/orders/ https://razorpay.com/docs/api/errors/
 */
import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import * as z from 'zod/mini';
import { everyAccountsEvents, someAccountsEvents } from '../../shared/razorpay/webhook-events.ts';
import { closeServer, listenOnLoopback } from './listen.ts';
import { type Body, orderEntity, razorpayId } from './razorpay-bodies.ts';

export type RazorpayApi = {
  /** The origin; the API is under `/v1/`. */
  readonly origin: string;
  /** What the list of webhooks holds from now on. */
  registerWebhook(url: string): void;
  /** Every call that was made so far, such as `GET /v1/orders/:id`, oldest first. */
  readonly calls: readonly string[];
  stop(): Promise<void>;
};

type Answer = { readonly status: number; readonly body: unknown };

type State = {
  readonly orders: Map<string, Body>;
  readonly payments: Map<string, Body>;
  readonly refunds: Map<string, Body>;
  readonly disputes: Map<string, Body>;
  readonly links: Map<string, Body>;
  readonly webhooks: Map<string, Body>;
  readonly faults: Map<string, Body>;
  readonly calls: string[];
};

/** What can be put in place from outside: by this name, into this map. */
const CONTROLLED: Readonly<Record<string, Exclude<keyof State, 'calls'>>> = {
  orders: 'orders',
  payments: 'payments',
  refunds: 'refunds',
  disputes: 'disputes',
  payment_links: 'links',
  webhooks: 'webhooks',
  faults: 'faults',
};

/** What goes wrong with a call, and how often; the oldest order that is not used up strikes. */
const fault = z.object({
  /** Such as `POST /v1/orders`; any call where none is named. */
  call: z.optional(z.string()),
  /** An answer of this status, an answer that never comes, or a connection that breaks. */
  how: z.union([z.int().check(z.gte(300)), z.literal('hang'), z.literal('reset')]),
  /** Whether the call has its effect first. */
  after: z._default(z.boolean(), false),
  times: z._default(z.int(), 1),
});

/** Lists hold no more than this, and 10 where nobody says. */
const MOST_LISTED = 100;

const newOrder = z.object({
  amount: z.int().check(z.gte(100)),
  currency: z._default(z.string().check(z.regex(/^[A-Z]{3}$/)), 'INR'),
  receipt: z.nullish(z.string().check(z.maxLength(40))),
  notes: z.nullish(z.record(z.string(), z.string().check(z.maxLength(256)))),
});

/** https://razorpay.com/docs/webhooks/setup-edit-payments/: an address of 255 characters at most, on none of Razorpay's hosts. */
const newWebhook = z.object({
  url: z.url().check(
    z.maxLength(255),
    z.refine((url) => !new URL(url).hostname.includes('razorpay'), 'may not be of Razorpay'),
  ),
  active: z._default(z.boolean(), true),
  secret: z.optional(z.string()),
  events: z.record(z.string(), z.boolean()),
});

/** Starts empty. Every call but control needs the key in Basic authentication. */
export async function startRazorpayApi(options: {
  readonly keyId: string;
  readonly keySecret: string;
  readonly now: () => number;
  readonly random: () => number;
}): Promise<RazorpayApi> {
  const state: State = {
    orders: new Map(),
    payments: new Map(),
    refunds: new Map(),
    disputes: new Map(),
    links: new Map(),
    webhooks: new Map(),
    faults: new Map(),
    calls: [],
  };
  const expected = Buffer.from(`Basic ${Buffer.from(`${options.keyId}:${options.keySecret}`).toString('base64')}`);

  const server = createServer(async (request, response) => {
    const answer = await respond(request, state, expected, options).catch(
      (error: unknown): Answer => ({
        status: 500,
        body: { error: { code: 'SERVER_ERROR', description: String(error) } },
      }),
    );
    if (answer === 'hang') return;
    if (answer === 'reset') return void request.socket.resetAndDestroy();
    const { status, body } = answer;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  return {
    origin: await listenOnLoopback(server, 0, ''),
    registerWebhook: (url) => {
      const events = Object.fromEntries([...everyAccountsEvents, ...someAccountsEvents].map((event) => [event, true]));
      keepWebhook(state, { url, active: true, events, secret: 'given' }, options);
    },
    calls: state.calls,
    stop: () => closeServer(server),
  };
}

const seconds = (ms: number): number => Math.floor(ms / 1000);

function refusal(status: number, description: string, field?: string): Answer {
  const error = { code: 'BAD_REQUEST_ERROR', description, source: 'NA', step: 'NA', reason: 'NA', metadata: {} };
  return { status, body: { error: field === undefined ? error : { ...error, field } } };
}

const unknownId = () => refusal(400, 'The id provided does not exist');

async function respond(
  request: IncomingMessage,
  state: State,
  expected: Buffer,
  options: { readonly now: () => number; readonly random: () => number },
): Promise<Answer | 'hang' | 'reset'> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const [version, kind = '', id, part] = url.pathname.split('/').slice(1);
  const body = await json(request);

  if (version === 'control' && request.method === 'PUT' && id !== undefined) {
    const map = CONTROLLED[kind];
    if (map === undefined || body === undefined)
      return refusal(400, `PUT /control/{${Object.keys(CONTROLLED).join(',')}}/{id} takes JSON`);
    if (map === 'faults' && !fault.safeParse(body).success)
      return refusal(400, 'A fault says how: a status, hang, reset');
    state[map].set(id, { ...state[map].get(id), ...body, id });
    return { status: 200, body: state[map].get(id) };
  }

  const call = `${request.method} /${version}/${kind}${id === undefined ? '' : '/:id'}${part === undefined ? '' : `/${part}`}`;
  state.calls.push(call);
  const struck = strike(state.faults, call);
  if (struck !== undefined && !struck.after) return went(struck.how);
  const given = Buffer.from(request.headers.authorization ?? '');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return refusal(401, 'Authentication failed');
  }
  const answer = answerOf(call, id ?? '', url, body, state, options);
  return struck === undefined ? answer : went(struck.how);
}

/** The fault that strikes a call, and once less from now on. */
function strike(faults: Map<string, Body>, call: string): z.output<typeof fault> | undefined {
  for (const [name, body] of faults) {
    const ordered = fault.parse(body);
    if (ordered.times < 1 || (ordered.call !== undefined && ordered.call !== call)) continue;
    faults.set(name, { ...body, times: ordered.times - 1 });
    return ordered;
  }
  return undefined;
}

function went(how: z.output<typeof fault>['how']): Answer | 'hang' | 'reset' {
  return typeof how === 'number' ? refusal(how, 'It was ordered to fail.') : how;
}

function answerOf(
  call: string,
  id: string,
  url: URL,
  body: Body | undefined,
  state: State,
  options: { readonly now: () => number; readonly random: () => number },
): Answer {
  switch (call) {
    case 'POST /v1/orders':
      return createOrder(state, body, options);
    case 'GET /v1/orders':
      return listed(
        [...state.orders.values()].filter((order) => matches(order, 'receipt', url)),
        url,
      );
    case 'GET /v1/orders/:id':
      return found(state.orders.get(id));
    case 'GET /v1/orders/:id/payments':
      return state.orders.has(id)
        ? collection([...state.payments.values()].filter((payment) => payment['order_id'] === id))
        : unknownId();
    case 'GET /v1/payments/:id':
      return found(state.payments.get(id));
    case 'GET /v1/payments/:id/refunds':
      return state.payments.has(id)
        ? listed(
            [...state.refunds.values()].filter((refund) => refund['payment_id'] === id),
            url,
          )
        : unknownId();
    case 'GET /v1/disputes/:id':
      return found(state.disputes.get(id));
    case 'GET /v1/payment_links/:id':
      return found(state.links.get(id));
    case 'POST /v1/webhooks':
      return createWebhook(state, body, options);
    case 'GET /v1/webhooks':
      return listed([...state.webhooks.values()], url);
    default:
      return refusal(404, 'The requested URL was not found on the server.');
  }
}

function found(entity: Body | undefined): Answer {
  return entity === undefined ? unknownId() : { status: 200, body: entity };
}

const matches = (entity: Body, field: string, url: URL): boolean =>
  !url.searchParams.has(field) || entity[field] === url.searchParams.get(field);

function listed(entities: readonly Body[], url: URL): Answer {
  const skip = Number(url.searchParams.get('skip') ?? 0);
  const count = Math.min(Number(url.searchParams.get('count') ?? 10), MOST_LISTED);
  return collection(entities.slice(skip, skip + count));
}

function collection(items: readonly Body[]): Answer {
  return { status: 200, body: { entity: 'collection', count: items.length, items } };
}

function createOrder(
  state: State,
  body: Body | undefined,
  { now, random }: { readonly now: () => number; readonly random: () => number },
): Answer {
  const order = newOrder.safeParse(body ?? {});
  if (!order.success) {
    const [issue] = order.error.issues;
    const field = String(issue?.path[0] ?? '');
    return refusal(400, `The ${field} field is invalid: ${issue?.message}`, field);
  }
  const { amount, currency, receipt, notes } = order.data;
  const entity = orderEntity({
    id: razorpayId('order_', random),
    amount,
    paid: 0,
    currency,
    receipt: receipt ?? null,
    attempts: 0,
    notes: notes ?? {},
    at: seconds(now()),
  });
  state.orders.set(String(entity['id']), entity);
  return { status: 200, body: entity };
}

function createWebhook(
  state: State,
  body: Body | undefined,
  options: { readonly now: () => number; readonly random: () => number },
): Answer {
  const webhook = newWebhook.safeParse(body ?? {});
  if (!webhook.success) {
    const [issue] = webhook.error.issues;
    const field = String(issue?.path[0] ?? '');
    return refusal(400, `The ${field} field is invalid: ${issue?.message}`, field);
  }
  const [unknown] = Object.keys(webhook.data.events).filter((event) => !knownEvents.has(event));
  if (unknown !== undefined) return refusal(400, `${unknown} is not a valid event`, 'events');
  return { status: 200, body: keepWebhook(state, webhook.data, options) };
}

const knownEvents: ReadonlySet<string> = new Set([...everyAccountsEvents, ...someAccountsEvents]);

/** What the list holds of a webhook: not its secret, only that there is one. */
function keepWebhook(
  state: State,
  { secret, ...webhook }: z.output<typeof newWebhook>,
  { now, random }: { readonly now: () => number; readonly random: () => number },
): Body {
  const id = razorpayId('', random);
  const kept = {
    ...{ id, entity: 'webhook', disabled_at: 0, secret_exists: secret !== undefined, created_at: seconds(now()) },
    ...webhook,
  };
  state.webhooks.set(id, kept);
  return kept;
}

async function json(request: IncomingMessage): Promise<Body | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  try {
    const parsed: unknown = JSON.parse(Buffer.concat(chunks).toString());
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as Body) : undefined;
  } catch {
    return undefined;
  }
}
