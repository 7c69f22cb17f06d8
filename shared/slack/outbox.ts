import type { Clock } from '../base/clock.ts';
import { Retry } from '../base/errors.ts';
import type { ChannelId, TeamId } from '../base/names.ts';
import { type Agenda, agendaOf, openFor, rootsOf, type Wanted } from './agenda.ts';
import { type Refusal, refusal } from './answer.ts';
import type { SlackClient } from './client.ts';
import type { Held, Wake } from './held.ts';
import { Holding } from './holding.ts';
import type { Author, Installations } from './installation.ts';
import { Membership } from './membership.ts';
import type { Moved } from './moved.ts';
import type { Pace, PaceClass } from './pace.ts';
import { Pass, type Report, type Stop } from './pass.ts';
import { Reconnecting } from './reconnecting.ts';
import { type Settled, settle } from './settle.ts';
import type { Destination, Thread, ThreadLog, ThreadRef } from './thread-log.ts';
import type { Times } from './times.ts';
import { takeTurn } from './turn.ts';

/** `held`: nobody can write there now; a person was told, and the thread is tried again. */
export type Outcome = 'done' | 'held';

/** Asked once a pass, after the thread is read: what should it look like? Undefined: nothing to tell yet. */
export type Compose = (thread: Thread) => Promise<Wanted | undefined>;

/**
 * `until` (ms) is when the invocation ends; `wake` is what has a held thread tried again. `as`: the room whose threads go after
 * those of others; absent for payments, and for what the ops channel is told.
 */
export type Budget = {
  readonly until: number;
  readonly report: Report;
  readonly wake?: Wake;
  readonly as?: PaceClass;
};

type Dependencies = {
  readonly log: ThreadLog;
  readonly pace: Pace;
  readonly held: Held;
  readonly moved: Moved;
  readonly installations: Installations;
  readonly client: SlackClient;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly times: Times;
  /** Whether the company still wants messages posted in this person's name, by its own id for them. */
  readonly mayPostAs: (team: TeamId, adminId: string) => Promise<boolean>;
  /** Where people allow anew that messages are posted as them. */
  readonly reconnectUrl: string | undefined;
};

/** A thread that keeps changing under the passes of one record gives the record back after so many. */
const passes = 6;

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
  readonly #membership: Membership;
  readonly #holding: Holding;
  readonly #reconnecting: Reconnecting;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
    this.#membership = new Membership(dependencies.client, dependencies.clock);
    this.#holding = new Holding(dependencies);
    this.#reconnecting = new Reconnecting(dependencies);
  }

  /**
   * Makes the thread what `compose` says. Throws `Retry` when it has to wait or an attempt failed, `Park` when Slack
   * will never take a message as it is.
   *
   * Afterwards the people of the team are told whose token Slack has refused, in this pass or in one that did not come to it.
   * What keeps them from being told has the record come again: the thread itself is done then, and costs nothing.
   */
  async sync(ref: ThreadRef, compose: Compose, budget: Budget): Promise<Outcome> {
    const outcome = await this.#sync(ref, compose, budget);
    const { until, report } = budget;
    await this.#reconnecting.tell(ref.team, until, (its, about) => this.#sync(its, about, { until, report }));
    return outcome;
  }

  async #sync(ref: ThreadRef, compose: Compose, budget: Budget): Promise<Outcome> {
    for (let pass = 0; pass < passes; pass += 1) {
      const outcome = await this.#pass(ref, compose, budget);
      if (outcome !== 'again') return outcome;
    }
    throw Retry.waiting('Others keep writing to this thread.', this.#with.times.settleMs / 10);
  }

  /** Keeps a thread until somebody mends what keeps it from being told; `all` when that is the whole workspace. */
  async hold(ref: ThreadRef, channel: ChannelId | 'all', code: string, budget: Budget, bot?: Author): Promise<Outcome> {
    const { wake } = budget;
    // A notice has nothing to wake it: whoever wanted it told has another way.
    if (wake) await this.#holding.hold({ team: ref.team, channel }, ref, wake, code, bot, this.#teller(budget));
    return 'held';
  }

  async #pass(ref: ThreadRef, compose: Compose, budget: Budget): Promise<Outcome | 'again'> {
    const { log, clock, installations, times } = this.#with;

    // 1. The thread first, then (in compose) its facts, both consistent: facts are at least as new as the version.
    const thread = await log.read(ref);
    const heldFor = (thread.lease?.until ?? 0) - clock.now();
    // Usually the other pass gives its lease back long before it would end.
    if (heldFor >= 0)
      throw Retry.waiting('Another pass is at work on this thread.', Math.min(heldFor + 1, times.callMs));

    // 2. What should be there, compared with what is. Nothing to do: nothing is written.
    const wanted = await compose(thread);
    if (!wanted) return this.#done(ref, thread, budget);
    const agenda = agendaOf(thread, wanted, clock.now(), times.settleMs);
    if (agenda.steps.length + agenda.strays.length + agenda.unsettled.length === 0) {
      if (agenda.waitMs === undefined) return this.#done(ref, thread, budget);
      throw Retry.waiting('A call got no answer; its outcome is looked up later.', agenda.waitMs);
    }
    if (!this.#hasTime(budget)) throw Retry.waiting('This invocation ends; the rest is done in the next.', 0);

    const destination = thread.destination ?? wanted.destination;
    const { channel } = destination;
    const bot = await installations.bot(ref.team);
    if (!bot) return this.hold(ref, 'all', 'not_installed', budget);
    const poster = (wanted.author && (await this.#person(ref.team, wanted.author.adminId))) ?? bot;
    // Decrypted before the lease: a key service that fails must not leave intents behind.
    await Promise.all([bot.token(), poster.token()]);
    if (agenda.unsettled.length > 0) return this.#settle(ref, thread, agenda, destination, bot, budget);

    const { isConfidential = false } = wanted;
    const isAsked = agenda.rootTs === undefined || (isConfidential && agenda.steps.some(({ call }) => call === 'post'));
    const refused = isAsked ? await this.#membership.refusal(bot, channel, isConfidential) : undefined;
    if (refused) return this.#afterRefusal(ref, refused, destination, bot, budget);
    const turn = await takeTurn(this.#with, { team: ref.team, channel }, agenda.steps, budget.as);

    // 3. The lease and every intent in one write, unless somebody has written since 1. The root's fixes the destination.
    const owner = this.#with.newId();
    const lease = { owner, now: clock.now(), until: budget.until + times.settleMs };
    const intents = Object.fromEntries(turn.steps.map((step) => [step.key, step.intent]));
    const entries = { ...thread.entries, ...intents };
    if (!(await log.begin(ref, thread, lease, { destination, entries }))) return 'again';

    // 4. The calls.
    const pass = new Pass(this.#with, { ref, thread, wanted, channel, bot, poster }, budget);
    const stop = await pass.run(agenda, turn.steps);

    // What the pass could not set right is noted first: the results forget how it came about.
    if (pass.left.strays.length > 0) await log.note(ref, pass.left);

    // 5. The results in one write, which gives the lease back, unless it was lost.
    const results = { entries: pass.entries, mended: pass.mended, failed: isFailure(stop) };
    if (!(await log.finish(ref, owner, results))) return this.#disown(ref, owner, pass);
    for (const author of pass.used.values()) {
      if (author.kind === 'user') await installations.used(ref.team, author, clock.now());
    }

    if (stop?.next === 'again') return 'again';
    if (stop?.next === 'hold' && stop.channel === 'all') return this.hold(ref, 'all', stop.code, budget, bot);
    if (stop?.next === 'hold') return this.#unusable(ref, stop.code, destination, bot, budget);
    if (stop?.next === 'throw') throw stop.error;
    const laterMs = pass.laterMs ?? turn.laterMs;
    if (laterMs !== undefined) throw Retry.waiting('The rest of this thread has to wait its turn.', laterMs);
    const openMs = openFor(pass.entries, clock.now(), times.settleMs);
    if (openMs !== undefined) throw Retry.waiting('A message was posted again; the first try may still land.', openMs);
    return this.#done(ref, thread, budget);
  }

  /** As whom it is posted, where that person allowed it and still works for the company. */
  async #person(team: TeamId, adminId: string): Promise<Author | undefined> {
    const person = await this.#with.installations.admin(team, adminId);
    return person && (await this.#with.mayPostAs(team, adminId)) ? person : undefined;
  }

  /** Looks up what got no answer, records what was found, and lets the next pass go on from there. */
  async #settle(
    ref: ThreadRef,
    thread: Thread,
    { unsettled }: Agenda,
    destination: Destination,
    bot: Author,
    budget: Budget,
  ): Promise<Outcome | 'again'> {
    const { log, client, clock, pace, times } = this.#with;
    const lane = { team: ref.team, method: 'lookUp' } as const;
    const { patienceMs } = times;
    const askedMs = await pace.waitMs(lane, times.lookUp, { now: clock.now(), patienceMs, as: budget.as });
    if (askedMs > 0) throw Retry.waiting('Slack asked to wait before the next look-up.', askedMs);
    const { entries, lookUp } = thread;
    const roots = rootsOf(entries);
    const { channel } = destination;
    const question = { threadKey: ref.key, channel, roots, entries, unsettled, lookUp, now: clock.now() };
    let settled: Settled;
    try {
      const limits = { hasTime: () => this.#hasTime(budget), retryMs: times.settleMs };
      settled = await settle(client, bot, question, limits);
    } catch (error) {
      return this.#afterRefusal(ref, refusal(error, 'bot'), destination, bot, budget);
    }
    if (!(await log.adopt(ref, thread, clock.now(), settled))) return 'again';
    budget.report.adopted += unsettled.filter((key) => settled.entries[key]?.state === 'posted').length;
    if (settled.waitMs > 0) await pace.defer(lane, clock.now() + settled.waitMs, times.lookUp);
    if (settled.progress) throw Retry.waiting('The look-up in Slack goes on later.', settled.waitMs);
    return 'again';
  }

  /** What a refused question (not a post) means for the thread: nothing was sent. */
  async #afterRefusal(
    ref: ThreadRef,
    refused: Refusal,
    destination: Destination,
    bot: Author,
    budget: Budget,
  ): Promise<Outcome | 'again'> {
    const { installations, clock } = this.#with;
    switch (refused.kind) {
      case 'app':
        await installations.markDead(ref.team, bot, clock.now(), refused.code);
        return this.hold(ref, 'all', refused.code, budget);
      case 'destination':
        return this.#unusable(ref, refused.code, destination, bot, budget);
      case 'wait':
        throw Retry.waiting('Slack asked to wait before answering a question.', refused.afterMs);
      default:
        // Nothing is at stake: nobody knows more than before, and the question is asked again.
        throw Retry.waiting(`Slack did not answer a question (${refused.code}).`, this.#with.times.settleMs);
    }
  }

  /**
   * Nobody can write to this channel: the thread is held. Unless Slack has given the channel another id, which is asked only
   * here; then the thread goes on under that one.
   */
  async #unusable(
    ref: ThreadRef,
    code: string,
    destination: Destination,
    bot: Author,
    budget: Budget,
  ): Promise<Outcome | 'again'> {
    const { log, moved } = this.#with;
    const { channel } = destination;
    const now = code === 'channel_not_found' ? await moved.of(ref.team, channel) : undefined;
    if (now === undefined) return this.hold(ref, channel, code, budget, bot);
    await log.move(ref, channel, { ...destination, channel: now });
    return 'again';
  }

  /**
   * This pass lost its lease while it was calling: another one has taken over and may have sent the same. What this one
   * posted must go unless the other adopted it, and what it edited may now show an older text.
   */
  async #disown(ref: ThreadRef, owner: string, { traces }: Pass): Promise<never> {
    const resend = traces.resend.map((key) => `${key} ${owner}`);
    if (traces.strays.length + resend.length > 0) await this.#with.log.note(ref, { ...traces, resend });
    throw Retry.waiting('This pass lost its lease; the next one sets right what it left.', this.#with.times.settleMs);
  }

  /** It is as it should be. A thread that was held until now is given free. */
  async #done(ref: ThreadRef, { heldIn }: Thread, budget: Budget): Promise<Outcome> {
    if (heldIn) await this.#holding.release({ team: ref.team, channel: heldIn }, ref, this.#teller(budget));
    return 'done';
  }

  /** Whether a call that starts now would end before the invocation does. */
  #hasTime({ until }: Budget): boolean {
    const { clock, times } = this.#with;
    return clock.now() + times.callMs + times.marginMs <= until;
  }

  #teller({ until, report }: Budget) {
    return async (ref: ThreadRef, notice: Wanted) =>
      (await this.#sync(ref, async () => notice, { until, report })) === 'done';
  }
}

function isFailure(stop: Stop | undefined): boolean {
  return stop?.next === 'throw' && !(stop.error instanceof Retry && stop.error.waiting);
}
