/**
 * conversations.history and conversations.replies: windows, pages, broadcasts, metadata only when asked for.
 * https://docs.slack.dev/reference/methods/conversations.history, https://docs.slack.dev/reference/methods/conversations.replies
 */
import type { Message } from './message-store.ts';
import {
  type Call,
  cursorOf,
  type Method,
  needScope,
  ownConversation,
  readCursor,
  scopeFor,
  wireMessage,
} from './method.ts';
import { SlackRefusal } from './refusal.ts';
import { microseconds } from './timestamp.ts';

const MOST_A_PAGE = 999;

export const historyMethods: Readonly<Record<string, Method>> = {
  /** Newest first. */
  'conversations.history': (call) => {
    const conversation = ownConversation(call);
    needScope(call, scopeFor(conversation, 'history'));
    const inside = windowOf(call);
    const newestFirst = call.messages.topLevel(conversation.id).filter(inside).reverse();
    const { page, rest } = pageFrom(call, newestFirst, 100);
    return { ...answer(call, page, rest), pin_count: 0, channel_actions_ts: null, channel_actions_count: 0 };
  },

  /** Oldest first; the root heads the first page, whatever the window is. */
  'conversations.replies': (call) => {
    const conversation = ownConversation(call);
    needScope(call, scopeFor(conversation, 'history'));
    const ts = call.args.text('ts');
    if (ts === undefined) throw new SlackRefusal('thread_not_found');
    const [root, ...replies] = call.messages.thread(
      conversation.id,
      call.messages.find(conversation.id, ts)?.root ?? ts,
    );
    if (root === undefined) throw new SlackRefusal('thread_not_found');
    const inside = windowOf(call);
    const { page, rest } = pageFrom(call, [root, ...replies.filter(inside)], 1000);
    return answer(call, page, rest);
  },
};

function answer(call: Call, page: readonly Message[], next: Message | undefined) {
  const allMetadata = call.args.flag('include_all_metadata');
  return {
    messages: page.map((message) => ({
      ...wireMessage(call, message, allMetadata),
      ...(message.broadcast && { subtype: 'thread_broadcast' }),
    })),
    has_more: next !== undefined,
    ...(next !== undefined && { response_metadata: { next_cursor: cursorOf('next_ts', next.ts) } }),
  };
}

/** `oldest` and `latest` exclude their own moment unless `inclusive`. */
function windowOf(call: Call): (message: Message) => boolean {
  const oldest = boundary(call, 'oldest');
  const latest = boundary(call, 'latest');
  const inclusive = call.args.flag('inclusive');
  return (message) => {
    const at = microseconds(message.ts) ?? 0n;
    if (inclusive && (at === oldest || at === latest)) return true;
    return (oldest === undefined || at > oldest) && (latest === undefined || at < latest);
  };
}

function boundary(call: Call, name: 'oldest' | 'latest'): bigint | undefined {
  const text = call.args.text(name);
  if (text === undefined || text === 'now') return undefined;
  const at = microseconds(text);
  if (at === undefined) throw new SlackRefusal(`invalid_ts_${name}`);
  return at;
}

/** A page that begins where the cursor says; a message deleted meanwhile does not lose the place. */
function pageFrom(call: Call, ordered: readonly Message[], otherwise: number) {
  const limit = call.args.count('limit', otherwise, MOST_A_PAGE);
  const from = readCursor(call, 'next_ts');
  const start = from === undefined ? 0 : placeOf(ordered, from);
  return { page: ordered.slice(start, start + limit), rest: ordered[start + limit] };
}

function placeOf(ordered: readonly Message[], ts: string): number {
  const place = ordered.findIndex((message) => message.ts === ts);
  if (place >= 0) return place;
  const at = microseconds(ts);
  if (at === undefined) throw new SlackRefusal('invalid_cursor');
  const first = ordered[0];
  const last = ordered.at(-1);
  const descending =
    first !== undefined && last !== undefined && (microseconds(first.ts) ?? 0n) > (microseconds(last.ts) ?? 0n);
  const after = ordered.findIndex((message) => {
    const there = microseconds(message.ts) ?? 0n;
    return descending ? there < at : there > at;
  });
  return after >= 0 ? after : ordered.length;
}
