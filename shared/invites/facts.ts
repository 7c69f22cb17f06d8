import type { UserId } from '../base/names.ts';
import type { Cause, State } from './lifecycle.ts';
import type { Sighting } from './standing.ts';

/** The account that has a learner's address, as Slack last said. */
export type Account = Pick<Sighting, 'standing' | 'guest'> & {
  readonly user: UserId;
  /** Since when it stands so (ms), by Slack's own time of its last change. */
  readonly since: number;
};

/** What became of an invitation. `known`: had gone out before. `withdrawn`: never went out, and may go out another time. */
export type Fate = 'sent' | 'known' | 'unsure' | 'refused' | 'bounced' | 'lapsed' | 'withdrawn';

/** An invitation to one address; without a fate as long as nobody knows what became of it. */
export type Invitation = {
  readonly provider: string;
  /** The same each time that this very invitation is asked for. */
  readonly key: string;
  /** How many were begun for this address, this one among them. */
  readonly attempt: number;
  /** When it was begun, and when somebody was last at work on it (ms). */
  readonly at: number;
  readonly takenAt: number;
  readonly fate?: Fate | undefined;
  readonly fateAt?: number | undefined;
  /** Why it was refused, or what is not known, in a word of Slack's or of ours. */
  readonly code?: string | undefined;
  /** When an invitation to this address last went out, this one or one before (ms). */
  readonly sentAt?: number | undefined;
};

/** Whether a learner is to be in the workspace, over all their courses. */
export type Enrolment = 'active' | 'ended' | 'doNotInvite';

/** Everything that decides where a learner stands. */
export type Facts = {
  readonly enrolment: Enrolment;
  /** When they were last enrolled in something (ms); 0 where it was before War Room looked. */
  readonly enrolledAt: number;
  readonly account: Account | undefined;
  readonly invitation: Invitation | undefined;
};

/**
 * What is the case with a learner who stands at `from`: of several things the one that counts most. That an account went ends
 * what it was, or was invited to be, also for who has enrolled since: that comes after it.
 */
export function causeOf(facts: Facts, from: State | undefined): Cause {
  const { account, invitation, enrolledAt } = facts;
  if (account?.standing === 'accepted') return 'joined';
  if (account?.standing === 'invited') return 'awaited';
  const isOver = account !== undefined && (enrolledAt === 0 || account.since >= enrolledAt);
  if (isOver || (account && from === 'ACCEPTED')) return 'deactivated';
  // What was asked for before the account went is over with it.
  const counts = invitation !== undefined && (!account || invitation.at > account.since);
  const cause = counts ? fatefully(invitation) : 'enrolled';
  return account && from === 'INVITED' && cause === 'enrolled' ? 'deactivated' : cause;
}

function fatefully({ fate }: Invitation): Cause {
  switch (fate) {
    case 'sent':
    case 'known':
    // Perhaps it went out: nobody is to get a second one.
    case 'unsure':
      return 'invited';
    case 'refused':
    case 'bounced':
    case 'lapsed':
      return fate;
    default:
      return 'enrolled';
  }
}

/** One enrolment counts more than another: who asked not to be invited, in any course, is not invited. */
export function enrolmentOf(statuses: readonly Enrolment[]): Enrolment {
  if (statuses.includes('doNotInvite')) return 'doNotInvite';
  return statuses.includes('active') ? 'active' : 'ended';
}

/** Whether one of the enrolments has begun since it was last looked at. */
export function isAnew(before: Readonly<Record<string, Enrolment>>, now: Readonly<Record<string, Enrolment>>): boolean {
  return Object.entries(now).some(([id, status]) => status === 'active' && before[id] !== 'active');
}

/** Of several accounts with one address the one that counts: one that is there, else the one that changed last. */
export function accountOf(accounts: readonly Account[]): Account | undefined {
  const rank = { accepted: 2, invited: 1, deactivated: 0 } as const;
  return accounts.toSorted((a, b) => rank[b.standing] - rank[a.standing] || b.since - a.since)[0];
}
