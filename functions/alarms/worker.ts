import { randomUUID } from 'node:crypto';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { ChangeStore } from '../../shared/alarms/store.ts';
import { type WorkDependencies, work } from '../../shared/alarms/work.ts';
import { workInTurn } from '../../shared/aws/groups.ts';
import { Queue, queueClient } from '../../shared/aws/queue.ts';
import { documentClient, Table } from '../../shared/aws/table.ts';
import { systemClock } from '../../shared/base/clock.ts';
import { lazy } from '../../shared/base/lazy.ts';
import { openLog } from '../../shared/base/log.ts';
import { openMetrics } from '../../shared/base/metrics.ts';
import { openReporter } from '../../shared/base/report.ts';
import { settings } from '../../shared/base/settings.ts';
import { openPosting, postingNames } from '../../shared/slack/posting.ts';
import { invocationEnd } from '../../shared/slack/times.ts';

const ready = lazy(async () => {
  const names = settings(process.env, 'ALARMS_TABLE', 'ALARMS_QUEUE_URL', 'ALARMS_DEAD_LETTERS_URL', ...postingNames);
  const dynamo = documentClient();
  const sqs = queueClient();
  // An alarm speaks, and nobody in particular: the app posts it.
  const { log, outbox, installations, times, clock } = openPosting(names, dynamo, async () => false);
  const lines = openLog();
  const reporter = openReporter({ log: lines });
  const dependencies: WorkDependencies = {
    ...{ log, clock, outbox, installations, lines },
    changes: new ChangeStore(new Table(dynamo, names.ALARMS_TABLE)),
    newId: randomUUID,
    pacing: { scale: times.scale, attemptMs: times.callMs + times.marginMs, random: Math.random },
    deadLetters: new Queue(sqs, names.ALARMS_DEAD_LETTERS_URL),
    count: openMetrics(),
    reportError: reporter.report,
  };
  return { dependencies, reporter, times, queue: new Queue(sqs, names.ALARMS_QUEUE_URL) };
});

/** The alarms queue: tells in the ops channel that an alarm rings, and that it is over. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const { dependencies, reporter, times, queue } = await ready();
  const until = invocationEnd(times, systemClock.now(), context.getRemainingTimeInMillis());
  const answer = await workInTurn(
    event,
    (record) => work(record, until, dependencies),
    (record, seconds) => queue.comeBack(record.receiptHandle, seconds),
  );
  await reporter.flush();
  return answer;
}
