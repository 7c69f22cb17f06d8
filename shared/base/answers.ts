import * as z from 'zod/mini';

/**
 * What the API answers in every room. For the document of the API and for tests: functions import the
 * types alone, so that no start pays for schemas to which nothing is held.
 */

/** A refusal as callers read it. https://www.rfc-editor.org/rfc/rfc9457 */
export const problemSchema = z.strictObject({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  detail: z.string().register(z.globalRegistry, { description: 'What happened and what to do next, in a sentence.' }),
  errors: z
    .array(
      z.strictObject({
        pointer: z.string().register(z.globalRegistry, {
          description: 'A JSON pointer into the body; a parameter of the query counts as a field of that name.',
        }),
        message: z.string(),
      }),
    )
    .register(z.globalRegistry, {
      description: 'Every wrong field at once, in fifty entries at most; empty where no field is at fault.',
    }),
});

export type Problem = z.output<typeof problemSchema>;

/** The answer of `GET /health`; without a key, its first two fields. */
export const healthSchema = z.strictObject({
  ok: z.boolean().register(z.globalRegistry, { description: 'Without a key: it runs. With one: all of it is well.' }),
  version: z.string(),
  configured: z.optional(z.union([z.record(z.string(), z.unknown()), z.string()])).register(z.globalRegistry, {
    description: "What your team has configured, without secrets; or a sentence that says why that can't be told.",
  }),
  reachable: z.optional(z.record(z.string(), z.string())).register(z.globalRegistry, {
    description: '`ok` for each thing that War Room needs, or a sentence.',
  }),
  waiting: z.optional(z.union([z.record(z.string(), z.int()), z.string()])).register(z.globalRegistry, {
    description: 'Messages that wait, that are being worked, and that need a person.',
  }),
});

export type Health = z.output<typeof healthSchema>;
