import type { Clock } from '../base/clock.ts';
import { Park } from '../base/errors.ts';
import type { Installations, Team } from '../slack/installation.ts';
import type { Compose, Outbox, Outcome } from '../slack/outbox.ts';
import type { Report } from '../slack/pass.ts';
import { permalink, rootOf } from '../slack/permalink.ts';
import type { Thread, ThreadLog, ThreadRef } from '../slack/thread-log.ts';
import { fold, type Lifecycle } from './lifecycle.ts';
import { type PaymentThread, pointer, render } from './message.ts';
import { type Destination, route } from './route.ts';
import { factDays, type InstalmentStore, type PaymentStore, type Place, type ThreadFacts } from './store.ts';
import { message, type Wake } from './wake.ts';

export type TellDependencies = {
  readonly store: PaymentStore;
  readonly instalments: InstalmentStore;
  readonly log: ThreadLog;
  readonly outbox: Outbox;
  readonly installations: Installations;
  readonly clock: Clock;
  readonly newId: () => string;
};

/** What telling came to: `nothing` when the facts are of kinds that no thread tells. */
export type Told = { readonly thread: string; readonly outcome: Outcome | 'nothing' };

/** The key of a payment's thread in the message log. */
export function threadRef(place: Omit<Place, 'home'>, thread: string): ThreadRef {
  return { team: place.team, key: `payments#${place.account}#${thread}` };
}

/**
 * Makes Slack say what is stored of a payment. Whatever woke it, it reads all facts of the thread, folds them, renders
 * the wanted messages and lets the outbox close the difference; so it may run again at any time, and twice at once.
 *
 * `until` (ms) is when the invocation ends. Throws `Retry` and `Park` as the outbox does, and `Park` for a signed body
 * that cannot be read.
 */
export async function tell(
  wake: Wake,
  { until, report }: { readonly until: number; readonly report: Report },
  dependencies: TellDependencies,
): Promise<Told> {
  const { store, log, outbox, installations, clock } = dependencies;
  const home = await store.factsOf(wake, wake.home);
  const [unreadable] = home.unreadable;
  if (unreadable && home.facts.length === 0)
    throw new Park('unreadable', `${unreadable.why} It is stored as ${unreadable.id}.`);
  const met = fold(home.facts);
  if (!met.isTold && home.joinedInto === undefined) return { thread: wake.home, outcome: 'nothing' };

  const displace = (joined: string) => log.displace(threadRef(wake, joined));
  const thread = await store.claim(wake, met.ids, clock.now(), displace);
  const ref = threadRef(wake, thread);
  const again = message({ ...wake, home: thread, cause: 'held' }, { unique: '' });
  const budget = { until, report, wake: { body: again.body, group: again.group } };

  const team = await installations.team(wake.team);
  if (!team) {
    await outbox.hold(ref, 'all', 'no_workspace', budget);
    return { thread, outcome: 'held' };
  }
  let facts: ThreadFacts = home;
  let kept: Thread | undefined;
  const compose: Compose = async (read) => {
    kept = read;
    facts = await store.factsOf(wake, thread);
    return composed(read, facts, team, dependencies, { place: wake });
  };
  const outcome = await outbox.sync(ref, compose, budget);

  for (const joined of facts.pointers) {
    const other = threadRef(wake, joined);
    await outbox.sync(
      other,
      async (read) => composed(read, { ...facts, joinedInto: thread }, team, dependencies, { place: wake }),
      budget,
    );
    await store.clearPointer(wake, thread, joined);
  }
  await store.clearDue(facts.due);
  if (wake.cause === 'held' && outcome === 'done' && kept?.destination) {
    await outbox.release(ref, kept.destination.channel, budget);
  }
  return { thread, outcome };
}

/** The wanted messages of a thread, with the destination that it gets if it has none yet. */
async function composed(
  read: Thread,
  facts: ThreadFacts,
  team: Team,
  { instalments, log, clock }: TellDependencies,
  { place }: { readonly place: Place },
): Promise<(PaymentThread & { destination: Destination; onlyNew?: boolean }) | undefined> {
  if (facts.joinedInto !== undefined) {
    // A thread that never posted has nothing to edit: whoever looks for it finds the other one by its id.
    if (!read.destination) return undefined;
    const other = await log.read(threadRef(place, facts.joinedInto));
    return { ...pointer(permalink(team.url, other, 'root')), destination: read.destination };
  }
  const state = fold(facts.facts);
  if (!state.isTold) return undefined;
  await rememberInstalment(state, team, instalments);
  const destination =
    read.destination ?? route(state.initiated, await completed(state, team, instalments), team.channels);
  return { ...render(state), destination, onlyNew: isExpiring(read, clock.now()) };
}

/** The first fact is about as old as the root. Once it may be gone, the rest would tell half a story. */
function isExpiring({ entries }: Thread, now: number): boolean {
  const posted = rootOf(entries)?.ts;
  return posted !== undefined && now - Number(posted) * 1_000 > (factDays - 1) * 86_400_000;
}

function completed(state: Lifecycle, team: Team, instalments: InstalmentStore) {
  return state.initiated ? instalments.completedBy(team.id, state.initiated.lead.id) : Promise.resolve([]);
}

/** A part payment that is paid decides where the learner's later payments go. */
async function rememberInstalment(
  { initiated, standing }: Lifecycle,
  team: Team,
  instalments: InstalmentStore,
): Promise<void> {
  if (standing !== 'paid' || initiated?.payment.kind !== 'part') return;
  const { orderId, lead, course, amount, payment } = initiated;
  if (await instalments.isComplete(team.id, lead.id, orderId)) return;
  const { number, of, planTotal } = payment;
  await instalments.complete(team.id, lead.id, { orderId, courseId: course.id, number, of, amount, planTotal });
}
