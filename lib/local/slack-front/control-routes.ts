/** The control API over HTTP: `/control/...`, JSON in and out. Loopback only, and not for browsers (see start.ts). */
import { z } from 'zod/mini';
import { BEHAVIOUR_IN_WORDS, behaviourSchema } from './behaviour.ts';
import type { SlackControl } from './control.ts';
import { FAULT_IN_WORDS, faultSchema } from './faults.ts';
import { MISBEHAVIOUR_IN_WORDS, misbehaviourSchema } from './misbehaviour.ts';
import { NotThere } from './not-there.ts';

/** A control request, its path without `/control`. */
export interface ControlRequest {
  readonly method: string;
  readonly path: string;
  readonly body: Buffer;
}

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

const saying = z.strictObject({ user: z.string(), text: z.string(), thread_ts: z.optional(z.string()) });
const revoking = z.union([z.strictObject({ token: z.string() }), z.strictObject({ user: z.string() })]);

const text = z.string().check(z.minLength(1));
const renaming = z.strictObject({ name: text });
const joining = z.strictObject({
  team: z.optional(z.string()),
  name: text,
  realName: text,
  email: text,
  title: z.optional(z.string()),
  isAdmin: z.optional(z.boolean()),
  emailConfirmed: z.optional(z.boolean()),
  invited: z.optional(z.boolean()),
  deactivated: z.optional(z.boolean()),
  guest: z.optional(z.enum(['single-channel', 'multi-channel'])),
  homeTeam: z.optional(z.string()),
});
const registering = z.strictObject({ redirectUri: z.url() });
const resigning = z.strictObject({ signingSecret: text });
const regenerating = z.strictObject({ clientSecret: text });

/** Requests never leave this machine. */
const here = z
  .url()
  .check(
    z.refine((url) => ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname), 'must be on this machine'),
  );
const addressing = z.strictObject({
  events: z.optional(here),
  commands: z.optional(here),
  interactivity: z.optional(here),
  install: z.optional(here),
  timeScale: z.optional(z.number().check(z.positive())),
});
const subscribing = z.strictObject({
  events: z.optional(z.array(text)),
  metadataEvents: z.optional(z.array(z.strictObject({ app_id: text, event_type: text }))),
});
const renumbering = z.strictObject({ id: text });
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

const [ID, TS] = ['([^/]+)', '([^/]+)'];

/** Every route: how it is called, what it is for, what it does. */
const ROUTES: readonly (readonly [string, string, string, Handler])[] = [
  [
    'POST',
    '/faults',
    `order a fault: ${FAULT_IN_WORDS}`,
    (control, _, body) => ({ status: 201, body: control.fault(faultSchema.parse(body)) }),
  ],
  [
    'GET',
    '/faults',
    'the faults ordered, and how often each has struck',
    (control) => ok({ faults: control.faults() }),
  ],
  ['DELETE', '/faults', 'forget the faults', (control) => act(() => control.resetFaults())],
  ['GET', '/calls', 'calls per method', (control) => ok({ calls: control.calls(), lateEffects: control.lateEffects })],
  ['DELETE', '/calls', 'count calls from zero', (control) => act(() => control.resetCalls())],
  ['GET', '/channels', 'all channels', (control) => ok({ channels: control.channels() })],
  [
    'GET',
    `/channels/${ID}/messages`,
    'every message, oldest first',
    (control, [id = '']) => ok({ messages: control.messages(id) }),
  ],
  [
    'POST',
    `/channels/${ID}/messages`,
    'a person writes: {user, text, thread_ts?}',
    (control, [id = ''], body) => {
      const { user, text, thread_ts: threadTs } = saying.parse(body);
      return { status: 201, body: control.say(id, user, text, threadTs) };
    },
  ],
  [
    'DELETE',
    `/channels/${ID}/messages/${TS}`,
    'a person deletes',
    (control, [id = '', ts = '']) => act(() => control.deleteMessage(id, ts)),
  ],
  ['POST', `/channels/${ID}/archive`, 'archive', (control, [id = '']) => act(() => control.archive(id))],
  ['POST', `/channels/${ID}/unarchive`, 'unarchive', (control, [id = '']) => act(() => control.unarchive(id))],
  [
    'POST',
    `/channels/${ID}/rename`,
    '{name}',
    (control, [id = ''], body) => act(() => control.rename(id, renaming.parse(body).name)),
  ],
  [
    'PUT',
    `/channels/${ID}/members/${ID}`,
    'add a member',
    (control, [id = '', user = '']) => act(() => control.addMember(id, user)),
  ],
  [
    'DELETE',
    `/channels/${ID}/members/${ID}`,
    'remove a member',
    (control, [id = '', user = '']) => act(() => control.removeMember(id, user)),
  ],
  [
    'POST',
    '/tokens/revoke',
    '{token} or {user}',
    (control, _, body) => {
      const which = revoking.parse(body);
      return 'token' in which
        ? act(() => control.revokeToken(which.token))
        : ok({ revoked: control.revokeTokensOf(which.user) });
    },
  ],
  [
    'POST',
    `/members/${ID}/deactivate`,
    'deactivate a member',
    (control, [id = '']) => act(() => control.deactivate(id)),
  ],
  [
    'PUT',
    `/members/${ID}`,
    'somebody joins or is changed: {team?, name, realName, email, title?, isAdmin?, emailConfirmed?, invited?, deactivated?, guest?, homeTeam?}',
    (control, [id = ''], body) => {
      const { team, ...user } = joining.parse(body);
      return act(() => control.putMember({ id, ...user }, team));
    },
  ],
  [
    'POST',
    `/channels/${ID}/id`,
    'the channel goes by another id from now on: {id}',
    (control, [id = ''], body) => act(() => control.renumber(id, renumbering.parse(body).id)),
  ],
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
  [
    'POST',
    `/workspaces/${ID}/uninstall`,
    'takes the app out',
    (control, [team = '']) => act(() => control.uninstallApp(team)),
  ],
  [
    'PUT',
    '/app/request-urls',
    'where the app is told of things: {events?, commands?, interactivity?, install?, timeScale?}',
    (control, _, body) => act(() => control.sendTo(addressing.parse(body))),
  ],
  [
    'PUT',
    '/app/subscriptions',
    'what the app hears of; what is left out stays: {events?, metadataEvents?}',
    (control, _, body) => act(() => control.subscribe(subscribing.parse(body))),
  ],
  [
    'POST',
    '/app/probe',
    'a challenge to the address for events, and an ssl_check to that for commands',
    async (control) => ok(await control.probe()),
  ],
  [
    'PUT',
    '/app/signing-secret',
    'requests are signed with this secret from now on: {signingSecret}',
    (control, _, body) => act(() => control.regenerateSigningSecret(resigning.parse(body).signingSecret)),
  ],
  ['GET', '/deliveries', 'the events sent to the app', (control) => ok({ deliveries: control.deliveries() })],
  [
    'POST',
    '/misbehaviours',
    `order something to be wrong with requests to the app: ${MISBEHAVIOUR_IN_WORDS}`,
    (control, _, body) => ({ status: 201, body: control.misbehave(misbehaviourSchema.parse(body)) }),
  ],
  [
    'GET',
    '/misbehaviours',
    'what was ordered, and how often each has struck',
    (control) => ok({ misbehaviours: control.misbehaviours() }),
  ],
  ['DELETE', '/misbehaviours', 'behave again', (control) => act(() => control.resetMisbehaviours())],
  [
    'POST',
    '/app/redirect-uris',
    'consents may lead back here, and to what lies under it: {redirectUri}',
    (control, _, body) => act(() => control.registerRedirectUri(registering.parse(body).redirectUri)),
  ],
  [
    'PUT',
    '/app/client-secret',
    'the one client secret from now on: {clientSecret}',
    (control, _, body) => act(() => control.regenerateClientSecret(regenerating.parse(body).clientSecret)),
  ],
  [
    'POST',
    '/app/signing-key',
    'a fresh key signs id tokens from now on',
    (control) => act(() => control.renewSigningKey()),
  ],
  ['GET', '/behaviour', 'how the switches stand', (control) => ok(control.behaviour())],
  [
    'PUT',
    '/behaviour',
    `turn switches, the others back: ${BEHAVIOUR_IN_WORDS}`,
    (control, _, body) => {
      control.behave(behaviourSchema.parse(body));
      return ok(control.behaviour());
    },
  ],
];

const compiled = ROUTES.map(([method, path, , handler]) => ({ method, pattern: new RegExp(`^${path}$`), handler }));

/** Answers one control request. */
export async function answerControl(control: SlackControl, request: ControlRequest): Promise<ControlAnswer> {
  if (request.path === '' || request.path === '/') {
    return ok({
      routes: ROUTES.map(([method, path, purpose]) => `${method} /control${path.replaceAll(ID, '{id}')}: ${purpose}`),
    });
  }
  const here = compiled.filter(({ pattern }) => pattern.test(request.path));
  const route = here.find(({ method }) => method === request.method);
  if (route === undefined) {
    return {
      status: here.length > 0 ? 405 : 404,
      body: { ok: false, error: 'No such control. GET /control lists what there is.' },
    };
  }
  try {
    const parameters = (route.pattern.exec(request.path) ?? []).slice(1).map(decodeURIComponent);
    const body: unknown = request.body.length > 0 ? JSON.parse(request.body.toString('utf8')) : {};
    return await route.handler(control, parameters, body);
  } catch (error) {
    if (error instanceof NotThere) return { status: 404, body: { ok: false, error: error.message } };
    if (error instanceof z.core.$ZodError) {
      const fields = error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
      return { status: 400, body: { ok: false, error: 'The body was not understood.', fields } };
    }
    if (error instanceof SyntaxError || error instanceof URIError) {
      return { status: 400, body: { ok: false, error: 'The body is not JSON, or the address is not well formed.' } };
    }
    throw error;
  }
}

function ok(body: unknown): ControlAnswer {
  return { status: 200, body };
}

function act(deed: () => void): ControlAnswer {
  deed();
  return ok({ ok: true });
}
