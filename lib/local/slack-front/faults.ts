/**
 * Faults on order. What goes wrong between War Room and Slack is scripted, by method, channel, count and seeded chance, so that a
 * test names its bad luck and a failing seed plays again exactly.
 */
import { z } from 'zod/mini';

const scope = {
  /** A Web API method, or `*` for all of them. */
  method: z._default(z.string(), '*'),
  channel: z.optional(z.string()),
  /** Lets so many matching calls pass first. */
  skip: z._default(z.int().check(z.nonnegative()), 0),
  /** Strikes so many times, then is spent. Without it: until faults are reset. */
  count: z.optional(z.int().check(z.positive())),
  /** The chance of striking at each matching call. */
  probability: z._default(z.number().check(z.gte(0), z.lte(1)), 1),
  seed: z._default(z.int(), 1),
};
const when = z._default(z.enum(['before', 'after']), 'before');

/** One scripted fault, as a test or `POST /control/faults` gives it. */
export const faultSchema = z.discriminatedUnion('kind', [
  /** HTTP 429 with `Retry-After`; nothing is done. */
  z.strictObject({ ...scope, kind: z.literal('rateLimited'), retryAfterSeconds: z._default(z.int(), 1) }),
  /** An HTTP status of 500 or more, before or after the effect. */
  z.strictObject({
    ...scope,
    kind: z.literal('status'),
    status: z._default(z.int().check(z.gte(500), z.lte(599)), 500),
    when,
  }),
  /** The connection is reset, before or after the effect. */
  z.strictObject({ ...scope, kind: z.literal('reset'), when }),
  /** No answer ever, before (the call is never done) or after the effect. */
  z.strictObject({ ...scope, kind: z.literal('timeout'), when }),
  /** No answer ever, and the effect comes so much later, the caller gone or not. */
  z.strictObject({ ...scope, kind: z.literal('late'), delayMilliseconds: z.int().check(z.nonnegative()) }),
  /** `{ok: false, error}` of the test's choice (internal_error, restricted_action...), before or after the effect. */
  z.strictObject({ ...scope, kind: z.literal('error'), error: z.string(), when }),
]);

/** How a fault is written, for whoever asks what there is. In brackets: what holds where nothing is said. */
export const FAULT_IN_WORDS =
  '{kind, method? (all of them), channel?, skip? so many calls (0), count? how often (until it is forgotten), probability? 0 to 1 (1), seed? (1)}. ' +
  'The kinds: rateLimited {retryAfterSeconds? (1)}; status {status? 500 to 599 (500), when?}; reset {when?}; timeout {when?}; ' +
  'late {delayMilliseconds}; error {error, when?}. when: before the call takes effect, or after (before)';

/** A fault as it is written: everything but `kind` (and `delayMilliseconds`, `error`) has a default. */
export type FaultInput = z.input<typeof faultSchema>;
/** A fault with its defaults filled in. */
export type Fault = z.output<typeof faultSchema>;

/** A fault that was ordered, and how often it has struck. */
export interface OrderedFault {
  readonly id: number;
  readonly fault: Fault;
  readonly seen: number;
  readonly struck: number;
}

/** The faults that are waiting for their calls. The first ordered one that strikes is taken. */
export class FaultScript {
  private ordered: (OrderedFault & { readonly chance: () => number; seen: number; struck: number })[] = [];
  private lastId = 0;

  /** Orders a fault; refuses with a ZodError what is not one. */
  add(input: FaultInput): OrderedFault {
    const fault = faultSchema.parse(input);
    this.lastId += 1;
    const entry = { id: this.lastId, fault, seen: 0, struck: 0, chance: seededChance(fault.seed) };
    this.ordered.push(entry);
    return entry;
  }

  list(): readonly OrderedFault[] {
    return this.ordered.map(({ id, fault, seen, struck }) => ({ id, fault, seen, struck }));
  }

  reset(): void {
    this.ordered = [];
  }

  /** What is to go wrong with this call, if anything. */
  strike(method: string, channel: string | undefined): Fault | undefined {
    for (const entry of this.ordered) {
      const { fault } = entry;
      if (fault.method !== '*' && fault.method !== method) continue;
      if (fault.channel !== undefined && fault.channel !== channel) continue;
      if (fault.count !== undefined && entry.struck >= fault.count) continue;
      entry.seen += 1;
      if (entry.seen <= fault.skip || entry.chance() >= fault.probability) continue;
      entry.struck += 1;
      return fault;
    }
    return undefined;
  }
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function seededChance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
