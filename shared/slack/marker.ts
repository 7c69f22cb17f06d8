/**
 * What marks a message as ours, so that it can be found again: an id and a number, nothing about people or money. It stands
 * in the message's metadata and in its first block's id, since Slack may refuse metadata from a person's token.
 */
export type Marker = { readonly key: string; readonly revision: number };

/** The metadata's type, which the app's manifest subscribes to. */
export const markerEvent = 'war_room_message';

/** A message as far as its marker goes, whoever sent it. */
export type Marked = {
  readonly metadata?: { readonly event_type?: unknown; readonly event_payload?: unknown };
  readonly blocks?: readonly { readonly block_id?: unknown }[];
};

/** The id by which a message is found again: of the thread, then of the message in it. */
export function markerKey(threadKey: string, messageKey: string): string {
  return `${threadKey}/${messageKey}`;
}

/** The thread and the message that a marker names. */
export function partsOf({ key }: Marker): { readonly thread: string; readonly message: string } | undefined {
  const [, thread, message] = /^(.+)\/([^/]+)$/s.exec(key) ?? [];
  return thread !== undefined && message !== undefined ? { thread, message } : undefined;
}

/** The id of a message's first block. Slack asks for another one with each edit. */
export function markedBlock({ key, revision }: Marker): string {
  return `${key}#${revision}`;
}

/** The marker in a message, or undefined where it is none of ours. */
export function markerOf(message: Marked): Marker | undefined {
  return metadataMarker(message) ?? blockMarker(message.blocks?.[0]?.block_id);
}

function metadataMarker({ metadata }: Marked): Marker | undefined {
  const payload = metadata?.event_type === markerEvent ? (metadata.event_payload as Partial<Marker>) : undefined;
  if (typeof payload?.key !== 'string' || typeof payload.revision !== 'number') return undefined;
  return { key: payload.key, revision: payload.revision };
}

function blockMarker(blockId: unknown): Marker | undefined {
  const [, key, revision] = typeof blockId === 'string' ? (/^(.+\/.+)#(\d+)$/s.exec(blockId) ?? []) : [];
  return key ? { key, revision: Number(revision) } : undefined;
}
