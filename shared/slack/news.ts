import { type ChannelId, channelId, type TeamId, type Ts, teamId, ts, type UserId, userId } from '../base/names.ts';
import { type AccountKind, accountIn, addressSignIn, kindOf } from './account.ts';
import type { SlackEvent } from './inbound.ts';
import { type Marked, type Marker, markerOf, partsOf } from './marker.ts';
import { fieldsIn, fieldsOf, fieldsOfJson, idIn, tsIn } from './untrusted.ts';

/**
 * What happened in Slack, as far as the outbox's world changes with it: ids and times, never a word that somebody wrote.
 * `at` is when, in Unix seconds; `id` is Slack's for the event.
 */
export type News = { readonly id: string; readonly team: TeamId; readonly at: number } & (
  | { readonly what: 'installed' }
  | { readonly what: 'uninstalled' }
  /** Slack users whose tokens were taken back, people and bots. */
  | { readonly what: 'revoked'; readonly people: readonly UserId[]; readonly bots: readonly UserId[] }
  /** Something may be posted there again. */
  | { readonly what: 'opened'; readonly channel: ChannelId }
  | JoinedNews
  | { readonly what: 'moved'; readonly from: ChannelId; readonly channel: ChannelId }
  /** `author` is undefined where Slack does not say: the app itself. */
  | {
      readonly what: 'posted';
      readonly channel: ChannelId;
      readonly ts: Ts;
      readonly author: UserId | undefined;
      readonly marker: Marker;
    }
  | { readonly what: 'deleted'; readonly channel: ChannelId; readonly ts: Ts; readonly marker: Marker }
  | PersonNews
  | VanishedNews
  | RenamedNews
);

/** Somebody came, or was added: perhaps the app. */
export type JoinedNews = { readonly what: 'joined'; readonly channel: ChannelId; readonly user: UserId };

/** A channel was deleted, and all that stood in it: that only Slack can say, and who is in it. */
export type VanishedNews = { readonly what: 'vanished'; readonly channel: ChannelId };

/** A channel has another name, which is not said here: somebody wrote it. */
export type RenamedNews = { readonly what: 'renamed'; readonly channel: ChannelId };

/** Somebody's account is another one in something: how it stands, and a sign of its address, never the address. */
export type PersonNews = {
  readonly what: 'person';
  readonly user: UserId;
  readonly account: AccountKind;
  /** Empty where Slack does not say the address. */
  readonly address: string;
};

/** What an event says that the slack room acts on. Undefined: nothing. https://docs.slack.dev/reference/events */
export function newsOf({ id, team, at, app, event }: SlackEvent): News | undefined {
  const seen = { id, team, at };
  const [channel, user] = [idIn(event, 'channel'), idIn(event, 'user')];
  switch (event.type) {
    case 'app_uninstalled':
      return { ...seen, what: 'uninstalled' };
    case 'tokens_revoked': {
      const { oauth, bot } = fieldsIn(event, 'tokens');
      return { ...seen, what: 'revoked', people: usersIn(oauth), bots: usersIn(bot) };
    }
    case 'channel_unarchive':
    case 'group_unarchive':
      return channel === undefined ? undefined : { ...seen, what: 'opened', channel: channelId(channel) };
    case 'channel_deleted':
    case 'group_deleted':
      return channel === undefined ? undefined : { ...seen, what: 'vanished', channel: channelId(channel) };
    case 'channel_rename':
    case 'group_rename': {
      const renamed = idIn(fieldsIn(event, 'channel'), 'id');
      return renamed === undefined ? undefined : { ...seen, what: 'renamed', channel: channelId(renamed) };
    }
    case 'member_joined_channel':
      if (channel === undefined || user === undefined) return undefined;
      return { ...seen, what: 'joined', channel: channelId(channel), user: userId(user) };
    case 'channel_id_changed': {
      const [from, to] = [idIn(event, 'old_channel_id'), idIn(event, 'new_channel_id')];
      if (from === undefined || to === undefined || from === to) return undefined;
      return { ...seen, what: 'moved', from: channelId(from), channel: channelId(to) };
    }
    case 'team_join':
    case 'user_change': {
      const person = fieldsIn(event, 'user');
      const account = accountIn(person);
      if (!account) return undefined;
      const [kind, address] = [kindOf(account, team), addressSignIn(person)];
      return { ...seen, what: 'person', user: account.user, account: kind, address };
    }
    case 'message_metadata_posted': {
      // Any app may put anything into the metadata of its own messages.
      const isOurs = app !== undefined && event['app_id'] === app;
      const [place, at] = [idIn(event, 'channel_id'), tsIn(event, 'message_ts')];
      const marker = isOurs ? markerOf({ metadata: fieldsIn(event, 'metadata') }) : undefined;
      if (!marker || place === undefined || at === undefined) return undefined;
      const author = idIn(event, 'user_id');
      return {
        ...seen,
        what: 'posted',
        channel: channelId(place),
        ts: ts(at),
        author: author === undefined ? undefined : userId(author),
        marker,
      };
    }
    case 'message': {
      const deleted = deletion(event);
      if (!deleted || channel === undefined) return undefined;
      return { ...seen, what: 'deleted', channel: channelId(channel), ...deleted };
    }
    default:
      return undefined;
  }
}

/**
 * Which message of ours is gone. Of one that others replied to Slack leaves a tombstone, and calls that a change.
 * https://docs.slack.dev/reference/events/message/message_deleted
 */
function deletion(event: SlackEvent['event']): { readonly ts: Ts; readonly marker: Marker } | undefined {
  const before = fieldsIn(event, 'previous_message');
  const isTombstone = event['subtype'] === 'message_changed' && fieldsIn(event, 'message')['subtype'] === 'tombstone';
  if (event['subtype'] !== 'message_deleted' && !isTombstone) return undefined;
  const at = tsIn(event, 'deleted_ts') ?? tsIn(before, 'ts');
  const { metadata, blocks } = before;
  const marker = markerOf({
    metadata: fieldsOf(metadata),
    ...(Array.isArray(blocks) && { blocks: blocks.map(fieldsOf) }),
  } satisfies Marked);
  return marker && at !== undefined ? { ts: ts(at), marker } : undefined;
}

/**
 * The news in a record of the slack room's queue, which the ingress wrote. Undefined: somebody put something else there.
 */
export function readNews(body: string): News | undefined {
  const { what, team, id, at } = fieldsOfJson(body);
  const isNews = [what, team, id].every((part) => typeof part === 'string') && typeof at === 'number';
  return isNews ? (JSON.parse(body) as News) : undefined;
}

/** What is told of a team to which War Room was just added, perhaps once more. `at` in milliseconds. */
export function installed(team: TeamId, at: number, id: string): News {
  return { id, team: teamId(team), at: Math.floor(at / 1000), what: 'installed' };
}

/**
 * What has to be worked in order: what happens to the app itself, to a channel, to a person, to a thread. A
 * thread that is just being told makes what is said of it wait, and of it alone.
 */
export function groupOf(news: News): string {
  if ('marker' in news) return `${news.team}#thread#${partsOf(news.marker)?.thread ?? news.marker.key}`;
  if (news.what === 'person') return `${news.team}#person#${news.user}`;
  return 'channel' in news ? `${news.team}#${news.channel}` : `${news.team}#app`;
}

function usersIn(list: unknown): UserId[] {
  return Array.isArray(list) ? list.filter((one) => typeof one === 'string').map(userId) : [];
}
