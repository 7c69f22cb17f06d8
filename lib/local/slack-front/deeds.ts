/**
 * What the page of the front does for the person in front of it: `POST /do`, one deed as JSON. For that page alone, which its
 * `Origin` tells; tests and the command line have the control API.
 */
import { z } from 'zod/mini';
import { type ApiAnswer, json } from './api.ts';
import type { SlackControl } from './control.ts';
import { NotThere } from './not-there.ts';
import type { PageRequest } from './page-routes.ts';
import type { Taken } from './person.ts';

const text = z.string().check(z.minLength(1));
const channel = text;
const entered = z._default(z.record(z.string(), z.record(z.string(), z.union([z.string(), z.array(z.string())]))), {});
const used = {
  block: text,
  action: text,
  choice: z.optional(z.union([z.string(), z.array(z.string())])),
  entered,
};

const deedSchema = z.discriminatedUnion('deed', [
  /** A line that begins with a slash is a command, outside of threads. */
  z.strictObject({ deed: z.literal('say'), channel, text, thread: z.optional(text) }),
  z.strictObject({ deed: z.literal('delete'), channel, ts: text }),
  z.strictObject({ deed: z.literal('dismiss'), channel, ts: text }),
  z.strictObject({ deed: z.literal('press'), place: z.strictObject({ channel, ts: text }), ...used }),
  z.strictObject({ deed: z.literal('use'), place: z.strictObject({ view: z.enum(['modal', 'home']) }), ...used }),
  z.strictObject({ deed: z.literal('submit'), entered }),
  z.strictObject({ deed: z.literal('close'), reach: z.enum(['one', 'all']) }),
  z.strictObject({ deed: z.literal('home') }),
  z.strictObject({ deed: z.literal('archive'), channel }),
  z.strictObject({ deed: z.literal('unarchive'), channel }),
  z.strictObject({ deed: z.literal('rename'), channel, name: text }),
  z.strictObject({ deed: z.literal('join'), channel }),
  z.strictObject({ deed: z.literal('add'), channel }),
  z.strictObject({ deed: z.literal('remove'), channel }),
  z.strictObject({ deed: z.literal('uninstall'), team: text }),
]);
const whoSchema = z.looseObject({ as: text });

type Deed = z.output<typeof deedSchema>;
const DONE: Taken = { ok: true };

/** Answers `POST /do`: what became of it. Undefined when the address is another. */
export async function answerDeed(
  control: SlackControl,
  url: string,
  { httpMethod, url: address, origin, contentType, body }: PageRequest,
): Promise<ApiAnswer | undefined> {
  if (address.pathname !== '/do') return undefined;
  if (httpMethod !== 'POST' || origin !== url || contentType?.startsWith('application/json') !== true) {
    return json({ ok: false, problem: 'This is for the page of the local Slack alone.' }, {}, 403);
  }
  try {
    const { as, ...rest } = whoSchema.parse(JSON.parse(body.toString('utf8')));
    return json(await act(control, as, deedSchema.parse(rest)));
  } catch (error) {
    if (error instanceof NotThere) return json({ ok: false, problem: error.message }, {}, 404);
    if (error instanceof z.core.$ZodError || error instanceof SyntaxError) {
      return json({ ok: false, problem: 'This was not understood. Load the page again.' }, {}, 400);
    }
    throw error;
  }
}

async function act(control: SlackControl, user: string, deed: Deed): Promise<Taken> {
  const person = control.as(user);
  switch (deed.deed) {
    case 'say':
      if (deed.thread === undefined && deed.text.startsWith('/')) return person.command(deed.channel, deed.text);
      control.say(deed.channel, user, deed.text, deed.thread);
      return DONE;
    case 'delete':
      control.deleteMessage(deed.channel, deed.ts);
      return DONE;
    case 'dismiss':
      person.dismiss(deed.channel, deed.ts);
      return DONE;
    case 'press':
      return person.pressInMessage(deed.place.channel, deed.place.ts, deed, deed.choice, deed.entered);
    case 'use':
      return person.pressInView(deed.place.view, deed, deed.choice, deed.entered);
    case 'submit':
      return person.submit(deed.entered);
    case 'close':
      await person.close(deed.reach);
      return DONE;
    case 'home':
      person.openHome();
      return DONE;
    case 'archive':
    case 'unarchive':
      control[deed.deed](deed.channel, user);
      return DONE;
    case 'rename':
      if (!/^[\p{Ll}\p{Lo}\p{N}\p{M}_-]{1,80}$/u.test(deed.name)) {
        return { ok: false, problem: 'A name has small letters, digits, hyphens and underscores, 80 at most.' };
      }
      control.rename(deed.channel, deed.name);
      return DONE;
    case 'join':
      control.addMember(deed.channel, user, user);
      return DONE;
    case 'add':
      control.addMember(deed.channel, control.botIn(deed.channel), user);
      return DONE;
    case 'remove':
      control.removeMember(deed.channel, control.botIn(deed.channel), user);
      return DONE;
    case 'uninstall':
      control.uninstallApp(deed.team);
      return DONE;
  }
}
