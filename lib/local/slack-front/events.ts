/**
 * What the app hears of what happens: which event, if it subscribed to it, may hear it by its scopes, and is there to hear it.
 * Pure. https://docs.slack.dev/reference/events
 *
 * Of public channels the app hears archiving and renaming everywhere; of private ones, and what is said and who comes and goes
 * anywhere, only where its bot is a member.
 */
import type { AppSettings } from './app-settings.ts';
import type { Happening } from './happening.ts';
import type { Message } from './message-store.ts';
import { wireMessage } from './method.ts';
import { wireMember } from './people-methods.ts';
import type { Tenant } from './tenants.ts';
import type { Conversation, Grant, Workspace } from './workspace.ts';

/** The inner part of an event, as its reference page has it. */
export type SlackEvent = Readonly<Record<string, unknown>> & { readonly type: string };

/** An event and what it takes to hear it. */
interface Told {
  /** The name by which the app's settings know it. */
  readonly subscription: string;
  /** The scope that the app's token must have; undefined: none. */
  readonly scope: string | undefined;
  readonly event: SlackEvent;
}

/** The events that the app is told of. `ts` is the moment, as Slack writes moments. */
export function eventsOf(
  happening: Happening,
  tenant: Tenant,
  app: Pick<AppSettings, 'subscriptions'>,
  ts: string,
): readonly SlackEvent[] {
  const { workspace } = tenant;
  const bot = workspace.grantsOf(workspace.app.botUserId).find(({ kind }) => kind === 'bot');
  const seen = { ...tenant, ts, bot };
  return told(happening, seen)
    .filter(({ subscription }) => app.subscriptions.events.includes(subscription))
    .filter(({ event }) => !event.type.startsWith('message_metadata_') || wantsMetadata(app, workspace, event))
    .filter(({ scope }) => scope === undefined || bot?.scopes.has(scope) === true)
    .map(({ event }) => ({ ...event, event_ts: ts }));
}

type Seen = Tenant & { readonly ts: string; readonly bot: Grant | undefined };

function told(happening: Happening, seen: Seen): readonly Told[] {
  const { workspace, ts } = seen;
  const { botUserId } = workspace.app;
  switch (happening.kind) {
    case 'posted':
      return heardIn(seen, happening.message.channel, (channel) => [
        ofMessage(channel, {
          ...wireMessage(seen, happening.message, true),
          ...(happening.message.broadcast && { subtype: 'thread_broadcast' }),
        }),
        ...metadataOf(workspace, 'posted', happening.message, happening.message.metadata),
      ]);
    case 'edited':
      return heardIn(seen, happening.message.channel, (channel) => {
        const { message, before } = happening;
        return [
          ofMessage(channel, messageChanged(seen, message, before)),
          ...(message.metadata === undefined
            ? []
            : metadataOf(workspace, 'updated', message, message.metadata, before.metadata)),
        ];
      });
    case 'removed':
      return heardIn(seen, happening.before.channel, (channel) => {
        const { before, tombstone } = happening;
        return [
          ofMessage(
            channel,
            tombstone === undefined ? messageDeleted(seen, before) : messageChanged(seen, tombstone, before),
          ),
          ...metadataOf(workspace, 'deleted', before, undefined, before.metadata),
        ];
      });
    case 'joined':
      return heardIn(seen, happening.conversation.id, (channel) => [ofMembership('joined', happening, channel, seen)]);
    case 'left':
      // Whoever is put out hears of that, and of nothing else in the channel from then on.
      if (happening.userId === botUserId)
        return [ofChannel(happening.conversation, 'left', { actor_id: happening.by })];
      return heardIn(seen, happening.conversation.id, (channel) => [ofMembership('left', happening, channel, seen)]);
    case 'archived':
      return channelNews(seen, happening.conversation, 'archive', { user: happening.by });
    case 'unarchived':
      return channelNews(seen, happening.conversation, 'unarchive', { user: happening.by });
    case 'deleted':
      return channelNews(seen, happening.conversation, 'deleted', {
        actor_id: happening.by,
        date_deleted: Math.floor(Number(ts)),
      });
    case 'renamed': {
      const { id, name, created } = happening.conversation;
      return channelNews(seen, happening.conversation, 'rename', {
        channel: { id, name, name_normalized: name, created, context_team_id: workspace.team.id },
      });
    }
    case 'renumbered': {
      const channels = { old_channel_id: happening.before, new_channel_id: happening.conversation.id };
      return [{ ...plain({ type: 'channel_id_changed', ...channels }), scope: 'channels:read' }];
    }
    case 'memberCame':
    case 'memberChanged': {
      const type = happening.kind === 'memberCame' ? 'team_join' : 'user_change';
      if (seen.bot === undefined) return [];
      const user = wireMember(workspace, happening.member, seen.bot);
      return [{ ...plain({ type, user, cache_ts: user.updated }), scope: 'users:read' }];
    }
    case 'tokensRevoked':
      return [plain({ type: 'tokens_revoked', tokens: { oauth: happening.people, bot: happening.bots } })];
    case 'uninstalled':
      return [plain({ type: 'app_uninstalled' })];
    case 'homeOpened': {
      const { userId, channel, view } = happening;
      if (seen.bot === undefined) return [];
      return [
        plain({ type: 'app_home_opened', user: userId, channel, tab: 'home', ...(view !== undefined && { view }), ts }),
      ];
    }
  }
}

/** An event of the app or the workspace, called as it is subscribed to. */
function plain(event: SlackEvent): Told {
  return { subscription: event.type, scope: undefined, event };
}

/** What only members hear. */
function heardIn({ workspace }: Seen, id: string, about: (channel: Conversation) => readonly Told[]): readonly Told[] {
  const channel = workspace.conversations.get(id);
  return channel?.members.has(workspace.app.botUserId) === true ? about(channel) : [];
}

function channelNews(
  { workspace }: Seen,
  channel: Conversation,
  what: string,
  more: Readonly<Record<string, unknown>>,
): readonly Told[] {
  const hears = !channel.isPrivate || channel.members.has(workspace.app.botUserId);
  return channel.kind === 'channel' && hears ? [ofChannel(channel, what, more)] : [];
}

/** `channel_archive` of a public channel is `group_archive` of a private one. */
function ofChannel(channel: Conversation, what: string, more: Readonly<Record<string, unknown>>): Told {
  const family = channel.isPrivate ? 'group' : 'channel';
  const type = `${family}_${what}`;
  return { subscription: type, scope: `${family}s:read`, event: { type, channel: channel.id, ...more } };
}

function ofMembership(
  what: 'joined' | 'left',
  { userId, by }: { readonly userId: string; readonly by: string },
  channel: Conversation,
  { workspace }: Seen,
): Told {
  const type = `member_${what}_channel`;
  return {
    subscription: type,
    scope: channel.isPrivate ? 'groups:read' : 'channels:read',
    event: {
      type,
      user: userId,
      channel: channel.id,
      channel_type: channel.isPrivate ? 'G' : 'C',
      team: workspace.team.id,
      ...(by !== userId && what === 'joined' && { inviter: by }),
    },
  };
}

const SURFACES = { channel: 'channels', im: 'im', mpim: 'mpim', group: 'groups' } as const;

function ofMessage(channel: Conversation, message: Readonly<Record<string, unknown>>): Told {
  const type = channel.kind === 'channel' && channel.isPrivate ? 'group' : channel.kind;
  return {
    subscription: `message.${SURFACES[type]}`,
    scope: `${SURFACES[type]}:history`,
    event: { ...message, type: 'message', channel: channel.id, channel_type: type },
  };
}

/** https://docs.slack.dev/reference/events/message/message_deleted */
function messageDeleted(seen: Seen, before: Message) {
  return {
    subtype: 'message_deleted',
    hidden: true,
    ts: seen.ts,
    deleted_ts: before.ts,
    previous_message: wireMessage(seen, before, true),
  };
}

/**
 * https://docs.slack.dev/reference/events/message/message_changed: an edit; and the deletion of a root with replies, where what is
 * left has the subtype `tombstone`.
 */
function messageChanged(seen: Seen, message: Message, before: Message) {
  return {
    subtype: 'message_changed',
    hidden: true,
    ts: seen.ts,
    message: wireMessage(seen, message, true),
    previous_message: wireMessage(seen, before, true),
  };
}

/** https://docs.slack.dev/messaging/message-metadata: for messages of apps, told to those who subscribed to their kind. */
function metadataOf(
  { app, team }: Workspace,
  what: 'posted' | 'updated' | 'deleted',
  message: Message,
  metadata: Message['metadata'],
  previous?: Message['metadata'],
): readonly Told[] {
  const { channel, ts, author } = message;
  if ((metadata ?? previous) === undefined || author.appBotId === undefined) return [];
  const type = `message_metadata_${what}`;
  const event = {
    type,
    app_id: app.id,
    bot_id: author.appBotId,
    user_id: author.userId,
    team_id: team.id,
    channel_id: channel,
    ...(metadata !== undefined && { metadata }),
    ...(previous !== undefined && { previous_metadata: previous }),
    message_ts: ts,
    ...(what === 'deleted' && { deleted_ts: ts }),
  };
  return [{ subscription: type, scope: 'metadata.message:read', event }];
}

function wantsMetadata(app: Pick<AppSettings, 'subscriptions'>, workspace: Workspace, event: SlackEvent): boolean {
  const { metadata, previous_metadata: previous } = event as { metadata?: Kind; previous_metadata?: Kind };
  const kind = (metadata ?? previous)?.event_type;
  return app.subscriptions.metadataEvents.some(
    ({ app_id: id, event_type: wanted }) =>
      (id === '*' || id === workspace.app.id) && (wanted === '*' || wanted === kind),
  );
}

type Kind = { readonly event_type: string };
