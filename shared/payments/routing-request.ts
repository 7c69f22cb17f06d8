import * as z from 'zod/mini';
import { Refuse, type WrongField } from '../base/errors.ts';
import { hold, named, text } from '../base/fields.ts';
import { once } from '../base/lazy.ts';
import { type Case, smallestUnit } from './dimension.ts';
import { changes } from './replies.ts';
import type { Row } from './route.ts';
import { problemInWords, problemsOf } from './route-check.ts';

/** A table is read by people, and looked through for open cases in the request. */
export const rowsAtMost = 100;
const typesAtMost = 50;

/** Far above what anybody pays, in the smallest unit. */
export const amountAtMost = 1_000_000_000_000;

/** How many days a dry run may look back. */
const dryRunDaysAtMost = 31;

const isUnlike = (values: readonly unknown[]) => new Set(values).size === values.length;

const bodies = once(() => {
  const bounds = (most: number) => z.int().check(z.nonnegative(), z.maximum(most));
  /** `most` is far above what anybody pays or completes; what lies beyond is taken by a row without a `max`. */
  const range = (most: number) =>
    z.strictObject({ min: z.optional(bounds(most)), max: z.optional(bounds(most)) }).check(
      z.refine(({ min, max }) => min !== undefined || max !== undefined, 'must have a min, a max or both.'),
      z.refine(({ min = 0, max = min }) => min <= max, { path: ['min'], error: 'must not be more than `max`.' }),
    );
  const [completed, amount] = [1_000, amountAtMost];

  const when = z.strictObject({
    courseType: z
      .optional(
        z
          .array(text(64))
          .check(
            z.minLength(1, 'must name a course type; leave the field out where any will do.'),
            z.maxLength(typesAtMost, `must name at most ${typesAtMost} course types.`),
            z.refine(isUnlike, 'names a course type twice.'),
          ),
      )
      .register(z.globalRegistry, {
        description: 'Any of these, as the checkout writes them. A payment that nobody announced has no course type.',
      }),
    kind: z.optional(z.enum(['full', 'part'])).register(z.globalRegistry, {
      description: 'A payment that nobody announced counts as a full one.',
    }),
    completedInstalments: z.optional(range(completed)).register(z.globalRegistry, {
      description: "Of the learner's plans that are not fully paid; this payment's own instalment is left out.",
    }),
    assigned: z.optional(z.boolean()).register(z.globalRegistry, { description: 'Whether an admin is assigned.' }),
    amount: z.optional(range(amount)).register(z.globalRegistry, {
      description:
        "What is asked for, in the smallest unit of the payment's own currency. An amount that nobody said lies in no range.",
    }),
  });

  const then = z.strictObject({
    channel: z
      .string()
      .check(
        z.regex(
          /^(payments|partPayments|ops|[CG][A-Z0-9]{6,20})$/,
          'must be payments, partPayments or ops, or the id of a Slack channel, such as C0123456789.',
        ),
      ),
    postAs: z.enum(['admin', 'app']).register(z.globalRegistry, {
      description: '`admin`: the assigned admin, or the app naming them; `app`: always the app.',
    }),
    broadcast: z
      .array(z.enum(changes))
      .check(z.refine(isUnlike, 'names a change twice.'))
      .register(z.globalRegistry, { description: 'The replies that are also shown in the channel.' }),
  });

  const row = z.strictObject({
    name: text(80).register(z.globalRegistry, { description: 'Unlike that of any other row; people are told it.' }),
    when: when.register(z.globalRegistry, {
      description: 'All of it must hold of a payment; what is left out does not matter.',
    }),
    then,
  });

  const rows = z
    .array(row)
    .check(z.minLength(1, 'must have a row.'), z.maxLength(rowsAtMost, `must have at most ${rowsAtMost} rows.`))
    .register(z.globalRegistry, {
      description: 'The first row that takes a payment wins. Together they take every payment, and each can win.',
    });

  const madeUp = z
    .strictObject({
      courseType: z.optional(text(64)),
      kind: z.optional(z.enum(['full', 'part'])),
      completedInstalments: z.optional(bounds(completed)),
      assigned: z.optional(z.boolean()),
      amount: z.optional(bounds(amount)),
    })
    .register(z.globalRegistry, {
      description: 'Left out: no course type, a full payment, no completed instalment, nobody assigned, no amount.',
    });

  return {
    row,
    /** What decides which payments a row takes, whatever is wrong with the rest of it. */
    asking: z.array(z.object({ name: text(80), when })).check(z.maxLength(rowsAtMost)),
    routing: z.strictObject({
      rows,
      dryRunDays: z.optional(z.int().check(z.minimum(1), z.maximum(dryRunDaysAtMost))).register(z.globalRegistry, {
        description:
          'Shows what of these days would have gone elsewhere. The version is then not activated unless asked.',
      }),
      activate: z.optional(z.boolean()).register(z.globalRegistry, {
        description: 'Whether the version routes new threads from now on. Left out: yes, unless `dryRunDays` is there.',
      }),
    }),
    explain: z.strictObject({
      paymentId: z
        .optional(z.string().check(z.regex(/^\w{3,64}$/, 'must be an id that Razorpay gave.')))
        .register(z.globalRegistry, {
          description: 'Any id of a payment that War Room knows: of the order, a payment, the link, an invoice …',
        }),
      account: z.optional(z.string()).register(z.globalRegistry, {
        description: 'Of `paymentId`: the Razorpay account. Required when your team has several.',
      }),
      payment: z.optional(madeUp).register(z.globalRegistry, { description: 'A payment that is made up.' }),
    }),
  };
});

/** A row of the decision table, as it is sent, kept and shown. */
export const rowSchema = () => bodies().row;

/** The body of `PUT /v1/routing`. */
export const routingRequest = () => bodies().routing;

/** The body of `POST /v1/routing/explain`: a payment by its id, or one that is made up. */
export const explainRequest = () => bodies().explain;

export type RoutingRequest = {
  readonly rows: readonly Row[];
  readonly dryRunDays: number | undefined;
  readonly activate: boolean;
};

/** Reads the body of `PUT /v1/routing`. Throws `Refuse` (400) that names everything that is wrong with the table. */
export function readRouting(body: unknown): RoutingRequest {
  const held = hold(routingRequest(), body);
  // What else is wrong with the body must not hide what is wrong with the table.
  const table = hold(bodies().asking, Object(body).rows);
  const wrong = [...(held.ok ? [] : held.wrong), ...(table.ok ? wrongOf(table.value) : [])];
  if (!held.ok || wrong.length > 0) {
    throw new Refuse(
      400,
      'The table was not stored: put right what is named in `errors` and send it again.',
      named(wrong),
    );
  }
  const { dryRunDays, activate = dryRunDays === undefined } = held.value;
  return { rows: held.value.rows, dryRunDays, activate };
}

/** What a request to explain is about. */
export type ExplainRequest =
  | { readonly paymentId: string; readonly account: string | undefined }
  | { readonly payment: Case };

/** Reads the body of `POST /v1/routing/explain`. Throws `Refuse` (400). */
export function readExplain(body: unknown): ExplainRequest {
  const held = hold(explainRequest(), body);
  if (!held.ok) throw new Refuse(400, 'Put right what is named in `errors`.', named(held.wrong));
  const { paymentId, account, payment } = held.value;
  if (paymentId !== undefined && payment === undefined) return { paymentId, account };
  if (payment !== undefined && paymentId === undefined && account === undefined) {
    const { courseType, kind = 'full', completedInstalments = 0, assigned = false, amount } = payment;
    return { payment: { courseType, kind, completedInstalments, assigned, amount } };
  }
  throw new Refuse(
    400,
    'Ask for a payment that is known by its `paymentId`, or for a made-up `payment`: one of them.',
    [{ pointer: '', message: 'must have either paymentId (and perhaps account) or payment.' }],
  );
}

/** What is wrong with rows of which each asks for something that can be asked for: why they cannot be a table. */
export function wrongOf(table: readonly Pick<Row, 'name' | 'when'>[], money = smallestUnit): WrongField[] {
  const types = new Set(table.flatMap(({ when: { courseType = [] } }) => courseType));
  if (types.size > typesAtMost) {
    return [{ pointer: '/rows', message: `must name at most ${typesAtMost} course types in all.` }];
  }
  const again = table.flatMap(({ name }, index): WrongField[] => {
    const first = table.findIndex((row) => row.name === name);
    // As people count: from 1.
    const message = `is the name of row ${first + 1} as well: give row ${index + 1} another.`;
    return first === index ? [] : [{ pointer: `/rows/${index}/name`, message }];
  });
  const problems = problemsOf(table).map((problem): WrongField => {
    const pointer = problem.kind === 'open' ? '/rows' : `/rows/${problem.row}`;
    return { pointer, message: problemInWords(problem, table, money) };
  });
  return [...problems, ...again];
}
