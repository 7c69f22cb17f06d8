import { createHash, timingSafeEqual } from 'node:crypto';
import * as z from 'zod/mini';
import { Refuse } from './errors.ts';
import { hold } from './fields.ts';
import { once } from './lazy.ts';
import { type TeamId, teamId } from './names.ts';
import { type KeptSecret, MalformedSecret, secretJson } from './secret.ts';

/** What a key may be used for. */
export type Scope = 'payments' | 'calls' | 'org' | 'courses' | 'routing' | 'invites' | 'read';

/** A key of `/v1`: whose it is, and what it may do. The key itself is known to its holder alone. */
export type ApiKey = { readonly name: string; readonly team: TeamId; readonly scopes: readonly string[] };

type Entry = ApiKey & { readonly digest: Uint8Array };

const entry = once(() =>
  z.object({
    name: z.string().check(z.minLength(1)),
    teamId: z.string().check(z.regex(/^\w{1,32}$/, 'must be a Slack team id, such as T0123456789.')),
    sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/i, 'must be the SHA-256 of the key in hexadecimal.')),
    scopes: z.array(z.string()),
  }),
);

/** The keys of all teams, as the api-keys secret holds them: by their SHA-256. An entry that is wrong is wrong alone. */
export class ApiKeys {
  readonly #entries: readonly Entry[];
  /** What is wrong with the secret, a sentence for each wrong entry. */
  readonly problems: readonly string[];

  private constructor(entries: readonly Entry[], problems: readonly string[]) {
    this.#entries = entries;
    this.problems = problems;
  }

  /** Reads the secret's text. Throws `MalformedSecret` when it is no JSON list at all. */
  static parse(text: string): ApiKeys {
    const list = hold(z.array(z.unknown()), secretJson('api-keys', text));
    if (!list.ok) throw new MalformedSecret('The api-keys secret must be a list of keys.');

    const parsed = list.value.map(parseEntry);
    return new ApiKeys(
      parsed.filter((each) => typeof each !== 'string'),
      parsed.filter((each) => typeof each === 'string'),
    );
  }

  /** Every key whose entry can be used, of all teams. */
  all(): ApiKey[] {
    return this.#entries.map(({ name, team, scopes }) => ({ name, team, scopes }));
  }

  /**
   * The key that was presented, or undefined. Throws `MalformedSecret` when it is none of those that can be read, and
   * there are some that cannot: nobody knows then that it is wrong.
   */
  find(presented: string): ApiKey | undefined {
    const digest = createHash('sha256').update(presented).digest();
    const found = this.#entries.find((each) => timingSafeEqual(each.digest, digest));
    const problem = this.problems[0];
    if (!found && problem) throw new MalformedSecret(problem);
    return found && { name: found.name, team: found.team, scopes: found.scopes };
  }
}

/**
 * Who sends a request, by its `Authorization` header. Throws `Refuse`: 401 for no key or an unknown one, 403 for a key
 * without the scope.
 */
export async function identify(
  authorization: string | undefined,
  scope: Scope,
  keys: Pick<KeptSecret<ApiKeys>, 'find'>,
): Promise<ApiKey> {
  const [, presented] = /^bearer ([!-~]+)$/i.exec(authorization ?? '') ?? [];
  if (!presented) throw new Refuse(401, 'Send an API key in the Authorization header, as `Bearer <key>`.');

  const key = await keys.find((all) => all.find(presented));
  if (!key) throw new Refuse(401, 'This API key is not known. Ask an operator of War Room for a new one.');
  if (!key.scopes.includes(scope)) {
    throw new Refuse(
      403,
      `The API key "${key.name}" lacks the scope "${scope}". An operator adds it in the api-keys secret.`,
    );
  }
  return key;
}

function parseEntry(value: unknown, index: number): Entry | string {
  const held = hold(entry(), value);
  if (!held.ok) {
    return `The api-keys secret, key ${index + 1}: ${held.wrong.map((field) => `${field.pointer} ${field.message}`).join(' ')}`;
  }
  const { name, teamId: team, sha256, scopes } = held.value;
  return { name, team: teamId(team), scopes, digest: Buffer.from(sha256, 'hex') };
}
