/** auth.*, apps.uninstall, openid.connect.userInfo: who is calling, and how that ends. */
import { revoke, uninstall } from './authorization.ts';
import { type Method, memberOf, needScope, seconds } from './method.ts';
import { personalClaims } from './openid.ts';
import { SlackRefusal } from './refusal.ts';

export const identityMethods: Readonly<Record<string, Method>> = {
  'auth.test': (call) => {
    const member = memberOf(call, call.grant.userId);
    return {
      // Slack's is https://<domain>.slack.com/. This one is where permalinks lead on this machine.
      url: `${call.url}/`,
      team: call.workspace.team.name,
      team_id: call.workspace.team.id,
      user: member.name,
      user_id: member.id,
      ...(call.grant.kind === 'bot' && { bot_id: call.workspace.app.botId }),
      is_enterprise_install: false,
    };
  },

  'auth.revoke': (call) => {
    if (call.args.flag('test')) return { revoked: false };
    revoke(call.workspace, call.grant, call.state.behaviour.revocation, seconds(call));
    return { revoked: true };
  },

  /** https://docs.slack.dev/reference/methods/apps.uninstall: wants a token and the app's credentials both. */
  'apps.uninstall': (call) => {
    call.state.app.authenticate(call.args.text('client_id'), call.args.text('client_secret'));
    uninstall(call.workspace, seconds(call));
    return {};
  },

  /** https://docs.slack.dev/reference/methods/openid.connect.userInfo: for a person's token only. */
  'openid.connect.userInfo': (call) => {
    if (call.grant.kind !== 'user') throw new SlackRefusal('not_allowed_token_type');
    needScope(call, 'openid');
    return { ...personalClaims(call.workspace, memberOf(call, call.grant.userId), call.grant.scopes, call.url) };
  },
};
