/** conversations.* but for history: which channels there are, and who is in them. */
import {
  type Call,
  conversationOf,
  type Method,
  memberOf,
  needScope,
  ownConversation,
  pageOf,
  scopeFor,
  seconds,
} from './method.ts';
import { SlackRefusal } from './refusal.ts';
import type { Conversation, Member } from './workspace.ts';

/** https://docs.slack.dev/reference/methods/conversations.invite: 100 ids a call since August 2026. */
const INVITED_A_CALL = 100;

export const conversationMethods: Readonly<Record<string, Method>> = {
  'conversations.list': (call) => {
    const types = new Set(call.args.list('types').length > 0 ? call.args.list('types') : ['public_channel']);
    if (types.has('public_channel')) needScope(call, 'channels:read');
    if (types.has('private_channel')) needScope(call, 'groups:read');
    const seen = listed(
      call,
      types,
      (conversation) => !conversation.isPrivate || conversation.members.has(call.grant.userId),
    );
    const { items, response_metadata } = pageOf(call, seen, 100, 999);
    return { channels: items.map((conversation) => wire(call, conversation)), response_metadata };
  },

  'users.conversations': (call) => {
    const user = call.args.text('user') ?? call.grant.userId;
    const types = new Set(call.args.list('types').length > 0 ? call.args.list('types') : ['public_channel']);
    if (types.has('public_channel')) needScope(call, 'channels:read');
    if (types.has('private_channel')) needScope(call, 'groups:read');
    const seen = listed(
      call,
      types,
      ({ members, isPrivate }) => members.has(user) && (!isPrivate || members.has(call.grant.userId)),
    );
    const { items, response_metadata } = pageOf(call, seen, 100, 999);
    return { channels: items.map((conversation) => wire(call, conversation)), response_metadata };
  },

  'conversations.info': (call) => {
    const conversation = conversationOf(call);
    if (conversation.kind === 'channel') needScope(call, scopeFor(conversation, 'read'));
    const count = call.args.flag('include_num_members') && { num_members: conversation.members.size };
    return { channel: { ...wire(call, conversation), ...count } };
  },

  'conversations.members': (call) => {
    const conversation = conversationOf(call);
    if (conversation.kind === 'channel') needScope(call, scopeFor(conversation, 'read'));
    const { items, response_metadata } = pageOf(call, [...conversation.members], 100, 999);
    return { members: items, response_metadata };
  },

  'conversations.join': (call) => {
    needScope(call, 'channels:join', 'channels:write');
    const conversation = conversationOf(call);
    if (conversation.kind !== 'channel' || conversation.isPrivate)
      throw new SlackRefusal('method_not_supported_for_channel_type');
    if (conversation.isArchived) throw new SlackRefusal('is_archived');
    const already = !call.workspace.join(conversation, call.grant.userId, call.grant.userId);
    const warning = already && {
      warning: 'already_in_channel',
      response_metadata: { warnings: ['already_in_channel'] },
    };
    return { channel: wire(call, conversation), ...warning };
  },

  'conversations.leave': (call) => {
    const conversation = conversationOf(call);
    needScope(call, ...writeScopes(conversation));
    if (conversation.kind !== 'channel') throw new SlackRefusal('method_not_supported_for_channel_type');
    if (conversation.name === 'general') throw new SlackRefusal('cant_leave_general');
    if (conversation.isArchived) throw new SlackRefusal('is_archived');
    const { userId } = call.grant;
    return call.workspace.leave(conversation, userId, userId) ? {} : { not_in_channel: true };
  },

  'conversations.create': (call) => {
    const isPrivate = call.args.flag('is_private');
    needScope(call, ...(isPrivate ? ['groups:write'] : ['channels:manage', 'channels:write']));
    const name = newName(call);
    const creator = call.grant.userId;
    const conversation = call.workspace.open('channel', name, isPrivate, [creator], creator, seconds(call));
    return { channel: wire(call, conversation) };
  },

  'conversations.rename': (call) => {
    const conversation = manageable(call);
    if (conversation.isArchived) throw new SlackRefusal('is_archived');
    if (conversation.creator !== call.grant.userId) throw new SlackRefusal('not_authorized');
    const name = newName(call, conversation);
    call.workspace.rename(conversation, name);
    return { channel: wire(call, conversation) };
  },

  'conversations.archive': (call) => {
    const conversation = manageable(call);
    if (conversation.name === 'general') throw new SlackRefusal('cant_archive_general');
    if (conversation.isArchived) throw new SlackRefusal('already_archived');
    call.workspace.archive(conversation, call.grant.userId);
    return {};
  },

  'conversations.unarchive': (call) => {
    const conversation = conversationOf(call);
    needScope(call, ...writeScopes(conversation));
    if (!conversation.isArchived) throw new SlackRefusal('not_archived');
    call.workspace.unarchive(conversation, call.grant.userId);
    call.workspace.join(conversation, call.grant.userId, call.grant.userId);
    return {};
  },

  'conversations.setTopic': (call) => {
    const conversation = manageable(call);
    if (conversation.isArchived) throw new SlackRefusal('is_archived');
    const topic = call.args.text('topic') ?? '';
    if (topic.length > 250) throw new SlackRefusal('too_long');
    conversation.topic = topic;
    call.workspace.changed({ channel: conversation.id });
    return { channel: wire(call, conversation) };
  },

  'conversations.setPurpose': (call) => {
    const conversation = manageable(call);
    if (conversation.isArchived) throw new SlackRefusal('is_archived');
    const purpose = call.args.text('purpose') ?? '';
    if (purpose.length > 250) throw new SlackRefusal('too_long');
    conversation.purpose = purpose;
    return { purpose, channel: wire(call, conversation) };
  },

  'conversations.invite': (call) => {
    const conversation = manageable(call);
    if (conversation.isArchived) throw new SlackRefusal('is_archived');
    const users = call.args.list('users');
    if (users.length === 0) throw new SlackRefusal('no_user');
    if (users.length > INVITED_A_CALL) throw new SlackRefusal('too_many_users');
    const problems = users.flatMap((user) => {
      const error = whyNotInvited(call, conversation, call.workspace.members.get(user), user);
      return error === undefined ? [] : [{ user, ok: false, error }];
    });
    const refused = new Set(problems.map((problem) => problem.user));
    const first = problems[0];
    // Without `force` one bad id spoils the call; with it the good ones go in and the rest is reported.
    if (first !== undefined && (!call.args.flag('force') || refused.size === users.length)) {
      throw new SlackRefusal(first.error, { errors: problems });
    }
    for (const user of users) if (!refused.has(user)) call.workspace.join(conversation, user, call.grant.userId);
    return { channel: wire(call, conversation), ...(problems.length > 0 && { errors: problems }) };
  },

  'conversations.kick': (call) => {
    const conversation = manageable(call);
    const member = memberOf(call, call.args.text('user'));
    if (member.id === call.grant.userId) throw new SlackRefusal('cant_kick_self');
    if (conversation.name === 'general') throw new SlackRefusal('cant_kick_from_general');
    if (!call.workspace.leave(conversation, member.id, call.grant.userId)) throw new SlackRefusal('not_in_channel');
    return {};
  },

  'conversations.open': (call) => {
    const users = call.args.list('users');
    if (users.length === 0)
      return { channel: conversationAnswer(call, conversationOf(call)), no_op: true, already_open: true };
    needScope(call, users.length > 1 ? 'mpim:write' : 'im:write', 'im:write');
    if (users.length > 8) throw new SlackRefusal('too_many_users');
    for (const user of users) if (memberOf(call, user).deactivated) throw new SlackRefusal('user_disabled');
    const all = new Set([...users, call.grant.userId]);
    const known = call.workspace.between(all);
    const opened =
      known ?? call.workspace.open(users.length > 1 ? 'mpim' : 'im', '', true, all, call.grant.userId, seconds(call));
    return {
      channel: conversationAnswer(call, opened),
      ...(known !== undefined && { no_op: true, already_open: true }),
    };
  },
};

function conversationAnswer(call: Call, conversation: Conversation) {
  return call.args.flag('return_im') ? wire(call, conversation) : { id: conversation.id };
}

function listed(call: Call, types: ReadonlySet<string>, visible: (conversation: Conversation) => boolean) {
  const withoutArchived = call.args.flag('exclude_archived');
  return [...call.workspace.conversations.values()].filter((conversation) => {
    const type =
      conversation.kind !== 'channel'
        ? conversation.kind
        : conversation.isPrivate
          ? 'private_channel'
          : 'public_channel';
    return types.has(type) && visible(conversation) && !(withoutArchived && conversation.isArchived);
  });
}

function writeScopes(conversation: Conversation): readonly string[] {
  if (conversation.kind !== 'channel') return [`${conversation.kind}:write`];
  return conversation.isPrivate ? ['groups:write'] : ['channels:manage', 'channels:write'];
}

function manageable(call: Call): Conversation {
  const conversation = ownConversation(call);
  if (conversation.kind !== 'channel') throw new SlackRefusal('method_not_supported_for_channel_type');
  needScope(call, ...writeScopes(conversation));
  return conversation;
}

/** https://docs.slack.dev/reference/methods/conversations.create#naming; a name stays taken while its channel is archived. */
function newName(call: Call, own?: Conversation): string {
  const name = call.args.text('name');
  if (name === undefined) throw new SlackRefusal('invalid_name_required');
  if (name.length > 80) throw new SlackRefusal('invalid_name_maxlength');
  if (!/^[\p{Ll}\p{Lo}\p{N}\p{M}_-]+$/u.test(name)) throw new SlackRefusal('invalid_name_specials');
  if (!/[\p{L}\p{N}]/u.test(name)) throw new SlackRefusal('invalid_name_punctuation');
  const taken = call.workspace.named(name);
  if (taken !== undefined && taken !== own) throw new SlackRefusal('name_taken');
  return name;
}

/**
 * What keeps one person out, in Slack's words. Of a member who is deactivated, or has not come yet, it documents none but that the
 * value was invalid. https://docs.slack.dev/reference/methods/conversations.invite#errors
 */
function whyNotInvited(
  call: Call,
  conversation: Conversation,
  member: Member | undefined,
  id: string,
): string | undefined {
  if (member === undefined || member.id === 'USLACKBOT') return 'user_not_found';
  if (id === call.grant.userId) return 'cant_invite_self';
  if (conversation.members.has(id)) return 'already_in_channel';
  if (member.deactivated || member.invited) return 'user_not_found';
  if (member.homeTeam !== undefined) return 'no_external_invite_permission';
  if (member.guest === undefined) return undefined;
  if (conversation.isPrivate && call.state.behaviour.barsGuests) return 'user_is_restricted';
  return member.guest === 'single-channel' && isInAnother(call, conversation, id) ? 'ura_max_channels' : undefined;
}

/** Whether somebody is in a channel other than this one. */
function isInAnother({ workspace }: Call, conversation: Conversation, user: string): boolean {
  return [...workspace.conversations.values()].some(
    (other) => other.kind === 'channel' && other !== conversation && other.members.has(user),
  );
}

/** https://docs.slack.dev/reference/objects/conversation-object */
function wire(call: Call, conversation: Conversation) {
  const { kind, isPrivate, members } = conversation;
  const other = [...members].find((member) => member !== call.grant.userId);
  return {
    id: conversation.id,
    ...(kind === 'im' ? { user: other } : { name: conversation.name, name_normalized: conversation.name }),
    is_channel: kind === 'channel' && !isPrivate,
    is_group: kind === 'channel' && isPrivate,
    is_im: kind === 'im',
    is_mpim: kind === 'mpim',
    is_private: isPrivate,
    is_archived: conversation.isArchived,
    is_general: conversation.name === 'general',
    is_member: members.has(call.grant.userId),
    is_shared: false,
    is_ext_shared: false,
    is_org_shared: false,
    context_team_id: call.workspace.team.id,
    created: conversation.created,
    creator: conversation.creator,
    topic: { value: conversation.topic, creator: '', last_set: 0 },
    purpose: { value: conversation.purpose, creator: '', last_set: 0 },
    previous_names: conversation.previousNames,
  };
}
