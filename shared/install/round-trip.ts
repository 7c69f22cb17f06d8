import type { Clock } from '../base/clock.ts';
import { teamId } from '../base/names.ts';
import type { KeptSecret } from '../base/secret.ts';
import type { SlackApp } from '../slack/app.ts';
import type { Asked } from '../slack/asked.ts';
import { cookieIn, setCookie } from './cookie.ts';
import type { Reply } from './reply.ts';
import { botScopes, openIdScopes, userScopes } from './scopes.ts';
import { Sessions } from './session.ts';
import type { Exchange } from './slack-client.ts';
import type { Begun, States } from './state-store.ts';

/** What every round trip to Slack and back stands on. */
export type RoundTrip = {
  readonly states: States;
  readonly app: Pick<KeptSecret<SlackApp>, 'find' | 'value'>;
  /** Where people reach War Room, without a slash at the end. A setting, never the request's own `Host`. */
  readonly origin: string;
  /** Where people reach Slack. */
  readonly slackUrl: string;
  readonly clock: Pick<Clock, 'now'>;
  /** 256 random bits, as letters, digits, hyphens and underscores. */
  readonly secretId: () => string;
};

/** The part of a request that the hosted pages look at. */
export type Visit = {
  readonly cookies: readonly string[] | undefined;
  readonly query: Readonly<Record<string, string | undefined>>;
};

/** Where Slack leads back to. Both are to be entered in the app's settings at Slack. */
const paths = { install: '/slack/oauth/callback', 'sign-in': '/slack/openid/callback' } as const;

/** How long a browser is known by its cookie, in seconds. */
const browserSeconds = 86_400;

/**
 * `GET /slack/install`: keeps a state that only this browser can use, and leads to Slack's consent. `?as=me` asks a person
 * for their own consent, anything else asks for the app's; never both at once. `?team=` says where it has to end; who is
 * signed in and asks as themself has to come back as themself.
 */
export async function beginInstall({ cookies, query }: Visit, parts: RoundTrip): Promise<Reply> {
  const app = await parts.app.value();
  const purpose = query['as'] === 'me' ? 'me' : 'app';
  const session = new Sessions(app).read(cookieIn(cookies, 'session'), parts.clock.now());
  const asked = /^T[A-Z0-9]{1,31}$/.test(query['team'] ?? '') ? teamId(query['team'] ?? '') : undefined;
  const own = purpose === 'me' && (asked === undefined || asked === session?.team) ? session : undefined;
  const begun: Begun = { purpose, team: asked ?? own?.team, user: own?.user };
  return begin(cookies, begun, parts, (state) =>
    address(`${parts.slackUrl}/oauth/v2/authorize`, {
      client_id: app.clientId,
      scope: purpose === 'app' ? Object.keys(botScopes).join(',') : undefined,
      user_scope: purpose === 'me' ? userScopes.join(',') : undefined,
      redirect_uri: redirectUri(parts, 'install'),
      state,
      team: begun.team,
    }),
  );
}

/** `GET /slack/sign-in`: the same by OpenID, with a nonce that the id_token has to repeat. */
export async function beginSignIn({ cookies }: Visit, parts: RoundTrip): Promise<Reply> {
  const { clientId } = await parts.app.value();
  const nonce = parts.secretId();
  return begin(cookies, { purpose: 'sign-in', nonce }, parts, (state) =>
    address(`${parts.slackUrl}/openid/connect/authorize`, {
      response_type: 'code',
      scope: openIdScopes.join(' '),
      client_id: clientId,
      redirect_uri: redirectUri(parts, 'sign-in'),
      state,
      nonce,
    }),
  );
}

async function begin(
  cookies: Visit['cookies'],
  begun: Begun,
  { states, secretId, clock }: RoundTrip,
  leadTo: (state: string) => string,
): Promise<Reply> {
  // Two tabs of one browser share its id, and each has a state of its own.
  const browser = cookieIn(cookies, 'browser') ?? secretId();
  const state = secretId();
  await states.begin(state, browser, begun, clock.now());
  return {
    kind: 'redirect',
    to: leadTo(state),
    outcome: `to-slack-${begun.purpose}`,
    cookies: [setCookie('browser', browser, browserSeconds)],
    ids: { team: begun.team },
  };
}

/** What a way back from Slack brings, as far as it could be what Slack sends. */
export type Return = { readonly state: string; readonly code: string | undefined; readonly error: string | undefined };

/** Reads it. What cannot be Slack's counts as not there. */
export function readReturn({ query }: Visit): Return {
  const { state = '', code = '', error = '' } = query;
  return {
    state: /^[\w-]{20,100}$/.test(state) ? state : '',
    code: /^[\w.-]{1,512}$/.test(code) ? code : undefined,
    error: error === '' ? undefined : /^[a-z_]{1,60}$/.test(error) ? error : 'unknown_error',
  };
}

/**
 * Exchanges a code, once. A client secret that Slack does not know has not touched the code: only then another one is
 * tried, the one before or one that was put into the secret just now.
 */
export async function exchangeCode<T>(
  code: string,
  way: keyof typeof paths,
  parts: Pick<RoundTrip, 'app' | 'origin'>,
  exchange: (exchange: Exchange) => Promise<Asked<T>>,
): Promise<Asked<T>> {
  const tried = new Set<string>();
  const untried = ({ clientId, clientSecrets }: SlackApp) => {
    const clientSecret = clientSecrets.find((secret) => !tried.has(secret));
    return clientSecret === undefined ? undefined : { clientId, clientSecret };
  };
  let answer: Asked<T> = { ok: false, kind: 'refused', code: 'bad_client_secret', dead: false };
  for (;;) {
    const credentials = await parts.app.find(untried);
    if (!credentials) return answer;
    tried.add(credentials.clientSecret);
    answer = await exchange({ ...credentials, code, redirectUri: redirectUri(parts, way) });
    if (answer.ok || answer.kind !== 'refused' || answer.code !== 'bad_client_secret') return answer;
  }
}

/**
 * Slack's ways to say that a code was used, is too old, was never given, or was given for the other of the two ways here.
 * Anybody can bring such a code; any other refusal is a fault of ours.
 * https://docs.slack.dev/reference/methods/oauth.v2.access#errors
 */
export function isWorn(code: string): boolean {
  return worn.has(code);
}

const worn: ReadonlySet<string> = new Set([
  'invalid_code',
  'code_already_used',
  'invalid_grant',
  'bad_redirect_uri',
  'oauth_authorization_url_mismatch',
]);

function redirectUri({ origin }: Pick<RoundTrip, 'origin'>, way: keyof typeof paths): string {
  return `${origin}${paths[way]}`;
}

function address(base: string, query: Readonly<Record<string, string | undefined>>): string {
  const url = new URL(base);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}
