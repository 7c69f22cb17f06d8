import * as z from 'zod/mini';
import { Refuse } from '../base/errors.ts';
import { hold, text } from '../base/fields.ts';
import { once } from '../base/lazy.ts';
import { type State, states } from './lifecycle.ts';

/** The body of `POST /v1/invites/bounces`. */
export const bounceRequest = once(() =>
  z.strictObject({
    learnerId: text(128),
    key: text(128).register(z.globalRegistry, {
      description: 'The `Idempotency-Key` with which the invitation was sent to the mail system.',
    }),
    reason: z.optional(text(200)).register(z.globalRegistry, { description: 'As people are to read it: no address.' }),
  }),
);

/** Throws `Refuse` (400). */
export function readBounce(body: unknown): z.output<ReturnType<typeof bounceRequest>> {
  const held = hold(bounceRequest(), body);
  if (held.ok) return held.value;
  throw new Refuse(400, 'Nothing was changed: put right what is named in `errors`.', held.wrong);
}

/** What a list is asked for. */
export type Asked = { readonly state: State | undefined; readonly from: string | undefined };

/** Reads `?state=&cursor=`. Throws `Refuse` (400). */
export function readAsked(query: Readonly<Record<string, string | undefined>>): Asked {
  const state = states.find((each) => each === query['state']);
  if (query['state'] !== undefined && state === undefined) {
    throw new Refuse(400, `Of the address, \`state\` must be one of ${states.join(', ')}.`);
  }
  const cursor = query['cursor'];
  if (cursor === undefined || cursor === '') return { state, from: undefined };
  const from = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!/^(0\d|1[0-5])[^\s]+$/.test(from)) {
    throw new Refuse(400, 'Of the address, `cursor` must be as an answer gave it.');
  }
  return { state, from };
}

/** The place at which the next page begins, as it stands in an answer. */
export function cursorOf(place: string): string {
  return Buffer.from(place).toString('base64url');
}
