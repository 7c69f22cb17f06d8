import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { workInTurn } from '../aws/groups.ts';
import { Queue, queueClient } from '../aws/queue.ts';
import { documentClient, Table } from '../aws/table.ts';
import { systemClock } from '../base/clock.ts';
import { lazy } from '../base/lazy.ts';
import { openLog } from '../base/log.ts';
import { openMetrics } from '../base/metrics.ts';
import { openReporter } from '../base/report.ts';
import { settings } from '../base/settings.ts';
import type { Kind } from './kind.ts';
import type { ParkedRoom } from './record.ts';
import { ParkedStore } from './store.ts';
import { type ParkedDependencies, takeOver } from './take-over.ts';

/**
 * The worker of a room's dead letters: keeps each as something that waits for a person, and has it told. The room's table and
 * queues are named by the environment: `CALLS_TABLE`, `CALLS_QUEUE_URL`, `CALLS_DEAD_LETTERS_URL`.
 */
export function parkedWorker(kind: Kind): (event: SQSEvent) => Promise<SQSBatchResponse> {
  const ready = lazy(async () => {
    const prefix = kind.room.toUpperCase() as Uppercase<ParkedRoom>;
    const of = settings(process.env, `${prefix}_TABLE`, `${prefix}_QUEUE_URL`, `${prefix}_DEAD_LETTERS_URL`);
    const sqs = queueClient();
    const lines = openLog();
    const reporter = openReporter({ log: lines });
    const dependencies: ParkedDependencies = {
      kind,
      parked: new ParkedStore(new Table(documentClient(), of[`${prefix}_TABLE`])),
      queue: new Queue(sqs, of[`${prefix}_QUEUE_URL`]),
      clock: systemClock,
      lines,
      count: openMetrics(),
      report: reporter.report,
      scale: Number(process.env['TIME_SCALE'] ?? 1),
    };
    return { dependencies, reporter, deadLetters: new Queue(sqs, of[`${prefix}_DEAD_LETTERS_URL`]) };
  });
  return async (event) => {
    const { dependencies, reporter, deadLetters } = await ready();
    const answer = await workInTurn(
      event,
      (record) => takeOver(record, dependencies),
      (record, seconds) => deadLetters.comeBack(record.receiptHandle, seconds),
    );
    await reporter.flush();
    return answer;
  };
}
