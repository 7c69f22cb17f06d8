import type { JWTVerifyGetKey } from 'jose';
import * as z from 'zod/mini';
import { once } from '../base/lazy.ts';
import { type TeamId, teamId, type UserId, userId } from '../base/names.ts';
import { codeOf } from './jose-code.ts';

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
  /** The issuer's public keys: the one that a token's header names. */
  readonly keys: JWTVerifyGetKey;
};

/** `why` names the check that failed, for the log; nothing of the token. */
export type Verified =
  | { readonly ok: true; readonly identity: Identity }
  | { readonly ok: false; readonly why: string };

/** How far two clocks may be apart. */
const clockTolerance = '60 s';

/** An older token than this was not made for this sign-in, which may take ten minutes. */
const maxTokenAge = '15 min';

const claims = once(() =>
  z.object({
    // A token that is for others as well is not for us alone to accept.
    aud: z.union([z.string(), z.array(z.string()).check(z.length(1))]),
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
 * Verifies the id_token of a sign-in completely: signed with RS256 and nothing else, by a key of the issuer; from this issuer,
 * for us alone, for this sign-in, and still valid. Throws only what `keys` throws.
 * https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation, https://docs.slack.dev/authentication/sign-in-with-slack
 */
export async function verifyIdToken(token: string, expected: Expected): Promise<Verified> {
  const refused = (why: string): Verified => ({ ok: false, why });
  const { issuer, audience, nonce, now, keys } = expected;
  // Loaded at the first sign-in, as Slack's client is at the first call.
  const { jwtVerify } = await import('jose/jwt/verify');
  let payload: unknown;
  try {
    ({ payload } = await jwtVerify(token, keys, {
      algorithms: ['RS256'],
      issuer,
      audience,
      requiredClaims: ['exp', 'iat'],
      maxTokenAge,
      clockTolerance,
      currentDate: new Date(now),
    }));
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    return refused(claimOf(error) ?? code);
  }

  const claimed = claims().safeParse(payload);
  if (!claimed.success) return refused('claims');
  const { sub, nonce: repeated, ...who } = claimed.data;
  if (repeated !== nonce) return refused('nonce');
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

/** The claim that jose found wanting. */
function claimOf(error: unknown): string | undefined {
  return error instanceof Error && 'claim' in error && typeof error.claim === 'string' ? error.claim : undefined;
}
