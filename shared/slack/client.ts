import type { KnownBlock } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import { type ChannelId, channelId, type Ts, ts, type UserId, userId } from '../base/names.ts';
import type { Author } from './installation.ts';
import { type Marked, type Marker, markedBlock, markerEvent, markerOf } from './marker.ts';
import type { Content } from './text.ts';

export type Post = {
  readonly channel: ChannelId;
  readonly content: Content;
  readonly marker: Marker;
  /** The root's timestamp, for a reply. */
  readonly thread?: Ts | undefined;
  readonly broadcast?: boolean | undefined;
  /** Slack may refuse metadata from a person's token; the marker in the block id stays. */
  readonly withoutMetadata?: boolean | undefined;
};

/** `apiUrl` undefined is Slack itself. `fetch` is for a transport other than the runtime's own. */
type Options = {
  readonly apiUrl: string | undefined;
  readonly timeoutMs: number;
  readonly fetch?: NonNullable<ConstructorParameters<typeof WebClient>[1]>['fetch'];
};

/** A message as Slack's history has it. */
type Seen = { readonly ts: Ts; readonly user: UserId | undefined; readonly marker: Marker | undefined };

export type Page = { readonly messages: readonly Seen[]; readonly cursor: string | undefined };

export type Window = { readonly channel: ChannelId; readonly oldest: Ts; readonly latest: Ts };

/**
 * The calls that War Room makes to Slack, one attempt each: trying again belongs to the queue. Every failure is thrown
 * as `@slack/web-api` throws it and sorted by `answer.ts`.
 */
export class SlackClient {
  /** By token, for as long as this process lives. */
  readonly #clients = new Map<string, WebClient>();
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** `thread` is what Slack echoed: without it a reply has landed in the channel, because its root is gone. */
  async post(author: Author, post: Post): Promise<{ readonly ts: Ts; readonly thread: Ts | undefined }> {
    const client = await this.as(author);
    const message = {
      channel: post.channel,
      ...marked(post.content, post.marker, post.withoutMetadata),
      parse: 'none',
      unfurl_links: false,
      unfurl_media: false,
    } as const;
    const reply = post.thread && { ...message, thread_ts: post.thread };
    const answer = await client.chat.postMessage(
      reply ? (post.broadcast ? { ...reply, reply_broadcast: true } : reply) : message,
    );
    const echoed = answer.message?.thread_ts;
    return { ts: ts(answer.ts ?? ''), thread: echoed === undefined ? undefined : ts(echoed) };
  }

  async update(author: Author, ref: { readonly ts: Ts } & Omit<Post, 'thread' | 'broadcast'>): Promise<void> {
    const client = await this.as(author);
    await client.chat.update({
      channel: ref.channel,
      ts: ref.ts,
      ...marked(ref.content, ref.marker, ref.withoutMetadata),
      parse: 'none',
    });
  }

  async remove(author: Author, ref: { readonly channel: ChannelId; readonly ts: Ts }): Promise<void> {
    const client = await this.as(author);
    await client.chat.delete({ channel: ref.channel, ts: ref.ts });
  }

  /** The channel in which the app and a person write to each other; the same each time. Throws as Slack refuses. */
  async directMessages(author: Author, user: UserId): Promise<ChannelId> {
    const client = await this.as(author);
    const { channel } = await client.conversations.open({ users: user });
    return channelId(channel?.id ?? '');
  }

  /** A direct message from the app, unmarked: for what no channel can be told. */
  async whisper(author: Author, user: UserId, content: Content): Promise<void> {
    const client = await this.as(author);
    await client.chat.postMessage({ channel: user, text: content.text, blocks: [...content.blocks] });
  }

  /** One page of a channel's messages, newest first; both ends of the window belong to it. */
  async history(author: Author, window: Window, cursor: string | undefined): Promise<Page> {
    const client = await this.as(author);
    const answer = await client.conversations.history({
      ...window,
      inclusive: true,
      include_all_metadata: true,
      limit: pageSize,
      ...(cursor && { cursor }),
    });
    return page(answer.messages, answer.has_more, answer.response_metadata?.next_cursor);
  }

  /** One page of a thread, oldest first, the root among them. */
  async replies(author: Author, window: Window, root: Ts, cursor: string | undefined): Promise<Page> {
    const client = await this.as(author);
    const answer = await client.conversations.replies({
      ...window,
      ts: root,
      inclusive: true,
      include_all_metadata: true,
      limit: pageSize,
      ...(cursor && { cursor }),
    });
    return page(answer.messages, answer.has_more, answer.response_metadata?.next_cursor);
  }

  /**
   * Why the app cannot use the channel, or undefined where it is a member; it joins a public one by itself, unless what is to
   * be posted is confidential. Only a member can look its own messages up, so nothing is posted where it is not. Throws as
   * Slack refuses.
   */
  async unusable(
    author: Author,
    channel: ChannelId,
    isConfidential: boolean,
  ): Promise<'is_archived' | 'not_a_member' | 'not_private' | undefined> {
    const client = await this.as(author);
    const { channel: info } = await client.conversations.info({ channel });
    if (info?.is_archived) return 'is_archived';
    if (isConfidential && !info?.is_private) return 'not_private';
    if (info?.is_member) return undefined;
    if (info?.is_private) return 'not_a_member';
    await client.conversations.join({ channel });
    return undefined;
  }

  /** Slack's own client with an author's token, for the calls of `channels.ts`. */
  async as(author: Author): Promise<WebClient> {
    const token = await author.token();
    // Loaded at the first call: many a record has nothing to say to Slack.
    const { WebClient } = await import('@slack/web-api');
    const kept = this.#clients.get(token);
    if (kept) return kept;
    if (this.#clients.size >= clientsKept) this.#clients.clear();
    // Never `headers`: the client writes the token into that object, and the next tenant would send it.
    const client = new WebClient(token, {
      ...(this.#options.apiUrl && { slackApiUrl: this.#options.apiUrl }),
      ...(this.#options.fetch && { fetch: this.#options.fetch }),
      timeout: this.#options.timeoutMs,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      allowAbsoluteUrls: false,
      logger: silent,
    });
    this.#clients.set(token, client);
    return client;
  }
}

const clientsKept = 200;

/** New commercial apps get 15 messages a page whatever they ask for; others up to a thousand. */
const pageSize = 200;

function marked(content: Content, marker: Marker, withoutMetadata = false) {
  const [first, ...rest] = content.blocks;
  const blocks: KnownBlock[] = first ? [{ ...first, block_id: markedBlock(marker) }, ...rest] : [];
  const metadata = { event_type: markerEvent, event_payload: { key: marker.key, revision: marker.revision } };
  return { text: content.text, blocks, ...(withoutMetadata ? {} : { metadata }) };
}

type RawMessage = Marked & { readonly ts?: string; readonly user?: string };

function page(messages: readonly RawMessage[] = [], more: boolean | undefined, cursor: string | undefined): Page {
  return {
    messages: messages.map((message) => ({
      ts: ts(message.ts ?? ''),
      user: message.user === undefined ? undefined : userId(message.user),
      marker: markerOf(message),
    })),
    cursor: more === false ? undefined : cursor || undefined,
  };
}

/** The client's own log lines would carry message text; ours is one line per pass, written by the worker. */
const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => 'error' as never,
  setName: () => undefined,
};
