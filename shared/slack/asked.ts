import type { WebClient } from '@slack/web-api';
import { refusal } from './answer.ts';

/**
 * What Slack said: what was asked for, a definite no with Slack's code, or nothing that can be relied on. `dead`: the token
 * itself is refused, and will not work again.
 */
export type Asked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly kind: 'refused'; readonly code: string; readonly dead: boolean }
  | { readonly ok: false; readonly kind: 'unreachable' };

/** `apiUrl` undefined is Slack itself. `fetch` is for a transport other than the runtime's own. */
export type AskOptions = {
  readonly apiUrl: string | undefined;
  readonly timeoutMs: number;
  readonly fetch?: NonNullable<ConstructorParameters<typeof WebClient>[1]>['fetch'];
};

/** One call to Slack with the app's token, or none: one attempt, for which somebody waits. Never throws what Slack answers. */
export async function ask<T>(
  token: string | undefined,
  { apiUrl, timeoutMs, fetch }: AskOptions,
  call: (client: WebClient) => Promise<T>,
): Promise<Asked<T>> {
  const { WebClient } = await import('@slack/web-api');
  // A client for each call, and never `headers`: the client writes its token into that object.
  const client = new WebClient(token, {
    ...(apiUrl && { slackApiUrl: apiUrl }),
    ...(fetch && { fetch }),
    timeout: timeoutMs,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    logger: silent,
  });
  try {
    return { ok: true, value: await call(client) };
  } catch (error) {
    // What was thrown may hold what was sent, and goes no further.
    const refused = refusal(error, 'bot');
    return refused.kind === 'ambiguous' || refused.kind === 'wait'
      ? { ok: false, kind: 'unreachable' }
      : { ok: false, kind: 'refused', code: refused.code, dead: refused.kind === 'app' };
  }
}

/** The client's own log lines would carry what was sent. */
const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => 'error' as never,
  setName: () => undefined,
};
