import type { WholeTable } from '../aws/whole-table.ts';
import type { Clock } from '../base/clock.ts';
import type { Doomed, Erased, Step } from '../base/erasing.ts';
import type { ChannelId, TeamId, Ts, UserId } from '../base/names.ts';
import { refusal } from './answer.ts';
import type { SlackClient } from './client.ts';
import type { Author, Installations } from './installation.ts';
import { type Entry, isRoot, readThread, type Thread, type ThreadLog, type ThreadRef } from './thread-log.ts';

export type TakingBackParts = {
  readonly messages: WholeTable;
  readonly log: ThreadLog;
  readonly installations: Pick<Installations, 'bot' | 'user'>;
  readonly client: Pick<SlackClient, 'remove'>;
  readonly clock: Clock;
  /** Between two calls, in milliseconds: Slack takes some fifty deletions a minute. */
  readonly intervalMs: number;
};

/**
 * Which messages: those of all threads, of some, or those that one person is the author of; all of them, or no roots, or those
 * that Slack lets nobody edit any more.
 */
export type Which = {
  readonly threads?: ReadonlySet<string>;
  readonly author?: UserId;
  readonly repliesAlone?: boolean;
  readonly fixedAlone?: boolean;
};

/** So often a call is made, or a result written, before it is given up. */
const tries = 5;

/**
 * Takes messages back out of Slack, each as the author who posted it, replies before their root. What is taken back is noted
 * at once, so that an erasure that was stopped does not begin anew; a message that is not there any more counts as taken back.
 */
export function takingBack(team: TeamId, which: Which, parts: TakingBackParts): Step {
  return {
    what: 'messages in Slack',
    once: true,
    find: async function* () {
      for await (const { ref, thread } of threadsOf(team, which, parts)) {
        for (const doomed of messagesOf(ref, thread, which, parts)) yield doomed;
      }
    },
  };
}

/** How many messages of these threads nobody can edit any more: they are a person's whose consent has ended. */
export async function uneditable(team: TeamId, which: Which, parts: TakingBackParts): Promise<number> {
  const bot = await parts.installations.bot(team);
  const able = new Map<string, boolean>();
  let count = 0;
  for await (const { thread } of threadsOf(team, which, parts)) {
    for (const { author, state, ts } of Object.values(thread.entries)) {
      if (author === undefined || ts === undefined || state === 'gone' || author === bot?.user) continue;
      const known = able.get(author) ?? (await parts.installations.user(team, author)) !== undefined;
      able.set(author, known);
      if (!known) count += 1;
    }
  }
  return count;
}

async function* threadsOf(
  team: TeamId,
  { threads }: Which,
  { messages, log }: TakingBackParts,
): AsyncGenerator<{ readonly ref: ThreadRef; readonly thread: Thread }> {
  if (threads) {
    for (const key of threads) yield { ref: { team, key }, thread: await log.read({ team, key }) };
    return;
  }
  const prefix = `${team}#thread#`;
  for await (const item of messages.itemsOf(team)) {
    if (!item.pk.startsWith(prefix)) continue;
    yield { ref: { team, key: item.pk.slice(prefix.length) }, thread: readThread(item) };
  }
}

function* messagesOf(
  ref: ThreadRef,
  thread: Thread,
  { author, repliesAlone = false, fixedAlone = false }: Which,
  parts: TakingBackParts,
): Generator<Doomed> {
  const { destination, entries, strays } = thread;
  if (!destination) return;
  const { channel } = destination;
  const keys = Object.keys(entries).sort((a, b) => Number(isRoot(a)) - Number(isRoot(b)));
  for (const stray of fixedAlone ? [] : strays) {
    if (author === undefined || stray.author === author) yield () => remove(ref.team, channel, stray, parts);
  }
  for (const key of keys) {
    const entry = entries[key];
    if ((repliesAlone && isRoot(key)) || (fixedAlone && !entries[key]?.fixed)) continue;
    if (!entry || entry.state === 'gone' || (author !== undefined && entry.author !== author)) continue;
    const { ts, author: by } = entry;
    if (ts === undefined || by === undefined) {
      if (entry.state === 'absent') continue;
      yield async () => ({ stays: 'Slack never said whether it was posted. Look for it in the channel.' });
    } else {
      yield () => takeBack(ref, channel, { key, ts, author: by }, author === undefined, parts);
    }
  }
}

type Message = { readonly key: string; readonly ts: Ts; readonly author: UserId };

/**
 * Takes one message back. Slack tells when a message goes, and another root would follow this one at once: `forGood` has it
 * noted first that this is meant.
 */
async function takeBack(
  ref: ThreadRef,
  channel: ChannelId,
  { key, ts, author }: Message,
  forGood: boolean,
  parts: TakingBackParts,
): Promise<Erased> {
  const meant = forGood && { takenBack: true as const };
  if (forGood && isRoot(key) && !(await note(ref, key, ts, { takenBack: true }, parts))) return busy;
  const removed = await remove(ref.team, channel, { ts, author }, parts);
  if (removed !== 'erased') return removed;
  return (await note(ref, key, ts, { state: 'gone', ...meant }, parts)) ? 'erased' : busy;
}

const busy: Erased = { stays: 'Somebody kept writing to its thread: run this again.' };

async function remove(
  team: TeamId,
  channel: ChannelId,
  { ts, author: by }: { readonly ts: Ts; readonly author: UserId },
  { installations, client, clock, intervalMs }: TakingBackParts,
): Promise<Erased> {
  const bot = await installations.bot(team);
  const author: Author | undefined = by === bot?.user ? bot : await installations.user(team, by);
  if (!author) {
    return {
      stays: 'War Room may not act for its author any more. Only they, or an admin of the workspace, can delete it.',
    };
  }
  let code = '';
  for (let attempt = 0; attempt < tries; attempt += 1) {
    await clock.sleep(intervalMs);
    try {
      await client.remove(author, { channel, ts });
      return 'erased';
    } catch (error) {
      const no = refusal(error, author.kind);
      if (no.kind === 'missing') return 'erased';
      code = no.code;
      if (no.kind === 'wait') await clock.sleep(no.afterMs);
      else if (no.kind !== 'ambiguous') break;
    }
  }
  return { stays: `Slack did not delete it (${code}). An admin of the workspace can.` };
}

/** Notes something of a message, if it is still this one. False: others kept writing. A pass at work is waited for. */
async function note(
  ref: ThreadRef,
  key: string,
  ts: Ts,
  change: Partial<Entry>,
  { log, clock, intervalMs }: TakingBackParts,
): Promise<boolean> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const thread = await log.read(ref);
    const entry = thread.entries[key];
    if (entry?.ts !== ts) return true;
    if (await log.hear(ref, thread, clock.now(), { ...thread.entries, [key]: { ...entry, ...change } })) return true;
    await clock.sleep(Math.max(intervalMs, (thread.lease?.until ?? 0) - clock.now() + 1));
  }
  return false;
}
