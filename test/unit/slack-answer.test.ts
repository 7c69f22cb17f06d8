import { describe, expect, it } from '@jest/globals';
import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import { refusal } from '../../shared/slack/answer.ts';

const refused = (code: string) => new WebAPIPlatformError({ ok: false, error: code });
const kinds = (code: string) => (['bot', 'user'] as const).map((author) => refusal(refused(code), author).kind);

describe("Slack's answers", () => {
  it.each([
    ...'invalid_auth not_authed token_revoked token_expired account_inactive'
      .split(' ')
      .map((code) => [code, 'app', 'author']),
    ...'app_access_restricted org_login_required team_access_not_granted'
      .split(' ')
      .map((code) => [code, 'app', 'author']),
    ...'channel_not_found not_in_channel restricted_action no_permission ekm_access_denied missing_scope'
      .split(' ')
      .map((code) => [code, 'destination', 'author']),
    ...'is_archived is_inactive'.split(' ').map((code) => [code, 'destination', 'destination']),
    ...'message_not_found thread_not_found'.split(' ').map((code) => [code, 'missing', 'missing']),
    ...'restricted_action_thread_locked cannot_reply_to_message'.split(' ').map((code) => [code, 'locked', 'locked']),
    ...'edit_window_closed cant_update_message'.split(' ').map((code) => [code, 'fixed', 'fixed']),
    ...'metadata_must_be_sent_from_app metadata_too_large invalid_metadata_format'
      .split(' ')
      .map((code) => [code, 'metadata', 'metadata']),
    ...'invalid_blocks msg_too_long msg_blocks_too_long no_text too_many_attachments'
      .split(' ')
      .map((code) => [code, 'payload', 'payload']),
    ...'ratelimited rate_limited service_unavailable team_added_to_org message_limit_exceeded'
      .split(' ')
      .map((code) => [code, 'wait', 'wait']),
    ...'fatal_error internal_error request_timeout'.split(' ').map((code) => [code, 'ambiguous', 'ambiguous']),
    ['a_code_of_next_year', 'unknown', 'unknown'],
    ['<html>a proxy</html>', 'ambiguous', 'ambiguous'],
  ])('%s is for the app %s and for a person %s', (code, app, person) => {
    expect(kinds(code ?? '')).toEqual([app, person]);
  });

  it('says that a token is dead only where the token itself is refused or not enough', () => {
    for (const code of [
      'token_revoked',
      'invalid_auth',
      'account_inactive',
      'missing_scope',
      'not_allowed_token_type',
    ]) {
      expect(refusal(refused(code), 'user')).toMatchObject({ kind: 'author', dead: true });
    }
    expect(refusal(refused('not_in_channel'), 'user')).toMatchObject({ kind: 'author', dead: false });
  });

  it('takes no answer, a reset and a 5xx for ambiguous', () => {
    expect(refusal(new WebAPIRequestError(new Error('socket hang up')), 'bot').kind).toBe('ambiguous');
    expect(refusal(new WebAPIHTTPError(503, 'Service Unavailable', {}, ''), 'bot').kind).toBe('ambiguous');
  });

  it('waits as long as Slack asks, a second at least, and half a minute where it does not say', () => {
    expect(refusal(new WebAPIRateLimitedError(20), 'bot')).toMatchObject({ kind: 'wait', afterMs: 20_000 });
    expect(refusal(new WebAPIRateLimitedError(0), 'bot')).toMatchObject({ kind: 'wait', afterMs: 1_000 });
    const unsaid = new Error('Retry header did not contain a valid timeout (url: x, retry-after header: null)');
    expect(refusal(unsaid, 'bot')).toMatchObject({ kind: 'wait', afterMs: 30_000 });
  });

  it("throws on what is not Slack's", () => {
    expect(() => refusal(new TypeError('a bug of ours'), 'bot')).toThrow('a bug of ours');
  });
});
