import * as z from 'zod/mini';
import { hold } from '../base/fields.ts';
import { once } from '../base/lazy.ts';
import { type TeamId, teamId } from '../base/names.ts';
import { MalformedSecret, secretJson } from '../base/secret.ts';
import type { WebhookSecrets } from './signature.ts';

/** One Razorpay account in one mode, and the Slack team to which its payments belong. */
export type Account = {
  /** Its name in the webhook's path, and in every key of its facts. */
  readonly name: string;
  readonly team: TeamId;
  readonly mode: 'live' | 'test';
  readonly webhook: WebhookSecrets;
  readonly keyId: string;
  readonly keySecret: string;
};

const entry = once(() => {
  const filled = z.string().check(z.minLength(1));
  return z.object({
    // Team and account are parts of keys that are joined with `#`.
    teamId: z.string().check(z.regex(/^\w{1,32}$/, 'must be a Slack team id, such as T0123456789.')),
    mode: z.enum(['live', 'test']),
    webhook: z.object({ current: filled, previous: z.nullish(z.string()) }),
    keyId: filled,
    keySecret: filled,
  });
});

const accountName = /^[\w.-]{1,64}$/;

/** An entry that cannot be used, and whose it seems to be. */
type Malformed = { readonly sentence: string; readonly team: string | undefined };

/**
 * The accounts of all teams, as the razorpay secret holds them. An entry that is wrong is wrong alone: whoever adds an
 * account with a slip of the pen must not stop the deliveries of the others.
 */
export class Accounts {
  readonly #accounts: ReadonlyMap<string, Account>;
  readonly #malformed: ReadonlyMap<string, Malformed>;

  private constructor(accounts: ReadonlyMap<string, Account>, malformed: ReadonlyMap<string, Malformed>) {
    this.#accounts = accounts;
    this.#malformed = malformed;
  }

  /** Reads the secret's text. Throws `MalformedSecret` when it is no JSON object at all. */
  static parse(text: string): Accounts {
    const entries = hold(z.record(z.string(), z.unknown()), secretJson('razorpay', text));
    if (!entries.ok) {
      throw new MalformedSecret('The razorpay secret must be an object: each name of an account with its entry.');
    }
    const accounts = new Map<string, Account>();
    const malformed = new Map<string, Malformed>();
    for (const [name, value] of Object.entries(entries.value)) {
      const parsed = parseEntry(name, value);
      if ('sentence' in parsed) malformed.set(name, parsed);
      else accounts.set(name, parsed);
    }
    return new Accounts(accounts, malformed);
  }

  /** The account of that name, or undefined. Throws `MalformedSecret` when its entry is wrong. */
  named(name: string): Account | undefined {
    const malformed = this.#malformed.get(name);
    if (malformed) throw new MalformedSecret(malformed.sentence);
    return this.#accounts.get(name);
  }

  /** Every account whose entry can be used, of all teams. */
  all(): Account[] {
    return [...this.#accounts.values()];
  }

  /**
   * A team's accounts, sorted by name. Throws `MalformedSecret` when an entry is wrong that may be one of them: a team
   * of two accounts would otherwise pass for a team of one, and what is meant for either go to the other.
   */
  ofTeam(team: TeamId): Account[] {
    const doubtful = [...this.#malformed.values()].find((entry) => entry.team === undefined || entry.team === team);
    if (doubtful) throw new MalformedSecret(doubtful.sentence);
    const own = [...this.#accounts.values()].filter((account) => account.team === team);
    return own.sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

function parseEntry(name: string, value: unknown): Account | Malformed {
  const held = hold(entry(), value);
  const wrong = held.ok ? [] : held.wrong.map((field) => `${field.pointer} ${field.message}`);
  if (!accountName.test(name)) {
    wrong.push('A name is made of 1 to 64 letters, digits, points, hyphens and underscores.');
  }
  if (!held.ok || wrong.length > 0) {
    const team = hold(z.object({ teamId: z.string() }), value);
    return {
      sentence: `The razorpay secret, account ${JSON.stringify(name)}: ${wrong.join(' ')}`,
      team: team.ok ? team.value.teamId : undefined,
    };
  }

  const { webhook, ...rest } = held.value;
  return {
    name,
    team: teamId(rest.teamId),
    mode: rest.mode,
    webhook: { current: webhook.current, previous: webhook.previous || undefined },
    keyId: rest.keyId,
    keySecret: rest.keySecret,
  };
}
