import type { TeamId, UserId } from '../base/names.ts';
import type { Report } from '../base/report.ts';
import type { Admin } from '../org/directory.ts';
import { connectPerson } from './connect-person.ts';
import { cookieIn, setCookie } from './cookie.ts';
import { giveBack, giveBackAll } from './give-back.ts';
import { type InstallParts, installApp } from './install-app.ts';
import { type Outcome, outcomePage } from './outcome.ts';
import type { Reply } from './reply.ts';
import { exchangeCode, isWorn, type RoundTrip, readReturn, type Visit } from './round-trip.ts';
import { Sessions, sessionSeconds } from './session.ts';
import type { Begun } from './state-store.ts';

/** How the way back from Slack can end. */
export type Ended =
  | Outcome
  | {
      readonly kind: 'connected';
      readonly what: 'app' | 'me';
      readonly team: TeamId;
      readonly user: UserId;
      /** As the directory knows them. */
      readonly admin: Admin;
      readonly workspace: string;
    };

export type CallbackParts = RoundTrip &
  InstallParts & { readonly report: Report; readonly supportEmail: string | undefined };

/**
 * `GET /slack/oauth/callback`: uses the state up, exchanges the code once, and keeps what was granted, or gives it back. Who
 * is known then is signed in, and led on to a page whose address holds nothing that could be used again.
 */
export async function callback(visit: Visit, parts: CallbackParts): Promise<Reply> {
  const ended = await endOf(visit, parts);
  if (ended.kind !== 'connected') {
    if (ended.kind === 'refused') {
      parts.report(new Error(`Slack refused what an installation needs: ${ended.code}`), { where: 'slack callback' });
    }
    return outcomePage(ended, parts.supportEmail);
  }
  const { what, team, user, admin, workspace } = ended;
  const sessions = new Sessions(await parts.app.value());
  const until = parts.clock.now() + sessionSeconds * 1000;
  const session = { id: parts.secretId(), team, user, admin: admin.id, name: admin.name, workspace, until };
  return {
    kind: 'redirect',
    to: `/connected?what=${what}`,
    outcome: `connected-${what}`,
    cookies: [setCookie('session', sessions.sign(session), sessionSeconds)],
    ids: { team, user },
  };
}

async function endOf(visit: Visit, parts: CallbackParts): Promise<Ended> {
  const { state, code, error } = readReturn(visit);
  const browser = cookieIn(visit.cookies, 'browser');
  const taken = await parts.states.take(state, browser, ['app', 'me'], parts.clock.now());
  if (error === 'access_denied')
    return { kind: 'cancelled', purpose: typeof taken === 'string' ? undefined : taken.purpose };
  if (taken === 'other-browser') return { kind: 'other-browser' };
  if (taken === 'gone') return { kind: 'expired', purpose: undefined };
  const { purpose } = taken;
  if (error !== undefined) return { kind: 'not-granted', purpose, code: error };
  if (code === undefined) return { kind: 'expired', purpose };

  const asked = await exchangeCode(code, 'install', parts, (exchange) => parts.slack.exchange(exchange));
  if (!asked.ok) {
    if (asked.kind === 'unreachable') return { kind: 'unreachable', purpose, back: 'nothing' };
    return refusedExchange(asked.code, purpose);
  }
  const granted = asked.value;
  if ('orgWide' in granted) return { kind: 'org-wide', back: await giveBackAll(granted, parts.slack) };
  if (taken.team !== undefined && taken.team !== granted.team) {
    const back = await giveBack(granted, 'spare what is kept', parts);
    return { kind: 'wrong-workspace', came: granted.workspace, purpose, back };
  }
  return purpose === 'me' ? connectPerson(granted, taken.user, parts) : installApp(granted, parts);
}

function refusedExchange(code: string, purpose: Begun['purpose']): Outcome {
  if (isWorn(code)) return { kind: 'expired', purpose };
  if (code === 'cannot_install_an_org_installed_app') return { kind: 'org-wide', back: 'nothing' };
  if (code === 'user_email_unverified') {
    return { kind: 'email-unconfirmed', workspace: 'this workspace', back: 'nothing', installed: false };
  }
  return { kind: 'refused', purpose, code, back: 'nothing' };
}
