/** What Sign in with Slack tells of a person, signed. https://docs.slack.dev/authentication/sign-in-with-slack */
import { createHash, createHmac, type KeyObject, sign } from 'node:crypto';
import type { Behaviour } from './behaviour.ts';
import type { SigningKey, SigningKeys } from './signing-keys.ts';
import type { Member, Workspace } from './workspace.ts';

/** Seconds between the issue of an id token and its end. */
const ID_TOKEN_LIFETIME = 300;

type Claims = Readonly<Record<string, unknown>>;
type IdTokenFault = NonNullable<Behaviour['idToken']>;

/** What an id token is about, beside the person. */
interface IdTokenAbout {
  /** Who speaks: the origin of this Slack. */
  readonly issuer: string;
  readonly clientId: string;
  readonly nonce: string | undefined;
  readonly accessToken: string;
  /** Seconds since 1970. */
  readonly allowedAt: number;
  readonly issuedAt: number;
}

/** A token before it is written down. */
interface Draft {
  readonly header: Readonly<Record<string, string>>;
  readonly claims: Claims;
  readonly signature: (signed: string) => Buffer;
  /** What takes the place of the claims after they were signed. */
  readonly passedOff?: Claims;
}

/** What the scopes let be known of a person: always who, with `email` and `profile` more. */
export function personalClaims({ team }: Workspace, member: Member, scopes: ReadonlySet<string>, url: string): Claims {
  const [given = '', ...family] = member.realName.split(' ');
  return {
    sub: member.id,
    'https://slack.com/user_id': member.id,
    'https://slack.com/team_id': team.id,
    ...(scopes.has('email') && {
      email: member.email,
      email_verified: member.emailConfirmed,
      ...(member.emailConfirmed && { date_email_verified: member.updated }),
    }),
    ...(scopes.has('profile') && {
      locale: 'en-IN',
      name: member.realName,
      given_name: given,
      family_name: family.join(' '),
      picture: `${url}/assets/favicon.svg`,
      'https://slack.com/team_name': team.name,
      'https://slack.com/team_domain': team.domain,
      'https://slack.com/team_image_default': true,
    }),
  };
}

/** An id token: as it should be, or with the fault that was ordered. */
export function idToken(personal: Claims, about: IdTokenAbout, keys: SigningKeys, fault: Behaviour['idToken']): string {
  const key = keys.current();
  const draft: Draft = {
    header: { typ: 'JWT', alg: 'RS256', kid: key.id },
    claims: {
      iss: about.issuer,
      aud: about.clientId,
      iat: about.issuedAt,
      exp: about.issuedAt + ID_TOKEN_LIFETIME,
      auth_time: about.allowedAt,
      ...(about.nonce !== undefined && { nonce: about.nonce }),
      at_hash: createHash('sha256').update(about.accessToken).digest().subarray(0, 16).toString('base64url'),
      ...personal,
    },
    signature: rs256(key.privateKey),
  };
  return written(fault === null ? draft : FAULTS[fault](draft, keys));
}

/** What each fault does to a token that was right. */
const FAULTS: Readonly<Record<IdTokenFault, (draft: Draft, keys: SigningKeys) => Draft>> = {
  wrong_audience: (draft) => claiming(draft, { aud: '1111.2222' }),
  wrong_issuer: (draft) => claiming(draft, { iss: 'https://slack.com.evil.example' }),
  wrong_nonce: (draft) => claiming(draft, { nonce: 'the-nonce-of-somebody-else' }),
  no_nonce: (draft) => claiming(draft, { nonce: undefined }),
  expired: (draft) => {
    const earlier = (name: string) => Number(draft.claims[name]) - 3_600;
    return claiming(draft, { iat: earlier('iat'), exp: earlier('exp'), auth_time: earlier('auth_time') });
  },
  email_unverified: (draft) => claiming(draft, { email_verified: false, date_email_verified: undefined }),
  other_team: (draft) => claiming(draft, { 'https://slack.com/team_id': 'T0STRANGER' }),
  foreign_key: (draft, keys) => ({ ...draft, signature: rs256(keys.foreignKey().privateKey) }),
  unknown_key_id: (draft, keys) => {
    const foreign: SigningKey = keys.foreignKey();
    return { ...draft, header: { ...draft.header, kid: foreign.id }, signature: rs256(foreign.privateKey) };
  },
  algorithm_none: (draft) => ({
    ...draft,
    header: { typ: 'JWT', alg: 'none' },
    signature: () => Buffer.alloc(0),
  }),
  algorithm_hs256: (draft, keys) => ({
    ...draft,
    header: { ...draft.header, alg: 'HS256' },
    signature: (signed) =>
      createHmac('sha256', keys.current().publicKey.export({ format: 'pem', type: 'spki' }))
        .update(signed)
        .digest(),
  }),
  tampered: (draft) => ({ ...draft, passedOff: { ...draft.claims, sub: 'U0SOMEBODY' } }),
};

function claiming(draft: Draft, claims: Claims): Draft {
  return { ...draft, claims: { ...draft.claims, ...claims } };
}

function rs256(key: KeyObject): Draft['signature'] {
  return (signed) => sign('sha256', Buffer.from(signed), key);
}

/** https://www.rfc-editor.org/rfc/rfc7515#section-3.1 */
function written({ header, claims, signature, passedOff }: Draft): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = signature(`${part(header)}.${part(claims)}`);
  return `${part(header)}.${part(passedOff ?? claims)}.${signed.toString('base64url')}`;
}
