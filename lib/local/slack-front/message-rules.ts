/**
 * What Slack accepts as a message: sizes of text and metadata; of blocks see block-rules.ts.
 * Sources: https://docs.slack.dev/reference/methods/chat.update and
 * https://docs.slack.dev/messaging/message-metadata. Lengths are UTF-16 units, the stricter of the plausible readings.
 */
import { isRecord } from './args.ts';
import { problemsOf, withIds } from './block-rules.ts';
import type { Block, Metadata } from './message-store.ts';
import { SlackRefusal } from './refusal.ts';

/** `text` of chat.postMessage is cut here without an error. */
export const TEXT_CUT = 40_000;
/** `text` of chat.update is refused beyond. */
export const UPDATE_TEXT_LIMIT = 4_000;
const BLOCKS_A_MESSAGE = 50;
/** Not documented; observed in https://github.com/slackapi/bolt-js/issues/2509. */
const CHARACTERS_A_MESSAGE = 13_200;
/** `metadata_too_large` exists without a documented size; this is a guess on the strict side. */
const METADATA_LENGTH = 8_000;

/**
 * Checks blocks and gives those without a `block_id` one.
 * Refuses with `invalid_blocks` (every problem named), `invalid_blocks_format` or `msg_blocks_too_long`.
 */
export function readBlocks(value: unknown, nextBlockId: () => string): readonly Block[] {
  if (!Array.isArray(value)) throw new SlackRefusal('invalid_blocks_format');
  const problems = problemsOf(value, { most: BLOCKS_A_MESSAGE, surface: 'message', at: '/blocks' });
  if (problems.length > 0)
    throw new SlackRefusal('invalid_blocks', { errors: problems, response_metadata: { messages: problems } });
  if (charactersOf(value) > CHARACTERS_A_MESSAGE) throw new SlackRefusal('msg_blocks_too_long');
  return withIds(value, nextBlockId);
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
