import type { Clock } from '../base/clock.ts';
import type { Directory } from '../org/directory.ts';
import type { Installations } from '../slack/installation.ts';
import { connectedPage, connectionsPage, type News, type Shown } from './connections-page.ts';
import { clearCookie, cookieIn } from './cookie.ts';
import { endedWithIt } from './give-back.ts';
import { outcomePage } from './outcome.ts';
import type { Reply } from './reply.ts';
import type { RoundTrip, Visit } from './round-trip.ts';
import { type Session, Sessions } from './session.ts';
import type { SlackAccess } from './slack-client.ts';

export type ConnectionParts = Pick<RoundTrip, 'app' | 'origin'> & {
  readonly installations: Installations;
  readonly directory: Pick<Directory, 'admin'>;
  readonly slack: SlackAccess;
  readonly clock: Pick<Clock, 'now'>;
  readonly supportEmail: string | undefined;
};

/** A form of the hosted pages, as it was sent. */
export type Sent = Visit & {
  readonly token: string;
  /** Where the page with the form was from, if the browser says so. */
  readonly from: string | undefined;
};

/** `GET /connections`. Who is not signed in is led to Slack, and comes back here. */
export async function showConnections(visit: Visit, parts: ConnectionParts): Promise<Reply> {
  const who = await signedIn(visit, parts);
  if (!who) return toSignIn;
  const news = (['disconnected', 'disconnected-app', 'leaving', 'again'] as const).find(
    (one) => one === visit.query['news'],
  );
  const shown = await shownTo(who, parts);
  // The address may be an old one: nothing is called gone that is there, nor the other way round.
  const isSo = news === undefined || (shown.connection?.state ?? 'none') === stateAfter[news];
  const page = connectionsPage(shown, isSo ? news : undefined);
  return { kind: 'page', status: 200, page, outcome: 'shown', ids: idsOf(who.session) };
}

const stateAfter: Readonly<Record<News, string>> = {
  disconnected: 'none',
  'disconnected-app': 'none',
  leaving: 'leaving',
  again: 'live',
};

/** `GET /connected`: the page after a consent. It says what is so now, whenever it is loaded. */
export async function showConnected(visit: Visit, parts: ConnectionParts): Promise<Reply> {
  const who = await signedIn(visit, parts);
  if (!who) return toSignIn;
  const what = visit.query['what'] === 'me' ? 'me' : 'app';
  const shown = await shownTo(who, parts);
  const isSo = what === 'me' ? shown.connection?.state === 'live' : shown.app !== 'gone';
  const page = isSo ? connectedPage(shown, what) : connectionsPage(shown);
  return { kind: 'page', status: 200, page, outcome: 'shown', ids: idsOf(who.session) };
}

/**
 * `POST /connections/disconnect`: ends a person's consent, in the one order in which the page never says that a token is
 * gone while it is kept. Its use ends here; then Slack revokes it; then it is deleted. Stopped or unanswered in between, the page
 * says that it is not finished, and the same button goes on.
 *
 * Who is not signed in any more is told so here: browsers stop a form that is led on to another site, which Slack is.
 * https://www.w3.org/TR/CSP3/#directive-form-action
 */
export async function disconnect(sent: Sent, parts: ConnectionParts): Promise<Reply> {
  const who = await signedIn(sent, parts);
  if (!who || !isOwnForm(sent, who, parts)) return outcomePage({ kind: 'token-refused' }, parts.supportEmail);
  const { session } = who;
  const news = await end(session, parts);
  return { kind: 'redirect', to: `/connections?news=${news}`, outcome: news, ids: idsOf(session) };
}

async function end({ team, user }: Session, parts: ConnectionParts): Promise<News> {
  const { installations, slack, clock } = parts;
  const left = await installations.leave(team, user, clock.now());
  if (!left) return 'disconnected';
  const revoked = await slack.revoke(await left.token());
  if (!revoked.ok) return 'leaving';
  if (!(await installations.forget(team, user, left.version))) {
    // Consented anew meanwhile, perhaps with the very token that Slack has just revoked.
    const anew = await installations.user(team, user);
    const asked = anew && (await slack.identity(await anew.token()));
    if (anew && asked?.ok === false && asked.kind === 'refused' && asked.dead) {
      await installations.markDead(team, anew, clock.now(), asked.code);
    }
    return 'again';
  }
  return (await endedWithIt(team, parts)) ? 'disconnected-app' : 'disconnected';
}

/** `POST /sign-out` */
export async function signOut(sent: Sent, parts: ConnectionParts): Promise<Reply> {
  const who = await signedIn(sent, parts);
  if (who && !isOwnForm(sent, who, parts)) return outcomePage({ kind: 'token-refused' }, parts.supportEmail);
  return { kind: 'redirect', to: '/', outcome: 'signed-out', cookies: [clearCookie('session')] };
}

const toSignIn: Reply = { kind: 'redirect', to: '/slack/sign-in', outcome: 'to-sign-in' };

type Who = { readonly session: Session; readonly sessions: Sessions };

async function signedIn({ cookies }: Visit, { app, clock }: ConnectionParts): Promise<Who | undefined> {
  const sessions = new Sessions(await app.value());
  const session = sessions.read(cookieIn(cookies, 'session'), clock.now());
  return session && { session, sessions };
}

function isOwnForm({ token, from }: Sent, { session, sessions }: Who, { origin }: ConnectionParts): boolean {
  return (from === undefined || from === origin) && sessions.isFormToken(session, token);
}

async function shownTo({ session, sessions }: Who, parts: ConnectionParts): Promise<Shown> {
  const { team: id, user, name, workspace, admin: adminId } = session;
  const { installations, directory } = parts;
  const [team, bot, connection, admin] = await Promise.all([
    installations.team(id),
    installations.bot(id),
    installations.connection(id, user),
    adminId === undefined ? undefined : directory.admin(id, adminId),
  ]);
  return {
    name: admin?.name ?? name,
    workspace: { name: team?.name ?? workspace, url: team?.url },
    app: !bot ? 'gone' : team ? 'live' : 'without-channels',
    connection,
    known: admin?.active === true,
    timeZone: team?.timeZone ?? 'Asia/Kolkata',
    token: sessions.formToken(session),
  };
}

function idsOf({ team, user }: Session) {
  return { team, user };
}
