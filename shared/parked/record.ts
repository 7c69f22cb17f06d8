import type { TeamId } from '../base/names.ts';
import { fieldsOfJson, textIn } from '../slack/untrusted.ts';

/** The rooms whose dead letters are told in the ops channel. */
const rooms = ['payments', 'calls', 'reports'] as const;
export type ParkedRoom = (typeof rooms)[number];

/** What a record of the dead letters says: what needs a person, by its room's name for it, and why. Times in milliseconds. */
export type ParkedRecord = {
  readonly team: TeamId;
  readonly subject: string;
  /** Groups alike cases; people are told of each group once. */
  readonly code: string;
  /** Why, in a sentence. */
  readonly why: string;
  /** Since when it failed, or when it was parked. */
  readonly since: number;
  readonly attempts: number;
};

/** What was parked for one reason, from the first record until nothing of it waits: one message in the ops channel. */
export type Episode = { readonly code: string; readonly since: number };

/**
 * Why a dead letter is one, which was sent at `sentAt` (ms). The worker writes the reason beside the wake; the queue itself, which
 * gives a record up after a thousand receives, writes none.
 */
export function readReason(body: string, sentAt: number): Pick<ParkedRecord, 'code' | 'why' | 'since' | 'attempts'> {
  const fields = fieldsOfJson(body);
  const { code, since, attempts } = fields;
  const at = Date.parse(String(since));
  const reason = textIn(fields, 'why') || undefined;
  return {
    code: reason === undefined ? 'received-too-often' : isCode(code) ? code : 'unnamed',
    why: reason ?? 'The queue gave it up: it was received a thousand times, and never told.',
    since: Number.isNaN(at) ? sentAt : at,
    attempts: typeof attempts === 'number' ? attempts : 1,
  };
}

/** `<code>#<subject>`: a parked record as its thread remembers it. */
export function recordName({ code, subject }: Pick<ParkedRecord, 'code' | 'subject'>): string {
  return `${code}#${subject}`;
}

/** The inverse of `recordName`. */
export function readName(name: string): Pick<ParkedRecord, 'code' | 'subject'> | undefined {
  const [, code, subject] = /^([^#]+)#(.+)$/s.exec(name) ?? [];
  return code && subject ? { code, subject } : undefined;
}

/** `<code>#<since>`: an episode among those of its room. */
export function episodeText({ code, since }: Episode): string {
  return `${code}#${since}`;
}

/** The inverse of `episodeText`. */
export function readEpisode(text: string): Episode | undefined {
  const [, code, since] = /^([\w-]+)#(\d+)$/.exec(text) ?? [];
  return code && since ? { code, since: Number(since) } : undefined;
}

/** An episode as a button's value says it. No room named: payments. */
export function buttonValue(room: ParkedRoom, episode: Episode): string {
  return room === 'payments' ? episodeText(episode) : `${room}#${episodeText(episode)}`;
}

/** The inverse of `buttonValue`. Undefined for anything else: the value of a button may be anybody's. */
export function readValue(
  value: string | undefined,
): { readonly room: ParkedRoom; readonly episode: Episode } | undefined {
  const [, named, text = ''] = /^(?:([a-z]+)#)?([^#]+#[^#]+)$/.exec(value ?? '') ?? [];
  const [room, episode] = [rooms.find((each) => each === (named ?? 'payments')), readEpisode(text)];
  return room && episode && { room, episode };
}

/** What can be part of a key, in which `#` is what separates. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[^#]+$/.test(value);
}

function isCode(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{1,64}$/.test(value);
}
