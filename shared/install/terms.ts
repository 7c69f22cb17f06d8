import { type Html, html } from '../base/html.ts';
import { frame } from './frame.ts';
import { contact } from './support.ts';

/** `GET /terms`: on what terms people use War Room, in words that they understand. */
export function terms(supportEmail: string | undefined): Html {
  return frame({
    title: 'Terms · War Room',
    body: html`<article class="text">
<h1>Terms</h1>
<p class="lead">By adding War Room to a workspace, or by letting it post as yourself, you agree to what stands here. It is short on purpose.</p>
<h2>What War Room does for you</h2>
<p>It tells in Slack what Razorpay and your company’s systems report. It stores what it hears before it answers, tells it once, and asks Razorpay about what may have been lost. It moves no money, changes nothing at Razorpay on its own, and is not your books: what Razorpay’s dashboard says is what counts.</p>
<h2>Who may use it</h2>
<p>Whoever may install apps in the workspace adds it, for a company that has the right to the payments it connects. People see what is told in the channels they are in; whom you invite there is yours to decide.</p>
<h2>Posting as yourself</h2>
<p>If you allow it, messages about your learners appear in your name, each marked as sent by the app. They say what has happened and nothing that you would have to stand for. You end it at any time under <a href="/connections">My connections</a>.</p>
<h2>What is expected of you</h2>
<p>Keep the keys and secrets that you were given to yourself. Do not use War Room to reach people who did not ask for it, to test its limits on somebody else’s workspace, or to put into Slack what must not be there: card numbers, identity papers, passwords.</p>
<h2>When something does not work</h2>
<p>Slack, Razorpay and Amazon Web Services have bad days. What is heard meanwhile is kept and told later; how late is not promised. War Room comes as it is. Whoever runs it answers for it as your agreement with them says, and no further than the law wants.</p>
<h2>Your data</h2>
<p>It stays yours. What is kept, for how long and who sees it is told under <a href="/privacy">privacy</a>.</p>
<h2>Ending it</h2>
<p>Remove War Room in Slack, and it writes nothing any more. Its access ends at once; what it has stored is deleted when you ask for it. Your workspace can be refused further service if it is used against these terms, and is told why.</p>
<h2>Changes</h2>
<p>What changes stands on this page 30 days before it counts. Questions: ${contact(supportEmail)}.</p>
</article>`,
  });
}
