/** The local Slack without a network between: calls are answered in this turn of the event loop, on the test's own clock. */
import type { ApiContext, ApiRequest } from '../../lib/local/slack-front/api.ts';
import type { Clock } from '../../lib/local/slack-front/clock.ts';
import type { SlackSeed } from '../../lib/local/slack-front/company.ts';
import { SlackControl } from '../../lib/local/slack-front/control.ts';
import { callWithFaults } from '../../lib/local/slack-front/faulty-call.ts';
import { openState } from '../../lib/local/slack-front/state.ts';

export type SlackInProcess = { readonly control: SlackControl; readonly fetch: typeof fetch };

/** A clock that may be moved on: by a caller that waited in vain, for one. */
export type Moved = Clock & { advance(ms: number): void };

/** `callMs` is how long a caller waits for an answer that never comes: that much time goes by. */
export function openSlack(seed: SlackSeed, time: Moved, callMs: number): SlackInProcess {
  const state = openState(seed, time);
  const control = new SlackControl(state, 'http://slack.test');
  const inner = { ask: () => Promise.reject(new Error('Nothing is behind this Slack.')), stop: async () => {} };
  const context: ApiContext = { state, inner: () => inner, url: 'http://slack.test' };

  const answer: typeof fetch = async (input, init) => {
    const url = new URL(String(input));
    const headers = new Headers(init?.headers);
    const call: ApiRequest = {
      method: url.pathname.slice('/api/'.length),
      httpMethod: init?.method ?? 'GET',
      query: url.searchParams,
      contentType: headers.get('content-type') ?? '',
      authorization: headers.get('authorization') ?? undefined,
      body: Buffer.from(String(init?.body ?? '')),
    };
    const outcome = await callWithFaults(context, control, call);
    if (outcome === 'reset') throw new TypeError('fetch failed');
    if (outcome === 'silence') {
      time.advance(callMs);
      throw new DOMException('The operation was aborted due to timeout', 'TimeoutError');
    }
    return new Response(new Uint8Array(outcome.body), { status: outcome.status, headers: outcome.headers });
  };
  return { control, fetch: answer };
}
