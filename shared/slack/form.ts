import type {
  InputBlock,
  KnownBlock,
  MultiStaticSelect,
  PlainTextInput,
  PlainTextOption,
  StaticSelect,
} from '@slack/types';
import { message, type Paragraph } from './text.ts';

/** What somebody can choose: the value that comes back, and what they read. Up to 150 and 75 characters. */
export type Choice = readonly [value: string, label: string];

/** Text that stands as it is, whoever wrote it. */
export const plain = (label: string) => ({ type: 'plain_text', text: label, emoji: false }) as const;

/** The blocks of these paragraphs, one for each that says something. Throws as `message` does where one is too long. */
export function lines(...paragraphs: readonly Paragraph[]): KnownBlock[] {
  // One at a time: what bounds a message as a whole does not bound a view.
  return paragraphs.flatMap((paragraph) => message(paragraph).blocks);
}

type Asking = {
  readonly optional?: boolean;
  /** The app hears of it at once: of each choice, and of each letter typed. */
  readonly live?: boolean;
  readonly hint?: string;
};

/** A field of a form with its label. `id` is the `block_id` by which what stands in it comes back. */
export function input(
  id: string,
  label: string,
  element: InputBlock['element'],
  { optional = false, live = false, hint }: Asking = {},
): InputBlock {
  return {
    type: 'input',
    block_id: id,
    label: plain(label),
    element: live && element.type === 'plain_text_input' ? letterByLetter(element) : element,
    ...(optional && { optional }),
    ...(live && { dispatch_action: true }),
    ...(hint !== undefined && { hint: plain(hint) }),
  };
}

/** Something that is typed. */
export function textField(value: string, action: string, more: Partial<PlainTextInput> = {}): PlainTextInput {
  return { type: 'plain_text_input', action_id: action, ...(value !== '' && { initial_value: value }), ...more };
}

/** One of some choices; the first where `value` is none of them. */
export function oneOf(value: string, choices: readonly Choice[], action: string): StaticSelect {
  const options = choices.map(option);
  const initial = options.find((each) => each.value === value) ?? options[0];
  return { type: 'static_select', action_id: action, options, ...(initial && { initial_option: initial }) };
}

/** Any of some choices. */
export function severalOf(values: readonly string[], choices: readonly Choice[], action: string): MultiStaticSelect {
  const options = choices.map(option);
  const initial = options.filter(({ value }) => value !== undefined && values.includes(value));
  return {
    type: 'multi_static_select',
    action_id: action,
    options,
    ...(initial.length > 0 && { initial_options: initial }),
  };
}

export function option([value, label]: Choice): PlainTextOption {
  return { value, text: plain(label) };
}

/** https://docs.slack.dev/reference/block-kit/composition-objects/dispatch-action-configuration-object */
function letterByLetter(element: PlainTextInput): PlainTextInput {
  return { ...element, dispatch_action_config: { trigger_actions_on: ['on_character_entered'] } };
}
