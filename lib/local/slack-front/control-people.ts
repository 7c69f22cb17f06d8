/** The control API for what people do with the app, and for what they then see. */
import { z } from 'zod/mini';
import { type ControlRoute, ID, ok } from './control-route.ts';

const text = z.string().check(z.minLength(1));
const entered = z.optional(z.record(z.string(), z.record(z.string(), z.union([z.string(), z.array(z.string())]))));
const commanding = z.strictObject({ channel: text, line: text });
const used = {
  action: z.optional(z.string()),
  block: z.optional(z.string()),
  label: z.optional(z.string()),
  value: z.optional(z.string()),
  choice: z.optional(z.union([z.string(), z.array(z.string())])),
  entered,
};
const pressing = z.union([
  z.strictObject({ channel: text, ts: text, ...used }),
  z.strictObject({ view: z.enum(['modal', 'home']), ...used }),
]);
const filling = z.strictObject({ entered });
const closing = z.strictObject({ reach: z._default(z.enum(['one', 'all']), 'one') });

export const peopleRoutes: readonly ControlRoute[] = [
  [
    'GET',
    `/people/${ID}`,
    'what only this person sees: ephemeral messages, modals, App Home',
    (control, [user = '']) => {
      const person = control.as(user);
      return ok({ ephemerals: person.ephemerals(), modals: person.modals(), home: person.home() ?? null });
    },
  ],
  [
    'POST',
    `/people/${ID}/command`,
    'types a command: {channel, line}',
    async (control, [user = ''], body) => {
      const { channel, line } = commanding.parse(body);
      return ok(await control.as(user).command(channel, line));
    },
  ],
  [
    'POST',
    `/people/${ID}/press`,
    'presses or chooses: {channel, ts} or {view: modal | home}, and {action?, block?, label?, value?, choice?, entered?}',
    async (control, [user = ''], body) => {
      const { choice, entered: values, ...rest } = pressing.parse(body);
      const person = control.as(user);
      return ok(
        'view' in rest
          ? await person.pressInView(rest.view, rest, choice, values)
          : await person.pressInMessage(rest.channel, rest.ts, rest, choice, values),
      );
    },
  ],
  [
    'POST',
    `/people/${ID}/fill`,
    'enters into the modal: {entered: {block_id: {action_id: value}}}',
    async (control, [user = ''], body) => {
      await control.as(user).fill(filling.parse(body).entered ?? {});
      return ok({ ok: true });
    },
  ],
  [
    'POST',
    `/people/${ID}/submit`,
    'submits the modal: {entered?}',
    async (control, [user = ''], body) => ok(await control.as(user).submit(filling.parse(body).entered)),
  ],
  [
    'POST',
    `/people/${ID}/close`,
    'closes the modal, or all: {reach?: one | all}',
    async (control, [user = ''], body) => {
      await control.as(user).close(closing.parse(body).reach);
      return ok({ ok: true });
    },
  ],
  [
    'POST',
    `/people/${ID}/home`,
    'opens App Home',
    (control, [user = '']) => ok({ home: control.as(user).openHome() ?? null }),
  ],
];
