import { type ChannelId, channelId, type UserId, userId } from '../base/names.ts';
import { type Account, accountIn } from './account.ts';
import { refusal } from './answer.ts';
import type { SlackClient } from './client.ts';
import type { Author } from './installation.ts';
import { fieldsOf } from './untrusted.ts';

/** A channel as it was made or found. Slack may have changed the name. */
export type Channel = { readonly id: ChannelId; readonly name: string };

/** Slack takes a hundred people at once; one who cannot come spoils fewer this way. https://docs.slack.dev/reference/methods/conversations.invite */
export const invitedAtOnce = 30;

/**
 * The calls by which the app makes private channels and says who is in them: one attempt each. Every failure is thrown as
 * `@slack/web-api` throws it and sorted by `answer.ts`, unless it is about one person.
 */
export class Channels {
  readonly #client: SlackClient;

  constructor(client: SlackClient) {
    this.#client = client;
  }

  /** Throws `name_taken` where any channel has the name, archived ones and those that the app cannot see among them. */
  async create(bot: Author, name: string): Promise<Channel> {
    const client = await this.#client.as(bot);
    const { channel } = await client.conversations.create({ name, is_private: true });
    return { id: channelId(channel?.id ?? ''), name: channel?.name ?? name };
  }

  /** The private channel of this name that the app made and is in, unless it is archived. */
  async own(bot: Author, name: string): Promise<Channel | undefined> {
    const client = await this.#client.as(bot);
    let cursor: string | undefined;
    do {
      const page = await client.users.conversations({
        types: 'private_channel',
        exclude_archived: true,
        limit: 200,
        ...(cursor && { cursor }),
      });
      const found = page.channels?.find((channel) => channel.name === name && channel.creator === bot.user);
      if (found?.id) return { id: channelId(found.id), name };
      cursor = page.response_metadata?.next_cursor || undefined;
    } while (cursor);
    return undefined;
  }

  /** Whether Slack shows the app a channel: not one that was deleted, nor a private one that the app is not in. True where it does not say. */
  async isShown(bot: Author, channel: ChannelId): Promise<boolean> {
    const client = await this.#client.as(bot);
    try {
      await client.conversations.info({ channel });
      return true;
    } catch (error) {
      return refusal(error, bot.kind).code !== 'channel_not_found';
    }
  }

  /** Everybody in a channel, the app among them. */
  async members(bot: Author, channel: ChannelId): Promise<UserId[]> {
    const client = await this.#client.as(bot);
    const users: UserId[] = [];
    let cursor: string | undefined;
    do {
      const page = await client.conversations.members({ channel, limit: 200, ...(cursor && { cursor }) });
      users.push(...(page.members ?? []).map(userId));
      cursor = page.response_metadata?.next_cursor || undefined;
    } while (cursor);
    return users;
  }

  /** Invites people, and answers those who could not be, each with Slack's code. Throws what is about no single person. */
  async invite(bot: Author, channel: ChannelId, users: readonly UserId[]): Promise<Map<UserId, string>> {
    const client = await this.#client.as(bot);
    try {
      const answer = await client.conversations.invite({ channel, users: users.join(','), force: true });
      return refusedIn(answer);
    } catch (error) {
      const refused = refusedIn(Object(error).data);
      if (refused.size > 0) return refused;
      const { code } = refusal(error, bot.kind);
      const [only, ...others] = users;
      if (only !== undefined && others.length === 0 && ofOnePerson.has(code)) return new Map([[only, code]]);
      if (others.length > 0 && ofOnePerson.has(code)) return this.#oneByOne(bot, channel, users);
      throw error;
    }
  }

  /** Removes one person. Throws as Slack refuses. */
  async remove(bot: Author, channel: ChannelId, user: UserId): Promise<void> {
    const client = await this.#client.as(bot);
    await client.conversations.kick({ channel, user });
  }

  /** Whose account in Slack has this address; undefined: nobody's. */
  async account(bot: Author, email: string): Promise<Account | undefined> {
    const client = await this.#client.as(bot);
    try {
      const { user } = await client.users.lookupByEmail({ email });
      return accountIn(fieldsOf(user));
    } catch (error) {
      if (refusal(error, bot.kind).code === 'users_not_found') return undefined;
      throw error;
    }
  }

  /** What a user is called; undefined where Slack does not say. */
  async nameOf(bot: Author, user: UserId): Promise<string | undefined> {
    const client = await this.#client.as(bot);
    const answer = await client.users.info({ user }).catch(() => undefined);
    return answer?.user?.profile?.real_name || answer?.user?.real_name || answer?.user?.name;
  }

  async #oneByOne(bot: Author, channel: ChannelId, users: readonly UserId[]): Promise<Map<UserId, string>> {
    const refused = new Map<UserId, string>();
    for (const user of users) {
      for (const [who, code] of await this.invite(bot, channel, [user])) refused.set(who, code);
    }
    return refused;
  }
}

/** Codes that say why one person cannot be invited, where Slack does not say who. */
const ofOnePerson = new Set([
  'already_in_channel',
  'cant_invite',
  'cant_invite_self',
  'invitee_cant_see_channel',
  'no_external_invite_permission',
  'org_user_not_in_team',
  'ura_max_channels',
  'user_disabled',
  'user_is_restricted',
  'user_not_found',
  'user_team_not_in_channel',
]);

function refusedIn(answer: { readonly errors?: unknown } | undefined): Map<UserId, string> {
  const errors = Array.isArray(answer?.errors) ? answer.errors : [];
  return new Map(
    errors.flatMap((each): [UserId, string][] => {
      const { user, error } = Object(each);
      return typeof user === 'string' && typeof error === 'string' ? [[userId(user), error]] : [];
    }),
  );
}
