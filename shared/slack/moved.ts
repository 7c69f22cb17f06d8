import type { Table } from '../aws/table.ts';
import { type ChannelId, channelId, type TeamId } from '../base/names.ts';

/**
 * Channels that Slack has given another id, as it does when one is shared with another workspace. Nobody looks here before
 * Slack has answered that it does not know a channel. https://docs.slack.dev/reference/events/channel_id_changed
 */
export class Moved {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async record(team: TeamId, from: ChannelId, to: ChannelId): Promise<void> {
    await this.#table.put({ ...keyOf(team, from), to });
  }

  /** The id that a channel has instead; undefined where it has no other. */
  async of(team: TeamId, channel: ChannelId): Promise<ChannelId | undefined> {
    const item = await this.#table.get(keyOf(team, channel));
    return item && channelId(String(item['to']));
  }
}

function keyOf(team: TeamId, channel: ChannelId) {
  return { pk: `${team}#moved#${channel}`, sk: 'to' };
}
