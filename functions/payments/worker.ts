import { randomUUID } from 'node:crypto';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { workGroups } from '../../shared/aws/groups.ts';
import { Queue, queueClient } from '../../shared/aws/queue.ts';
import { documentClient, Table } from '../../shared/aws/table.ts';
import { systemClock } from '../../shared/base/clock.ts';
import { lazy } from '../../shared/base/lazy.ts';
import { openLog } from '../../shared/base/log.ts';
import { openMetrics } from '../../shared/base/metrics.ts';
import type { TeamId } from '../../shared/base/names.ts';
import { openReporter } from '../../shared/base/report.ts';
import { settings } from '../../shared/base/settings.ts';
import { recordPassed } from '../../shared/calls/passed.ts';
import { PassedStore } from '../../shared/calls/passed-store.ts';
import { Directory } from '../../shared/org/directory.ts';
import { ParkedStore } from '../../shared/parked/store.ts';
import { AttentionStore } from '../../shared/payments/attention-store.ts';
import { DayStore } from '../../shared/payments/day-store.ts';
import { InstalmentStore } from '../../shared/payments/instalment-store.ts';
import { LeadStore } from '../../shared/payments/lead-store.ts';
import { RoutingStore } from '../../shared/payments/routing-store.ts';
import { PaymentStore } from '../../shared/payments/store.ts';
import { watchTimes } from '../../shared/payments/watch.ts';
import { WatchStore } from '../../shared/payments/watch-store.ts';
import { type WorkDependencies, work } from '../../shared/payments/work.ts';
import { openPosting, postingNames } from '../../shared/slack/posting.ts';
import { invocationEnd } from '../../shared/slack/times.ts';

const ready = lazy(async () => {
  const names = settings(
    process.env,
    'PAYMENTS_TABLE',
    'LEAD_PART_PAYMENT_TABLE',
    'ADMINS_TABLE',
    'PAYMENTS_QUEUE_URL',
    'PAYMENTS_DEAD_LETTERS_URL',
    'CALLS_TABLE',
    'CALLS_QUEUE_URL',
    ...postingNames,
  );
  const newId = randomUUID;
  const dynamo = documentClient();
  const sqs = queueClient();
  const directory = new Directory(new Table(dynamo, names.ADMINS_TABLE));
  // Who has left the directory, or is not active, is named by the app like everybody who did not allow more.
  const isActive = async (team: TeamId, id: string) => (await directory.admin(team, id))?.active === true;
  const { log, outbox, installations, times, clock } = openPosting(names, dynamo, isActive);
  const payments = new Table(dynamo, names.PAYMENTS_TABLE);
  const routing = new RoutingStore(payments);
  const days = new DayStore(payments);
  const [store, leads] = [new PaymentStore(payments), new LeadStore(payments)];
  const queue = new Queue(sqs, names.PAYMENTS_QUEUE_URL);
  const watches = new WatchStore(payments, watchTimes(process.env));
  const instalments = new InstalmentStore(new Table(dynamo, names.LEAD_PART_PAYMENT_TABLE));
  // Who looks after a lead is told where calls are told: in a private channel of theirs.
  const passing = {
    ...{ clock, newId },
    passed: new PassedStore(new Table(dynamo, names.CALLS_TABLE)),
    queue: new Queue(sqs, names.CALLS_QUEUE_URL),
    timeScale: times.scale,
  };
  const lines = openLog();
  const reporter = openReporter({ log: lines });
  const dependencies: WorkDependencies = {
    tell: {
      ...{ store, watches, leads, instalments, queue, routing, days, log, outbox, installations, clock, newId },
      parked: new ParkedStore(payments),
      attention: new AttentionStore(payments),
      tellOwner: (said) => recordPassed(said, passing),
    },
    pacing: { scale: times.scale, attemptMs: times.callMs + times.marginMs, random: Math.random },
    deadLetters: new Queue(sqs, names.PAYMENTS_DEAD_LETTERS_URL),
    lines,
    count: openMetrics(),
    reportError: reporter.report,
  };
  return { dependencies, reporter, times, queue };
});

/** The payments queue: brings the Slack thread of each payment up to date. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const { dependencies, reporter, times, queue } = await ready();
  const until = invocationEnd(times, systemClock.now(), context.getRemainingTimeInMillis());
  const answer = await workGroups(
    event,
    (records) => work(records, until, dependencies),
    (record, seconds) => queue.comeBack(record.receiptHandle, seconds),
  );
  await reporter.flush();
  return answer;
}
