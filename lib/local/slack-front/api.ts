/** The Web API: authorizes a call, does it here or hands it to emulate, and says it the way Slack does. */
import { Args } from './args.ts';
import { chatMethods } from './chat-methods.ts';
import { conversationMethods } from './conversation-methods.ts';
import { historyMethods } from './history-methods.ts';
import { identityMethods } from './identity-methods.ts';
import type { InnerEmulate } from './inner-emulate.ts';
import { inviteMethods } from './invite-methods.ts';
import type { Method } from './method.ts';
import { openidDocuments } from './openid-documents.ts';
import { peopleMethods } from './people-methods.ts';
import { SlackRefusal } from './refusal.ts';
import type { SlackState } from './state.ts';
import type { Tenant, Tenants } from './tenants.ts';
import { tokenMethods } from './token-methods.ts';
import { viewMethods } from './view-methods.ts';
import type { Grant } from './workspace.ts';

/** Methods the front answers itself, since emulate keeps Slack's rules here too loosely. */
export const ownMethods: Readonly<Record<string, Method>> = {
  ...chatMethods,
  ...historyMethods,
  ...conversationMethods,
  ...peopleMethods,
  ...identityMethods,
  ...inviteMethods,
  ...viewMethods,
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
]);

/** A call as it came in. */
export interface ApiRequest {
  /** The method's name; for a document of OpenID its path, without the first slash. */
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
  readonly state: SlackState;
  /** The emulate behind a workspace, by its team. */
  readonly inner: (teamId: string) => InnerEmulate;
  /** Where the front is served, without a slash at the end. */
  readonly url: string;
}

/** Answers a call; a refusal is an answer too. */
export async function answerApi(context: ApiContext, request: ApiRequest): Promise<ApiAnswer> {
  const { state, url } = context;
  let known: Readonly<Record<string, string>> = {};
  try {
    const document = openidDocuments[request.method];
    if (document !== undefined) return json(document(state, url), { 'cache-control': 'no-store' });
    const args = Args.read(request.query, request.contentType, request.body);
    const tokenMethod = tokenMethods[request.method];
    if (tokenMethod !== undefined) {
      return json({ ok: true, ...tokenMethod({ args, state, authorization: request.authorization, url }) });
    }
    const { tenant, grant } = authorize(state.tenants, request, args);
    // https://docs.slack.dev/authentication/installing-with-oauth#checking: every answer to a token says what it may do.
    known = { 'x-oauth-scopes': [...grant.scopes].join(',') };
    const own = ownMethods[request.method];
    if (own !== undefined) {
      return json({ ok: true, ...own({ args, grant, ...tenant, state, clock: state.clock, url }) }, known);
    }
    if (!delegatedMethods.has(request.method)) {
      const messages = [
        `[ERROR] The local Slack does not know ${request.method}. See lib/local/slack-front/coverage.ts.`,
      ];
      throw new SlackRefusal('unknown_method', { req_method: request.method, response_metadata: { messages } });
    }
    const answer = await context.inner(tenant.workspace.team.id).ask({ ...passOn(request), as: grant.userId });
    return { ...answer, headers: { ...answer.headers, ...known } };
  } catch (error) {
    if (error instanceof SlackRefusal) return json({ ok: false, error: error.code, ...error.details }, known);
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

function authorize(
  tenants: Tenants,
  request: ApiRequest,
  args: Args,
): { readonly tenant: Tenant; readonly grant: Grant } {
  const token = request.authorization?.replace(/^Bearer\s+/i, '').trim() ?? args.text('token') ?? '';
  if (token === '') throw new SlackRefusal('not_authed');
  const known = tenants.ofToken(token);
  if (known === undefined) throw new SlackRefusal('invalid_auth');
  const { grant, tenant } = known;
  if (tenant.workspace.members.get(grant.userId)?.deactivated === true) throw new SlackRefusal('account_inactive');
  if (grant.revoked) throw new SlackRefusal('token_revoked');
  return known;
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
