/** The control API over HTTP: `/control/...`, JSON in and out. Loopback only, and not for browsers (see start.ts). */
import { z } from 'zod/mini';
import { BEHAVIOUR_IN_WORDS, behaviourSchema } from './behaviour.ts';
import { NotThere, type SlackControl } from './control.ts';
import { FAULT_IN_WORDS, faultSchema } from './faults.ts';

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

type Handler = (control: SlackControl, path: readonly string[], body: unknown) => ControlAnswer;

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
const regenerating = z.strictObject({ clientSecret: text });

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
export function answerControl(control: SlackControl, request: ControlRequest): ControlAnswer {
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
    return route.handler(control, parameters, body);
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
