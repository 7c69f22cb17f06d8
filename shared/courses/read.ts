import type * as z from 'zod/mini';
import { Refuse, type WrongField } from '../base/errors.ts';
import { hold, named } from '../base/fields.ts';

/**
 * What a body says. Throws `Refuse` (400) that names every wrong field at once; `also` are objections that no field alone
 * gives rise to.
 */
export function read<Schema extends z.ZodMiniType>(
  schema: Schema,
  body: unknown,
  also: readonly WrongField[] = [],
): z.output<Schema> {
  const held = hold(schema, body);
  if (held.ok && also.length === 0) return held.value;
  throw new Refuse(
    400,
    'Nothing was recorded: put right what is named in `errors` and send it again.',
    named([...(held.ok ? [] : held.wrong), ...also]),
  );
}
