/** What a person acts with on the page: the field to write in, the menus of a channel and of a message, who one is. */
import { type Html, html } from '../../../shared/base/html.ts';
import type { SeedApp } from './company.ts';
import { renderAvatar } from './message-view.ts';
import { readersOf } from './reader.ts';
import type { Conversation, Member, Workspace } from './workspace.ts';

/** Where Slack has its field to write in: messages, and commands where the app has any. */
export function renderComposer(
  channel: Conversation,
  name: string,
  root: string | undefined,
  { workspace, me, commands }: { workspace: Workspace; me: Member | undefined; commands: SeedApp['commands'] },
): Html {
  if (me === undefined) return html`<footer class="hint">Nobody is here who could write.</footer>`;
  if (channel.isArchived) {
    return html`<footer class="hint">This channel is archived. Nothing can be posted until it is restored. ${deed(
      { deed: 'unarchive', channel: channel.id },
      'Restore it',
    )}</footer>`;
  }
  if (!channel.members.has(me.id)) {
    return html`<footer class="hint">${me.realName} is not in ${sign(channel)}${name}. ${deed({ deed: 'join', channel: channel.id }, 'Join the channel')}</footer>`;
  }
  const isInstalled = workspace.grantsOf(workspace.app.botUserId).length > 0;
  const offered = root === undefined && isInstalled ? commands : [];
  const hint = root === undefined ? `Message ${sign(channel)}${name}` : 'Reply…';
  const id = root === undefined ? 'write' : 'reply';
  return html`<form class="composer" id="${id}" data-say="${JSON.stringify({ channel: channel.id, ...(root !== undefined && { thread: root }) })}">
${
  offered.length > 0 &&
  html`<div class="offers" hidden>${offered.map(
    ({ command, usage, description }) =>
      html`<button type="button" class="item" data-offer="${command} "><span class="offer"><strong>${command}</strong> ${usage}</span><small>${description}</small></button>`,
  )}</div>`
}
<textarea id="${id}-text" name="text" rows="1" placeholder="${hint}" aria-label="${hint}" autocomplete="off" enterkeyhint="send"></textarea>
<div class="tools"><span class="as">${renderAvatar({ userId: me.id, asApp: false }, workspace, 'small')}${me.realName}${
    offered.length > 0 && html`<span class="tip"> · <kbd>/</kbd> for commands</span>`
  }</span><button type="submit" class="send" aria-label="Send"><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M2.5 3.2 17.6 10 2.5 16.8 4.6 11l7-1-7-1z"/></svg></button></div>
</form>`;
}

/** The channel's name, and what can be done with the channel. */
export function renderChannelMenu(channel: Conversation, title: Html, workspace: Workspace): Html {
  if (channel.kind !== 'channel') return title;
  const { botUserId, name: app } = workspace.app;
  const { id: channelId } = channel;
  const isInstalled = workspace.members.get(botUserId)?.deactivated === false;
  return html`<details class="menu channel-menu" id="channel-menu"><summary aria-label="${channel.name}: what to do with the channel">${title}</summary><div class="items">
<form class="rename" data-deed="${JSON.stringify({ deed: 'rename', channel: channelId })}"><label for="rename">Rename</label><input id="rename" name="name" value="${channel.name}" maxlength="80" autocomplete="off"><button type="submit" class="b-button">Save</button></form>
${
  isInstalled &&
  (channel.members.has(botUserId)
    ? item({ deed: 'remove', channel: channelId }, `Remove ${app} from the channel`)
    : item({ deed: 'add', channel: channelId }, `Add ${app} to the channel`))
}
${
  channel.isArchived
    ? item({ deed: 'unarchive', channel: channelId }, 'Restore the channel')
    : item({ deed: 'archive', channel: channelId }, 'Archive the channel', 'danger')
}
</div></details>`;
}

/** What can be done with a message. Whoever is in front of this page may delete anybody's, as an owner of the workspace may. */
export function renderMessageMenu(channel: string, ts: string): Html {
  return html`<details class="menu more-menu"><summary aria-label="What to do with the message">⋯</summary><div class="items">${item(
    { deed: 'delete', channel, ts },
    'Delete message',
    'danger',
  )}</div></details>`;
}

/** Who one is, and who else one could be. */
export function renderPersonMenu(workspace: Workspace, me: Member | undefined): Html | false {
  if (me === undefined) return false;
  const people = readersOf(workspace).map(
    (member) =>
      html`<li><a class="item" href="?as=${member.id}" data-as="${member.id}"${member.id === me.id && html` aria-current="true"`}>${renderAvatar(
        { userId: member.id, asApp: false },
        workspace,
        'small',
      )}<span>${member.realName}<small>${member.title}</small></span></a></li>`,
  );
  return html`<details class="menu person" id="person"><summary>${renderAvatar({ userId: me.id, asApp: false }, workspace, 'large')}<span class="who"><small>You are</small>${me.realName}</span><span class="chevron" aria-hidden="true">⌃</span></summary><ul class="items" aria-label="Be somebody else">${people}</ul></details>`;
}

/** A button that does one thing. */
export function deed(what: Readonly<Record<string, string>>, label: string, style = ''): Html {
  return html`<button type="button" class="b-button ${style === '' ? '' : `b-${style}`}" data-deed="${JSON.stringify(what)}">${label}</button>`;
}

function item(what: Readonly<Record<string, string>>, label: string, style = ''): Html {
  return html`<button type="button" class="item ${style}" data-deed="${JSON.stringify(what)}">${label}</button>`;
}

function sign(channel: Conversation): string {
  return channel.kind === 'channel' && !channel.isPrivate ? '#' : '';
}
