/** chat.*: what is said, changed and taken back, and by whom. https://docs.slack.dev/reference/methods?family=chat */
import { readBlocks, readMetadata, TEXT_CUT, UPDATE_TEXT_LIMIT } from './message-rules.ts';
import type { Author, Block, Message, Metadata } from './message-store.ts';
import { type Call, conversationOf, type Method, memberOf, needScope, seconds, wireMessage } from './method.ts';
import { SlackRefusal } from './refusal.ts';
import { microseconds, permalinkPart } from './timestamp.ts';
import type { Conversation } from './workspace.ts';

export const chatMethods: Readonly<Record<string, Method>> = {
  'chat.postMessage': (call) => {
    needScope(call, 'chat:write');
    const conversation = writable(call);
    const content = readContent(call);
    const text = (content.text ?? '').slice(0, TEXT_CUT);
    if (text === '' && (content.blocks ?? []).length === 0) throw new SlackRefusal('no_text');
    const message = call.messages.post(conversation.id, {
      author: authorOf(call),
      text,
      blocks: content.blocks ?? [],
      metadata: content.metadata,
      root: rootOf(call, conversation),
      broadcast: call.args.flag('reply_broadcast'),
    });
    return { channel: conversation.id, ts: message.ts, message: wireMessage(call, message, true) };
  },

  /** For one member of the channel. https://docs.slack.dev/reference/methods/chat.postEphemeral */
  'chat.postEphemeral': (call) => {
    needScope(call, 'chat:write');
    const conversation = writable(call);
    const user = call.args.text('user');
    if (user === undefined || !conversation.members.has(user)) throw new SlackRefusal('user_not_in_channel');
    const { text = '', blocks = [] } = readContent(call);
    if (text === '' && blocks.length === 0) throw new SlackRefusal('no_text');
    if (text.length > TEXT_CUT) throw new SlackRefusal('msg_too_long');
    const ts = call.messages.nextTs();
    const by = call.grant.userId;
    call.ephemerals.add({
      channel: conversation.id,
      userId: user,
      ts,
      by,
      root: call.args.text('thread_ts'),
      text,
      blocks,
    });
    call.workspace.changed({ channel: conversation.id });
    return { message_ts: ts };
  },

  'chat.update': (call) => {
    needScope(call, 'chat:write');
    const message = ownMessage(call, 'cant_update_message');
    const content = readContent(call);
    if ((content.text ?? '').length > UPDATE_TEXT_LIMIT) throw new SlackRefusal('msg_too_long');
    if (content.text === undefined && content.blocks === undefined && !call.args.has('metadata'))
      throw new SlackRefusal('no_text');
    // What is left out stays as it was, metadata too; `{}` clears metadata, `[]` clears blocks.
    call.messages.edit(message, call.grant.userId, {
      ...(content.text !== undefined && { text: content.text }),
      ...(content.blocks !== undefined && { blocks: content.blocks }),
      ...(call.args.has('metadata') && { metadata: content.metadata }),
    });
    return { channel: message.channel, ts: message.ts, text: message.text, message: wireMessage(call, message, true) };
  },

  'chat.delete': (call) => {
    needScope(call, 'chat:write');
    const message = ownMessage(call, 'cant_delete_message');
    call.messages.remove(message);
    return { channel: message.channel, ts: message.ts };
  },

  'chat.getPermalink': (call) => {
    const conversation = conversationOf(call);
    const message = call.messages.find(conversation.id, call.args.text('message_ts') ?? '');
    if (message === undefined) throw new SlackRefusal('message_not_found');
    const thread = message.root === undefined ? '' : `?thread_ts=${message.root}&cid=${conversation.id}`;
    return {
      channel: conversation.id,
      permalink: `${call.url}/archives/${conversation.id}/${permalinkPart(message.ts)}${thread}`,
    };
  },
};

/**
 * Slack stamps whatever comes through the API with the posting app, a person's user token included; the bot id is then one of
 * that authorization, not the app's own. Who is shown is `user`. https://github.com/anneschuth/claude-threads/pull/527
 */
function authorOf(call: Call): Author {
  const { kind, userId } = call.grant;
  if (kind === 'bot') return { userId, appBotId: call.workspace.app.botId, asApp: true };
  return { userId, appBotId: `B${userId.slice(1)}`, asApp: false };
}

/** The conversation to post to: a channel one may write in, or a person, which opens direct messages. */
function writable(call: Call): Conversation {
  const to = call.args.text('channel');
  if (to !== undefined && call.workspace.members.has(to)) {
    const pair = new Set([call.grant.userId, memberOf(call, to).id]);
    return call.workspace.between(pair) ?? call.workspace.open('im', '', true, pair, call.grant.userId, seconds(call));
  }
  const conversation = conversationOf(call, to?.startsWith('#') ? call.workspace.named(to.slice(1))?.id : to);
  if (conversation.isArchived) throw new SlackRefusal('is_archived');
  // chat:write.public lets a bot into public channels without joining: https://docs.slack.dev/reference/scopes/chat.write.public
  const mayWrite = conversation.members.has(call.grant.userId) || call.grant.scopes.has('chat:write.public');
  if (!mayWrite) throw new SlackRefusal('not_in_channel');
  return conversation;
}

/**
 * The root to reply to. A root that is not there (deleted, or left as a tombstone) is no error: since 2026 Slack posts the reply
 * into the channel, and only the missing `thread_ts` in the answer tells. https://github.com/slack-go/slack/issues/1571
 */
function rootOf(call: Call, conversation: Conversation): string | undefined {
  const threadTs = call.args.text('thread_ts');
  if (threadTs === undefined) return undefined;
  if (microseconds(threadTs) === undefined) throw new SlackRefusal('invalid_thread_ts');
  const root = call.messages.find(conversation.id, threadTs);
  if (root === undefined) return undefined;
  // "Avoid using a reply's ts value; use its parent instead": https://docs.slack.dev/reference/methods/chat.postMessage
  if (root.root !== undefined) throw new SlackRefusal('cannot_reply_to_message');
  return root.ts;
}

/** The message to change, if it is by the very author that this token is. */
function ownMessage(call: Call, refusal: string): Message {
  const conversation = conversationOf(call);
  const message = call.messages.find(conversation.id, call.args.text('ts') ?? '');
  if (message === undefined) throw new SlackRefusal('message_not_found');
  if (conversation.isArchived) throw new SlackRefusal('is_inactive');
  if (message.author.userId !== call.grant.userId) throw new SlackRefusal(refusal);
  return message;
}

function readContent(call: Call): { text?: string; blocks?: readonly Block[]; metadata: Metadata | undefined } {
  const text = call.args.has('text') ? (call.args.text('text') ?? '') : undefined;
  const blocks = call.args.json('blocks', 'invalid_blocks_format');
  const metadata = call.args.json('metadata', 'invalid_metadata_format');
  return {
    ...(text !== undefined && { text }),
    ...(blocks !== undefined && { blocks: readBlocks(blocks, () => call.messages.nextBlockId()) }),
    metadata: metadata === undefined ? undefined : readMetadata(metadata),
  };
}
