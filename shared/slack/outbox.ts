import type { Clock } from '../base/clock.ts';
import { Retry } from '../base/errors.ts';
import type { ChannelId, TeamId } from '../base/names.ts';
import { type Agenda, agendaOf, rootsOf, type Step, type Wanted } from './agenda.ts';
import { type Refusal, refusal } from './answer.ts';
import type { SlackClient } from './client.ts';
import type { Held, Hold, Wake } from './held.ts';
import type { Author, Installations } from './installation.ts';
import { restoredNotice, waitingNotice } from './notice.ts';
import type { Pace } from './pace.ts';
import { Pass, type Report } from './pass.ts';
import { settle } from './settle.ts';
import type { Content } from './text.ts';
import type { Destination, Thread, ThreadLog, ThreadRef } from './thread-log.ts';
import type { Times } from './times.ts';

export type Outcome = 'done' | 'held';

/** Asked once a pass, after the thread is read: what should it look like? Undefined: nothing to tell yet. */
export type Compose = (thread: Thread) => Promise<Wanted | undefined>;

type Dependencies = {
  readonly log: ThreadLog;
  readonly pace: Pace;
  readonly held: Held;
  readonly installations: Installations;
  readonly client: SlackClient;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly times: Times;
};

/** What a pass needs beside the thread. `until` (ms) is when the invocation ends. */
type Budget = { readonly until: number; readonly wake?: Wake; readonly report: Report };

const passes = 6;
const rememberedMs = 10 * 60_000;

/**
 * The only place that posts to Slack. `sync` closes the difference between what a thread should look like and what it
 * does, so that each wanted message is there once, whatever crashes: an intent is written before each call and its
 * result after it, and a call whose answer never came is looked up by its marker before anything is sent again.
 *
 * What it cannot promise: Slack has no idempotency key. If Slack executes a call more than the settle time after the
 * client gave up, and the look-up came before it, there are two; the next pass that looks removes one.
 */
export class Outbox {
  readonly #with: Dependencies;
  /** Channels in which the app was a member a short while ago; a post that is refused after all holds the thread. */
  readonly #memberUntil = new Map<string, number>();

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  /**
   * Makes the thread what `compose` says. `held`: nobody can write there now; a person was told, and `wake` is kept to
   * try again. Throws `Retry` when it has to wait or an attempt failed, `Park` when a person must look at the message.
   */
  async sync(ref: ThreadRef, compose: Compose, budget: Budget): Promise<Outcome> {
    for (let pass = 0; pass < passes; pass += 1) {
      const outcome = await this.#pass(ref, compose, budget);
      if (outcome !== 'again') return outcome;
    }
    throw Retry.waiting('Others keep writing to this thread.', this.#with.times.settleMs / 10);
  }

  /** Keeps a thread until somebody mends what keeps it from being told; `all` when that is the whole workspace. */
  async hold(ref: ThreadRef, channel: ChannelId | 'all', code: string, budget: Budget): Promise<void> {
    const bot = channel === 'all' ? undefined : await this.#with.installations.bot(ref.team);
    await this.#hold(ref, { team: ref.team, channel }, code, bot, budget);
  }

  /** A held thread got through: the hold forgets it, and with the last one the notice says so. */
  async release(ref: ThreadRef, channel: ChannelId, budget: Budget): Promise<void> {
    const { held, installations } = this.#with;
    for (const hold of [
      { team: ref.team, channel },
      { team: ref.team, channel: 'all' },
    ] as const) {
      const reason = await held.reason(hold);
      if (!reason || (await held.release(hold, ref)) > 0 || hold.channel === 'all') continue;
      const team = await installations.team(ref.team);
      if (team && team.channels.ops !== channel) {
        await this.#notice(
          hold.channel,
          ref.team,
          team.channels.ops,
          reason.since,
          restoredNotice(channel, reason),
          budget,
        );
      }
    }
  }

  /** One pass: read, compose, compare; lease and intents in one write; calls; results and lease in one write. */
  async #pass(ref: ThreadRef, compose: Compose, budget: Budget): Promise<Outcome | 'again'> {
    const { log, clock, installations, times } = this.#with;
    const thread = await log.read(ref);
    const heldFor = (thread.lease?.until ?? 0) - clock.now();
    if (heldFor >= 0) throw Retry.waiting('Another pass is at work on this thread.', heldFor + 1);

    const wanted = await compose(thread);
    if (!wanted) return 'done';
    const agenda = agendaOf(thread, wanted, clock.now(), times.settleMs);
    if (agenda.steps.length + agenda.strays.length + agenda.unsettled.length === 0) return whenIdle(agenda);

    const destination = thread.destination ?? wanted.destination;
    const bot = await installations.bot(ref.team);
    if (!bot) return this.#hold(ref, { team: ref.team, channel: 'all' }, 'not_installed', undefined, budget);
    const poster = (wanted.author && (await installations.admin(ref.team, wanted.author.adminId))) ?? bot;
    // Decrypted before the lease: a key service that fails must not leave intents behind.
    await Promise.all([bot.token(), poster.token()]);
    if (agenda.unsettled.length > 0) return this.#settle(ref, thread, agenda, destination, bot, budget);

    if (agenda.rootTs === undefined) {
      const refused = await this.#usable(bot, destination.channel);
      if (refused) return this.#afterRefusal(ref, refused, destination.channel, bot, budget);
    }
    const turn = await this.#takeTurn(ref.team, destination.channel, agenda);

    const owner = this.#with.newId();
    const intents = Object.fromEntries(turn.steps.map((step) => [step.key, step.intent]));
    const begun = await log.begin(
      ref,
      thread,
      { owner, now: clock.now(), until: budget.until + times.settleMs },
      { destination, entries: { ...thread.entries, ...intents } },
    );
    if (!begun) return 'again';

    const pass = new Pass(this.#with, { ref, thread, wanted, channel: destination.channel, bot, poster }, budget);
    const stop = await pass.run(agenda, turn.steps);
    const failed = stop?.next === 'throw' && !(stop.error instanceof Retry && stop.error.waiting);
    if (!(await log.finish(ref, owner, { entries: pass.entries, mended: pass.mended, failed }))) {
      return this.#disown(ref, pass, budget);
    }

    if (stop?.next === 'throw') throw stop.error;
    if (stop?.next === 'hold')
      return this.#hold(ref, { team: ref.team, channel: stop.channel }, stop.code, bot, budget);
    if (stop?.next === 'again') return 'again';
    const laterMs = pass.laterMs ?? turn.laterMs;
    if (laterMs !== undefined) throw Retry.waiting('Edits in this workspace have to wait their turn.', laterMs);
    return whenIdle(agenda);
  }

  /** Looks up what got no answer, records what was found, and lets the next pass go on from there. */
  async #settle(
    ref: ThreadRef,
    thread: Thread,
    agenda: Agenda,
    destination: Destination,
    bot: Author,
    budget: Budget,
  ): Promise<Outcome | 'again'> {
    const { log, client, clock } = this.#with;
    const now = clock.now();
    const roots = rootsOf(thread.entries);
    const question = { threadKey: ref.key, channel: destination.channel, roots, now };
    let settled: Awaited<ReturnType<typeof settle>>;
    try {
      settled = await settle(client, bot, { ...question, ...thread, unsettled: agenda.unsettled });
    } catch (error) {
      return this.#afterRefusal(ref, refusal(error, 'bot'), destination.channel, bot, budget);
    }
    if (settled.strays.length > 0) {
      budget.report.doubled += settled.strays.length;
      await log.note(ref, { strays: settled.strays, resend: [] });
    }
    const read = settled.strays.length > 0 ? await log.read(ref) : thread;
    await log.adopt(ref, read, clock.now(), settled.entries, settled.progress);
    budget.report.adopted += agenda.unsettled.filter((key) => settled.entries[key]?.state === 'posted').length;
    if (settled.progress) throw Retry.waiting('The look-up in Slack goes on later.', settled.waitMs);
    return 'again';
  }

  /** Reserves the pace of what this pass sends. Refused posts give the record back; refused edits wait for later. */
  async #takeTurn(
    team: TeamId,
    channel: ChannelId,
    { steps }: Agenda,
  ): Promise<{ readonly steps: readonly Step[]; readonly laterMs: number | undefined }> {
    const { pace, clock, times } = this.#with;
    const posts = steps.filter((step) => step.call === 'post');
    const edits = steps.filter((step) => step.call === 'edit');
    let waitMs = 0;
    if (posts.length > 0) {
      const told = await pace.waitMs({ team, method: 'post' }, times.post, clock.now());
      if (told > times.patienceMs) throw Retry.waiting('Slack asked this workspace to wait.', told);
      const turn = await pace.reserve({ team, channel }, posts.length, times.post, clock.now(), times.patienceMs);
      if (!turn.granted) throw Retry.waiting('This channel has to wait its turn.', turn.waitMs);
      waitMs = Math.max(told, turn.waitMs);
    }
    let laterMs: number | undefined;
    if (edits.length > 0) {
      const turn = await pace.reserve(
        { team, method: 'edit' },
        edits.length,
        times.edit,
        clock.now(),
        times.patienceMs,
      );
      if (turn.granted) waitMs = Math.max(waitMs, turn.waitMs);
      else laterMs = turn.waitMs;
    }
    if (posts.length === 0 && laterMs !== undefined) throw Retry.waiting('This edit has to wait its turn.', laterMs);
    if (waitMs > 0) await clock.sleep(waitMs);
    return { steps: laterMs === undefined ? steps : posts, laterMs };
  }

  /** Undefined when the app is a member of the channel, so that it can look its own messages up there. */
  async #usable(bot: Author, channel: ChannelId): Promise<Refusal | undefined> {
    const id = `${bot.user} ${channel}`;
    const { client, clock } = this.#with;
    if ((this.#memberUntil.get(id) ?? 0) > clock.now()) return undefined;
    try {
      const code = await client.unusable(bot, channel);
      if (code) return { kind: 'destination', code };
      this.#memberUntil.set(id, clock.now() + rememberedMs);
      return undefined;
    } catch (error) {
      return refusal(error, 'bot');
    }
  }

  /** What a refused question (not a post) means for the thread: nothing was sent. */
  async #afterRefusal(
    ref: ThreadRef,
    refused: Refusal,
    channel: ChannelId,
    bot: Author,
    budget: Budget,
  ): Promise<Outcome> {
    const { installations, clock } = this.#with;
    if (refused.kind === 'app') {
      await installations.markDead(ref.team, bot, clock.now(), refused.code);
      return this.#hold(ref, { team: ref.team, channel: 'all' }, refused.code, undefined, budget);
    }
    if (refused.kind === 'destination') return this.#hold(ref, { team: ref.team, channel }, refused.code, bot, budget);
    if (refused.kind === 'wait')
      throw Retry.waiting('Slack asked to wait before answering a question.', refused.afterMs);
    throw Retry.failed(`Slack did not answer a question about a channel (${refused.code}).`);
  }

  async #hold(ref: ThreadRef, hold: Hold, code: string, bot: Author | undefined, budget: Budget): Promise<Outcome> {
    const { held, installations, client, clock } = this.#with;
    // A notice has nothing to wake it: whoever wanted it told has another way.
    if (!budget.wake) return 'held';
    const { reason, threads } = await held.add(hold, ref, budget.wake, { code, since: clock.now() });
    const team = await installations.team(ref.team);
    if (!bot || !team || hold.channel === 'all') return 'held';

    const content = waitingNotice(hold.channel, reason, threads);
    const told =
      team.channels.ops !== hold.channel &&
      (await this.#notice(hold.channel, ref.team, team.channels.ops, reason.since, content, budget)) === 'done';
    if (!told && (await held.tell(hold))) await client.whisper(bot, team.installer, content);
    return 'held';
  }

  #notice(
    about: ChannelId,
    team: TeamId,
    ops: ChannelId,
    since: number,
    content: Content,
    budget: Budget,
  ): Promise<Outcome> {
    const destination = { channel: ops, row: 'ops', why: 'Notices about waiting threads go to the ops channel.' };
    const wanted = { destination, root: { key: 'root', content }, replies: [] };
    const { until, report } = budget;
    return this.sync({ team, key: `held#${about}#${since}` }, async () => wanted, { until, report });
  }

  /**
   * This pass lost its lease while it was calling: another one has taken over and may have sent the same. What this one
   * posted must go unless the other adopted it, and what it edited may now show an older text.
   */
  async #disown(ref: ThreadRef, pass: Pass, budget: Budget): Promise<never> {
    const { strays, resend } = pass.traces;
    budget.report.doubled += strays.length;
    if (strays.length + resend.length > 0) await this.#with.log.note(ref, { strays, resend });
    throw Retry.waiting('This pass lost its lease; the next one sets right what it left.', this.#with.times.settleMs);
  }
}

function whenIdle(agenda: Agenda): Outcome {
  if (agenda.waitMs === undefined) return 'done';
  throw Retry.waiting('A call got no answer; its outcome is looked up later.', agenda.waitMs);
}
