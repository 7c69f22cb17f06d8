/** The control API over HTTP: `/control/...`, JSON in and out. Loopback only, and not for browsers (see start.ts). */
import { z } from 'zod/mini';
import type { SlackControl } from './control.ts';
import { appRoutes } from './control-app.ts';
import { peopleRoutes } from './control-people.ts';
import { act, type ControlAnswer, type ControlRoute, ID, ok } from './control-route.ts';
import { FAULT_IN_WORDS, faultSchema } from './faults.ts';
import { NotThere } from './not-there.ts';

/** A control request, its path without `/control`. */
export interface ControlRequest {
  readonly method: string;
  readonly path: string;
  readonly body: Buffer;
}

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
const accepting = z.strictObject({ email: text, team: z.optional(text) });
const renumbering = z.strictObject({ id: text });

/** What befalls calls and the workspace. */
const workspaceRoutes: readonly ControlRoute[] = [
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
    `/channels/${ID}/messages/${ID}`,
    'a person deletes',
    (control, [id = '', ts = '']) => act(() => control.deleteMessage(id, ts)),
  ],
  [
    'DELETE',
    `/channels/${ID}`,
    'delete it, and all in it',
    (control, [id = '']) => act(() => control.deleteChannel(id)),
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
    'POST',
    `/members/${ID}/reactivate`,
    'activate a deactivated member again',
    (control, [id = '']) => act(() => control.reactivate(id)),
  ],
  [
    'GET',
    '/invitations',
    'every invitation that went out by e-mail, oldest first',
    (control) => ok({ invitations: control.invitations() }),
  ],
  [
    'POST',
    '/invitations/accept',
    'somebody takes up the invitation that was sent to them: {email, team?}',
    (control, _, body) => {
      const { email, team } = accepting.parse(body);
      return act(() => control.acceptInvitation(email, team));
    },
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
];

const ROUTES = [...workspaceRoutes, ...peopleRoutes, ...appRoutes];
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
