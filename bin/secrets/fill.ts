import { MalformedSecret, secretJson } from '../../shared/base/secret.ts';
import type { Keyboard } from '../stage/keyboard.ts';
import { Mistaken } from '../stage/mistaken.ts';
import {
  accountName,
  callerFields,
  type Field,
  inviteFields,
  razorpayFields,
  type SecretName,
  secretNames,
  slackFields,
} from './form.ts';
import { type Given, type GivenCaller, hashOf, readGiven, secretWith } from './given.ts';
import type { KeptSecrets } from './kept.ts';
import {
  type GivenEntry,
  type GivenSlack,
  type RazorpayEntry,
  type Replacing,
  type SlackSecret,
  withoutPrevious,
} from './merge.ts';
import { type Standing, standingOf } from './standing.ts';

export type FillParts = {
  readonly kept: KeptSecrets;
  readonly say: (line: string) => void;
};

type Asking = FillParts & {
  readonly keyboard: Keyboard;
  /** A new text that nobody can guess. */
  readonly makeSecret: () => string;
};

/** How each secret stands, in their order. */
export async function standings(kept: KeptSecrets): Promise<ReadonlyMap<SecretName, Standing>> {
  const all = secretNames.map(async (name) => [name, standingOf(name, (await kept.read(name)).text)] as const);
  return new Map(await Promise.all(all));
}

/** Puts new values in. What is there and was not given stays. Says what was written, and never what it is. */
export async function put(given: Given, how: Replacing, { kept, say }: FillParts): Promise<void> {
  const named: Readonly<Record<SecretName, boolean>> = {
    slack: given.slack !== undefined,
    razorpay: given.razorpay !== undefined,
    'api-keys': given.callers !== undefined,
    invites: given.invites !== undefined,
  };
  for (const name of secretNames) {
    if (!named[name]) continue;
    await change(name, (value) => secretWith(name, value, given, how), { kept, say });
  }
}

/** Forgets what was replaced, in every secret. */
export async function forgetPrevious(parts: FillParts): Promise<void> {
  for (const name of ['slack', 'razorpay'] as const) await change(name, withoutPrevious, parts);
}

async function change(name: SecretName, to: (value: unknown) => unknown, { kept, say }: FillParts): Promise<void> {
  const id = kept.idOf(name);
  const before = await kept.read(name);
  const value = contentOf(name, before.text, id);
  const after = to(value);
  if (JSON.stringify(after) === JSON.stringify(value)) return say(`${id}: nothing to change.`);
  await kept.write(name, after, before);
  say(`${id}: written. The functions use it within five minutes.`);
}

/** What a secret holds now. What is no JSON is not overwritten: it may be the right value in the wrong form. */
function contentOf(name: SecretName, text: string, id: string): unknown {
  try {
    const value = secretJson(name, text);
    const isList = Array.isArray(value);
    if (typeof value === 'object' && value !== null && isList === (name === 'api-keys')) return value;
  } catch (error) {
    if (!(error instanceof MalformedSecret)) throw error;
  }
  throw new Mistaken(
    `${id} holds something else than the JSON that belongs there. Put it right in Secrets Manager, or empty it: ` +
      `aws secretsmanager put-secret-value --secret-id ${id} --secret-string '${name === 'api-keys' ? '[]' : '{}'}'`,
  );
}

export async function askSlack({ kept, keyboard, say }: Asking): Promise<GivenSlack> {
  say(
    'The Slack app: "Basic Information" of the app at https://api.slack.com/apps shows these. Enter keeps what is there.',
  );
  const value = contentOf('slack', (await kept.read('slack')).text, kept.idOf('slack')) as SlackSecret;
  return asked(slackFields, (name) => value[name] !== undefined, { keyboard, say });
}

/** How a workspace invites its learners. What is typed holds a token or a key, and is shown as little as they. */
export async function askInvites(
  team: string | undefined,
  { keyboard, say }: Asking,
): Promise<Readonly<Record<string, unknown>>> {
  say('How a workspace invites its learners: docs/invites.md has each field.');
  const tools = { keyboard, say };
  const whose = team ?? (await askedOne(inviteFields.teamId, false, tools)) ?? '';
  for (;;) {
    const read = readGiven(
      `{"invites": {${JSON.stringify(whose)}: ${await askedOne(inviteFields.entry, false, tools)}}}`,
    );
    if ('given' in read) return read.given.invites ?? {};
    for (const problem of read.problems) say(`    ${problem}`);
  }
}

export async function askAccount(
  account: string | undefined,
  { kept, keyboard, say, makeSecret }: Asking,
): Promise<Readonly<Record<string, GivenEntry>>> {
  say('A Razorpay account: its dashboard shows the key under Account & Settings, API keys. Enter keeps what is there.');
  const name = account ?? (await askedOne(accountName, false, { keyboard, say })) ?? '';
  const wrong = accountName.check(name);
  if (wrong) throw new Mistaken(wrong);
  const value = contentOf('razorpay', (await kept.read('razorpay')).text, kept.idOf('razorpay'));
  const entry = (value as Readonly<Record<string, RazorpayEntry>>)[name] ?? {};
  const given = await asked(razorpayFields, (field) => field === 'webhook' || entry[field] !== undefined, {
    keyboard,
    say,
  });
  // Nobody has to know it: it is given to Razorpay with the webhook, by `npm run deploy`.
  const webhook = given.webhook ?? (entry.webhook === undefined ? makeSecret() : undefined);
  return { [name]: { ...given, ...(webhook !== undefined && { webhook }) } };
}

/** What is known of a new caller before anything is asked. */
type Caller = {
  readonly name: string | undefined;
  readonly teamId: string | undefined;
  readonly scopes: readonly string[];
};

/** A new caller, with a key that was just made: the caller is given `key`, which is kept nowhere. */
export async function askCaller(
  { name, teamId, scopes }: Caller,
  { kept, keyboard, say, makeSecret }: Asking,
): Promise<{ readonly caller: GivenCaller; readonly key: string }> {
  say('A caller of the API: it is given a key of its own.');
  const tools = { keyboard, say };
  const whom = name ?? (await askedOne(callerFields.name, false, tools)) ?? '';
  const team = teamId ?? (await askedOne(callerFields.teamId, false, tools)) ?? '';
  for (const wrong of [callerFields.name.check(whom), callerFields.teamId.check(team)])
    if (wrong) throw new Mistaken(wrong);
  const callers = contentOf(
    'api-keys',
    (await kept.read('api-keys')).text,
    kept.idOf('api-keys'),
  ) as readonly GivenCaller[];
  if (callers.some((caller) => caller.name === whom)) {
    throw new Mistaken(
      `There is a caller ${whom} already. Give the new key a name of its own, such as ${whom}-2, and take the old one out ` +
        'when its name appears in no log line any more.',
    );
  }
  const key = `wr_${makeSecret()}`;
  return { caller: { name: whom, teamId: team, scopes, sha256: hashOf(key) }, key };
}

type Tools = Pick<Asking, 'keyboard' | 'say'>;

async function asked<Name extends string>(
  fields: Readonly<Record<Name, Field>>,
  isKept: (name: Name) => boolean,
  tools: Tools,
): Promise<Partial<Record<Name, string>>> {
  const given: Partial<Record<Name, string>> = {};
  for (const name of Object.keys(fields) as Name[]) {
    const value = await askedOne(fields[name], isKept(name), tools);
    if (value !== undefined) given[name] = value;
  }
  return given;
}

/** Asks until the form is right. Undefined: what is there stays. */
async function askedOne(field: Field, isKept: boolean, { keyboard, say }: Tools): Promise<string | undefined> {
  for (;;) {
    const typed = await keyboard.secret(`  ${field.asks}: `);
    if (typed === '' && isKept) return undefined;
    const wrong = field.check(typed);
    if (wrong === undefined) {
      // It has the form of what is no secret: shown, so that a slip is seen.
      if (field.isPublic) say(`    ${typed}`);
      return typed;
    }
    say(`    ${wrong}`);
  }
}
