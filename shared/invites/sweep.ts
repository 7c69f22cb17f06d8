import type { Clock } from '../base/clock.ts';
import { Retry } from '../base/errors.ts';
import type { TeamId } from '../base/names.ts';
import type { Enrollment } from '../courses/enrollment.ts';
import { isErased } from '../courses/nameless.ts';
import { type Refusal, refusal } from '../slack/answer.ts';
import type { Author } from '../slack/installation.ts';
import { nextAt } from './hours.ts';
import type { Manner } from './look.ts';
import type { Members, MembersPage } from './members-client.ts';
import { sight } from './sight.ts';
import { addressOf } from './standing.ts';
import type { InviteStore, Kept } from './store.ts';
import { type Counts, noCounts, type Sweep, type Sync, type SyncStore } from './sync-store.ts';

export type SweepParts = {
  readonly store: InviteStore;
  readonly syncs: SyncStore;
  readonly members: Pick<Members, 'page'>;
  readonly enrolments: { enrollmentsOf(team: TeamId, after?: string): AsyncIterable<Enrollment> };
  readonly manner: (team: TeamId) => Promise<Manner>;
  readonly clock: Clock;
  /** From one page of members to the next, in milliseconds: Slack gives twenty a minute. */
  readonly intervalMs: number;
  /** What waits are multiplied with; 1 where time is what it is. */
  readonly scale: number;
};

/** What a run of the sweep did. `refused`: Slack's code for why it did not go on. */
export type Swept = {
  readonly pages: number;
  readonly done: boolean;
  readonly sweep: Sweep | undefined;
  readonly refused?: string | undefined;
};

/** As many enrolments are compared at once. */
const batch = 100;
/** Who is at work gives the lease back; it ends by itself so long after the time in which they meant to be done. */
const marginMs = 30_000;
/** A sweep whose cursors Slack keeps refusing waits for the next night, as does one that Slack will not have. */
const restartsAtMost = 5;
const laterMs = 3_600_000;

/**
 * Goes on with the sweep of a team, or begins it: every member as Slack lists them, page by page at Slack's pace, then every
 * enrolment. What was read is kept before the cursor moves, and the page is counted as it moves; so a run may end anywhere,
 * and another goes on there. A cursor that Slack does not take any more begins the list anew. Who is not in the list is not
 * touched. Returns by `until` (ms), or once all is done.
 */
export async function sweep(team: TeamId, bot: Author, until: number, parts: SweepParts): Promise<Swept> {
  const { syncs, clock, scale } = parts;
  const read = await syncs.read(team);
  if (read.version === 0 || read.leasedUntil > clock.now() || (read.dueAt ?? 0) > clock.now()) {
    return { pages: 0, done: false, sweep: read.sweep };
  }
  const begun: Sweep = read.sweep ?? {
    phase: 'members',
    cursor: undefined,
    startedAt: clock.now(),
    counts: noCounts,
    restarts: 0,
    runs: 0,
  };
  const lease = { leasedUntil: until + marginMs * scale, sweep: { ...begun, runs: begun.runs + 1 } };
  const taken = await syncs.write(team, read, lease);
  if (!taken) return { pages: 0, done: false, sweep: read.sweep };
  const run = new Run(team, bot, until, taken, parts);
  await run.members();
  await run.enrolments();
  return run.leave();
}

/** One run, which holds the lease. */
class Run {
  readonly #team: TeamId;
  readonly #bot: Author;
  readonly #until: number;
  readonly #with: SweepParts;
  #sync: Sync;
  #pages = 0;
  #refused: string | undefined;
  /** When it goes on (ms), if something keeps it from going on now. */
  #later: number | undefined;

  constructor(team: TeamId, bot: Author, until: number, sync: Sync, parts: SweepParts) {
    [this.#team, this.#bot, this.#until, this.#sync, this.#with] = [team, bot, until, sync, parts];
  }

  async members(): Promise<void> {
    const { store, clock, intervalMs } = this.#with;
    while (this.#goesOn('members')) {
      const sweep = this.#sweep();
      const page = await this.#page(sweep.cursor);
      if (!page) continue;
      // The first page of a run may be one that the run before had begun.
      await sight(this.#team, page.sightings, store, clock.now(), this.#pages === 0);
      this.#pages += 1;
      const counts = counted(sweep.counts, page);
      const next: Sweep =
        page.cursor === undefined
          ? { ...sweep, counts, phase: 'enrolments', cursor: undefined }
          : { ...sweep, counts, cursor: page.cursor };
      await this.#move(next);
      if (next.phase === 'enrolments') return;
      if (clock.now() + intervalMs >= this.#until) this.#later = clock.now() + intervalMs;
      else await clock.sleep(intervalMs);
    }
  }

  /** Has every learner looked at whose enrolments are not as they were when somebody last looked, or who is not known yet. */
  async enrolments(): Promise<void> {
    if (!this.#goesOn('enrolments')) return;
    const { enrolments } = this.#with;
    const manner = await this.#with.manner(this.#team);
    let waiting: Enrollment[] = [];
    const { cursor } = this.#sweep();
    for await (const each of enrolments.enrollmentsOf(this.#team, cursor)) {
      waiting.push(each);
      if (waiting.length < batch) continue;
      await this.#compare(waiting, manner);
      waiting = [];
      if (!this.#goesOn('enrolments')) return;
    }
    await this.#compare(waiting, manner);
    await this.#end(manner);
  }

  /** Gives the lease back. */
  async leave(): Promise<Swept> {
    const { syncs, clock } = this.#with;
    const sweep = this.#sync.sweep;
    const done = sweep === undefined;
    const dueAt = done ? this.#sync.dueAt : (this.#later ?? clock.now());
    await syncs.write(this.#team, this.#sync, { leasedUntil: 0, dueAt });
    const last = sweep ?? this.#sync.done;
    return { pages: this.#pages, done, sweep: last, ...(this.#refused !== undefined && { refused: this.#refused }) };
  }

  #goesOn(phase: Sweep['phase']): boolean {
    if (this.#sync.sweep?.phase !== phase || this.#later !== undefined) return false;
    return this.#with.clock.now() < this.#until;
  }

  #sweep(): Sweep {
    const { sweep } = this.#sync;
    if (!sweep) throw new Error('No sweep is under way.');
    return sweep;
  }

  async #page(cursor: string | undefined): Promise<MembersPage | undefined> {
    try {
      return await this.#with.members.page(this.#bot, this.#team, cursor);
    } catch (error) {
      await this.#afterRefusal(refusal(error, this.#bot.kind));
      return undefined;
    }
  }

  async #afterRefusal(refused: Refusal): Promise<void> {
    const { clock, scale } = this.#with;
    const sweep = this.#sweep();
    if (refused.kind === 'wait') {
      this.#later = clock.now() + refused.afterMs;
      return;
    }
    if (refused.code === 'invalid_cursor' && sweep.cursor !== undefined && sweep.restarts < restartsAtMost) {
      await this.#move({ ...sweep, cursor: undefined, counts: noCounts, restarts: sweep.restarts + 1 });
      return;
    }
    this.#refused = refused.code;
    this.#later = clock.now() + (refused.kind === 'ambiguous' ? this.#with.intervalMs : laterMs * scale);
  }

  async #compare(enrolments: readonly Enrollment[], { invites }: Manner): Promise<void> {
    const last = enrolments.at(-1);
    if (!last) return;
    const { store, clock } = this.#with;
    const known = await store.learners(
      this.#team,
      enrolments.map(({ learner }) => learner.id),
    );
    for (const each of enrolments) {
      if (isLookedAt(each, known.get(each.learner.id), invites)) continue;
      await store.wake({ team: this.#team, learner: each.learner.id }, clock.now());
    }
    const sweep = this.#sweep();
    const counts = { ...sweep.counts, enrolments: sweep.counts.enrolments + enrolments.length };
    await this.#move({ ...sweep, counts, cursor: last.id });
  }

  async #end({ rules, zone }: Manner): Promise<void> {
    const { clock } = this.#with;
    const done = { ...this.#sweep(), doneAt: clock.now() };
    await this.#write({ sweep: undefined, done, dueAt: nextAt(clock.now(), zone, rules.syncAt) });
  }

  #move(sweep: Sweep): Promise<void> {
    return this.#write({ sweep });
  }

  async #write(next: Partial<Sync>): Promise<void> {
    const written = await this.#with.syncs.write(this.#team, this.#sync, next);
    if (!written) throw Retry.waiting('Somebody else has taken over the sweep of this workspace.', 0);
    this.#sync = written;
  }
}

function counted(before: Counts, { sightings, skipped }: MembersPage): Counts {
  const of = (standing: 'accepted' | 'invited' | 'deactivated') =>
    before[standing] + sightings.filter((each) => each.standing === standing).length;
  return {
    members: before.members + sightings.length + skipped,
    accepted: of('accepted'),
    invited: of('invited'),
    deactivated: of('deactivated'),
    skipped: before.skipped + skipped,
    enrolments: before.enrolments,
  };
}

/** Whether an enrolment is what it was when its learner was last looked at, and nobody waits for an invitation in vain. */
function isLookedAt({ id, status, learner }: Enrollment, kept: Kept | undefined, invites: boolean): boolean {
  const details = kept?.details;
  if (kept?.dueAt !== undefined || isErased({ learner })) return true;
  if (!details || details.enrolments[id] !== status || details.name !== learner.name) return false;
  if (status !== 'ended' && details.address !== addressOf(learner.email)) return false;
  return !(invites && details.state === 'PENDING' && status === 'active' && details.turnedAway === undefined);
}
