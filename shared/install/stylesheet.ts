/** The one stylesheet of the hosted pages: readable on a telephone, in the dark, and when somebody enlarges the text. */
export const stylesheet = `:root {
  --paper: #faf8f4; --card: #ffffff; --ink: #1c2321; --soft: #56605c; --line: #dfdbd2;
  --green: #12573f; --green-soft: #e5f2ea; --amber: #8a5300; --amber-soft: #fdf1dc; --red: #a3262a; --red-soft: #fcebea;
  --focus: #1a5fd0;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14191a; --card: #1d2425; --ink: #eceeea; --soft: #a9b3ae; --line: #364041;
    --green: #8fd6b3; --green-soft: #183529; --amber: #f2bd6a; --amber-soft: #382a12; --red: #ff9d97; --red-soft: #40201f;
    --focus: #8ab8ff;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif;
  overflow-wrap: break-word;
}
h1, h2, h3 { line-height: 1.2; margin: 0 0 .6em; text-wrap: balance; letter-spacing: -.01em; }
h1 { font-size: clamp(1.75rem, 5.2vw, 2.6rem); letter-spacing: -.022em; }
h2 { font-size: 1.35rem; margin-top: 2.2em; }
h3 { font-size: 1.0625rem; margin-bottom: .3em; }
p, ul, ol, dl { margin: 0 0 1em; }
a { color: var(--green); text-underline-offset: .18em; }
code { font: .875em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: color-mix(in srgb, var(--ink) 8%, transparent); padding: .1em .35em; border-radius: 4px; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 3px; border-radius: 4px; }
main:focus { outline: none; }
.skip { position: absolute; left: -999px; top: 0; background: var(--card); padding: .75rem 1rem; z-index: 1; }
.skip:focus { left: .5rem; top: .5rem; }
.top, main, .foot { max-width: 68rem; margin: 0 auto; padding-left: max(1.25rem, env(safe-area-inset-left)); padding-right: max(1.25rem, env(safe-area-inset-right)); }
.top { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: center; justify-content: space-between; padding-top: 1.1rem; padding-bottom: 1.1rem; }
.top nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: center; }
.top form { margin: 0; }
.top nav a, .plain { display: inline-block; padding: .4rem 0; }
.home { display: inline-flex; gap: .6rem; align-items: center; font-weight: 700; color: var(--ink); text-decoration: none; letter-spacing: -.01em; padding: .4rem 0; }
.plain { font: inherit; color: var(--green); background: none; border: 0; text-decoration: underline; text-underline-offset: .18em; cursor: pointer; }
main { padding-top: clamp(1.5rem, 5vw, 3.5rem); padding-bottom: 3rem; min-height: 62vh; }
.foot { border-top: 1px solid var(--line); padding-top: 1.5rem; padding-bottom: 2.5rem; color: var(--soft); font-size: .9375rem; display: flex; flex-wrap: wrap; gap: .25rem 2rem; justify-content: space-between; }
.foot p { margin: 0; padding: .3rem 0; }
.foot a { color: inherit; display: inline-block; padding: .3rem 0; margin-right: 1.25rem; }
.foot a:last-child { margin-right: 0; }
.lead { font-size: 1.1875rem; color: var(--soft); max-width: 38em; }
.lead b, .lead a { color: var(--ink); }
.quiet { color: var(--soft); font-size: .9375rem; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; margin: 1.6em 0 1em; }
.actions form { margin: 0; }
.actions:not(:has(*)) { display: none; }
.button {
  display: inline-flex; align-items: center; justify-content: center; gap: .65rem; min-height: 3rem; padding: .6rem 1.2rem;
  font: inherit; font-weight: 600; line-height: 1.2; text-decoration: none; cursor: pointer;
  color: var(--ink); background: var(--card); border: 1px solid color-mix(in srgb, var(--ink) 45%, transparent); border-radius: 10px;
}
.button:hover { border-color: var(--ink); }
.button.main { background: var(--ink); border-color: var(--ink); color: var(--paper); }
.button.main:hover { background: color-mix(in srgb, var(--ink) 88%, var(--paper)); }
.button.danger { color: var(--red); border-color: currentColor; }
.hero { display: grid; grid-template-columns: minmax(0, 1.1fr) minmax(0, 1fr); gap: clamp(1.5rem, 5vw, 4rem); align-items: center; }
.thread { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 16px; padding: 1.25rem; font-size: .9375rem; line-height: 1.5; box-shadow: 0 1px 2px rgb(0 0 0 / .04), 0 12px 32px -12px rgb(0 0 0 / .14); }
.thread p { margin: 0; }
.message { display: grid; grid-template-columns: 2.25rem minmax(0, 1fr); gap: .75rem; padding: .5rem 0; }
.reply { margin-left: 1rem; padding-left: 1rem; border-left: 2px solid var(--line); }
.face { display: grid; place-items: center; width: 2.25rem; height: 2.25rem; border-radius: 8px; background: var(--amber-soft); color: var(--amber); font-weight: 700; font-size: .8125rem; }
.who span, .fine, figcaption { color: var(--soft); font-size: .8125rem; }
figcaption { border-top: 1px solid var(--line); margin-top: .75rem; padding-top: .75rem; }
.steps { list-style: none; counter-reset: step; padding: 0; display: grid; grid-template-columns: repeat(auto-fit, minmax(min(15rem, 100%), 1fr)); gap: 1.75rem; }
.steps li { counter-increment: step; }
.steps li::before { content: counter(step); display: grid; place-items: center; width: 2rem; height: 2rem; border-radius: 50%; background: var(--green-soft); color: var(--green); font-weight: 700; margin-bottom: .75rem; }
.steps p { color: var(--soft); margin: 0; }
.scopes { columns: 20rem 2; column-gap: 2.5rem; font-size: .9375rem; }
.scopes div { break-inside: avoid; padding: .45rem 0; border-top: 1px solid var(--line); }
.scopes dt, .scopes dd { display: inline; margin: 0; }
.scopes dt { margin-right: .5rem; }
.scopes dd { color: var(--soft); }
.text, .notice, .connections { max-width: 44rem; margin: 0 auto; }
.text h2 { margin-top: 1.8em; margin-bottom: .4em; font-size: 1.1875rem; }
.kept { border: 1px solid var(--line); border-radius: 12px; background: var(--card); font-size: .9375rem; line-height: 1.5; }
.kept div { display: grid; grid-template-columns: minmax(0, 1.3fr) minmax(0, 1fr) minmax(0, .8fr); gap: .15rem 1.5rem; padding: .8rem 1.1rem; }
.kept div + div { border-top: 1px solid var(--line); }
.kept dt { font-weight: 600; }
.kept dd { margin: 0; }
.kept dd:last-child { color: var(--soft); }
.notice { background: var(--card); border: 1px solid var(--line); border-top: 5px solid var(--soft); border-radius: 16px; padding: clamp(1.4rem, 5vw, 2.75rem); }
.notice h1 { font-size: clamp(1.5rem, 4.4vw, 2rem); }
.notice h2 { font-size: 1.0625rem; margin: 1.6em 0 .3em; }
.notice > :last-child { margin-bottom: 0; }
.notice.done { border-top-color: var(--green); }
.notice.care { border-top-color: var(--amber); }
.notice.fault { border-top-color: var(--red); }
.aside { background: var(--amber-soft); border-radius: 10px; padding: .8rem 1rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 16px; padding: clamp(1.15rem, 4vw, 1.75rem); margin-top: 1.25rem; }
.card h2 { margin: 0; font-size: 1.1875rem; }
.card > :last-child, .card .actions:last-child { margin-bottom: 0; }
.head { display: flex; flex-wrap: wrap; gap: .4rem 1rem; align-items: center; justify-content: space-between; margin-bottom: .75rem; }
.state { margin: 0; font-size: .875rem; font-weight: 600; border-radius: 999px; padding: .2rem .75rem; background: var(--amber-soft); color: var(--amber); }
.state.on { background: var(--green-soft); color: var(--green); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(11rem, 100%), 1fr)); gap: .9rem 1.5rem; border-top: 1px solid var(--line); padding-top: 1rem; }
.facts dt { color: var(--soft); font-size: .875rem; }
.facts dd { margin: 0; }
.band { border-radius: 12px; padding: .9rem 1.15rem; margin-bottom: 2rem; background: var(--green-soft); }
.band.care { background: var(--amber-soft); }
@media (max-width: 52rem) { .hero { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 34rem) { .kept div { grid-template-columns: minmax(0, 1fr); } .actions > .button, .actions > form, .actions form .button { width: 100%; } .message.reply { margin-left: .25rem; padding-left: .75rem; } }
@media (forced-colors: active) { .state, .face, .steps li::before { border: 1px solid; } }
`;
