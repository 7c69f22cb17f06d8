import type { Facts, Invitation } from './facts.ts';
import { type Quiet, quietMs } from './hours.ts';
import type { State } from './lifecycle.ts';

/** By what rules a team invites. */
export type Rules = {
  /** Invitations that go out in one run of the job, which runs each minute. */
  readonly perRun: number;
  /** When nobody is written to, by the clock of the workspace. */
  readonly quiet: Quiet | undefined;
  /** No address gets a second invitation within so many days. */
  readonly againAfterDays: number;
  /** How often somebody who did not come is invited again, so many days later. */
  readonly reminders: number;
  /** When everybody is looked at, in minutes from midnight by the clock of the workspace. */
  readonly syncAt: number;
  /** What is said of members who are enrolled no more: their names, or nothing. They stay members either way. */
  readonly noLongerEnrolled: 'report' | 'keep';
};

/** What the rules are where a team has settled nothing else. */
export const usualRules: Rules = {
  perRun: 15,
  quiet: { from: 21 * 60, to: 9 * 60 },
  againAfterDays: 14,
  reminders: 0,
  syncAt: 3 * 60,
  noLongerEnrolled: 'report',
};

const dayMs = 86_400_000;

/**
 * Whether somebody is invited: now; at a time to come (ms); not at all, and why; or the one that was begun has to be brought to
 * its end first.
 */
export type Permission =
  | { readonly kind: 'now' }
  | { readonly kind: 'later'; readonly at: number; readonly why: string }
  | { readonly kind: 'finish'; readonly invitation: Invitation }
  | { readonly kind: 'never'; readonly why: string };

const never = (why: string): Permission => ({ kind: 'never', why });

export function mayInvite(
  state: State,
  { enrolment, enrolledAt, invitation }: Facts,
  { quiet, againAfterDays, reminders }: Rules,
  now: number,
  zone: string,
): Permission {
  if (state !== 'PENDING') return never(`Is ${state}.`);
  if (enrolment === 'doNotInvite') return never('Asked not to be invited.');
  if (enrolment === 'ended') return never('Is enrolled in nothing any more.');
  if (invitation && invitation.fate === undefined) return { kind: 'finish', invitation };
  const turnedAway = invitation?.fate === 'refused' || invitation?.fate === 'bounced';
  if (turnedAway && enrolledAt <= (invitation?.fateAt ?? 0)) {
    return never('Could not be invited; is tried again under another address, or once enrolled anew.');
  }
  if (invitation?.fate === 'lapsed' && invitation.attempt > reminders && enrolledAt <= invitation.at) {
    return never('Was reminded as often as the team has it.');
  }
  const again = invitation?.sentAt === undefined ? 0 : invitation.sentAt + againAfterDays * dayMs;
  if (again > now) return { kind: 'later', at: again, why: 'Was written to a short while ago.' };
  const silence = quietMs(now, zone, quiet);
  if (silence > 0) return { kind: 'later', at: now + silence, why: 'It is late.' };
  return { kind: 'now' };
}

/** When an invitation that is not taken up lapses (ms); undefined: it stands. */
export function lapsesAt(invitation: Invitation | undefined, { againAfterDays, reminders }: Rules): number | undefined {
  if (invitation?.sentAt === undefined || invitation.attempt > reminders) return undefined;
  if (invitation.fate !== 'sent' && invitation.fate !== 'known') return undefined;
  return invitation.sentAt + againAfterDays * dayMs;
}
