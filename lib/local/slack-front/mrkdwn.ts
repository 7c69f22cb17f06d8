/**
 * Slack's mrkdwn as HTML. https://docs.slack.dev/messaging/formatting-message-text
 *
 * What may contain format marks (code, links, mentions) is set aside first and put back last, so a `*` in an address is never bold.
 */
import { Html, html } from '../../../shared/base/html.ts';
import { emojiOf } from './emoji.ts';
import { slackDate } from './india-time.ts';
import { safeHref } from './safe-href.ts';

/** Who and what the names in a text stand for. */
export interface Directory {
  /** The name of a member, undefined for nobody. */
  memberName(id: string): string | undefined;
  channelName(id: string): string | undefined;
  /** Milliseconds since 1970, for "today". */
  readonly now: number;
}

/** Begins and ends the number of what was set aside; both are private characters, taken out of what comes in. */
const [OPEN, CLOSE] = ['\uE000', '\uE001'];
const SET_ASIDE = /\uE000(\d+)\uE001/;

/** Formats one text. Line breaks are left to CSS (`white-space: pre-wrap`). */
export function renderMrkdwn(text: string, directory: Directory): Html {
  const aside: Html[] = [];
  const setAside = (part: Html) => `${OPEN}${aside.push(part) - 1}${CLOSE}`;
  const marked = text
    .replaceAll(OPEN, '')
    .replaceAll(CLOSE, '')
    .replace(/```\n?([\s\S]+?)\n?```\n?/g, (_, code: string) => setAside(html`<pre>${plain(code)}</pre>`))
    .replace(/`([^`\n]+)`/g, (_, code: string) => setAside(html`<code>${plain(code)}</code>`))
    .replace(/<([^<>\n]+)>/g, (_, token: string) => setAside(renderToken(token, directory)));
  return quoted(marked, aside);
}

/** Slack's three escapes undone. */
function plain(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** `<...>`: a mention, a channel, a date or a link. Anything else is shown as its own text. */
function renderToken(token: string, directory: Directory): Html {
  const bar = token.indexOf('|');
  const target = bar < 0 ? token : token.slice(0, bar);
  const label = bar < 0 ? undefined : plain(token.slice(bar + 1));
  if (target.startsWith('@')) {
    return html`<span class="mention">@${directory.memberName(target.slice(1)) ?? label ?? target.slice(1)}</span>`;
  }
  if (target.startsWith('#')) {
    const id = target.slice(1);
    const name = directory.channelName(id);
    if (name === undefined) return html`<span class="mention">#${label ?? id}</span>`;
    return html`<a class="mention" href="/archives/${id}">#${name}</a>`;
  }
  const date = /^!date\^(\d{1,12})\^([^^]+)(?:\^(.+))?$/.exec(target);
  if (date !== null) return renderDate(Number(date[1]), date[2] ?? '', date[3], label, directory.now);
  if (target.startsWith('!'))
    return html`<span class="mention">@${label ?? target.slice(1).replace(/\^.*/, '')}</span>`;
  const href = safeHref(plain(target));
  const shown = label ?? plain(target).replace(/^mailto:/, '');
  return href === undefined
    ? html`${shown}`
    : html`<a href="${href}" target="_blank" rel="noopener noreferrer">${shown}</a>`;
}

function renderDate(
  seconds: number,
  format: string,
  link: string | undefined,
  fallback: string | undefined,
  now: number,
): Html {
  const iso = new Date(seconds * 1000).toISOString();
  const time = html`<time datetime="${iso}" title="${fallback ?? iso}">${slackDate(plain(format), seconds, now)}</time>`;
  const href = link === undefined ? undefined : safeHref(plain(link));
  return href === undefined ? time : html`<a href="${href}" target="_blank" rel="noopener noreferrer">${time}</a>`;
}

/** Lines that begin with `>` become quotations; the line break around one belongs to it. */
function quoted(text: string, aside: readonly Html[]): Html {
  const parts: Html[] = [];
  for (const [lines, isQuote] of runs(text.split('\n'), (line) => /^(?:>|&gt;)/.test(line))) {
    const inside = lines.map((line) => (isQuote ? line.replace(/^(?:>|&gt;) ?/, '') : line)).join('\n');
    parts.push(isQuote ? html`<blockquote>${inline(inside, aside)}</blockquote>` : inline(inside, aside));
  }
  return html`${parts}`;
}

/** Neighbours for which `test` says the same, together. */
function runs(lines: readonly string[], test: (line: string) => boolean): readonly (readonly [string[], boolean])[] {
  const found: [string[], boolean][] = [];
  for (const line of lines) {
    const answer = test(line);
    const last = found.at(-1);
    if (last !== undefined && last[1] === answer) last[0].push(line);
    else found.push([[line], answer]);
  }
  return found;
}

/** A mark opens after no letter and closes before none: `_order_1 · UPI_` is one run of italics. */
const MARKS: readonly (readonly [RegExp, (inside: Html) => Html])[] = (
  [
    ['\\*', (inside: Html) => html`<strong>${inside}</strong>`],
    ['_', (inside: Html) => html`<em>${inside}</em>`],
    ['~', (inside: Html) => html`<del>${inside}</del>`],
  ] as const
).map(([mark, wrap]) => [
  new RegExp(
    `(?<![\\p{L}\\p{N}${mark}])${mark}(?![\\s${mark}])([^\\n]*?[^\\s${mark}])${mark}(?![\\p{L}\\p{N}${mark}])`,
    'u',
  ),
  wrap,
]);
const SHORT_NAME = /:([a-z0-9_+-]+):/;

function inline(text: string, aside: readonly Html[]): Html {
  const found = [
    ...MARKS.map(([pattern, wrap]) => ({ match: pattern.exec(text), wrap })),
    { match: SET_ASIDE.exec(text), wrap: undefined },
  ]
    .filter(({ match }) => match !== null)
    .sort((one, other) => (one.match?.index ?? 0) - (other.match?.index ?? 0));
  const first = found[0];
  if (first?.match === null || first === undefined) return html`${written(text)}`;
  const { match, wrap } = first;
  const before = written(text.slice(0, match.index));
  const after = inline(text.slice(match.index + match[0].length), aside);
  const inside = match[1] ?? '';
  return html`${before}${wrap === undefined ? (aside[Number(inside)] ?? new Html('')) : wrap(inline(inside, aside))}${after}`;
}

function written(text: string): string {
  return plain(text.replace(new RegExp(SHORT_NAME, 'g'), (shown, name: string) => emojiOf(name) ?? shown));
}
