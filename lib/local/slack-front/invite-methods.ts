/** admin.users.invite and conversations.inviteShared: the two ways in which a program invites somebody by e-mail. */
import { type Call, conversationOf, type Method, needScope, seconds } from './method.ts';
import { SlackRefusal } from './refusal.ts';
import type { Conversation, Member } from './workspace.ts';

/** As far as Slack looks at an address before it writes to it. */
const ADDRESS = /^[^\s@,]+@[^\s@,]+\.[^\s@,]+$/;

export const inviteMethods: Readonly<Record<string, Method>> = {
  /** https://docs.slack.dev/reference/methods/admin.users.invite: on the Enterprise plan, with the token of an administrator. */
  'admin.users.invite': (call) => {
    if (call.grant.kind !== 'user') throw new SlackRefusal('not_allowed_token_type');
    needScope(call, 'admin.users:write');
    const { args, workspace } = call;
    if (call.state.behaviour.plan !== 'enterprise') throw new SlackRefusal('feature_not_enabled');
    if (workspace.members.get(call.grant.userId)?.isAdmin !== true) throw new SlackRefusal('not_an_admin');
    const team = args.text('team_id');
    if (team !== workspace.team.id) {
      throw new SlackRefusal(
        team === undefined || call.state.tenants.ofTeam(team) === undefined
          ? 'team_not_found'
          : 'failed_to_validate_team',
      );
    }
    const email = addressIn(args.text('email'));
    const channels = channelsOf(call, args.list('channel_ids'));
    const single = args.flag('is_ultra_restricted');
    const guest = single ? 'single-channel' : args.flag('is_restricted') ? 'multi-channel' : undefined;
    if (args.has('guest_expiration_ts') && guest === undefined) throw new SlackRefusal('failed_to_validate_expiration');
    if (single && channels.length > 1) throw new SlackRefusal('failed_to_validate_channels');
    if ((args.text('custom_message')?.length ?? 0) > 500) throw new SlackRefusal('failed_to_validate_custom_message');
    const known = workspace.ownWith(email);
    if (known !== undefined) throw new SlackRefusal(whyKnown(known));

    const realName = args.text('real_name') ?? email;
    workspace.invite(
      { method: 'admin.users.invite', email, realName, channels, guest, by: call.grant.userId },
      seconds(call),
    );
    return {};
  },

  /** https://docs.slack.dev/reference/methods/conversations.inviteShared: into one channel, from another company's workspace. */
  'conversations.inviteShared': (call) => {
    needScope(call, 'conversations.connect:write');
    const { args, workspace } = call;
    const conversation = conversationOf(call);
    if (conversation.kind !== 'channel') throw new SlackRefusal('invalid_channel_type');
    if (!conversation.members.has(call.grant.userId)) throw new SlackRefusal('not_in_channel');
    if (conversation.isArchived) throw new SlackRefusal('channel_archived');
    if (conversation.name === 'general') throw new SlackRefusal('cannot_share_mandatory_channel');
    if (call.state.behaviour.plan === 'free') throw new SlackRefusal('not_paid');
    const [emails, users] = [listIn(call, 'emails'), listIn(call, 'user_ids')];
    if (emails.length + users.length === 0) throw new SlackRefusal('recipients_not_specified');
    if (emails.length + users.length > 1) throw new SlackRefusal('too_many_emails');
    const [user] = users;
    const member = user === undefined ? undefined : workspace.members.get(user);
    if (user !== undefined && member === undefined) throw new SlackRefusal('user_not_found');
    const email = member?.email ?? addressIn(emails[0]);
    const there = member ?? workspace.ownWith(email);
    if (there !== undefined && conversation.members.has(there.id)) throw new SlackRefusal('already_in_channel');

    const { id } = workspace.invite(
      {
        method: 'conversations.inviteShared',
        email,
        realName: email,
        channels: [conversation.id],
        guest: undefined,
        by: call.grant.userId,
      },
      seconds(call),
    );
    const full = { conf_code: call.state.secret(), url: `${call.url}/invite/${id}` };
    // Of an invitation that is limited, as it is unless told otherwise, Slack tells no more than its id.
    const isLimited = !args.has('external_limited') || args.flag('external_limited');
    return { invite_id: id, is_legacy_shared_channel: false, ...(!isLimited && full) };
  },
};

function addressIn(email: string | undefined): string {
  if (email === undefined || !ADDRESS.test(email)) throw new SlackRefusal('invalid_email');
  return email;
}

/** https://docs.slack.dev/reference/methods/admin.users.invite#errors */
function whyKnown(member: Member): string {
  if (member.deactivated) return 'user_disabled';
  return member.invited ? 'already_in_team_invited_user' : 'already_in_team';
}

function channelsOf({ workspace }: Call, ids: readonly string[]): readonly string[] {
  const usable = (conversation: Conversation | undefined) =>
    conversation?.kind === 'channel' && !conversation.isArchived;
  if (ids.length === 0 || !ids.every((id) => usable(workspace.conversations.get(id)))) {
    throw new SlackRefusal('failed_to_validate_channels');
  }
  return ids;
}

/** A list as the SDK sends it: JSON within a form. */
function listIn({ args }: Call, name: string): readonly string[] {
  const text = args.text(name);
  if (text !== undefined && !text.startsWith('[')) return args.list(name);
  const list = args.json(name, 'invalid_array_arg');
  return Array.isArray(list) ? list.map(String) : [];
}
