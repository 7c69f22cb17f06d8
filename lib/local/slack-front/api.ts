/** The Web API: authorizes a call, does it here or hands it to emulate, and says it the way Slack does. */
import { Args, isRecord } from './args.ts';
import { chatMethods } from './chat-methods.ts';
import type { Clock } from './clock.ts';
import { conversationMethods } from './conversation-methods.ts';
import { historyMethods } from './history-methods.ts';
import type { InnerAnswer, InnerEmulate } from './inner-emulate.ts';
import type { MessageStore } from './message-store.ts';
import type { Method } from './method.ts';
import { peopleMethods } from './people-methods.ts';
import { SlackRefusal } from './refusal.ts';
import type { Grant, Workspace } from './workspace.ts';

/** Methods the front answers itself, since emulate keeps Slack's rules here too loosely. */
export const ownMethods: Readonly<Record<string, Method>> = {
  ...chatMethods,
  ...historyMethods,
  ...conversationMethods,
  ...peopleMethods,
};

/** Methods that go to emulate once the token is known. */
export const delegatedMethods: ReadonlySet<string> = new Set([
  'bots.info',
  'files.completeUploadExternal',
  'files.delete',
  'files.getUploadURLExternal',
  'files.info',
  'files.list',
  'users.getPresence',
  'users.profile.get',
  'users.profile.set',
  'users.setPresence',
  'views.open',
  'views.publish',
  'views.push',
  'views.update',
]);

/** Methods that go to emulate and need no token: they are how one comes by a token. */
export const tokenMethods: ReadonlySet<string> = new Set(['oauth.v2.access']);

/** A call as it came in. */
export interface ApiRequest {
  readonly method: string;
  readonly httpMethod: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly authorization: string | undefined;
  readonly body: Buffer;
}

/** What is sent back. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What the API works on. */
export interface ApiContext {
  readonly workspace: Workspace;
  readonly messages: MessageStore;
  readonly clock: Clock;
  readonly inner: InnerEmulate;
  readonly url: string;
}

/** Answers a call; a refusal is an answer too. */
export async function answerApi(context: ApiContext, request: ApiRequest): Promise<ApiAnswer> {
  try {
    if (tokenMethods.has(request.method)) return await exchangeCode(context, request);
    const args = Args.read(request.query, request.contentType, request.body);
    const grant = authorize(context.workspace, request, args);
    const own = ownMethods[request.method];
    if (own !== undefined) {
      const fields = own({ args, grant, ...context });
      return json({ ok: true, ...fields }, { 'x-oauth-scopes': [...grant.scopes].join(',') });
    }
    if (!delegatedMethods.has(request.method)) {
      const messages = [
        `[ERROR] The local Slack does not know ${request.method}. See lib/local/slack-front/coverage.ts.`,
      ];
      throw new SlackRefusal('unknown_method', { req_method: request.method, response_metadata: { messages } });
    }
    return await context.inner.ask({ ...passOn(request), as: grant.userId });
  } catch (error) {
    if (error instanceof SlackRefusal) return json({ ok: false, error: error.code, ...error.details });
    throw error;
  }
}

/** The arguments, for choosing a fault, of a call that may yet be refused. */
export function channelOf(request: ApiRequest): string | undefined {
  try {
    return Args.read(request.query, request.contentType, request.body).text('channel');
  } catch {
    return undefined;
  }
}

/** An answer of JSON. */
export function json(body: unknown, headers: Readonly<Record<string, string>> = {}, status = 200): ApiAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: Buffer.from(JSON.stringify(body)),
  };
}

function authorize(workspace: Workspace, request: ApiRequest, args: Args): Grant {
  const token = request.authorization?.replace(/^Bearer\s+/i, '').trim() ?? args.text('token') ?? '';
  if (token === '') throw new SlackRefusal('not_authed');
  const grant = workspace.grants.get(token);
  if (grant === undefined) throw new SlackRefusal('invalid_auth');
  if (grant.revoked) throw new SlackRefusal('token_revoked');
  if (workspace.members.get(grant.userId)?.deactivated === true) throw new SlackRefusal('account_inactive');
  return grant;
}

/** Lets emulate exchange the code, and makes the tokens it gives known here. */
async function exchangeCode(context: ApiContext, request: ApiRequest): Promise<InnerAnswer> {
  const { authorization } = request;
  const args = Args.read(request.query, request.contentType, request.body);
  // The client's id and secret may come as HTTP Basic, which the token swap would replace: they go into the body instead.
  const basic = /^Basic\s+(.+)$/i.exec(authorization ?? '')?.[1];
  const [id = '', secret = ''] = basic === undefined ? [] : Buffer.from(basic, 'base64').toString('utf8').split(':');
  const form = new URLSearchParams();
  for (const name of ['code', 'client_id', 'client_secret', 'redirect_uri', 'grant_type']) {
    const value = args.text(name);
    if (value !== undefined) form.set(name, value);
  }
  if (basic !== undefined) {
    form.set('client_id', decodeURIComponent(id));
    form.set('client_secret', decodeURIComponent(secret));
  }
  const contentType = 'application/x-www-form-urlencoded';
  const body = Buffer.from(form.toString());
  const answer = await context.inner.ask({ ...passOn(request), method: 'POST', contentType, body, as: undefined });
  learnTokens(context.workspace, JSON.parse(answer.body.toString('utf8')));
  return answer;
}

function learnTokens(workspace: Workspace, given: unknown): void {
  if (!isRecord(given) || given['ok'] !== true) return;
  const scopes = (value: unknown) =>
    String(value ?? '')
      .split(',')
      .filter((scope) => scope !== '');
  if (typeof given['access_token'] === 'string') {
    workspace.grant(given['access_token'], 'bot', workspace.app.botUserId, scopes(given['scope']));
  }
  const person = given['authed_user'];
  if (isRecord(person) && typeof person['access_token'] === 'string') {
    workspace.grant(person['access_token'], 'user', String(person['id']), scopes(person['scope']));
  }
}

function passOn(request: ApiRequest) {
  const query = request.query.toString();
  return {
    method: request.httpMethod,
    path: `/api/${request.method}${query === '' ? '' : `?${query}`}`,
    contentType: request.contentType === '' ? undefined : request.contentType,
    body: request.body,
  };
}
