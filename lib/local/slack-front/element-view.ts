/**
 * Interactive elements and input blocks as HTML. Where somebody uses them they say in data attributes what they are; the page's script
 * (assets/acting.js) reads those. Where nobody does, they look the same and do nothing.
 */
import { type Html, html } from '../../../shared/base/html.ts';
import { isRecord } from './args.ts';
import { type Entered, type Fields, optionsOf, stateOf } from './element-state.ts';
import { withEmoji } from './emoji.ts';
import { safeHref } from './safe-href.ts';

/** What an element is used with. */
export interface Use {
  /** Begins the ids of fields, so that no two on a page are alike. */
  readonly prefix: string;
  readonly entered: Entered;
  /** What is wrong, by block_id. */
  readonly errors: Readonly<Record<string, string>>;
  /** Whom and what the menus of people and channels offer: ids and names. */
  readonly people: readonly (readonly [id: string, name: string])[];
  readonly channels: readonly (readonly [id: string, name: string])[];
}

/** A button, a menu, a field outside of input blocks. `use` is undefined where it is only looked at. */
export function renderElement(element: Fields, block: Fields, use: Use | undefined): Html {
  const type = text(element['type']);
  if (type === 'button') return renderButton(element, block, use);
  if (use === undefined) return renderInert(element, type);
  if (type === 'overflow') return renderOverflow(element, block);
  return renderField(element, block, use, 'dispatch');
}

/** https://docs.slack.dev/reference/block-kit/blocks/input-block */
export function renderInput(block: Fields, use: Use | undefined): Html {
  const element = isRecord(block['element']) ? block['element'] : {};
  const blockId = text(block['block_id']);
  const label = html`${plain(block['label'])}${block['optional'] === true && html` <span class="b-optional">(optional)</span>`}`;
  const error = use?.errors[blockId];
  const below = html`${block['hint'] !== undefined && html`<p class="b-hint">${plain(block['hint'])}</p>`}${
    error !== undefined && html`<p class="b-error" id="${use?.prefix ?? ''}-error-${blockId}" role="alert">${error}</p>`
  }`;
  const classes = error === undefined ? 'b-input' : 'b-input b-wrong';
  const id = `${use?.prefix ?? ''}-block-${blockId}`;
  if (use === undefined) {
    return html`<div class="${classes}"><p class="b-label">${label}</p>${renderInert(element, text(element['type']))}${below}</div>`;
  }
  const field = renderField(element, block, use, block['dispatch_action'] === true ? dispatchOf(element) : 'none');
  if (isGroup(element)) {
    return html`<fieldset class="${classes}" id="${id}"><legend class="b-label">${label}</legend>${field}${below}</fieldset>`;
  }
  return html`<div class="${classes}" id="${id}"><label class="b-label" for="${fieldId(element, block, use)}">${label}</label>${field}${below}</div>`;
}

function renderButton(element: Fields, block: Fields, use: Use | undefined): Html {
  const style = ['primary', 'danger'].includes(text(element['style'])) ? ` b-${text(element['style'])}` : '';
  const label = plain(element['text']);
  const href = safeHref(text(element['url']));
  const at = use === undefined ? html`` : html` data-press ${address(element, block)}`;
  const spoken = text(element['accessibility_label']);
  const aria = spoken === '' ? html`` : html` aria-label="${spoken}"`;
  if (href !== undefined) {
    return html`<a class="b-button${style}" href="${href}" target="_blank" rel="noopener noreferrer"${at}${aria}>${label}</a>`;
  }
  if (use === undefined)
    return html`<button type="button" class="b-button${style}" data-inert${aria}>${label}</button>`;
  return html`<button type="button" class="b-button${style}"${at}${aria}>${label}</button>`;
}

/** As it looks, for whoever only looks. */
function renderInert(element: Fields, type: string): Html {
  const label = plain(element['placeholder']) || (type === 'overflow' ? '⋯' : type.replaceAll('_', ' '));
  return html`<button type="button" class="b-button" data-inert>${label}${type === 'overflow' ? '' : ' ▾'}</button>`;
}

function renderOverflow(element: Fields, block: Fields): Html {
  const items = optionsOf(element).map(
    (option) =>
      html`<button type="button" class="item" data-press data-choice="${text(option['value'])}" ${address(element, block)}>${plain(option['text'])}</button>`,
  );
  return html`<details class="menu b-overflow"><summary class="b-button" aria-label="More actions">⋯</summary><div class="items">${items}</div></details>`;
}

/** `dispatch`: what is chosen is told to the app at once; `typing`: with every letter. */
type Dispatch = 'none' | 'dispatch' | 'typing';

function renderField(element: Fields, block: Fields, use: Use, dispatch: Dispatch): Html {
  const type = text(element['type']);
  const state = stateOf(element, use.entered[text(block['block_id'])]?.[text(element['action_id'])]) ?? {};
  const held = Object.entries(state).find(([name]) => name !== 'type')?.[1];
  const hint = plain(element['placeholder']);
  const named = block['type'] === 'input' ? html`` : html` aria-label="${hint || type.replaceAll('_', ' ')}"`;
  const wrong =
    use.errors[text(block['block_id'])] === undefined
      ? html``
      : html` aria-invalid="true" aria-describedby="${use.prefix}-error-${text(block['block_id'])}"`;
  const common = html`id="${fieldId(element, block, use)}" data-field ${dispatch !== 'none' && html`data-dispatch="${dispatch}" `}${address(element, block)}${named}${wrong}`;
  switch (type) {
    case 'plain_text_input':
      return element['multiline'] === true
        ? html`<textarea class="b-field" rows="4" placeholder="${hint}" ${common}>${text(held)}</textarea>`
        : html`<input class="b-field" type="text" autocomplete="off" placeholder="${hint}" value="${text(held)}" ${common}>`;
    case 'number_input':
      return html`<input class="b-field" type="text" inputmode="decimal" autocomplete="off" placeholder="${hint}" value="${text(held)}" ${common}>`;
    case 'email_text_input':
    case 'url_text_input':
      return html`<input class="b-field" type="${type === 'url_text_input' ? 'url' : 'email'}" autocomplete="off" placeholder="${hint}" value="${text(held)}" ${common}>`;
    case 'datepicker':
    case 'timepicker':
      return html`<input class="b-field b-short" type="${type === 'datepicker' ? 'date' : 'time'}" value="${text(held)}" ${common}>`;
    case 'radio_buttons':
    case 'checkboxes':
      return renderGroup(element, block, use, dispatch, chosenOf(held));
    default:
      return renderSelect(element, use, common, hint, chosenOf(held));
  }
}

function renderGroup(element: Fields, block: Fields, use: Use, dispatch: Dispatch, chosen: ReadonlySet<string>): Html {
  const kind = element['type'] === 'checkboxes' ? 'checkbox' : 'radio';
  const id = fieldId(element, block, use);
  const items = optionsOf(element).map((option, index) => {
    const value = text(option['value']);
    const checked = chosen.has(value) && html` checked`;
    return html`<label class="b-choice"><input type="${kind}" name="${id}" id="${id}-${index}" value="${value}"${checked} data-field ${
      dispatch !== 'none' && html`data-dispatch="dispatch" `
    }${address(element, block)}><span>${plain(option['text'])}${
      option['description'] !== undefined && html`<small>${plain(option['description'])}</small>`
    }</span></label>`;
  });
  return html`<div class="b-choices">${items}</div>`;
}

function renderSelect(element: Fields, use: Use, common: Html, hint: string, chosen: ReadonlySet<string>): Html {
  const type = text(element['type']);
  const several = type.startsWith('multi_');
  const item = (value: string, label: string) =>
    html`<option value="${value}"${chosen.has(value) && html` selected`}>${label}</option>`;
  const none = !several && html`<option value="">${hint || 'Choose an option'}</option>`;
  const classes = several ? 'b-field b-several' : 'b-field b-select';
  const offered = type.includes('users')
    ? use.people.map(([id, name]) => item(id, name))
    : type.includes('channels') || type.includes('conversations')
      ? use.channels.map(([id, name]) => item(id, `#${name}`))
      : renderOptions(element, item);
  const size = several ? html` multiple size="${Math.min(6, Math.max(3, offered.length))}"` : html``;
  return html`<select class="${classes}"${size} ${common}>${none}${offered}</select>`;
}

function renderOptions(element: Fields, item: (value: string, label: string) => Html): readonly Html[] {
  const each = (holder: Fields) =>
    optionsOf({ options: holder['options'] }).map((option) => item(text(option['value']), plain(option['text'])));
  const groups = Array.isArray(element['option_groups']) ? element['option_groups'].filter(isRecord) : [];
  return groups.length === 0
    ? each(element)
    : groups.map((group) => html`<optgroup label="${plain(group['label'])}">${each(group)}</optgroup>`);
}

/** The values that are chosen, whatever sort of element holds them. */
function chosenOf(held: unknown): ReadonlySet<string> {
  const all = Array.isArray(held) ? held : [held];
  return new Set(all.map((one) => (isRecord(one) ? text(one['value']) : text(one))));
}

/** https://docs.slack.dev/reference/block-kit/composition-objects/dispatch-action-configuration-object */
function dispatchOf(element: Fields): Dispatch {
  const { dispatch_action_config: config } = element;
  const on = isRecord(config) ? config['trigger_actions_on'] : undefined;
  return Array.isArray(on) && on.includes('on_character_entered') ? 'typing' : 'dispatch';
}

function isGroup(element: Fields): boolean {
  return element['type'] === 'radio_buttons' || element['type'] === 'checkboxes';
}

function fieldId(element: Fields, block: Fields, { prefix }: Use): string {
  return `${prefix}-${text(block['block_id'])}-${text(element['action_id'])}`;
}

function address(element: Fields, block: Fields): Html {
  const confirm = isRecord(element['confirm']) ? element['confirm'] : undefined;
  const asked =
    confirm === undefined
      ? html``
      : html` data-confirm="${JSON.stringify({
          title: plain(confirm['title']),
          text: plain(confirm['text']),
          yes: plain(confirm['confirm']),
          no: plain(confirm['deny']),
          style: text(confirm['style']),
        })}"`;
  return html`data-block="${text(block['block_id'])}" data-action="${text(element['action_id'])}"${asked}`;
}

function plain(value: unknown): string {
  return isRecord(value) ? withEmoji(text(value['text'])) : '';
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
