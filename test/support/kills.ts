/**
 * A burst of payments during which the serving process is killed, again and again, at moments that a seed chooses. What
 * was not acknowledged is sent again, as Razorpay and a checkout do. Then Slack, which has a life of its own, is compared
 * with what is wanted.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type LocalFacts, readFacts } from '../../lib/local/facts.ts';
import { isTold, send, threadOf } from '../../lib/local/play.ts';
import type { TrueChannel, TrueMessage } from '../../lib/local/slack-front/control.ts';
import { saleOfMany, seededRandom } from '../../lib/local/stories.ts';
import type { Step } from '../../lib/local/telling.ts';
import { type Program, startProgram } from './program.ts';
import { until } from './until.ts';

export type KillOptions = {
  readonly kills: number;
  readonly payments: number;
  /** Share of the webhooks that come twice, 0 to 1. */
  readonly doubles: number;
  /** Requests at a time. */
  readonly inflight: number;
  /** The same seed: the same payments, the same moments. */
  readonly seed: number;
  /** Where everything is kept: of this burst alone. */
  readonly folder: string;
};

export type KillSummary = {
  /** Different things that were sent, those that are sent twice counted twice. */
  readonly requests: number;
  /** How often one had to be sent again because nobody acknowledged it. */
  readonly sentAgain: number;
  /** What the kills left in doubt, found in Slack and not posted again. */
  readonly adopted: number;
  /** Messages of ours that stood in Slack twice for a while. */
  readonly doubled: number;
  readonly threads: number;
  readonly replies: number;
  /** What Slack shows too much or too little of, a sentence each; empty is right. */
  readonly faults: readonly string[];
};

type Story = ReturnType<typeof saleOfMany>;

/** A start on a busy machine takes seconds. */
const READY_WITHIN_MS = 60_000;
const ACKNOWLEDGED_WITHIN_MS = 120_000;
/** Nothing more in Slack for this long, and not all is told: something is lost. */
const STANDSTILL_MS = 40_000;
/** Half of the kills come at once, amid the requests; the others this much later at most, amid the work of the workers. */
const LATEST_KILL_MS = 800;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Plays the burst to its end. `progress` is told what happens. */
export async function burstWithKills(options: KillOptions, progress: (line: string) => void): Promise<KillSummary> {
  const { folder, kills } = options;
  const random = seededRandom(options.seed);
  const now = Date.now();
  const stories = Array.from({ length: options.payments }, (_, index) => saleOfMany({ random, now }, index));
  const requests = shuffled(stories, options.doubles, random);
  const burst = new Burst(requests);
  const programs: Program[] = [];
  const start = async (file: string, args: readonly string[]): Promise<Program> => {
    const program = startProgram(file, args, { PORT: '0', SLACK_PORT: '0', WAR_ROOM_FOLDER: folder });
    programs.push(program);
    await program.line('ready', READY_WITHIN_MS);
    return program;
  };
  const serve = async () => {
    const serving = await start('bin/local.ts', ['--quiet', '--keep']);
    burst.target = readFacts(folder);
    return serving;
  };

  try {
    await start('bin/slack.ts', []);
    const sending = burst.send(options.inflight);
    for (let kill = 1; kill <= kills; kill += 1) {
      const serving = await serve();
      const before = burst.acknowledged;
      const released = burst.release(Math.floor((requests.length * kill) / (kills + 1)));
      const after = before + Math.floor(random() * (released - before));
      await Promise.race([until('acknowledgements', () => burst.acknowledged >= after, READY_WITHIN_MS), sending]);
      await pause(Math.max(0, 2 * random() - 1) * LATEST_KILL_MS);
      serving.kill('SIGKILL');
      await serving.ended;
      burst.target = undefined;
      progress(`kill ${kill} of ${kills}: ${burst.acknowledged} of ${requests.length} were acknowledged`);
    }
    await serve();
    burst.release(requests.length);
    await sending;
    progress(`all ${requests.length} are acknowledged, ${burst.sentAgain} were sent again`);

    const facts = burst.target;
    if (facts === undefined) throw new Error('The stack is gone, and nobody killed it.');
    const wanted = stories.reduce((sum, { ending }) => sum + 1 + ending.replies.length, 0);
    const left = await untilSettled(facts, wanted, progress);
    const { threads, replies, faults } = await compared(facts, stories);
    return {
      requests: requests.length,
      sentAgain: burst.sentAgain,
      ...reported(folder),
      threads,
      replies,
      faults: [...left, ...faults],
    };
  } finally {
    for (const program of programs) program.kill('SIGKILL');
    await Promise.all(programs.map(({ ended }) => ended));
  }
}

/** Every request of all stories, out of order near where it belongs, some of the webhooks twice. */
function shuffled(stories: readonly Story[], doubles: number, random: () => number): Step[] {
  const placed = stories.flatMap(({ steps }, index) =>
    steps.flatMap((step, position) => {
      const at = index + position + random() * 6;
      const again = step.sent.kind === 'webhook' && random() < doubles;
      return again
        ? [
            { step, at },
            { step, at: at + random() * 12 },
          ]
        : [{ step, at }];
    }),
  );
  return placed.sort((a, b) => a.at - b.at).map(({ step }) => step);
}

/** Sends requests as far as they are released, each until it is acknowledged, to whatever stack there is. */
class Burst {
  /** Undefined while nothing serves. */
  target: LocalFacts | undefined;
  acknowledged = 0;
  sentAgain = 0;
  readonly #requests: readonly Step[];
  #next = 0;
  #released = 0;

  constructor(requests: readonly Step[]) {
    this.#requests = requests;
  }

  /** Lets the first `count` requests go; answers how many that are. */
  release(count: number): number {
    this.#released = count;
    return count;
  }

  /** Resolves when all are acknowledged. */
  async send(inflight: number): Promise<void> {
    const sender = async () => {
      while (this.#next < this.#requests.length) {
        const request = this.#requests[this.#next];
        this.#next += 1;
        const place = this.#next;
        await until('the release of a request', () => place <= this.#released, Number.POSITIVE_INFINITY);
        if (request !== undefined) await this.#untilAcknowledged(request);
      }
    };
    await Promise.all(Array.from({ length: inflight }, sender));
  }

  async #untilAcknowledged(request: Step): Promise<void> {
    let tries = 0;
    await until(
      `an acknowledgement of: ${request.tells}`,
      async () => {
        if (this.target === undefined) return false;
        tries += 1;
        const status = await send(this.target, request).catch(() => 0);
        return status >= 200 && status < 300;
      },
      ACKNOWLEDGED_WITHIN_MS,
    );
    this.acknowledged += 1;
    this.sentAgain += tries - 1;
  }
}

/**
 * Waits until Slack shows as many messages as are wanted and no worker has anything to do, or until nothing moves any
 * more. Answers what is left in the queues, a sentence each.
 */
async function untilSettled(facts: LocalFacts, wanted: number, progress: (line: string) => void): Promise<string[]> {
  const sqs = new SQSClient({
    endpoint: facts.sqsUrl,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  const left = async () => {
    const counts = await Promise.all(QueueUrls.map((url) => waitingIn(sqs, url)));
    return counts.flatMap((count, index) =>
      count === 0 ? [] : [`${count} records are left in ${QueueUrls[index]?.split('/').at(-1)}`],
    );
  };
  let seen = '';
  let told = 0;
  let moved = Date.now();
  const answer = await until(
    'an end',
    async () => {
      const [shown, queued] = await Promise.all([shownBy(facts), left()]);
      const state = JSON.stringify([shown.length, queued]);
      if (state !== seen) moved = Date.now();
      seen = state;
      if (shown.length >= told + wanted / 5) {
        told = shown.length;
        progress(`${shown.length} of ${wanted} messages are in Slack`);
      }
      const isSettled = shown.length >= wanted && queued.length === 0;
      return isSettled || Date.now() - moved > STANDSTILL_MS ? queued : undefined;
    },
    Number.POSITIVE_INFINITY,
  );
  sqs.destroy();
  return answer;
}

async function waitingIn(sqs: SQSClient, url: string): Promise<number> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: url,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return Object.values(Attributes ?? {}).reduce((sum, count) => sum + Number(count), 0);
}

/** Slack asked itself, in every channel and without its windows: what people see is what counts. */
async function shownBy(facts: LocalFacts): Promise<TrueMessage[]> {
  const { channels } = await control<{ channels: TrueChannel[] }>(facts, 'channels');
  const pages = channels.map(({ id }) => control<{ messages: TrueMessage[] }>(facts, `channels/${id}/messages`));
  return (await Promise.all(pages)).flatMap(({ messages }) => messages);
}

/** What Slack shows against what is wanted, and against what War Room remembers of it. */
async function compared(facts: LocalFacts, stories: readonly Story[]) {
  const shown = await shownBy(facts);
  const faults: string[] = [];
  const accounted = new Set<TrueMessage>();
  for (const story of stories) {
    const { orderId, ending } = story;
    const all = shown.filter((message) => keyOf(message).includes(orderId));
    for (const message of all) accounted.add(message);
    const roots = all.filter(({ threadTs }) => threadTs === undefined);
    const replies = all.filter(({ threadTs }) => threadTs !== undefined && threadTs === roots[0]?.ts);
    const keys = all.map(keyOf);
    const twice = keys.filter((key, index) => keys.indexOf(key) !== index);
    const fault = (what: string) => faults.push(`${orderId}: ${what}`);
    if (roots.length !== 1) fault(`${roots.length} roots`);
    if (replies.length !== ending.replies.length) fault(`${replies.length} replies, ${ending.replies.length} wanted`);
    if (all.length !== roots.length + replies.length) fault('a reply is not under its root');
    if (twice.length > 0) fault(`twice in Slack: ${twice.join(', ')}`);
    if (!roots.every(({ text }) => text.includes(` ${ending.state} `))) fault(`the root does not say ${ending.state}`);
    const thread = await threadOf(facts, orderId);
    if (thread === undefined || !isTold(thread, ending) || thread.messages.length !== all.length) {
      fault(`War Room remembers it as ${JSON.stringify(thread)}`);
    }
  }
  for (const { text } of shown.filter((message) => !accounted.has(message))) {
    faults.push(`Nobody wanted this message: ${JSON.stringify(text)}`);
  }
  const threads = shown.filter(({ threadTs }) => threadTs === undefined).length;
  return { threads, replies: shown.length - threads, faults };
}

function keyOf({ metadata }: TrueMessage): string {
  return String(metadata?.event_payload['key']);
}

async function control<T>({ slack }: LocalFacts, path: string): Promise<T> {
  const response = await fetch(`${slack.url}/control/${path}`);
  return (await response.json()) as T;
}

/** What the workers of all lives said of their passes. A line that a kill has cut is none. */
function reported(folder: string): { readonly adopted: number; readonly doubled: number } {
  const lines = readFileSync(join(folder, 'functions.log'), 'utf8').split('\n');
  const sum = (name: string) =>
    lines.reduce((total, line) => total + Number(new RegExp(`"${name}":(\\d+)`).exec(line)?.[1] ?? 0), 0);
  return { adopted: sum('adopted'), doubled: sum('doubled') };
}
