import * as z from 'zod/mini';
import { Refuse } from '../base/errors.ts';

/** Part of addresses of the API and of keys of the tables, so made of characters that mean themselves in both. */
const pattern = /^\w[\w.:@+~-]{0,127}$/;
export const idInWords =
  'must be an id of 1 to 128 letters, digits and . : @ + ~ - _, the first a letter, a digit or _.';

/** An id of the company's own: of a course, a session, an enrolment or a learner. */
export const id = () => z.string().check(z.regex(pattern, idInWords));

/** Whether the API takes a text as an id. */
export function isId(given: string): boolean {
  return pattern.test(given);
}

/** The id in the address. Throws `Refuse` (400). */
export function readId(given: string | undefined): string {
  if (given !== undefined && isId(given)) return given;
  throw new Refuse(400, `The id in the address ${idInWords}`);
}
