import { type Html, html } from '../base/html.ts';
import { addressOf } from './asset.ts';

/** What differs from one page to the next. */
export type Framed = {
  readonly title: string;
  readonly body: Html;
  /** The name of who is signed in, where the page knows: they can sign out from it. To others *My connections* leads to signing in. */
  readonly signedIn?: { readonly name: string; readonly token: string } | undefined;
};

/** A whole page: one stylesheet, no script, and the same ways on from everywhere. */
export function frame({ title, body, signedIn }: Framed): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="stylesheet" href="${addressOf('pages.css')}">
<link rel="icon" type="image/svg+xml" href="${addressOf('mark.svg')}">
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header class="top">
<a class="home" href="/"><img src="${addressOf('mark.svg')}" alt="" width="28" height="28">War Room</a>
<nav aria-label="War Room">
<a href="/support">Support</a>
<a href="/connections">My connections</a>
${
  signedIn &&
  html`<form method="post" action="/sign-out"><input type="hidden" name="token" value="${signedIn.token}"><button class="plain" aria-label="Sign out, ${signedIn.name}">Sign out</button></form>`
}
</nav>
</header>
<main id="content" tabindex="-1">
${body}
</main>
<footer class="foot">
<p>War Room tells a company’s payments in Slack, each in one thread.</p>
<nav aria-label="About War Room"><a href="/">What it is</a> <a href="/privacy">Privacy</a> <a href="/terms">Terms</a> <a href="/support">Support</a></nav>
</footer>
</body>
</html>
`;
}

/** The link that begins an installation. */
export function addToSlack(label = 'Add to Slack'): Html {
  return slackButton('/slack/install', label, 'main');
}

/** A link that leads to Slack and back. */
export function slackButton(href: string, label: string, weight: 'main' | 'other' = 'other'): Html {
  return html`<a class="button ${weight}" href="${href}"><img src="${addressOf('slack.svg')}" alt="" width="20" height="20">${label}</a>`;
}
