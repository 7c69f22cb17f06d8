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

  /** At `at` (Unix seconds) the channel got another id. What Slack tells late, or once more, does not undo what came after it. */
  async record(team: TeamId, from: ChannelId, to: ChannelId, at: number): Promise<void> {
    await this.#table.update(keyOf(team, from), {
      update: 'SET #to = :to, #at = :at',
      when: 'attribute_not_exists(#at) OR #at <= :at',
      names: { '#to': 'to', '#at': 'at' },
      values: { ':to': to, ':at': at },
    });
  }

  /**
   * The id that a channel has instead; undefined where it has no other. Each step is one that was taken after the last: a
   * channel that got its first id back is not sent away from it.
   */
  async of(team: TeamId, channel: ChannelId): Promise<ChannelId | undefined> {
    let newest = { id: channel, at: Number.NEGATIVE_INFINITY };
    for (;;) {
      const item = await this.#table.get(keyOf(team, newest.id));
      const at = Number(item?.['at'] ?? 0);
      if (!item || at <= newest.at) return newest.id === channel ? undefined : newest.id;
      newest = { id: channelId(String(item['to'])), at };
    }
  }
}

function keyOf(team: TeamId, channel: ChannelId) {
  return { pk: `${team}#moved#${channel}`, sk: 'to' };
}
