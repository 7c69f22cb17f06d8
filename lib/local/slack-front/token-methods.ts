/** Methods that need no token, since they are how one comes by a token: the app shows its client id and secret instead. */
import type { Args } from './args.ts';
import { allowApp, allowPerson } from './authorization.ts';
import type { Consent } from './codes.ts';
import { idToken, personalClaims } from './openid.ts';
import { SlackRefusal } from './refusal.ts';
import type { SlackState } from './state.ts';
import type { Tenant } from './tenants.ts';

/** A call with the app's credentials in place of a token. */
interface CredentialCall {
  readonly args: Args;
  readonly state: SlackState;
  /** The `Authorization` header. */
  readonly authorization: string | undefined;
  /** Where this Slack is served, without a slash at the end. */
  readonly url: string;
}

/** A method: answers with the fields beside `ok: true`, or throws a SlackRefusal. */
type CredentialMethod = (call: CredentialCall) => Readonly<Record<string, unknown>>;

/** An organization has an id of its own kind; any will do. */
const ORGANIZATION = { id: 'E0ACADEMY1', name: 'Acme Group' };

export const tokenMethods: Readonly<Record<string, CredentialMethod>> = {
  /** https://docs.slack.dev/reference/methods/oauth.v2.access */
  'oauth.v2.access': (call) => {
    const { consent, tenant } = exchange(call, 'install');
    const { workspace } = tenant;
    const { behaviour, clock, secret } = call.state;
    const allowing = { workspace, behaviour, secret, at: Math.floor(clock.now() / 1000) };
    const app = consent.botScopes.length > 0 ? allowApp(allowing, consent.botScopes) : undefined;
    const person =
      consent.userScopes.length > 0 ? allowPerson(allowing, consent.userId, consent.userScopes) : undefined;
    return {
      app_id: call.state.app.id,
      authed_user: {
        id: consent.userId,
        ...(person !== undefined && {
          scope: [...person.scopes].join(','),
          access_token: person.token,
          token_type: 'user',
        }),
      },
      ...(app !== undefined && {
        scope: [...app.scopes].join(','),
        token_type: 'bot',
        access_token: app.token,
        bot_user_id: app.userId,
      }),
      team: behaviour.organization ? null : { id: workspace.team.id, name: workspace.team.name },
      enterprise: behaviour.organization ? ORGANIZATION : null,
      is_enterprise_install: behaviour.organization,
    };
  },

  /** https://docs.slack.dev/reference/methods/openid.connect.token */
  'openid.connect.token': (call) => {
    const { consent, tenant } = exchange(call, 'sign-in');
    const { workspace } = tenant;
    const { app, behaviour, clock, secret, signingKeys } = call.state;
    const issuedAt = Math.floor(clock.now() / 1000);
    const member = workspace.members.get(consent.userId);
    if (member === undefined) throw new SlackRefusal('invalid_code');
    const grant = allowPerson({ workspace, behaviour, secret, at: issuedAt }, member.id, consent.userScopes);
    const about = {
      issuer: call.url,
      clientId: app.clientId,
      nonce: consent.nonce,
      accessToken: grant.token,
      allowedAt: Math.floor(consent.allowedAt / 1000),
      issuedAt,
    };
    return {
      access_token: grant.token,
      token_type: 'Bearer',
      id_token: idToken(
        personalClaims(workspace, member, new Set(consent.userScopes), call.url),
        about,
        signingKeys,
        behaviour.idToken,
      ),
    };
  },
};

/** Checks who calls and takes the code up. */
function exchange(call: CredentialCall, flow: Consent['flow']): { readonly consent: Consent; readonly tenant: Tenant } {
  const { args, state } = call;
  const [clientId, clientSecret] = credentials(call);
  state.app.authenticate(clientId, clientSecret);
  const grantType = args.text('grant_type') ?? 'authorization_code';
  // Without token rotation nobody was ever given a refresh token: https://docs.slack.dev/authentication/using-token-rotation
  if (grantType === 'refresh_token') throw new SlackRefusal('invalid_refresh_token');
  if (grantType !== 'authorization_code') throw new SlackRefusal('invalid_grant_type');
  // The app is not registered for PKCE, which Slack then refuses.
  if (args.has('code_verifier')) throw new SlackRefusal('pkce_not_allowed');
  const consent = state.codes.redeem(args.text('code'), flow, args.text('redirect_uri'));
  const tenant = state.tenants.ofTeam(consent.teamId);
  if (tenant === undefined) throw new SlackRefusal('invalid_code');
  return { consent, tenant };
}

/** Client id and secret, as HTTP Basic (percent-encoded, as OAuth has it) or as arguments. */
function credentials({ args, authorization }: CredentialCall): readonly (string | undefined)[] {
  const basic = /^Basic\s+(.+)$/i.exec(authorization ?? '')?.[1];
  if (basic === undefined) return [args.text('client_id'), args.text('client_secret')];
  const [, id = '', secret = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(basic, 'base64').toString('utf8')) ?? [];
  return [decoded(id), decoded(secret)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
