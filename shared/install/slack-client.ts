import type { WebClient } from '@slack/web-api';
import { type ChannelId, channelId, type TeamId, teamId, type UserId, userId } from '../base/names.ts';
import type { SlackApp } from '../slack/app.ts';
import { type Asked, type AskOptions, ask } from '../slack/asked.ts';
import { lookUp, type Member } from '../slack/member.ts';

/** What a person granted by clicking *Allow*. Tokens are there only where their scopes were asked for. */
export type Grant = {
  readonly team: TeamId;
  readonly workspace: string;
  readonly bot: { readonly token: string; readonly user: UserId; readonly scopes: string } | undefined;
  /** Who clicked. */
  readonly user: UserId;
  readonly person: { readonly token: string; readonly scopes: string } | undefined;
};

/** For a whole Enterprise organisation there is no team; its tokens are kept only to give them back. */
export type OrgWide = { readonly orgWide: true; readonly tokens: readonly string[] };

/** Credentials of the app and the address that Slack led back to, which has to be the one it was given. */
export type Exchange = {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly code: string;
  readonly redirectUri: string;
};

/** The calls of an installation, one attempt each: a code works once, and a person can begin again. */
export class SlackAccess {
  readonly #options: AskOptions;

  constructor(options: AskOptions) {
    this.#options = options;
  }

  /** https://docs.slack.dev/reference/methods/oauth.v2.access */
  async exchange(exchange: Exchange): Promise<Asked<Grant | OrgWide>> {
    return this.#ask(undefined, async (client) => {
      const answer = await client.oauth.v2.access(credentials(exchange));
      const { team, authed_user: authed, is_enterprise_install: orgWide } = answer;
      const person = authed?.access_token;
      if (orgWide || !team?.id) {
        return { orgWide: true, tokens: [answer.access_token, person].filter((token) => token !== undefined) };
      }
      return {
        team: teamId(team.id),
        workspace: team.name ?? team.id,
        user: userId(authed?.id ?? ''),
        bot:
          answer.access_token === undefined
            ? undefined
            : { token: answer.access_token, user: userId(answer.bot_user_id ?? ''), scopes: answer.scope ?? '' },
        person: person === undefined ? undefined : { token: person, scopes: authed?.scope ?? '' },
      };
    });
  }

  /** The id_token of a sign-in. https://docs.slack.dev/reference/methods/openid.connect.token */
  async signIn(exchange: Exchange): Promise<Asked<string>> {
    return this.#ask(undefined, async (client) => {
      const { id_token: token } = await client.openid.connect.token(credentials(exchange));
      return token ?? '';
    });
  }

  /** Whose token this is, and the address of its workspace. https://docs.slack.dev/reference/methods/auth.test */
  async identity(token: string): Promise<Asked<{ team: TeamId; user: UserId; workspace: string; url: string }>> {
    return this.#ask(token, async (client) => {
      const { team_id: team, user_id: user, team: workspace, url } = await client.auth.test();
      return { team: teamId(team ?? ''), user: userId(user ?? ''), workspace: workspace ?? '', url: url ?? '' };
    });
  }

  async member(token: string, user: UserId): Promise<Asked<Member>> {
    return lookUp(token, user, this.#options);
  }

  /** A token that is refused is one that does not work any more: that is what was wanted. https://docs.slack.dev/reference/methods/auth.revoke */
  async revoke(token: string): Promise<Asked<undefined>> {
    const asked = await this.#ask(token, async (client) => {
      const { revoked } = (await client.auth.revoke()) as { readonly revoked?: boolean };
      return revoked === true;
    });
    if (!asked.ok) return asked.kind === 'refused' && asked.dead ? done : asked;
    return asked.value ? done : { ok: false, kind: 'refused', code: 'not_revoked', dead: false };
  }

  /**
   * Removes the app from the workspace, and with it every token that it was given there. An app that is not there any more is
   * what was wanted. https://docs.slack.dev/reference/methods/apps.uninstall
   */
  async uninstall(token: string, { clientId, clientSecrets }: SlackApp): Promise<Asked<undefined>> {
    let asked: Asked<undefined> = { ok: false, kind: 'unreachable' };
    for (const clientSecret of clientSecrets) {
      asked = await this.#ask(token, async (client) => {
        await client.apps.uninstall({ client_id: clientId, client_secret: clientSecret });
        return undefined;
      });
      if (!asked.ok && asked.kind === 'refused' && asked.dead) return done;
      if (asked.ok || asked.kind === 'unreachable' || asked.code !== 'bad_client_secret') return asked;
    }
    return asked;
  }

  /** Answers the new channel's id. https://docs.slack.dev/reference/methods/conversations.create */
  async createPrivate(token: string, name: string): Promise<Asked<ChannelId>> {
    return this.#ask(token, async (client) => {
      const { channel } = await client.conversations.create({ name, is_private: true });
      return channelId(channel?.id ?? '');
    });
  }

  /** The private channels that `user` made and is in, by name, archived ones left out. */
  async privateChannelsOf(token: string, user: UserId): Promise<Asked<ReadonlyMap<string, ChannelId>>> {
    return this.#ask(token, async (client) => {
      const found = new Map<string, ChannelId>();
      let cursor: string | undefined;
      do {
        const answer = await client.conversations.list({
          types: 'private_channel',
          exclude_archived: true,
          limit: 200,
          ...(cursor && { cursor }),
        });
        for (const { name, id, creator } of answer.channels ?? []) {
          if (name !== undefined && id !== undefined && creator === user) found.set(name, channelId(id));
        }
        cursor = answer.response_metadata?.next_cursor || undefined;
      } while (cursor !== undefined);
      return found;
    });
  }

  /** Also where that person is in it already. https://docs.slack.dev/reference/methods/conversations.invite */
  async invite(token: string, channel: ChannelId, user: UserId): Promise<Asked<undefined>> {
    const asked = await this.#ask(token, async (client) => {
      await client.conversations.invite({ channel, users: user });
      return undefined;
    });
    const isIn = !asked.ok && asked.kind === 'refused' && asked.code === 'already_in_channel';
    return isIn ? done : asked;
  }

  async #ask<T>(token: string | undefined, call: (client: WebClient) => Promise<T>): Promise<Asked<T>> {
    return ask(token, this.#options, call);
  }
}

const done = { ok: true, value: undefined } as const;

function credentials({ clientId, clientSecret, code, redirectUri }: Exchange) {
  return { client_id: clientId, client_secret: clientSecret, code, redirect_uri: redirectUri };
}
