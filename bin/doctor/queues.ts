import { type CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { awsTrouble } from '../stage/aws-trouble.ts';
import { type Finding, fine, wrong } from '../stage/finding.ts';

/** A queue of the template: its logical id and its URL. */
export type QueuePlace = { readonly id: string; readonly url: string };

/** How old the oldest message of each queue is, in milliseconds, by the queue's name; none of what is empty. */
export type Ages = ReadonlyMap<string, number>;

/** Something that has just come in is worked within seconds; what has waited for longer than this is told. */
const unremarkableMs = 60_000;

/** Whether each queue is worked, and each dead-letter queue empty. `ages` undefined: nobody measures them here. */
export async function checkQueues(
  queues: readonly QueuePlace[],
  sqs: Pick<SQSClient, 'send'>,
  ages: Ages | undefined,
  now: number,
): Promise<Finding[]> {
  return Promise.all(queues.map((queue) => checkQueue(queue, sqs, ages, now)));
}

async function checkQueue(
  { id, url }: QueuePlace,
  sqs: Pick<SQSClient, 'send'>,
  ages: Ages | undefined,
  now: number,
): Promise<Finding> {
  const isDead = /DeadLetters$/.test(id);
  const link = `${isDead ? 'dead letters' : 'queue'} ${id}`;
  const names = [
    'ApproximateNumberOfMessages',
    'ApproximateNumberOfMessagesNotVisible',
    'ApproximateNumberOfMessagesDelayed',
  ] as const;
  const answer = await sqs
    .send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...names] }))
    .catch((error: unknown) => awsTrouble(error));
  if ('says' in answer) return wrong(link, answer.says, answer.remedy);
  const [waiting = 0, inFlight = 0, delayed = 0] = names.map((name) => Number(answer.Attributes?.[name] ?? 0));
  const count = waiting + inFlight + delayed;
  const age = ages?.get(nameOf(url));
  const since = age === undefined ? undefined : now - age;
  if (isDead) {
    if (count === 0) return fine(link, 'none');
    return wrong(link, count === 1 ? '1 lies there' : `${count} lie there`, remedyOf(id), since);
  }
  if (count === 0) return fine(link, 'empty');
  const says = `${waiting + delayed} wait, ${inFlight} are being worked`;
  if (age !== undefined && age < unremarkableMs) return fine(link, says);
  if (age === undefined && waiting === 0) return fine(link, says);
  return wrong(
    link,
    says,
    `Look at the log of ${id.replace(/Queue$/, 'Worker')}: it fails, or waits for Slack.`,
    since,
  );
}

function remedyOf(id: string): string {
  const room = id.replace(/DeadLetters$/, '');
  if (/^(Payments|Calls|Reports)$/.test(room))
    return `Read the log of ${room}Parked: it takes these over within minutes.`;
  return /Sweep|Reconcile|Sync|Schedule/.test(room)
    ? `Read the error in the log of ${room}; once a run succeeds, empty ${id}.`
    : `Read \`why\` in the messages of ${id}, mend the cause, then move them back to ${room}Queue.`;
}

const nameOf = (url: string): string => url.split('/').at(-1) ?? url;

/**
 * The ages of the oldest messages, as CloudWatch has them: SQS itself does not say.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
export async function oldestIn(
  queues: readonly QueuePlace[],
  cloudWatch: Pick<CloudWatchClient, 'send'>,
  now: number,
): Promise<Ages> {
  if (queues.length === 0) return new Map();
  const { MetricDataResults } = await cloudWatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(now - 15 * 60_000),
      EndTime: new Date(now),
      ScanBy: 'TimestampDescending',
      MetricDataQueries: queues.map(({ url }, index) => ({
        Id: `q${index}`,
        MetricStat: {
          Metric: {
            Namespace: 'AWS/SQS',
            MetricName: 'ApproximateAgeOfOldestMessage',
            Dimensions: [{ Name: 'QueueName', Value: nameOf(url) }],
          },
          Period: 60,
          Stat: 'Maximum',
        },
      })),
    }),
  );
  return new Map(
    (MetricDataResults ?? []).flatMap(({ Id, Values }): [string, number][] => {
      const queue = queues[Number(Id?.slice(1))];
      const seconds = Values?.[0];
      return queue === undefined || seconds === undefined || seconds === 0
        ? []
        : [[nameOf(queue.url), seconds * 1_000]];
    }),
  );
}
