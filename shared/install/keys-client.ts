import * as z from 'zod/mini';
import type { Clock } from '../base/clock.ts';
import { once } from '../base/lazy.ts';
import type { SigningKey } from './id-token.ts';

/** Slack's keys cannot be had now. */
export class KeysUnreachable extends Error {
  override readonly name = 'KeysUnreachable';
}

/** How long keys are believed, and how soon an unknown one is asked for again, in milliseconds. */
const believedMs = 6 * 3_600_000;
const askAgainMs = 60_000;
const timeoutMs = 4_000;

const text = once(() => z.optional(z.string()));
const document = once(() =>
  z.object({
    keys: z.array(z.object({ kty: text(), kid: text(), alg: text(), use: text(), n: text(), e: text() })),
  }),
);

/** The keys that an issuer signs with, kept in memory. */
export class SigningKeys {
  readonly #url: string;
  readonly #clock: Pick<Clock, 'now'>;
  #keys: readonly SigningKey[] = [];
  #fetchedAt = Number.NEGATIVE_INFINITY;

  constructor(url: string, clock: Pick<Clock, 'now'>) {
    this.#url = url;
    this.#clock = clock;
  }

  /**
   * The key of this id. One that is not known is looked for at the issuer once, since it may be new; not more often than
   * once a minute, so that invented ids do not become a storm there. Throws `KeysUnreachable`.
   */
  async find(kid: string): Promise<SigningKey | undefined> {
    const age = this.#clock.now() - this.#fetchedAt;
    const known = this.#known(kid);
    if (known && age < believedMs) return known;
    if (age >= askAgainMs) await this.#fetch();
    return this.#known(kid);
  }

  #known(kid: string): SigningKey | undefined {
    return this.#keys.find((key) => key.kid === kid);
  }

  async #fetch(): Promise<void> {
    try {
      const answer = await fetch(this.#url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
      if (!answer.ok) throw new Error(`It answered ${answer.status}.`);
      this.#keys = document().parse(await answer.json()).keys;
      this.#fetchedAt = this.#clock.now();
    } catch (cause) {
      throw new KeysUnreachable("Slack's signing keys cannot be fetched.", { cause });
    }
  }
}
