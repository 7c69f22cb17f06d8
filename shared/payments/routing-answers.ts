import * as z from 'zod/mini';
import { rowSchema } from './routing-request.ts';

/** What the API answers about routing. As in `answers.ts`: functions import the types alone. */

const channel = z.string().register(z.globalRegistry, { description: "The Slack channel's id." });

/** What a table would have done to the threads of the last days. */
const dryRunView = z.strictObject({
  from: z.iso.date().register(z.globalRegistry, { description: 'The first day, in India.' }),
  to: z.iso.date(),
  payments: z.int().register(z.globalRegistry, { description: 'How many threads were looked at.' }),
  cut: z.boolean().register(z.globalRegistry, {
    description: 'True where there are more than are looked at: the older ones were left out.',
  }),
  rows: z
    .array(z.strictObject({ row: z.string(), payments: z.int() }))
    .register(z.globalRegistry, { description: 'How many of them each row would have taken.' }),
  elsewhere: z.int().register(z.globalRegistry, { description: 'How many would have gone to another channel.' }),
  moved: z
    .array(
      z.strictObject({
        id: z.string().register(z.globalRegistry, { description: 'The id that the payment was first met by.' }),
        account: z.string(),
        from: channel,
        to: channel,
        row: z.string().register(z.globalRegistry, { description: 'The row that would have sent it there.' }),
      }),
    )
    .register(z.globalRegistry, { description: 'Which ones, a hundred at most.' }),
  more: z.int().register(z.globalRegistry, { description: 'How many of them are not named.' }),
});

export type DryRun = z.output<typeof dryRunView>;

const version = z.int().register(z.globalRegistry, { description: '0 is the built-in table.' });
const active = z.boolean().register(z.globalRegistry, { description: 'Whether it routes new threads now.' });

/** The answer of `GET /v1/routing`. */
export const routingView = z.strictObject({
  version,
  active,
  newest: z.int().register(z.globalRegistry, { description: 'The version that was saved last.' }),
  saved: z.nullable(z.strictObject({ by: z.string(), at: z.iso.datetime() })).register(z.globalRegistry, {
    description: 'By which API key, or which person of the directory, and when; null for the built-in table.',
  }),
  rows: z.array(rowSchema()),
});

/** The answer of `PUT /v1/routing`. */
export const savedView = z.strictObject({ version, active, dryRun: z.nullable(dryRunView) });

const way = {
  channel: z.string().register(z.globalRegistry, {
    description: "The Slack channel's id; its name in the table while the team has no workspace.",
  }),
  row: z.string(),
  why: z.string(),
  postAs: z.enum(['admin', 'app']),
  broadcast: z.array(z.string()),
};

/** The answer of `POST /v1/routing/explain`. */
export const explanationView = z.strictObject({
  id: z.nullable(z.string()).register(z.globalRegistry, { description: 'Of the payment; null for a made-up one.' }),
  payment: z
    .strictObject({
      courseType: z.nullable(z.string()),
      kind: z.enum(['full', 'part']),
      completedInstalments: z.int(),
      assigned: z.boolean(),
      amount: z.nullable(z.int()),
    })
    .register(z.globalRegistry, { description: 'What of it may decide, as it is known now.' }),
  fixed: z.nullable(z.strictObject({ ...way, version: z.nullable(version) })).register(z.globalRegistry, {
    description: 'Where its thread is, for good, and why it went there; null where there is none yet.',
  }),
  now: z.strictObject({ ...way, version }).register(z.globalRegistry, {
    description: 'Where the active table would send it, were it new.',
  }),
  others: z
    .array(z.strictObject({ row: z.string(), why: z.string() }))
    .register(z.globalRegistry, { description: 'Why it is none of the other rows.' }),
});

export type Saved = z.output<typeof savedView>;
export type Explanation = z.output<typeof explanationView>;
