import { createHash } from 'node:crypto';
import { type TeamId, teamId, type UserId, userId } from '../base/names.ts';
import { type Fields, fieldsIn, idIn, textIn } from './untrusted.ts';

/** Somebody's account in Slack, as far as it matters who may be invited. */
export type Account = {
  readonly user: UserId;
  /** Their own workspace: another one, of somebody who is here through a shared channel only. */
  readonly team: TeamId;
  readonly isDeactivated: boolean;
  readonly isConfirmed: boolean;
  /** Has been invited and was never there. */
  readonly isInvited: boolean;
  readonly isGuest: boolean;
};

/** What that comes to in a workspace: `member` and `guest` can be invited into channels. */
export type AccountKind = 'member' | 'guest' | 'invited' | 'unconfirmed' | 'deactivated' | 'foreign';

/** The account in a user object of Slack's; undefined where it is none of a person. https://docs.slack.dev/reference/objects/user-object */
export function accountIn(user: Fields): Account | undefined {
  const [id, team] = [idIn(user, 'id'), idIn(user, 'team_id')];
  if (id === undefined || user['is_bot'] === true || id === 'USLACKBOT') return undefined;
  return {
    user: userId(id),
    team: teamId(team ?? ''),
    isDeactivated: user['deleted'] === true,
    isConfirmed: user['is_email_confirmed'] === true,
    isInvited: user['is_invited_user'] === true,
    isGuest: user['is_restricted'] === true,
  };
}

/** How an account stands in this workspace. */
export function kindOf(
  { team: own, isDeactivated, isInvited, isConfirmed, isGuest }: Account,
  team: TeamId,
): AccountKind {
  if (own !== team) return 'foreign';
  if (isDeactivated) return 'deactivated';
  if (isInvited) return 'invited';
  if (!isConfirmed) return 'unconfirmed';
  return isGuest ? 'guest' : 'member';
}

/** The sign of the address in a user object; empty where Slack does not say the address. */
export function addressSignIn(user: Fields): string {
  const email = textIn(fieldsIn(user, 'profile'), 'email');
  return email === undefined ? '' : addressSign(email);
}

/**
 * Two bytes made of an e-mail address, whatever its case: enough to see that it is another one, and not to say which it is,
 * since of all addresses one in 65,536 has the same.
 */
export function addressSign(email: string): string {
  return createHash('sha256').update(email.toLowerCase()).digest('hex').slice(0, 4);
}
