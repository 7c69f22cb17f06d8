import type { Queue } from '../aws/queue.ts';
import type { Clock } from '../base/clock.ts';
import { Retry } from '../base/errors.ts';
import type { TeamId } from '../base/names.ts';
import type { Installations } from '../slack/installation.ts';
import { rootLink } from '../slack/permalink.ts';
import { brief, withoutContacts } from '../slack/text.ts';
import type { ThreadLog } from '../slack/thread-log.ts';
import { everyAccount } from './event.ts';
import { ownerCopy } from './lead.ts';
import type { Lead, LeadPayment, LeadSaid, LeadStore, OpenPayment, Passing } from './lead-store.ts';
import { fold } from './lifecycle.ts';
import { amountInWords, summary } from './message.ts';
import type { PaymentStore, Place } from './store.ts';
import { message, threadRef } from './wake.ts';

/** What the new owner of a lead is to be told. */
export type PassedLead = {
  readonly team: TeamId;
  readonly leadId: string;
  readonly name: string;
  /** Since when (ms): later with every change, whatever clocks say. */
  readonly at: number;
  readonly owner: LeadSaid['owner'];
  /** Who had it before; null where nobody had, or nobody said so. */
  readonly former: LeadSaid['owner'];
  /** What is open for it, the oldest first; how many more there are. */
  readonly open: readonly OpenPayment[];
  readonly more: number;
};

export type PassOnDependencies = {
  readonly leads: Pick<LeadStore, 'lead' | 'paymentsAfter' | 'advance' | 'passed'>;
  readonly store: Pick<PaymentStore, 'recordNote' | 'threadOf' | 'factsOf'>;
  readonly log: Pick<ThreadLog, 'read'>;
  readonly installations: Pick<Installations, 'team'>;
  readonly queue: Pick<Queue, 'send'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
  /** Has the owner told, in a room of its own: it may be asked twice for one change, and asked once it will. */
  readonly tellOwner: (passed: PassedLead) => Promise<void>;
};

/** As many threads are told at a time; how far it came is kept after so many. */
const atOnce = 10;
const keptAfter = 50;

/** Nothing of it takes longer than this (ms): what begins later would not come to its end. */
const someMs = 2_000;

/** As many payments are shown to the new owner; the rest is counted. */
const shownAtMost = 48;

const prefix = 'lead#';

/** Where a lead is woken: it belongs to the team, under none of its accounts. */
export function leadPlace(team: TeamId, leadId: string): Place {
  return { team, account: everyAccount, home: `${prefix}${leadId}` };
}

/** The lead that a place is of; undefined for every other place. */
export function leadAt({ account, home }: Place): string | undefined {
  return account === everyAccount && home.startsWith(prefix) ? home.slice(prefix.length) : undefined;
}

/**
 * Passes a lead on to who looks after it now: notes it in the thread of each of its payments, wakes those that are open, then has
 * the owner told what is open. How far it came is kept, so that whoever is woken next goes on from there; it may run twice at
 * once, and again at any time. A change that is followed by another before it comes to this is not told: it is over.
 *
 * `until` (ms) is when the invocation ends. Throws `Retry` where that is too soon for all of it.
 */
export async function passOn(
  team: TeamId,
  leadId: string,
  until: number,
  dependencies: PassOnDependencies,
): Promise<'done' | 'nothing'> {
  const { leads, installations, clock, tellOwner } = dependencies;
  const read = await leads.lead(team, leadId);
  if (!read?.passing) return 'nothing';
  const teamUrl = (await installations.team(team))?.url;
  let [lead, passing]: [Lead, Passing] = [read, read.passing];
  const moveOn = async (to: Passing) => {
    if (!(await leads.advance(team, leadId, lead, to)))
      throw Retry.waiting('Others pass this lead on, or on to another.', 0);
    [lead, passing] = [{ ...lead, passing: to }, to];
  };

  for await (const page of leads.paymentsAfter(team, leadId, passing.after)) {
    for (let from = 0; from < page.length; from += keptAfter) {
      const some = page.slice(from, from + keptAfter);
      let found: Found[] = [];
      for (let at = 0; at < some.length; at += atOnce) {
        if (clock.now() + someMs > until)
          throw Retry.waiting('This invocation ends; the lead is passed on in the next.', 0);
        const told = some
          .slice(at, at + atOnce)
          .map((payment) => tellThread(lead, payment, team, teamUrl, dependencies));
        found = [...found, ...(await Promise.all(told))];
      }
      await moveOn(after(passing, some.at(-1)?.row ?? passing.after, found));
    }
  }

  const { name, at, owner, former } = lead;
  const { more, named } = passing;
  const open = passing.open.toSorted((a, b) => a.since - b.since);
  const before = former ?? named;
  await tellOwner({ team, leadId, name, at, owner, former: before?.id === owner?.id ? null : before, open, more });
  await leads.passed(team, leadId, at);
  return 'done';
}

/** What was found of a payment. */
type Found = { readonly owner: LeadSaid['owner']; readonly open: OpenPayment | undefined };

function after(passing: Passing, row: string, found: readonly Found[]): Passing {
  const known = new Set(passing.open.map(({ account, thread }) => `${account}#${thread}`));
  // Two orders may have turned out to be one payment.
  const open = found.flatMap((each) => {
    const id = each.open && `${each.open.account}#${each.open.thread}`;
    if (!each.open || id === undefined || known.has(id)) return [];
    known.add(id);
    return [each.open];
  });
  const all = [...passing.open, ...open];
  return {
    after: row,
    open: all.slice(0, shownAtMost),
    more: passing.more + Math.max(0, all.length - shownAtMost),
    named: found.findLast(({ owner }) => owner)?.owner ?? passing.named,
  };
}

/**
 * Notes in a payment's thread who looks after the lead. The thread of a payment that is over is not woken: it stays as it was
 * told, and whatever happens to it later is told by who looks after the lead then.
 */
async function tellThread(
  lead: Lead,
  { account, orderId }: LeadPayment,
  team: TeamId,
  teamUrl: string | undefined,
  { store, log, queue, clock, newId }: PassOnDependencies,
): Promise<Found> {
  const place = { team, account, home: orderId };
  const { name, note, at } = ownerCopy(lead);
  await store.recordNote(place, name, note, at, clock.now());

  // Noted first: what happens after this look has a wake of its own, and finds the note.
  const thread = (await store.threadOf(place, orderId)) ?? orderId;
  const { facts } = await store.factsOf(place, thread);
  const [before, state] = [fold(facts.filter(({ id }) => id !== `note#${name}`)), fold(facts)];
  const { owner } = before;
  if (!state.isOpen) return { owner, open: undefined };
  await queue.send(message({ ...place, cause: 'lead' }, { unique: newId() }));

  const link = teamUrl === undefined ? undefined : rootLink(teamUrl, await log.read(threadRef(place, thread)));
  const course = brief(withoutContacts(state.initiated?.course.name ?? ''), 40);
  const since = state.initiated?.initiatedAt ?? 0;
  const open = { account, thread, since, state: summary(state).state, amount: amountInWords(state) ?? '', course };
  return { owner, open: { ...open, ...(link !== undefined && { link }) } };
}
