import type {
  SlackError,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from '@slack/web-api';

/**
 * What an answer of Slack's means for the message that was to be sent, sorted once, here, by who asked and which code
 * came back. `ambiguous` is the only one after which the message may be there.
 */
export type Refusal = { readonly code: string } & (
  | { readonly kind: 'wait'; readonly afterMs: number }
  | { readonly kind: 'ambiguous' }
  /** Nobody can: the app's own token is dead. */
  | { readonly kind: 'app' }
  /** This person cannot; the app may. `dead` says that the token itself is refused, or is not enough to post with. */
  | { readonly kind: 'author'; readonly dead: boolean }
  /** Nobody can write to this channel now. */
  | { readonly kind: 'destination' }
  /** The message, or the thread's root, is not there any more. */
  | { readonly kind: 'missing' }
  /** It is there and cannot be edited. */
  | { readonly kind: 'fixed' }
  /** The thread takes neither edits nor replies. */
  | { readonly kind: 'locked' }
  | { readonly kind: 'metadata' }
  | { readonly kind: 'payload' }
  /** A definite no that this version does not know: nothing was posted. */
  | { readonly kind: 'unknown' }
);

type Kind = Exclude<Refusal['kind'], 'wait' | 'author'> | 'token' | 'grant' | 'person' | 'closed' | 'later';

const codes = (kind: Kind, list: string): [string, Kind][] => list.split(/\s+/).map((code) => [code, kind]);

/** https://docs.slack.dev/reference/methods/chat.postMessage#errors and chat.update, by what is to be done. */
const meanings = new Map<string, Kind>([
  ...codes('token', 'invalid_auth not_authed token_revoked token_expired account_inactive app_access_restricted'),
  ...codes('token', 'org_login_required team_access_not_granted'),
  ...codes('person', 'user_is_restricted send_on_behalf_not_allowed as_user_not_supported'),
  ...codes('destination', 'channel_not_found not_in_channel ekm_access_denied no_permission restricted_action'),
  ...codes('destination', 'restricted_action_read_only_channel restricted_action_thread_only_channel'),
  ...codes('destination', 'restricted_action_non_threadable_channel messages_tab_disabled'),
  ...codes('destination', 'method_not_supported_for_channel_type'),
  ...codes('grant', 'missing_scope not_allowed_token_type'),
  ...codes('closed', 'is_archived is_inactive'),
  ...codes('missing', 'message_not_found thread_not_found'),
  ...codes('locked', 'restricted_action_thread_locked cannot_reply_to_message'),
  ...codes('fixed', 'edit_window_closed cant_update_message cant_delete_message'),
  ...codes('metadata', 'metadata_must_be_sent_from_app metadata_too_large invalid_metadata_format'),
  ...codes('metadata', 'invalid_metadata_schema'),
  ...codes('payload', 'invalid_blocks invalid_blocks_format msg_blocks_too_long msg_too_long no_text'),
  ...codes('payload', 'too_many_attachments attachment_payload_limit_exceeded markdown_text_conflict'),
  ...codes('later', 'ratelimited rate_limited service_unavailable team_added_to_org message_limit_exceeded'),
  ...codes('ambiguous', 'fatal_error internal_error request_timeout'),
]);

/** How long to wait where Slack says to wait and not how long. */
const defaultWaitMs = 30_000;

/** Sorts what a call of `client.ts` threw. What is not Slack's (KMS, a bug) is thrown on. */
export function refusal(error: unknown, author: 'bot' | 'user'): Refusal {
  if (isA<WebAPIRateLimitedError>(error, 'slack_webapi_rate_limited_error')) {
    return { kind: 'wait', code: 'ratelimited', afterMs: Math.max(1, error.retryAfter) * 1000 };
  }
  if (isA<WebAPIHTTPError>(error, 'slack_webapi_http_error')) {
    return { kind: 'ambiguous', code: `http_${error.statusCode}` };
  }
  if (isA<WebAPIRequestError>(error, 'slack_webapi_request_error')) return { kind: 'ambiguous', code: 'no_answer' };
  if (isA<WebAPIPlatformError>(error, 'slack_webapi_platform_error')) return platformRefusal(error.data.error, author);
  // A 429 without a usable Retry-After reaches us as a plain Error. https://github.com/slackapi/node-slack-sdk
  if (error instanceof Error && error.message.startsWith('Retry header did not contain')) {
    return { kind: 'wait', code: 'ratelimited', afterMs: defaultWaitMs };
  }
  throw error;
}

/** By its code, as the package documents them: to ask for the class would load all of it before the first call. */
function isA<Failure extends SlackError & { readonly code: string }>(
  error: unknown,
  code: `${Failure['code']}`,
): error is Failure {
  return error instanceof Error && 'code' in error && error.code === code;
}

function platformRefusal(code: string, author: 'bot' | 'user'): Refusal {
  // A page of HTML with status 200 arrives as its own "code": a proxy answered, and Slack may have acted.
  if (!/^[a-z0-9_]{2,80}$/.test(code)) return { kind: 'ambiguous', code: 'not_an_answer' };
  const kind = meanings.get(code) ?? 'unknown';
  if (kind === 'later') return { kind: 'wait', code, afterMs: defaultWaitMs };
  if (kind === 'token') return author === 'bot' ? { kind: 'app', code } : { kind: 'author', code, dead: true };
  // What the app was not granted it lacks in this kind of channel; a person grants posting, and nothing else.
  if (kind === 'grant') return author === 'bot' ? { kind: 'destination', code } : { kind: 'author', code, dead: true };
  if (kind === 'person')
    return author === 'bot' ? { kind: 'destination', code } : { kind: 'author', code, dead: false };
  if (kind === 'closed') return { kind: 'destination', code };
  // Where a person may not write, the app still may.
  if (kind === 'destination' && author === 'user') return { kind: 'author', code, dead: false };
  return { kind, code };
}
