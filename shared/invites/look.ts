import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../base/clock.ts';
import { Retry } from '../base/errors.ts';
import type { TeamId } from '../base/names.ts';
import type { Enrollment } from '../courses/enrollment.ts';
import { isErased } from '../courses/nameless.ts';
import type { DayStore } from './day-store.ts';
import { type Account, accountOf, causeOf, type Enrolment, enrolmentOf, type Facts, isAnew } from './facts.ts';
import { dayOf } from './hours.ts';
import { after, type Cause, type State } from './lifecycle.ts';
import { lapsesAt, mayInvite, type Permission, type Rules } from './rules.ts';
import { addressOf } from './standing.ts';
import type { Change, Details, Due, InviteStore, Kept, LearnerRef, Next } from './store.ts';

/** How a team invites, as far as looking at a learner depends on it. */
export type Manner = {
  readonly rules: Rules;
  readonly zone: string;
  /** Whether the team has said by what way it invites. */
  readonly invites: boolean;
};

export type LookParts = {
  readonly store: InviteStore;
  readonly days: DayStore;
  readonly enrolments: { enrollmentsOfLearner(team: TeamId, learner: string): AsyncIterable<Enrollment> };
  readonly manner: (team: TeamId) => Promise<Manner>;
  readonly clock: Pick<Clock, 'now'>;
  /** For so long (ms) after its mark an enrolment may still be written. */
  readonly writtenWithinMs: number;
  /** For so long (ms) an invitation that was begun is left to whoever began it. */
  readonly leasedMs: number;
  /** How long (ms) changes of a day are gathered before the ops channel is told. */
  readonly gatherMs: number;
};

/** Who somebody is, beside their id. */
type Person = Pick<Enrollment['learner'], 'name' | 'email'>;

/** A learner as they were found. */
export type Looked = {
  readonly details: Details;
  readonly facts: Facts;
  readonly permission: Permission;
};

/** Others who keep writing to the same learner are given way so often. */
const attempts = 8;

/**
 * Makes what is kept of a learner what it is: reads their enrolments, the account that has their address and the invitation to it,
 * and moves them as the life cycle has it. It may run again at any time, and side by side. Each step is noted for the
 * message of its day before anything else happens to the learner. Undefined: they were never enrolled in anything.
 */
export async function look(ref: LearnerRef, parts: LookParts): Promise<Looked | undefined> {
  const { store, clock } = parts;
  const manner = await parts.manner(ref.team);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const kept = await store.learner(ref);
    await tellLast(ref, kept.details, manner, parts);
    const enrolments = await enrolmentsOf(ref, parts);
    const keepsMark = kept.enrolledMark !== undefined && kept.enrolledMark + parts.writtenWithinMs > clock.now();
    const again: Due | undefined = keepsMark
      ? { at: (kept.enrolledMark ?? 0) + parts.writtenWithinMs, of: 'look' }
      : undefined;
    const learner = learnerIn(enrolments, kept.details);
    if (!learner) {
      // Nothing was kept but that an enrolment was about to be written, which never was.
      if (await store.save(ref, kept, undefined, { due: again, keepsMark })) return undefined;
      continue;
    }
    const found = await find(ref, kept, learner, enrolments, parts);
    if (await lapse(ref, found, manner.rules, parts)) continue;
    const { details, facts } = found;
    const hasChanged = details.last?.seq !== kept.details?.last?.seq;
    const permission = permissionOf(details, facts, manner, clock.now());
    const next: Next = hasChanged
      ? { due: { at: clock.now(), of: 'look' }, keepsMark: kept.enrolledMark !== undefined }
      : { due: again ?? dueOf(details, facts, permission, manner, parts.leasedMs), keepsMark };
    if (isSettled(kept, details, next)) return { details, facts, permission };
    const saved = await store.save(ref, kept, details, next);
    if (saved && !hasChanged) return { details, facts, permission };
  }
  throw Retry.waiting('Others keep writing to this learner.', 1_000);
}

/** Notes the last step for the message of its day. A worker may have stopped before it came to that. */
async function tellLast(
  { team, learner }: LearnerRef,
  details: Details | undefined,
  { zone, rules }: Manner,
  { days, clock, gatherMs }: LookParts,
): Promise<void> {
  const last = details?.last;
  if (!last || !details || details.told >= last.seq) return;
  if (last.cause === 'left' && rules.noLongerEnrolled === 'keep') return;
  const { name } = details;
  const { from, to, cause, code, at } = last;
  const step = { learner, name, from, to, cause, code, at };
  await days.note(team, dayOf(at, zone), `${learner}#${last.seq}`, step, clock.now() + gatherMs);
}

/** Those that say who they are: an enrolment whose learner was erased invites nobody. */
async function enrolmentsOf({ team, learner }: LearnerRef, { enrolments }: LookParts): Promise<Enrollment[]> {
  const all: Enrollment[] = [];
  for await (const each of enrolments.enrollmentsOfLearner(team, learner)) if (!isErased(each)) all.push(each);
  return all;
}

/** Who they are: as the last of their enrolments has it, one that goes on before one that is over. */
function learnerIn(enrolments: readonly Enrollment[], kept: Details | undefined): Person | undefined {
  const going = enrolments.filter(({ status }) => status !== 'ended');
  return (going.length > 0 ? going : enrolments).at(-1)?.learner ?? kept;
}

/** Reads what decides, and moves the learner by it. */
async function find(
  ref: LearnerRef,
  kept: Kept,
  { name, email }: Person,
  enrolments: readonly Enrollment[],
  { store, clock }: LookParts,
): Promise<{ readonly details: Details; readonly facts: Facts }> {
  const { team } = ref;
  const before = kept.details;
  const address = addressOf(email);
  const isReaddressed = before !== undefined && before.address !== address;
  // First of all: whoever changes something at this address finds them from here on.
  if (before?.address !== address) await store.note(ref, address);

  const statuses: Record<string, Enrolment> = Object.fromEntries(enrolments.map(({ id, status }) => [id, status]));
  const enrolment = enrolmentOf(Object.values(statuses));
  // The mark says of nobody's enrolment which it was: one that nobody heard of counts as new together with one that was marked.
  const enrolledAt = isAnew(before?.enrolments ?? {}, statuses)
    ? (kept.enrolledMark ?? (before ? clock.now() : 0))
    : (before?.enrolledAt ?? 0);
  const { users, invitation } = await store.address(team, address);
  const own = isReaddressed ? undefined : before?.user;
  const seen = await store.accounts(team, own === undefined ? users : [...users, own]);
  const accounts = [...seen.values()].filter(
    (each) => each.user === own || (each.address === address && each.isProven),
  );
  const account: Account | undefined = accountOf(accounts);
  const facts: Facts = { enrolment, enrolledAt, account, invitation };

  const moved = move(before?.state, isReaddressed, facts);
  const joined = moved.state === 'ACCEPTED' && account?.standing === 'accepted' ? account.user : own;
  if (joined !== undefined && joined !== before?.user) await store.link(ref, joined);
  if (isReaddressed) await store.leave(ref, before.address);
  const at = clock.now();
  const isStill = moved.state === 'ACCEPTED' || moved.state === 'INVITED';
  const hasLeft = before?.enrolment !== undefined && before.enrolment !== 'ended' && enrolment === 'ended' && isStill;
  const count = before?.last?.seq ?? 0;
  const step = (cause: Change['cause'], code?: string): Change => ({
    seq: count + 1,
    from: before?.state,
    to: moved.state,
    cause,
    at,
    ...(code && { code }),
  });
  const isNewsOfRefusal =
    moved.state === 'PENDING' &&
    (invitation?.fate === 'refused' || invitation?.fate === 'bounced') &&
    before?.turnedAway !== invitation.key;
  const last =
    moved.state !== before?.state
      ? step(moved.cause, invitation?.code)
      : isNewsOfRefusal
        ? step(moved.cause, invitation.code)
        : hasLeft
          ? step('left')
          : before.last;
  const details: Details = {
    name,
    email,
    address,
    enrolments: statuses,
    enrolment,
    enrolledAt,
    state: moved.state,
    cause: moved.state === before?.state ? before.cause : moved.cause,
    since: moved.state === before?.state ? before.since : at,
    told: before?.last?.seq ?? 0,
    ...(joined !== undefined && { user: joined }),
    ...(last && { last }),
    ...(invitation && {
      invitation: {
        provider: invitation.provider,
        at: invitation.at,
        ...(invitation.fate && { fate: invitation.fate }),
        ...(invitation.code && { code: invitation.code }),
      },
    }),
    ...((invitation?.fate === 'refused' || invitation?.fate === 'bounced') && { turnedAway: invitation.key }),
  };
  return { details, facts };
}

function move(
  from: State | undefined,
  isReaddressed: boolean,
  facts: Facts,
): { readonly state: State; readonly cause: Cause } {
  const begun = isReaddressed ? after(from, 'readdressed') : from;
  const cause = causeOf(facts, begun);
  const state = after(begun, cause) ?? 'PENDING';
  return { state, cause: isReaddressed && state === begun ? 'readdressed' : cause };
}

/** An invitation that nobody took up for long ends, where the team sends another one then. */
async function lapse(
  { team }: LearnerRef,
  { details, facts }: { readonly details: Details; readonly facts: Facts },
  rules: Rules,
  { store, clock }: LookParts,
): Promise<boolean> {
  const { invitation, account } = facts;
  const at = lapsesAt(invitation, rules);
  if (details.state !== 'INVITED' || account || !invitation || at === undefined || at > clock.now()) return false;
  return store.end(team, details.address, invitation, { fate: 'lapsed', at: clock.now() });
}

function permissionOf({ state }: Details, facts: Facts, manner: Manner, now: number): Permission {
  if (!manner.invites) return { kind: 'never', why: 'The team has not said by what way it invites.' };
  return mayInvite(state, facts, manner.rules, now, manner.zone);
}

/** When they are looked at again; undefined: once something happens. */
function dueOf(
  details: Details,
  { invitation, account }: Facts,
  permission: Permission,
  manner: Manner,
  leasedMs: number,
): Due | undefined {
  switch (permission.kind) {
    case 'now':
      // Whoever waits longest is invited first.
      return { at: details.since, of: 'invite' };
    case 'later':
      return { at: permission.at, of: 'invite' };
    case 'finish':
      return { at: permission.invitation.takenAt + leasedMs, of: 'invite' };
    case 'never': {
      const at = details.state === 'INVITED' && !account ? lapsesAt(invitation, manner.rules) : undefined;
      return at === undefined ? undefined : { at, of: 'look' };
    }
  }
}

/** Nothing is to be written: what was found is what is kept. */
function isSettled(kept: Kept, details: Details, { due, keepsMark }: Next): boolean {
  const stands = kept.dueAt === due?.at && (kept.enrolledMark !== undefined) === keepsMark;
  return stands && isDeepStrictEqual(kept.details, details);
}
