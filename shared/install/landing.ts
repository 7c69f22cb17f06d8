import { type Html, html } from '../base/html.ts';
import { addToSlack, frame, slackButton } from './frame.ts';
import { botScopes } from './scopes.ts';

/** `GET /`: what War Room does, and the ways in. */
export function landing(): Html {
  return frame({
    title: 'War Room: your payments, told in Slack',
    body: html`<div class="hero">
<div>
<h1>Every payment, told once, where your team already is</h1>
<p class="lead">War Room opens one Slack thread for each payment at Razorpay, in the right channel, in the name of the person who looks after that learner. It says what happened, and what to do next.</p>
<p class="actions">${addToSlack()} ${slackButton('/slack/sign-in', 'Sign in with Slack')}</p>
<p class="quiet">Adding it takes two clicks. You choose afterwards who else sees the payments.</p>
</div>
${thread}
</div>
<section aria-labelledby="how">
<h2 id="how">How it works</h2>
<ol class="steps">
<li><h3>Add it to your workspace</h3><p>War Room makes private channels for payments. You are their only member until you invite others.</p></li>
<li><h3>Let it speak for you</h3><p>A second, separate consent lets messages about your learners appear as you. Without it they come from War Room, with your name in them.</p></li>
<li><h3>Take it back at any time</h3><p>“My connections” shows what is connected, since when and last used. One button revokes it at Slack and deletes it here.</p></li>
</ol>
</section>
<section aria-labelledby="permissions">
<h2 id="permissions">What it asks for, and why</h2>
<p>War Room reads no conversations of yours: it looks for its own messages only. In your workspace it may</p>
<dl class="scopes">
${Object.entries(botScopes).map(([scope, reason]) => html`<div><dt><code>${scope}</code></dt><dd>${reason}</dd></div>\n`)}
</dl>
<p>From you, only if you want to post as yourself: <code>chat:write</code>. How all of this is kept is told under <a href="/privacy">privacy</a>.</p>
</section>`,
  });
}

/** A thread as it looks in Slack, in words and boxes. */
const thread = html`<figure class="thread">
<div class="message">
<span class="face" aria-hidden="true">AM</span>
<div><p class="who"><b>Arjun Mehta</b> <span>10:42</span></p>
<p>✅ <b>Paid</b> · ₹45,000.00 · Priya S. · Full Stack Web Development</p>
<p class="fine">Full payment · owner Arjun M. · initiated today at 10:42, paid 10:51 (9 min, second try)</p></div>
</div>
<div class="message reply">
<span class="face" aria-hidden="true">AM</span>
<div><p class="who"><b>Arjun Mehta</b> <span>10:44</span></p>
<p>Payment failed: the bank declined it for lack of funds.</p></div>
</div>
<div class="message reply">
<span class="face" aria-hidden="true">AM</span>
<div><p class="who"><b>Arjun Mehta</b> <span>10:51</span></p>
<p>Paid ₹45,000.00 by UPI, on the second try.</p></div>
</div>
<figcaption>One payment from its start to its end: one thread, whose first message always says how it stands.</figcaption>
</figure>`;
