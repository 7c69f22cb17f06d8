/**
 * What Slack accepts as a view. https://docs.slack.dev/reference/views, https://docs.slack.dev/reference/methods/views.open
 * Everything wrong is named at once, as `invalid_arguments` with a JSON pointer each.
 */
import { isRecord } from './args.ts';
import { checkLength, checkText, problemsOf, withIds } from './block-rules.ts';
import { elementsOf, type Fields } from './element-state.ts';
import { SlackRefusal } from './refusal.ts';
import type { ViewContent } from './views.ts';

const BLOCKS_A_VIEW = 100;
const BYTES_A_VIEW = 250_000;
const TITLE_LENGTH = 24;
const METADATA_LENGTH = 3_000;
const ID_LENGTH = 255;

/** Reads a view that is to be of one type. Refuses with `invalid_arguments` or `view_too_large`. */
export function readView(value: unknown, type: ViewContent['type'], nextBlockId: () => string): ViewContent {
  if (!isRecord(value)) throw refusal(['[ERROR] must be an object [json-pointer:/view]']);
  if (Buffer.byteLength(JSON.stringify(value)) > BYTES_A_VIEW) throw new SlackRefusal('view_too_large');
  const problems: string[] = [];
  const complain = (pointer: string, problem: string) =>
    problems.push(`[ERROR] ${problem} [json-pointer:/view${pointer}]`);
  const {
    title,
    submit,
    close,
    blocks,
    private_metadata: metadata,
    callback_id: callbackId,
    external_id: externalId,
  } = value;
  if (value['type'] !== type) complain('/type', `must be ${type}`);
  if (type === 'modal') checkText(title, '/title', TITLE_LENGTH, complain, ['plain_text']);
  for (const [name, words] of Object.entries({ submit, close })) {
    if (words !== undefined && words !== null) checkText(words, `/${name}`, TITLE_LENGTH, complain, ['plain_text']);
  }
  checkLength(metadata, '/private_metadata', METADATA_LENGTH, complain);
  checkLength(callbackId, '/callback_id', ID_LENGTH, complain);
  checkLength(externalId, '/external_id', ID_LENGTH, complain);
  if (Array.isArray(blocks)) {
    problems.push(...problemsOf(blocks, { most: BLOCKS_A_VIEW, surface: type, at: '/view/blocks' }));
    const asks = blocks.some((block) => isRecord(block) && block['type'] === 'input');
    // https://docs.slack.dev/reference/views/modal-views: submit is required when an input block is there.
    if (type === 'modal' && asks && !isRecord(submit)) complain('/submit', 'missing required field: submit');
  } else complain('/blocks', 'missing required field: blocks');
  if (problems.length > 0) throw refusal(problems);
  return {
    type,
    title: textOf(title),
    submit: textOf(submit),
    close: textOf(close),
    blocks: withActions(withIds(Array.isArray(blocks) ? blocks : [], nextBlockId), nextBlockId),
    private_metadata: typeof metadata === 'string' ? metadata : '',
    callback_id: typeof callbackId === 'string' ? callbackId : '',
    external_id: typeof externalId === 'string' ? externalId : '',
    clear_on_close: value['clear_on_close'] === true,
    notify_on_close: value['notify_on_close'] === true,
  };
}

function textOf(value: unknown): Fields | null {
  return isRecord(value) ? value : null;
}

/** An element without an action_id gets one. */
function withActions(blocks: ViewContent['blocks'], nextId: () => string): ViewContent['blocks'] {
  const bare = new Set(elementsOf(blocks).flatMap(({ element }) => ('action_id' in element ? [] : [element])));
  if (bare.size === 0) return blocks;
  const named = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(named);
    return isRecord(value) && bare.has(value) ? { ...value, action_id: nextId() } : value;
  };
  return blocks.map((block) => ({
    ...block,
    ...(block['element'] !== undefined && { element: named(block['element']) }),
    ...(block['accessory'] !== undefined && { accessory: named(block['accessory']) }),
    ...(block['elements'] !== undefined && { elements: named(block['elements']) }),
  }));
}

function refusal(problems: readonly string[]): SlackRefusal {
  return new SlackRefusal('invalid_arguments', { response_metadata: { messages: problems } });
}
