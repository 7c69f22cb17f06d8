import type { Step } from '../../shared/base/erasing.ts';
import { type TeamId, type UserId, userId } from '../../shared/base/names.ts';
import { erasingFromCalls } from '../../shared/calls/erase-colleague.ts';
import { callsOfLead, erasingCalls } from '../../shared/calls/erase-lead.ts';
import { givingUp } from '../../shared/install/giving-up.ts';
import { erasingPerson, erasingPieces, erasingRows, erasingTraces, whoWent } from '../../shared/org/erase-person.ts';
import { erasingColleague } from '../../shared/payments/erase-colleague.ts';
import { erasingPayer, payerIn, retelling } from '../../shared/payments/erase-payer.ts';
import { withoutProtected } from '../../shared/slack/installation.ts';
import { takingBack, uneditable } from '../../shared/slack/taking-back.ts';
import { erasingALearner, type Learner, learnersCalled } from './learner.ts';
import { type Erasure, type Parts, tableOf } from './parts.ts';
import { always } from './receipt.ts';
import { survey } from './run.ts';
import { Misplaced } from './where.ts';

/** Whose data it is: somebody who pays, somebody who takes courses, or somebody of the company. */
export type Person =
  | Learner
  | { readonly kind: 'payer'; readonly team: TeamId; readonly leadId: string }
  | {
      readonly kind: 'colleague';
      readonly team: TeamId;
      /** What they were asked for by. */
      readonly given: string;
      /** As the directory has it. */
      readonly name: string | undefined;
      readonly adminId: string | undefined;
      readonly user: UserId | undefined;
    };

/**
 * Everybody of a team whom `given` can mean: by the company's id of a lead, a learner or an admin, by a Slack user's id, by an
 * address of the directory or of an enrolment. Somebody whose erasure was stopped on the way is still found.
 */
export async function peopleCalled(given: string, team: TeamId, parts: Parts): Promise<Person[]> {
  const payer = await payerIn(team, given, parts.payer);
  const calls = await callsOfLead(team, given, parts.calls);
  const isPayer = payer.threads.length + payer.created.length + calls.length > 0 || payer.isRecorded;
  const colleague = await colleagueCalled(given, team, parts);
  return [
    ...(isPayer ? [{ kind: 'payer', team, leadId: given } as const] : []),
    ...(await learnersCalled(given, team, parts)),
    ...(colleague ? [colleague] : []),
  ];
}

async function colleagueCalled(given: string, team: TeamId, parts: Parts): Promise<Person | undefined> {
  const { directory, installations } = parts;
  const called = (await directory.admin(team, given)) ?? (await directory.whoHas(team, given));
  const gone = called ? undefined : await whoWent(team, given, tableOf(parts.tables, 'Admins').table);
  const link =
    (await installations.linkOf(team, { adminId: called?.id ?? gone?.id ?? given })) ??
    (await installations.linkOf(team, { user: userId(given) }));
  const token = await installations.connection(team, userId(given));
  const adminId = called?.id ?? gone?.id ?? link?.adminId;
  const entry = called ?? (adminId === undefined ? undefined : await directory.admin(team, adminId));
  const person = {
    kind: 'colleague',
    team,
    given,
    name: entry?.name,
    adminId,
    user: link?.user ?? token?.user,
  } as const;
  if (adminId !== undefined || person.user !== undefined || gone) return person;

  // Whom the checkout or a lead's record names need not be in the directory.
  const [named] = await survey([erasingColleague(team, { id: given, name: undefined }, parts.payer.payments)]);
  return named && named.count > 0 ? { ...person, adminId: given } : undefined;
}

/**
 * Erases a person. `posts`: their payments' messages, those in their name, or of those that quote them what can no longer be
 * edited, are taken back out of Slack.
 */
export function erasingOne(person: Person, wish: { readonly posts: boolean }, parts: Parts): Erasure {
  switch (person.kind) {
    case 'payer':
      return erasingAPayer(person, wish, parts);
    case 'learner':
      return erasingALearner(person, wish, parts);
    case 'colleague':
      return erasingAColleague(person, wish, parts);
  }
}

type Wish = { readonly posts: boolean };

function erasingAPayer({ team, leadId }: Person & { kind: 'payer' }, { posts }: Wish, parts: Parts): Erasure {
  let fixed = 0;
  return {
    look: async () => {
      const payer = await payerIn(team, leadId, parts.payer);
      const calls = await callsOfLead(team, leadId, parts.calls);
      const keys = [...payer.threads.flatMap((thread) => thread.keys), ...calls.map(({ thread }) => thread)];
      const which = { threads: new Set(keys) };
      const spoken = erasingCalls(team, leadId, posts ? 'taken back' : 'edited', parts.calls, parts.clock);
      if (posts) return [...erasingPayer(payer, parts.payer), spoken, takingBack(team, which, parts.takingBack)];
      fixed = await uneditable(team, which, parts.takingBack);
      const pointing = { threads: new Set(payer.threads.flatMap((thread) => thread.pointing)), repliesAlone: true };
      return [
        ...erasingPayer(payer, parts.payer),
        spoken,
        retelling(payer, parts.payer),
        // Nobody edits these any more, and the thread that they point to tells the same.
        takingBack(team, pointing, parts.takingBack),
      ];
    },
    remains: async (ended) => [
      'Amounts, states and ids of the payments, and the id of the person, with each fact until it is 400 days old; which instalments they have completed, under that id, for good.',
      'That they were called, when, for how long, by whom and what came of it, under the id of the person, until a call is 400 days old; recordings are where the company keeps them.',
      ...(fixed > 0
        ? [
            `${fixed} messages in Slack that may name them and were posted by people for whom War Room may not act any more: only these, or an admin of the workspace, can delete them.`,
          ]
        : []),
      'Messages of payments whose facts are older than 400 days: War Room does not know any more whose they are.',
      'What Razorpay reports of these payments from now on (a refund, a dispute) comes with address and number again: run this once more when they are over.',
      ...always(ended),
    ],
  };
}

function erasingAColleague(person: Person & { kind: 'colleague' }, { posts }: Wish, parts: Parts): Erasure {
  const { team, given, name, adminId, user } = person;
  const { clock, directory, installations } = parts;
  const link: Step = {
    what: 'links between the directory and Slack',
    find: async function* () {
      const found = adminId === undefined ? undefined : await installations.linkOf(team, { adminId });
      if (!found) return;
      yield async () => {
        await installations.unlink(team, found);
        return 'erased';
      };
    },
  };
  const admins = tableOf(parts.tables, 'Admins').table;
  const went = erasingTraces(team, given, admins, clock);
  const protectedPeople: Step = {
    what: 'who is in every channel of calls',
    find: async function* () {
      const left = withoutProtected((await installations.team(team)) ?? {}, { user, adminId });
      if (!left) return;
      yield async () => {
        await installations.protect(team, left.people, left.by);
        return 'erased';
      };
    },
  };
  const theirs = user && takingBack(team, { author: user }, parts.takingBack);
  let stayed: number | undefined;
  return {
    look: async () => {
      await unlessManaging(person, parts);
      if (!posts && theirs) stayed ??= (await survey([theirs]))[0]?.count;
      return [
        ...(posts && theirs ? [theirs] : []),
        ...(adminId === undefined ? [] : [erasingColleague(team, { id: adminId, name }, parts.payer.payments)]),
        protectedPeople,
        erasingFromCalls(team, { id: adminId, name, user }, parts.calls),
        ...(user ? [givingUp(team, user, parts.givingUp)] : []),
        ...(adminId === undefined
          ? []
          : [
              erasingPerson(team, adminId, directory),
              erasingPieces(team, admins),
              erasingRows(team, adminId, { admins, closure: tableOf(parts.tables, 'AdminUserClosure') }, clock),
            ]),
        // Whatever they were asked for by is found as long as there is anything else of them.
        ...(given === user ? [went, link] : [link, went]),
      ];
    },
    remains: async (ended) => [
      ...(stayed
        ? [
            `${stayed} messages in Slack that were posted in their name, as any other of theirs there: only they, or an admin of the workspace, can delete them now.`,
          ]
        : []),
      'Messages in Slack that name them, as the owner of a payment, as who made a call or for what they decided: each is edited when something more happens to what it tells. The channel for their calls keeps its name: whoever is in it can change that.',
      'What was said in calls, which may name them: until a call is 400 days old.',
      "Their ids, the company's and Slack's, beside payments and messages that they looked after: a payment's until it is 400 days old, a message's for good; what they did in Slack last, for 7 days.",
      ...always(ended),
    ],
  };
}

/** Nobody is left without a manager by this: the company says first who takes over. */
async function unlessManaging({ team, adminId }: Person & { kind: 'colleague' }, { directory }: Parts): Promise<void> {
  const reports = adminId === undefined ? [] : await directory.reportsOf(team, adminId);
  if (reports.length === 0) return;
  const ids = reports.slice(0, 10).map(({ id }) => id);
  throw new Misplaced(
    `Nothing was erased: ${reports.length} people report to them (${ids.join(', ')}${reports.length > 10 ? ' …' : ''}). ` +
      'Give each another manager first, or null, by PUT /v1/admins/{id}.',
  );
}
