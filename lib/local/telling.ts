/**
 * The parts that stories and storms are made of: time passes, and what happens to a sale meanwhile is told in steps, as
 * the checkout and Razorpay report it. Pure: ids come from `random`, times from `now`.
 */
import { type Body, razorpayId, webhookBody } from './razorpay-bodies.ts';

/** Something that is told to War Room. */
export type Step = {
  /** Since the step before, in milliseconds of the story's own time. */
  readonly afterMs: number;
  /** For the person who watches. */
  readonly tells: string;
  /** What Razorpay's API answers from now on, by path under `/control/`. */
  readonly world: Readonly<Record<string, Body>>;
  readonly sent:
    | { readonly kind: 'initiated'; readonly body: Body }
    | { readonly kind: 'webhook'; readonly eventId: string; readonly body: Body };
  /** Nobody sends it before this thread is told: what comes of it depends on what War Room knows by then. */
  readonly awaits?: Ending;
};

/** How a thread ends, in whatever order and however often its steps were told. */
export type Ending = {
  /** Its order; without one the payment, the link or the invoice. */
  readonly id: string;
  /** The state, as people are told. */
  readonly state: string;
  /** The amount in its first line, in the smallest unit of INR; `of` is what was asked for where not all is paid. */
  readonly amount: number;
  readonly of?: number;
  /** The keys of its replies. */
  readonly replies: readonly string[];
  readonly channel: 'payments' | 'partPayments';
};

/** What a story is made from. `random` answers from 0 up to 1; `now` is in milliseconds. */
export type Scene = { readonly random: () => number; readonly now: number };

/** Time that passes, and what is told meanwhile. */
export class Telling {
  readonly random: () => number;
  readonly #steps: Step[] = [];
  #atMs: number;

  /** The last step is told `now` where the steps take `lastsMs` in all. */
  constructor({ random, now }: Scene, lastsMs: number) {
    this.random = random;
    this.#atMs = now - lastsMs;
  }

  get steps(): readonly Step[] {
    return this.#steps;
  }

  /** The present moment of the story, Unix seconds. */
  get at(): number {
    return Math.floor(this.#atMs / 1000);
  }

  id(prefix: string): string {
    return razorpayId(prefix, this.random);
  }

  /** Lets time pass before the next step. */
  pass(ms: number): void {
    this.#atMs += ms;
  }

  initiated(tells: string, body: Body, world: Step['world'], awaits?: Ending): void {
    const initiatedAt = new Date(this.#atMs).toISOString();
    this.#steps.push({
      afterMs: 0,
      tells,
      world,
      sent: { kind: 'initiated', body: { ...body, initiatedAt } },
      ...(awaits && { awaits }),
    });
  }

  /** Razorpay reports `event`, `afterMs` after the step before. `dated` is for an envelope that carries another time. */
  webhook(
    event: string,
    afterMs: number,
    entities: Readonly<Record<string, Body>>,
    { world, tells, dated }: { readonly world: Step['world']; readonly tells?: string; readonly dated?: number },
  ): void {
    this.#atMs += afterMs;
    this.#steps.push({
      afterMs,
      tells: `Razorpay reports ${tells ?? event} (${idOf(event, entities)})`,
      world,
      sent: { kind: 'webhook', eventId: this.id(''), body: webhookBody(event, dated ?? this.at, entities) },
    });
  }
}

/** The id of what an event is about: of the dispute, where it is `payment.dispute.won`. */
function idOf(event: string, entities: Readonly<Record<string, Body>>): string {
  const subject = event.slice(0, event.lastIndexOf('.'));
  const entity = entities[subject] ?? entities[subject.slice(subject.lastIndexOf('.') + 1)];
  return String(entity?.['id']);
}

/** Where Razorpay's API shows an entity of a webhook, by its name there. */
const COLLECTIONS: Readonly<Record<string, string>> = {
  payment: 'payments',
  refund: 'refunds',
  dispute: 'disputes',
  payment_link: 'payment_links',
};

/** What Razorpay's API answers once it has reported these entities. */
export function worldOf(entities: Readonly<Record<string, Body>>): Step['world'] {
  return Object.fromEntries(
    Object.entries(entities).flatMap(([name, entity]) => {
      const collection = COLLECTIONS[name];
      return collection === undefined ? [] : [[`${collection}/${entity['id']}`, entity]];
    }),
  );
}
