import { randomUUID } from 'node:crypto';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { workInTurn } from '../../shared/aws/groups.ts';
import { Queue, queueClient } from '../../shared/aws/queue.ts';
import { documentClient, Table } from '../../shared/aws/table.ts';
import { systemClock } from '../../shared/base/clock.ts';
import { lazy } from '../../shared/base/lazy.ts';
import { openLog } from '../../shared/base/log.ts';
import { openReporter } from '../../shared/base/report.ts';
import { settings } from '../../shared/base/settings.ts';
import { type CarryParts, carry } from '../../shared/org/carry.ts';
import { DirectoryEditor } from '../../shared/org/editor.ts';
import { Imports } from '../../shared/org/import-store.ts';

/** What a piece may take that was begun at the last moment, and what an invocation works at most, in milliseconds. */
const marginMs = 12_000;
const sliceMs = 45_000;

const ready = lazy(async () => {
  const names = settings(
    process.env,
    'ADMINS_TABLE',
    'ADMIN_USER_CLOSURE_TABLE',
    'ORG_QUEUE_URL',
    'ORG_DEAD_LETTERS_URL',
  );
  const clock = systemClock;
  const newId = randomUUID;
  const sqs = queueClient();
  const admins = new Table(documentClient(), names.ADMINS_TABLE);
  // Tried once: see `Closure.write`.
  const batches = documentClient({ timeoutMs: 10_000, attempts: 1 });
  const closure = {
    read: new Table(documentClient(), names.ADMIN_USER_CLOSURE_TABLE),
    write: new Table(batches, names.ADMIN_USER_CLOSURE_TABLE),
  };
  const lines = openLog();
  const reporter = openReporter({ log: lines });
  const parts: CarryParts = {
    directory: new DirectoryEditor({ admins, closure, tools: { clock, newId } }),
    imports: new Imports(admins),
    deadLetters: new Queue(sqs, names.ORG_DEAD_LETTERS_URL),
    lines,
    report: reporter.report,
    clock,
    newId,
    scale: Number(process.env['TIME_SCALE'] ?? 1),
  };
  return { parts, reporter, queue: new Queue(sqs, names.ORG_QUEUE_URL) };
});

/** The org's queue: has snapshots replace everybody, and carries out what was begun and left. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const { parts, reporter, queue } = await ready();
  // On a scale of time the record is visible again sooner.
  const slice = Math.min(sliceMs * Math.max(0.25, parts.scale), context.getRemainingTimeInMillis() - marginMs);
  const until = systemClock.now() + slice;
  const answer = await workInTurn(
    event,
    (record) => carry(record, until, parts),
    (record, seconds) => queue.comeBack(record.receiptHandle, seconds),
  );
  await reporter.flush();
  return answer;
}
