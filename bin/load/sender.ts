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

type Answer = { readonly detail?: string; readonly waitsFor?: unknown; readonly errors?: readonly Wrong[] };
type Wrong = { readonly pointer: string; readonly message: string };

/** Sends rows, each until it is answered. Whoever is asked to wait has all others wait, too. */
export class Sender {
  readonly #target: Target;
  readonly #signal: AbortSignal;
  readonly #parts: SenderParts;
  #pausedUntil = 0;
  #succeededAt: number;

  constructor(target: Target, signal: AbortSignal, parts: SenderParts = ourParts) {
    this.#target = target;
    this.#signal = signal;
    this.#parts = parts;
    this.#succeededAt = parts.now();
  }

  /** Throws `Hopeless`, or the signal's reason once it is given. A row may be sent again whatever came of it. */
  async send(entry: Entry): Promise<Sent> {
    let failures = 0;
    for (let tries = 0; ; tries += 1) {
      const pause = this.#pausedUntil - this.#parts.now();
      if (pause > 0) await this.#parts.sleep(pause, this.#signal);
      this.#signal.throwIfAborted();

      const response = await this.#asked(entry);
      if (response instanceof Response) {
        const answer = (await response.json().catch(() => ({}))) as Answer;
        if (response.ok) {
          this.#succeededAt = this.#parts.now();
          return { outcome: 'kept', waits: typeof answer.waitsFor === 'string' };
        }
        if (response.status === 401 || response.status === 403)
          throw new Hopeless(answer.detail ?? 'The key is refused.');
        if (response.status < 500 && response.status !== 408 && response.status !== 429) {
          this.#succeededAt = this.#parts.now();
          return { outcome: 'refused', why: reasonOf(response.status, answer) };
        }
        failures += response.status === 429 || response.status === 503 ? 0 : 1;
        if (failures >= failuresAtMost) return { outcome: 'refused', why: reasonOf(response.status, answer) };
      }
      await this.#pause(tries, response);
    }
  }

  /** What it answered, or why it did not. */
  async #asked({ method, path, body }: Entry): Promise<Response | string> {
    const { api, key } = this.#target;
    try {
      return await this.#parts.fetch(`${api}${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.any([this.#signal, AbortSignal.timeout(timeoutMs)]),
      });
    } catch (error) {
      this.#signal.throwIfAborted();
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      return cause instanceof Error ? cause.message : String(cause);
    }
  }

  /** Waits as long as it is asked to, or longer each time. Throws `Hopeless` once nothing has gone through for long. */
  async #pause(tries: number, response: Response | string): Promise<void> {
    const now = this.#parts.now();
    if (now - this.#succeededAt > patienceMs) {
      const said = response instanceof Response ? `answers ${response.status}` : `does not answer: ${response}`;
      throw new Hopeless(`${this.#target.api} ${said}, for ten minutes now.`);
    }
    const asked = response instanceof Response ? waitIn(response.headers.get('retry-after'), now) : undefined;
    const pause = asked ?? Math.min(longestPauseMs, firstPauseMs * 2 ** tries) * (0.5 + Math.random() / 2);
    const isForAll = response instanceof Response && (response.status === 429 || response.status === 503);
    if (isForAll) this.#pausedUntil = Math.max(this.#pausedUntil, now + pause);
    else await this.#parts.sleep(pause, this.#signal);
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
