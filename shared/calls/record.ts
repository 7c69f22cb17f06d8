import type { Queue } from '../aws/queue.ts';
import type { Answer } from '../base/answer.ts';
import type { ApiKey } from '../base/api-key.ts';
import type { Clock } from '../base/clock.ts';
import { Refuse } from '../base/errors.ts';
import type { Report } from '../base/report.ts';
import type { RecordedCall } from './answers.ts';
import { readCall } from './request.ts';
import type { CallStore } from './store.ts';
import { message } from './wake.ts';

export type RecordDependencies = {
  readonly store: Pick<CallStore, 'record'>;
  readonly queue: Pick<Queue, 'send'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly report: Report;
  /** A new id at each call. */
  readonly uniqueId: () => string;
  /** What waits are multiplied with; 1 where time is what it is. */
  readonly timeScale: number;
};

/** The sweep wakes a call that was stored and is still untold after this. */
const untoldMs = 120_000;

/**
 * `POST /v1/calls`: keeps a call, or what corrects it. 201 the first time, 200 for the same again and for a correction, which
 * edits the message; 409 for another agent's: whoever has read the message has read it.
 *
 * Once it is stored it is told, even where the hand-over fails: it carries the time at which the sweep wakes it. So that
 * failure is reported and not answered; the caller has nothing to do.
 */
export async function recordCall(
  body: unknown,
  key: ApiKey,
  { store, queue, clock, report, uniqueId, timeScale }: RecordDependencies,
): Promise<Answer> {
  const { team } = key;
  const { callId, call } = readCall(body, clock.now());
  const at = clock.now();
  const outcome = await store.record(team, callId, call, { at, dueAt: at + untoldMs * timeScale });
  if (outcome === 'otherAgent') {
    throw new Refuse(
      409,
      'This call was recorded as another agent’s, and that stands. Send it again with another `callId` if that was wrong.',
      [{ pointer: '/agentId', message: 'differs from what was recorded for this call.' }],
    );
  }
  const ids = { team, agent: call.agentId, call: callId };
  try {
    await queue.send(message({ ...ids, cause: 'api' }, uniqueId()));
  } catch (error) {
    report(error, { where: 'calls api: hand-over', ...ids });
  }
  return {
    status: outcome === 'stored' ? 201 : 200,
    body: { callId, agentId: call.agentId } satisfies RecordedCall,
    ids: { ...ids, outcome, key: key.name },
  };
}
