import type { Context } from 'aws-lambda';
import { documentClient } from '../../shared/aws/table.ts';
import { systemClock } from '../../shared/base/clock.ts';
import { lazy } from '../../shared/base/lazy.ts';
import { settings } from '../../shared/base/settings.ts';
import { run } from '../../shared/invites/job.ts';
import { openRoom, roomNames } from '../../shared/invites/room-worker.ts';
import { openPosting, postingNames } from '../../shared/slack/posting.ts';
import { invocationEnd } from '../../shared/slack/times.ts';

const ready = lazy(async () => {
  const names = settings(process.env, ...roomNames, ...postingNames);
  const dynamo = documentClient();
  // It posts for itself alone.
  const posting = openPosting(names, dynamo, async () => false);
  const { parts, reporter } = openRoom(names, dynamo, posting);
  return { parts: { ...parts, outbox: posting.outbox }, reporter, times: posting.times };
});

/** Every minute: looks at learners who changed, invites, goes on with sweeps, tells. A run that fails is made good by the next. */
export async function handler(_: unknown, context: Context): Promise<void> {
  const { parts, reporter, times } = await ready();
  const started = systemClock.now();
  try {
    const until = invocationEnd(times, started, context.getRemainingTimeInMillis());
    const { swept, ...done } = await run(until - times.marginMs, parts);
    const isIdle = Object.values(done).every((count) => count === 0) && swept.length === 0;
    if (!isIdle) parts.lines.info('invites sync', { ...done, swept: swept.length, ms: systemClock.now() - started });
  } catch (error) {
    reporter.report(error, { where: 'invites sync' });
    throw error;
  } finally {
    await reporter.flush();
  }
}
