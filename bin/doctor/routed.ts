import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Table } from '../../shared/aws/table.ts';
import type { ChannelId } from '../../shared/base/names.ts';
import { CourseStore } from '../../shared/courses/course-store.ts';
import { channelOf } from '../../shared/payments/route.ts';
import { RoutingStore } from '../../shared/payments/routing-store.ts';
import type { Team } from '../../shared/slack/installation.ts';

/** Where messages of a team go besides the channels of its record: by its decision table, and with each course. */
export async function routedChannels(
  team: Team,
  tableNamed: (id: string) => string | undefined,
  documents: DynamoDBDocumentClient,
): Promise<ReadonlyMap<ChannelId, string>> {
  const table = (id: string) => {
    const name = tableNamed(id);
    return name === undefined ? undefined : new Table(documents, name);
  };
  const channels = new Map<ChannelId, string>();
  const [payments, courses, announced] = [table('Payments'), table('Courses'), table('CourseAnnouncementChannelMap')];
  if (payments) {
    const { rows } = await new RoutingStore(payments).active(team.id);
    for (const { name, then } of rows) channels.set(channelOf(then.channel, team.channels), `routing ${name}`);
  }
  if (courses && announced) {
    for await (const { id, announcementChannel } of new CourseStore(courses, announced).courses(team.id)) {
      if (announcementChannel !== null) channels.set(announcementChannel, `course ${id}`);
    }
  }
  for (const own of Object.values(team.channels)) channels.delete(own);
  return channels;
}
