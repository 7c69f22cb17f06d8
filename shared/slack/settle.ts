import { type ChannelId, type Ts, ts } from '../base/names.ts';
import { refusal } from './answer.ts';
import type { Page, SlackClient } from './client.ts';
import type { Author } from './installation.ts';
import { markerKey } from './marker.ts';
import type { Entries, Entry, LookUp, Sighting, Stray } from './thread-log.ts';

/** What a look-up answers: entries as they are now known, and whether the whole window was read. */
export type Settled = {
  readonly entries: Entries;
  /** Kept when reading was interrupted; undefined when the answer is final. */
  readonly progress: LookUp | undefined;
  /** How long Slack wants us to wait before reading on (ms). */
  readonly waitMs: number;
  /** Messages of one key beyond the first: should be none. */
  readonly strays: readonly Stray[];
};

type Question = {
  readonly threadKey: string;
  readonly channel: ChannelId;
  /** Every root that this thread has had: a reply may be under one that is deleted by now. */
  readonly roots: readonly Ts[];
  readonly entries: Entries;
  /** Keys that may be in Slack, and whose last attempt is old enough. */
  readonly unsettled: readonly string[];
  readonly lookUp: LookUp | undefined;
  readonly now: number;
};

/** Slack's clock and ours differ; a message may seem older than the attempt that made it. */
const marginMs = 60_000;

/** Pages read in one pass before giving the queue its turn. */
const pagesAPass = 30;

/**
 * Looks for messages whose call got no answer: in the channel and, where there is a root, in its thread. What is found
 * is adopted as it was found: ts, author and revision. What is not found, in a window that was read whole, was never
 * posted. Several with one marker: the oldest stays, the others become strays.
 */
export async function settle(client: SlackClient, bot: Author, question: Question, limits: Limits): Promise<Settled> {
  const attempts = question.unsettled.flatMap((key) => question.entries[key] ?? []);
  const since = Math.min(...attempts.map((entry) => entry.firstAttempt ?? question.now)) - marginMs;
  // An interrupted reading goes on only if it covers every attempt that is asked about.
  const kept = question.lookUp;
  const covers = kept && kept.since <= since && attempts.every((entry) => (entry.lastAttempt ?? 0) < kept.until);
  const lookUp = covers ? kept : { since, until: question.now, reached: {}, found: [] };

  const markers = new Map(question.unsettled.map((key) => [markerKey(question.threadKey, key), key]));
  const reading = new Reading(lookUp, (page) => sightings(page, markers, bot), limits);
  const { channel } = question;
  const [oldest, latest] = [slackTime(lookUp.since), slackTime(lookUp.until + marginMs)];
  // The channel comes newest first and a thread oldest first, so each goes on from its own end.
  await reading.of('channel', (from, cursor) =>
    client.history(bot, { channel, oldest, latest: from ?? latest }, cursor),
  );
  for (const root of question.roots) {
    await reading.of(root, (from, cursor) =>
      client.replies(bot, { channel, oldest: from ?? oldest, latest }, root, cursor),
    );
  }
  const { reached, found, waitMs } = reading;
  if (!reading.isWhole) {
    const progress = { since: lookUp.since, until: lookUp.until, reached, found };
    return { entries: question.entries, strays: [], progress, waitMs };
  }
  return { ...adopt(question, found), progress: undefined, waitMs };
}

/** The messages of a page that are looked for. One that names no author is the app's own. */
function sightings({ messages }: Page, markers: ReadonlyMap<string, string>, bot: Author): Sighting[] {
  return messages.flatMap(({ ts, user, marker }) => {
    const key = markers.get(marker?.key ?? '');
    return marker && key !== undefined ? [{ key, revision: marker.revision, ts, author: user ?? bot.user }] : [];
  });
}

/** How long (ms) a reading may go on, and how much later an unanswered question is asked again. */
type Limits = { readonly hasTime: () => boolean; readonly retryMs: number };

/** What was read so far, of the channel and of each thread, until the time is up or Slack says to wait. */
class Reading {
  readonly found: Sighting[];
  /** By place: the last message that was read, or `done`. */
  readonly reached: Record<string, string>;
  waitMs = 0;
  isWhole = true;
  readonly #sight: (page: Page) => Sighting[];
  readonly #limits: Limits;
  #pagesLeft = pagesAPass;

  constructor(lookUp: LookUp, sight: (page: Page) => Sighting[], limits: Limits) {
    this.reached = { ...lookUp.reached };
    this.found = [...lookUp.found];
    this.#sight = sight;
    this.#limits = limits;
  }

  async of(place: string, read: (from: Ts | undefined, cursor: string | undefined) => Promise<Page>): Promise<void> {
    const from = this.reached[place];
    if (from === 'done') return;
    let cursor: string | undefined;
    do {
      if (this.#pagesLeft === 0 || !this.#limits.hasTime()) return this.#interrupted(0);
      this.#pagesLeft -= 1;
      try {
        const page = await read(from === undefined ? undefined : ts(from), cursor);
        this.found.push(...this.#sight(page));
        cursor = page.cursor;
        const last = page.messages.at(-1);
        if (cursor === undefined) this.reached[place] = 'done';
        else if (last) this.reached[place] = last.ts;
      } catch (error) {
        const no = refusal(error, 'bot');
        if (no.kind === 'wait') return this.#interrupted(no.afterMs);
        if (no.kind === 'ambiguous') return this.#interrupted(this.#limits.retryMs);
        // A thread that is not there any more holds no reply of ours.
        if (no.kind !== 'missing') throw error;
        this.reached[place] = 'done';
        cursor = undefined;
      }
    } while (cursor !== undefined);
  }

  #interrupted(waitMs: number): void {
    this.isWhole = false;
    this.waitMs = Math.max(this.waitMs, waitMs);
  }
}

function adopt(question: Question, sightings: readonly Sighting[]): { entries: Entries; strays: Stray[] } {
  const entries: Record<string, Entry> = { ...question.entries };
  const strays: Stray[] = [];
  for (const key of question.unsettled) {
    const entry = entries[key];
    if (!entry) continue;
    // What lies on the border of two pages is seen twice.
    const found = [...new Map(sightings.filter((one) => one.key === key).map((one) => [one.ts, one])).values()];
    const [oldest, ...others] = found.sort((a, b) => Number(a.ts) - Number(b.ts));

    if (entry.ts !== undefined) {
      // It was posted again, and is the one that people reply to: an earlier attempt that landed after all must go.
      strays.push(...found.filter(({ ts }) => ts !== entry.ts));
      entries[key] = settledAgain(entry);
    } else if (oldest) {
      entries[key] = {
        state: 'posted',
        revision: Math.max(entry.revision, oldest.revision),
        // Another revision's content is not known by heart: an empty hash differs from all, so it is sent again.
        hash: oldest.revision === entry.revision ? entry.hash : '',
        ts: oldest.ts,
        author: oldest.author,
      };
      strays.push(...others);
    } else {
      // Its first time and revision stay: should it land after all, the look that follows sees both.
      entries[key] = { ...entry, state: 'absent' };
    }
  }
  return { entries, strays: strays.map(({ ts, author }) => ({ ts, author })) };
}

/** Nothing more can land; an edit that is still in doubt stays so. */
function settledAgain({ again: _again, firstAttempt, lastAttempt, ...settled }: Entry): Entry {
  if (settled.state === 'posted') return settled;
  return { ...settled, ...(firstAttempt && { firstAttempt }), ...(lastAttempt && { lastAttempt }) };
}

function slackTime(ms: number): Ts {
  return ts((Math.max(0, ms) / 1000).toFixed(6));
}
