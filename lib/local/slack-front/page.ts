/** The page: channels at the left, one channel's messages, one thread at the right. Pure: what is there in, HTML out. */
import { type Html, html } from '../../../shared/base/html.ts';
import { renderChannelMenu, renderComposer, renderPersonMenu } from './acting-view.ts';
import type { AppSettings } from './app-settings.ts';
import type { Message } from './message-store.ts';
import {
  countReplies,
  directoryOf,
  type MessageView,
  renderAvatar,
  renderMessages,
  type Shown,
} from './message-view.ts';
import type { Tenant } from './tenants.ts';
import { offeredIn, renderApp, renderModal } from './view-page.ts';
import type { Conversation, Member, Workspace } from './workspace.ts';

/** What the reader asked to see: a channel, or the app's own place. */
export type Place = ChannelPlace | AppPlace;

/** The app's Home, or what there is to know of the app. */
interface AppPlace {
  readonly app: 'home' | 'about';
  readonly list?: boolean | undefined;
}

/** A channel, with a thread beside it where one is open. */
export interface ChannelPlace {
  readonly channel: Conversation;
  /** The message a link leads to. */
  readonly target?: string | undefined;
  /** The root of the thread that is open. */
  readonly thread?: string | undefined;
  /** Messages from here on are left out: a step back in time. */
  readonly before?: string | undefined;
  /** The list of channels alone, where there is room for one thing only. */
  readonly list?: boolean | undefined;
}

/** What the page shows from. */
export interface PageSource extends Tenant {
  readonly app: AppSettings;
  /** Who reads: the page is drawn for them. */
  readonly me: Member | undefined;
  /** The teams of all workspaces there are. */
  readonly teams: readonly Workspace['team'][];
  /** Milliseconds since 1970. */
  readonly now: number;
}

const MESSAGES_A_PAGE = 100;

/** The whole document. */
export function renderPage(source: PageSource, place: Place): Html {
  const { workspace, me } = source;
  const { team } = workspace;
  const shown = 'app' in place ? appPane(source, place) : channelPanes(source, place);
  const view = place.list === true ? 'list' : shown.view;
  const modals = me === undefined ? [] : source.views.pile(me.id);
  const modal = modals.at(-1);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="#350d36">
<title>${shown.name} · ${team.name}</title>
<link rel="icon" href="/assets/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/page.css">
<link rel="stylesheet" href="/assets/acting.css">
<script type="module" src="/assets/page.js"></script>
<script type="module" src="/assets/acting.js"></script>
</head>
<body data-view="${view}" data-channel="${shown.channel}"${me !== undefined && html` data-me="${me.id}"`}>
<div class="all" id="all"${modal !== undefined && html` inert`}>
<a class="skip" href="#messages">Skip to messages</a>
<header class="top"><h1 class="hidden">${shown.name}, ${team.name}</h1><span class="where">Local Slack: nothing here leaves this machine</span><span class="live" id="live" role="status">Not live</span></header>
${renderSide(source, place)}
<main class="panes">
${shown.panes}
</main>
</div>
${modal !== undefined && renderModal(modal, modals.length, workspace, source.now)}
<div class="toast" id="toast" role="status"></div>
</body>
</html>
`;
}

/** What stands beside the list of channels. */
interface Panes {
  readonly name: string;
  readonly view: 'channel' | 'thread' | 'app';
  /** The channel's id; none for the app's place. */
  readonly channel: string;
  readonly panes: readonly (Html | false)[];
}

function channelPanes(source: PageSource, place: ChannelPlace): Panes {
  const { channel } = place;
  const thread = place.thread === undefined ? [] : source.messages.thread(channel.id, place.thread);
  return {
    name: nameOf(channel, source.workspace),
    view: thread.length > 0 ? 'thread' : 'channel',
    channel: channel.id,
    panes: [renderChannel(source, place, thread), thread.length > 0 && renderThread(source, place, thread)],
  };
}

function appPane(source: PageSource, { app: tab }: AppPlace): Panes {
  const { app, workspace, views, me, now } = source;
  const home = me === undefined ? undefined : views.home(me.id);
  return { name: app.name, view: 'app', channel: '', panes: [renderApp(tab, { workspace, app, home, me, now })] };
}

/** What there is instead of a page that is not there. */
export function renderMissing(workspace: Workspace, what: string): Html {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>Not found · ${workspace.team.name}</title><link rel="icon" href="/assets/favicon.svg" type="image/svg+xml"><link rel="stylesheet" href="/assets/page.css"></head>
<body class="missing"><main><h1>There is nothing here</h1><p>${what}</p><p><a href="/">Back to ${workspace.team.name}</a></p></main></body>
</html>
`;
}

/** The channel that is shown to somebody who asked for none: the one where something happened last, else the first. */
export function liveliest({
  workspace,
  messages,
}: Pick<PageSource, 'workspace' | 'messages'>): Conversation | undefined {
  const channels = ordered(workspace);
  const lastTs = (channel: Conversation) => messages.everything(channel.id).at(-1)?.ts ?? '';
  return channels.reduce<Conversation | undefined>(
    (best, channel) => (best === undefined || lastTs(channel) > lastTs(best) ? channel : best),
    channels.find((channel) => channel.name === 'payments') ?? channels[0],
  );
}

function ordered(workspace: Workspace): readonly Conversation[] {
  return [...workspace.conversations.values()]
    .filter((conversation) => conversation.kind === 'channel')
    .sort((one, other) => Number(one.isArchived) - Number(other.isArchived) || one.name.localeCompare(other.name));
}

/** `payments`, or the names of those who speak to each other. */
function nameOf(conversation: Conversation, workspace: Workspace): string {
  if (conversation.kind === 'channel') return conversation.name;
  const people = [...conversation.members].filter((id) => id !== workspace.app.botUserId);
  return people.map((id) => workspace.members.get(id)?.realName ?? id).join(', ');
}

function signOf(conversation: Conversation): Html {
  if (conversation.isPrivate) {
    return html`<svg class="sign" viewBox="0 0 16 16" role="img" aria-label="private"><path d="M4.5 7V5a3.5 3.5 0 0 1 7 0v2M3.5 7h9v6.5h-9z"/></svg>`;
  }
  return html`<span class="sign" aria-hidden="true">#</span>`;
}

function renderSide(source: PageSource, place: Place): Html {
  const { workspace, messages, me } = source;
  const direct = [...workspace.conversations.values()].filter(
    ({ id, kind }) => kind !== 'channel' && messages.everything(id).length > 0,
  );
  const item = (conversation: Conversation) => {
    const current = 'channel' in place && conversation.id === place.channel.id;
    const sign =
      conversation.kind === 'channel'
        ? signOf(conversation)
        : renderAvatar(
            { userId: [...conversation.members].find((id) => id !== workspace.app.botUserId) ?? '', asApp: false },
            workspace,
            'small',
          );
    return html`<li><a id="link-${conversation.id}" href="/archives/${conversation.id}" class="${conversation.isArchived ? 'archived' : ''}"${
      current && html` aria-current="page"`
    }>${sign}<span class="label">${nameOf(conversation, workspace)}</span></a></li>`;
  };
  const others = source.teams.filter(({ id }) => id !== workspace.team.id);
  return html`<nav class="side" id="side" aria-label="Channels">
<p class="team">${workspace.team.name}</p><div class="lists">
<h2>Channels</h2>
<ul>${ordered(workspace).map(item)}</ul>
${direct.length > 0 && html`<h2>Direct messages</h2><ul>${direct.map(item)}</ul>`}
<h2>Apps</h2>
<ul><li><a id="link-app" href="/app/${workspace.team.id}"${'app' in place && html` aria-current="page"`}>${renderAvatar({ userId: workspace.app.botUserId, asApp: true }, workspace, 'small')}<span class="label">${workspace.app.name}</span></a></li></ul>
${
  others.length > 0 &&
  html`<h2>Other workspaces</h2>
<ul>${others.map(({ id, name }) => html`<li><a id="team-${id}" href="/client/${id}"><span class="label">${name}</span></a></li>`)}</ul>`
}
<p class="footnote"><a href="/inspector?tab=auth">Apps and tokens</a> · <a href="/control">Control</a></p></div>
${renderPersonMenu(workspace, me)}
</nav>`;
}

function renderChannel(source: PageSource, place: ChannelPlace, thread: readonly Message[]): Html {
  const { workspace, messages } = source;
  const { channel } = place;
  const name = nameOf(channel, workspace);
  const all = messages.topLevel(channel.id);
  const [from, to] = span(all, place, thread[0]?.ts);
  const view = messageView(source, place, 'channel', thread[0]?.ts);
  const first = all[from];
  const own = onlyFor(source, channel, undefined).filter(
    ({ ts }) => from === 0 || (first !== undefined && ts > first.ts),
  );
  const shown = inOrder(all.slice(from, to), to < all.length ? [] : own);
  const faces = [...channel.members]
    .slice(0, 3)
    .map((id) => renderAvatar({ userId: id, asApp: id === workspace.app.botUserId }, workspace, 'small'));
  return html`<section class="channel" id="channel" aria-label="Channel ${name}">
<header class="bar">
<a class="back" href="/archives/${channel.id}?list=1" aria-label="All channels">‹</a>
<div class="title">${renderChannelMenu(channel, html`<h2>${signOf(channel)}${name}</h2>`, workspace)}${channel.topic !== '' && html`<p class="topic">${channel.topic}</p>`}</div>
<span class="members"><span class="faces">${faces}</span>${channel.members.size}<span class="hidden"> members</span></span>
</header>
<div class="scroll" id="messages" tabindex="0" role="log" aria-label="Messages in ${name}">
${
  shown.length === 0
    ? renderNothing(channel, name)
    : html`${
        first !== undefined && from > 0
          ? html`<p class="more"><a href="/archives/${channel.id}?before=${first.ts}">Earlier messages</a></p>`
          : html`<div class="beginning"><p class="big">${signOf(channel)}${name}</p><p>The beginning of this channel.</p></div>`
      }
<ol class="messages">${renderMessages(shown, view)}</ol>
${to < all.length && html`<p class="more"><a href="/archives/${channel.id}">Newest messages</a></p>`}`
}
</div>
${renderComposer(channel, name, undefined, { ...source, commands: source.app.commands })}
</section>`;
}

/** What only the reader sees, in the channel or in one of its threads. */
function onlyFor({ ephemerals, me }: PageSource, channel: Conversation, root: string | undefined) {
  return me === undefined ? [] : ephemerals.of(me.id, channel.id).filter((one) => one.root === root);
}

function inOrder(messages: readonly Message[], own: readonly Shown[]): readonly Shown[] {
  return own.length === 0 ? messages : [...messages, ...own].sort((one, other) => (one.ts < other.ts ? -1 : 1));
}

function messageView(
  source: PageSource,
  place: ChannelPlace,
  pane: MessageView['pane'],
  open: string | undefined,
): MessageView {
  const { workspace, messages, now, me } = source;
  const use = me === undefined ? undefined : offeredIn(workspace);
  return { workspace, messages, directory: directoryOf(workspace, now), pane, target: place.target, open, use };
}

/** Which part of the messages to show: the newest, those before a place, or those around a message that a link leads to. */
function span(all: readonly Message[], place: ChannelPlace, root: string | undefined): readonly [number, number] {
  let to = all.length;
  const wanted = all.findIndex((message) => message.ts === (place.target ?? root) || message.ts === root);
  if (place.before !== undefined) {
    const edge = place.before;
    to = all.filter((message) => message.ts < edge).length;
  } else if (wanted >= 0 && wanted < all.length - MESSAGES_A_PAGE) {
    to = Math.min(all.length, wanted + MESSAGES_A_PAGE / 2);
  }
  return [Math.max(0, to - MESSAGES_A_PAGE), to];
}

function renderNothing(channel: Conversation, name: string): Html {
  return html`<div class="nothing">
<span class="nothing-sign" aria-hidden="true">${channel.isPrivate ? '🔒' : '📭'}</span>
<p class="big">Nothing in ${signOf(channel)}${name} yet</p>
${channel.topic !== '' && html`<p>${channel.topic}.</p>`}
<p>With War Room running, send a payment through it:</p>
<p><code>npm run simulate -- payment</code></p>
<p>Its thread appears in the payments channel by itself; this page needs no reload.</p>
</div>`;
}

function renderThread(source: PageSource, place: ChannelPlace, thread: readonly Message[]): Html {
  const { workspace } = source;
  const { channel } = place;
  const [root, ...replies] = thread;
  const view = messageView(source, place, 'thread', undefined);
  const shown = inOrder(replies, onlyFor(source, channel, root?.ts));
  return html`<section class="thread" id="thread" aria-labelledby="thread-title">
<header class="bar">
<a class="back" href="/archives/${channel.id}" aria-label="Back to ${nameOf(channel, workspace)}">‹</a>
<div class="title"><h2 id="thread-title">Thread</h2><p class="topic">${signOf(channel)}${nameOf(channel, workspace)}</p></div>
<a class="close" href="/archives/${channel.id}" aria-label="Close the thread">✕</a>
</header>
<div class="scroll" id="replies" tabindex="0" role="log" aria-label="Thread">
<ol class="messages">${root !== undefined && renderMessages([root], view)}<li class="day count" id="count"><span>${
    replies.length === 0 ? 'No replies yet' : countReplies(replies.length)
  }</span></li>${renderMessages(shown, view)}</ol>
</div>
${root !== undefined && renderComposer(channel, nameOf(channel, workspace), root.ts, { ...source, commands: source.app.commands })}
</section>`;
}
