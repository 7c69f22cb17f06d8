import { fifoId } from '../aws/fifo-id.ts';
import type { Queue } from '../aws/queue.ts';
import { type ChannelId, channelId, type TeamId } from '../base/names.ts';
import type { Hierarchy } from '../org/hierarchy.ts';
import { body, type Content, message } from '../slack/text.ts';
import { heardRecord } from './heard.ts';
import type { CallStore } from './store.ts';

export type SayDeletedParts = {
  readonly store: Pick<CallStore, 'channel'>;
  readonly hierarchy: Pick<Hierarchy, 'chain'>;
  readonly queue: Pick<Queue, 'send'>;
};

/** The press of *It was deleted*: by whom (the company's id), of which channel of which agent. */
export type DeletedPress = {
  readonly id: string;
  readonly team: TeamId;
  readonly agent: string;
  readonly channel: ChannelId;
  readonly by: string;
};

/** Says of a channel that Slack does not show any more that it was deleted, for somebody above the agent. Answers what they are told. */
export async function sayDeleted(press: DeletedPress, { store, hierarchy, queue }: SayDeletedParts): Promise<Content> {
  const { id, team, agent, channel, by } = press;
  const above = await hierarchy.chain(team, agent);
  if (!above?.some((each) => each.id === by)) {
    return message(body('Only somebody above the agent can say so. Nothing was changed.'));
  }
  if ((await store.channel({ team, agent }))?.id !== channel) {
    return message(body('It is settled already: look at the message as it is now. Nothing was changed.'));
  }
  await queue.send({ ...heardRecord({ team, cause: 'lost', agent, channel, by }), dedupe: fifoId(id) });
  return message(
    body(
      'A new channel is made, and what waited is posted there. If Slack shows the old one after all, it is used instead.',
    ),
  );
}

/** The value of the button, read; undefined for anything else. */
export function readDeletedValue(
  value: string | undefined,
): { readonly agent: string; readonly channel: ChannelId } | undefined {
  const [, agent, channel] = /^([^#]{1,128})#([A-Z][A-Z0-9]{1,30})$/.exec(value ?? '') ?? [];
  return agent === undefined || channel === undefined ? undefined : { agent, channel: channelId(channel) };
}
