import type { Answer } from '../base/answer.ts';
import type { ApiKey } from '../base/api-key.ts';
import type { Clock } from '../base/clock.ts';
import { Refuse } from '../base/errors.ts';
import type { BouncedView, InvitesView } from './answers.ts';
import { causes } from './lifecycle.ts';
import { type Asked, cursorOf, readBounce } from './request.ts';
import type { InviteStore, Listed } from './store.ts';
import { reasonInWords } from './summary.ts';

/** As many are shown at once, and as many looked through for them: of one state there may be few among many. */
const pageSize = 100;
const readAtMost = 2_000;

/** `GET /v1/invites`: the learners of a team, page by page, each with where they stand, since when and why. */
export async function showInvites(
  { state, from }: Asked,
  key: ApiKey,
  { store }: { readonly store: Pick<InviteStore, 'everybody'> },
): Promise<Answer> {
  const invites: Listed[] = [];
  let read = 0;
  let cursor: string | undefined;
  for await (const learner of store.everybody(key.team, from)) {
    // Only now is it known that there are more.
    if (invites.length === pageSize || read === readAtMost) break;
    read += 1;
    cursor = learner.place;
    if (state === undefined || learner.details.state === state) invites.push(learner);
  }
  const isMore = invites.length === pageSize || read === readAtMost;
  const body: InvitesView = {
    invites: invites.map(shown),
    ...(isMore && cursor !== undefined && { cursor: cursorOf(cursor) }),
  };
  return { status: 200, body, ids: { team: key.team, shown: invites.length, read, key: key.name } };
}

/**
 * `POST /v1/invites/bounces`: the mail system says that an invitation came back. It counts if it is the last one to the learner's
 * address; the learner is looked at within a minute.
 */
export async function noteBounce(
  body: unknown,
  key: ApiKey,
  { store, clock }: { readonly store: InviteStore; readonly clock: Pick<Clock, 'now'> },
): Promise<Answer> {
  const { learnerId, key: invitationKey, reason } = readBounce(body);
  const ref = { team: key.team, learner: learnerId };
  const { details } = await store.learner(ref);
  if (!details)
    throw new Refuse(404, 'No learner is known under this id.', [{ pointer: '/learnerId', message: 'is not known.' }]);
  const { invitation, learners } = await store.address(key.team, details.address);
  const isLast = invitation?.key === invitationKey;
  // Marked first: what was noted and never looked at would not be seen before the next night.
  if (isLast) for (const learner of learners) await store.wake({ team: key.team, learner }, clock.now());
  const end = { fate: 'bounced', at: clock.now(), code: reason ?? 'came back' } as const;
  const noted =
    isLast && (invitation.fate === 'bounced' || (await store.end(key.team, details.address, invitation, end)));
  if (noted) for (const learner of learners) await store.wake({ team: key.team, learner }, clock.now());
  return {
    status: 200,
    body: { learnerId, noted } satisfies BouncedView,
    ids: { team: key.team, learner: learnerId, noted, key: key.name },
  };
}

function shown({ id, details }: Listed): InvitesView['invites'][number] {
  const { name, state, since, cause, enrolment, invitation } = details;
  return {
    learner: { id, name },
    state,
    since: new Date(since).toISOString(),
    cause,
    why: causes[cause],
    enrollment: enrolment,
    invitation: invitation
      ? {
          by: invitation.provider,
          at: new Date(invitation.at).toISOString(),
          fate: invitation.fate ?? null,
          reason: invitation.code === undefined || invitation.code === '' ? null : reasonInWords(invitation.code),
        }
      : null,
  };
}
