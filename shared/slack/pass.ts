import type { Clock } from '../base/clock.ts';
import { Park, Retry } from '../base/errors.ts';
import type { ChannelId, Ts, UserId } from '../base/names.ts';
import { type Agenda, notesOn, posted, type Step, statusKey, type Wanted } from './agenda.ts';
import { type Refusal, refusal } from './answer.ts';
import type { SlackClient } from './client.ts';
import type { Author, Installations } from './installation.ts';
import { markerKey } from './marker.ts';
import { onBehalf } from './notice.ts';
import type { Pace } from './pace.ts';
import { type Content, withFinePrint } from './text.ts';
import type { Entry, Stray, Thread, ThreadRef } from './thread-log.ts';
import type { Times } from './times.ts';

/** What became of a thread, for the worker's one log line and the metrics. */
export type Report = {
  posted: number;
  edited: number;
  adopted: number;
  /** Messages found twice, or left behind by a pass that had lost its lease: should be zero. */
  doubled: number;
};

/** Why a pass stopped calling, and what is to be done once its results are written. */
export type Stop =
  | { readonly next: 'again' }
  | { readonly next: 'hold'; readonly channel: ChannelId | 'all'; readonly code: string }
  | { readonly next: 'throw'; readonly error: Error };

type Tools = {
  readonly client: SlackClient;
  readonly installations: Installations;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly times: Times;
};

type Plan = {
  readonly ref: ThreadRef;
  readonly thread: Thread;
  readonly wanted: Wanted;
  readonly channel: ChannelId;
  readonly bot: Author;
  /** The person in whose name it is posted, or the app. */
  readonly poster: Author;
};

/** The calls of one pass, made under its lease, in order, each leaving its result in `entries`. */
export class Pass {
  /** The thread's messages as they are now known. */
  readonly entries: Record<string, Entry>;
  /** What earlier passes had left behind and this one set right. */
  readonly mended: { strays: Stray[]; resend: string[] } = { strays: [], resend: [] };
  /** What this pass leaves behind should its lease turn out to be lost: all that it posted and edited. */
  readonly traces: { strays: Stray[]; resend: string[] } = { strays: [], resend: [] };
  /** What it could not set right and has to leave to a later one, lease or no lease. */
  readonly left: { strays: Stray[]; resend: string[] } = { strays: [], resend: [] };

  /** How long an edit that Slack put off has to wait. */
  laterMs: number | undefined;

  readonly #tools: Tools;
  readonly #plan: Plan;
  readonly #until: number;
  readonly #report: Report;
  /** The person in whose name it is posted; the app, once the person was refused here. */
  #poster: Author;
  /** As whom something was posted or edited, by Slack user. */
  readonly used = new Map<UserId, Author>();
  #rootTs: Ts | undefined;
  /** Strays that were there until this pass deleted them: others were gone already. */
  readonly #removed = new Set<Stray>();

  constructor(tools: Tools, plan: Plan, budget: { readonly until: number; readonly report: Report }) {
    this.#tools = tools;
    this.#plan = plan;
    this.#until = budget.until;
    this.#report = budget.report;
    this.#poster = plan.poster;
    this.entries = { ...plan.thread.entries };
  }

  /** Removes strays, then carries out the steps until one of them stops the pass. What was not tried stays as it was. */
  async run(agenda: Agenda, steps: readonly Step[]): Promise<Stop | undefined> {
    this.#rootTs = agenda.rootTs;
    // A stray that turned out to be the message itself is forgotten, not removed.
    const kept = this.#plan.thread.strays.filter((stray) => !agenda.strays.includes(stray));
    this.mended.strays.push(...kept);
    for (const stray of agenda.strays) {
      const stop = await this.#remove(stray);
      if (stop) return stop;
      if (this.#removed.has(stray)) this.#report.doubled += 1;
    }
    for (const step of steps) {
      const stop = step.call === 'post' ? await this.#post(step) : await this.#edit(step, agenda.rootKey);
      if (stop) return stop;
    }
    return undefined;
  }

  async #post(step: Step): Promise<Stop | undefined> {
    const { ref, channel, bot } = this.#plan;
    const thread = step.place === 'reply' ? this.#rootTs : undefined;
    if (step.place === 'reply' && thread === undefined) return { next: 'again' };
    const marker = { key: markerKey(ref.key, step.key), revision: step.intent.revision };

    // What speaks for a root that nobody can edit any more has to stay editable: the app posts it.
    let author = step.key === statusKey ? bot : this.#poster;
    let withoutMetadata = false;
    let joined = false;
    for (;;) {
      if (!this.#hasTime()) {
        this.#restore(step.key);
        return outOfTime();
      }
      this.entries[step.key] = step.intent;
      const content = this.#contentOf(step, author);
      try {
        const { broadcast } = step.message;
        const sent = await this.#tools.client.post(author, {
          channel,
          content,
          marker,
          thread,
          broadcast,
          withoutMetadata,
        });
        if (thread !== undefined && sent.thread !== thread)
          return this.#misplaced(step, { ts: sent.ts, author: author.user });
        this.entries[step.key] = posted(step.intent, sent.ts, author.user);
        this.traces.strays.push({ ts: sent.ts, author: author.user });
        if (step.place === 'root') this.#rootTs = sent.ts;
        this.#report.posted += 1;
        this.used.set(author.user, author);
        return undefined;
      } catch (error) {
        const no = refusal(error, author.kind);
        if (no.kind === 'author') {
          await this.#refusedAuthor(author, no);
          this.#poster = bot;
          author = bot;
        } else if (no.kind === 'metadata' && !withoutMetadata) {
          withoutMetadata = true;
        } else if (no.code === 'not_in_channel' && !joined && (await this.#join())) {
          joined = true;
        } else {
          return this.#afterPost(step, no);
        }
      }
    }
  }

  /** Slack put the reply into the channel: its root is gone. The reply is taken back, and a new root comes first. */
  async #misplaced(step: Step, stray: Stray): Promise<Stop> {
    this.#restore(step.key);
    this.#rootIsGone();
    const stop = await this.#remove(stray);
    if (!this.mended.strays.includes(stray)) this.left.strays.push(stray);
    return stop ?? { next: 'again' };
  }

  async #afterPost(step: Step, no: Refusal): Promise<Stop> {
    const { ref, channel } = this.#plan;
    const { pace, times, clock } = this.#tools;
    if (no.kind === 'ambiguous') return this.#unsure(step, 'posted', no.code);
    this.#restore(step.key);
    switch (no.kind) {
      case 'wait':
        await pace.defer({ team: ref.team, channel }, clock.now() + no.afterMs, times.post);
        await pace.defer({ team: ref.team, method: 'post' }, clock.now() + no.afterMs, times.post);
        return { next: 'throw', error: Retry.waiting('Slack asked to wait before the next message.', no.afterMs) };
      case 'missing':
      case 'locked':
        this.#rootIsGone();
        return { next: 'again' };
      default:
        return this.#afterDefiniteNo(step, no);
    }
  }

  async #edit(step: Step & { call: 'edit' }, rootKey: string): Promise<Stop | undefined> {
    const { ref, channel, bot } = this.#plan;
    const { client, installations } = this.#tools;
    const author = step.author === bot.user ? bot : await installations.user(ref.team, step.author);
    if (!author) return this.#cannotEdit(step);
    const marker = { key: markerKey(ref.key, step.key), revision: step.intent.revision };
    const content = this.#contentOf(step, author);

    for (const withoutMetadata of [false, true]) {
      if (!this.#hasTime()) return outOfTime();
      this.entries[step.key] = step.intent;
      try {
        this.traces.resend.push(step.key);
        await client.update(author, { channel, ts: step.ts, content, marker, withoutMetadata });
        this.entries[step.key] = posted(step.intent, step.ts, author.user);
        // Only the notes that were there when this pass read: one that came since is about a text put there since.
        this.mended.resend.push(...notesOn(step.key, this.#plan.thread.resend));
        this.#report.edited += 1;
        this.used.set(author.user, author);
        return undefined;
      } catch (error) {
        const no = refusal(error, author.kind);
        if (no.kind === 'metadata' && !withoutMetadata) continue;
        return this.#afterEdit(step, no, author, rootKey);
      }
    }
    return undefined;
  }

  async #afterEdit(step: Step, no: Refusal, author: Author, rootKey: string): Promise<Stop | undefined> {
    const { ref } = this.#plan;
    const { times, clock, pace } = this.#tools;
    if (no.kind === 'ambiguous') return this.#unsure(step, 'edited', no.code);
    this.#restore(step.key);
    switch (no.kind) {
      case 'wait':
        // The edit is left for a later pass; the posts that follow are not its business.
        await pace.defer({ team: ref.team, method: 'edit' }, clock.now() + no.afterMs, times.edit);
        this.laterMs = Math.max(this.laterMs ?? 0, no.afterMs);
        return undefined;
      case 'author':
        await this.#refusedAuthor(author, no);
        return this.#cannotEdit(step);
      case 'fixed':
      case 'locked':
        return this.#cannotEdit(step);
      case 'missing':
        if (step.key === rootKey) {
          this.#rootIsGone(rootKey);
          return { next: 'again' };
        }
        this.entries[step.key] = { ...step.intent, state: 'gone' };
        return undefined;
      default:
        return this.#afterDefiniteNo(step, no);
    }
  }

  /** Nobody knows whether it is there: a later pass looks, or sends the edit again. */
  #unsure(step: Step, done: 'posted' | 'edited', code: string): Stop {
    const { clock, times } = this.#tools;
    this.entries[step.key] = { ...step.intent, state: 'unsure', lastAttempt: clock.now() };
    return failed(`Slack did not say whether a message was ${done} (${code}).`, times.settleMs);
  }

  /** What a no means that says the same to a post and to an edit. */
  async #afterDefiniteNo(step: Step, no: Refusal): Promise<Stop> {
    const { ref, bot, channel } = this.#plan;
    switch (no.kind) {
      case 'app':
        await this.#tools.installations.markDead(ref.team, bot, this.#tools.clock.now(), no.code);
        return { next: 'hold', channel: 'all', code: no.code };
      case 'destination':
        return { next: 'hold', channel, code: no.code };
      case 'payload':
      case 'metadata':
        return parked(step, no.code);
      default:
        return failed(`Slack refused a message for a reason that War Room does not know (${no.code}).`);
    }
  }

  /** The app names the person for whom it posts; a root names its owner anyway. */
  #contentOf({ message, place }: Step, author: Author): Content {
    const { wanted } = this.#plan;
    const isForSomebody = place === 'reply' && author.kind === 'bot' && wanted.author !== undefined;
    return isForSomebody ? withFinePrint(message.content, ...onBehalf(wanted.author.byline)) : message.content;
  }

  async #remove(stray: Stray): Promise<Stop | undefined> {
    const { ref, bot, channel } = this.#plan;
    const { client, installations, times } = this.#tools;
    const author = stray.author === bot.user ? bot : await installations.user(ref.team, stray.author);
    if (author) {
      if (!this.#hasTime()) return outOfTime();
      try {
        await client.remove(author, { channel, ts: stray.ts });
        this.#removed.add(stray);
      } catch (error) {
        const no = refusal(error, author.kind);
        if (no.kind === 'wait') {
          return { next: 'throw', error: Retry.waiting('Slack asked to wait before a removal.', no.afterMs) };
        }
        if (no.kind === 'ambiguous')
          return failed(`Slack did not say whether a message was removed (${no.code}).`, times.settleMs);
        await this.#refusedAuthor(author, no);
        // Gone already, or nobody's to remove any more: forgotten. Anything else is tried again in a later pass.
        const isOver = no.kind === 'missing' || no.kind === 'fixed' || no.kind === 'author';
        if (!isOver) return undefined;
      }
    }
    this.mended.strays.push(stray);
    return undefined;
  }

  async #join(): Promise<boolean> {
    try {
      const { bot, channel, wanted } = this.#plan;
      return (await this.#tools.client.unusable(bot, channel, wanted.isConfidential === true)) === undefined;
    } catch {
      return false;
    }
  }

  async #refusedAuthor(author: Author, no: Refusal): Promise<void> {
    const isDead = no.kind === 'author' && no.dead;
    if (isDead) await this.#tools.installations.markDead(this.#plan.ref.team, author, this.#tools.clock.now(), no.code);
  }

  /** It stays as it is; for a root, the next pass lets a status reply speak in its place. */
  #cannotEdit(step: Step): Stop | undefined {
    this.#restore(step.key);
    const entry = this.entries[step.key];
    if (entry) this.entries[step.key] = { ...entry, state: 'posted', fixed: true };
    return step.place === 'root' ? { next: 'again' } : undefined;
  }

  #rootIsGone(rootKey = this.#rootKey()): void {
    const root = rootKey === undefined ? undefined : this.entries[rootKey];
    if (rootKey !== undefined && root) this.entries[rootKey] = { ...root, state: 'gone' };
  }

  #rootKey(): string | undefined {
    return Object.keys(this.entries).find((key) => this.entries[key]?.ts === this.#rootTs);
  }

  #restore(key: string): void {
    const before = this.#plan.thread.entries[key];
    if (before) this.entries[key] = before;
    else delete this.entries[key];
  }

  /** No call starts that could not end inside this invocation, and so inside the lease. */
  #hasTime(): boolean {
    const { clock, times } = this.#tools;
    return clock.now() + times.callMs + times.marginMs <= this.#until;
  }
}

/** The next invocation may begin at once, but this one must not try again in what little is left of it. */
const outOfTime = (): Stop => ({
  next: 'throw',
  error: Retry.waiting('This invocation ends; the rest is done in the next.', 0),
});

function failed(sentence: string, delayMs?: number): Stop {
  return { next: 'throw', error: Retry.failed(sentence, delayMs === undefined ? {} : { delayMs }) };
}

function parked({ key }: Step, code: string): Stop {
  const which = key === 'root' ? 'the first message of the thread' : `the reply ${key} of the thread`;
  return { next: 'throw', error: new Park(code, `Slack will never take ${which} as War Room wrote it (${code}).`) };
}
