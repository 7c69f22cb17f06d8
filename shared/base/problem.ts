import { STATUS_CODES } from 'node:http';
import { Refuse, type WrongField } from './errors.ts';
import { MalformedSecret } from './secret.ts';

/** A refusal as callers read it. https://www.rfc-editor.org/rfc/rfc9457 */
export type Problem = {
  /** `about:blank`: the problem is what its status says, and `detail` says what to do. */
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Every wrong field, by JSON pointer; for a path or a query, as if it were a field of that name. */
  readonly errors: readonly WrongField[];
};

/**
 * What is told to a caller of what was thrown. Only a `Refuse` speaks to callers; of anything else they get the
 * request's id, by which an operator finds it.
 */
export function problemOf(error: unknown, requestId: string): Problem {
  if (error instanceof Refuse) return problem(error.status, error.message, error.fields);
  if (error instanceof MalformedSecret) {
    return problem(503, `A setting of War Room is wrong. Its operators see which, with this id: ${requestId}`);
  }
  return problem(
    500,
    `Something failed in War Room. Send the request again; if it keeps failing, tell an operator this id: ${requestId}`,
  );
}

function problem(status: number, detail: string, errors: readonly WrongField[] = []): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, errors };
}
