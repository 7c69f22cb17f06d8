import { type Html, html } from '../base/html.ts';
import { frame } from './frame.ts';
import { contact } from './support.ts';

/** `GET /privacy`: what is collected, why, for how long, who sees it, and how it is deleted. */
export function privacy(supportEmail: string | undefined): Html {
  return frame({
    title: 'Privacy · War Room',
    body: html`<article class="text">
<h1>Privacy</h1>
<p class="lead">War Room keeps what it needs to tell a payment once and to the right people, and nothing to sell, to advertise or to train on.</p>
<h2>What it keeps, and for how long</h2>
${kept}
<h2>What it reads in Slack</h2>
<p>Names and confirmed e-mail addresses of members, the list of channels, and the history of channels it writes to, to find its own messages by their marks. Other people’s messages pass through memory while it looks and are not stored.</p>
<h2>What it shows in Slack</h2>
<p>The learner’s first name and initial, course, amount and state, who looks after them, and Razorpay’s ids. No card or account numbers, no e-mail addresses, no telephone numbers.</p>
<h2>Cookies</h2>
<p>Two, both only for this site: one ties a sign-in to your browser for a day, one keeps you signed in for an hour. Neither is used to follow you anywhere.</p>
<h2>Who gets it</h2>
<p>Slack, since that is where messages go; Amazon Web Services, where War Room runs; and the provider of error reports where one is set up, which is sent errors without personal data. Nobody else.</p>
<h2>Your rights</h2>
<p>Disconnect by yourself under <a href="/connections">My connections</a>. To see what is kept of you, to have it moved or deleted, or if you think that something is wrong: ${contact(supportEmail)}. Whoever is deleted gets a receipt that says what is gone, what remains and until when: amounts and ids of payments until they are 400 days old, ratings without words, copies of the tables for 35 days.</p>
</article>`,
  });
}

const kept = html`<dl class="kept">
<div><dt>Your workspace’s id, name and address</dt><dd>To know whose payments are whose</dd><dd>Kept until you ask for its deletion</dd></div>
<div><dt>War Room’s own access token for your workspace</dt><dd>To write its messages</dd><dd>Kept encrypted; useless once you remove the app in Slack</dd></div>
<div><dt>Your own access token, if you allowed posting as yourself</dt><dd>So that messages about your learners appear as you</dd><dd>Kept encrypted; until you disconnect</dd></div>
<div><dt>Your name, e-mail address and place in your company’s directory</dt><dd>To know whose confirmed Slack address is whose</dd><dd>Kept until your company removes you from it</dd></div>
<div><dt>What Razorpay and your company’s systems report of payments</dt><dd>To tell them in Slack</dd><dd>Kept for 400 days</dd></div>
<div><dt>Learners’ names, who looks after them, and which instalments they have completed</dt><dd>To tell their next payment in the right channel, in the right name</dd><dd>Kept until you ask for its deletion</dd></div>
<div><dt>Who is enrolled in which course, with their e-mail addresses</dt><dd>To invite who is enrolled</dd><dd>Kept until you ask for its deletion</dd></div>
<div><dt>Who attended the sessions of a course; learners’ ratings and words</dt><dd>To report how sessions went</dd><dd>Kept for 430 days after a session, or until you ask for its deletion</dd></div>
<div><dt>Where each message of War Room is in Slack</dt><dd>To edit it, and never to post it twice</dd><dd>Kept until you ask for its deletion</dd></div>
<div><dt>Logs: ids, states, durations; no e-mail addresses, no tokens</dt><dd>To mend what fails</dd><dd>Kept for 90 days</dd></div>
</dl>`;
