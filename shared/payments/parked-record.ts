import { type TeamId, teamId } from '../base/names.ts';
import { everyAccount, opsPrefix } from './event.ts';
import type { Place } from './store.ts';

/** What a record of the dead letters says: which payment needs a person, and why. Times in milliseconds. */
export type ParkedRecord = Place & {
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
 * Reads a dead letter that was sent at `sentAt` (ms). The worker writes the reason beside the wake; the queue itself, which
 * gives a record up after a thousand receives, writes none. Undefined: it does not say whose it is, so nobody can be told.
 */
export function readParked(body: string, sentAt: number): ParkedRecord | undefined {
  const { team, account, home, code, why, since, attempts } = fieldsOf(body);
  if (!isName(team) || !isName(account) || typeof home !== 'string' || home === '') return undefined;
  const at = Date.parse(String(since));
  const reason = typeof why === 'string' && why !== '' ? why : undefined;
  return {
    team: teamId(team),
    account,
    home,
    code: reason === undefined ? 'received-too-often' : isCode(code) ? code : 'unnamed',
    why: reason ?? 'The queue gave it up: it was received a thousand times, and never told.',
    since: Number.isNaN(at) ? sentAt : at,
    attempts: typeof attempts === 'number' ? attempts : 1,
  };
}

/** `<code>#<account>#<home>`: a parked record as its thread remembers it. */
export function recordName({ code, account, home }: Pick<ParkedRecord, 'code' | 'account' | 'home'>): string {
  return `${code}#${account}#${home}`;
}

/** The inverse of `recordName`. */
export function readName(name: string): Pick<ParkedRecord, 'code' | 'account' | 'home'> | undefined {
  const [, code, account, home] = /^([^#]+)#([^#]+)#(.+)$/s.exec(name) ?? [];
  return code && account && home ? { code, account, home } : undefined;
}

const noticePrefix = `${opsPrefix}parked#`;

/** What is told of an episode is no payment's: it has a home of its own. */
export function noticePlace(team: TeamId, { code, since }: Episode): Place {
  return { team, account: everyAccount, home: `${noticePrefix}${code}#${since}` };
}

/** The episode whose notice a home is; undefined for every other home. */
export function episodeOf(home: string): Episode | undefined {
  const [, code, since] =
    /^([\w-]+)#(\d+)$/.exec(home.startsWith(noticePrefix) ? home.slice(noticePrefix.length) : '') ?? [];
  return code && since ? { code, since: Number(since) } : undefined;
}

/** `<code>#<since>`: an episode as a button's value says it. */
export function episodeText({ code, since }: Episode): string {
  return `${code}#${since}`;
}

/** The inverse of `episodeText`. Undefined for anything else: the value of a button may be anybody's. @public */
export function readEpisode(text: string | undefined): Episode | undefined {
  return episodeOf(`${noticePrefix}${text ?? ''}`);
}

/** Part of a key, in which `#` is what separates. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[^#]+$/.test(value);
}

function isCode(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{1,64}$/.test(value);
}

function fieldsOf(body: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(body));
  } catch {
    return {};
  }
}
