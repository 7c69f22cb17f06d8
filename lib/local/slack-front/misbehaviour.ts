/**
 * What may be wrong with the requests this Slack sends: forged, old, twice, late, in another order. Scripted like faults (faults.ts),
 * so that a test names its bad luck.
 */
import { z } from 'zod/mini';

const scope = {
  /** Which requests; `*` is all of them. */
  to: z._default(z.enum(['events', 'commands', 'interactivity', '*']), '*'),
  /** An event's type (`channel_archive`), a command (`/warroom`) or a payload's type (`block_actions`) only. */
  type: z.optional(z.string()),
  /** Lets so many matching requests pass first. */
  skip: z._default(z.int().check(z.nonnegative()), 0),
  /** Strikes so many times, then is spent. Without it: until the script is reset. */
  count: z.optional(z.int().check(z.positive())),
};

/** One thing to do wrong, as a test or `POST /control/misbehaviours` gives it. */
export const misbehaviourSchema = z.discriminatedUnion('kind', [
  /** Signed with a secret that is not the app's. */
  z.strictObject({ ...scope, kind: z.literal('forged') }),
  /** Without the two headers of a signature. */
  z.strictObject({ ...scope, kind: z.literal('unsigned') }),
  /** Properly signed, so many seconds ago; a negative number lies ahead. */
  z.strictObject({ ...scope, kind: z.literal('aged'), seconds: z.int() }),
  /** The content type names its charset, as it may. */
  z.strictObject({ ...scope, kind: z.literal('charset'), charset: z._default(z.string(), 'utf-8') }),
  /** The very same request a second time, right behind the first. */
  z.strictObject({ ...scope, kind: z.literal('duplicate') }),
  z.strictObject({ ...scope, kind: z.literal('delayed'), milliseconds: z.int().check(z.nonnegative()) }),
  /** Waits for the next event and goes behind it. Events only. */
  z.strictObject({ ...scope, kind: z.literal('reordered') }),
  /** Never sent: Slack gives up on events that it could not deliver for two hours. */
  z.strictObject({ ...scope, kind: z.literal('lost') }),
  /** An event of a shared channel, where `team_id` is the other company's. https://docs.slack.dev/apis/slack-connect */
  z.strictObject({ ...scope, kind: z.literal('foreign'), team: z.string() }),
]);

/** How one is written, for whoever asks what there is. In brackets: what holds where nothing is said. */
export const MISBEHAVIOUR_IN_WORDS =
  '{kind, to? events, commands, interactivity (all of them), type? of event, command or payload, skip? so many (0), count? how often ' +
  '(until it is forgotten)}. The kinds: forged; unsigned; aged {seconds}; charset {charset? (utf-8)}; duplicate; delayed {milliseconds}; ' +
  'reordered; lost; foreign {team}';

/** A misbehaviour as it is written. */
export type MisbehaviourInput = z.input<typeof misbehaviourSchema>;
/** A misbehaviour with its defaults filled in. */
export type Misbehaviour = z.output<typeof misbehaviourSchema>;

/** Where requests of one sort go. */
export type Destination = Exclude<Misbehaviour['to'], '*'>;

/** A misbehaviour that was ordered, and how often it has struck. */
export interface OrderedMisbehaviour {
  readonly misbehaviour: Misbehaviour;
  readonly seen: number;
  readonly struck: number;
}

/** What is to go wrong, in the order it was asked for. Everything that matches strikes: a duplicate may be forged as well. */
export class MisbehaviourScript {
  private ordered: { readonly misbehaviour: Misbehaviour; seen: number; struck: number }[] = [];

  /** Orders one; refuses with a ZodError what is not one. */
  add(input: MisbehaviourInput): OrderedMisbehaviour {
    const entry = { misbehaviour: misbehaviourSchema.parse(input), seen: 0, struck: 0 };
    this.ordered.push(entry);
    return entry;
  }

  list(): readonly OrderedMisbehaviour[] {
    return this.ordered.map((entry) => ({ ...entry }));
  }

  reset(): void {
    this.ordered = [];
  }

  /** What is to be wrong with this request. */
  strike(to: Destination, type: string): readonly Misbehaviour[] {
    return this.ordered.flatMap((entry) => {
      const { misbehaviour } = entry;
      if (misbehaviour.to !== '*' && misbehaviour.to !== to) return [];
      if (misbehaviour.type !== undefined && misbehaviour.type !== type) return [];
      if (misbehaviour.count !== undefined && entry.struck >= misbehaviour.count) return [];
      entry.seen += 1;
      if (entry.seen <= misbehaviour.skip) return [];
      entry.struck += 1;
      return [misbehaviour];
    });
  }
}
