/** The consent pages over HTTP: they ask, take the answer, and send the person back to the app. */
import type { Html } from '../../../shared/base/html.ts';
import type { ApiAnswer } from './api.ts';
import { type ConsentSource, mayConsent, renderConsent, renderProblem } from './consent-page.ts';
import {
  CONSENT_PATHS,
  ConsentProblem,
  type ConsentRequest,
  readConsentRequest,
  returnAddress,
} from './consent-request.ts';
import type { PageRequest } from './page-routes.ts';
import type { SlackState } from './state.ts';

/** Answers what concerns a consent; undefined when the address is another. */
export function answerConsent(state: SlackState, url: string, request: PageRequest): ApiAnswer | undefined {
  const flow = CONSENT_PATHS[request.url.pathname];
  if (flow === undefined) return undefined;
  try {
    if (request.httpMethod === 'GET') {
      const fields = request.url.searchParams;
      const asked = readConsentRequest(flow, fields, state.app);
      const source: ConsentSource = {
        app: state.app,
        tenants: state.tenants.all,
        fields,
        path: request.url.pathname,
      };
      return page(renderConsent(source, asked), 200, asked.returnTo.origin);
    }
    if (request.httpMethod !== 'POST') return undefined;
    // Another page must not be able to answer for the person in front of this one.
    if (request.origin !== undefined && request.origin !== url) {
      throw new ConsentProblem('The answer did not come from this page');
    }
    const fields = new URLSearchParams(request.body.toString('utf8'));
    return answered(state, readConsentRequest(flow, fields, state.app), fields);
  } catch (error) {
    if (error instanceof ConsentProblem) return page(renderProblem(state.app, error.message), 400);
    throw error;
  }
}

function answered(state: SlackState, asked: ConsentRequest, fields: URLSearchParams): ApiAnswer {
  const decision = fields.get('decision');
  if (decision === 'cancel') return redirect(returnAddress(asked, { error: 'access_denied' }));
  if (decision !== 'allow') throw new ConsentProblem('Neither Allow nor Cancel was chosen');
  const userId = fields.get('user_id') ?? '';
  const { workspace } = state.tenants.ofMember(userId) ?? {};
  const member = workspace?.members.get(userId);
  if (workspace === undefined || member === undefined || !mayConsent(member)) {
    throw new ConsentProblem('Nobody was chosen who could sign in here');
  }
  const { flow, botScopes, userScopes, redirectUri, nonce } = asked;
  const granted = (scopes: readonly string[]) => scopes.filter((scope) => !state.behaviour.withheld.includes(scope));
  const code = state.codes.issue({
    flow,
    teamId: workspace.team.id,
    userId,
    botScopes: granted(botScopes),
    userScopes: granted(userScopes),
    redirectUri,
    nonce,
  });
  return redirect(returnAddress(asked, { code }));
}

/** 302, as Slack's is. */
function redirect(location: string): ApiAnswer {
  return { status: 302, headers: { location, 'cache-control': 'no-store' }, body: Buffer.alloc(0) };
}

/** A form's policy holds for where its answer is redirected to as well, so the app's origin is named. */
function page(document: Html, status: number, ...alsoTo: readonly string[]): ApiAnswer {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "base-uri 'none'",
    `form-action ${["'self'", ...alsoTo].join(' ')}`,
    "frame-ancestors 'none'",
  ].join('; ');
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      // The form is to say where it comes from; nobody else is told.
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
    },
    body: Buffer.from(document.markup),
  };
}
