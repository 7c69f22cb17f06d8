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

/** The answer of `PUT /v1/admins`. */
export const importBegunView = z.strictObject({
  import: z.string().register(z.globalRegistry, {
    description: 'By which `GET /v1/admins/imports/{import}` tells how it goes; that address is in `Location` too.',
  }),
});

export type ImportBegunView = z.output<typeof importBegunView>;

/** The answer of `GET /v1/admins/imports/{import}`. */
export const importView = z.strictObject({
  state: z.enum(['waiting', 'running', 'done', 'same']).register(z.globalRegistry, {
    description: '`waiting` for its turn; `running`; `done`: everybody sees it; `same`: there was nothing to do.',
  }),
  done: z.int().register(z.globalRegistry, { description: 'Rows written.' }),
  of: z.int().register(z.globalRegistry, { description: 'Rows to write; 0 as long as that is not known.' }),
  problems: z
    .array(z.strictObject({ pointer: z.string(), message: z.string() }))
    .register(z.globalRegistry, { description: 'Why it does not go on, where it does not.' }),
});

export type ImportView = z.output<typeof importView>;

const named = { id: z.string(), name: z.string() };

/** The answer of `POST /v1/admins/check`. */
export const differenceView = z.strictObject({
  added: z.readonly(z.array(z.strictObject(named))),
  changed: z
    .readonly(z.array(z.strictObject({ ...named, fields: z.readonly(z.array(z.string())) })))
    .register(z.globalRegistry, { description: 'Another name, address or activity.' }),
  moved: z
    .readonly(
      z.array(z.strictObject({ ...named, from: z.nullable(z.string()), to: z.nullable(z.string()), below: z.int() })),
    )
    .register(z.globalRegistry, { description: 'Another manager, null for none; `below` people move with them.' }),
  removed: z.readonly(z.array(z.strictObject(named))),
  unchanged: z.int(),
});

export type DifferenceView = z.output<typeof differenceView>;

/** The answer of `GET /v1/admins/{id}/chain` and `/team`. */
export const relativesView = z.strictObject({
  admins: z.readonly(
    z.array(
      z.strictObject({
        ...named,
        depth: z.int().register(z.globalRegistry, { description: '1: their manager, or who reports to them.' }),
      }),
    ),
  ),
});

export type RelativesView = z.output<typeof relativesView>;
