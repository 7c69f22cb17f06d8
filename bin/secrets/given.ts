import { createHash } from 'node:crypto';
import type { Scope } from '../../shared/base/api-key.ts';
import {
  accountName,
  callerFields,
  callerKey,
  type Field,
  inviteFields,
  razorpayFields,
  type SecretName,
  secretNames,
  slackFields,
} from './form.ts';
import {
  entryWith,
  type GivenEntry,
  type GivenSlack,
  type RazorpayEntry,
  type Replacing,
  type SlackSecret,
  slackWith,
} from './merge.ts';

import { standingOf } from './standing.ts';

/** A caller as somebody gives it: the key itself is turned into its hash at once. */
export type GivenCaller = {
  readonly name: string;
  readonly teamId: string;
  readonly scopes: readonly string[];
  readonly sha256: string;
};

/** New values of a stage's secrets: those that are to be changed. */
export type Given = {
  readonly slack?: GivenSlack;
  readonly razorpay?: Readonly<Record<string, GivenEntry>>;
  readonly callers?: readonly GivenCaller[];
  /** How each team invites its learners, as docs/invites.md has it. */
  readonly invites?: Readonly<Record<string, unknown>>;
};

/** What a key may be allowed. */
export const scopes = [
  'payments',
  'calls',
  'org',
  'courses',
  'routing',
  'invites',
  'read',
] as const satisfies readonly Scope[];

/** How a key is kept. */
export function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Reads what a pipeline sends. Everything that is wrong is told, by place and without the value. */
export function readGiven(text: string): { readonly given: Given } | { readonly problems: readonly string[] } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problems: ['What came in is not JSON. See --help for its shape.'] };
  }
  const problems: string[] = [];
  const all = fieldsOf('', value, problems);
  for (const name of Object.keys(all)) {
    if (!(secretNames as readonly string[]).includes(name))
      problems.push(`/${name}: is no secret. There are ${secretNames.join(', ')}.`);
  }
  const given: Given = {
    ...(all['slack'] !== undefined && { slack: checked('/slack', all['slack'], slackFields, problems) }),
    ...(all['razorpay'] !== undefined && { razorpay: accountsIn(all['razorpay'], problems) }),
    ...(all['api-keys'] !== undefined && { callers: callersIn(all['api-keys'], problems) }),
    ...(all['invites'] !== undefined && { invites: invitesIn(all['invites'], problems) }),
  };
  return problems.length > 0 ? { problems } : { given };
}

function accountsIn(value: unknown, problems: string[]): Record<string, GivenEntry> {
  return Object.fromEntries(
    Object.entries(fieldsOf('/razorpay', value, problems)).map(([name, entry]) => {
      const wrong = accountName.check(name);
      if (wrong) problems.push(`/razorpay: ${wrong}`);
      return [name, checked(`/razorpay/${name}`, entry, razorpayFields, problems)];
    }),
  );
}

function invitesIn(value: unknown, problems: string[]): Readonly<Record<string, unknown>> {
  const teams = fieldsOf('/invites', value, problems);
  for (const team of Object.keys(teams)) {
    const wrong = inviteFields.teamId.check(team);
    if (wrong) problems.push(`/invites: ${wrong}`);
  }
  const standing = standingOf('invites', JSON.stringify(teams));
  if (standing.state === 'wrong') problems.push(...standing.problems.map((problem) => `/invites: ${problem}`));
  return teams;
}

function callersIn(value: unknown, problems: string[]): GivenCaller[] {
  if (!Array.isArray(value)) {
    problems.push('/api-keys: must be a list of callers.');
    return [];
  }
  return value.flatMap((one, index) => {
    const place = `/api-keys/${index}`;
    const { scopes: wanted, key, sha256, ...named } = fieldsOf(place, one, problems);
    const { name = '', teamId = '' } = checked(place, named, callerFields, problems);
    for (const field of ['name', 'teamId'])
      if (named[field] === undefined) problems.push(`${place}/${field}: is missing.`);
    const allowed = scopesIn(`${place}/scopes`, wanted, problems);
    const wrong = typeof key === 'string' ? callerKey.check(key) : undefined;
    if (wrong) problems.push(`${place}/key: ${wrong}`);
    const digest = typeof key === 'string' ? hashOf(key) : sha256;
    if (typeof digest !== 'string' || !/^[0-9a-f]{64}$/.test(digest)) {
      problems.push(`${place}: give the key, or its SHA-256 as 64 hexadecimal digits.`);
      return [];
    }
    return [{ name, teamId, scopes: allowed, sha256: digest }];
  });
}

/** The scopes of a list, each of them known. */
export function scopesIn(place: string, value: unknown, problems: string[]): string[] {
  const wanted = Array.isArray(value) ? value.map(String) : [];
  const strange = wanted.filter((scope) => !(scopes as readonly string[]).includes(scope));
  if (wanted.length === 0 || strange.length > 0) problems.push(`${place}: give some of ${scopes.join(', ')}.`);
  return [...new Set(wanted)];
}

function checked<Name extends string>(
  place: string,
  value: unknown,
  form: Readonly<Record<Name, Field>>,
  problems: string[],
): Partial<Record<Name, string>> {
  const fields = fieldsOf(place, value, problems);
  for (const [name, given] of Object.entries(fields)) {
    const field = Object.hasOwn(form, name) ? form[name as Name] : undefined;
    if (!field) problems.push(`${place}/${name}: is not a field here. There are ${Object.keys(form).join(', ')}.`);
    else if (typeof given !== 'string') problems.push(`${place}/${name}: must be a text.`);
    else {
      const wrong = field.check(given);
      if (wrong) problems.push(`${place}/${name}: ${wrong}`);
    }
  }
  return fields as Partial<Record<Name, string>>;
}

function fieldsOf(place: string, value: unknown, problems: string[]): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  problems.push(`${place || 'What came in'}: must be an object.`);
  return {};
}

/** What a secret holds with the new values in it. Throws nothing: `text` was read as JSON before. */
export function secretWith(name: SecretName, kept: unknown, given: Given, how: Replacing): unknown {
  switch (name) {
    case 'slack':
      return slackWith(kept as SlackSecret, given.slack ?? {}, how);
    case 'razorpay': {
      const accounts = kept as Readonly<Record<string, RazorpayEntry>>;
      const changed = Object.entries(given.razorpay ?? {}).map(([account, entry]) => [
        account,
        entryWith(accounts[account] ?? {}, entry, how),
      ]);
      return { ...accounts, ...Object.fromEntries(changed) };
    }
    case 'invites':
      return { ...(kept as Readonly<Record<string, unknown>>), ...given.invites };
    case 'api-keys': {
      const callers = kept as readonly GivenCaller[];
      const replaced = new Map((given.callers ?? []).map((caller) => [caller.name, caller]));
      return [...callers.filter((caller) => !replaced.has(caller.name)), ...replaced.values()];
    }
  }
}
