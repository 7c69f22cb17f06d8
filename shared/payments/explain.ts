import type { TeamId } from '../base/names.ts';
import type { KeptSecret } from '../base/secret.ts';
import type { Accounts } from '../razorpay/accounts.ts';
import type { Team } from '../slack/installation.ts';
import { rootLink } from '../slack/permalink.ts';
import { shortName } from '../slack/person-name.ts';
import { actions, body, brief, type Content, fine, type Inline, joined, message } from '../slack/text.ts';
import type { Thread, ThreadLog } from '../slack/thread-log.ts';
import { takeOver } from './buttons.ts';
import { type Fact, fold, type Lifecycle, lastNamed, type Note } from './lifecycle.ts';
import { attention, headline } from './message.ts';
import { unknownPayment } from './press.ts';
import type { PaymentStore, ThreadFacts, ThreadPlace } from './store.ts';
import { threadRef } from './wake.ts';

export type ExplainParts = {
  readonly store: Pick<PaymentStore, 'threadOf' | 'factsOf'>;
  readonly log: Pick<ThreadLog, 'read'>;
  readonly team: (team: TeamId) => Promise<Team | undefined>;
};

/** Explains the payment that `id`, of an order, payment, link, invoice, refund or dispute, belongs to. `asker`: by company id. */
export async function explain(place: ThreadPlace, id: string, asker: string, parts: ExplainParts): Promise<Content> {
  const met = await meet(place, id, parts);
  if (!met) return unknownPayment();
  const { thread, facts } = met;
  const [told, team] = await Promise.all([parts.log.read(threadRef(place, thread)), parts.team(place.team)]);
  return explanation({ place, thread, ...facts, told, teamUrl: team?.url, asker });
}

/** What somebody wrote behind the word: an id, and an account where the id is known in several. */
export type Sought = { readonly team: TeamId; readonly id: string; readonly account: string | undefined };

/**
 * Explains a payment of a team by its id, in whichever of the team's accounts it is. Where several know the id, it says
 * which, and asks. Throws `MalformedSecret` where the accounts of the team are not clear.
 */
export async function explainSought(
  { team, id, account }: Sought,
  asker: string,
  parts: ExplainParts & { readonly accounts: Pick<KeptSecret<Accounts>, 'value'> },
): Promise<Content> {
  if (!/^\w{3,64}$/.test(id)) return whichPayment();
  const own = (await parts.accounts.value()).ofTeam(team).map(({ name }) => name);
  const asked = account === undefined ? own : own.filter((name) => name === account);
  const places = asked.map((name): ThreadPlace => ({ team, account: name }));
  const found = await Promise.all(places.map(async (place) => ((await meet(place, id, parts)) ? [place] : [])));
  const [place, ...others] = found.flat();
  if (!place) return unknownPayment();
  if (others.length === 0) return explain(place, id, asker, parts);
  const names = [place, ...others].map((one) => one.account);
  return message(
    body(`Several of your Razorpay accounts know ${id}: ${names.join(', ')}.`),
    body('Say which, behind the id: ', { bold: `/warroom explain ${id} ${names[0]}` }),
  );
}

function whichPayment(): Content {
  return message(
    body('Say which payment: ', { bold: '/warroom explain order_…' }, ', or any other id that Razorpay gave.'),
    fine('The id of a payment stands in the fine print of its thread.'),
  );
}

async function meet(
  place: ThreadPlace,
  id: string,
  { store }: Pick<ExplainParts, 'store'>,
): Promise<{ readonly thread: string; readonly facts: ThreadFacts } | undefined> {
  // A payment that was recorded a moment ago has no alias before a worker has seen it; its facts are there all the same.
  const thread = (await store.threadOf(place, id)) ?? id;
  const facts = await store.factsOf(place, thread);
  return fold(facts.facts).isTold ? { thread, facts } : undefined;
}

/** What an explanation is made of. */
type Explained = Pick<ThreadFacts, 'facts' | 'watch'> & {
  readonly place: ThreadPlace;
  readonly thread: string;
  readonly told: Pick<Thread, 'destination' | 'entries' | 'heldIn'>;
  /** The workspace's address, where it has one. */
  readonly teamUrl: string | undefined;
  readonly asker: string;
};

/** How a payment stands, where it is told and why there, who looks after it, what was heard, and what happens next. Pure. */
function explanation(seen: Explained): Content {
  const { place, thread, facts, asker } = seen;
  const state = fold(facts);
  const isTheirs = state.owner?.id === asker;
  return message(
    body(...headline(state)),
    body(...attention(state)),
    body({ bold: 'Where' }, ': ', ...where(seen)),
    body({ bold: 'Who' }, ': ', ...who(state, facts, isTheirs)),
    body({ bold: 'Heard' }, ':\n', ...heard(facts)),
    body({ bold: 'Next' }, ': ', ...next(state, seen)),
    fine(...joined(' · ', [`account ${place.account}`, ...idsOf(state)])),
    ...(state.isOpen && !isTheirs ? [actions(takeOver({ account: place.account, thread, owner: state.owner }))] : []),
  );
}

function where({ told, teamUrl }: Explained): Inline[] {
  const { destination, heldIn } = told;
  if (heldIn === 'all') return ['nowhere yet. It waits until War Room has access to this workspace again.'];
  if (heldIn !== undefined) return ['it waits for ', { channel: heldIn }, '. The operations channel says why.'];
  if (!destination) return ['nowhere yet. It will be within moments.'];
  const link = teamUrl === undefined ? undefined : rootLink(teamUrl, told);
  const thread: Inline[] = link === undefined ? [] : [' ', { link, label: 'Open its thread' }, '.'];
  return [{ channel: destination.channel }, `, by the row “${brief(destination.row)}”. ${destination.why}`, ...thread];
}

function who({ owner, initiated }: Lifecycle, facts: readonly Fact[], isTheirs: boolean): Inline[] {
  if (!owner) return ['nobody looks after it.'];
  const named = lastNamed(facts);
  const name = isTheirs ? 'you look' : `${shortName(owner.name) || 'somebody without a name'} looks`;
  const by = named?.press !== undefined ? ', taken over in Slack' : named || initiated ? ', as your systems say' : '';
  const since: Inline[] = named ? [' since ', { at: Math.floor(named.at / 1_000) }] : [];
  return [`${name} after it`, ...since, `${by}.`];
}

/** As many facts are shown, the newest last. */
const factsShown = 6;

function heard(facts: readonly Fact[]): Inline[] {
  const inTime = facts.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  const earlier = inTime.length - factsShown;
  const lines = inTime.slice(-factsShown).map((fact): Inline[] => {
    return [{ at: Math.floor(fact.at / 1_000) }, ` · ${saidBy(fact)}: ${factInWords(fact)}`];
  });
  return [
    ...(earlier > 0 ? [`${earlier} more before, then\n`] : []),
    ...lines.flatMap((line, index) => (index === 0 ? line : ['\n', ...line])),
  ];
}

function saidBy({ source }: Fact): string {
  return { initiated: 'checkout', razorpay: 'Razorpay', reconciled: 'Razorpay, when asked', note: 'War Room' }[source];
}

function factInWords(fact: Fact): string {
  if (fact.source === 'initiated') return 'payment initiated';
  // Razorpay's own names are words: payment.dispute.created.
  if (fact.source !== 'note') return brief(fact.event.name.replaceAll(/[._]/g, ' '), 60);
  return noteInWords(fact.note);
}

function noteInWords(note: Note): string {
  switch (note.kind) {
    case 'owner': {
      const name = note.owner ? shortName(note.owner.name) || 'somebody' : undefined;
      if (name === undefined) return 'nobody looks after it';
      return note.press === undefined ? `${name} looks after it` : `${name} took it over`;
    }
    case 'earlier':
      return `part ${note.number} of ${note.of} of the plan`;
    case 'notCaptured':
      return 'warned that it is not captured';
    case 'openTooLong':
      return 'warned that it is open too long';
    case 'snoozed':
      return `${shortName(note.by.name) || 'somebody'} put the warning off`;
    case 'snoozeEnded':
      return 'reminded of the warning';
    case 'webhookDisabled':
      return 'the webhook was off';
    case 'webhookEnabled':
      return 'the webhook was on again';
    case 'routed':
      return `${shortName(note.by.name) || 'somebody'} changed where payments go`;
  }
}

function next({ isOpen, warnings }: Lifecycle, { watch }: Explained): Inline[] {
  const put = warnings.find(({ isOver, snooze }) => !isOver && snooze)?.snooze;
  const reminder: Inline[] = put ? [' The warning is put off until ', { at: put.until }, '.'] : [];
  if (!isOpen) return ['nothing is expected. A refund or a dispute would be told in its thread.', ...reminder];
  if (watch?.dueAt === undefined) {
    return ['War Room asks no more by itself, and tells whatever Razorpay reports.', ...reminder];
  }
  const at = Math.floor(watch.dueAt / 1_000);
  return ['Razorpay reports what happens. In case a report is lost, War Room asks again ', { at }, '.', ...reminder];
}

/** The ids by which people know it, the order first. */
function idsOf({ orderId, linkId, invoiceId, attempts }: Lifecycle): (string | undefined)[] {
  return [orderId, linkId, invoiceId, ...attempts.slice(-3).map(({ id }) => id)];
}
