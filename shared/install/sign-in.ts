import type { Report } from '../base/report.ts';
import type { Directory } from '../org/directory.ts';
import type { Installations } from '../slack/installation.ts';
import { cookieIn, setCookie } from './cookie.ts';
import { type Expected, type Identity, verifyIdToken } from './id-token.ts';
import { KeysUnreachable } from './keys-client.ts';
import { type Outcome, outcomePage } from './outcome.ts';
import type { Reply } from './reply.ts';
import { exchangeCode, isWorn, type RoundTrip, readReturn, type Visit } from './round-trip.ts';
import { Sessions, sessionSeconds } from './session.ts';
import type { SlackAccess } from './slack-client.ts';

export type SignInParts = RoundTrip & {
  readonly slack: Pick<SlackAccess, 'signIn'>;
  readonly installations: Pick<Installations, 'bot' | 'connection'>;
  readonly directory: Pick<Directory, 'byEmail'>;
  /** Who has to have signed an id_token: Slack. */
  readonly issuer: string;
  /** Slack's public keys, kept in memory. */
  readonly keys: Expected['keys'];
  readonly report: Report;
  readonly supportEmail: string | undefined;
};

/**
 * `GET /slack/openid/callback`: uses the state up, exchanges the code once, verifies the id_token, and signs in whom the
 * directory of their workspace knows, or of whom something is kept here that they may want to end.
 */
export async function signIn(visit: Visit, parts: SignInParts): Promise<Reply> {
  const identity = await identityOf(visit, parts);
  if ('kind' in identity) return outcomePage(identity, parts.supportEmail);
  const { team, user, workspace, email, emailVerified } = identity;
  const ids = { team, user };
  const refused = (outcome: Outcome): Reply => ({ ...outcomePage(outcome, parts.supportEmail), ids });

  if (!emailVerified || email === undefined) {
    return refused({ kind: 'email-unconfirmed', workspace, back: 'nothing', installed: false });
  }
  const [admin, kept, bot] = await Promise.all([
    parts.directory.byEmail(team, email),
    parts.installations.connection(team, user),
    parts.installations.bot(team),
  ]);
  if (!admin && !kept) {
    return refused(
      bot
        ? { kind: 'email-unknown', workspace, back: 'nothing', installed: false }
        : { kind: 'not-installed', workspace, back: 'nothing' },
    );
  }
  const until = parts.clock.now() + sessionSeconds * 1000;
  const name = admin?.name ?? identity.name;
  const session = { id: parts.secretId(), team, user, name, workspace, until, admin: admin?.id };
  return {
    kind: 'redirect',
    to: '/connections',
    outcome: 'signed-in',
    cookies: [setCookie('session', new Sessions(await parts.app.value()).sign(session), sessionSeconds)],
    ids,
  };
}

async function identityOf(visit: Visit, parts: SignInParts): Promise<Identity | Outcome> {
  const purpose = 'sign-in';
  const { state, code, error } = readReturn(visit);
  const now = parts.clock.now();
  const taken = await parts.states.take(state, cookieIn(visit.cookies, 'browser'), [purpose], now);
  if (error === 'access_denied') return { kind: 'cancelled', purpose };
  if (taken === 'other-browser') return { kind: 'other-browser' };
  if (taken === 'gone' || taken.nonce === undefined) return { kind: 'expired', purpose };
  if (error !== undefined) return { kind: 'not-granted', purpose, code: error };
  if (code === undefined) return { kind: 'expired', purpose };

  const asked = await exchangeCode(code, 'sign-in', parts, (exchange) => parts.slack.signIn(exchange));
  if (!asked.ok) {
    if (asked.kind === 'unreachable') return { kind: 'unreachable', purpose, back: 'nothing' };
    return isWorn(asked.code) ? { kind: 'expired', purpose } : refusedWith(asked.code, parts);
  }
  const { clientId: audience } = await parts.app.value();
  try {
    const { issuer, keys } = parts;
    const verified = await verifyIdToken(asked.value, { issuer, audience, nonce: taken.nonce, now, keys });
    if (verified.ok) return verified.identity;
    // Of another round trip, as anybody gets it who brings a code of one with the state of another.
    return verified.why === 'nonce' ? { kind: 'expired', purpose } : refusedWith(`id_token_${verified.why}`, parts);
  } catch (thrown) {
    if (thrown instanceof KeysUnreachable) return { kind: 'unreachable', purpose, back: 'nothing' };
    throw thrown;
  }
}

function refusedWith(code: string, { report }: SignInParts): Outcome {
  report(new Error(`A sign-in with Slack was refused: ${code}`), { where: 'sign-in' });
  return { kind: 'refused', purpose: 'sign-in', code, back: 'nothing' };
}
