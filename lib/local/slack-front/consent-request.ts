/** What the app asks a person for, read from the address of the consent page. */
import type { AppSettings } from './app-settings.ts';
import type { Consent } from './codes.ts';
import { readScopes, type ScopeHolder, wordsFor } from './scopes.ts';

/** A request that can be put to a person. */
export interface ConsentRequest {
  readonly flow: Consent['flow'];
  readonly botScopes: readonly string[];
  readonly userScopes: readonly string[];
  readonly state: string | undefined;
  readonly nonce: string | undefined;
  /** The workspace that the app would like; a person may choose another. */
  readonly team: string | undefined;
  /** As it was asked for. */
  readonly redirectUri: string | undefined;
  /** Where the answer goes. */
  readonly returnTo: URL;
}

/** A request that cannot be put to anybody: the person is told so, and nobody is sent anywhere. */
export class ConsentProblem extends Error {
  override readonly name = 'ConsentProblem';
}

/** The addresses of the consent pages. */
export const CONSENT_PATHS: Readonly<Record<string, Consent['flow']>> = {
  '/oauth/v2/authorize': 'install',
  '/openid/connect/authorize': 'sign-in',
};

/** Reads a request. Throws a ConsentProblem, in Slack's words where they are known. */
export function readConsentRequest(flow: Consent['flow'], fields: URLSearchParams, app: AppSettings): ConsentRequest {
  const field = (name: string) => fields.get(name) || undefined;
  if (field('client_id') !== app.clientId) throw new ConsentProblem('Invalid client_id parameter');
  const redirectUri = field('redirect_uri');
  const returnTo = app.returnAddress(redirectUri);
  if (returnTo === undefined) {
    throw new ConsentProblem(`redirect_uri did not match any configured URIs. Passed URI: ${redirectUri ?? '(none)'}`);
  }
  const rest = { flow, state: field('state'), nonce: field('nonce'), team: field('team'), redirectUri, returnTo };
  const scopes = readScopes(fields.get('scope'));
  if (flow === 'sign-in') {
    if (field('response_type') !== 'code') throw new ConsentProblem('response_type must be code');
    if (!scopes.includes('openid')) throw new ConsentProblem('The scope openid is missing');
    return { ...rest, botScopes: [], userScopes: known('sign-in', scopes) };
  }
  const userScopes = readScopes(fields.get('user_scope'));
  if (scopes.length + userScopes.length === 0) throw new ConsentProblem('No scopes requested');
  return { ...rest, botScopes: known('bot', scopes), userScopes: known('user', userScopes) };
}

function known(holder: ScopeHolder, scopes: readonly string[]): readonly string[] {
  const strange = scopes.filter((scope) => wordsFor(holder, scope) === undefined);
  if (strange.length > 0) throw new ConsentProblem(`invalid_scope: ${strange.join(', ')}`);
  return scopes;
}

/** Where a person is sent once they have answered: with what came of it, and the state as it was given. */
export function returnAddress(
  { returnTo, state }: ConsentRequest,
  outcome: { readonly code: string } | { readonly error: 'access_denied' },
): string {
  const url = new URL(returnTo);
  for (const [name, value] of Object.entries(outcome)) url.searchParams.set(name, value);
  if (state !== undefined) url.searchParams.set('state', state);
  return url.href;
}
