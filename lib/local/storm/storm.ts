/** Many lives at once, badly told: sent, then compared with what stands in Slack. */
import type { LocalFacts } from '../facts.ts';
import { PlayFailed } from '../play.ts';
import { seededRandom } from '../stories.ts';
import { phasesOf } from './deliveries.ts';
import { endFaults, orderFaults, razorpayFaults } from './faults.ts';
import { parkedIn } from './left.ts';
import { lifeOf } from './lives.ts';
import { judged, threadOf, type Verdict } from './oracle.ts';
import { Sender } from './sender.ts';
import { everythingShown, type Reading } from './slack-reader.ts';
import { untilOver } from './watch.ts';

export type StormOptions = {
  readonly payments: number;
  /** Share of the webhooks that come twice, 0 to 1. */
  readonly duplicates: number;
  /** Whether they come out of order. */
  readonly reorder: boolean;
  /** Share of the webhooks that are lost, 0 to 1, among those that War Room can do without. */
  readonly lose: number;
  /** Whether Slack and Razorpay's API misbehave. */
  readonly faults: boolean;
  /** Requests at a time. */
  readonly inflight: number;
  /** The same seed, the same storm. */
  readonly seed: number;
};

export type StormSummary = Verdict & {
  readonly lives: number;
  /** Deliveries that were acknowledged, and webhooks that never came. */
  readonly delivered: number;
  readonly neverCame: number;
  /** Deliveries that nobody acknowledged at their first try. */
  readonly sentAgain: number;
  /** Calls to Slack that went wrong on order. */
  readonly struck: number;
  /** Within which half, and 95 of a hundred, were acknowledged at their first try, milliseconds. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly tookMs: number;
  readonly threads: number;
  readonly replies: number;
};

/** Where a storm is played: a Slack that is there all the time, and whatever serves in front of it. */
export type Scenery = {
  readonly slack: Reading;
  /** Has something serve, by `sender.sendTo`, while a storm is sent; resolves when the stack that stays is there. */
  serve(sender: Sender, random: () => number, isSent: () => boolean): Promise<LocalFacts>;
};

/** A stack that serves all the time. */
export function steady(facts: LocalFacts): Scenery {
  return {
    slack: facts.slack,
    serve: async (sender) => {
      await sender.sendTo(facts);
      return facts;
    },
  };
}

/** Sends a storm and waits until Slack shows it all, or shows no more. `progress` is called every few seconds. */
export async function storm(
  scenery: Scenery,
  options: StormOptions,
  progress: (line: string) => void,
): Promise<StormSummary> {
  const { slack } = scenery;
  const random = seededRandom(options.seed);
  const now = Date.now();
  const lives = Array.from({ length: options.payments }, (_, index) => lifeOf({ random, now }, index));
  // Those that have to wait for themselves come first: at the end nothing else would be going on.
  const first = lives.toSorted((a, b) => b.endings.length - a.endings.length);
  const phases = first.map((life, slot) => phasesOf(life, { ...options, random }, slot));
  const sender = new Sender(phases, options.faults ? razorpayFaults : {});
  const before = await everythingShown(slack);
  const ids = new Set(lives.flatMap(({ endings }) => endings.map(({ id }) => id)));
  if (before.some((one) => ids.has(threadOf(one)))) {
    throw new PlayFailed('This very storm was played here before. Give another --seed.');
  }

  const began = performance.now();
  if (options.faults) await orderFaults(slack.url, options.seed);
  const sending = sender.send(options.inflight);
  const gaveUp = new AbortController();
  let facts: LocalFacts | undefined;
  const serving = scenery
    .serve(sender, random, () => sender.done >= sender.total)
    .then((staying) => {
      facts = staying;
      return staying;
    });
  for (const part of [sending, serving]) part.catch((reason: unknown) => gaveUp.abort(reason));
  const [left, staying] = await Promise.all([
    untilOver(slack, lives, sender, { facts: () => facts, signal: gaveUp.signal, progress }),
    serving,
    sending,
  ]);
  const tookMs = performance.now() - began;
  const struck = options.faults ? await endFaults(slack.url) : 0;

  const old = new Set(before.map(({ channel, ts }) => `${channel} ${ts}`));
  const shown = (await everythingShown(slack)).filter(({ channel, ts }) => !old.has(`${channel} ${ts}`));
  const verdict = judged(lives, shown, staying.channels);
  const parked = await parkedIn(staying);
  const threads = shown.filter(({ root }) => root === undefined).length;
  const latencies = sender.latencies.toSorted((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor((latencies.length - 1) * share)] ?? 0;
  return {
    lost: [
      ...verdict.lost,
      ...[...left].map(([queue, count]) => `${count} records are left in ${queue}`),
      ...(parked > 0 ? [`${parked} payments are parked`] : []),
    ],
    doubled: verdict.doubled,
    wrong: verdict.wrong,
    lives: lives.length,
    delivered: sender.acknowledged,
    neverCame: sender.lost,
    sentAgain: sender.sentAgain,
    struck,
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    tookMs,
    threads,
    replies: shown.length - threads,
  };
}
