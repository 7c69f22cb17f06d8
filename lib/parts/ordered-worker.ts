import { Duration } from 'aws-cdk-lib';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Told } from './alarms.ts';
import { HubFunction, type HubFunctionProps } from './hub-function.ts';
import { named } from './named.ts';

/** A last resort: waiting is not failing, and the worker itself parks what keeps failing long before (`docs/architecture.md`). */
const MAX_RECEIVES = 1000;

/** As long as whoever takes dead letters over may be at one batch. */
export const takenOverWithin = Duration.seconds(30);

/** What differs from one ordered worker to the next. */
export interface OrderedWorkerProps extends HubFunctionProps {
  /** What its messages are called in the names of alarms, in the plural; the construct's own id where nothing is said. */
  readonly messages?: string;
  /** How many batches run at once, at most (2 to 1000). */
  readonly maxConcurrency: number;
  /** Said when the oldest message has waited for `after`. */
  readonly late: Told & { readonly after: Duration };
  /** Said when a message is in the dead letters; where a worker takes them over, when one has stayed for `after`. */
  readonly parked: Told & { readonly after?: Duration };
}

/**
 * A FIFO queue and the one function that works it, in order within a group and side by side across groups; what cannot be
 * worked goes to the dead letters. Named `<id>Queue`, `<id>DeadLetters` and `<id>Worker`.
 */
export class OrderedWorker extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly worker: HubFunction;
  readonly #name: string;

  constructor(scope: Construct, id: string, props: OrderedWorkerProps) {
    super(scope, id);
    this.#name = id;
    const { alarms, timeout, messages = id, maxConcurrency, late, parked } = props;

    this.deadLetters = new Queue(this, 'DeadLetters', {
      fifo: true,
      // Groups are separate in both queues: high throughput, and one group's pace is not another's.
      deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
      fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
      visibilityTimeout: Duration.seconds(6 * (parked.after ? takenOverWithin : timeout).toSeconds()),
      retentionPeriod: Duration.days(14),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    named(this.deadLetters, `${id}DeadLetters`);

    this.queue = new Queue(this, 'Queue', {
      fifo: true,
      deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
      fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
      // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html: six times the function's timeout.
      visibilityTimeout: Duration.seconds(6 * timeout.toSeconds()),
      retentionPeriod: Duration.days(14),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: MAX_RECEIVES },
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    named(this.queue, `${id}Queue`);

    this.worker = new HubFunction(this, `${id}Worker`, props);
    this.worker.mayConsume(this.queue);
    new EventSourceMapping(this, 'Mapping', {
      target: this.worker.lambda,
      eventSourceArn: this.queue.queueArn,
      batchSize: 10,
      maxConcurrency,
      reportBatchItemFailures: true,
    });

    alarms.ring(this, 'Late', {
      what: `${messages} are late`,
      metric: this.queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1), statistic: 'Maximum' }),
      atLeast: late.after.toSeconds(),
      ...late,
    });
    const [metric, what] = parked.after
      ? ([this.deadLetters.metricApproximateAgeOfOldestMessage, 'stay parked'] as const)
      : ([this.deadLetters.metricApproximateNumberOfMessagesVisible, 'are parked'] as const);
    alarms.ring(this, 'Parked', {
      what: `${messages} ${what}`,
      metric: metric.call(this.deadLetters, { period: Duration.minutes(1), statistic: 'Maximum' }),
      atLeast: parked.after?.toSeconds() ?? 1,
      ...parked,
    });
  }
  /** Every ordered worker below `scope`, in the order in which they were made. */
  static below(scope: Construct): OrderedWorker[] {
    return scope.node.findAll().filter((one) => one instanceof OrderedWorker);
  }

  /** `reader` may count what waits in both queues, and finds them in `<ID>_QUEUE_URL` and `<ID>_DEAD_LETTERS_URL`. */
  isCountedBy(reader: HubFunction): void {
    const name = this.#name.toUpperCase();
    reader
      .mayUseQueue(this.queue, `${name}_QUEUE_URL`, ['GetQueueAttributes'])
      .mayUseQueue(this.deadLetters, `${name}_DEAD_LETTERS_URL`, ['GetQueueAttributes']);
  }
}
