import type { botScopes } from './scopes.ts';

type Scope = keyof typeof botScopes;

/** Why War Room is told of an event, and the scope that Slack wants for it; `null` where it wants none. */
type Subscription = { readonly scope: Scope | null; readonly reason: string };

/**
 * The events that Slack sends, by the names of the app's settings: what they are named there and what they are when they
 * come in differs for messages, `message.channels` being a `message`.
 * https://docs.slack.dev/reference/events
 */
export const subscriptions = {
  app_uninstalled: { scope: null, reason: 'hold what waits to be told until it is installed again' },
  tokens_revoked: { scope: null, reason: 'stop using what was taken back' },
  app_home_opened: { scope: null, reason: 'show its Home to whoever opens it' },
  channel_archive: { scope: 'channels:read', reason: 'hold what was to be told there' },
  channel_unarchive: { scope: 'channels:read', reason: 'tell at once what was held' },
  channel_deleted: { scope: 'channels:read', reason: 'know that what was there is gone' },
  channel_rename: { scope: 'channels:read', reason: 'call a channel by its name' },
  channel_id_changed: { scope: 'channels:read', reason: 'go on in a channel that Slack has given another id' },
  channel_left: { scope: 'channels:read', reason: 'know that it cannot write there any more' },
  group_archive: { scope: 'groups:read', reason: 'the same, of private channels' },
  group_unarchive: { scope: 'groups:read', reason: 'the same, of private channels' },
  group_deleted: { scope: 'groups:read', reason: 'make another one for the calls of an agent' },
  group_rename: { scope: 'groups:read', reason: 'the same, of private channels' },
  group_left: { scope: 'groups:read', reason: 'the same, of private channels' },
  member_joined_channel: { scope: 'channels:read', reason: 'tell at once what waited for it to be added' },
  member_left_channel: { scope: 'channels:read', reason: 'know that it was removed' },
  message_metadata_posted: { scope: 'metadata.message:read', reason: 'know that a message of its own has arrived' },
  'message.channels': { scope: 'channels:history', reason: 'know that a message of its own was deleted' },
  'message.groups': { scope: 'groups:history', reason: 'the same, in private channels' },
  team_join: { scope: 'users:read', reason: 'know who has come' },
  user_change: { scope: 'users:read', reason: 'know who has left, or has a new address' },
} as const satisfies Readonly<Record<string, Subscription>>;
