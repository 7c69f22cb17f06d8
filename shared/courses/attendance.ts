import * as z from 'zod/mini';
import type { WrongField } from '../base/errors.ts';
import { pointer } from '../base/fields.ts';
import { once } from '../base/lazy.ts';
import { id } from './id.ts';

/** Who was at a session and who was not, by their ids: each once, in the order of the alphabet. */
export type Attendance = { readonly present: readonly string[]; readonly absent: readonly string[] };

/** The body of `PUT /v1/sessions/{id}/attendance`. */
export const attendanceRequest = once(() =>
  z.strictObject({
    present: z
      .array(id())
      .register(z.globalRegistry, { description: 'The learners who came; one named twice came once.' }),
    absent: z.array(id()).register(z.globalRegistry, { description: 'The learners who did not.' }),
  }),
);

/** The largest body, in bytes: what it says fits into one item of DynamoDB's (400 KB), some ten thousand learners by UUID. */
export const maxAttendanceBytes = 384 * 1024;

/** Everybody once, in an order that does not depend on how they were sent. */
export function attendanceOf({ present, absent }: Attendance): Attendance {
  return { present: [...new Set(present)].sort(), absent: [...new Set(absent)].sort() };
}

/** The learners of whom both is said, as objections to `absent`. */
export function contradictions(body: unknown): WrongField[] {
  const { present, absent }: Record<string, unknown> = Object(body);
  if (!Array.isArray(present) || !Array.isArray(absent)) return [];
  const came = new Set<unknown>(present);
  return absent.flatMap((learner: unknown, index) =>
    typeof learner === 'string' && came.has(learner)
      ? [{ pointer: pointer(['absent', index]), message: `names ${learner.slice(0, 128)}, who is in \`present\` too.` }]
      : [],
  );
}
