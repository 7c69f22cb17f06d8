/** Many payments at once, with doubled and reordered deliveries: sent, then compared with what stands in Slack. */
import type { LocalFacts } from './facts.ts';
import { deliver, isTold, PlayFailed, send, type Thread, threadOf } from './play.ts';
import { saleOfMany, seededRandom } from './stories.ts';
import type { Step } from './telling.ts';

type Story = ReturnType<typeof saleOfMany>;

export type StormOptions = {
  readonly payments: number;
  /** Share of the deliveries that come twice, 0 to 1. */
  readonly doubles: number;
  /** Requests at a time. */
  readonly inflight: number;
  /** The same seed, the same storm. */
  readonly seed: number;
};

export type StormSummary = {
  readonly sent: number;
  readonly doubled: number;
  /** Deliveries answered 2xx at their first try; the others were sent again, as Razorpay would. */
  readonly acknowledged: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly tookMs: number;
  readonly threads: number;
  readonly replies: number;
  /** What Slack itself shows too much or too little of, a sentence each; empty is right. */
  readonly faults: readonly string[];
};

type Delivery = { readonly step: Step & { readonly sent: { readonly kind: 'webhook' } }; readonly again: boolean };

/** Half a minute is enough for a stack that was killed to be there again. */
const TRIES = 60;
const AGAIN_AFTER_MS = 500;
/** Nothing more in Slack for this long, and not all is told: something is lost. */
const STANDSTILL_MS = 30_000;
const LOOK_EVERY_MS = 250;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Sends a storm and waits until Slack shows it all, or shows no more. `progress` is called now and then. */
export async function storm(
  facts: LocalFacts,
  options: StormOptions,
  progress: (line: string) => void,
): Promise<StormSummary> {
  const random = seededRandom(options.seed);
  const now = Date.now();
  const stories = Array.from({ length: options.payments }, (_, index) => saleOfMany({ random, now }, index));
  const began = performance.now();

  progress(`starting ${stories.length} payments`);
  await eachOf(stories, options.inflight, async ({ steps }) => {
    const [initiated] = steps;
    if (initiated !== undefined) await send(facts, initiated);
  });

  const deliveries = shuffled(stories, options.doubles, random);
  const latencies: number[] = [];
  let acknowledged = 0;
  let done = 0;
  await eachOf(deliveries, options.inflight, async ({ step }) => {
    for (let tries = 1; tries <= TRIES; tries += 1) {
      const from = performance.now();
      const status = await deliver(facts, step.sent.eventId, step.sent.body).catch(() => 0);
      latencies.push(performance.now() - from);
      if (status >= 200 && status < 300) {
        if (tries === 1) acknowledged += 1;
        break;
      }
      await pause(AGAIN_AFTER_MS);
    }
    done += 1;
    if (done % Math.max(1, Math.round(deliveries.length / 5)) === 0)
      progress(`delivered ${done} of ${deliveries.length}`);
  });

  const threads = await untilTold(facts, stories, progress);
  const sorted = latencies.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return {
    sent: deliveries.length,
    doubled: deliveries.filter(({ again }) => again).length,
    acknowledged,
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    tookMs: performance.now() - began,
    threads: [...threads.values()].filter(({ messages }) => messages.length > 0).length,
    replies: [...threads.values()].reduce((sum, { messages }) => sum + Math.max(0, messages.length - 1), 0),
    faults: await compared(facts, stories, threads),
  };
}

/** The webhooks of all stories, out of order near where they belong, some of them twice. */
function shuffled(stories: readonly Story[], doubles: number, random: () => number): Delivery[] {
  const placed = stories.flatMap(({ steps }, index) =>
    steps.flatMap((step, position) => {
      if (step.sent.kind !== 'webhook') return [];
      const one = { step: step as Delivery['step'], again: false };
      const at = index + position + random() * 6;
      return random() < doubles
        ? [
            { ...one, at },
            { ...one, again: true, at: at + random() * 12 },
          ]
        : [{ ...one, at }];
    }),
  );
  return placed.sort((a, b) => a.at - b.at);
}

/** Works through `all` with so many at a time. */
async function eachOf<T>(all: readonly T[], atATime: number, work: (one: T) => Promise<void>): Promise<void> {
  const left = all[Symbol.iterator]();
  const worker = async () => {
    for (const one of left) await work(one);
  };
  await Promise.all(Array.from({ length: atATime }, worker));
}

async function untilTold(
  facts: LocalFacts,
  stories: readonly Story[],
  progress: (line: string) => void,
): Promise<ReadonlyMap<string, Thread>> {
  const threads = new Map<string, Thread>();
  const told = new Set<string>();
  let moved = Date.now();
  let before = '';
  while (told.size < stories.length && Date.now() - moved < STANDSTILL_MS) {
    await eachOf(
      stories.filter(({ orderId }) => !told.has(orderId)),
      4,
      async (story) => {
        const { orderId } = story;
        // It may be starting again: that it stands still for long is what tells.
        const thread = await threadOf(facts, orderId).catch(() => undefined);
        if (thread === undefined) return;
        threads.set(orderId, thread);
        if (isTold(thread, story.ending)) told.add(orderId);
      },
    );
    const standing = `${told.size} of ${stories.length} threads are told`;
    const seen = JSON.stringify([...threads.values()].map(({ messages }) => messages.length));
    if (seen !== before) moved = Date.now();
    if (seen !== before) progress(standing);
    before = seen;
    if (told.size < stories.length) await pause(LOOK_EVERY_MS);
  }
  return threads;
}

/** Slack asked itself: what War Room remembers may be wrong, what people see is what counts. */
async function compared(
  facts: LocalFacts,
  stories: readonly Story[],
  threads: ReadonlyMap<string, Thread>,
): Promise<string[]> {
  const faults: string[] = [];
  const shown = new Map<string, { roots: number; replies: number }>();
  for (const channel of new Set([facts.channels.payments, facts.channels.partPayments])) {
    for (const root of await history(facts, channel)) {
      const order = /order_\w+/.exec(JSON.stringify([root['text'], root['blocks']]))?.[0];
      if (order === undefined) continue;
      const seen = shown.get(order) ?? { roots: 0, replies: 0 };
      shown.set(order, { roots: seen.roots + 1, replies: seen.replies + Number(root['reply_count'] ?? 0) });
    }
  }
  for (const story of stories) {
    const { orderId } = story;
    const wanted = threads.get(orderId)?.messages.length ?? 0;
    const { roots, replies } = shown.get(orderId) ?? { roots: 0, replies: 0 };
    if (wanted <= story.ending.replies.length)
      faults.push(`${orderId}: ${wanted} messages of ${1 + story.ending.replies.length} were told`);
    if (roots !== 1) faults.push(`${orderId}: ${roots} roots in Slack`);
    if (replies !== wanted - 1) faults.push(`${orderId}: ${replies} replies in Slack, ${wanted - 1} wanted`);
  }
  return faults;
}

type HistoryPage = {
  readonly error?: string;
  readonly messages?: readonly Readonly<Record<string, unknown>>[];
  readonly response_metadata?: { readonly next_cursor?: string };
};

/** A Slack that was told to misbehave does so here as well: a page that does not come is asked for again. */
async function historyPage(facts: LocalFacts, body: URLSearchParams): Promise<HistoryPage> {
  const headers = { authorization: `Bearer ${facts.slack.botToken}` };
  for (let attempt = 1; ; attempt += 1) {
    const url = `${facts.slack.url}/api/conversations.history`;
    const page = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(2_000) })
      .then((response) => response.json() as Promise<HistoryPage>)
      .catch((): HistoryPage => ({ error: 'no_answer' }));
    // In a channel of which the app is no member nothing of ours can be.
    if (page.error === undefined || page.error === 'not_in_channel') return page;
    if (attempt >= TRIES) throw new PlayFailed(`${facts.slack.url} does not show what is in ${body.get('channel')}.`);
    await pause(AGAIN_AFTER_MS);
  }
}

async function history(facts: LocalFacts, channel: string): Promise<Readonly<Record<string, unknown>>[]> {
  const messages: Readonly<Record<string, unknown>>[] = [];
  let cursor = '';
  do {
    const page = await historyPage(facts, new URLSearchParams({ channel, limit: '200', ...(cursor && { cursor }) }));
    messages.push(...(page.messages ?? []));
    cursor = page.response_metadata?.next_cursor ?? '';
  } while (cursor !== '');
  return messages;
}
