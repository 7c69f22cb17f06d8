import { setTimeout as wait } from 'node:timers/promises';
import type { Target } from '../api/target.ts';
import type { Entry } from './entry.ts';

/** What became of a row: kept, perhaps until what it belongs to is there; or refused, with the reason. */
export type Sent =
  | { readonly outcome: 'kept'; readonly waits: boolean }
  | { readonly outcome: 'refused'; readonly why: string };

/** No other row would fare better: it is not gone on with. The sentence says what to do. */
export class Hopeless extends Error {}

export type SenderParts = {
  readonly fetch: (address: string, request: RequestInit) => Promise<Response>;
  readonly now: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<unknown>;
};

const ourParts: SenderParts = {
  fetch,
  now: Date.now,
  sleep: (ms, signal) => wait(ms, undefined, { signal }),
};

const timeoutMs = 30_000;
const [firstPauseMs, longestPauseMs] = [500, 30_000];
/** As long as nothing at all goes through, it is tried for this long. */
const patienceMs = 10 * 60_000;
/** So often a row may fail in War Room itself while others go through. */
const failuresAtMost = 8;

type Answered = { readonly status: number; readonly retryAfter: string | null; readonly answer: Answer };
type Answer = { readonly detail?: string; readonly waitsFor?: unknown; readonly errors?: readonly Wrong[] };
type Wrong = { readonly pointer: string; readonly message: string };

/** Sends rows, each until it is answered. Whoever is asked to wait has all others wait, too. */
export class Sender {
  readonly #target: Target;
  readonly #signal: AbortSignal;
  readonly #parts: SenderParts;
  readonly #underWay = new Set<AbortController>();
  #pausedUntil = 0;
  #succeededAt: number;

  constructor(target: Target, signal: AbortSignal, parts: SenderParts = ourParts) {
    this.#target = target;
    this.#signal = signal;
    this.#parts = parts;
    this.#succeededAt = parts.now();
    const stop = () => {
      for (const request of this.#underWay) request.abort(signal.reason);
    };
    signal.addEventListener('abort', stop, { once: true });
  }

  /** Throws `Hopeless`, or the signal's reason once it is given. A row may be sent again whatever came of it. */
  async send(entry: Entry): Promise<Sent> {
    let failures = 0;
    for (let tries = 0; ; tries += 1) {
      const pause = this.#pausedUntil - this.#parts.now();
      if (pause > 0) await this.#parts.sleep(pause, this.#signal);
      this.#signal.throwIfAborted();

      const heard = await this.#asked(entry);
      if (typeof heard !== 'string') {
        const { status, answer } = heard;
        const isLater = status === 408 || status === 429 || status >= 500;
        if (!isLater) this.#succeededAt = this.#parts.now();
        if (status < 300) return { outcome: 'kept', waits: typeof answer.waitsFor === 'string' };
        if (status === 401 || status === 403) throw new Hopeless(answer.detail ?? 'The key is refused.');
        failures += status === 408 || status === 429 || status === 503 ? 0 : 1;
        if (!isLater || failures >= failuresAtMost) return { outcome: 'refused', why: reasonOf(status, answer) };
      }
      await this.#pause(tries, heard);
    }
  }

  /**
   * What it answered, or why it did not. Each request has a timer that ends with it: a signal of `AbortSignal.timeout` would be
   * held for its whole time, thousands of them at once.
   */
  async #asked({ method, path, body }: Entry): Promise<Answered | string> {
    const { api, key } = this.#target;
    const request = new AbortController();
    const timer = setTimeout(() => request.abort(new Error(`no answer within ${timeoutMs / 1_000} s`)), timeoutMs);
    this.#underWay.add(request);
    try {
      const response = await this.#parts.fetch(`${api}${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: request.signal,
      });
      const answer = await response.text().then(answerIn);
      return { status: response.status, retryAfter: response.headers.get('retry-after'), answer };
    } catch (error) {
      this.#signal.throwIfAborted();
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      return cause instanceof Error ? cause.message : String(cause);
    } finally {
      clearTimeout(timer);
      this.#underWay.delete(request);
    }
  }

  /** Waits as long as it is asked to, or longer each time. Throws `Hopeless` once nothing has gone through for long. */
  async #pause(tries: number, heard: Answered | string): Promise<void> {
    const now = this.#parts.now();
    if (now - this.#succeededAt > patienceMs) {
      const said = typeof heard === 'string' ? `does not answer: ${heard}` : `answers ${heard.status}`;
      throw new Hopeless(`${this.#target.api} ${said}, for ten minutes now.`);
    }
    const asked = typeof heard === 'string' ? undefined : waitIn(heard.retryAfter, now);
    const pause = asked ?? Math.min(longestPauseMs, firstPauseMs * 2 ** tries) * (0.5 + Math.random() / 2);
    const isForAll = typeof heard !== 'string' && (heard.status === 429 || heard.status === 503);
    if (isForAll) this.#pausedUntil = Math.max(this.#pausedUntil, now + pause);
    else await this.#parts.sleep(pause, this.#signal);
  }
}

function answerIn(text: string): Answer {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** Milliseconds, of seconds or a time. https://www.rfc-editor.org/rfc/rfc9110#name-retry-after */
function waitIn(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function reasonOf(status: number, { detail, errors = [] }: Answer): string {
  if (errors.length > 0) return errors.map(({ pointer, message }) => `${pointer} ${message}`.trim()).join(' ');
  return detail ?? `The API answered ${status}.`;
}
