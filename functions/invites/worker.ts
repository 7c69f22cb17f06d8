import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { workInTurn } from '../../shared/aws/groups.ts';
import { keyClient } from '../../shared/aws/keys.ts';
import { Queue, queueClient } from '../../shared/aws/queue.ts';
import { documentClient, Table } from '../../shared/aws/table.ts';
import { systemClock } from '../../shared/base/clock.ts';
import { lazy } from '../../shared/base/lazy.ts';
import { settings } from '../../shared/base/settings.ts';
import { openRoom, roomNames } from '../../shared/invites/room-worker.ts';
import { work } from '../../shared/invites/work.ts';
import { SlackClient } from '../../shared/slack/client.ts';
import { Installations } from '../../shared/slack/installation.ts';
import { outboxTimes } from '../../shared/slack/times.ts';
import { Vault } from '../../shared/slack/vault.ts';

const ready = lazy(async () => {
  const names = settings(
    process.env,
    'INVITES_QUEUE_URL',
    'INVITES_DEAD_LETTERS_URL',
    'SLACK_INSTALLATIONS_TABLE',
    'TOKEN_KEY_ID',
    ...roomNames,
  );
  const sqs = queueClient();
  const dynamo = documentClient();
  const [clock, times] = [systemClock, outboxTimes(process.env)];
  const vault = new Vault(keyClient(), names.TOKEN_KEY_ID, clock.now);
  const { parts, reporter } = openRoom(names, dynamo, {
    installations: new Installations(new Table(dynamo, names.SLACK_INSTALLATIONS_TABLE), vault),
    client: new SlackClient({ apiUrl: process.env['SLACK_API_URL'], timeoutMs: times.callMs }),
    times,
    clock,
  });
  return {
    parts: { ...parts, deadLetters: new Queue(sqs, names.INVITES_DEAD_LETTERS_URL) },
    reporter,
    queue: new Queue(sqs, names.INVITES_QUEUE_URL),
  };
});

/** The invites queue: members who came, went or changed, as Slack said by itself. */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const { parts, reporter, queue } = await ready();
  const answer = await workInTurn(
    event,
    (record) => work(record, parts),
    (record, seconds) => queue.comeBack(record.receiptHandle, seconds),
  );
  await reporter.flush();
  return answer;
}
