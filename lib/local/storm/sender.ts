/** Sends a storm's deliveries to whatever stack there is, each until it is acknowledged, and keeps Razorpay's API in step. */
import type { LocalFacts } from '../facts.ts';
import { isTold, place, send, threadOf } from '../play.ts';
import type { Body } from '../razorpay-bodies.ts';
import type { Step } from '../telling.ts';
import type { Delivery, Phase } from './deliveries.ts';
import type { Life } from './lives.ts';

/** A stack that was killed is there again long before. */
const ACKNOWLEDGED_WITHIN_MS = 180_000;
const AGAIN_AFTER_MS = 250;
const LOOK_EVERY_MS = 100;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Lives on their way. */
export class Sender {
  acknowledged = 0;
  /** Webhooks that were lost, and nobody sent them again. */
  lost = 0;
  /** Deliveries that nobody acknowledged at first, and that were sent again. */
  sentAgain = 0;
  /** Threads that look told to whoever watches Slack: only these are worth asking War Room about. */
  looksTold: ReadonlySet<string> = new Set();
  /** How long it took until each was acknowledged at its first try, ms. */
  readonly latencies: number[] = [];
  #target: LocalFacts | undefined;
  readonly #waiting: Phase[][];
  readonly #queue: Delivery[] = [];
  readonly #total: number;
  #released = Number.POSITIVE_INFINITY;
  #taken = 0;
  /** What Razorpay's API answers by now, and up to which step of each life. */
  readonly #world: Map<string, Body>;
  readonly #reached = new Map<Life, number>();
  readonly #placing = new Map<Life, Promise<void>>();
  /** How many different steps of each life are acknowledged or lost. */
  readonly #stepsDone = new Map<Life, number>();

  /** `world` is what Razorpay's API is told before anything else. */
  constructor(lives: readonly (readonly Phase[])[], world: Step['world']) {
    this.#world = new Map(Object.entries(world));
    this.#waiting = lives.map((phases) => [...phases]);
    this.#total = lives.flat().reduce((sum, { deliveries }) => sum + deliveries.length, 0);
    for (const phases of this.#waiting) this.#begin(phases.shift());
  }

  /** How many deliveries there are in all. */
  get total(): number {
    return this.#total;
  }

  /** How many of them are done: acknowledged, or lost. */
  get done(): number {
    return this.acknowledged + this.lost;
  }

  /** Where everything is sent from now on; undefined while nothing serves. A new stack knows no Razorpay but this one. */
  async sendTo(target: LocalFacts | undefined): Promise<void> {
    if (target !== undefined) await place(target, Object.fromEntries(this.#world));
    this.#target = target;
  }

  /** Lets no more than the first `count` deliveries go. */
  release(count: number): void {
    this.#released = count;
  }

  /** Resolves once all deliveries are acknowledged. */
  async send(inflight: number): Promise<void> {
    const phases = this.#waiting.map((waiting) => this.#follow(waiting));
    const sender = async () => {
      while (this.#taken < this.#total) {
        const next = this.#taken < this.#released ? this.#queue.shift() : undefined;
        if (next === undefined) {
          await pause(LOOK_EVERY_MS / 10);
          continue;
        }
        this.#taken += 1;
        await this.#deliver(next);
      }
    };
    await Promise.all([...phases, ...Array.from({ length: inflight }, sender)]);
  }

  /** Begins the phases of a life, one after the other. */
  async #follow(waiting: Phase[]): Promise<void> {
    for (let phase = waiting.shift(); phase !== undefined; phase = waiting.shift()) {
      while (!(await this.#mayBegin(phase))) await pause(LOOK_EVERY_MS);
      this.#begin(phase);
    }
  }

  async #mayBegin({ awaits, deliveries }: Phase): Promise<boolean> {
    const [first] = deliveries;
    // All steps before are acknowledged.
    if (first !== undefined && (this.#stepsDone.get(first.life) ?? 0) < first.position) return false;
    if (awaits === undefined) return true;
    if (!this.looksTold.has(awaits.id)) return false;
    const target = this.#target;
    const thread = target && (await threadOf(target, awaits.id).catch(() => undefined));
    return thread !== undefined && isTold(thread, awaits);
  }

  #begin(phase: Phase | undefined): void {
    this.#queue.push(...(phase?.deliveries ?? []));
    this.#queue.sort((a, b) => a.at - b.at);
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const began = Date.now();
    while (this.#target === undefined) await pause(LOOK_EVERY_MS);
    for (let tries = 1; ; tries += 1) {
      const from = performance.now();
      if (await this.#isTaken(delivery)) {
        if (tries === 1 && !delivery.isLost) this.latencies.push(performance.now() - from);
        if (tries > 1) this.sentAgain += 1;
        break;
      }
      if (Date.now() - began > ACKNOWLEDGED_WITHIN_MS) {
        throw new Error(`Nobody acknowledges that ${delivery.step.tells}, life ${delivery.life.index}.`);
      }
      await pause(AGAIN_AFTER_MS);
    }
    if (delivery.isLost) this.lost += 1;
    else this.acknowledged += 1;
    if (!delivery.isAgain) this.#stepsDone.set(delivery.life, (this.#stepsDone.get(delivery.life) ?? 0) + 1);
  }

  async #isTaken(delivery: Delivery): Promise<boolean> {
    const target = this.#target;
    if (target === undefined) return false;
    try {
      await this.#reach(target, delivery);
      if (delivery.isLost) return true;
      const status = await send(target, { ...delivery.step, world: {} });
      return status >= 200 && status < 300;
    } catch {
      // Nothing serves just now, or it was killed while it answered.
      return false;
    }
  }

  /**
   * At Razorpay nothing is out of order: a step that is told late, or first, finds all that was before it, and what one
   * delivery of a life puts in place no other one overtakes.
   */
  async #reach(target: LocalFacts, { life, position }: Delivery): Promise<void> {
    const reached = this.#reached.get(life) ?? -1;
    const before = this.#placing.get(life);
    if (position <= reached) return before;
    this.#reached.set(life, position);
    const news: Step['world'] = Object.assign(
      {},
      ...life.steps.slice(reached + 1, position + 1).map(({ world }) => world),
    );
    for (const [path, entity] of Object.entries(news)) this.#world.set(path, entity);
    const placing = (before ?? Promise.resolve()).catch(() => undefined).then(() => place(target, news));
    this.#placing.set(life, placing);
    await placing;
  }
}
