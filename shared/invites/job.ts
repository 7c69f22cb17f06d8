import type { Clock } from '../base/clock.ts';
import { Retry } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { TeamId } from '../base/names.ts';
import type { Report } from '../base/report.ts';
import type { Compose, Outbox } from '../slack/outbox.ts';
import type { Content } from '../slack/text.ts';
import type { ThreadRef } from '../slack/thread-log.ts';
import type { Companies } from './company.ts';
import type { DayStore } from './day-store.ts';
import { type Invited, type InviteParts, invite } from './invite.ts';
import { type LinkTrouble, linkTrouble, stillWorks } from './link.ts';
import type { LinkStore } from './link-store.ts';
import { look } from './look.ts';
import { dueShards, inviteShards, type LearnerRef } from './store.ts';
import { dayThread, summary, type Trouble, troubleNotice, troubleThread } from './summary.ts';
import { type SweepParts, type Swept, sweep } from './sweep.ts';
import type { SyncStore } from './sync-store.ts';
import type { KeptTrouble, TroubleStore } from './trouble-store.ts';

export type JobParts = InviteParts &
  SweepParts & {
    readonly companies: Companies;
    readonly syncs: SyncStore;
    readonly days: DayStore;
    readonly troubles: TroubleStore;
    readonly links: LinkStore;
    readonly outbox: Pick<Outbox, 'sync'>;
    readonly clock: Clock;
    readonly lines: Log;
    readonly report: Report;
  };

/** What a run did. */
export type Ran = {
  readonly looked: number;
  readonly invited: number;
  readonly turnedAway: number;
  readonly swept: readonly Swept[];
  readonly told: number;
};

/** As many are read from one shard at once, and worked on side by side. */
const atOnce = 200;
const sideBySide = 12;

/** A team whose app is not there, or refused, is looked at again after so long (ms). */
const absentMs = 3_600_000;

/** The shares of a run: learners are looked at, then invited, then everybody is swept; the rest is for telling. */
const shares = { look: 0.45, invite: 0.65, sweep: 0.9 } as const;

/**
 * One run of the room, each minute: looks at the learners about whom something has changed, invites who may be invited, goes on
 * with the sweeps that are due, and tells the ops channels what came of it. Every part may end anywhere and is gone on with
 * by the next run; two runs at once do no harm.
 */
export async function run(until: number, parts: JobParts): Promise<Ran> {
  const { clock, companies } = parts;
  const began = clock.now();
  const end = (share: number) => began + (until - began) * share;
  companies.forget();
  const looked = await lookAtDue(end(shares.look), parts);
  const { invited, turnedAway } = await inviteDue(end(shares.invite), parts);
  const swept = await sweepDue(end(shares.sweep), parts);
  // What the sweep has found is looked at in this run, if there is time.
  const again = await lookAtDue(end(shares.sweep), parts);
  const told = await tellDue(until, parts);
  return { looked: looked + again, invited, turnedAway, swept, told };
}

async function lookAtDue(until: number, parts: JobParts): Promise<number> {
  const { store, syncs, clock } = parts;
  const begun = new Set<TeamId>();
  let looked = 0;
  for (const shard of dueShards) {
    for (
      let due = await store.due(shard, clock.now(), atOnce);
      due.length > 0;
      due = await store.due(shard, clock.now(), atOnce)
    ) {
      if (clock.now() >= until) return looked;
      const done = await eachOf(due, until, parts, async (ref) => {
        await look(ref, parts);
        // From its first learner on a team is swept.
        if (!begun.has(ref.team)) {
          begun.add(ref.team);
          await syncs.begin(ref.team, clock.now());
        }
      });
      looked += done;
      // The index may lag behind, and what failed is still in it.
      if (due.length < atOnce || done === 0) break;
    }
  }
  return looked;
}

async function inviteDue(
  until: number,
  parts: JobParts,
): Promise<{ readonly invited: number; readonly turnedAway: number }> {
  const { store, clock } = parts;
  const teams = new Map<TeamId, Turn>();
  const refs: LearnerRef[] = [];
  for (const shard of inviteShards) refs.push(...(await store.due(shard, clock.now(), atOnce)));
  for (const ref of refs) {
    const turn = teams.get(ref.team) ?? (await Turn.of(ref.team, parts));
    teams.set(ref.team, turn);
    if (clock.now() >= until) break;
    await guarded(ref, parts, () => turn.take(ref, until));
  }
  for (const turn of teams.values()) await turn.end();
  const sum = (of: (turn: Turn) => number) => [...teams.values()].reduce((all, turn) => all + of(turn), 0);
  return { invited: sum((turn) => turn.invited), turnedAway: sum((turn) => turn.turnedAway) };
}

/** The invitations of one team in one run: so many, at their pace, until something keeps them from going out. */
class Turn {
  invited = 0;
  turnedAway = 0;
  #stop: Extract<Invited, { kind: 'stop' }> | undefined;
  readonly #team: TeamId;
  readonly #company: Awaited<ReturnType<Companies['of']>>;
  readonly #paused: KeptTrouble | undefined;
  readonly #parts: JobParts;

  private constructor(
    team: TeamId,
    company: Awaited<ReturnType<Companies['of']>>,
    paused: KeptTrouble | undefined,
    parts: JobParts,
  ) {
    [this.#team, this.#company, this.#paused, this.#parts] = [team, company, paused, parts];
  }

  static async of(team: TeamId, parts: JobParts): Promise<Turn> {
    return new Turn(team, await parts.companies.of(team), await parts.troubles.read(team), parts);
  }

  async take(ref: LearnerRef, until: number): Promise<void> {
    const { store, clock, scale } = this.#parts;
    const { bot, provider, settings } = this.#company;
    const waits = this.#waitsUntil();
    if (waits !== undefined || !bot || !provider || !settings) {
      await store.postpone(ref, waits ?? clock.now() + absentMs * scale);
      return;
    }
    if (this.invited + this.turnedAway >= settings.rules.perRun) return;
    const outcome = await invite(ref, { bot, provider }, this.#parts);
    if (outcome.kind === 'stop') this.#stop = outcome;
    else if (outcome.kind === 'refused') this.turnedAway += 1;
    else if (outcome.kind !== 'not needed') this.invited += 1;
    const isPaced = outcome.kind !== 'not needed' && outcome.kind !== 'stop';
    if (isPaced) await clock.sleep(Math.max(0, Math.min(provider.intervalMs * scale, until - clock.now())));
  }

  /** Keeps what stands in the way of this team, or that nothing does any more. */
  async end(): Promise<void> {
    const { troubles, clock } = this.#parts;
    const { provider, malformed } = this.#company;
    const warning = await this.#linkTrouble();
    const code = this.#stop?.isSetup ? this.#stop.code : malformed ? 'settings' : warning;
    const before = await troubles.read(this.#team);
    if (code !== undefined) {
      const stops = this.#stop?.isSetup || malformed !== undefined;
      const pausedUntil = stops ? clock.now() + absentMs * this.#parts.scale : 0;
      const isSame = before?.code === code && !before.isOver;
      const since = isSame ? before.since : clock.now();
      const isTold = isSame && before.isTold;
      await troubles.keep(this.#team, { code, provider: provider?.name, since, isOver: false, pausedUntil, isTold });
    } else if (before && !before.isOver && this.invited + this.turnedAway > 0) {
      await troubles.keep(this.#team, { ...before, isOver: true, isTold: false, pausedUntil: 0 });
    }
  }

  #waitsUntil(): number | undefined {
    const { clock } = this.#parts;
    if (this.#stop) return clock.now() + this.#stop.afterMs;
    const paused = this.#paused;
    return paused && !paused.isOver && paused.pausedUntil > clock.now() ? paused.pausedUntil : undefined;
  }

  async #linkTrouble(): Promise<LinkTrouble | undefined> {
    const { links, clock } = this.#parts;
    const way = this.#company.settings?.way;
    if (way?.kind !== 'link') return undefined;
    const trouble = linkTrouble(way.link, await links.sent(this.#team, way.link), clock.now());
    return trouble !== undefined && stillWorks(trouble) ? trouble : undefined;
  }
}

async function sweepDue(until: number, parts: JobParts): Promise<Swept[]> {
  const { syncs, companies, clock, lines, scale } = parts;
  const swept: Swept[] = [];
  for (const team of await syncs.due(clock.now(), atOnce)) {
    if (clock.now() >= until) break;
    await guarded({ team, learner: '' }, parts, async () => {
      const { bot } = await companies.of(team);
      if (!bot) {
        const read = await syncs.read(team);
        await syncs.write(team, read, { dueAt: clock.now() + absentMs * scale });
        return;
      }
      const done = await sweep(team, bot, until, parts);
      lines.info('invites sweep', {
        team,
        ...done.sweep,
        cursor: undefined,
        pages: done.pages,
        done: done.done,
        refused: done.refused,
      });
      swept.push(done);
    });
  }
  return swept;
}

/** Tells the ops channels of the days on which something changed, and of what keeps invitations from going out. */
async function tellDue(until: number, parts: JobParts): Promise<number> {
  const { days, troubles, companies, clock } = parts;
  let told = 0;
  const due = await days.due(clock.now(), atOnce);
  for (const day of due) {
    const tell = async () => {
      const ref = dayThread(day.team, day.day);
      // Read once it is this thread's turn, so that the message says what is kept by then.
      if (!(await post(ref, async () => summary(day.day, await days.steps(day.team, day.day)), until, parts))) return;
      await days.told(day);
      told += 1;
    };
    await guarded({ team: day.team, learner: '' }, parts, tell);
  }
  for (const team of companies.known()) {
    const trouble = await troubles.read(team);
    if (!trouble || trouble.isTold) continue;
    await guarded({ team, learner: '' }, parts, async () => {
      const shown: Trouble = trouble;
      if (!(await post(troubleThread(team, trouble), () => troubleNotice(shown), until, parts))) return;
      if (trouble.isOver) await troubles.forget(team);
      else await troubles.keep(team, { ...trouble, isTold: true });
      told += 1;
    });
  }
  return told;
}

/** Says something in the ops channel, in one message. False: nobody can be told now. */
async function post(
  ref: ThreadRef,
  content: () => Content | Promise<Content>,
  until: number,
  { companies, outbox }: JobParts,
): Promise<boolean> {
  const { record, bot } = await companies.of(ref.team);
  if (!record || !bot) return false;
  const destination = {
    channel: record.channels.ops,
    row: 'ops',
    why: 'What changed in the workspace goes to the ops channel.',
  };
  const compose: Compose = async (read) => ({
    root: { key: 'root', content: await content() },
    replies: [],
    destination: read.destination ?? destination,
  });
  const report = { posted: 0, edited: 0, adopted: 0, doubled: 0 };
  return (await outbox.sync(ref, compose, { until, report })) === 'done';
}

/** Does something with each, some at once, and answers with how many it was done. */
async function eachOf(
  refs: readonly LearnerRef[],
  until: number,
  parts: JobParts,
  work: (ref: LearnerRef) => Promise<void>,
): Promise<number> {
  const waiting = [...refs];
  let done = 0;
  const one = async () => {
    for (let ref = waiting.shift(); ref && parts.clock.now() < until; ref = waiting.shift()) {
      const it = ref;
      if (await guarded(it, parts, () => work(it))) done += 1;
    }
  };
  await Promise.all(Array.from({ length: Math.min(sideBySide, refs.length) }, one));
  return done;
}

/** What fails with one learner, or one team, fails alone: it stays due, and the next run comes to it again. */
async function guarded(
  { team, learner }: LearnerRef,
  { report, lines }: Pick<JobParts, 'report' | 'lines'>,
  work: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof Retry && error.waiting) lines.info('invites wait', { team, learner, why: error.message });
    else report(error, { where: 'invites sync', team, learner });
    return false;
  }
}
