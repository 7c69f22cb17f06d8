/**
 * What Slack accepts as blocks: sizes and shapes, on each of its surfaces. Lengths are UTF-16 units.
 * https://docs.slack.dev/reference/block-kit/blocks, https://docs.slack.dev/reference/block-kit/block-elements
 */
import { isRecord } from './args.ts';
import { optionsOf } from './element-state.ts';
import type { Block } from './message-store.ts';

/** Where blocks stand. */
type Surface = 'message' | 'modal' | 'home';

/** Names one thing wrong with the blocks, as Slack does in `response_metadata.messages`. */
type Complain = (pointer: string, problem: string) => void;

const BLOCK_ID_LENGTH = 255;
/** Blocks that stand in messages alone. */
const MESSAGE_ONLY = new Set(['markdown']);

/** Everything wrong with a list of blocks, each a line that ends in a JSON pointer below `at`. None: they are well-formed. */
export function problemsOf(
  blocks: readonly unknown[],
  { most, surface, at }: { readonly most: number; readonly surface: Surface; readonly at: string },
): readonly string[] {
  const problems: string[] = [];
  const complain: Complain = (pointer, problem) => problems.push(`[ERROR] ${problem} [json-pointer:${at}${pointer}]`);
  const taken = new Set<string>();
  if (blocks.length > most) complain('', `no more than ${most} items allowed`);
  blocks.forEach((block, index) => {
    if (!isRecord(block)) complain(`/${index}`, 'must be an object');
    else if (surface !== 'message' && MESSAGE_ONLY.has(String(block['type'])))
      complain(`/${index}/type`, `unsupported type: ${String(block['type'])}`);
    else checkBlock(block, `/${index}`, taken, complain);
  });
  return problems;
}

/** The blocks, each with a `block_id`. */
export function withIds(blocks: readonly unknown[], nextBlockId: () => string): readonly Block[] {
  return blocks.filter(isRecord).map((block) => ({
    ...block,
    type: String(block['type']),
    block_id: typeof block['block_id'] === 'string' && block['block_id'] !== '' ? block['block_id'] : nextBlockId(),
  }));
}

function checkBlock(
  block: Readonly<Record<string, unknown>>,
  at: string,
  taken: Set<string>,
  complain: Complain,
): void {
  const id = block['block_id'];
  if (id !== undefined) {
    if (typeof id !== 'string') complain(`${at}/block_id`, 'must be a string');
    else if (id.length > BLOCK_ID_LENGTH)
      complain(`${at}/block_id`, `must be less than ${BLOCK_ID_LENGTH + 1} characters`);
    else if (taken.has(id)) complain(`${at}/block_id`, 'block_id already exists');
    else if (id !== '') taken.add(id);
  }
  const type = block['type'];
  const check = typeof type === 'string' ? BLOCK_CHECKS.get(type) : undefined;
  if (check === undefined) complain(`${at}/type`, `unsupported type: ${String(type)}`);
  else check(block, at, complain);
}

type BlockCheck = (block: Readonly<Record<string, unknown>>, at: string, complain: Complain) => void;

/** Blocks whose inside the front does not look into: rich text and the blocks of 2025 and 2026. */
const unchecked: BlockCheck = () => undefined;

const BLOCK_CHECKS: ReadonlyMap<string, BlockCheck> = new Map<string, BlockCheck>([
  ['section', checkSection],
  ['header', (block, at, complain) => checkText(block['text'], `${at}/text`, 150, complain, ['plain_text'])],
  ['divider', unchecked],
  ['input', checkInput],
  ['context', checkContext],
  ['actions', checkActions],
  ['image', checkImage],
  [
    'markdown',
    (block, at, complain) => {
      if (typeof block['text'] !== 'string' || block['text'] === '')
        complain(`${at}/text`, 'missing required field: text');
      else if (block['text'].length > 12_000) complain(`${at}/text`, 'must be less than 12001 characters');
    },
  ],
  [
    'rich_text',
    (block, at, complain) => {
      if (!Array.isArray(block['elements'])) complain(`${at}/elements`, 'missing required field: elements');
    },
  ],
  ...[
    'alert',
    'card',
    'carousel',
    'container',
    'context_actions',
    'data_table',
    'file',
    'plan',
    'table',
    'task_card',
    'video',
  ].map((type): [string, BlockCheck] => [type, unchecked]),
]);

/** A text object within its length. */
export function checkText(
  value: unknown,
  at: string,
  most: number,
  complain: Complain,
  types = ['mrkdwn', 'plain_text'],
): void {
  if (!isRecord(value)) {
    complain(at, 'must be a text object');
    return;
  }
  if (!types.includes(String(value['type']))) complain(`${at}/type`, `must be one of ${types.join(', ')}`);
  const text = value['text'];
  if (typeof text !== 'string' || text === '') complain(`${at}/text`, 'must be more than 0 characters');
  else if (text.length > most) complain(`${at}/text`, `must be less than ${most + 1} characters`);
}

function checkSection(block: Readonly<Record<string, unknown>>, at: string, complain: Complain): void {
  const { text, fields, accessory } = block;
  if (text === undefined && fields === undefined) complain(at, 'missing required field: text or fields');
  if (text !== undefined) checkText(text, `${at}/text`, 3_000, complain);
  if (fields !== undefined) {
    if (!Array.isArray(fields) || fields.length === 0) complain(`${at}/fields`, 'must be a list of text objects');
    else {
      if (fields.length > 10) complain(`${at}/fields`, 'no more than 10 items allowed');
      fields.forEach((field, index) => {
        checkText(field, `${at}/fields/${index}`, 2_000, complain);
      });
    }
  }
  if (accessory !== undefined) checkElement(accessory, `${at}/accessory`, complain);
}

function checkContext(block: Readonly<Record<string, unknown>>, at: string, complain: Complain): void {
  const { elements } = block;
  if (!Array.isArray(elements) || elements.length === 0) {
    complain(`${at}/elements`, 'must have at least 1 item');
    return;
  }
  if (elements.length > 10) complain(`${at}/elements`, 'no more than 10 items allowed');
  elements.forEach((element, index) => {
    if (isRecord(element) && element['type'] === 'image') checkImage(element, `${at}/elements/${index}`, complain);
    else checkText(element, `${at}/elements/${index}`, 3_000, complain);
  });
}

function checkActions(block: Readonly<Record<string, unknown>>, at: string, complain: Complain): void {
  const { elements } = block;
  if (!Array.isArray(elements) || elements.length === 0) {
    complain(`${at}/elements`, 'must have at least 1 item');
    return;
  }
  if (elements.length > 25) complain(`${at}/elements`, 'no more than 25 items allowed');
  const actions = new Set<unknown>();
  elements.forEach((element, index) => {
    checkElement(element, `${at}/elements/${index}`, complain);
    const id = isRecord(element) ? element['action_id'] : undefined;
    if (id !== undefined && actions.has(id)) complain(`${at}/elements/${index}/action_id`, 'action_id already exists');
    actions.add(id);
  });
}

/** https://docs.slack.dev/reference/block-kit/blocks/input-block */
function checkInput(block: Readonly<Record<string, unknown>>, at: string, complain: Complain): void {
  checkText(block['label'], `${at}/label`, 2_000, complain, ['plain_text']);
  if (block['hint'] !== undefined) checkText(block['hint'], `${at}/hint`, 2_000, complain, ['plain_text']);
  const { element } = block;
  if (isRecord(element) && (element['type'] === 'button' || element['type'] === 'overflow'))
    complain(`${at}/element/type`, `unsupported type: ${element['type']}`);
  else checkElement(element, `${at}/element`, complain);
}

/** The elements there are, with the most options each may have; undefined: it has none. */
const ELEMENTS: Readonly<Record<string, number | undefined>> = {
  button: undefined,
  checkboxes: 10,
  channels_select: undefined,
  conversations_select: undefined,
  datepicker: undefined,
  email_text_input: undefined,
  image: undefined,
  multi_channels_select: undefined,
  multi_conversations_select: undefined,
  multi_static_select: 100,
  multi_users_select: undefined,
  number_input: undefined,
  overflow: 5,
  plain_text_input: undefined,
  radio_buttons: 10,
  static_select: 100,
  timepicker: undefined,
  url_text_input: undefined,
  users_select: undefined,
};

function checkElement(value: unknown, at: string, complain: Complain): void {
  if (!isRecord(value) || typeof value['type'] !== 'string') {
    complain(at, 'must be a block element');
    return;
  }
  const type = value['type'];
  if (!Object.hasOwn(ELEMENTS, type)) {
    complain(`${at}/type`, `unsupported type: ${type}`);
    return;
  }
  checkLength(value['action_id'], `${at}/action_id`, 255, complain);
  if (type === 'button') {
    checkText(value['text'], `${at}/text`, 75, complain, ['plain_text']);
    checkLength(value['value'], `${at}/value`, 2_000, complain);
    checkLength(value['url'], `${at}/url`, 3_000, complain);
    if (value['style'] !== undefined && value['style'] !== 'primary' && value['style'] !== 'danger')
      complain(`${at}/style`, 'must be one of primary, danger');
  }
  if (type === 'image') checkImage(value, at, complain);
  if (value['placeholder'] !== undefined)
    checkText(value['placeholder'], `${at}/placeholder`, 150, complain, ['plain_text']);
  if (value['confirm'] !== undefined) checkConfirm(value['confirm'], `${at}/confirm`, complain);
  const most = ELEMENTS[type];
  if (most !== undefined) checkOptions(value, at, most, complain);
}

function checkOptions(element: Readonly<Record<string, unknown>>, at: string, most: number, complain: Complain): void {
  const options = optionsOf(element);
  if (options.length === 0) complain(`${at}/options`, 'must have at least 1 item');
  if (options.length > most) complain(`${at}/options`, `no more than ${most} items allowed`);
  options.forEach((option, index) => {
    checkText(option['text'], `${at}/options/${index}/text`, 75, complain);
    checkLength(option['value'] ?? 0, `${at}/options/${index}/value`, 150, complain);
  });
  const initial = element['initial_option'];
  const chosen = initial === undefined ? element['initial_options'] : [initial];
  if (chosen === undefined) return;
  const isThere = (one: unknown) =>
    isRecord(one) && options.some((option) => JSON.stringify(option) === JSON.stringify(one));
  if (!Array.isArray(chosen) || chosen.length === 0 || !chosen.every(isThere))
    complain(at, 'the initial option must be exactly one of the options');
}

/** https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object */
function checkConfirm(value: unknown, at: string, complain: Complain): void {
  if (!isRecord(value)) {
    complain(at, 'must be an object');
    return;
  }
  for (const [name, most] of [
    ['title', 100],
    ['text', 300],
    ['confirm', 30],
    ['deny', 30],
  ] as const) {
    checkText(value[name], `${at}/${name}`, most, complain, name === 'text' ? undefined : ['plain_text']);
  }
}

function checkImage(block: Readonly<Record<string, unknown>>, at: string, complain: Complain): void {
  if (typeof block['alt_text'] !== 'string') complain(`${at}/alt_text`, 'missing required field: alt_text');
  checkLength(block['alt_text'], `${at}/alt_text`, 2_000, complain);
  if (block['image_url'] === undefined && block['slack_file'] === undefined)
    complain(at, 'missing required field: image_url or slack_file');
  checkLength(block['image_url'], `${at}/image_url`, 3_000, complain);
  if (block['title'] !== undefined) checkText(block['title'], `${at}/title`, 2_000, complain, ['plain_text']);
}

/** A text within its length, or none. */
export function checkLength(value: unknown, at: string, most: number, complain: Complain): void {
  if (value === undefined) return;
  if (typeof value !== 'string') complain(at, 'must be a string');
  else if (value.length > most) complain(at, `must be less than ${most + 1} characters`);
}
