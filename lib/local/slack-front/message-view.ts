/** How one message looks: who said it, when, what, and what became of it. */
import { type Html, html } from '../../../shared/base/html.ts';
import { renderMessageMenu } from './acting-view.ts';
import { renderBlocks } from './block-kit.ts';
import type { Use } from './element-view.ts';
import type { Ephemeral } from './ephemerals.ts';
import { clockTime, dayKey, dayName, fullTime, whenSaid } from './india-time.ts';
import type { Author, Message, MessageStore } from './message-store.ts';
import { type Directory, renderMrkdwn } from './mrkdwn.ts';
import { permalinkPart } from './timestamp.ts';
import type { Workspace } from './workspace.ts';

/** What a message is shown with. */
export interface MessageView {
  readonly workspace: Workspace;
  readonly messages: MessageStore;
  readonly directory: Directory;
  /** In the channel's list, or in the thread beside it. */
  readonly pane: 'channel' | 'thread';
  /** The message that a link led to. */
  readonly target: string | undefined;
  /** The root whose thread is open. */
  readonly open: string | undefined;
  /** What somebody who reads may choose from; undefined: nobody does, so nothing can be used. */
  readonly use: Pick<Use, 'people' | 'channels'> | undefined;
}

/** What stands in a list: a message, or what only the reader sees. */
export type Shown = Message | Ephemeral;

/** Messages of one author within this time stand under one name, as in Slack. */
const GROUPED_WITHIN = 5 * 60_000;
const HUES = 8;

/** Names and channels of a workspace, for mentions. */
export function directoryOf(workspace: Workspace, now: number): Directory {
  return {
    memberName: (id) => workspace.members.get(id)?.realName,
    channelName: (id) => workspace.conversations.get(id)?.name,
    now,
  };
}

/** List items for messages, oldest first, with a line where a new day begins. */
export function renderMessages(list: readonly Shown[], view: MessageView): readonly Html[] {
  return list.flatMap((message, index) => {
    const before = list[index - 1];
    const newDay =
      view.pane === 'channel' &&
      (before === undefined || dayKey(millisecondsOf(before)) !== dayKey(millisecondsOf(message)));
    const item =
      'author' in message
        ? renderMessage(message, view, !newDay && before !== undefined && continues(before, message, view.pane))
        : renderEphemeral(message, view);
    return newDay ? [renderDay(message, view), item] : [item];
  });
}

/** One message as a list item. `compact`: without name and picture, since the one above has them. */
function renderMessage(message: Message, view: MessageView, compact: boolean): Html {
  const key = `${view.pane}-${message.channel}-${message.ts}`;
  const classes = [
    'message',
    compact && 'compact',
    message.isTombstone && 'tombstone',
    message.ts === view.target && 'target',
    message.ts === view.open && view.pane === 'channel' && 'open',
  ].filter((name) => name !== false);
  return html`<li class="${classes.join(' ')}" id="${key}" data-revision="${message.revision}" ${placeOf(message)}>${
    message.isTombstone
      ? renderTombstone(message)
      : html`${renderHead(message, compact, view)}<div class="body">${renderBody(message, view)}</div>${
          view.use !== undefined && renderMessageMenu(message.channel, message.ts)
        }`
  }${view.pane === 'channel' && renderReplyBar(message, view)}</li>`;
}

/** What only the reader sees. https://docs.slack.dev/messaging#ephemeral */
function renderEphemeral(message: Ephemeral, view: MessageView): Html {
  const isSlackbot = message.by === 'USLACKBOT';
  const name = view.directory.memberName(message.by) ?? message.by;
  const at = millisecondsOf(message);
  const avatar = isSlackbot
    ? html`<span class="avatar large slackbot" aria-hidden="true">♥</span>`
    : renderAvatar({ userId: message.by, asApp: message.by === view.workspace.app.botUserId }, view.workspace, 'large');
  const dismiss = JSON.stringify({ deed: 'dismiss', channel: message.channel, ts: message.ts });
  return html`<li class="message ephemeral" id="only-${message.channel}-${message.ts}" data-revision="${message.revision}" ${placeOf(message)}><p class="only"><svg viewBox="0 0 16 16" aria-hidden="true"><path d="M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8z"/><circle cx="8" cy="8" r="2"/></svg>Only visible to you<button type="button" class="dismiss" data-deed="${dismiss}">Dismiss</button></p><div class="gutter">${avatar}</div><div class="head"><span class="name">${name}</span>${
    !isSlackbot && html` <span class="badge">App</span>`
  } <time class="time" datetime="${new Date(at).toISOString()}" title="${fullTime(at)}">${clockTime(at)}</time></div><div class="body">${renderContent(message, view)}</div></li>`;
}

/** Where what stands in a message is used from. */
function placeOf({ channel, ts }: Shown): Html {
  return html`data-place="${JSON.stringify({ channel, ts })}"`;
}

/** The picture of an author: the app's mark, or initials on a colour that stays theirs. */
export function renderAvatar(
  author: Pick<Author, 'userId' | 'asApp'>,
  workspace: Workspace,
  size: 'large' | 'small',
): Html {
  if (author.asApp) {
    return html`<span class="avatar ${size} app" aria-hidden="true"><svg viewBox="0 0 36 36"><circle cx="18" cy="18" r="10.5"/><circle cx="18" cy="18" r="5"/><path d="M18 18 26 9"/><circle class="dot" cx="18" cy="18" r="1.8"/></svg></span>`;
  }
  const member = workspace.members.get(author.userId);
  const initials = (member?.realName ?? '?')
    .split(' ')
    .map((word) => word.charAt(0))
    .join('')
    .slice(0, 2);
  const place = [...workspace.members.keys()].indexOf(author.userId);
  return html`<span class="avatar ${size} hue-${Math.max(place, 0) % HUES}" aria-hidden="true">${initials}</span>`;
}

/** `3 replies`. */
export function countReplies(count: number): string {
  return `${count} ${count === 1 ? 'reply' : 'replies'}`;
}

function millisecondsOf(message: Pick<Message, 'ts'>): number {
  return Number(message.ts.split('.')[0]) * 1000;
}

/** In a channel every root stands by itself; in a thread, replies of one author follow each other under one name. */
function continues(before: Shown, message: Message, pane: MessageView['pane']): boolean {
  return (
    pane === 'thread' &&
    'author' in before &&
    before.author.userId === message.author.userId &&
    !message.broadcast &&
    millisecondsOf(message) - millisecondsOf(before) < GROUPED_WITHIN
  );
}

function renderDay(message: Shown, view: MessageView): Html {
  const at = millisecondsOf(message);
  return html`<li class="day" id="day-${dayKey(at)}"><span>${dayName(at, view.directory.now)}</span></li>`;
}

function renderHead(message: Message, compact: boolean, view: MessageView): Html {
  const at = millisecondsOf(message);
  const name = view.directory.memberName(message.author.userId) ?? message.author.userId;
  const thread = message.root === undefined ? '' : `?thread_ts=${message.root}`;
  const time = html`<a class="time" href="/archives/${message.channel}/${permalinkPart(message.ts)}${thread}"><time datetime="${new Date(at).toISOString()}" title="${fullTime(at)}">${clockTime(at)}</time></a>`;
  if (compact) return html`<div class="gutter">${time}</div>`;
  return html`<div class="gutter">${renderAvatar(message.author, view.workspace, 'large')}</div><div class="head"><span class="name">${name}</span>${
    message.author.asApp && html` <span class="badge">App</span>`
  } ${time}</div>${message.broadcast && renderBroadcastNote(message, view)}`;
}

function renderBroadcastNote(message: Message, view: MessageView): Html {
  if (view.pane === 'thread') return html`<p class="note">Also sent to the channel</p>`;
  const root = view.messages.thread(message.channel, message.root ?? '')[0];
  const first = (root?.text ?? '').split('\n')[0] ?? '';
  return html`<p class="note">replied to a thread: <a href="/archives/${message.channel}/${permalinkPart(message.root ?? '')}">${renderMrkdwn(
    first.replace(/<[^>]*>/g, ''),
    view.directory,
  )}</a></p>`;
}

function renderBody(message: Message, view: MessageView): Html {
  return html`${renderContent(message, view)}${message.edited !== undefined && html`<span class="edited">(edited)</span>`}`;
}

function renderContent({ channel, ts, text, blocks }: Shown, { directory, pane, use }: MessageView): Html {
  if (blocks.length === 0) return html`<div class="b-text">${renderMrkdwn(text, directory)}</div>`;
  const used = use && { ...use, prefix: `${pane}-${channel}-${ts}`, entered: {}, errors: {} };
  return renderBlocks(blocks, directory, used);
}

function renderTombstone(message: Message): Html {
  return html`<div class="gutter"><span class="avatar large gone" aria-hidden="true">🗑</span></div><div class="body"><em>${message.text}</em></div>`;
}

function renderReplyBar(message: Message, view: MessageView): Html | false {
  if (message.root !== undefined) return false;
  const replies = view.messages.replies(message.channel, message.ts);
  const last = replies.at(-1);
  if (last === undefined) return false;
  const authors = [...new Map(replies.map((reply) => [reply.author.userId, reply.author])).values()].slice(0, 3);
  return html`<a class="replies" href="/archives/${message.channel}/${permalinkPart(message.ts)}"><span class="faces">${authors.map(
    (author) => renderAvatar(author, view.workspace, 'small'),
  )}</span><strong>${countReplies(replies.length)}</strong> <span class="last">Last reply ${whenSaid(millisecondsOf(last), view.directory.now)}</span></a>`;
}
