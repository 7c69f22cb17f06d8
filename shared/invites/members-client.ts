import type { TeamId, UserId } from '../base/names.ts';
import { refusal } from '../slack/answer.ts';
import type { SlackClient } from '../slack/client.ts';
import type { Author } from '../slack/installation.ts';
import { type ListedMember, type Sighting, sightingOf } from './standing.ts';

/** One page of the list of members. */
export type MembersPage = {
  readonly sightings: readonly Sighting[];
  /** Bots and people of other workspaces. */
  readonly skipped: number;
  /** Undefined: there are no more. */
  readonly cursor: string | undefined;
};

/** Slack advises two hundred at most, and may give fewer. https://docs.slack.dev/apis/web-api/pagination */
const pageSize = 200;

/** Who is in a workspace, as Slack says it: one attempt each, every failure thrown as `@slack/web-api` throws it. */
export class Members {
  readonly #slack: SlackClient;

  constructor(slack: SlackClient) {
    this.#slack = slack;
  }

  /** Everybody, page by page: the deactivated and the invited as well. https://docs.slack.dev/reference/methods/users.list */
  async page(bot: Author, team: TeamId, cursor: string | undefined): Promise<MembersPage> {
    const client = await this.#slack.as(bot);
    const answer = await client.users.list({ limit: pageSize, ...(cursor && { cursor }) });
    const members: readonly ListedMember[] = answer.members ?? [];
    const sightings = members.flatMap((member) => sightingOf(member, team) ?? []);
    return {
      sightings,
      skipped: members.length - sightings.length,
      cursor: answer.response_metadata?.next_cursor || undefined,
    };
  }

  /** Somebody by their id; undefined for what is no person of this workspace. */
  async member(bot: Author, team: TeamId, user: UserId): Promise<Sighting | undefined> {
    const client = await this.#slack.as(bot);
    return this.#found(bot, team, client.users.info({ user }));
  }

  /** Who is in the workspace, or was invited, with this address; nobody who was deactivated is found this way. */
  async withEmail(bot: Author, team: TeamId, email: string): Promise<Sighting | undefined> {
    const client = await this.#slack.as(bot);
    return this.#found(bot, team, client.users.lookupByEmail({ email }));
  }

  async #found(
    bot: Author,
    team: TeamId,
    call: Promise<{ readonly user?: ListedMember }>,
  ): Promise<Sighting | undefined> {
    try {
      const { user } = await call;
      return user && sightingOf(user, team);
    } catch (error) {
      const { code } = refusal(error, bot.kind);
      if (code === 'users_not_found' || code === 'user_not_found' || code === 'user_not_visible') return undefined;
      throw error;
    }
  }
}
