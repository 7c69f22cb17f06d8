import type { Clock } from '../base/clock.ts';
import { Park, Retry } from '../base/errors.ts';
import type { ParkedStore } from '../parked/store.ts';
import { solve, tellNotice } from '../parked/tell.ts';
import { formatAmount } from '../razorpay/currency.ts';
import type { Installations, Team } from '../slack/installation.ts';
import type { Compose, Outbox, Outcome } from '../slack/outbox.ts';
import type { Report } from '../slack/pass.ts';
import { permalink, rootLink, rootOf } from '../slack/permalink.ts';
import type { Destination, Thread, ThreadLog } from '../slack/thread-log.ts';
import type { AttentionStore } from './attention-store.ts';
import { withRootButtons, withWarningButtons } from './buttons.ts';
import { concernsOf, noConcern } from './concern.ts';
import type { DayStore, Seen, Shown } from './day-store.ts';
import type { Money } from './dimension.ts';
import { opsPrefix } from './event.ts';
import type { InstalmentStore, KeptInstalment } from './instalment-store.ts';
import { introduce, keepInstalment, type LeadDependencies, spreadInstalment } from './lead.ts';
import { fold, type Lifecycle } from './lifecycle.ts';
import { type PaymentThread, pointer, render, summary } from './message.ts';
import { renderOperations } from './operations.ts';
import { episodeOf, parkedPayments } from './parked.ts';
import { leadAt, type PassOnDependencies, passOn } from './pass-on.ts';
import { asRouted, caseOf, decide, destinationOf, type Instalment } from './route.ts';
import type { RoutingStore } from './routing-store.ts';
import { factDays, type PaymentStore, type ThreadFacts, type ThreadPlace } from './store.ts';
import { message, threadRef, type Wake } from './wake.ts';
import { renderWarning, warningKey } from './warning.ts';
import type { WatchStore } from './watch-store.ts';

export type TellDependencies = LeadDependencies &
  Pick<PassOnDependencies, 'tellOwner'> & {
    readonly store: PaymentStore;
    readonly routing: Pick<RoutingStore, 'active'>;
    readonly days: Pick<DayStore, 'record' | 'follow' | 'join'>;
    readonly attention: Pick<AttentionStore, 'follow'>;
    readonly watches: Pick<WatchStore, 'follow'>;
    readonly parked: Pick<ParkedStore, 'of' | 'presses' | 'solve'>;
    readonly log: ThreadLog;
    readonly outbox: Outbox;
    readonly installations: Installations;
    readonly clock: Clock;
  };

/** What telling came to: `nothing` when the facts are of kinds that no thread tells. */
export type Told = { readonly thread: string; readonly outcome: Outcome | 'nothing' };

/**
 * Makes Slack say what is stored of a payment. Whatever woke it, it reads all facts of the thread, folds them, renders
 * the wanted messages and lets the outbox close the difference; so it may run again at any time, and twice at once.
 *
 * `until` (ms) is when the invocation ends. Throws `Retry` and `Park` as the outbox does, and `Park` for a signed body
 * that cannot be read.
 */
export async function tell(wake: Wake, budget: TellBudget, dependencies: TellDependencies): Promise<Told> {
  const { store, installations, outbox } = dependencies;
  const leadId = leadAt(wake);
  if (leadId !== undefined) return tellLead(wake, leadId, budget, dependencies);
  const episode = episodeOf(wake.home);
  if (episode) {
    const telling = { team: wake.team, episode, budget: held(wake, wake.home, budget) };
    return { thread: wake.home, outcome: await tellNotice(parkedPayments, telling, dependencies) };
  }
  const team = await installations.team(wake.team);
  let thread = (await store.threadOf(wake, wake.home)) ?? wake.home;
  if (!team) {
    const { facts } = await store.factsOf(wake, thread);
    if (!hasNews(thread, facts)) return { thread, outcome: 'nothing' };
    const outcome = await outbox.hold(threadRef(wake, thread), 'all', 'no_workspace', held(wake, thread, budget));
    return { thread, outcome };
  }
  for (let moves = 0; moves < 5; moves += 1) {
    const told = await tellThread(wake, thread, team, budget, dependencies);
    if (told.thread === thread) return told;
    thread = told.thread;
  }
  throw Retry.failed(`The threads that ${wake.home} belongs to keep being joined.`);
}

export type TellBudget = { readonly until: number; readonly report: Report };

/** Tells one thread, or answers the thread that its payment turns out to belong to. */
async function tellThread(
  wake: Wake,
  thread: string,
  team: Team,
  budget: TellBudget,
  dependencies: TellDependencies,
): Promise<Told> {
  const { store, log, outbox, clock } = dependencies;
  const place = { team: wake.team, account: wake.account };
  const ref = threadRef(place, thread);
  let facts: ThreadFacts | undefined;
  let state: Lifecycle | undefined;
  let movedTo: string | undefined;
  let isTold = true;
  let isWhole = true;
  let since = 0;
  let joined = false;
  let parked: readonly string[] = [];
  let instalment: KeptInstalment | undefined;

  const compose: Compose = async (read) => {
    if (thread.startsWith(opsPrefix)) {
      facts = await store.factsOf(place, thread);
      const wanted = renderOperations(facts.facts);
      isTold = wanted !== undefined;
      return wanted && { ...wanted, destination: read.destination ?? inOps(team, 'operations') };
    }
    facts = await allFacts(place, thread, wake.home, store);
    const displace = (other: string) => log.displace(threadRef(place, other));
    if (facts.joinedInto !== undefined) {
      await store.finishJoin(place, thread, facts.joinedInto, displace);
      movedTo = facts.joinedInto;
      return undefined;
    }
    const met = readable(facts);
    isTold = met.isTold;
    if (!isTold) return undefined;
    const claimed = await store.claim(wake, thread, met.ids, clock.now(), displace);
    if (claimed.thread !== thread) {
      movedTo = claimed.thread;
      return undefined;
    }
    ({ since, joined } = claimed);
    isWhole = !isExpiring(read, clock.now());
    ({ parked } = read);
    if (joined) facts = await store.factsOf(place, thread);
    if (await introduced(place, facts, dependencies)) facts = await store.factsOf(place, thread);
    state = fold(facts.facts);
    instalment = await kept(place, read, facts, state, team, dependencies);
    return composed(place, { thread, since }, read, facts, state, team, dependencies);
  };
  const outcome = await outbox.sync(ref, compose, held(wake, thread, budget));
  if (movedTo !== undefined) {
    await unlist(place, [thread], facts?.facts.length ?? 0, dependencies);
    return { thread: movedTo, outcome };
  }
  if (!isTold || !facts) return { thread, outcome: 'nothing' };

  if (joined || facts.pointers.length > 0) {
    const others = facts.homes.filter((home) => home !== thread);
    await unlist(place, others, facts.facts.length, dependencies);
  }
  for (const pointer of facts.pointers) {
    const point: Compose = (read) => pointing(place, read, thread, team, log);
    const pointed = await outbox.sync(threadRef(place, pointer), point, held(wake, thread, budget));
    // Held, it is wanted until it is there; what wakes it is this thread.
    if (pointed === 'done') await store.clearPointer(place, thread, pointer);
  }
  if (state) {
    if (isWhole) await list(place, { thread, since, facts: facts.facts.length }, state, dependencies);
    await warn(wake, thread, state, team, budget, dependencies);
    await dependencies.watches.follow(place, thread, state, facts.watch, clock.now());
  }
  await store.clearDue(facts.due);
  // Held, it is spread once it is there: who follows the link should find it.
  if (instalment?.isNews && outcome === 'done') {
    await spreadInstalment(place, instalment, async () => rootLink(team.url, await log.read(ref)), dependencies);
  }
  if (outcome === 'done') await solve(parkedPayments, ref, parked, dependencies);
  return { thread, outcome };
}

/** Passes a lead on to whoever looks after it now. */
async function tellLead(
  wake: Wake,
  leadId: string,
  { until }: TellBudget,
  dependencies: TellDependencies,
): Promise<Told> {
  const outcome = await passOn(wake.team, leadId, until, dependencies);
  const ref = threadRef(wake, wake.home);
  await solve(parkedPayments, ref, (await dependencies.log.read(ref)).parked, dependencies);
  return { thread: wake.home, outcome };
}

/** Brings the lists up to date by which people see many payments at once. */
async function list(
  place: ThreadPlace,
  seen: Seen,
  state: Lifecycle,
  { days, attention, clock }: TellDependencies,
): Promise<void> {
  await days.follow(place, seen, shownOf(state));
  await attention.follow(place, seen, concernsOf(state, seen.thread), clock.now());
}

/** The threads whose payments are told in another are no longer listed. `facts`: how many are known of them, at least. */
async function unlist(
  place: ThreadPlace,
  threads: readonly string[],
  facts: number,
  { store, days, attention, clock }: TellDependencies,
): Promise<void> {
  for (const [thread, since] of await store.claimed(place, threads)) {
    await days.join(place, { thread, since });
    await attention.follow(place, { thread, facts }, [noConcern(thread)], clock.now());
  }
}

function shownOf(state: Lifecycle): Shown {
  const { standing, paid, refunded, currency } = state;
  return { ...summary(state), standing, received: paid - refunded, currency };
}

/** Whether a home has anything to tell. */
function hasNews(thread: string, facts: ThreadFacts['facts']): boolean {
  return thread.startsWith(opsPrefix) ? renderOperations(facts) !== undefined : fold(facts).isTold;
}

/** Each warning of a payment is a message of its own in the ops channel, and follows the payment. */
async function warn(
  wake: Wake,
  thread: string,
  state: Lifecycle,
  team: Team,
  budget: TellBudget,
  { outbox, log }: TellDependencies,
): Promise<void> {
  const ref = threadRef(wake, thread);
  for (const warning of state.warnings) {
    const compose: Compose = async (read) => {
      const link = permalink(team.url, await log.read(ref), 'root');
      const told = renderWarning(state, warning, link);
      const at = { account: wake.account, thread };
      return {
        ...withWarningButtons(told, state, warning, at),
        destination: read.destination ?? inOps(team, 'warning'),
      };
    };
    const its = threadRef(wake, `warning#${warningKey(warning, thread)}`);
    await outbox.sync(its, compose, held(wake, thread, budget));
  }
}

/** What belongs to no payment, or asks for a person, goes to the ops channel. */
function inOps(team: Team, row: keyof typeof opsReasons): Destination {
  return { channel: team.channels.ops, row, why: opsReasons[row] };
}

const opsReasons = {
  warning: 'A payment needs somebody to look into it.',
  operations: 'Settlements, downtimes, webhooks and the routing itself belong to no payment.',
} as const;

/** The facts of a thread, those of the home that was woken among them, however the thread came to tell it. */
async function allFacts(place: ThreadPlace, thread: string, home: string, store: PaymentStore): Promise<ThreadFacts> {
  const facts = await store.factsOf(place, thread);
  if (facts.homes.includes(home) || facts.joinedInto !== undefined) return facts;
  await store.adopt(place, thread, home);
  return store.factsOf(place, thread);
}

/** What the facts say, or `Park` where all there is cannot be read. */
function readable({ facts, unreadable }: ThreadFacts): Lifecycle {
  const [first] = unreadable;
  if (first && facts.length === 0) throw new Park('unreadable', `${first.why} It is stored as ${first.id}.`);
  return fold(facts);
}

/** The budget of a thread, with what wakes it should it have to be held. */
function held(wake: Wake, thread: string, budget: TellBudget) {
  const { body, group } = message({ ...wake, home: thread, cause: 'held' }, { unique: '' });
  return { ...budget, wake: { body, group } };
}

/** The checkout's word is due until it is told: the first time that it is, the thread gets to know its lead. */
async function introduced(place: ThreadPlace, { facts, due }: ThreadFacts, leads: LeadDependencies): Promise<boolean> {
  const initiated = facts.find((fact) => fact.source === 'initiated')?.initiated;
  return initiated !== undefined && due.length > 0 && introduce(place, initiated, leads);
}

/** How the instalment of a thread stands, unless what is left of its facts would tell half of it. */
async function kept(
  place: ThreadPlace,
  read: Thread,
  { facts }: ThreadFacts,
  state: Lifecycle,
  team: Team,
  dependencies: TellDependencies,
): Promise<KeptInstalment | undefined> {
  if (isExpiring(read, dependencies.clock.now())) return undefined;
  const seen = { facts: facts.length, permalink: rootLink(team.url, read) };
  return keepInstalment(place, state, seen, dependencies);
}

/** The wanted messages of a thread, with the destination that it gets if it has none yet. */
async function composed(
  place: ThreadPlace,
  claimed: Pick<Seen, 'thread' | 'since'>,
  read: Thread,
  facts: ThreadFacts,
  state: Lifecycle,
  team: Team,
  dependencies: TellDependencies,
): Promise<PaymentThread & { destination: Destination; onlyNew: boolean }> {
  const destination = read.destination ?? (await routed(place, claimed, state, facts, team, dependencies));
  const told = withRootButtons(render(state), state, { account: place.account, thread: claimed.thread });
  return { ...asRouted(told, destination), destination, onlyNew: isExpiring(read, dependencies.clock.now()) };
}

/** Where the active decision table sends a thread; what decided is kept with the threads of the day. */
async function routed(
  place: ThreadPlace,
  claimed: Pick<Seen, 'thread' | 'since'>,
  state: Lifecycle,
  { facts }: ThreadFacts,
  team: Team,
  { instalments, routing, days }: TellDependencies,
): Promise<Destination> {
  const table = await routing.active(place.team);
  const payment = caseOf(state, await completed(state, place, instalments));
  const inWords: Money = { each: (amount) => formatAmount(amount, state.currency), unit: '' };
  const destination = destinationOf(decide(table, payment, inWords), table.version, team.channels);
  // It may be routed again before it is posted, on another day even: its day is the one that nothing moves.
  const seen = { ...claimed, facts: facts.length };
  await days.record(place, seen, { payment, destination }, shownOf(state));
  return destination;
}

/** What stays of a thread that was joined into another. One that never posted has nothing to edit: nobody looks there. */
async function pointing(
  place: ThreadPlace,
  { destination }: Thread,
  into: string,
  team: Team,
  log: ThreadLog,
): Promise<(PaymentThread & { destination: Destination }) | undefined> {
  if (!destination) return undefined;
  const other = await log.read(threadRef(place, into));
  return { ...pointer(permalink(team.url, other, 'root')), destination };
}

/** The first fact is about as old as the root. Once it may be gone, the rest would tell half a story. */
function isExpiring({ entries }: Thread, now: number): boolean {
  const posted = rootOf(entries)?.ts;
  return posted !== undefined && now - Number(posted) * 1_000 > (factDays - 1) * 86_400_000;
}

/** The instalments that the learner of a payment has completed, where somebody said who that is. */
export async function completed(
  { initiated }: Lifecycle,
  place: ThreadPlace,
  instalments: Pick<InstalmentStore, 'completedBy'>,
): Promise<Instalment[]> {
  const all = initiated ? await instalments.completedBy(place, initiated.lead.id) : [];
  return all.map(({ instalment }) => instalment);
}
