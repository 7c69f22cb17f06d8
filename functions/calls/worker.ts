import { randomUUID } from 'node:crypto';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { workInTurn } from '../../shared/aws/groups.ts';
import { Queue, queueClient } from '../../shared/aws/queue.ts';
import { documentClient, Table } from '../../shared/aws/table.ts';
import { systemClock } from '../../shared/base/clock.ts';
import { lazy } from '../../shared/base/lazy.ts';
import { openLog } from '../../shared/base/log.ts';
import { openMetrics } from '../../shared/base/metrics.ts';
import type { TeamId } from '../../shared/base/names.ts';
import { openReporter } from '../../shared/base/report.ts';
import { settings } from '../../shared/base/settings.ts';
import { chainsOf } from '../../shared/calls/chain.ts';
import { usualFuse } from '../../shared/calls/membership.ts';
import { PassedStore } from '../../shared/calls/passed-store.ts';
import { CallStore } from '../../shared/calls/store.ts';
import { type WorkDependencies, work } from '../../shared/calls/work.ts';
import { Closure } from '../../shared/org/closure-store.ts';
import { Directory } from '../../shared/org/directory.ts';
import { Hierarchy } from '../../shared/org/hierarchy.ts';
import { ParkedStore } from '../../shared/parked/store.ts';
import { Channels } from '../../shared/slack/channels.ts';
import { openPosting, postingNames } from '../../shared/slack/posting.ts';
import { invocationEnd } from '../../shared/slack/times.ts';

/** The members of a channel are looked at once for all calls of so long, live. */
const rememberedMs = 60_000;

const ready = lazy(async () => {
  const names = settings(
    process.env,
    'CALLS_TABLE',
    'ADMINS_TABLE',
    'ADMIN_USER_CLOSURE_TABLE',
    'CALLS_QUEUE_URL',
    'CALLS_DEAD_LETTERS_URL',
    ...postingNames,
  );
  const newId = randomUUID;
  const dynamo = documentClient();
  const sqs = queueClient();
  const admins = new Table(dynamo, names.ADMINS_TABLE);
  const calls = new Table(dynamo, names.CALLS_TABLE);
  const directory = new Directory(admins);
  const closure = new Table(dynamo, names.ADMIN_USER_CLOSURE_TABLE);
  const hierarchy = new Hierarchy(admins, new Closure({ read: closure, write: closure }));
  const isActive = async (team: TeamId, id: string) => (await directory.admin(team, id))?.active === true;
  const { log, moved, held, outbox, installations, client, times, clock } = openPosting(names, dynamo, isActive);
  const lines = openLog();
  const reporter = openReporter({ log: lines });
  const queue = new Queue(sqs, names.CALLS_QUEUE_URL);
  const dependencies: WorkDependencies = {
    tell: {
      ...{ log, moved, held, outbox, installations, clock, times },
      store: new CallStore(calls),
      passed: new PassedStore(calls),
      chains: chainsOf(hierarchy, directory),
      channels: new Channels(client),
      fuse: usualFuse,
      rememberedMs: Number(process.env['MEMBERS_REMEMBERED_MS'] ?? rememberedMs * times.scale),
    },
    queue,
    parked: new ParkedStore(calls),
    newId,
    pacing: { scale: times.scale, attemptMs: times.callMs + times.marginMs, random: Math.random },
    deadLetters: new Queue(sqs, names.CALLS_DEAD_LETTERS_URL),
    lines,
    count: openMetrics(),
    reportError: reporter.report,
  };
  return { dependencies, reporter, times, queue };
});

/** The calls queue: posts each call to its agent and everybody above. */
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
