/** users.* and team.info: who is there. */
import { type Call, type Method, memberOf, needScope, pageOf, readCursor } from './method.ts';
import { SlackRefusal } from './refusal.ts';
import type { Grant, Member, Workspace } from './workspace.ts';

export const peopleMethods: Readonly<Record<string, Method>> = {
  'users.info': (call) => {
    needScope(call, 'users:read');
    return { user: wireMember(call.workspace, memberOf(call, call.args.text('user')), call.grant) };
  },

  'users.list': (call) => {
    needScope(call, 'users:read');
    const { behaviour } = call.state;
    const everybody = [...call.workspace.members.values()];
    const listed = behaviour.listsInvited ? everybody : everybody.filter(({ invited }) => !invited);
    if (!call.args.has('limit') && listed.length > behaviour.mostUnpaged) throw new SlackRefusal('limit_required');
    const most = behaviour.pages === 'short' ? shortened(call) : 1000;
    const { items, response_metadata } = pageOf(call, listed, 1000, most);
    return {
      members: items.map((member) => wireMember(call.workspace, member, call.grant)),
      cache_ts: 0,
      response_metadata,
    };
  },

  /** Deactivated people, bots and people from elsewhere are not found this way. */
  'users.lookupByEmail': (call) => {
    needScope(call, 'users:read.email');
    const member = call.workspace.ownWith(call.args.text('email') ?? '');
    if (member === undefined || member.deactivated || member.isBot) throw new SlackRefusal('users_not_found');
    return { user: wireMember(call.workspace, member, call.grant) };
  },

  'team.info': (call) => {
    needScope(call, 'team:read');
    const { id, name, domain } = call.workspace.team;
    return { team: { id, name, domain, email_domain: '', icon: {} } };
  },
};

/** As many of what was asked for as this page happens to hold, by its place: from one to nearly a hundred. */
function shortened(call: Call): number {
  const asked = call.args.count('limit', 1000, 1000);
  const place = Number(readCursor(call, 'at') ?? 0);
  return Math.min(asked, 1 + ((place * 31) % 97));
}

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
