import type { Queue } from '../aws/queue.ts';
import type { Answer } from '../base/answer.ts';
import type { ApiKey } from '../base/api-key.ts';
import type { Clock } from '../base/clock.ts';
import type { Report } from '../base/report.ts';
import type { LeadView } from './answers.ts';
import type { LeadStore } from './lead-store.ts';
import { leadPlace } from './pass-on.ts';
import { readAssignment } from './request.ts';
import { message } from './wake.ts';

export type AssignDependencies = {
  readonly leads: Pick<LeadStore, 'say'>;
  readonly queue: Pick<Queue, 'send'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly report: Report;
  /** A new id at each call. */
  readonly uniqueId: () => string;
  /** What waits are multiplied with; 1 where time is what it is. */
  readonly timeScale: number;
};

/** The sweep wakes a lead that is still not passed on after this. */
const untoldMs = 120_000;

/**
 * `PUT /v1/leads/{id}`: who looks after a lead. 202: it is kept, and passed on from now on (`pass-on.ts`); 200 where the same
 * was said before, and its threads and its owner know.
 *
 * Once it is kept it is passed on, even where the hand-over fails: it carries the time at which the sweep wakes it. So that
 * failure is reported and not answered; the caller has nothing to do.
 */
export async function assign(
  asked: { readonly id: string; readonly body: unknown },
  key: ApiKey,
  { leads, queue, clock, report, uniqueId, timeScale }: AssignDependencies,
): Promise<Answer> {
  const { team } = key;
  const { id, name, owner } = readAssignment(asked.id, asked.body);
  const at = clock.now();
  const lead = await leads.say(team, id, { name, owner }, { at, dueAt: at + untoldMs * timeScale });
  const isPassedOn = lead.passing === undefined;
  if (!isPassedOn) {
    try {
      await queue.send(message({ ...leadPlace(team, id), cause: 'lead' }, { unique: uniqueId() }));
    } catch (error) {
      report(error, { where: 'payments api: passing a lead on', team });
    }
  }
  return {
    status: isPassedOn ? 200 : 202,
    body: {
      id,
      name: lead.name,
      assignedAdmin: lead.owner,
      since: new Date(lead.at).toISOString(),
      isPassedOn,
    } satisfies LeadView,
    ids: { team, isPassedOn, key: key.name },
  };
}
