import { randomUUID } from 'node:crypto';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { workGroups } from '../../shared/aws/groups.ts';
import { Queue, queueClient } from '../../shared/aws/queue.ts';
import { documentClient, Table } from '../../shared/aws/table.ts';
import { systemClock } from '../../shared/base/clock.ts';
import { lazy } from '../../shared/base/lazy.ts';
import { openLog } from '../../shared/base/log.ts';
import { openReporter } from '../../shared/base/report.ts';
import { settings } from '../../shared/base/settings.ts';
import { heardMessage } from '../../shared/calls/heard.ts';
import { threadMessage as callMessage } from '../../shared/calls/wake.ts';
import { changedMessage } from '../../shared/invites/wake.ts';
import { noticeAgain } from '../../shared/parked/wake.ts';
import { threadMessage as paymentMessage } from '../../shared/payments/wake.ts';
import { threadMessage as reportMessage } from '../../shared/reports/wake.ts';
import { Held } from '../../shared/slack/held.ts';
import { type ListenParts, listen } from '../../shared/slack/listen.ts';
import { Moved } from '../../shared/slack/moved.ts';
import { Revocations } from '../../shared/slack/revocation.ts';
import { wakerOf } from '../../shared/slack/rooms.ts';
import { ThreadLog } from '../../shared/slack/thread-log.ts';
import { outboxTimes } from '../../shared/slack/times.ts';

const ready = lazy(async () => {
  const names = settings(
    process.env,
    'SLACK_INSTALLATIONS_TABLE',
    'ADMIN_SLACK_MESSAGE_LOG_TABLE',
    'SLACK_QUEUE_URL',
    'SLACK_DEAD_LETTERS_URL',
    'PAYMENTS_QUEUE_URL',
    'CALLS_QUEUE_URL',
    'REPORTS_QUEUE_URL',
    'INVITES_QUEUE_URL',
  );
  const times = outboxTimes(process.env);
  const newId = randomUUID;
  const dynamo = documentClient();
  const sqs = queueClient();
  const messages = new Table(dynamo, names.ADMIN_SLACK_MESSAGE_LOG_TABLE);
  const payments = new Queue(sqs, names.PAYMENTS_QUEUE_URL);
  const calls = new Queue(sqs, names.CALLS_QUEUE_URL);
  const reports = new Queue(sqs, names.REPORTS_QUEUE_URL);
  const invites = new Queue(sqs, names.INVITES_QUEUE_URL);
  const lines = openLog();
  const reporter = openReporter({ log: lines });
  const parts: ListenParts = {
    hearing: {
      revocations: new Revocations(new Table(dynamo, names.SLACK_INSTALLATIONS_TABLE)),
      held: new Held(messages, times.heldMs),
      moved: new Moved(messages),
      log: new ThreadLog(messages),
      clock: systemClock,
      times,
      wake: wakerOf({ payments, calls, reports }, newId),
      // Each room knows the threads that it tells by their keys. Notices of the outbox itself are told by nobody again.
      wakeThread: async (ref) => {
        const payment = paymentMessage(ref, newId());
        if (payment) await payments.send(payment);
        const call = callMessage(ref, newId()) ?? noticeAgain('calls', ref, newId());
        if (call) await calls.send(call);
        const report = reportMessage(ref, newId()) ?? noticeAgain('reports', ref, newId());
        if (report) await reports.send(report);
      },
      tellRooms: async (news) => {
        await calls.send(heardMessage(news));
        if (news.what === 'person') await invites.send(changedMessage(news, news.id));
      },
    },
    deadLetters: new Queue(sqs, names.SLACK_DEAD_LETTERS_URL),
    newId,
    lines,
    report: reporter.report,
    scale: times.scale,
  };
  return { parts, reporter, queue: new Queue(sqs, names.SLACK_QUEUE_URL) };
});

/** The slack room's queue: what happened in Slack, as far as messages depend on it. */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const { parts, reporter, queue } = await ready();
  const answer = await workGroups(
    event,
    (records) => listen(records, parts),
    (record, seconds) => queue.comeBack(record.receiptHandle, seconds),
  );
  await reporter.flush();
  return answer;
}
