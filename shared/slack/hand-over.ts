import { fifoId } from '../aws/fifo-id.ts';
import type { Message } from '../aws/queue.ts';
import type { Inbound, SlackEvent } from './inbound.ts';
import { groupOf, type News, newsOf } from './news.ts';

/** Who works an event: the slack room itself, the desk where people ask, or nobody yet: it is kept for rooms to come. */
type Room = 'slack' | 'desk' | 'kept';

/**
 * Every event that is acted on, by its type as it comes in. What is not here is answered and forgotten. Channels are known by
 * their ids alone, so that a new name is only said; and one that closes is told of once something waits for it. https://docs.slack.dev/reference/events
 */
export const rooms: Readonly<Record<string, Room>> = {
  app_home_opened: 'desk',
  app_uninstalled: 'slack',
  tokens_revoked: 'slack',
  channel_archive: 'kept',
  channel_deleted: 'slack',
  channel_id_changed: 'slack',
  channel_left: 'kept',
  channel_rename: 'slack',
  channel_unarchive: 'slack',
  group_archive: 'kept',
  group_deleted: 'slack',
  group_left: 'kept',
  group_rename: 'slack',
  group_unarchive: 'slack',
  member_joined_channel: 'slack',
  member_left_channel: 'kept',
  message: 'slack',
  message_metadata_posted: 'slack',
  team_join: 'slack',
  user_change: 'slack',
};

/** What is put on whose queue. */
export type HandOver = { readonly to: 'slack' | 'desk'; readonly message: Message } | { readonly to: 'kept' };

/** To whom something goes that came from Slack, and how. Undefined: nobody acts on it. */
export function handOver(inbound: Inbound): HandOver | undefined {
  if (inbound.kind !== 'event') return asked(inbound, inbound.user);
  const { type } = inbound.event;
  const room = Object.hasOwn(rooms, type) ? rooms[type] : undefined;
  if (room === 'kept') return { to: 'kept' };
  if (room === 'desk') return asked(opening(inbound), String(inbound.event['user'] ?? ''));
  const news = room && newsOf(inbound);
  return news && { to: 'slack', message: told(news) };
}

/** The record of the slack room's queue. The same news has the same ids each time, so that SQS may drop the second. */
export function told(news: News): Message {
  return message(news, groupOf(news));
}

/** Who opened what. Slack sends along all that was shown there last, names and amounts among it: that goes no further. */
function opening({ event, ...rest }: SlackEvent): SlackEvent {
  const { type, user, tab } = event;
  return { ...rest, event: { type, user, tab } };
}

/** What somebody asks is worked in the order in which they asked it. */
function asked(inbound: Inbound, user: string): HandOver {
  return { to: 'desk', message: message(inbound, `${inbound.team}#${user}`) };
}

/** The group is part of the dedupe id: in another group SQS would drop what it has taken in this one. */
function message(record: Inbound | News, group: string): Message {
  return {
    body: JSON.stringify(record),
    group: fifoId(group),
    dedupe: fifoId(`${record.id}#${group}`),
  };
}
