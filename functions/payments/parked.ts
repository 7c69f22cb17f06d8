import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { workInTurn } from '../../shared/aws/groups.ts';
import { Queue, queueClient } from '../../shared/aws/queue.ts';
import { documentClient, Table } from '../../shared/aws/table.ts';
import { systemClock } from '../../shared/base/clock.ts';
import { lazy } from '../../shared/base/lazy.ts';
import { openLog } from '../../shared/base/log.ts';
import { openMetrics } from '../../shared/base/metrics.ts';
import { openReporter } from '../../shared/base/report.ts';
import { settings } from '../../shared/base/settings.ts';
import { type ParkedDependencies, takeOver } from '../../shared/payments/parked.ts';
import { ParkedStore } from '../../shared/payments/parked-store.ts';

const ready = lazy(async () => {
  const names = settings(process.env, 'PAYMENTS_TABLE', 'PAYMENTS_QUEUE_URL', 'PAYMENTS_DEAD_LETTERS_URL');
  const sqs = queueClient();
  const lines = openLog();
  const reporter = openReporter({ log: lines });
  const dependencies: ParkedDependencies = {
    parked: new ParkedStore(new Table(documentClient(), names.PAYMENTS_TABLE)),
    queue: new Queue(sqs, names.PAYMENTS_QUEUE_URL),
    clock: systemClock,
    lines,
    count: openMetrics(),
    report: reporter.report,
    scale: Number(process.env['TIME_SCALE'] ?? 1),
  };
  return { dependencies, reporter, deadLetters: new Queue(sqs, names.PAYMENTS_DEAD_LETTERS_URL) };
});

/** The dead letters of the payments queue: keeps each as something that waits for a person, and has it told. */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const { dependencies, reporter, deadLetters } = await ready();
  const answer = await workInTurn(
    event,
    (record) => takeOver(record, dependencies),
    (record, seconds) => deadLetters.comeBack(record.receiptHandle, seconds),
  );
  await reporter.flush();
  return answer;
}
