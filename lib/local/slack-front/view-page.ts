/** A modal upon the page, and the app's own place: its Home, and what there is to know of it. Pure: what is there in, HTML out. */
import { type Html, html } from '../../../shared/base/html.ts';
import { deed } from './acting-view.ts';
import type { AppSettings } from './app-settings.ts';
import { isRecord } from './args.ts';
import { renderBlocks } from './block-kit.ts';
import type { Use } from './element-view.ts';
import { withEmoji } from './emoji.ts';
import { directoryOf, renderAvatar } from './message-view.ts';
import { readersOf } from './reader.ts';
import type { View } from './views.ts';
import type { Member, Workspace } from './workspace.ts';

/** What menus of people and channels offer in a workspace. */
export function offeredIn(workspace: Workspace): Pick<Use, 'people' | 'channels'> {
  return {
    people: readersOf(workspace).map(({ id, realName }) => [id, realName] as const),
    channels: [...workspace.conversations.values()]
      .filter(({ kind, isArchived }) => kind === 'channel' && !isArchived)
      .map(({ id, name }) => [id, name] as const),
  };
}

/** The modal in front of somebody, with those beneath it counted. */
export function renderModal(view: View, depth: number, workspace: Workspace, now: number): Html {
  const { content } = view;
  const use: Use = { prefix: view.id, entered: view.entered, errors: view.errors, ...offeredIn(workspace) };
  const close = words(content.close) || 'Cancel';
  return html`<div class="veil" id="veil"><div class="modal" id="modal-${view.id}" role="dialog" aria-modal="true" aria-labelledby="modal-title"><form data-place="${JSON.stringify({ view: 'modal' })}" data-modal novalidate>
<header class="modal-head">${renderAvatar({ userId: workspace.app.botUserId, asApp: true }, workspace, 'small')}<h2 id="modal-title">${words(content.title)}</h2>${
    depth > 1 && html`<span class="depth">${depth} of 3</span>`
  }<button type="button" class="close" data-deed="${JSON.stringify({ deed: 'close', reach: 'all' })}" aria-label="Close">✕</button></header>
<div class="modal-body">${view.trouble !== undefined && html`<p class="trouble" role="alert">${view.trouble}</p>`}${renderBlocks(content.blocks, directoryOf(workspace, now), use)}</div>
<footer class="modal-foot">${deed({ deed: 'close', reach: 'one' }, depth > 1 && content.close === null ? 'Back' : close)}${
    content.submit !== null && html`<button type="submit" class="b-button b-primary">${words(content.submit)}</button>`
  }</footer>
</form></div></div>`;
}

/** The app's place: `home` or `about`. */
export function renderApp(
  tab: 'home' | 'about',
  {
    workspace,
    app,
    home,
    me,
    now,
  }: {
    workspace: Workspace;
    app: AppSettings;
    home: View | undefined;
    me: Member | undefined;
    now: number;
  },
): Html {
  const { team } = workspace;
  const link = (name: 'home' | 'about', label: string) =>
    html`<a href="/app/${team.id}${name === 'about' && '/about'}" id="tab-${name}"${name === tab && html` aria-current="page"`}>${label}</a>`;
  return html`<section class="channel app-place" id="app" aria-label="${app.name}">
<header class="bar">
<a class="back" href="/app/${team.id}?list=1" aria-label="All channels">‹</a>
<div class="title"><h2 class="app-name">${renderAvatar({ userId: workspace.app.botUserId, asApp: true }, workspace, 'small')} ${app.name}</h2></div>
</header>
<nav class="tabs" aria-label="${app.name}">${link('home', 'Home')}${link('about', 'About')}</nav>
<div class="scroll" id="messages" tabindex="0"><div class="sheet">${
    tab === 'home' ? renderHome(home, workspace, app, me, now) : renderAbout(workspace, app)
  }</div></div>
</section>`;
}

function renderHome(
  home: View | undefined,
  workspace: Workspace,
  app: AppSettings,
  me: Member | undefined,
  now: number,
): Html {
  if (!isInstalled(workspace)) {
    return html`<div class="nothing"><p class="big">${app.name} is not installed</p><p>${workspace.team.name} does not have it at the moment.</p>${renderInstall(app)}</div>`;
  }
  if (home === undefined) {
    return html`<div class="nothing"><span class="nothing-sign" aria-hidden="true">🏠</span><p class="big">Nothing here yet</p><p>${app.name} was told that ${
      me?.realName ?? 'somebody'
    } opened its Home. What it shows there appears by itself.</p></div>`;
  }
  const use: Use = { prefix: home.id, entered: home.entered, errors: {}, ...offeredIn(workspace) };
  return html`<div class="home" id="home-${home.id}" data-place="${JSON.stringify({ view: 'home' })}">${renderBlocks(home.content.blocks, directoryOf(workspace, now), use)}</div>`;
}

function renderAbout(workspace: Workspace, app: AppSettings): Html {
  const commands = app.commands.map(
    ({ command, usage, description }) =>
      html`<li><strong>${command}</strong> ${usage}<p class="muted">${description}</p></li>`,
  );
  const joined = [...workspace.conversations.values()].filter(
    ({ kind, members }) => kind === 'channel' && members.has(workspace.app.botUserId),
  );
  const channels = joined.map(({ id, name }) => html`<li><a href="/archives/${id}">#${name}</a></li>`);
  return html`<div class="about"><h3 class="b-header">Commands</h3><ul class="plain-list">${commands}</ul>
<h3 class="b-header">Channels it is in</h3>${channels.length === 0 ? html`<p class="muted">None.</p>` : html`<ul class="plain-list">${channels}</ul>`}
<h3 class="b-header">In ${workspace.team.name}</h3>
${
  isInstalled(workspace)
    ? html`<p class="muted">Uninstalling ends all its tokens at once and takes it out of its channels. Messages stay.</p><p>${deed(
        { deed: 'uninstall', team: workspace.team.id },
        `Uninstall ${app.name}`,
        'danger',
      )}</p>`
    : html`<p class="muted">It is not installed.</p>${renderInstall(app)}`
}</div>`;
}

function renderInstall({ name, requestUrls }: AppSettings): Html | false {
  const { install } = requestUrls;
  return install !== undefined && html`<p><a class="b-button b-primary" href="${install}">Add ${name} to Slack</a></p>`;
}

function isInstalled(workspace: Workspace): boolean {
  return workspace.members.get(workspace.app.botUserId)?.deactivated === false;
}

function words(value: unknown): string {
  return isRecord(value) && typeof value['text'] === 'string' ? withEmoji(value['text']) : '';
}
