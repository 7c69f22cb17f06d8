import * as z from 'zod/mini';

/**
 * What the API answers about people. For the document of the API and for tests: functions import the types alone, so
 * that no start pays for schemas to which nothing is held.
 */

/** The answer of `PUT` and `GET /v1/admins/{id}`. */
export const adminView = z.strictObject({
  id: z.string(),
  name: z.string(),
  email: z.string().register(z.globalRegistry, { description: 'As it was given.' }),
  managerId: z.nullable(z.string()),
  active: z.boolean(),
});

export type AdminView = z.output<typeof adminView>;
