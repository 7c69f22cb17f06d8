import { fifoId } from '../aws/fifo-id.ts';
import type { Queue } from '../aws/queue.ts';
import type { Clock } from '../base/clock.ts';
import { Retry } from '../base/errors.ts';
import { type TeamId, type UserId, userId } from '../base/names.ts';
import type { Admin } from '../org/directory.ts';
import type { Hierarchy } from '../org/hierarchy.ts';
import type { Command, Submission } from '../slack/inbound.ts';
import type { Installations } from '../slack/installation.ts';
import type { Response } from '../slack/respond-client.ts';
import { body, message } from '../slack/text.ts';
import type { Views } from '../slack/views.ts';
import { heardRecord } from './heard.ts';
import { areSame, notTheirs, overtaken, protectedForm, protectedView } from './protected.ts';

export type ProtectParts = {
  readonly installations: Pick<Installations, 'team' | 'protect'>;
  readonly hierarchy: Pick<Hierarchy, 'chain' | 'team'>;
  readonly views: Pick<Views, 'open' | 'whisper'>;
  /** The queue of calls, whose worker tells the ops channel. */
  readonly queue: Pick<Queue, 'send'>;
  readonly clock: Pick<Clock, 'now'>;
};

type Asking = { readonly admin: Pick<Admin, 'id' | 'name'>; readonly user: UserId };

/** Opens the form in which those are chosen who are in every channel of calls, for whoever may. */
export async function openProtected(
  { team, triggerId }: Command,
  person: Asking,
  parts: ProtectParts,
): Promise<Response | undefined> {
  if (!(await mayProtect(team, person, parts))) return { content: notTheirs() };
  const opened = await parts.views.open(team, triggerId, protectedView((await parts.installations.team(team)) ?? {}));
  if (opened.ok) return undefined;
  // It was opened before: this comes a second time.
  if (opened.kind === 'refused' && /^(exchanged_trigger_id|trigger_exchanged)$/.test(opened.code)) return undefined;
  return { content: message(body('The form could not be opened. Nothing was changed: type it again.')) };
}

/**
 * Keeps who was chosen in the place of the list from which the form was begun, and of no other; then has the ops channel told. A
 * form that was stopped on its way comes again, and goes on.
 */
export async function saveProtected(
  { id, team, view }: Submission,
  person: Asking,
  parts: ProtectParts,
): Promise<undefined> {
  const { installations, views, queue, clock } = parts;
  const refused = async (why: ReturnType<typeof notTheirs>) => void (await views.whisper(team, person.user, why));
  if (!(await mayProtect(team, person, parts))) return refused(notTheirs());
  const record = await installations.team(team);
  if (!record) throw Retry.failed('A workspace without a record has nobody to protect.');
  if (record.protectedBy?.request !== id) {
    const chosen = view.values[protectedForm.block]?.[protectedForm.field];
    const people = (Array.isArray(chosen) ? chosen : []).map(userId);
    if (areSame(people, record.protectedPeople ?? [])) return undefined;
    const by = { id: person.admin.id, name: person.admin.name };
    const times = Number(view.metadata) + 1;
    if (!(await installations.protect(team, people, { times, by, at: clock.now(), request: id })))
      return refused(overtaken());
  }
  await queue.send({ ...heardRecord({ team, cause: 'protected' }), dedupe: fifoId(id) });
  return undefined;
}

/** Whoever reads every call below them already, or has given War Room what it may do here. */
async function mayProtect(
  team: TeamId,
  { admin, user }: Asking,
  { installations, hierarchy }: Pick<ProtectParts, 'installations' | 'hierarchy'>,
): Promise<boolean> {
  if ((await installations.team(team))?.installer === user) return true;
  const isTop = (await hierarchy.chain(team, admin.id))?.length === 0;
  return isTop && ((await hierarchy.team(team, admin.id))?.length ?? 0) > 0;
}
