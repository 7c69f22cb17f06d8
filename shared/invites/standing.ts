import { createHash } from 'node:crypto';
import type { TeamId, UserId } from '../base/names.ts';
import { foldEmail } from '../org/email.ts';

/** A member as Slack lists them, as far as it is looked at. https://docs.slack.dev/reference/objects/user-object */
export type ListedMember = {
  readonly id?: string;
  readonly team_id?: string;
  readonly deleted?: boolean;
  readonly is_bot?: boolean;
  readonly is_workflow_bot?: boolean;
  readonly is_connector_bot?: boolean;
  readonly is_stranger?: boolean;
  readonly is_invited_user?: boolean;
  readonly is_restricted?: boolean;
  readonly is_ultra_restricted?: boolean;
  readonly is_email_confirmed?: boolean;
  readonly updated?: number;
  readonly profile?: { readonly email?: string };
};

/** What Slack says of one person's account. */
export type Sighting = {
  readonly user: UserId;
  readonly standing: 'invited' | 'accepted' | 'deactivated';
  readonly guest: 'single-channel' | 'multi-channel' | undefined;
  /** Whose it is, as `addressOf` names it; undefined where Slack does not show one. */
  readonly address: string | undefined;
  /** The holder of the address has shown that it is theirs. */
  readonly isConfirmed: boolean;
  /** Seconds since 1970; of two sightings the one with the greater is the newer. */
  readonly updated: number;
};

/** Slackbot is no bot by its flags, and neither is the account in whose name Slack itself writes. */
const ofSlack = new Set(['USLACKBOT', 'USLACK']);

/**
 * What kind of account a member is; undefined for what is no person of this workspace: bots, and people who are here from
 * another one. `is_app_user` says that somebody uses this app, and is no flag of bots.
 */
export function sightingOf(member: ListedMember, team: TeamId): Sighting | undefined {
  const { id = '', profile, updated = 0 } = member;
  const isBot = member.is_bot || member.is_workflow_bot || member.is_connector_bot;
  if (id === '' || ofSlack.has(id) || isBot || member.is_stranger || member.team_id !== team) return undefined;
  return {
    user: id as UserId,
    standing: member.deleted ? 'deactivated' : member.is_invited_user ? 'invited' : 'accepted',
    guest: member.is_ultra_restricted ? 'single-channel' : member.is_restricted ? 'multi-channel' : undefined,
    address: profile?.email === undefined || profile.email === '' ? undefined : addressOf(profile.email),
    isConfirmed: member.is_email_confirmed === true,
    updated,
  };
}

/** What stands for an e-mail address in keys: nobody can read it back, and nobody has to. */
export function addressOf(email: string): string {
  return createHash('sha256').update(foldEmail(email.trim())).digest('base64url').slice(0, 22);
}
