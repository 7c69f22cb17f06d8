import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { REGION } from './aws-clients.ts';
import type { Invoke } from './gateway.ts';
import type { MappingPlan, QueuePlan } from './plan.ts';
import { scaledVisibility } from './queues.ts';

/** The longest that SQS lets a receive wait. */
const WAIT_SECONDS = 20;
/** Between two attempts to reach a queue that cannot be reached. */
const UNREACHABLE_MS = 1_000;

export type PollerOptions = {
  readonly sqs: SQSClient;
  readonly mapping: MappingPlan;
  readonly queue: QueuePlan;
  readonly invoke: Invoke;
  readonly timeScale: number;
  /** Batches at a time. */
  readonly concurrency: number;
  /** Told once for each time that the queue stops being reachable. */
  readonly said: (sentence: string) => void;
};

/**
 * An event source mapping: receives, hands batches to the function, and deletes what it worked. What it did not work
 * stays hidden until its visibility ends and then comes again; the queue itself moves it to the dead letters.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function startPoller(options: PollerOptions): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const loops = Array.from({ length: options.concurrency }, () => poll(options, stopping.signal));
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}

async function poll(options: PollerOptions, signal: AbortSignal): Promise<void> {
  let reachable = true;
  while (!signal.aborted) {
    try {
      const messages = await receive(options, signal);
      reachable = true;
      if (messages.length > 0) await work(options, messages);
    } catch (error) {
      if (signal.aborted) return;
      if (reachable) options.said(`The queue ${options.queue.name} cannot be reached: ${String(error)}`);
      reachable = false;
      await new Promise((resolve) => setTimeout(resolve, UNREACHABLE_MS));
    }
  }
}

async function receive({ sqs, mapping, queue, timeScale }: PollerOptions, signal: AbortSignal): Promise<Message[]> {
  const { Messages } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queue.url,
      MaxNumberOfMessages: Math.min(mapping.batchSize, 10),
      WaitTimeSeconds: WAIT_SECONDS,
      VisibilityTimeout: scaledVisibility(queue.visibilitySeconds, timeScale),
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    }),
    { abortSignal: signal },
  );
  return Messages ?? [];
}

async function work({ sqs, mapping, queue, invoke }: PollerOptions, messages: readonly Message[]): Promise<void> {
  let result: unknown;
  try {
    result = await invoke(mapping.function, { Records: messages.map((message) => recordOf(message, queue.arn)) });
  } catch {
    // The host has said what happened. The whole batch comes again.
    return;
  }
  const ids = messages.map(({ MessageId }) => MessageId ?? '');
  const failed = mapping.partialFailures ? failedAmong(result, ids) : new Set<string>();
  const done = messages.filter(({ MessageId }) => !failed.has(MessageId ?? ''));
  if (done.length === 0) return;
  await sqs.send(
    new DeleteMessageBatchCommand({
      QueueUrl: queue.url,
      Entries: done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
    }),
  );
}

/**
 * The ids that a function reported as failed. As Lambda reads it: nothing or an empty list means that all went well, and
 * an answer that is malformed, or names a message that was not in the batch, that all failed.
 */
export function failedAmong(result: unknown, ids: readonly string[]): ReadonlySet<string> {
  const all = new Set(ids);
  if (result === null || result === undefined || result === '') return new Set();
  if (typeof result !== 'object') return all;
  const { batchItemFailures } = result as { readonly batchItemFailures?: unknown };
  if (batchItemFailures === null || batchItemFailures === undefined) return new Set();
  if (!Array.isArray(batchItemFailures)) return all;
  const reported = batchItemFailures.map((failure: unknown) =>
    typeof failure === 'object' && failure !== null
      ? (failure as { itemIdentifier?: unknown }).itemIdentifier
      : undefined,
  );
  return reported.every((id): id is string => typeof id === 'string' && all.has(id)) ? new Set(reported) : all;
}

/** A message as Lambda hands it to a function. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
function recordOf(message: Message, queueArn: string): SQSRecord {
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: { ...message.Attributes } as unknown as SQSRecord['attributes'],
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
        name,
        {
          dataType: value.DataType ?? 'String',
          ...(value.StringValue === undefined ? {} : { stringValue: value.StringValue }),
          ...(value.BinaryValue === undefined
            ? {}
            : { binaryValue: Buffer.from(value.BinaryValue).toString('base64') }),
          stringListValues: [],
          binaryListValues: [],
        },
      ]),
    ) as SQSRecord['messageAttributes'],
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: REGION,
  };
}
