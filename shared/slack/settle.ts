import { type ChannelId, type Ts, ts } from '../base/names.ts';
import { inDoubt } from './agenda.ts';
import { refusal } from './answer.ts';
import type { Page, Seen, SlackClient } from './client.ts';
import type { Author } from './installation.ts';
import type { Entries, Entry, LookUp, Stray } from './thread-log.ts';

/** The id by which a message is found again: of the thread, then of the message in it. */
export function markerKey(threadKey: string, messageKey: string): string {
  return `${threadKey}/${messageKey}`;
}

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
  readonly root: Ts | undefined;
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
export async function settle(client: SlackClient, bot: Author, question: Question): Promise<Settled> {
  const attempts = question.unsettled.flatMap((key) => question.entries[key] ?? []);
  const since = Math.min(...attempts.map((entry) => entry.firstAttempt ?? question.now)) - marginMs;
  // An interrupted reading goes on only if it covers every attempt that is asked about.
  const kept = question.lookUp;
  const covers = kept && kept.since <= since && attempts.every((entry) => (entry.lastAttempt ?? 0) < kept.until);
  const lookUp = covers ? kept : { since, until: question.now };

  const seen: Seen[] = [];
  let pages = pagesAPass;
  const readOn = async (
    start: string | undefined,
    read: (from: string | undefined, cursor?: string) => Promise<Page>,
    end: (page: Page) => string,
  ) => {
    let reached = start;
    let cursor: string | undefined;
    while (reached !== 'done') {
      if (pages === 0) return { reached, waitMs: 0 };
      pages -= 1;
      try {
        const page = await read(start, cursor);
        seen.push(...page.messages);
        cursor = page.cursor;
        reached = cursor === undefined ? 'done' : end(page) || reached;
      } catch (error) {
        const answer = refusal(error, 'bot');
        if (answer.kind === 'missing') return { reached: 'done', waitMs: 0 };
        if (answer.kind === 'wait') return { reached, waitMs: answer.afterMs };
        if (answer.kind === 'ambiguous') return { reached, waitMs: 1_000 };
        throw error;
      }
    }
    return { reached, waitMs: 0 };
  };

  const { channel, root } = question;
  const [oldest, latest] = [slackTime(lookUp.since), slackTime(lookUp.until + marginMs)];
  const inChannel = await readOn(
    lookUp.channel,
    (from, cursor) => client.history(bot, { channel, oldest, latest: from ? ts(from) : latest }, cursor),
    (page) => page.messages.at(-1)?.ts ?? '',
  );
  const inThread = root
    ? await readOn(
        lookUp.thread,
        (from, cursor) => client.replies(bot, { channel, oldest: from ? ts(from) : oldest, latest }, root, cursor),
        (page) => page.messages.at(-1)?.ts ?? '',
      )
    : { reached: 'done', waitMs: 0 };

  const isWhole = inChannel.reached === 'done' && inThread.reached === 'done';
  const { entries, strays } = adopt(question, seen, isWhole);
  const progress = {
    since: lookUp.since,
    until: lookUp.until,
    ...(inChannel.reached && { channel: inChannel.reached }),
    ...(inThread.reached && { thread: inThread.reached }),
  };
  return {
    entries,
    strays,
    progress: isWhole ? undefined : progress,
    waitMs: Math.max(inChannel.waitMs, inThread.waitMs),
  };
}

function adopt(question: Question, seen: readonly Seen[], isWhole: boolean): { entries: Entries; strays: Stray[] } {
  const entries: Record<string, Entry> = { ...question.entries };
  const strays: Stray[] = [];
  for (const key of question.unsettled) {
    const entry = entries[key];
    if (!inDoubt(entry)) continue;
    const marker = markerKey(question.threadKey, key);
    const found = [...new Map(seen.filter((one) => one.marker?.key === marker).map((one) => [one.ts, one])).values()];
    const [oldest, ...others] = found.sort((a, b) => Number(a.ts) - Number(b.ts));

    if (oldest?.marker && oldest.user !== undefined) {
      const asWritten = oldest.marker.revision === entry.revision;
      entries[key] = {
        state: 'posted',
        revision: Math.max(entry.revision, oldest.marker.revision),
        // Another revision's content is not known by heart: an empty hash differs from all, so it is sent again.
        hash: asWritten ? entry.hash : '',
        ts: oldest.ts,
        author: oldest.user,
      };
    } else if (isWhole) {
      // Its first time and revision stay: should it land after all, a later look-up sees both and knows which is which.
      entries[key] = { ...entry, state: 'absent' };
    }
    for (const { ts, user } of others) if (user !== undefined) strays.push({ ts, author: user });
  }
  return { entries, strays };
}

function slackTime(ms: number): Ts {
  return ts((Math.max(0, ms) / 1000).toFixed(6));
}
