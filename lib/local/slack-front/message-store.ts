/**
 * Messages and threads, as Slack keeps them: roots and replies, broadcasts, edits, deletions with what they leave behind.
 * It decides nothing about who may do what (chat-methods.ts does), so that the control API can act as a person would.
 */
import type { Clock } from './clock.ts';
import { timestampOf } from './timestamp.ts';
import type { Workspace } from './workspace.ts';

/** A Block Kit block as it came, with a `block_id` always present. */
export type Block = Readonly<Record<string, unknown>> & { readonly type: string; readonly block_id: string };

/** Message metadata. https://docs.slack.dev/messaging/message-metadata */
export interface Metadata {
  readonly event_type: string;
  readonly event_payload: Readonly<Record<string, unknown>>;
}

/** Who a message is by. `appBotId` is set on everything that came through the API, a person's user token included. */
export interface Author {
  readonly userId: string;
  readonly appBotId: string | undefined;
  /** Posted with the app's own token: shown as the app, and editable with that token only. */
  readonly asApp: boolean;
}

/** One message. */
export interface Message {
  /** Changes when the channel's id does. */
  channel: string;
  readonly ts: string;
  readonly author: Author;
  /** The root's `ts` where this is a reply. */
  readonly root: string | undefined;
  readonly broadcast: boolean;
  text: string;
  blocks: readonly Block[];
  metadata: Metadata | undefined;
  edited: { readonly user: string; readonly ts: string } | undefined;
  /** A deleted root that still has replies: Slack keeps a line in its place. */
  isTombstone: boolean;
  /** Counts changes to this message and to its thread, for the page. */
  revision: number;
}

/** What a message consists of when it is posted. */
export interface Draft {
  readonly author: Author;
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly metadata: Metadata | undefined;
  readonly root?: string | undefined;
  readonly broadcast?: boolean;
}

interface Shelf {
  /** Every message by `ts`, oldest first (a Map keeps its order, and `ts` only grows). */
  readonly all: Map<string, Message>;
  /** Replies by root, oldest first. */
  readonly threads: Map<string, Message[]>;
}

/** The messages of all conversations. */
export class MessageStore {
  private readonly shelves = new Map<string, Shelf>();
  private readonly clock: Clock;
  private readonly workspace: Workspace;
  private latest = 0n;
  private blockIds = 0;

  constructor(workspace: Workspace, clock: Clock) {
    this.workspace = workspace;
    this.clock = clock;
  }

  /** The next `ts`: unique, and later than every one before. */
  nextTs(): string {
    const now = BigInt(Math.floor(this.clock.now())) * 1000n;
    this.latest = now > this.latest ? now : this.latest + 1n;
    return timestampOf(this.latest);
  }

  /** A `block_id` for a block that came without one. Slack's are five characters. */
  nextBlockId(): string {
    this.blockIds += 1;
    return this.blockIds.toString(36).padStart(5, '0');
  }

  /** A message by its `ts`; what a deleted root left behind is not one. */
  find(channel: string, ts: string): Message | undefined {
    const message = this.shelf(channel).all.get(ts);
    return message?.isTombstone === true ? undefined : message;
  }

  /** Roots, broadcasts and the places of deleted roots, oldest first: what the channel shows. */
  topLevel(channel: string): readonly Message[] {
    return [...this.shelf(channel).all.values()].filter((message) => message.root === undefined || message.broadcast);
  }

  /** A root (or what is left of it) and its replies, oldest first. Empty when there is none. */
  thread(channel: string, root: string): readonly Message[] {
    const shelf = this.shelf(channel);
    const first = shelf.all.get(root);
    return first === undefined || first.root !== undefined ? [] : [first, ...(shelf.threads.get(root) ?? [])];
  }

  /** The replies of a root, oldest first. */
  replies(channel: string, root: string): readonly Message[] {
    return this.shelf(channel).threads.get(root) ?? [];
  }

  /** Every message that is there, replies included, oldest first. */
  everything(channel: string): readonly Message[] {
    return [...this.shelf(channel).all.values()].filter((message) => !message.isTombstone);
  }

  post(channel: string, draft: Draft): Message {
    const shelf = this.shelf(channel);
    const message: Message = {
      channel,
      ts: this.nextTs(),
      author: draft.author,
      root: draft.root,
      broadcast: draft.root !== undefined && draft.broadcast === true,
      text: draft.text,
      blocks: draft.blocks,
      metadata: draft.metadata,
      edited: undefined,
      isTombstone: false,
      revision: 1,
    };
    shelf.all.set(message.ts, message);
    if (message.root !== undefined) {
      const replies = shelf.threads.get(message.root);
      if (replies === undefined) shelf.threads.set(message.root, [message]);
      else replies.push(message);
      this.touch(shelf, message.root);
    }
    this.workspace.changed({ channel });
    this.workspace.happened({ kind: 'posted', message });
    return message;
  }

  edit(message: Message, editor: string, change: Partial<Pick<Message, 'text' | 'blocks' | 'metadata'>>): void {
    const before = { ...message };
    if (change.text !== undefined) message.text = change.text;
    if (change.blocks !== undefined) message.blocks = change.blocks;
    if ('metadata' in change) message.metadata = change.metadata;
    message.edited = { user: editor, ts: this.nextTs() };
    message.revision += 1;
    if (message.root !== undefined) this.touch(this.shelf(message.channel), message.root);
    this.workspace.changed({ channel: message.channel });
    this.workspace.happened({ kind: 'edited', message, before });
  }

  /**
   * Takes a message away. A root with replies leaves "This message was deleted." in its place, which goes with the last reply;
   * the replies stay.
   */
  remove(message: Message): void {
    const shelf = this.shelf(message.channel);
    const before = { ...message };
    if (message.root === undefined && (shelf.threads.get(message.ts)?.length ?? 0) > 0) {
      Object.assign(message, { isTombstone: true, text: 'This message was deleted.', blocks: [], metadata: undefined });
      message.edited = undefined;
      message.revision += 1;
    } else {
      shelf.all.delete(message.ts);
      if (message.root !== undefined) this.removeReply(shelf, message.root, message);
    }
    this.workspace.changed({ channel: message.channel });
    this.workspace.happened({ kind: 'removed', before, tombstone: message.isTombstone ? message : undefined });
  }

  /** The messages of a channel go with it when its id changes. */
  renumber(from: string, to: string): void {
    const shelf = this.shelf(from);
    for (const message of shelf.all.values()) message.channel = to;
    this.shelves.delete(from);
    this.shelves.set(to, shelf);
  }

  /** A channel is gone, and all that stood in it. */
  drop(channel: string): void {
    this.shelves.delete(channel);
  }

  private removeReply(shelf: Shelf, root: string, reply: Message): void {
    const left = (shelf.threads.get(root) ?? []).filter((other) => other !== reply);
    if (left.length > 0) shelf.threads.set(root, left);
    else shelf.threads.delete(root);
    this.touch(shelf, root);
    if (left.length === 0 && shelf.all.get(root)?.isTombstone === true) shelf.all.delete(root);
  }

  private touch(shelf: Shelf, root: string): void {
    const message = shelf.all.get(root);
    if (message !== undefined) message.revision += 1;
  }

  private shelf(channel: string): Shelf {
    const known = this.shelves.get(channel);
    if (known !== undefined) return known;
    const shelf: Shelf = { all: new Map(), threads: new Map() };
    this.shelves.set(channel, shelf);
    return shelf;
  }
}
