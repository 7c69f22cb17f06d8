import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Html } from '../base/html.ts';
import type { Fields } from '../base/log.ts';

/** What a browser is answered. `ids` go into the request's log line, never to the browser. */
export type Reply = (
  | { readonly kind: 'page'; readonly status: number; readonly page: Html }
  /** By GET, whatever the request was. */
  | { readonly kind: 'redirect'; readonly to: string }
  | { readonly kind: 'file'; readonly type: string; readonly text: string }
) & {
  readonly outcome: string;
  readonly cookies?: readonly string[];
  readonly ids?: Fields;
};

/**
 * Nothing from outside, no script at all, no style within the document, no frame around it, and forms that go nowhere else.
 * https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
 */
const policy = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

const safety: Readonly<Record<string, string>> = {
  'content-security-policy': policy,
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  // Says to nobody else where a person came from; with `no-referrer` a form of ours would name no origin either.
  'referrer-policy': 'same-origin',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
};

/** The reply as API Gateway takes it. Only files may be kept: their addresses change when they do. */
export function respond({ cookies = [], ...reply }: Reply): APIGatewayProxyStructuredResultV2 {
  const answer = (status: number, headers: Readonly<Record<string, string>>, body: string) => ({
    statusCode: status,
    headers: { ...safety, ...headers },
    ...(cookies.length > 0 && { cookies: [...cookies] }),
    body,
  });
  switch (reply.kind) {
    case 'page': {
      const headers = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' };
      return answer(reply.status, headers, reply.page.markup);
    }
    case 'redirect':
      return answer(303, { location: reply.to, 'cache-control': 'no-store' }, '');
    case 'file':
      return answer(
        200,
        { 'content-type': reply.type, 'cache-control': 'public, max-age=31536000, immutable' },
        reply.text,
      );
  }
}
