import { CreateQueueCommand, SetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { QueuePlan } from './plan.ts';

/** Attributes that cannot change once a queue is there. */
const FIXED = new Set(['FifoQueue']);

/** A visibility timeout on the runner's scale of time: whole seconds, at least one (0 means another thing to SQS). */
export function scaledVisibility(seconds: number, timeScale: number): number {
  return Math.max(1, Math.ceil(seconds * timeScale));
}

/** Creates the queues, dead letters before those that name them, or brings queues that were kept up to the template. */
export async function createQueues(sqs: SQSClient, queues: readonly QueuePlan[], timeScale: number): Promise<void> {
  const deadLettersFirst = [...queues].sort(
    (a, b) => Number('RedrivePolicy' in a.attributes) - Number('RedrivePolicy' in b.attributes),
  );
  for (const queue of deadLettersFirst) {
    const attributes = {
      ...queue.attributes,
      VisibilityTimeout: String(scaledVisibility(queue.visibilitySeconds, timeScale)),
    };
    try {
      await sqs.send(new CreateQueueCommand({ QueueName: queue.name, Attributes: attributes }));
    } catch (error) {
      if (!(error instanceof Error) || !/QueueNameExists|QueueAlreadyExists/.test(error.name)) throw error;
      const changeable = Object.fromEntries(Object.entries(attributes).filter(([name]) => !FIXED.has(name)));
      await sqs.send(new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes: changeable }));
    }
  }
}
