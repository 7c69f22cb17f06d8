/** What every Web API method gets and gives, and the checks that more than one of them makes. */
import type { Args } from './args.ts';
import type { Clock } from './clock.ts';
import type { Message } from './message-store.ts';
import { SlackRefusal } from './refusal.ts';
import type { SlackState } from './state.ts';
import type { Tenant } from './tenants.ts';
import type { Conversation, Grant, Member } from './workspace.ts';

/** One authorized call, in the workspace of its token. */
export interface Call extends Tenant {
  readonly args: Args;
  readonly grant: Grant;
  readonly state: SlackState;
  readonly clock: Clock;
  /** Where the front is served, without a slash at the end. */
  readonly url: string;
}

/** A method: answers with the fields beside `ok: true`, or throws a SlackRefusal. */
export type Method = (call: Call) => Readonly<Record<string, unknown>>;

/** Refuses with `missing_scope` unless the token has one of the scopes. */
export function needScope(call: Call, ...scopes: readonly string[]): void {
  if (scopes.some((scope) => call.grant.scopes.has(scope))) return;
  throw new SlackRefusal('missing_scope', { needed: scopes.join(','), provided: [...call.grant.scopes].join(',') });
}

/**
 * The conversation an argument names, if this token may know of it: a private one that the caller is not in is
 * `channel_not_found`, so that its existence is not told.
 */
export function conversationOf(call: Call, id = call.args.text('channel')): Conversation {
  const conversation = id === undefined ? undefined : call.workspace.conversations.get(id);
  if (conversation === undefined) throw new SlackRefusal('channel_not_found');
  if (conversation.isPrivate && !conversation.members.has(call.grant.userId))
    throw new SlackRefusal('channel_not_found');
  return conversation;
}

/** The same, for what only members may do in a public channel. */
export function ownConversation(call: Call): Conversation {
  const conversation = conversationOf(call);
  if (!conversation.members.has(call.grant.userId)) throw new SlackRefusal('not_in_channel');
  return conversation;
}

/** The scope family of a conversation: `channels:read`, `groups:read`, `im:read`. */
export function scopeFor(conversation: Conversation, verb: string): string {
  if (conversation.kind !== 'channel') return `${conversation.kind}:${verb}`;
  return `${conversation.isPrivate ? 'groups' : 'channels'}:${verb}`;
}

/** A member by id, or `user_not_found`. */
export function memberOf(call: Call, id: string | undefined): Member {
  const member = id === undefined ? undefined : call.workspace.members.get(id);
  if (member === undefined) throw new SlackRefusal('user_not_found');
  return member;
}

/** Seconds since 1970. */
export function seconds(call: Call): number {
  return Math.floor(call.clock.now() / 1000);
}

/** One page of a list that is paged by position. `next_cursor` is empty on the last page, as Slack has it. */
export function pageOf<Item>(call: Call, items: readonly Item[], otherwise: number, most: number) {
  const start = readCursor(call, 'at');
  const from = start === undefined ? 0 : Number(start);
  if (!Number.isInteger(from) || from > items.length) throw new SlackRefusal('invalid_cursor');
  const limit = call.args.count('limit', otherwise, most);
  const next = from + limit < items.length ? cursorOf('at', String(from + limit)) : '';
  return { items: items.slice(from, from + limit), response_metadata: { next_cursor: next } };
}

/** An opaque cursor, made as Slack makes them: base64 of a kind and a place. */
export function cursorOf(kind: string, place: string): string {
  return Buffer.from(`${kind}:${place}`).toString('base64');
}

/** The place in the call's cursor, undefined without one, `invalid_cursor` for one of another kind. */
export function readCursor(call: Call, kind: string): string | undefined {
  const cursor = call.args.text('cursor');
  if (cursor === undefined) return undefined;
  const decoded = Buffer.from(cursor, 'base64').toString('utf8');
  if (!decoded.startsWith(`${kind}:`)) throw new SlackRefusal('invalid_cursor');
  return decoded.slice(kind.length + 1);
}

/** A message as the API shows it. */
export function wireMessage(call: Pick<Call, 'workspace' | 'messages'>, message: Message, allMetadata: boolean) {
  const { workspace, messages } = call;
  const { app, team } = workspace;
  if (message.isTombstone) {
    return {
      type: 'message',
      subtype: 'tombstone',
      hidden: true,
      user: 'USLACKBOT',
      text: message.text,
      ts: message.ts,
      ...threadOf(messages, message),
    };
  }
  const { appBotId, userId } = message.author;
  return {
    type: 'message',
    user: userId,
    ...(appBotId !== undefined && {
      bot_id: appBotId,
      app_id: app.id,
      bot_profile: { id: appBotId, app_id: app.id, name: app.name, team_id: team.id, deleted: false },
    }),
    text: message.text,
    ts: message.ts,
    team: team.id,
    ...(message.blocks.length > 0 && { blocks: message.blocks }),
    ...(message.edited !== undefined && { edited: message.edited }),
    ...(message.metadata !== undefined && {
      metadata: allMetadata ? message.metadata : { event_type: message.metadata.event_type },
    }),
    ...(message.root === undefined
      ? threadOf(messages, message)
      : { thread_ts: message.root, parent_user_id: messages.thread(message.channel, message.root)[0]?.author.userId }),
  };
}

function threadOf(messages: Tenant['messages'], root: Message) {
  const replies = messages.replies(root.channel, root.ts);
  const last = replies.at(-1);
  if (last === undefined) return {};
  const users = [...new Set(replies.map((reply) => reply.author.userId))];
  return {
    thread_ts: root.ts,
    reply_count: replies.length,
    reply_users_count: users.length,
    reply_users: users.slice(0, 5),
    latest_reply: last.ts,
    is_locked: false,
    subscribed: false,
  };
}
