import { randomUUID } from 'node:crypto';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { workInTurn } from '../../shared/aws/groups.ts';
import { Queue, queueClient } from '../../shared/aws/queue.ts';
import { documentClient, Table } from '../../shared/aws/table.ts';
import { systemClock } from '../../shared/base/clock.ts';
import { lazy } from '../../shared/base/lazy.ts';
import { openLog } from '../../shared/base/log.ts';
import { openMetrics } from '../../shared/base/metrics.ts';
import { openReporter } from '../../shared/base/report.ts';
import { settings } from '../../shared/base/settings.ts';
import { CourseStore } from '../../shared/courses/course-store.ts';
import { EnrollmentStore } from '../../shared/courses/enrollment-store.ts';
import { SessionStore } from '../../shared/courses/session-store.ts';
import { ParkedStore } from '../../shared/parked/store.ts';
import { wishesOf } from '../../shared/reports/look.ts';
import { ReportStore } from '../../shared/reports/store.ts';
import { scheduleOf } from '../../shared/reports/window.ts';
import { type WorkDependencies, work } from '../../shared/reports/work.ts';
import { openPosting, postingNames } from '../../shared/slack/posting.ts';
import { invocationEnd } from '../../shared/slack/times.ts';

/** A page of what learners said is hundreds of items: a store that is busy may take its time. */
const patience = { timeoutMs: 10_000, attempts: 4 };

const ready = lazy(async () => {
  const names = settings(
    process.env,
    'REPORTS_TABLE',
    'COURSES_TABLE',
    'COURSE_ANNOUNCEMENT_CHANNEL_MAP_TABLE',
    'SESSIONS_TABLE',
    'REPORTS_QUEUE_URL',
    'REPORTS_DEAD_LETTERS_URL',
    ...postingNames,
  );
  const dynamo = documentClient(patience);
  const sqs = queueClient();
  const table = (name: string) => new Table(dynamo, name);
  const reports = table(names.REPORTS_TABLE);
  const queue = new Queue(sqs, names.REPORTS_QUEUE_URL);
  // The course speaks, and nobody in particular: the app posts it.
  const { log, outbox, installations, times, clock } = openPosting(names, dynamo, async () => false);
  const lines = openLog();
  const reporter = openReporter({ log: lines });
  const dependencies: WorkDependencies = {
    tell: {
      ...{ log, outbox, installations, clock, times },
      store: new ReportStore(reports),
      courses: new CourseStore(table(names.COURSES_TABLE), table(names.COURSE_ANNOUNCEMENT_CHANNEL_MAP_TABLE)),
      records: {
        sessions: new SessionStore(table(names.SESSIONS_TABLE)),
        enrollments: new EnrollmentStore(table(names.COURSES_TABLE)),
      },
      schedule: scheduleOf(process.env),
      wishes: wishesOf(process.env),
    },
    parked: new ParkedStore(reports),
    queue,
    newId: randomUUID,
    pacing: { scale: times.scale, attemptMs: times.callMs + times.marginMs, random: Math.random },
    deadLetters: new Queue(sqs, names.REPORTS_DEAD_LETTERS_URL),
    lines,
    count: openMetrics(),
    reportError: reporter.report,
  };
  return { dependencies, reporter, times, queue };
});

/** The reports queue: posts what each course is told of its sessions. */
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
