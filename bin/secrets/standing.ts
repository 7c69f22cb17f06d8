import { ApiKeys } from '../../shared/base/api-key.ts';
import { teamId } from '../../shared/base/names.ts';
import { MalformedSecret, secretJson } from '../../shared/base/secret.ts';
import { AllInviteSettings } from '../../shared/invites/settings.ts';
import { Accounts } from '../../shared/razorpay/accounts.ts';
import { readSlackApp } from '../../shared/slack/app.ts';
import { readSigningSecrets } from '../../shared/slack/signature.ts';
import type { SecretName } from './form.ts';

/** How a secret stands: whether functions can work with it. The sentences never repeat what it holds. */
export type Standing =
  | { readonly state: 'empty' }
  /** `holds` says what is there by name: accounts, callers. */
  | { readonly state: 'filled'; readonly holds: string }
  | { readonly state: 'wrong'; readonly problems: readonly string[] };

/** Reads the text of a secret with the very code that the functions read it with. */
export function standingOf(name: SecretName, text: string): Standing {
  try {
    if (!isEmpty(secretJson(name, text))) return readers[name](text);
    // Inviting is a choice: a stage without it is complete.
    return name === 'invites' ? { state: 'filled', holds: 'nobody is invited' } : { state: 'empty' };
  } catch (error) {
    if (error instanceof MalformedSecret) return { state: 'wrong', problems: [error.message] };
    throw error;
  }
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

const readers: Readonly<Record<SecretName, (text: string) => Standing>> = {
  slack: (text) => {
    const problems = [() => readSlackApp(text), () => readSigningSecrets(text)].flatMap(problemOf);
    const previous = /"previous":"[^"]/.test(JSON.stringify(JSON.parse(text)));
    return problems.length > 0
      ? { state: 'wrong', problems }
      : { state: 'filled', holds: previous ? 'the app, and what it had before' : 'the app' };
  },
  razorpay: (text) => {
    const accounts = Accounts.parse(text);
    const names = Object.keys(JSON.parse(text) as object);
    const problems = names.flatMap((name) => problemOf(() => accounts.named(name)));
    return problems.length > 0 ? { state: 'wrong', problems } : { state: 'filled', holds: names.join(', ') };
  },
  invites: (text) => {
    const all = AllInviteSettings.parse(text);
    const teams = Object.keys(JSON.parse(text) as object);
    const problems = teams.flatMap((team) => problemOf(() => all.of(teamId(team))));
    return problems.length > 0 ? { state: 'wrong', problems } : { state: 'filled', holds: teams.join(', ') };
  },
  'api-keys': (text) => {
    const keys = ApiKeys.parse(text);
    return keys.problems.length > 0
      ? { state: 'wrong', problems: keys.problems }
      : {
          state: 'filled',
          holds: keys
            .all()
            .map(({ name }) => name)
            .join(', '),
        };
  },
};

function problemOf(read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof MalformedSecret) return [error.message];
    throw error;
  }
}
