import { userId } from '../base/names.ts';
import { type Refusal, refusal } from '../slack/answer.ts';
import type { SlackClient } from '../slack/client.ts';
import type { Author } from '../slack/installation.ts';
import type { Provider, Sent } from './provider.ts';
import type { Way } from './settings.ts';

/** Slack takes twenty invitations a minute. https://docs.slack.dev/apis/web-api/rate-limits */
const intervalMs = 3_000;

/** What a definite no means; any other is about how the team is set up: nobody else is asked until somebody has looked. */
type Meanings = Readonly<Record<string, 'known' | 'refused' | 'wait' | 'unsure'>>;

/** https://docs.slack.dev/reference/methods/admin.users.invite#errors */
const ofEnterprise: Meanings = {
  already_in_team_invited_user: 'known',
  // Slack knows somebody with this address: the next sweep finds them, if the address is confirmed.
  already_in_team: 'refused',
  user_disabled: 'refused',
  invalid_email: 'refused',
  failed_looking_up_user: 'refused',
  failed_to_send_invite: 'refused',
};

/** https://docs.slack.dev/reference/methods/conversations.inviteShared#errors */
const ofConnect: Meanings = {
  already_in_channel: 'refused',
  invalid_email: 'refused',
  user_not_found: 'refused',
  ratelimit: 'wait',
  invite_lookup_error: 'unsure',
  invite_not_found: 'unsure',
};

/** Slack says `ratelimit` and not how long. */
const patienceMs = 60_000;

/**
 * The Enterprise plan's own way. Asked a second time, Slack answers that the address was invited, and writes to nobody.
 * https://docs.slack.dev/reference/methods/admin.users.invite
 */
export function enterpriseProvider(
  slack: SlackClient,
  team: string,
  { token, channels, guest }: Extract<Way, { kind: 'enterprise' }>,
): Provider {
  const admin: Author = {
    kind: 'user',
    user: userId(''),
    version: '',
    lastUsed: undefined,
    token: () => Promise.resolve(token),
  };
  return {
    name: 'enterprise',
    isRepeatable: true,
    intervalMs,
    invite: ({ name, email }) =>
      asked(admin, ofEnterprise, async () => {
        const client = await slack.as(admin);
        // By its name: the SDK's own method sends lists as JSON, and Slack wants these with commas.
        await client.apiCall('admin.users.invite', {
          team_id: team,
          email,
          channel_ids: channels.join(','),
          real_name: name,
          ...(guest === 'multi-channel' && { is_restricted: true }),
          ...(guest === 'single-channel' && { is_ultra_restricted: true }),
        });
      }),
  };
}

/**
 * Into one channel, from a workspace of their own. Slack takes no key, and might write a second time: what is not known to have
 * failed is never asked again. https://docs.slack.dev/reference/methods/conversations.inviteShared
 */
export function connectProvider(
  slack: SlackClient,
  bot: Author,
  { channel }: Extract<Way, { kind: 'connect' }>,
): Provider {
  return {
    name: 'connect',
    isRepeatable: false,
    intervalMs,
    invite: ({ email }) =>
      asked(bot, ofConnect, async () => {
        const client = await slack.as(bot);
        await client.conversations.inviteShared({ channel, emails: [email] });
      }),
  };
}

async function asked(author: Author, meanings: Meanings, call: () => Promise<void>): Promise<Sent> {
  try {
    await call();
    return { kind: 'sent' };
  } catch (error) {
    return meaningOf(refusal(error, author.kind), meanings);
  }
}

function meaningOf(refused: Refusal, meanings: Meanings): Sent {
  const { code } = refused;
  const kind = Object.hasOwn(meanings, code) ? meanings[code] : undefined;
  if (kind === 'wait') return { kind, code, afterMs: patienceMs };
  if (kind !== undefined) return { kind, code };
  if (refused.kind === 'wait') return { kind: 'wait', code, afterMs: refused.afterMs };
  return { kind: refused.kind === 'ambiguous' ? 'unsure' : 'setup', code };
}
