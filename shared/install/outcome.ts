import { type Html, html } from '../base/html.ts';
import { addToSlack, frame, slackButton } from './frame.ts';
import type { Reply } from './reply.ts';
import { contact } from './support.ts';

/** What was begun, so that a page can offer to begin it again. */
export type Purpose = 'app' | 'me' | 'sign-in';

/**
 * What became of an access that Slack had granted and War Room may not keep: given back; nothing to give back, since what is
 * kept already is the same; not known; or given back, and Slack took War Room's own access to the workspace along.
 */
export type HandedBack = 'yes' | 'nothing' | 'unsure' | 'with-the-app';

/** How a round trip to Slack can end other than well. One page each. */
export type Outcome =
  | { readonly kind: 'cancelled'; readonly purpose: Purpose | undefined }
  | { readonly kind: 'expired'; readonly purpose: Purpose | undefined }
  | { readonly kind: 'other-browser' }
  | { readonly kind: 'wrong-workspace'; readonly came: string; readonly purpose: Purpose; readonly back: HandedBack }
  | { readonly kind: 'other-person'; readonly back: HandedBack }
  | {
      readonly kind: 'email-unknown';
      readonly workspace: string;
      readonly back: HandedBack;
      readonly installed: boolean;
    }
  | {
      readonly kind: 'email-unconfirmed';
      readonly workspace: string;
      readonly back: HandedBack;
      readonly installed: boolean;
    }
  | { readonly kind: 'not-installed'; readonly workspace: string; readonly back: HandedBack }
  | {
      readonly kind: 'scope-missing';
      readonly scopes: readonly string[];
      readonly purpose: Purpose;
      readonly back: HandedBack;
    }
  | { readonly kind: 'org-wide'; readonly back: HandedBack }
  | { readonly kind: 'unreachable'; readonly purpose: Purpose; readonly back: HandedBack }
  | {
      readonly kind: 'refused';
      readonly purpose: Purpose | undefined;
      readonly code: string;
      readonly back: HandedBack;
    }
  /** Slack led back with an error of its own, or somebody wrote one into the address: nobody is told of it. */
  | { readonly kind: 'not-granted'; readonly purpose: Purpose; readonly code: string }
  | { readonly kind: 'token-refused' }
  | { readonly kind: 'failed'; readonly requestId: string }
  | { readonly kind: 'not-found' };

type Told = { readonly status: number; readonly title: string; readonly body: Html; readonly actions?: Html };

/** The page of an outcome. `supportEmail` is told where a person has to help. */
export function outcomePage(outcome: Outcome, supportEmail: string | undefined): Reply {
  const { status, title, body, actions } = told(outcome, supportEmail);
  const mark = status < 400 ? 'calm' : status < 500 ? 'care' : 'fault';
  return {
    kind: 'page',
    status,
    outcome: outcome.kind,
    page: frame({
      title: `${title} · War Room`,
      body: html`<article class="notice ${mark}">
<h1>${title}</h1>
${body}
${'back' in outcome && handedBack[outcome.back]}
${actions && html`<p class="actions">${actions}</p>`}
</article>`,
    }),
  };
}

const handedBack: Readonly<Record<HandedBack, Html | undefined>> = {
  yes: html`<p class="aside">The access that Slack had just granted was given back at once. War Room has kept nothing of it.</p>`,
  nothing: undefined,
  unsure: html`<p class="aside">War Room has kept nothing of the access that Slack had just granted, but could not reach Slack to give it back. To be sure, remove it yourself: in Slack, <i>Tools and settings → Manage apps → War Room</i>.</p>`,
  'with-the-app': html`<p class="aside">The access that Slack had just granted was given back at once, and Slack has ended War Room’s own access to the workspace along with it. Payments wait until somebody adds War Room again: <a href="/slack/install">Add to Slack</a>.</p>`,
};

function told(outcome: Outcome, supportEmail: string | undefined): Told {
  switch (outcome.kind) {
    case 'cancelled':
      return {
        status: 200,
        title: 'Cancelled, and nothing has changed',
        body: html`<p>You told Slack not to allow it. War Room was granted nothing and has stored nothing.</p>`,
        actions: again(outcome.purpose),
      };
    case 'expired':
      return {
        status: 400,
        title: 'This link was used already, or is too old',
        body: html`<p>A link from here to Slack and back works once, and for ten minutes. That keeps others from using it.</p>
<p>If you have clicked <i>Allow</i> a moment ago, it may have worked all the same: <a href="/connections">My connections</a> shows what is connected now.</p>`,
        // Whoever went back, or pressed twice, is most often through already.
        actions:
          outcome.purpose === undefined
            ? html`<a class="button main" href="/connections">My connections</a> ${slackButton('/slack/install', 'Add to Slack')}`
            : again(outcome.purpose),
      };
    case 'other-browser':
      return {
        status: 400,
        title: 'This was begun in another browser',
        body: html`<p>The way to Slack and back has to begin and end in the same browser, with cookies allowed. If somebody sent you this link, do not go on: begin by yourself here.</p>
<p>The one who began it can still finish it.</p>`,
        actions: html`${addToSlack('Begin here')} <a class="button" href="/">What is War Room?</a>`,
      };
    case 'wrong-workspace':
      return {
        status: 409,
        title: 'That was another workspace',
        body: html`<p>You were to allow it in one workspace and did in another: <b>${outcome.came}</b>. Slack offers the one that you are signed in to; choose the right one at the top right of its page.</p>`,
        actions: again(outcome.purpose),
      };
    case 'other-person':
      return {
        status: 409,
        title: 'You allowed it as somebody else',
        body: html`<p>You are signed in here as one person, and in Slack as another. Sign in here again as who you are in Slack, or change the account in Slack; then allow it once more.</p>`,
        actions: html`${slackButton('/slack/sign-in', 'Sign in again', 'main')} <a class="button" href="/connections">My connections</a>`,
      };
    case 'email-unknown':
      return {
        status: outcome.installed ? 200 : 403,
        title: outcome.installed
          ? 'War Room is installed, and does not know you yet'
          : 'Your e-mail address is not known here',
        body: html`${outcome.installed && html`<p>War Room works in <b>${outcome.workspace}</b>.</p>`}
<p>The address that Slack has confirmed for you in <b>${outcome.workspace}</b> is not in your company’s directory, or its entry is not active. Without that, War Room cannot know whose learners are yours, and nothing is posted as you.</p>
<p>Ask whoever keeps the directory to enter you with that address, then try again here. Or ${contact(supportEmail)}.</p>`,
        actions: html`${slackButton('/slack/install?as=me', 'Post as yourself', 'main')} <a class="button" href="/">Back to the start</a>`,
      };
    case 'email-unconfirmed':
      return {
        status: outcome.installed ? 200 : 403,
        title: outcome.installed
          ? 'War Room is installed, but your address is not confirmed'
          : 'Your e-mail address is not confirmed',
        body: html`${outcome.installed && html`<p>War Room works in <b>${outcome.workspace}</b>.</p>`}
<p>Slack has not yet confirmed that the e-mail address of your account is yours, so War Room cannot tell who you are.</p>
<p>Open the message “Confirm your email address” from Slack, or have it sent again in your Slack account’s settings. Then come back.</p>`,
        actions: html`<a class="button" href="https://my.slack.com/account/settings">Slack account settings</a> <a class="button" href="/">Back to the start</a>`,
      };
    case 'not-installed':
      return {
        status: 409,
        title: 'War Room is not in this workspace',
        body: html`<p>Nobody has added War Room to <b>${outcome.workspace}</b> yet, or it was removed. Add it first; then you can allow it to post as you.</p>`,
        actions: addToSlack(),
      };
    case 'scope-missing':
      return {
        status: 403,
        title: 'A permission is missing',
        body: html`<p>War Room was not given everything it needs to work:</p>
<ul>${outcome.scopes.map((scope) => html`<li><code>${scope}</code></li>`)}</ul>
<p>What each is for stands on <a href="/#permissions">the first page</a>. If your workspace approves apps one by one, ask one of its owners to allow War Room as it asks.</p>`,
        actions: again(outcome.purpose),
      };
    case 'org-wide':
      return {
        status: 409,
        title: 'War Room is added to one workspace at a time',
        body: html`<p>It was installed for a whole Enterprise organisation. Each company’s payments belong to one workspace, so War Room has to be added to that one alone.</p>
<p>On Slack’s page, choose the workspace at the top right and not the organisation. An organisation’s admin may have to allow that first.</p>`,
        actions: addToSlack('Choose one workspace'),
      };
    case 'unreachable':
      return {
        // Failed Dependency, and no 5xx: those ring, and nobody who is woken here can mend Slack.
        // https://www.rfc-editor.org/rfc/rfc4918#section-11.4
        status: 424,
        title: 'Slack did not answer',
        body: html`<p>War Room asked Slack to finish this and got no answer in time. Nothing has been connected by it. Try again in a minute; <a href="https://slack-status.com">slack-status.com</a> says whether Slack is well.</p>`,
        actions: again(outcome.purpose),
      };
    case 'refused':
      return {
        status: 502,
        title: 'Slack turned War Room away',
        body: html`<p>Slack did not accept what War Room asked, with the reason <code>${outcome.code}</code>. That is for whoever runs War Room to mend; they have been told.</p>
<p>If it stays so, ${contact(supportEmail)}, and give that reason.</p>`,
        actions: again(outcome.purpose),
      };
    case 'not-granted':
      return {
        status: 400,
        title: 'Slack did not let it through',
        body: html`<p>Slack sent you back with the reason <code>${outcome.code}</code>. Nothing was granted, and nothing is stored.</p>
<p>Often an owner of the workspace has to approve the app first. If it stays so, ${contact(supportEmail)}, and give that reason.</p>`,
        actions: again(outcome.purpose),
      };
    case 'token-refused':
      return {
        status: 403,
        title: 'That button was too old',
        body: html`<p>You have been signed out, or signed in anew, since the page with the button was loaded. Nothing has changed. Load the page again and press it once more.</p>`,
        actions: html`<a class="button main" href="/connections">My connections</a>`,
      };
    case 'failed':
      return {
        status: 500,
        title: 'Something failed in War Room',
        body: html`<p>It is not your fault, and whoever runs War Room has been told. What you see under <a href="/connections">My connections</a> is what is kept of you now.</p>
<p>If it happens again, ${contact(supportEmail)}, and give this number: <code>${outcome.requestId}</code></p>`,
        actions: html`<a class="button" href="/">Back to the start</a>`,
      };
    case 'not-found':
      return {
        status: 404,
        title: 'There is nothing at this address',
        body: html`<p>The link may be old, or have lost a part on its way.</p>`,
        actions: html`<a class="button" href="/">What is War Room?</a> <a class="button" href="/support">Support</a>`,
      };
  }
}

function again(purpose: Purpose | undefined): Html {
  if (purpose === 'me') {
    return html`${slackButton('/slack/install?as=me', 'Try again', 'main')} <a class="button" href="/connections">My connections</a>`;
  }
  if (purpose === 'sign-in') {
    return html`${slackButton('/slack/sign-in', 'Sign in again', 'main')} <a class="button" href="/">Back to the start</a>`;
  }
  return html`${addToSlack(purpose === 'app' ? 'Try again' : 'Add to Slack')} <a class="button" href="/">Back to the start</a>`;
}
