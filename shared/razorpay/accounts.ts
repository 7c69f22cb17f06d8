import * as z from 'zod/mini';
import { MalformedSecret, secretJson } from '../aws/secrets.ts';
import { hold } from '../base/fields.ts';
import { type TeamId, teamId } from '../base/names.ts';
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

const filled = z.string().check(z.minLength(1));

const entry = z.object({
  // Team and account are parts of keys that are joined with `#`.
  teamId: z.string().check(z.regex(/^\w{1,32}$/, 'must be a Slack team id, such as T0123456789.')),
  mode: z.enum(['live', 'test']),
  webhook: z.object({ current: filled, previous: z.nullish(z.string()) }),
  keyId: filled,
  keySecret: filled,
});

const accountName = /^[\w.-]{1,64}$/;

/**
 * The accounts of all teams, as the razorpay secret holds them. An entry that is wrong is wrong alone: whoever adds an
 * account with a slip of the pen must not stop the deliveries of the others.
 */
export class Accounts {
  readonly #accounts: ReadonlyMap<string, Account>;
  readonly #malformed: ReadonlyMap<string, string>;

  private constructor(accounts: ReadonlyMap<string, Account>, malformed: ReadonlyMap<string, string>) {
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
    const malformed = new Map<string, string>();
    for (const [name, value] of Object.entries(entries.value)) {
      const parsed = parseEntry(name, value);
      if (typeof parsed === 'string') malformed.set(name, parsed);
      else accounts.set(name, parsed);
    }
    return new Accounts(accounts, malformed);
  }

  /** The account of that name, or undefined. Throws `MalformedSecret` when its entry is wrong. */
  named(name: string): Account | undefined {
    const problem = this.#malformed.get(name);
    if (problem) throw new MalformedSecret(problem);
    return this.#accounts.get(name);
  }

  /** A team's accounts, sorted by name. */
  ofTeam(team: TeamId): Account[] {
    const own = [...this.#accounts.values()].filter((account) => account.team === team);
    return own.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** What is wrong with the secret, a sentence for each wrong entry. */
  get problems(): string[] {
    return [...this.#malformed.values()];
  }
}

function parseEntry(name: string, value: unknown): Account | string {
  const where = `The razorpay secret, account ${JSON.stringify(name)}:`;
  if (!accountName.test(name)) return `${where} a name is made of letters, digits, points, hyphens and underscores.`;

  const held = hold(entry, value);
  if (!held.ok) return `${where} ${held.wrong.map((field) => `${field.pointer} ${field.message}`).join(' ')}`;

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
