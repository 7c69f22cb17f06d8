import * as z from 'zod/mini';
import { hold } from '../base/fields.ts';
import { once } from '../base/lazy.ts';
import { MalformedSecret, secretJson } from '../base/secret.ts';

/** War Room as Slack knows it: the app's credentials, as the slack secret holds them. */
export type SlackApp = {
  readonly clientId: string;
  /** The one in use, then the one before it, while it is being replaced. */
  readonly clientSecrets: readonly [string, ...string[]];
};

const text = once(() => z.string().check(z.minLength(1)));

const credentials = once(() =>
  z.object({
    clientId: text(),
    clientSecret: z.union([text(), z.object({ current: text(), previous: z.nullish(z.string()) })]),
  }),
);

/** Reads the secret's text. Throws `MalformedSecret`, which never repeats what stands there. */
export function readSlackApp(secret: string): SlackApp {
  const held = hold(credentials(), secretJson('slack', secret));
  if (!held.ok) {
    const wrong = held.wrong.map(({ pointer, message }) => `${pointer} ${message}`).join(' ');
    throw new MalformedSecret(`The slack secret: ${wrong}`);
  }
  const { clientId, clientSecret } = held.value;
  if (typeof clientSecret === 'string') return { clientId, clientSecrets: [clientSecret] };
  const { current, previous } = clientSecret;
  return { clientId, clientSecrets: previous ? [current, previous] : [current] };
}
