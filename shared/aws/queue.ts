import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Patience } from './table.ts';

/** A message of a FIFO queue. The body is JSON. Both ids follow SQS's rules: see `fifoId`. */
export type Message = { readonly body: string; readonly group: string; readonly dedupe: string };

/** How many messages wait, and how many are being worked. SQS counts roughly: a minute after a change it is right. */
export type Depth = { readonly waiting: number; readonly inFlight: number };

const unhurried: Patience = { timeoutMs: 3_000, attempts: 3 };

/** A client for SQS. The endpoint, if not AWS's own, comes from `AWS_ENDPOINT_URL_SQS`. */
export function queueClient(patience: Patience = unhurried): SQSClient {
  return new SQSClient({
    maxAttempts: patience.attempts,
    requestHandler: {
      requestTimeout: patience.timeoutMs,
      connectionTimeout: patience.timeoutMs,
      throwOnRequestTimeout: true,
    },
  });
}

/** One FIFO queue as the rooms use it. */
export class Queue {
  readonly #client: SQSClient;
  readonly #url: string;

  constructor(client: SQSClient, url: string) {
    this.#client = client;
    this.#url = url;
  }

  async send({ body, group, dedupe }: Message): Promise<void> {
    await this.#client.send(
      new SendMessageCommand({
        QueueUrl: this.#url,
        MessageBody: carriable(body),
        MessageGroupId: group,
        MessageDeduplicationId: dedupe,
      }),
    );
  }

  /**
   * A message that was received comes back after `seconds` instead of when its visibility ends. At least 1: an
   * embedded queue hides a message for good at 0. At most 12 hours from its receipt, which SQS refuses beyond.
   */
  async comeBack(receipt: string, seconds: number): Promise<void> {
    await this.#client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: this.#url,
        ReceiptHandle: receipt,
        VisibilityTimeout: Math.max(1, Math.ceil(seconds)),
      }),
    );
  }

  async depth(): Promise<Depth> {
    const { Attributes } = await this.#client.send(
      new GetQueueAttributesCommand({
        QueueUrl: this.#url,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    return {
      waiting: Number(Attributes?.['ApproximateNumberOfMessages'] ?? 0),
      inFlight: Number(Attributes?.['ApproximateNumberOfMessagesNotVisible'] ?? 0),
    };
  }
}

/**
 * The same JSON without what a queue refuses to carry, and people may type: SQS itself takes no U+FFFE and no U+FFFF, an
 * embedded queue no emoji either. Outside of its strings JSON has none of these, and inside an escape says the same.
 */
function carriable(json: string): string {
  return json.replaceAll(/[\ud800-\udfff\ufffe\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`);
}
