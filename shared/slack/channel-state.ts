import type { ChannelId } from '../base/names.ts';
import { type Asked, type AskOptions, ask } from './asked.ts';

/**
 * How a channel is for the app. `open`: public, and joined with the first message. `closed`: private, and the app is not
 * in it. Slack does not tell a private channel that the app is not in from one that is not there.
 */
export type ChannelState = 'member' | 'open' | 'closed' | 'archived';

/** Looks at a channel and changes nothing. https://docs.slack.dev/reference/methods/conversations.info */
export async function stateOf(token: string, channel: ChannelId, options: AskOptions): Promise<Asked<ChannelState>> {
  const asked = await ask(token, options, async (client): Promise<ChannelState> => {
    const { channel: info } = await client.conversations.info({ channel });
    if (info?.is_archived) return 'archived';
    if (info?.is_member) return 'member';
    return info?.is_private ? 'closed' : 'open';
  });
  const isHidden = !asked.ok && asked.kind === 'refused' && asked.code === 'channel_not_found';
  return isHidden ? { ok: true, value: 'closed' } : asked;
}
