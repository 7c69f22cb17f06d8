/**
 * Block Kit as HTML, on the server. Own renderer: slack-blocks-to-jsx 1.1.1 (MIT, July 2026) draws more blocks, but brings React,
 * react-markdown and their sixty-odd packages (0.6 MB of its own alone) and a bundle at every start, for a page that shows the nine
 * blocks War Room sends. Rendered here, the page also works without script, and its escaping is one template (html.ts).
 */
import { type Html, html } from '../../../shared/base/html.ts';
import { isRecord } from './args.ts';
import type { Fields } from './element-state.ts';
import { renderElement, renderInput, type Use } from './element-view.ts';
import { emojiOf, withEmoji } from './emoji.ts';
import { slackDate } from './india-time.ts';
import { type Directory, renderMrkdwn } from './mrkdwn.ts';
import { safeHref } from './safe-href.ts';

type Render = (block: Fields, directory: Directory, use: Use | undefined) => Html;

/** The blocks of a message or a view; with `use` somebody can use what is in them. A kind that is not drawn says so in its place. */
export function renderBlocks(blocks: readonly Fields[], directory: Directory, use?: Use): Html {
  return html`${blocks.map((block) => (RENDERERS.get(text(block['type'])) ?? renderUnknown)(block, directory, use))}`;
}

const RENDERERS: ReadonlyMap<string, Render> = new Map<string, Render>([
  ['section', renderSection],
  ['context', renderContext],
  ['header', (block) => html`<h3 class="b-header">${plainText(block['text'])}</h3>`],
  ['divider', () => html`<hr class="b-divider">`],
  ['input', (block, _, use) => renderInput(block, use)],
  [
    'actions',
    (block, _, use) =>
      html`<div class="b-actions">${list(block['elements']).map((element) => renderElement(element, block, use))}</div>`,
  ],
  [
    'image',
    (block) =>
      html`<div class="b-image">${block['title'] !== undefined && html`<p class="b-caption">${plainText(block['title'])}</p>`}${renderPicture(block)}</div>`,
  ],
  ['markdown', (block) => html`<div class="b-text">${text(block['text'])}</div>`],
  [
    'rich_text',
    (block, directory) =>
      html`<div class="b-rich">${list(block['elements']).map((element) => renderRich(element, directory))}</div>`,
  ],
]);

function renderUnknown(block: Fields): Html {
  return html`<p class="b-unknown">A block of the kind “${text(block['type'])}”, which this page does not draw.</p>`;
}

function renderSection(block: Fields, directory: Directory, use: Use | undefined): Html {
  const { accessory } = block;
  const fields = list(block['fields']);
  return html`<div class="b-section"><div class="b-main">${
    block['text'] !== undefined && html`<div class="b-text">${renderText(block['text'], directory)}</div>`
  }${
    fields.length > 0 &&
    html`<div class="b-fields">${fields.map((field) => html`<div class="b-text">${renderText(field, directory)}</div>`)}</div>`
  }</div>${isRecord(accessory) && html`<div class="b-accessory">${accessory['type'] === 'image' ? renderPicture(accessory) : renderElement(accessory, block, use)}</div>`}</div>`;
}

function renderContext(block: Fields, directory: Directory): Html {
  const elements = list(block['elements']).map((element) =>
    element['type'] === 'image'
      ? renderPicture(element)
      : html`<span class="b-text">${renderText(element, directory)}</span>`,
  );
  return html`<div class="b-context">${elements}</div>`;
}

/** A picture is named, not loaded: this page asks nothing of the outside world. */
function renderPicture(picture: Fields): Html {
  const alt = text(picture['alt_text']);
  const href = safeHref(text(picture['image_url']));
  const words = html`<span aria-hidden="true">🖼</span> ${alt === '' ? 'Picture' : alt}`;
  return href === undefined
    ? html`<span class="b-picture">${words}</span>`
    : html`<a class="b-picture" href="${href}" target="_blank" rel="noopener noreferrer">${words}</a>`;
}

function renderText(value: unknown, directory: Directory): Html {
  if (!isRecord(value)) return html``;
  if (value['type'] === 'mrkdwn') return renderMrkdwn(text(value['text']), directory);
  return html`${plainText(value)}`;
}

function plainText(value: unknown): string {
  return isRecord(value) ? withEmoji(text(value['text'])) : '';
}

/** https://docs.slack.dev/reference/block-kit/blocks/rich-text-block */
function renderRich(element: Fields, directory: Directory): Html {
  const inside = () => list(element['elements']).map((part) => renderRichPart(part, directory));
  switch (element['type']) {
    case 'rich_text_list': {
      const items = list(element['elements']).map((item) => html`<li>${renderRich(item, directory)}</li>`);
      return element['style'] === 'ordered' ? html`<ol>${items}</ol>` : html`<ul>${items}</ul>`;
    }
    case 'rich_text_preformatted':
      return html`<pre>${inside()}</pre>`;
    case 'rich_text_quote':
      return html`<blockquote>${inside()}</blockquote>`;
    default:
      return html`<span class="b-text">${inside()}</span>`;
  }
}

function renderRichPart(part: Fields, directory: Directory): Html {
  const style = isRecord(part['style']) ? part['style'] : {};
  let shown = richContent(part, directory);
  if (style['code'] === true) shown = html`<code>${shown}</code>`;
  if (style['bold'] === true) shown = html`<strong>${shown}</strong>`;
  if (style['italic'] === true) shown = html`<em>${shown}</em>`;
  if (style['strike'] === true) shown = html`<del>${shown}</del>`;
  return shown;
}

function richContent(part: Fields, directory: Directory): Html {
  switch (part['type']) {
    case 'link': {
      const href = safeHref(text(part['url']));
      const label = text(part['text']) || text(part['url']);
      return href === undefined
        ? html`${label}`
        : html`<a href="${href}" target="_blank" rel="noopener noreferrer">${label}</a>`;
    }
    case 'user':
      return html`<span class="mention">@${directory.memberName(text(part['user_id'])) ?? text(part['user_id'])}</span>`;
    case 'channel': {
      const id = text(part['channel_id']);
      return html`<a class="mention" href="/archives/${id}">#${directory.channelName(id) ?? id}</a>`;
    }
    case 'broadcast':
      return html`<span class="mention">@${text(part['range'])}</span>`;
    case 'emoji':
      return html`${emojiOf(text(part['name'])) ?? `:${text(part['name'])}:`}`;
    case 'date':
      return html`${slackDate(text(part['format']), Number(part['timestamp']) || 0, directory.now)}`;
    default:
      return html`${text(part['text'])}`;
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function list(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
