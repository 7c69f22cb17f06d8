import { Retry } from '../base/errors.ts';
import type { Content } from './text.ts';

/** What is answered to a command or a press. Only the person who asked sees it. */
export type Response = { readonly content: Content };

type Options = {
  /** The one origin at which `response_url`s are: Slack's own, or the front that stands in for it. */
  readonly origin: string;
  readonly timeoutMs: number;
  readonly fetch?: typeof globalThis.fetch;
};

/** Where Slack takes answers, unless another Slack is named. */
export function respondOrigin(slackUrl: string | undefined): string {
  return slackUrl === undefined ? 'https://hooks.slack.com' : new URL(slackUrl).origin;
}

/**
 * Answers through the `response_url` that came with a command or a press: five times within half an hour.
 * https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
 */
export class Responder {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * `expired`: nobody can be answered there any more, which is no failure. `elsewhere`: the address is none of Slack's, and
   * was not called. Throws `Retry` where Slack does not answer, or not now.
   */
  async respond(url: string, { content }: Response): Promise<'told' | 'expired' | 'elsewhere'> {
    const { origin, timeoutMs, fetch = globalThis.fetch } = this.#options;
    if (!URL.canParse(url) || new URL(url).origin !== origin) return 'elsewhere';
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ ...content, response_type: 'ephemeral', replace_original: false }),
      signal: AbortSignal.timeout(timeoutMs),
      // Somewhere else is not Slack.
      redirect: 'error',
    }).catch((cause: unknown) => {
      throw Retry.failed('Slack did not take the answer to a command or a press.', { cause });
    });
    await answer.body?.cancel();
    if (answer.ok) return 'told';
    if (answer.status === 429 || answer.status >= 500) {
      throw Retry.failed(`Slack did not take the answer to a command or a press: HTTP ${answer.status}.`);
    }
    return 'expired';
  }
}
