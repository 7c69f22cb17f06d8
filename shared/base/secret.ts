import type { Clock } from './clock.ts';

/** The text of one secret. It may be some minutes old; `fresh` passes over what is kept. */
export type ReadSecret = (options?: { readonly fresh: boolean }) => Promise<string>;

/** A secret holds something else than it should. The message names the place, and never what stands there. */
export class MalformedSecret extends Error {
  override readonly name = 'MalformedSecret';
}

const refetchEveryMs = 60_000;

/** A secret as the value it means, parsed once for each text that it has. */
export class KeptSecret<T> {
  readonly #read: ReadSecret;
  readonly #parse: (text: string) => T;
  readonly #clock: Pick<Clock, 'now'>;
  #kept: { readonly text: string; readonly value: T } | undefined;
  #refetchedAt = Number.NEGATIVE_INFINITY;

  constructor(read: ReadSecret, parse: (text: string) => T, clock: Pick<Clock, 'now'>) {
    this.#read = read;
    this.#parse = parse;
    this.#clock = clock;
  }

  /** What the secret means. Throws `MalformedSecret`, or whatever kept it from being read. */
  async value(): Promise<T> {
    return this.#understood(await this.#read());
  }

  /**
   * What `look` finds in it. Before nothing is found, or the secret is called malformed, it is fetched anew: someone
   * may have changed it a moment ago. That is done once a minute at most, so that a storm of forged requests is not
   * passed on to Secrets Manager.
   */
  async find<Found>(look: (value: T) => Found | undefined): Promise<Found | undefined> {
    let refused: unknown;
    try {
      const found = look(await this.value());
      if (found !== undefined) return found;
    } catch (error) {
      if (!(error instanceof MalformedSecret)) throw error;
      refused = error;
    }
    if (this.#mayRefetch()) return look(this.#understood(await this.#read({ fresh: true })));
    if (refused) throw refused;
    return undefined;
  }

  #mayRefetch(): boolean {
    const now = this.#clock.now();
    if (now - this.#refetchedAt < refetchEveryMs) return false;
    this.#refetchedAt = now;
    return true;
  }

  #understood(text: string): T {
    if (this.#kept?.text !== text) this.#kept = { text, value: this.#parse(text) };
    return this.#kept.value;
  }
}

/** The JSON of a secret. Throws `MalformedSecret`, since V8's own message would quote the secret. */
export function secretJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new MalformedSecret(`The ${name} secret is not JSON: put it right in Secrets Manager.`);
  }
}
