import { type Html, html } from '../base/html.ts';
import { frame } from './frame.ts';

/** How to reach whoever runs this War Room, within a sentence. */
export function contact(supportEmail: string | undefined): Html {
  return supportEmail === undefined
    ? html`write to whoever runs War Room in your company`
    : html`write to <a href="mailto:${supportEmail}">${supportEmail}</a>`;
}

/** `GET /support` */
export function support(supportEmail: string | undefined): Html {
  return frame({
    title: 'Support · War Room',
    body: html`<article class="text">
<h1>Support</h1>
<p class="lead">Most things are mended by one of these. If yours is not, ${contact(supportEmail)}${supportEmail !== undefined && '; you have an answer within two working days'}.</p>
<h2>Payments do not appear in Slack</h2>
<p>Look into War Room’s operations channel (<i>war-room-ops</i> where it made its own): it says there what it is waiting for, and what to do. If it says nothing, see that it is still a member of the channel, or <a href="/slack/install">add it to Slack again</a>: nothing is lost meanwhile, and what waited is told within the hour.</p>
<h2>Messages come from War Room and not from me</h2>
<p>Open <a href="/connections">My connections</a>. It says whether you have allowed posting as yourself, and what is missing if you have not.</p>
<h2>It says that my e-mail address is not known</h2>
<p>War Room goes by the address that Slack has confirmed. Ask whoever keeps your company’s directory to add it, or change the address in your Slack profile and confirm it there.</p>
<h2>Somebody left the company</h2>
<p>When they are deactivated in Slack, their access ends by itself, and messages come from War Room with the name of whoever looks after the learner.</p>
<h2>Removing War Room</h2>
<p>In Slack, under <i>Tools and settings → Manage apps</i>, choose War Room and remove it. Every access it has to your workspace ends at once. To have stored data deleted as well, ${contact(supportEmail)}.</p>
</article>`,
  });
}
