import { SlackClient } from '../../shared/slack/client.ts';
import type { Author } from '../../shared/slack/installation.ts';
import type { SlackCalls } from './workspace.ts';

type Options = { readonly apiUrl: string | undefined; readonly timeoutMs: number };

/** The calls of the doctor, with the client that every room uses. */
export function slackCallsOf(options: Options): (bot: Author) => Promise<SlackCalls> {
  return async (bot) => {
    let date: string | undefined;
    const client = await new SlackClient({
      ...options,
      fetch: async (...request: Parameters<typeof fetch>) => {
        const response = await fetch(...request);
        date = response.headers.get('date') ?? undefined;
        return response;
      },
    }).as(bot);
    return {
      identity: async () => {
        const answer = await client.auth.test();
        const scopes = answer.response_metadata?.scopes;
        return { team: answer.team_id ?? '', scopes: scopes?.join(','), date };
      },
      channel: async (id) => {
        const { channel } = await client.conversations.info({ channel: id });
        return {
          name: channel?.name ?? id,
          isMember: channel?.is_member === true,
          isArchived: channel?.is_archived === true,
          isPrivate: channel?.is_private === true,
        };
      },
      join: async (id) => {
        await client.conversations.join({ channel: id });
      },
      post: async (channel, text) => (await client.chat.postMessage({ channel, text })).ts ?? '',
      remove: async (channel, ts) => {
        await client.chat.delete({ channel, ts });
      },
    };
  };
}
