import type { Clock } from '../base/clock.ts';
import { Retry } from '../base/errors.ts';
import type { ChannelId, UserId } from '../base/names.ts';
import type { Wanted } from '../slack/agenda.ts';
import type { Channels } from '../slack/channels.ts';
import type { Author, Installations, Team } from '../slack/installation.ts';
import type { Moved } from '../slack/moved.ts';
import type { Budget, Compose, Outbox, Outcome } from '../slack/outbox.ts';
import { rootOf } from '../slack/permalink.ts';
import { shortName } from '../slack/person-name.ts';
import type { Thread, ThreadLog } from '../slack/thread-log.ts';
import type { Times } from '../slack/times.ts';
import { readersOf } from './accounts.ts';
import type { Chain, Chains } from './chain.ts';
import { ensureChannel } from './channel.ts';
import { type Fused, signOf } from './fused.ts';
import { type LostParts, leaveLost, tellLost } from './lost.ts';
import type { Fuse } from './membership.ts';
import { render } from './message.ts';
import { driftOf, nextNight, nightNotice, nightOf } from './night.ts';
import { fusedNotice, goneNotice, troubleNotice, waitingNotice } from './notice.ts';
import { isPassedId } from './passed.ts';
import { renderPassed } from './passed-message.ts';
import type { PassedStore } from './passed-store.ts';
import type { AgentRef, CallStore } from './store.ts';
import { type Synced, syncMembers } from './sync.ts';
import { tellOps } from './tell-ops.ts';
import { type Found, isOpen, type Trouble, troubleAfter } from './trouble.ts';
import { heldWake, threadRef, type Wake } from './wake.ts';

export type TellDependencies = {
  readonly store: CallStore;
  readonly passed: Pick<PassedStore, 'read'>;
  readonly chains: Chains;
  readonly channels: Channels;
  readonly installations: Installations;
  readonly log: ThreadLog;
  readonly moved: Pick<Moved, 'of'>;
  readonly held: LostParts['held'];
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly times: Times;
  readonly fuse: Fuse;
  /** For so long (ms) the members of a channel stand as they were made, unless the directory changes. */
  readonly rememberedMs: number;
};

/** What telling came to. `waiting`: a person has to mend what the ops channel was told, and then it is posted. */
export type Told = Outcome | 'nothing' | 'waiting';

/** A call that waits for a person is looked at again after this long, live. */
const againMs = 10 * 60_000;

/** A directory that changes under a plan has it made anew so often, before the record comes back later. */
const roundsAtMost = 4;

/**
 * Makes Slack say what is stored of a call, or of a lead that was passed to somebody, in the private channel of that agent,
 * whose members are made right before: the agent, everybody above, and nobody else. Whatever woke it, it may run again at any time.
 *
 * Throws `Retry` and `Park` as the outbox does, and `Retry` where Slack does not say who somebody is.
 */
export async function tell(wake: Wake, given: Budget, dependencies: TellDependencies): Promise<Told> {
  if (wake.cause === 'night') return compare(wake, given, dependencies);
  const { store, installations, outbox, log } = dependencies;
  const [ref, budget] = [threadRef(wake), { ...given, wake: heldWake(wake), as: 'calls' } as const];
  const thread = await log.read(ref);
  const wanted = await wantedOf(wake, '', thread, dependencies);
  const [team, bot] = [await installations.team(wake.team), await installations.bot(wake.team)];
  if (!wanted?.thread) {
    // Perhaps it waited until now, for somebody or for a channel.
    if (team) await endWait(wake, '', team, given, dependencies);
    if (thread.heldIn) await outbox.sync(ref, async () => undefined, budget);
    if (wanted) await store.clearDue(wake.team, wake.call, wanted.revision);
    return 'nothing';
  }
  if (!team || !bot) return outbox.hold(ref, 'all', team ? 'not_installed' : 'no_workspace', budget);

  const { destination } = thread;
  const isLost = destination !== undefined && (await store.lost(wake, destination.channel)) !== undefined;
  if (isLost && (await leaveLost(ref, thread, dependencies)) === 'over') {
    await endWait(wake, '', team, given, dependencies);
    await store.clearDue(wake.team, wake.call, wanted.revision);
    return 'nothing';
  }
  const place = await placeOf(wake, isLost ? undefined : destination?.channel, team, bot, budget, dependencies);
  if ('code' in place) return wait(wake, place, team, budget, dependencies);
  if (place.refused?.code === 'channel_not_found' && !(await dependencies.channels.isShown(bot, place.channel))) {
    return wait(wake, { code: 'lost', name: place.name }, team, budget, dependencies);
  }
  if (place.refused?.kind === 'app') {
    await installations.markDead(team.id, bot, dependencies.clock.now(), place.refused.code);
    return outbox.hold(ref, 'all', place.refused.code, budget);
  }

  if (destination && !isLost && destination.channel !== place.channel) {
    // Slack has given the channel another id: a person's token, asked about the old one, would look as if they had left.
    await log.move(ref, destination.channel, { ...destination, channel: place.channel });
  }

  let revision = 0;
  const compose: Compose = async (read) => {
    const now = await wantedOf(wake, place.name, read, dependencies);
    if (!now?.thread) return undefined;
    revision = now.revision;
    const why = 'The channel of the agent’s calls.';
    return {
      ...now.thread,
      isConfidential: true,
      destination: read.destination ?? { channel: place.channel, row: 'calls', why },
    };
  };
  const outcome = await outbox.sync(ref, compose, budget);
  const trouble =
    place.refused && outcome === 'done' ? await unread(wake, place.refused.code, dependencies) : place.trouble;
  if (trouble) await tellTrouble(wake, place.channel, trouble, team, given, outbox);
  if (trouble && !isOpen(trouble)) await store.forgetTrouble(wake);
  if (place.after !== undefined) await tellInstead(wake, place.channel, place.after, given, dependencies);
  await endWait(wake, place.name, team, given, dependencies);
  await store.clearDue(wake.team, wake.call, revision);
  return outcome;
}

/**
 * What a thread should look like, and by which revision of what is kept; undefined where nothing is. There is nothing to tell of what was
 * taken back, nor of a lead that somebody else has by now, unless its first message is there.
 */
async function wantedOf(
  { team, agent, call }: Wake,
  name: string,
  { entries }: Thread,
  { store, passed }: TellDependencies,
): Promise<{ readonly thread: Omit<Wanted, 'destination'> | undefined; readonly revision: number } | undefined> {
  if (isPassedId(call)) {
    const kept = await passed.read(team, call);
    const isOver = kept?.erased === 'taken back' || (kept?.isOver && rootOf(entries) === undefined);
    return kept && { thread: isOver ? undefined : renderPassed(kept.passed), revision: kept.revision };
  }
  const kept = await store.call(team, call);
  if (!kept || kept.erased === 'taken back') return kept && { thread: undefined, revision: kept.revision };
  const author = { adminId: agent, byline: [shortName(name) || 'the agent'] };
  return { thread: { ...render(call, kept.call, name, kept.replies), author }, revision: kept.revision };
}

/**
 * Compares the members of an agent's channel with who should be there, at night: they follow who moves and leaves also where nobody
 * calls. How it was found is kept and told before it is put right.
 */
async function compare(ref: AgentRef, budget: Budget, dependencies: TellDependencies): Promise<Told> {
  const { store, chains, installations, outbox, clock } = dependencies;
  const [kept, team] = [await store.channel(ref), await installations.team(ref.team)];
  const bot = await installations.bot(ref.team);
  const own = await chains.chainOf(ref.team, ref.agent);
  // Of an agent who is not in the directory any more those are left who were above them last.
  const chain = own ?? (await chains.leftOf(ref.team, (await store.synced(ref))?.above ?? []));
  if (kept && team && !own) await tellGone(ref, kept.id, team, budget, outbox);
  const drift = kept && team && bot && chain && (await driftOf(ref, kept.id, chain, team, bot, dependencies));
  if (drift) {
    const night = nightOf(clock.now());
    await store.keepDrift(team.id, night, drift, clock.now());
    // Other channels are compared at the same time: what is kept is read once it is this one's turn to tell.
    const notice = async () => nightNotice(night, await store.drifts(team.id, night));
    await tellOps({ team: team.id, key: `calls-night#${night}` }, notice, team, budget, outbox);
  }
  // Somebody may have removed by hand whom War Room asked about.
  if (kept && team && bot && chain && (drift || (await store.fused(ref)))) {
    const place = await madeRight(ref, kept.id, chain, team, bot, budget, dependencies, 'whoever the agent is');
    if ('channel' in place && place.trouble) await tellTrouble(ref, kept.id, place.trouble, team, budget, outbox);
    const fused = await store.fused(ref);
    if (fused && (await store.waiting(ref)).calls.length === 0) {
      await tellFused(ref, fused, false, team, budget, outbox);
    }
  }
  await store.postponeNight(ref, nextNight(ref.agent, clock.now()));
  return drift ? 'done' : 'nothing';
}

/** A new channel took the place of one that was deleted. */
async function tellInstead(
  ref: AgentRef,
  channel: ChannelId,
  after: ChannelId,
  budget: Budget,
  dependencies: TellDependencies,
): Promise<void> {
  await tellLost(ref, after, channel, budget, dependencies);
  await dependencies.store.settleChannel(ref, channel);
}

/** Said once of an agent: nobody in the directory has their id any more. */
async function tellGone(
  { agent }: AgentRef,
  channel: ChannelId,
  team: Team,
  budget: Budget,
  outbox: Outbox,
): Promise<void> {
  await tellOps(
    { team: team.id, key: `calls-gone#${agent}#${channel}` },
    () => goneNotice(agent, channel),
    team,
    budget,
    outbox,
  );
}

function aboveIn({ people }: Chain, { agent }: AgentRef): string[] {
  return people.map(({ id }) => id).filter((id) => id !== agent);
}

/** The channel took the message, and yet Slack did not say who is in it. */
async function unread(ref: AgentRef, code: string, { store, clock }: TellDependencies): Promise<Trouble | undefined> {
  const trouble = troubleAfter(await store.trouble(ref), { missing: [], stayed: [], unread: code }, clock.now());
  if (trouble) await store.keepTrouble(ref, trouble);
  return trouble;
}

/** Where a call can be posted; or Slack's or our code that says why nowhere, yet. */
type Place =
  | {
      readonly channel: ChannelId;
      readonly name: string;
      /** The one that was deleted before, where nobody was told that this one took its place. */
      readonly after?: ChannelId | undefined;
      readonly trouble?: Trouble | undefined;
      /** What Slack said of the whole channel, or the app. */
      readonly refused?: Synced['refused'];
    }
  | { readonly code: string; readonly name?: string };

/** The channel of an agent, its members as they should be by the directory as it stands at the end. */
async function placeOf(
  ref: AgentRef,
  posted: ChannelId | undefined,
  team: Team,
  bot: Author,
  budget: Budget,
  dependencies: TellDependencies,
): Promise<Place> {
  const { store, chains } = dependencies;
  let chain = await chains.chainOf(ref.team, ref.agent);
  for (let round = 0; round < roundsAtMost; round += 1) {
    if (!chain) return { code: 'unknown' };
    const [{ name, active }] = chain.people;
    if (!active) return { code: 'left', name };
    const kept = posted ?? (await store.channel(ref))?.id;
    if (kept !== undefined && (await isRemembered(ref, kept, chain, team, dependencies))) {
      // What was found then may still have to be told: a worker may have stopped in between.
      return { channel: kept, name, after: await replaced(ref, kept, store), trouble: await store.trouble(ref) };
    }

    const place = await madeRight(ref, kept, chain, team, bot, budget, dependencies);
    if ('code' in place || place.refused) return place;
    const again: Chain | undefined = await chains.chainOf(ref.team, ref.agent);
    if (again?.version === chain.version) return { ...place, after: await replaced(ref, place.channel, store) };
    chain = again;
  }
  throw Retry.waiting('The directory changes while the members of a channel are made right.', 1_000);
}

/** The channel of the agent that this one took the place of, where nobody was told yet. */
async function replaced(
  ref: AgentRef,
  channel: ChannelId,
  store: Pick<CallStore, 'channel'>,
): Promise<ChannelId | undefined> {
  const own = await store.channel(ref);
  return own?.id === channel ? own.after : undefined;
}

/** Makes the channel, if there is none, and its members those of `chain`. */
async function madeRight(
  ref: AgentRef,
  kept: ChannelId | undefined,
  chain: Chain,
  team: Team,
  bot: Author,
  budget: Budget,
  dependencies: TellDependencies,
  when: 'the agent reads them' | 'whoever the agent is' = 'the agent reads them',
): Promise<Place> {
  const { store, channels, moved, log, outbox, clock, times, fuse } = dependencies;
  const [{ name }] = chain.people;
  // Read before Slack is asked about anybody: what is heard meanwhile makes it another one.
  const version = await versionOf(chain, team, store);
  const readers = await readersOf(ref.team, chain.people, bot, { store, channels, clock, scale: times.scale });
  const own = readers[0]?.standing.kind ?? 'absent';
  if (when === 'the agent reads them' && own !== 'member' && own !== 'guest') return { code: own, name };
  const made = kept === undefined ? await ensureChannel(ref, name, bot, dependencies) : { channel: { id: kept } };
  if ('refused' in made) return { code: made.refused, name };
  const channel = made.channel.id;

  const hasTime = () => clock.now() + times.callMs + times.marginMs <= budget.until;
  const asked = await store.fused(ref);
  const approved = asked?.decision?.kind === 'approved' ? asked.users : undefined;
  const room = { channel, bot, readers, protected: team.protectedPeople ?? [], approved };
  const { plan, ...found } = await syncMembers(room, { channels, clock, hasTime, fuse });
  if (found.refused) {
    const elsewhere = found.refused.code === 'channel_not_found' ? await moved.of(ref.team, channel) : undefined;
    if (elsewhere === undefined || elsewhere === channel) return { channel, name, refused: found.refused };
    await store.keepChannel(ref, { id: elsewhere, name: '' }, clock.now());
    return madeRight(ref, elsewhere, chain, team, bot, budget, dependencies, when);
  }
  const called = async <Each extends Found['missing'][number]>(each: Each): Promise<Each> =>
    each.name === '' && each.user !== undefined
      ? { ...each, name: (await channels.nameOf(bot, each.user)) ?? '' }
      : each;
  const [missing, stayed] = [await Promise.all(found.missing.map(called)), await Promise.all(found.stayed.map(called))];
  const trouble = troubleAfter(await store.trouble(ref), { ...found, missing, stayed }, clock.now());
  if (trouble) await store.keepTrouble(ref, trouble);
  if (found.isFused && plan) {
    const users = plan.remove.map(({ user }) => user);
    const sign = signOf(channel, users);
    const people = asked?.sign === sign ? asked.people : await namesOf(users, bot, channels);
    await store.keepFused(ref, { agent: name, channel, sign, users, people });
    return { code: 'fused', name };
  }
  if (asked) {
    const wasAsked = (await log.read({ team: team.id, key: fusedKey(ref, asked) })).destination !== undefined;
    if (wasAsked) await tellFused(ref, asked, true, team, budget, outbox);
    await store.forgetFused(ref);
  }
  if (found.isSure) await store.rememberSync(ref, { channel, version, above: aboveIn(chain, ref), at: clock.now() });
  return { channel, name, trouble };
}

/** What people are called, one after another: there may be many. */
async function namesOf(users: readonly UserId[], bot: Author, channels: Pick<Channels, 'nameOf'>): Promise<string[]> {
  const names: string[] = [];
  for (const user of users) names.push(names.length < 20 ? ((await channels.nameOf(bot, user)) ?? '') : '');
  return names;
}

/** Whether the members were made right for this very chain a short while ago. */
async function isRemembered(
  ref: AgentRef,
  channel: ChannelId,
  chain: Chain,
  team: Team,
  { store, clock, rememberedMs }: TellDependencies,
): Promise<boolean> {
  const last = await store.synced(ref);
  if (last?.channel !== channel || clock.now() - last.at >= rememberedMs) return false;
  return last.version === (await versionOf(chain, team, store));
}

/** Another one once the directory, the accounts of people or those who are protected are other ones. */
async function versionOf(
  { version }: Chain,
  { id, protectedPeople = [] }: Team,
  store: Pick<CallStore, 'peopleVersion'>,
): Promise<string> {
  return [version, await store.peopleVersion(id), ...protectedPeople].join(' ');
}

/** Keeps that a call waits, and says so in the ops channel. */
async function wait(
  { agent, call }: Wake,
  { code, name }: { readonly code: string; readonly name?: string },
  team: Team,
  budget: Budget,
  { store, outbox, clock, times }: TellDependencies,
): Promise<Told> {
  const ref = { team: team.id, agent };
  const isNews = await store.wait(ref, { call, code, since: clock.now() }, clock.now() + againMs * times.scale);
  // Thousands may wait for one agent, each looked at again and again: one of them has the notice right for all.
  if (!isNews && !(await store.isFirstWaiting(ref, call))) return 'waiting';
  const { since = 0 } = await store.waiting(ref);
  const key = `calls-waiting#${agent}#${since}`;
  const notice = async () => {
    const [fused, channel] = [await store.fused(ref), (await store.channel(ref))?.id];
    return waitingNotice(agent, name, (await store.waiting(ref)).calls, { fused, channel });
  };
  await tellOps({ team: team.id, key }, notice, team, budget, outbox);
  return 'waiting';
}

/** The call got through: it waits no more, and the ops channel is told so. */
async function endWait(
  ref: Wake,
  name: string,
  team: Team,
  budget: Budget,
  { store, outbox }: TellDependencies,
): Promise<void> {
  const { since, calls } = await store.waiting(ref);
  if (since === undefined || !calls.some(({ call }) => call === ref.call)) return;
  const others = calls.filter(({ call }) => call !== ref.call);
  const key = `calls-waiting#${ref.agent}#${since}`;
  const notice = () => waitingNotice(ref.agent, name, others, { last: ref.call });
  await tellOps({ team: team.id, key }, notice, team, budget, outbox);
  await store.endWait(ref, ref.call);
}

/** At night nobody waits for it, and yet somebody has to be asked. */
async function tellFused(
  ref: AgentRef,
  fused: Fused,
  isOver: boolean,
  team: Team,
  budget: Budget,
  outbox: Outbox,
): Promise<void> {
  const notice = () => fusedNotice(ref.agent, fused, isOver);
  await tellOps({ team: team.id, key: fusedKey(ref, fused) }, notice, team, budget, outbox);
}

function fusedKey({ agent }: AgentRef, { sign }: Fused): string {
  return `calls-fused#${agent}#${sign}`;
}

async function tellTrouble(
  { agent }: AgentRef,
  channel: ChannelId,
  trouble: Trouble,
  team: Team,
  budget: Budget,
  outbox: Outbox,
): Promise<void> {
  const key = `calls-members#${agent}#${trouble.since}`;
  await tellOps({ team: team.id, key }, () => troubleNotice(channel, trouble), team, budget, outbox);
}
