import type { TeamId } from '../../shared/base/names.ts';
import { erasingEnrollments, erasingWords, learnerIn, learnersWith } from '../../shared/courses/erase-learner.ts';
import { SessionStore } from '../../shared/courses/session-store.ts';
import { DayStore } from '../../shared/invites/day-store.ts';
import { erasingInvited, erasingSteps, learnerInvited, learnersAt } from '../../shared/invites/erase-learner.ts';
import { dayThread } from '../../shared/invites/summary.ts';
import { foldEmail } from '../../shared/org/email.ts';
import { type RemakingParts, remaking, reportsOn } from '../../shared/reports/remaking.ts';
import { ReportStore } from '../../shared/reports/store.ts';
import { threadRef } from '../../shared/reports/wake.ts';
import { takingBack } from '../../shared/slack/taking-back.ts';
import { type Erasure, type Parts, tableOf } from './parts.ts';
import { always } from './receipt.ts';
import { survey } from './run.ts';

/** Somebody who takes courses, by the company's id. */
export type Learner = { readonly kind: 'learner'; readonly team: TeamId; readonly id: string };

/** The learners of a team whom `given` can mean: by the company's id, or everybody who is enrolled under that address. */
export async function learnersCalled(given: string, team: TeamId, parts: Parts): Promise<Learner[]> {
  const { courses, sessions, learners, clock } = tablesOf(parts);
  const address = foldEmail(given.trim());
  const ids = new Set([
    ...(await learnersWith(team, (email) => foldEmail(email.trim()) === address, { courses })),
    ...(await learnersAt(team, given, learners)),
  ]);
  const { enrollments, opinions, isListed } = await learnerIn(team, given, { courses, sessions });
  const { details, pointers, steps } = await learnerInvited(team, given, learners, clock.now());
  const kept = enrollments.length + opinions.length + pointers.length + steps.length;
  if (kept > 0 || isListed || details) ids.add(given);
  return [...ids].map((id) => ({ kind: 'learner', team, id }));
}

/**
 * Erases a learner: words, name and address go, figures stay. What tells their address is erased last, so that they are found by
 * it as long as there is anything else. `posts`: what quotes or names them and can no longer be edited is taken back.
 */
export function erasingALearner({ team, id }: Learner, { posts }: { readonly posts: boolean }, parts: Parts): Erasure {
  const tables = tablesOf(parts);
  const { courses, learners, clock } = tables;
  const remakes: RemakingParts = {
    store: new ReportStore(tableOf(parts.tables, 'Reports').table),
    sessions: new SessionStore(tables.sessions.table),
    clock,
    timeScale: parts.timeScale,
  };
  const days = { learners, store: new DayStore(learners.table), clock };
  let fixed = 0;
  return {
    look: async () => {
      const learner = await learnerIn(team, id, tables);
      const invited = await learnerInvited(team, id, learners, clock.now());
      const reports = await reportsOn(team, learner.sessions, remakes);
      const threads = [...reports.map(({ ref }) => threadRef(ref)), ...invited.days.map((day) => dayThread(team, day))];
      const which = { threads: new Set(threads.map(({ key }) => key)), fixedAlone: true };
      const uneditable = takingBack(team, which, parts.takingBack);
      if (!posts) fixed = (await survey([uneditable]))[0]?.count ?? 0;
      return [
        erasingWords(learner, tables, clock),
        remaking(reports, remakes),
        ...erasingSteps(invited, days),
        ...(posts ? [uneditable] : []),
        erasingEnrollments(learner, { courses }, clock),
        erasingInvited(invited, learners),
      ];
    },
    remains: async (ended) => [
      `Under the id ${id}, what they rated, and to which sessions they came or did not, until 430 days after a session; that they are or were enrolled, for good. The same enrolments and the same feedback, sent once more, bring no name, address or words back.`,
      ...(id.includes('@') ? ['This id is itself an address: only the company can give them another one.'] : []),
      fixed > 0
        ? `${fixed} messages in Slack that may quote or name them, and that Slack lets nobody edit any more: run this again with --person ${id} --posts to take them back.`
        : `Whether Slack takes each edit is known in a few minutes: run this again with --person ${id}, and the receipt says how many messages nobody can edit any more.`,
      'Session reports more than 400 days old, and what the ops channel was told of days more than 39 days ago: War Room does not edit these any more. An admin of the workspace can delete them.',
      'Their account in the workspace, as of every member: its id, and a hash of its address.',
      ...always(ended),
    ],
  };
}

function tablesOf({ tables, clock }: Parts) {
  return {
    courses: tableOf(tables, 'Courses'),
    sessions: tableOf(tables, 'Sessions'),
    learners: tableOf(tables, 'UserSlackDetails'),
    clock,
  };
}
