import { createHash, createPublicKey, type KeyObject, timingSafeEqual, verify } from 'node:crypto';
import * as z from 'zod/mini';
import { once } from '../base/lazy.ts';
import { type TeamId, teamId, type UserId, userId } from '../base/names.ts';

/** A public key of whoever signs, as a JSON Web Key. https://www.rfc-editor.org/rfc/rfc7517 */
export type SigningKey = {
  readonly kty?: string | undefined;
  readonly n?: string | undefined;
  readonly e?: string | undefined;
  readonly kid?: string | undefined;
  readonly alg?: string | undefined;
  readonly use?: string | undefined;
};

/** Who signed in, as Slack says. Identity is team and user together, never the address. */
export type Identity = {
  readonly team: TeamId;
  readonly user: UserId;
  readonly name: string;
  readonly workspace: string;
  readonly email: string | undefined;
  readonly emailVerified: boolean;
};

/** What a token is held to. */
export type Expected = {
  readonly issuer: string;
  /** Our client id. */
  readonly audience: string;
  /** Sent along when the sign-in was begun. */
  readonly nonce: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The issuer's key of this id. */
  readonly keyOf: (kid: string) => Promise<SigningKey | undefined>;
};

/** `why` names the check that failed, for the log; nothing of the token. */
export type Verified =
  | { readonly ok: true; readonly identity: Identity }
  | { readonly ok: false; readonly why: string };

/** How far two clocks may be apart, in seconds. */
const skewSeconds = 60;

/** An older token than this was not made for this sign-in, which may take ten minutes. In seconds. */
const oldestSeconds = 15 * 60;

/** Shorter keys are not used for signatures any more. https://www.rfc-editor.org/rfc/rfc7518#section-3.3 */
const fewestBits = 2_048;

const header = once(() =>
  z.object({ alg: z.literal('RS256'), kid: z.string().check(z.minLength(1)), crit: z.optional(z.never()) }),
);

const claims = once(() =>
  z.object({
    iss: z.string(),
    aud: z.union([z.string(), z.array(z.string())]),
    exp: z.number(),
    iat: z.number(),
    nonce: z.string(),
    sub: z.string(),
    'https://slack.com/team_id': z.string().check(z.regex(/^T[A-Z0-9]{1,31}$/)),
    'https://slack.com/user_id': z.string().check(z.regex(/^[UW][A-Z0-9]{1,31}$/)),
    'https://slack.com/team_name': z.optional(z.string()),
    name: z.optional(z.string()),
    email: z.optional(z.string()),
    email_verified: z.optional(z.boolean()),
  }),
);

/**
 * Verifies the id_token of a sign-in completely: signed with RS256 and nothing else, by a key of the issuer that the token
 * names; from this issuer, for us, for this sign-in, and still valid. The algorithm is ours to choose, never the token's.
 * Throws only where the keys cannot be had.
 * https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation, https://docs.slack.dev/authentication/sign-in-with-slack
 */
export async function verifyIdToken(token: string, expected: Expected): Promise<Verified> {
  const refused = (why: string): Verified => ({ ok: false, why });
  const parts = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(token);
  if (!parts || token.length > 16_384) return refused('shape');
  const [, head = '', body = '', signature = ''] = parts;

  const said = header().safeParse(json(head));
  if (!said.success) return refused('header');
  const key = publicKey(await expected.keyOf(said.data.kid));
  if (!key) return refused('key');
  if (!verify('RSA-SHA256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))) {
    return refused('signature');
  }

  const claimed = claims().safeParse(json(body));
  if (!claimed.success) return refused('claims');
  const { iss, aud, exp, iat, nonce, sub, ...who } = claimed.data;
  const seconds = expected.now / 1000;
  if (iss !== expected.issuer) return refused('iss');
  // A token that is for others as well is not for us alone to accept.
  if ([aud].flat().length !== 1 || [aud].flat()[0] !== expected.audience) return refused('aud');
  if (!(exp > seconds - skewSeconds)) return refused('exp');
  if (!(iat < seconds + skewSeconds && iat > seconds - oldestSeconds)) return refused('iat');
  if (!isSame(nonce, expected.nonce)) return refused('nonce');
  if (sub !== who['https://slack.com/user_id']) return refused('sub');

  return {
    ok: true,
    identity: {
      team: teamId(who['https://slack.com/team_id']),
      user: userId(who['https://slack.com/user_id']),
      name: who.name ?? who['https://slack.com/user_id'],
      workspace: who['https://slack.com/team_name'] ?? who['https://slack.com/team_id'],
      email: who.email,
      emailVerified: who.email_verified === true,
    },
  };
}

/** Of a key that may verify signatures with RS256; undefined for any other. */
function publicKey(jwk: SigningKey | undefined): KeyObject | undefined {
  if (jwk?.kty !== 'RSA' || (jwk.alg ?? 'RS256') !== 'RS256' || (jwk.use ?? 'sig') !== 'sig') return undefined;
  try {
    const key = createPublicKey({ key: { kty: 'RSA', n: jwk.n ?? '', e: jwk.e ?? '' }, format: 'jwk' });
    return (key.asymmetricKeyDetails?.modulusLength ?? 0) >= fewestBits ? key : undefined;
  } catch {
    return undefined;
  }
}

function json(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString());
  } catch {
    return undefined;
  }
}

function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
