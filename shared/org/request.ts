import * as z from 'zod/mini';
import { Refuse, type WrongField } from '../base/errors.ts';
import { hold, text } from '../base/fields.ts';
import { once } from '../base/lazy.ts';
import type { Admin } from './admin.ts';

/** Part of an address of the API and of a key of the table, so made of characters that mean themselves in both. */
const idPattern = /^\w[\w.:@+~-]{0,127}$/;
const idInWords = 'must be an id of 1 to 128 letters, digits and . : @ + ~ - _, the first a letter, a digit or _.';

const fields = once(() => ({
  name: text(200),
  email: text(254)
    .check(z.regex(/^[^\s@]+@[^\s@]+$/u, 'must be an e-mail address, such as priya@example.com.'))
    .register(z.globalRegistry, {
      description:
        'By which the person is found in Slack. Case does not matter; no two people of a team have the same one.',
    }),
  managerId: z.nullable(z.string().check(z.regex(idPattern, idInWords))).register(z.globalRegistry, {
    description: 'Who they report to: somebody who is in the directory already, or null for nobody.',
  }),
  active: z.boolean().register(z.globalRegistry, {
    description: 'Whether they work here now. Somebody who does not is matched with no Slack user.',
  }),
}));

/** The body of `PUT /v1/admins/{id}`. Unknown fields are refused: one that is misspelt would otherwise be lost. */
export const adminRequest = once(() => z.strictObject(fields()));

/** A person of a snapshot: the same, with the id beside it. */
export const personRequest = once(() =>
  z.strictObject({ id: z.string().check(z.regex(idPattern, idInWords)), ...fields() }),
);

/** The body of `PUT /v1/admins`, as JSON. It is read person by person, so that all that is wrong is named (`snapshot.ts`). */
export const snapshotRequest = once(() => z.strictObject({ admins: z.array(personRequest()).check(z.minLength(1)) }));

/** What a body says of a person, or what is wrong with it and what it says all the same. */
export type Said =
  | { readonly ok: true; readonly said: Omit<Admin, 'id'> }
  | { readonly ok: false; readonly wrong: readonly WrongField[]; readonly said: Partial<Omit<Admin, 'id'>> };

export function readAdmin(body: unknown): Said {
  const held = hold(adminRequest(), body);
  if (held.ok) return { ok: true, said: held.value };
  const { email, managerId }: Record<string, unknown> = Object(body);
  const [ownEmail, ownManager] = [hold(fields().email, email), hold(fields().managerId, managerId)];
  const said = { ...(ownEmail.ok && { email: ownEmail.value }), ...(ownManager.ok && { managerId: ownManager.value }) };
  return { ok: false, wrong: held.wrong, said };
}

/** The id in the address. Throws `Refuse` (400). */
export function readAdminId(id: string | undefined): string {
  if (id !== undefined && idPattern.test(id)) return id;
  throw new Refuse(400, `The id in the address ${idInWords}`);
}
