import type { ActionsBlock, Button as ButtonElement, ContextBlock, KnownBlock, SectionBlock } from '@slack/types';
import { once } from '../base/lazy.ts';
import type { ChannelId, UserId } from '../base/names.ts';

/**
 * A piece of a line. A bare string is text, whoever wrote it: it is escaped and defused when printed, so nothing that
 * came from outside can mention, link or format. Formatting exists only as a value of its own.
 */
export type Inline =
  | string
  | { readonly bold: string }
  /** A moment in Unix seconds; each reader sees it in local time, the plain text says it in Indian time. */
  | { readonly at: number; readonly dateless?: boolean }
  | { readonly link: string; readonly label: string }
  | { readonly channel: ChannelId }
  /** A mention: only for somebody who has to act. */
  | { readonly person: UserId };

/** A line of a message: body text, or the fine print below it. */
type Line = { readonly kind: 'body' | 'fine'; readonly inlines: readonly Inline[] };

/**
 * Something that whoever reads a message can ask for with a press. `id` names what is asked (`payments.explain`), `value`
 * of what. It comes back from a browser: nothing may rest on it that Slack's signed envelope does not say as well.
 */
export type Button = {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly style?: 'primary' | 'danger';
  /** Asked before the press counts; `yes` is the label of going on. */
  readonly confirm?: { readonly title: string; readonly text: string; readonly yes: string };
};

/** A paragraph of a message: a line, or a row of buttons below everything else. Plain text says nothing of buttons. */
export type Paragraph = Line | { readonly kind: 'actions'; readonly buttons: readonly Button[] };

/** What is posted: the blocks, and the same in plain text for notifications and screen readers. */
export type Content = { readonly text: string; readonly blocks: readonly KnownBlock[] };

/** A section may hold 3,000 characters, and an edited message 4,000 of text. https://docs.slack.dev/reference/methods/chat.update */
const sectionLimit = 3_000;
const textLimit = 4_000;

/** https://docs.slack.dev/reference/block-kit/blocks/actions-block, …/block-elements/button-element, …/confirmation-dialog-object */
const buttonsLimit = 25;
const buttonLimits = { id: 255, label: 75, value: 2_000 } as const;
const confirmLimits = { title: 100, text: 300, yes: 30 } as const;

export const body = (...inlines: readonly Inline[]): Line => ({ kind: 'body', inlines });
export const fine = (...inlines: readonly Inline[]): Line => ({ kind: 'fine', inlines });
export const actions = (...buttons: readonly Button[]): Paragraph => ({ kind: 'actions', buttons });

/**
 * Puts paragraphs into one message. The caller keeps every outside text short (`brief`), so a message that breaks a
 * limit of Slack's is a fault of ours: it throws, and nothing is cut silently.
 */
export function message(...given: readonly Paragraph[]): Content {
  const paragraphs = given.filter((paragraph) => !isEmpty(paragraph));
  const lines = paragraphs.filter((paragraph) => paragraph.kind !== 'actions');
  const text = lines.map(({ inlines }) => inlines.map(plain).join('')).join('\n');
  const blocks = paragraphs.map(block);
  const longest = Math.max(...lines.map(({ inlines }) => mrkdwn(inlines).length));
  if (text.length > textLimit || longest > sectionLimit || blocks.length > 50) {
    throw new RangeError(`A message of ${text.length} characters in ${blocks.length} blocks is more than Slack takes.`);
  }
  return { text, blocks };
}

/** `content` with one more line of fine print, above its buttons. */
export function withFinePrint(content: Content, ...inlines: readonly Inline[]): Content {
  const added = message(fine(...inlines));
  const [lines, buttons] = [
    content.blocks.filter(({ type }) => type !== 'actions'),
    content.blocks.filter(({ type }) => type === 'actions'),
  ];
  return { text: `${content.text}\n${added.text}`, blocks: [...lines, ...added.blocks, ...buttons] };
}

/** `content` with a row of buttons below it. */
export function withButtons(content: Content, buttons: readonly Button[]): Content {
  const { blocks } = message(actions(...buttons));
  return { ...content, blocks: [...content.blocks, ...blocks] };
}

/** How many characters of a block a text takes, escaped and defused. */
export function lengthOf(text: string): number {
  return defuse(text).length;
}

/** `inlines` with `separator` between those that are there. */
export function joined(separator: string, inlines: readonly (Inline | undefined)[]): Inline[] {
  const there = inlines.filter((inline) => inline !== undefined);
  return there.flatMap((inline, index) => (index === 0 ? [inline] : [separator, inline]));
}

/**
 * Outside text on one line, at most `limit` characters; what is left out is shown by an ellipsis. Invisible characters
 * go, but for the joiners: within a word, scripts of India spell with them.
 * https://www.unicode.org/versions/latest/core-spec/chapter-12/
 */
export function brief(text: string, limit = 80): string {
  const line = [...text.replace(/(?:(?!(?<=[\p{L}\p{M}])[\u200C\u200D])[\p{C}\p{Z}\s])+/gu, ' ').trim()];
  return line.length <= limit ? line.join('') : `${line.slice(0, limit - 1).join('')}…`;
}

/**
 * Outside text without what somebody could be reached or paid by: e-mail addresses, UPI handles, telephone numbers.
 * It would rather take too much than too little; a year or two of a course's name stay.
 */
export function withoutContacts(text: string): string {
  return text
    .replace(/[<(]?(?<![^\s<>()@＠])[^\s<>()@＠]+[@＠][^\s<>()]+[>)]?/gu, ' ')
    .replace(/[+(]{0,2}\p{Nd}(?:[\p{Z}\p{C}\p{Pd}().]{0,2}\p{Nd}){9,}\)?|\+?\p{Nd}{7,}/gu, ' ');
}

/** Slack refuses an empty block. */
function isEmpty(paragraph: Paragraph): boolean {
  return paragraph.kind === 'actions'
    ? paragraph.buttons.length === 0
    : paragraph.inlines.every((inline) => inline === '');
}

function block(paragraph: Paragraph): SectionBlock | ContextBlock | ActionsBlock {
  if (paragraph.kind === 'actions') {
    if (paragraph.buttons.length > buttonsLimit)
      throw new RangeError('That is more buttons than Slack takes in a row.');
    return { type: 'actions', elements: paragraph.buttons.map(button) };
  }
  const { kind, inlines } = paragraph;
  // `verbatim` keeps Slack from turning addresses and names in the text into links and mentions.
  const text = { type: 'mrkdwn', text: mrkdwn(inlines), verbatim: true } as const;
  return kind === 'body' ? { type: 'section', text } : { type: 'context', elements: [text] };
}

/** A button as an element of any block that takes one. */
export function button({ id, label, value, style, confirm }: Button): ButtonElement {
  within({ id, label, value }, buttonLimits);
  if (confirm) within(confirm, confirmLimits);
  return {
    type: 'button',
    action_id: id,
    text: plainText(label),
    value,
    ...(style && { style }),
    ...(confirm && {
      confirm: {
        title: plainText(confirm.title),
        text: plainText(confirm.text),
        confirm: plainText(confirm.yes),
        deny: plainText('Cancel'),
      },
    }),
  };
}

const plainText = (text: string) => ({ type: 'plain_text', text, emoji: false }) as const;

function within<Field extends string>(given: Readonly<Record<Field, string>>, limits: Readonly<Record<Field, number>>) {
  for (const field of Object.keys(limits) as Field[]) {
    const { length } = given[field];
    if (length === 0 || length > limits[field]) throw new RangeError(`A button's ${field} has ${length} characters.`);
  }
}

function mrkdwn(inlines: readonly Inline[]): string {
  return inlines
    .map((inline) => {
      if (typeof inline === 'string') return defuse(inline);
      if ('bold' in inline) return `*${defuse(inline.bold)}*`;
      if ('at' in inline) return `<!date^${inline.at}^${moment(inline)}|${escaped(told(inline))}>`;
      return reference(inline);
    })
    .join('');
}

function plain(inline: Inline): string {
  if (typeof inline === 'string') return defuse(inline);
  if ('bold' in inline) return defuse(inline.bold);
  if ('at' in inline) return escaped(told(inline));
  return reference(inline);
}

/** https://docs.slack.dev/messaging/formatting-message-text#date-formatting */
function moment({ dateless }: { readonly dateless?: boolean }): string {
  return dateless ? '{time}' : '{date_short_pretty} at {time}';
}

function told({ at, dateless }: { readonly at: number; readonly dateless?: boolean }): string {
  const [date, time] = indianTime(at).split(', ');
  return dateless ? (time ?? '') : `${date}, ${time}`;
}

function reference(
  inline: Extract<Inline, { readonly link: string } | { readonly channel: ChannelId } | { readonly person: UserId }>,
): string {
  if ('channel' in inline) return `<#${inline.channel}>`;
  if ('person' in inline) return `<@${inline.person}>`;
  return `<${escaped(inline.link)}|${defuse(inline.label)}>`;
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A zero-width space behind each mark that Slack would read as formatting, an emoji or a mention; before a quote's. */
function defuse(text: string): string {
  return escaped(text)
    .replace(/[*~`@#]|_(?=\W|$)|(?<=\W|^)_|:(?=[\w+-]+:)/gu, '$&\u200B')
    .replace(/^(?=&gt;)/, '\u200B');
}

const india = once(
  () =>
    new Intl.DateTimeFormat('en-GB', {
      timeZone: 'Asia/Kolkata',
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hour12: false,
    }),
);

/** Whether two moments (Unix seconds) fall on one day in India. */
export function onOneDay(one: number, other: number): boolean {
  return indianTime(one).split(',')[0] === indianTime(other).split(',')[0] && Math.abs(one - other) < 86_400;
}

/** A moment (Unix seconds) in Indian time: `27 Aug, 10:44 IST`. */
function indianTime(at: number): string {
  return `${india().format(new Date(at * 1000))} IST`;
}
