/**
 * What Slack accepts as a message: sizes and shapes of text, blocks and metadata.
 * Sources: https://docs.slack.dev/reference/block-kit/blocks, https://docs.slack.dev/reference/methods/chat.update and
 * https://docs.slack.dev/messaging/message-metadata. Lengths are UTF-16 units, the stricter of the plausible readings.
 */
import { isRecord } from './args.ts';
import type { Block, Metadata } from './message-store.ts';
import { SlackRefusal } from './refusal.ts';

/** `text` of chat.postMessage is cut here without an error. */
export const TEXT_CUT = 40_000;
/** `text` of chat.update is refused beyond. */
export const UPDATE_TEXT_LIMIT = 4_000;
const BLOCKS_A_MESSAGE = 50;
/** Not documented; observed in https://github.com/slackapi/bolt-js/issues/2509. */
const CHARACTERS_A_MESSAGE = 13_200;
const BLOCK_ID_LENGTH = 255;
/** `metadata_too_large` exists without a documented size; this is a guess on the strict side. */
const METADATA_LENGTH = 8_000;

/** Names one thing wrong with the blocks, as Slack does in `response_metadata.messages`. */
type Complain = (pointer: string, problem: string) => void;

/**
 * Checks blocks and gives those without a `block_id` one.
 * Refuses with `invalid_blocks` (every problem named), `invalid_blocks_format` or `msg_blocks_too_long`.
 */
export function readBlocks(value: unknown, nextBlockId: () => string): readonly Block[] {
  if (!Array.isArray(value)) throw new SlackRefusal('invalid_blocks_format');
  const problems: string[] = [];
  const complain: Complain = (pointer, problem) => problems.push(`[ERROR] ${problem} [json-pointer:/blocks${pointer}]`);
  const taken = new Set<string>();
  if (value.length > BLOCKS_A_MESSAGE) complain('', `no more than ${BLOCKS_A_MESSAGE} items allowed`);
  value.forEach((block, index) => {
    if (isRecord(block)) checkBlock(block, `/${index}`, taken, complain);
    else complain(`/${index}`, 'must be an object');
  });
  if (problems.length > 0)
    throw new SlackRefusal('invalid_blocks', { errors: problems, response_metadata: { messages: problems } });
  if (charactersOf(value) > CHARACTERS_A_MESSAGE) throw new SlackRefusal('msg_blocks_too_long');
  return value.filter(isRecord).map((block) => ({
    ...block,
    type: String(block['type']),
    block_id: typeof block['block_id'] === 'string' && block['block_id'] !== '' ? block['block_id'] : nextBlockId(),
  }));
}

/** Checks metadata. Undefined: there is to be none (`{}` clears it). Refuses with `invalid_metadata_format` or `metadata_too_large`. */
export function readMetadata(value: unknown): Metadata | undefined {
  if (!isRecord(value)) throw new SlackRefusal('invalid_metadata_format');
  if (Object.keys(value).length === 0) return undefined;
  const { event_type: eventType, event_payload: eventPayload, ...rest } = value;
  const shaped =
    typeof eventType === 'string' &&
    eventType !== '' &&
    isRecord(eventPayload) &&
    Object.values(eventPayload).every(isMetadataValue) &&
    Object.keys(rest).every((key) => key === 'entities');
  if (!shaped) throw new SlackRefusal('invalid_metadata_format');
  if (JSON.stringify(value).length > METADATA_LENGTH) throw new SlackRefusal('metadata_too_large');
  return { event_type: eventType, event_payload: eventPayload };
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function isFlat(value: unknown): boolean {
  return isScalar(value) || (isRecord(value) && Object.values(value).every(isScalar));
}

function isMetadataValue(value: unknown): boolean {
  return isFlat(value) || (Array.isArray(value) && value.every(isFlat));
}

/** Characters a reader sees: every `text` in every depth. */
function charactersOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item: unknown) => sum + charactersOf(item), 0);
  if (!isRecord(value)) return 0;
  return Object.entries(value).reduce(
    (sum, [key, item]) => sum + (key === 'text' && typeof item === 'string' ? item.length : charactersOf(item)),
    0,
  );
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

function checkText(
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

function checkElement(value: unknown, at: string, complain: Complain): void {
  if (!isRecord(value) || typeof value['type'] !== 'string') {
    complain(at, 'must be a block element');
    return;
  }
  checkLength(value['action_id'], `${at}/action_id`, 255, complain);
  if (value['type'] === 'button') {
    checkText(value['text'], `${at}/text`, 75, complain, ['plain_text']);
    checkLength(value['value'], `${at}/value`, 2_000, complain);
    checkLength(value['url'], `${at}/url`, 3_000, complain);
  }
  if (value['type'] === 'image') checkImage(value, at, complain);
  const options = value['options'];
  if (Array.isArray(options) && options.length > 100) complain(`${at}/options`, 'no more than 100 items allowed');
}

function checkImage(block: Readonly<Record<string, unknown>>, at: string, complain: Complain): void {
  if (typeof block['alt_text'] !== 'string') complain(`${at}/alt_text`, 'missing required field: alt_text');
  checkLength(block['alt_text'], `${at}/alt_text`, 2_000, complain);
  if (block['image_url'] === undefined && block['slack_file'] === undefined)
    complain(at, 'missing required field: image_url or slack_file');
  checkLength(block['image_url'], `${at}/image_url`, 3_000, complain);
  if (block['title'] !== undefined) checkText(block['title'], `${at}/title`, 2_000, complain, ['plain_text']);
}

function checkLength(value: unknown, at: string, most: number, complain: Complain): void {
  if (value === undefined) return;
  if (typeof value !== 'string') complain(at, 'must be a string');
  else if (value.length > most) complain(at, `must be less than ${most + 1} characters`);
}
