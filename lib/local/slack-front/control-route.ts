/** A route of the control API: how it is called, what it is for, what it does. */
import type { SlackControl } from './control.ts';

/** Status and JSON body. */
export interface ControlAnswer {
  readonly status: number;
  readonly body: unknown;
}

type Handler = (
  control: SlackControl,
  path: readonly string[],
  body: unknown,
) => ControlAnswer | Promise<ControlAnswer>;

/** Method, path below `/control`, purpose, and what is done. */
export type ControlRoute = readonly [method: string, path: string, purpose: string, handler: Handler];

/** Stands for an id or a `ts` in a path. */
export const ID = '([^/]+)';

/** An answer with something in it. */
export function ok(body: unknown): ControlAnswer {
  return { status: 200, body };
}

/** Does something that has nothing to tell. */
export function act(deed: () => void): ControlAnswer {
  deed();
  return ok({ ok: true });
}
