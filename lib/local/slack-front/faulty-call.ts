/** One Web API call with whatever was ordered to go wrong: what the caller gets, apart from how it travels. */
import { type ApiAnswer, type ApiContext, type ApiRequest, answerApi, channelOf, json } from './api.ts';
import type { SlackControl } from './control.ts';

/** An answer; or the connection is reset; or nothing is ever heard. */
export type Outcome = ApiAnswer | 'reset' | 'silence';

/** Does the call, before the fault, after it, much later or never, as ordered. */
export async function callWithFaults(context: ApiContext, control: SlackControl, call: ApiRequest): Promise<Outcome> {
  const fault = control.strike(call.method, channelOf(call));
  const effect = () => answerApi(context, call);
  if (fault === undefined) return effect();
  if (fault.kind === 'rateLimited') {
    return json({ ok: false, error: 'ratelimited' }, { 'retry-after': String(fault.retryAfterSeconds) }, 429);
  }
  if (fault.kind === 'late') {
    control.later(fault.delayMilliseconds, effect);
    return 'silence';
  }
  if (fault.when === 'after') await effect();
  switch (fault.kind) {
    case 'status':
      return {
        status: fault.status,
        headers: { 'content-type': 'text/html' },
        body: Buffer.from('<html><body><h1>Server error</h1></body></html>'),
      };
    case 'error':
      return json({ ok: false, error: fault.error });
    case 'reset':
      return 'reset';
    case 'timeout':
      return 'silence';
  }
}
