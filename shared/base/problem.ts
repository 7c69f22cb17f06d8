import { STATUS_CODES } from 'node:http';
import type { Problem } from './answers.ts';
import { Refuse, Unavailable, type WrongField } from './errors.ts';
import { MalformedSecret } from './secret.ts';

/**
 * What is told to a caller of what was thrown. Only `Refuse` and `Unavailable` speak to callers; of anything else they
 * get the request's id, by which an operator finds it.
 */
export function problemOf(error: unknown, requestId: string): Problem {
  if (error instanceof Refuse) return problem(error.status, error.message, error.fields);
  if (error instanceof Unavailable) return problem(error.status, error.message);
  if (error instanceof MalformedSecret) {
    return problem(503, `A setting of War Room is wrong. Its operators see which, with this id: ${requestId}`);
  }
  return problem(
    500,
    `Something failed in War Room. Send the request again; if it keeps failing, tell an operator this id: ${requestId}`,
  );
}

function problem(status: number, detail: string, errors: readonly WrongField[] = []): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, errors: [...errors] };
}
