/**
 * Between HTTP and API Gateway's payload format 2.0, as HTTP APIs hand it to a function. Pure.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { RouteMatch } from './route-table.ts';

/** A request as it came over the wire. */
export type HttpRequest = {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  readonly protocol: string;
  /** Name, value, name, value, … in the order and spelling of the request. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly sourceIp: string;
};

/** What goes back over the wire. A header given several times is several lines. */
export type HttpResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
};

/** What a request is called by, and when it came (ms). */
export type Arrival = { readonly requestId: string; readonly apiId: string; readonly at: number };

/**
 * Bodies that arrive as text; every other body is base64, also a form and one without a content type. AWS's page says only
 * "binary"; these are the types measured there: https://github.com/ministackorg/ministack/pull/766
 */
const TEXT = /^\s*(text\/[^;]*|application\/(json|javascript|xml))\s*(;|$)/i;

const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'transfer-encoding', 'upgrade']);

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const two = (value: number): string => String(value).padStart(2, '0');

/** `22/Nov/2026:08:00:00 +0000`, as access logs write a time. */
function logTime(at: number): string {
  const date = new Date(at);
  const day = `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}`;
  return `${day}:${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`;
}

/** Text decoded where it can be: a stray `%` is left as it is. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Lower-cased names; values of one name joined by commas; cookies apart, as the format has them. */
function headersOf(rawHeaders: readonly string[]): { headers: Record<string, string>; cookies: string[] } {
  const headers: Record<string, string> = {};
  const cookies: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    const value = rawHeaders[at + 1] ?? '';
    if (name === 'cookie')
      cookies.push(
        ...value
          .split(';')
          .map((part) => part.trim())
          .filter(Boolean),
      );
    else if (!HOP_BY_HOP.has(name)) headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`;
  }
  return { headers, cookies };
}

/** Several values of one name joined by commas. */
function queryOf(raw: string): Record<string, string> | undefined {
  const query: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(raw)) {
    query[name] = query[name] === undefined ? value : `${query[name]},${value}`;
  }
  return Object.keys(query).length === 0 ? undefined : query;
}

/** The event a function gets for a request that matched a route of the `$default` stage. */
export function eventFor(request: HttpRequest, match: RouteMatch, arrival: Arrival): APIGatewayProxyEventV2 {
  const [rawPath = '/', ...rest] = request.target.split('?');
  const rawQueryString = rest.join('?');
  const { headers, cookies } = headersOf(request.rawHeaders);
  const host = headers['host'] ?? '127.0.0.1';
  const domainName = host.replace(/:\d+$/, '');
  const path = decoded(rawPath);
  const isText = TEXT.test(headers['content-type'] ?? '');
  const query = queryOf(rawQueryString);
  return {
    version: '2.0',
    routeKey: match.key,
    rawPath: path,
    rawQueryString,
    ...(cookies.length === 0 ? {} : { cookies }),
    headers: {
      ...headers,
      'x-amzn-trace-id': `Root=1-${Math.floor(arrival.at / 1000).toString(16)}-${arrival.requestId.replaceAll('-', '').slice(0, 24)}`,
      'x-forwarded-for': request.sourceIp,
      'x-forwarded-port': /:(\d+)$/.exec(host)?.[1] ?? '80',
      'x-forwarded-proto': 'http',
    },
    ...(query === undefined ? {} : { queryStringParameters: query }),
    requestContext: {
      accountId: '000000000000',
      apiId: arrival.apiId,
      domainName,
      domainPrefix: domainName.split('.')[0] ?? domainName,
      http: {
        method: request.method,
        path,
        protocol: request.protocol,
        sourceIp: request.sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: arrival.requestId,
      routeKey: match.key,
      stage: '$default',
      time: logTime(arrival.at),
      timeEpoch: arrival.at,
    },
    ...(Object.keys(match.parameters).length === 0 ? {} : { pathParameters: match.parameters }),
    ...(request.body.length === 0 ? {} : { body: request.body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: request.body.length > 0 && !isText,
  };
}

/** An answer of the API itself, in its own words. */
export function answer(status: number, message: string): HttpResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify({ message })) };
}

/** What API Gateway says when a function failed, or answered something that is no response. */
export const FUNCTION_FAILED: HttpResponse = answer(500, 'Internal Server Error');

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The response that a function's result stands for. A result without `statusCode` is a body of its own, answered 200. */
export function responseFrom(result: unknown): HttpResponse {
  if (!isObject(result) || result['statusCode'] === undefined) {
    const body = typeof result === 'string' ? result : JSON.stringify(result ?? null);
    return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(body) };
  }
  const status = Number(result['statusCode']);
  const given = result['headers'] ?? {};
  const body = result['body'] ?? '';
  const cookies = result['cookies'] ?? [];
  if (!Number.isInteger(status) || status < 100 || status > 599 || !isObject(given) || typeof body !== 'string') {
    return FUNCTION_FAILED;
  }
  if (!Array.isArray(cookies)) return FUNCTION_FAILED;
  const headers = Object.fromEntries(Object.entries(given).map(([name, value]) => [name.toLowerCase(), String(value)]));
  return {
    status,
    headers: {
      ...(body === '' ? {} : { 'content-type': 'text/plain;charset=UTF-8' }),
      ...headers,
      ...(cookies.length === 0 ? {} : { 'set-cookie': cookies.map(String) }),
    },
    body: Buffer.from(body, result['isBase64Encoded'] === true ? 'base64' : 'utf8'),
  };
}
