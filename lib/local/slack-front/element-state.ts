/**
 * What a person has entered into interactive elements, as payloads have it. Raw values are what a form knows: the text of a field,
 * the `value` of an option, an id, a date; several of them where several may be chosen.
 * https://docs.slack.dev/reference/block-kit/block-elements
 */
import { isRecord } from './args.ts';

/** A block or an element, as it came. */
export type Fields = Readonly<Record<string, unknown>>;

/** What was entered, by block_id and action_id. What is not there stands as the app set it. */
export type Entered = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** An element and the block it is in. */
export interface Placed {
  readonly block: Fields;
  readonly element: Fields;
}

/** Where one chosen thing is kept, by the kind of element; and what it is called when the app sets it. */
const SINGLE: Readonly<Record<string, readonly [kept: string, initial: string]>> = {
  plain_text_input: ['value', 'initial_value'],
  number_input: ['value', 'initial_value'],
  email_text_input: ['value', 'initial_value'],
  url_text_input: ['value', 'initial_value'],
  datepicker: ['selected_date', 'initial_date'],
  timepicker: ['selected_time', 'initial_time'],
  users_select: ['selected_user', 'initial_user'],
  channels_select: ['selected_channel', 'initial_channel'],
  conversations_select: ['selected_conversation', 'initial_conversation'],
};
const SEVERAL: Readonly<Record<string, readonly [kept: string, initial: string]>> = {
  multi_users_select: ['selected_users', 'initial_users'],
  multi_channels_select: ['selected_channels', 'initial_channels'],
  multi_conversations_select: ['selected_conversations', 'initial_conversations'],
};
const ONE_OPTION = new Set(['static_select', 'radio_buttons']);
const OPTIONS = new Set(['multi_static_select', 'checkboxes']);

/** Every interactive element of some blocks, in order. */
export function elementsOf(blocks: readonly Fields[]): readonly Placed[] {
  return blocks.flatMap((block) => {
    const elements = [
      block['element'],
      block['accessory'],
      ...(Array.isArray(block['elements']) ? block['elements'] : []),
    ];
    return elements.filter(isRecord).flatMap((element) => (element['type'] === 'image' ? [] : [{ block, element }]));
  });
}

/** The options of a select, those in groups too. */
export function optionsOf(element: Fields): readonly Fields[] {
  const groups = listOf(element['option_groups']).flatMap((group) => listOf(group['options']));
  return [...listOf(element['options']), ...groups];
}

/** What an element holds: undefined for one that holds nothing (a button). */
export function stateOf(element: Fields, entered: string | readonly string[] | undefined): Fields | undefined {
  const type = String(element['type']);
  const one = typeof entered === 'string' ? entered : entered?.[0];
  const several = typeof entered === 'string' ? [entered] : entered;
  const option = (value: string) => optionsOf(element).find((candidate) => candidate['value'] === value) ?? null;
  const single = SINGLE[type];
  if (single !== undefined) {
    const [kept, initial] = single;
    return { type, [kept]: (entered === undefined ? element[initial] : one) || null };
  }
  const many = SEVERAL[type];
  if (many !== undefined) return { type, [many[0]]: several ?? element[many[1]] ?? [] };
  if (ONE_OPTION.has(type)) {
    return { type, selected_option: entered === undefined ? (element['initial_option'] ?? null) : option(one ?? '') };
  }
  if (OPTIONS.has(type)) {
    return { type, selected_options: several?.map(option).filter(isRecord) ?? element['initial_options'] ?? [] };
  }
  return undefined;
}

/** `state.values` of a view or a message. */
export function stateValues(blocks: readonly Fields[], entered: Entered): Record<string, Record<string, Fields>> {
  const values: Record<string, Record<string, Fields>> = {};
  for (const { block, element } of elementsOf(blocks)) {
    const [blockId, actionId] = [String(block['block_id']), String(element['action_id'])];
    const state = stateOf(element, entered[blockId]?.[actionId]);
    if (state === undefined) continue;
    values[blockId] ??= {};
    values[blockId][actionId] = state;
  }
  return values;
}

/** The item of `actions` for an element that somebody used. `actionTs` is the moment, as Slack writes moments. */
export function actionOf({ block, element }: Placed, chosen: string | readonly string[] | undefined, actionTs: string) {
  const { type, action_id, text, value, style } = element;
  const state =
    type === 'overflow'
      ? { selected_option: optionsOf(element).find((option) => option['value'] === chosen) ?? null }
      : stateOf(element, chosen);
  return {
    type,
    action_id,
    block_id: block['block_id'],
    ...(type === 'button' && { text, ...(value !== undefined && { value }), ...(style !== undefined && { style }) }),
    ...state,
    action_ts: actionTs,
  };
}

/** What is wrong with what was entered, by block_id, in Slack's words; empty: it may be submitted. */
export function missingInputs(blocks: readonly Fields[], entered: Entered): Readonly<Record<string, string>> {
  const wrong: Record<string, string> = {};
  for (const { block, element } of elementsOf(blocks)) {
    if (block['type'] !== 'input') continue;
    const blockId = String(block['block_id']);
    const state = stateOf(element, entered[blockId]?.[String(element['action_id'])]) ?? {};
    const [held] = Object.entries(state).flatMap(([name, value]) => (name === 'type' ? [] : [value]));
    const isEmpty = held === null || held === undefined || (Array.isArray(held) && held.length === 0);
    if (isEmpty && block['optional'] !== true) wrong[blockId] = 'Please complete this required field.';
    else if (typeof held === 'string') {
      const problem = textProblem(element, held);
      if (problem !== undefined) wrong[blockId] = problem;
    }
  }
  return wrong;
}

function textProblem(element: Fields, text: string): string | undefined {
  const [least, most] = [Number(element['min_length'] ?? 0), Number(element['max_length'] ?? 3_000)];
  if (element['type'] === 'plain_text_input') {
    if (text.length < least) return `Please enter at least ${least} characters.`;
    if (text.length > most) return `Please enter no more than ${most} characters.`;
  }
  if (element['type'] === 'number_input') {
    const pattern = element['is_decimal_allowed'] === true ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/;
    if (!pattern.test(text)) return 'Please enter a number.';
    if (element['min_value'] !== undefined && Number(text) < Number(element['min_value']))
      return `Please enter a number of ${element['min_value']} or more.`;
    if (element['max_value'] !== undefined && Number(text) > Number(element['max_value']))
      return `Please enter a number of ${element['max_value']} or less.`;
  }
  return undefined;
}

function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
