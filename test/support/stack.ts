import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { deliver, send, type Thread, threadOf, untilTold } from '../../lib/local/play.ts';
import type { Body } from '../../lib/local/razorpay-bodies.ts';
import type { SlackControl } from '../../lib/local/slack-front/control.ts';
import { type LocalStack, type StackOptions, startStack } from '../../lib/local/start.ts';
import type { Ending, Step } from '../../lib/local/telling.ts';
import { until } from './until.ts';

/** The whole product as it is served, for one test: started in this process, on free ports, in memory. */
export type TestStack = AsyncDisposable & {
  readonly facts: LocalStack['facts'];
  /** Plan, clients of DynamoDB, SQS and KMS, `invoke(functionId, event)`, `kill(functionId)`. */
  readonly served: LocalStack['served'];
  /** The hand that moves the Slack workspace: faults, deletions, messages as they truly are. */
  readonly slack: SlackControl;
  /** Everything the runner said, and every line that functions wrote, oldest first. */
  readonly said: readonly string[];
  lines(functionId?: string): readonly Readonly<Record<string, unknown>>[];
  /** Delivers a body as Razorpay would, signed; answers the status. */
  deliver(eventId: string, body: Body): Promise<number>;
  /** Sends one step of a story; answers the status. */
  send(step: Step): Promise<number>;
  /** `GET /v1/payments/{id}`, undefined when nothing is known. */
  threadOf(id: string): Promise<Thread | undefined>;
  /** Waits until nothing waits in the queues of workers and nothing is being worked (dead letters aside). */
  untilQuiet(): Promise<void>;
  /** Waits until a thread is told to its end, and nothing is left to do. */
  untilTold(ending: Ending): Promise<Thread>;
  stop(): Promise<void>;
};

/** Much shorter than at `npm start`: a settle time of 30 s is 0.6 s. */
const TIME_SCALE = 0.02;
const TOLD_WITHIN_MS = 25_000;
const ANSWERED_WITHIN_MS = 20_000;

/**
 * Starts a stack. `options` change what a test is about: `timeScale`, `environment` of the functions, `stacks` (templates
 * synthesized once, for files with several stacks), `keep` with a `folder` of its own.
 */
export async function startTestStack(options: Partial<StackOptions> = {}): Promise<TestStack> {
  const said: string[] = [];
  const written: { readonly functionId: string; readonly line: string }[] = [];
  const stack = await startStack({
    root: process.cwd(),
    folder: options.keep === true ? freshFolder() : '.war-room',
    port: 0,
    slackPort: 0,
    keep: false,
    timeScale: TIME_SCALE,
    others: {},
    lookForRunningSlack: false,
    say: (sentence) => said.push(sentence),
    log: (functionId, line) => written.push({ functionId, line }),
    lost: (sentence) => said.push(sentence),
    ...options,
  });
  const { control } = stack.slack;
  if (control === undefined) throw new Error('A test stack has a Slack of its own.');
  // Slack waits three seconds; a machine that runs many tests at once may take longer to start a function.
  control.behave({ answerWithinMs: ANSWERED_WITHIN_MS });
  const { facts } = stack;
  return {
    facts,
    served: stack.served,
    slack: control,
    said,
    lines: (functionId) =>
      written
        .filter((one) => functionId === undefined || one.functionId === functionId)
        .filter(({ line }) => line.startsWith('{'))
        .map(({ line }) => JSON.parse(line) as Readonly<Record<string, unknown>>),
    deliver: (eventId, body) => deliver(facts, eventId, body),
    send: (step) => send(facts, step),
    threadOf: (id) => threadOf(facts, id),
    untilQuiet: () => untilQuiet(stack),
    untilTold: async (ending) => {
      await untilTold(facts, ending, TOLD_WITHIN_MS);
      await untilQuiet(stack);
      return untilTold(facts, ending, TOLD_WITHIN_MS);
    },
    stop: () => stack.stop(),
    [Symbol.asyncDispose]: () => stack.stop(),
  };
}

async function untilQuiet({ served }: LocalStack): Promise<void> {
  const { plan, clients } = served;
  for (const { queue: id } of plan.mappings) {
    const url = plan.queues.find((queue) => queue.id === id)?.url;
    await until(`the queue ${id} is empty`, async () => {
      const { Attributes } = await clients.sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl: url,
          AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
        }),
      );
      return Object.values(Attributes ?? {}).every((count) => count === '0');
    });
  }
}

/** A folder of a test's own under the system's temporary one, gone when the tests are. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'war-room-test-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
