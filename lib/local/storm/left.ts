/** What is left in the queues of a running stack. */
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { CREDENTIALS, REGION } from '../aws-clients.ts';
import type { LocalFacts } from '../facts.ts';

const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

/** How many records are in each queue, waiting or being worked; dead letters too. Queues that are empty are left out. */
export async function leftInQueues({ sqsUrl }: LocalFacts): Promise<ReadonlyMap<string, number>> {
  const sqs = new SQSClient({ endpoint: sqsUrl, region: REGION, credentials: CREDENTIALS });
  try {
    const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
    const left = await Promise.all(
      QueueUrls.map(async (url) => {
        const { Attributes } = await sqs.send(
          new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...COUNTS] }),
        );
        const count = Object.values(Attributes ?? {}).reduce((sum, one) => sum + Number(one), 0);
        return [url.split('/').at(-1) ?? url, count] as const;
      }),
    );
    return new Map(left.filter(([, count]) => count > 0));
  } finally {
    sqs.destroy();
  }
}

/** How many payments wait for a person, by `GET /health`: their records have left the dead letters. */
export async function parkedIn({ api, apiKey }: LocalFacts): Promise<number> {
  const answer = await fetch(`${api}/health`, { headers: { authorization: `Bearer ${apiKey}` } });
  const { waiting } = (await answer.json()) as { readonly waiting?: { readonly parked?: number } };
  if (waiting?.parked === undefined) throw new Error('GET /health does not say how many payments are parked.');
  return waiting.parked;
}
