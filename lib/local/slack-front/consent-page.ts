/** The consent page: who asks whom for what, and the two answers. Pure: a request in, HTML out. */
import { type Html, html } from '../../../shared/base/html.ts';
import type { AppSettings } from './app-settings.ts';
import type { ConsentRequest } from './consent-request.ts';
import { renderAvatar } from './message-view.ts';
import { type ScopeHolder, wordsFor } from './scopes.ts';
import type { Tenant } from './tenants.ts';
import type { Member, Workspace } from './workspace.ts';

/** What the page is made from. */
export interface ConsentSource {
  readonly app: AppSettings;
  readonly tenants: readonly Tenant[];
  /** The fields as they came, to come back with the answer. */
  readonly fields: URLSearchParams;
  /** The path that the answer is sent to. */
  readonly path: string;
}

/** Who can be asked: whoever could sign in to the workspace, so nobody deactivated, invited only, from elsewhere, or a bot. */
export function mayConsent(member: Member): boolean {
  const isPerson = !member.isBot && member.id !== 'USLACKBOT';
  return isPerson && !member.deactivated && !member.invited && member.homeTeam === undefined;
}

/** The page that asks. */
export function renderConsent(source: ConsentSource, request: ConsentRequest): Html {
  const { app } = source;
  const signsIn = request.flow === 'sign-in';
  const title = signsIn ? `Sign in to ${app.name} with Slack` : `${app.name} would like access to Slack`;
  // The workspace that the app asked for stands first; Slack, too, only proposes it.
  const tenants = source.tenants.toSorted((one, other) => wanted(request, other) - wanted(request, one));
  const answer = new URL(request.returnTo).host;
  return page(
    title,
    html`${renderMarks()}
<h1>${title}</h1>
<p class="lead">${signsIn ? 'It will learn who you are. Nothing is installed, and nothing is posted as you.' : 'Choose who you are; then allow it, or cancel.'}</p>
<form method="post" action="${source.path}">
${[...source.fields].map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<fieldset class="people">
<legend>You are</legend>
<div class="workspaces">${tenants.map(({ workspace }, index) => renderPeople(workspace, index === 0))}</div>
</fieldset>
${renderScopes(`${app.name}, the app, could`, 'bot', request.botScopes)}
${renderScopes(signsIn ? `${app.name} could` : `${app.name}, acting for you, could`, signsIn ? 'sign-in' : 'user', request.userScopes)}
<div class="answers">
<button name="decision" value="cancel">Cancel</button>
<button name="decision" value="allow" class="allow">Allow</button>
</div>
</form>
<p class="small">Either answer leads back to <strong>${answer}</strong>. This is the local Slack: it has no passwords, so you say who you are.</p>`,
  );
}

/** The page for a request that cannot be put to anybody. */
export function renderProblem(app: AppSettings, details: string): Html {
  const title = 'Something went wrong when authorizing this app.';
  return page(
    title,
    html`<h1>${title}</h1>
<p class="lead">Go back to ${app.name} and start again from there. Should this page come back, the link itself is wrong: show the line below to whoever looks after ${app.name}.</p>
<p class="details"><span>Error details</span><code>${details}</code></p>`,
  );
}

function wanted(request: ConsentRequest, { workspace }: Tenant): number {
  return Number(workspace.team.id === request.team);
}

function renderPeople(workspace: Workspace, isFirst: boolean): Html {
  const people = [...workspace.members.values()].filter(mayConsent);
  const person = (member: Member, index: number) =>
    html`<label><input type="radio" name="user_id" value="${member.id}" required${isFirst && index === 0 && html` checked`}>${renderAvatar(
      { userId: member.id, asApp: false },
      workspace,
      'large',
    )}<span class="who"><span class="name">${member.realName}</span><span class="about">${aboutOf(member)}</span></span></label>`;
  return html`<section aria-labelledby="in-${workspace.team.id}"><h2 id="in-${workspace.team.id}">${workspace.team.name} <span>${workspace.team.domain}.slack.com</span></h2>${people.map(person)}</section>`;
}

function aboutOf(member: Member): string {
  const guest = member.guest !== undefined && 'guest';
  const mail = member.emailConfirmed ? member.email : `${member.email}, not confirmed`;
  return [member.title, guest, mail].filter((part) => part !== false && part !== '' && part !== undefined).join(' · ');
}

function renderScopes(heading: string, holder: ScopeHolder, scopes: readonly string[]): Html | false {
  if (scopes.length === 0) return false;
  const item = (scope: string) => html`<li>${wordsFor(holder, scope)} <code>${scope}</code></li>`;
  return html`<section class="scopes" aria-labelledby="scopes-${holder}"><h2 id="scopes-${holder}">${heading}</h2><ul>${scopes.map(item)}</ul></section>`;
}

/** The app's mark beside Slack's place in it: this machine's. */
function renderMarks(): Html {
  return html`<p class="marks" aria-hidden="true"><span class="avatar app"><svg viewBox="0 0 36 36"><circle cx="18" cy="18" r="10.5"/><circle cx="18" cy="18" r="5"/><path d="M18 18 26 9"/><circle class="dot" cx="18" cy="18" r="1.8"/></svg></span><span class="line"></span><span class="slack">#</span></p>`;
}

function page(title: string, content: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="#350d36">
<title>${title}</title>
<link rel="icon" href="/assets/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/page.css">
<link rel="stylesheet" href="/assets/consent.css">
</head>
<body class="consent">
<header class="top"><span class="where">Local Slack: nothing here leaves this machine</span></header>
<main>${content}</main>
</body>
</html>
`;
}
