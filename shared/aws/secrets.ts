import { SecretsProvider } from '@aws-lambda-powertools/parameters/secrets';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Clock } from '../base/clock.ts';
import type { Patience } from './table.ts';

/** The text of one secret. It may be five minutes old; `fresh` passes over what is kept. */
export type ReadSecret = (options?: { readonly fresh: boolean }) => Promise<string>;

/** A secret holds something else than it should. The message names the place, and never what stands there. */
export class MalformedSecret extends Error {
  override readonly name = 'MalformedSecret';
}

const maxAgeSeconds = 300;
const refetchEveryMs = 60_000;

/** Reads secrets from Secrets Manager. Its address, if not AWS's own, is in `AWS_ENDPOINT_URL_SECRETS_MANAGER`. */
export function secretReader(patience: Patience): (id: string) => ReadSecret {
  const provider = new SecretsProvider({
    awsSdkV3Client: new SecretsManagerClient({
      maxAttempts: patience.attempts,
      requestHandler: {
        requestTimeout: patience.timeoutMs,
        connectionTimeout: patience.timeoutMs,
        throwOnRequestTimeout: true,
      },
    }),
  });
  return (id) =>
    async ({ fresh } = { fresh: false }) => {
      const value = await provider.get(id, { maxAge: maxAgeSeconds, forceFetch: fresh });
      if (typeof value !== 'string') throw new MalformedSecret(`The secret ${id} holds no text: give it its JSON.`);
      return value;
    };
}

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
   * The same, fetched now, for who was refused on the strength of a value that may be old: someone may have changed
   * the secret a moment ago. Undefined when that was done within the last minute, so that a storm of forged requests
   * is not passed on to Secrets Manager.
   */
  async fresh(): Promise<T | undefined> {
    const now = this.#clock.now();
    if (now - this.#refetchedAt < refetchEveryMs) return undefined;
    this.#refetchedAt = now;
    return this.#understood(await this.#read({ fresh: true }));
  }

  #understood(text: string): T {
    if (this.#kept?.text !== text) this.#kept = { text, value: this.#parse(text) };
    return this.#kept.value;
  }
}

/** The JSON of a secret. Throws `MalformedSecret`; V8's own message would quote the secret. */
export function secretJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new MalformedSecret(`The ${name} secret is not JSON: put it right in Secrets Manager.`);
  }
}
