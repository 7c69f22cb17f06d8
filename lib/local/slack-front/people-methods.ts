/** users.* and team.info: who is there. */
import { type Method, memberOf, needScope, pageOf } from './method.ts';
import { SlackRefusal } from './refusal.ts';
import type { Grant, Member, Workspace } from './workspace.ts';

export const peopleMethods: Readonly<Record<string, Method>> = {
  'users.info': (call) => {
    needScope(call, 'users:read');
    return { user: wireMember(call.workspace, memberOf(call, call.args.text('user')), call.grant) };
  },

  'users.list': (call) => {
    needScope(call, 'users:read');
    const { items, response_metadata } = pageOf(call, [...call.workspace.members.values()], 1000, 1000);
    return {
      members: items.map((member) => wireMember(call.workspace, member, call.grant)),
      cache_ts: 0,
      response_metadata,
    };
  },

  /** Deactivated people, bots and people from elsewhere are not found this way. */
  'users.lookupByEmail': (call) => {
    needScope(call, 'users:read.email');
    const email = call.args.text('email')?.toLowerCase();
    for (const member of call.workspace.members.values()) {
      const isOwn = !member.deactivated && !member.isBot && member.homeTeam === undefined;
      if (isOwn && member.email?.toLowerCase() === email)
        return { user: wireMember(call.workspace, member, call.grant) };
    }
    throw new SlackRefusal('users_not_found');
  },

  'team.info': (call) => {
    needScope(call, 'team:read');
    const { id, name, domain } = call.workspace.team;
    return { team: { id, name, domain, email_domain: '', icon: {} } };
  },
};

/**
 * A member as whoever holds `grant` may see them. Somebody from elsewhere bears their own team's id, and their e-mail address is not shown here.
 * https://docs.slack.dev/reference/objects/user-object, https://docs.slack.dev/apis/slack-connect
 */
export function wireMember(workspace: Workspace, member: Member, grant: Pick<Grant, 'userId' | 'scopes'>) {
  const { app, team } = workspace;
  const isOwn = member.homeTeam === undefined;
  const seesEmail = grant.scopes.has('users:read.email') && isOwn;
  return {
    id: member.id,
    team_id: member.homeTeam ?? team.id,
    name: member.name,
    real_name: member.realName,
    deleted: member.deactivated,
    is_bot: member.isBot,
    is_app_user: workspace.grantsOf(member.id).some(({ kind }) => kind === 'user'),
    is_admin: member.isAdmin,
    is_owner: member.isAdmin,
    is_restricted: member.guest !== undefined,
    is_ultra_restricted: member.guest === 'single-channel',
    ...(isOwn
      ? { is_email_confirmed: member.emailConfirmed }
      : { is_stranger: !sharesChannel(workspace, member.id, grant.userId) }),
    // Present only while the invitation is open.
    ...(member.invited && { is_invited_user: true }),
    tz: 'Asia/Kolkata',
    tz_label: 'India Standard Time',
    tz_offset: 19_800,
    updated: member.updated,
    profile: {
      real_name: member.realName,
      display_name: member.realName,
      title: member.title,
      ...(member.isBot && { api_app_id: app.id, bot_id: app.botId }),
      ...(seesEmail && member.email !== undefined && { email: member.email }),
    },
  };
}

function sharesChannel(workspace: Workspace, one: string, other: string): boolean {
  return [...workspace.conversations.values()].some(({ members }) => members.has(one) && members.has(other));
}
