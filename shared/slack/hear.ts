import type { Clock } from '../base/clock.ts';
import { Retry } from '../base/errors.ts';
import type { TeamId } from '../base/names.ts';
import { arrived, deleted, type Heard } from './heard.ts';
import type { Held, Hold, Wake } from './held.ts';
import { partsOf } from './marker.ts';
import type { Moved } from './moved.ts';
import type { JoinedNews, News, PersonNews, RenamedNews, VanishedNews } from './news.ts';
import type { Revocations } from './revocation.ts';
import type { Thread, ThreadLog, ThreadRef } from './thread-log.ts';
import type { Times } from './times.ts';

export type HearParts = {
  readonly revocations: Revocations;
  readonly held: Held;
  readonly moved: Moved;
  readonly log: ThreadLog;
  readonly clock: Pick<Clock, 'now'>;
  readonly times: Pick<Times, 'callMs'>;
  /** Has a held thread tried again. */
  readonly wake: (wake: Wake) => Promise<void>;
  /** Has a thread told again by the room that tells it; nothing where no room does. */
  readonly wakeThread: (ref: ThreadRef) => Promise<void>;
  /** Tells the rooms that keep something of people, or channels of their own. */
  readonly tellRooms: (news: News & (PersonNews | VanishedNews | RenamedNews | JoinedNews)) => Promise<void>;
};

/** What came of a piece of news, for the log. */
export type Consequence =
  | 'nothing'
  | 'marked dead'
  | 'known'
  | 'gone'
  | 'doubled'
  | 'moved'
  | 'passed on'
  | { readonly woken: number };

/** A message whose thread others keep writing to is heard again later. */
const attempts = 5;

/**
 * Acts on what happened in Slack. It may run again at any time: each step sets what is so, and waking twice is harmless. It
 * posts nothing and reads no token. Throws `Retry.waiting` where somebody is at work on the thread.
 */
export async function hear(news: News, parts: HearParts): Promise<Consequence> {
  const { revocations, moved } = parts;
  const { team } = news;
  switch (news.what) {
    case 'uninstalled':
      await revocations.uninstalled(team, news.at);
      return 'marked dead';
    case 'revoked':
      await revocations.revoked(team, news.at, news);
      return 'marked dead';
    case 'installed':
      return { woken: await wakeTeam(team, parts) };
    case 'opened':
      return { woken: await wakeHold({ team, channel: news.channel }, parts) };
    case 'joined': {
      const isApp = news.user === (await revocations.botUser(team));
      if (!isApp) return 'nothing';
      await parts.tellRooms(news);
      return { woken: await wakeHold({ team, channel: news.channel }, parts) };
    }
    case 'moved':
      await moved.record(team, news.from, news.channel, news.at);
      await revocations.moveChannel(team, news.from, news.channel);
      await wakeHold({ team, channel: news.from }, parts);
      return 'moved';
    case 'person':
    case 'vanished':
    case 'renamed':
      await parts.tellRooms(news);
      return 'passed on';
    case 'posted': {
      const author = news.author ?? (await revocations.botUser(team));
      if (author === undefined) return 'nothing';
      const { revision } = news.marker;
      return hearOf(news, (thread, key, now) => arrived(thread, { ...news, key, author, revision }, now), parts);
    }
    case 'deleted':
      return hearOf(news, (thread, key, now) => deleted(thread, { ...news, key }, now), parts);
  }
}

/** Wakes every thread that a reinstall may free: those that wait for the app, and those that wait for what it may do. */
async function wakeTeam(team: TeamId, parts: HearParts): Promise<number> {
  let woken = 0;
  for (const hold of await parts.held.of(team)) woken += await wakeHold(hold, parts);
  return woken;
}

async function wakeHold(hold: Hold, { held, wake, clock }: HearParts): Promise<number> {
  return held.wakeAll(hold, wake, () => clock.now());
}

/** Records what was said of one message, if the thread is free for it. */
async function hearOf(
  news: News & { readonly what: 'posted' | 'deleted' },
  say: (thread: Thread, key: string, now: number) => Heard,
  { log, clock, times, wakeThread }: HearParts,
): Promise<Consequence> {
  const named = partsOf(news.marker);
  if (!named) return 'nothing';
  const ref = { team: news.team, key: named.thread };
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const thread = await log.read(ref);
    const heard = say(thread, named.message, clock.now());
    switch (heard.kind) {
      case 'nothing':
        return 'nothing';
      case 'wait':
        // Usually the other pass gives its lease back long before it would end.
        throw Retry.waiting('A pass is at work on this thread.', Math.min(heard.ms, times.callMs));
      case 'known':
        if (!(await log.hear(ref, thread, clock.now(), heard.entries))) continue;
        if (heard.wake) await wakeThread(ref);
        return news.what === 'posted' ? 'known' : 'gone';
      case 'doubled':
        await log.note(ref, { strays: [heard.stray], resend: [] });
        await wakeThread(ref);
        return 'doubled';
      case 'wake':
        await wakeThread(ref);
        return 'gone';
    }
  }
  throw Retry.waiting('Others keep writing to this thread.', times.callMs);
}
