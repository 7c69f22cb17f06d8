/** What the app is allowed in a workspace, by it and by each person: tokens come of it, and go with it. */
import type { Behaviour } from './behaviour.ts';
import type { Grant, Workspace } from './workspace.ts';

/** Who allows, and how tokens are made. */
interface Allowing {
  readonly workspace: Workspace;
  readonly behaviour: Pick<Behaviour, 'tokens'>;
  readonly secret: () => string;
  /** Seconds since 1970. */
  readonly at: number;
}

/** The scopes with which a token only says who somebody is. */
const SIGN_IN = 'openid';

/** The app's own token, with the scopes added to what it had. Its bot is there from now on. */
export function allowApp({ workspace, behaviour, secret, at }: Allowing, scopes: readonly string[]): Grant {
  const { botUserId } = workspace.app;
  const bot = workspace.members.get(botUserId);
  if (bot === undefined || bot.deactivated) workspace.bringBot(at);
  return extend(
    workspace,
    workspace.grantsOf(botUserId),
    { kind: 'bot', userId: botUserId, scopes },
    behaviour,
    secret,
  );
}

/** A person's token, with the scopes added to what that person had allowed. */
export function allowPerson(
  { workspace, behaviour, secret }: Allowing,
  userId: string,
  scopes: readonly string[],
): Grant {
  const isSignIn = scopes.includes(SIGN_IN);
  const had = workspace.grantsOf(userId).filter((grant) => grant.scopes.has(SIGN_IN) === isSignIn);
  return extend(workspace, had, { kind: 'user', userId, scopes }, behaviour, secret);
}

/**
 * Does what `auth.revoke` does to the caller's token. Without token rotation a person's whole authorization goes with it.
 * The bot's leaves the app without a bot: deactivated, and out of its channels. The app is gone once its last token is.
 * https://docs.slack.dev/reference/methods/auth.revoke, https://docs.slack.dev/reference/events/app_uninstalled
 */
export function revoke(workspace: Workspace, grant: Grant, reach: Behaviour['revocation'], at: number): void {
  if (grant.kind === 'user' && reach === 'installation') {
    uninstall(workspace, at);
    return;
  }
  workspace.revoke(grant.kind === 'user' && reach === 'person' ? workspace.grantsOf(grant.userId) : [grant]);
  const isLeft = [...workspace.grants.values()].some((other) => !other.revoked);
  if (grant.kind === 'bot' || !isLeft) workspace.dismissBot(at);
  if (!isLeft) workspace.happened({ kind: 'uninstalled' });
}

/**
 * Takes the app out of the workspace: every token, the bot, its memberships. The app hears of both, in no promised order.
 * https://docs.slack.dev/reference/events/app_uninstalled, https://docs.slack.dev/reference/events/tokens_revoked
 */
export function uninstall(workspace: Workspace, at: number): void {
  workspace.revoke(workspace.grants.values());
  workspace.dismissBot(at);
  workspace.happened({ kind: 'uninstalled' });
}

/** Scopes are only ever added: https://docs.slack.dev/authentication/installing-with-oauth#additive */
function extend(
  workspace: Workspace,
  had: readonly Grant[],
  { kind, userId, scopes }: Pick<Grant, 'kind' | 'userId'> & { readonly scopes: readonly string[] },
  { tokens }: Pick<Behaviour, 'tokens'>,
  secret: () => string,
): Grant {
  const all = [...new Set([...had.flatMap((grant) => [...grant.scopes]), ...scopes])];
  const kept = tokens === 'same' ? had.at(-1)?.token : undefined;
  return workspace.grant(kept ?? `${kind === 'bot' ? 'xoxb' : 'xoxp'}-local-${secret()}`, kind, userId, all);
}
