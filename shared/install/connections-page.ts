import { type Html, html } from '../base/html.ts';
import type { Connection } from '../slack/installation.ts';
import { addToSlack, frame, slackButton } from './frame.ts';

/** Somebody's connections, and what the page may offer them. */
export type Shown = {
  readonly name: string;
  readonly workspace: { readonly name: string; readonly url: string | undefined };
  /** Whether War Room itself can write in the workspace; and where, as far as it has been settled. */
  readonly app: 'live' | 'gone' | 'without-channels';
  readonly connection: Connection | undefined;
  /** Whether the directory knows this person, so that posting as them means something. */
  readonly known: boolean;
  readonly timeZone: string;
  /** Goes with every button: a page of somebody else's cannot press it. */
  readonly token: string;
};

/** What has just happened, in a band above. */
export type News = 'disconnected' | 'disconnected-app' | 'leaving' | 'again';

/** `GET /connections`: what is connected, since when, when it was last used, and the button that ends it. */
export function connectionsPage(shown: Shown, news?: News): Html {
  const { workspace, name, token } = shown;
  return frame({
    title: 'My connections · War Room',
    signedIn: { name, token },
    body: html`<article class="connections">
${news && band(news)}
<h1>My connections</h1>
<p class="lead">You are <b>${name}</b> in ${workspace.url === undefined ? html`<b>${workspace.name}</b>` : html`<a href="${workspace.url}">${workspace.name}</a>`}.</p>
${app(shown)}
${person(shown)}
</article>`,
  });
}

/** `GET /connected`, right after a consent: who, where, what may be done now, and how to undo it. */
export function connectedPage(shown: Shown, what: 'app' | 'me'): Html {
  const { workspace, name, token } = shown;
  const title = what === 'me' ? 'Connected: messages now appear as you' : `War Room is in ${workspace.name}`;
  return frame({
    title: `${title} · War Room`,
    signedIn: { name, token },
    body: html`<article class="notice done">
<h1>${title}</h1>
${what === 'me' ? html`<p>You are <b>${name}</b> in <b>${workspace.name}</b>. From now on, messages about learners who are yours appear in your name, in the threads of their payments and nowhere else.</p>` : installed(shown)}
<h2>What next</h2>
${what === 'me' ? html`<p>Nothing: the next payment of one of your learners shows it.</p>` : next(shown)}
<h2>How to undo it</h2>
${
  what === 'me'
    ? html`<p>Under <a href="/connections">My connections</a>, <i>Disconnect</i> revokes the consent at Slack and deletes it here. Messages then come from War Room, with your name in them.</p>`
    : html`<p>In Slack, under <i>Tools and settings → Manage apps → War Room</i>. It loses every access at once.</p>`
}
<p class="actions">${
      what === 'app' && shown.known && shown.connection?.state !== 'live'
        ? slackButton('/slack/install?as=me', 'Post as yourself', 'main')
        : undefined
    } <a class="button" href="/connections">My connections</a>${
      workspace.url !== undefined && html` <a class="button" href="${workspace.url}">Open Slack</a>`
    }</p>
</article>`,
  });
}

function installed({ name, workspace }: Shown): Html {
  return html`<p>Added by you, <b>${name}</b>. War Room can write in <b>${workspace.name}</b>, into the channels it is a member of.</p>`;
}

function next({ app, known, connection }: Shown): Html {
  return html`${
    app === 'without-channels'
      ? html`<p><b>Payments wait for their channels.</b> ${withoutChannels}</p>`
      : html`<p>Payments appear in War Room’s channels as soon as Razorpay reports them. New channels are private, with you as their only member: invite those who are to see payments.</p>`
  }
${known && connection?.state !== 'live' && html`<p>Messages about your learners come from War Room until you allow it to post as yourself. That is a consent of its own, and yours alone.</p>`}`;
}

const withoutChannels = html`War Room could not make them: your workspace may not let apps do that. Have one of its owners allow it, then <a href="/slack/install">add War Room once more</a>. Nothing is lost meanwhile.`;

function app({ app, workspace }: Shown): Html {
  const [mark, state, text] = {
    live: [
      'on',
      'Connected',
      html`<p>War Room writes in the channels it is a member of. To remove it: in Slack, <i>Tools and settings → Manage apps</i>.</p>`,
    ],
    'without-channels': ['off', 'Has no channels yet', html`<p>${withoutChannels}</p>`],
    gone: [
      'off',
      'Not connected',
      html`<p>War Room was removed from the workspace, or its access was revoked. Payments wait, and are told within an hour once it is back.</p><p class="actions">${addToSlack()}</p>`,
    ],
  }[app] as [string, string, Html];
  return html`<section class="card" aria-labelledby="app">
<div class="head"><h2 id="app">War Room in ${workspace.name}</h2><p class="state ${mark}">${state}</p></div>
${text}
</section>`;
}

function person({ connection, known, app, timeZone, token }: Shown): Html {
  const [mark, state] = {
    none: ['off', 'Not connected'],
    live: ['on', 'Connected'],
    refused: ['off', 'Refused by Slack'],
    leaving: ['off', 'Being disconnected'],
  }[connection?.state ?? 'none'] as [string, string];
  return html`<section class="card" aria-labelledby="me">
<div class="head"><h2 id="me">Posting as yourself</h2><p class="state ${mark}">${state}</p></div>
${consent(connection, known, app)}
${
  connection &&
  html`<dl class="facts">
<div><dt>Connected since</dt><dd>${moment(connection.since, timeZone)}</dd></div>
<div><dt>Last used</dt><dd>${connection.lastUsed === undefined ? 'Not yet' : moment(connection.lastUsed, timeZone)}</dd></div>
<div><dt>Allows</dt><dd>messages in your name (<code>chat:write</code>)</dd></div>
</dl>`
}
<div class="actions">
${known && app !== 'gone' && connection?.state !== 'live' && connection?.state !== 'leaving' && slackButton('/slack/install?as=me', connection ? 'Connect again' : 'Post as yourself', 'main')}
${
  connection &&
  html`<form method="post" action="/connections/disconnect"><input type="hidden" name="token" value="${token}"><button class="button danger">${connection.state === 'leaving' ? 'Try again to disconnect' : 'Disconnect'}</button></form>`
}
</div>
</section>`;
}

function consent(connection: Connection | undefined, known: boolean, app: Shown['app']): Html {
  switch (connection?.state) {
    case 'live':
      return html`<p>Messages about your learners appear in your name. Your token is kept encrypted, and read only to post.</p>`;
    case 'refused':
      return html`<p>Slack does not accept your consent any more: it was revoked there, or your account changed. Messages come from War Room, with your name in them.</p>`;
    case 'leaving':
      return html`<p><b>Not finished.</b> War Room has stopped using your token, but Slack has not confirmed that it is revoked, so it is not deleted here yet.</p>`;
    case undefined:
      if (!known)
        return html`<p>Your confirmed address is not in your company’s directory, so nothing can be posted as you. Ask whoever keeps the directory.</p>`;
      return app === 'gone'
        ? html`<p>Possible again once War Room is back in the workspace.</p>`
        : html`<p>Messages about your learners come from War Room, with your name in them. If you allow it, they appear as you. Slack asks you once.</p>`;
  }
}

function band(news: News): Html {
  const [mark, text] = {
    disconnected: ['done', html`Disconnected. Your consent is revoked at Slack, and your token is deleted here.`],
    'disconnected-app': [
      'care',
      html`Disconnected: your consent is revoked at Slack, and your token is deleted here. Slack has ended War Room’s own access to the workspace along with it; somebody has to <a href="/slack/install">add it again</a>.`,
    ],
    leaving: [
      'care',
      html`Slack did not answer, so your consent is not revoked there yet. War Room has stopped using it. Try again in a minute.`,
    ],
    again: [
      'care',
      html`You connected again while this was being disconnected. What you see below is how it stands now.`,
    ],
  }[news] as [string, Html];
  return html`<p class="band ${mark}" role="status">${text}</p>`;
}

/** `22 Nov 2026, 14:05`, in the time of the workspace. */
function moment(at: number, timeZone: string): Html {
  const date = new Date(at);
  const told = new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'medium', timeStyle: 'short' }).format(date);
  return html`<time datetime="${date.toISOString()}">${told}</time>`;
}
