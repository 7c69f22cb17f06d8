import type { SNSEvent } from 'aws-lambda';
import { readChange } from '../../shared/alarms/change.ts';
import { ChangeStore } from '../../shared/alarms/store.ts';
import { message } from '../../shared/alarms/wake.ts';
import { Queue, queueClient } from '../../shared/aws/queue.ts';
import { documentClient, Table } from '../../shared/aws/table.ts';
import { lazy } from '../../shared/base/lazy.ts';
import { openLog } from '../../shared/base/log.ts';
import { teamId } from '../../shared/base/names.ts';
import { settings } from '../../shared/base/settings.ts';

const ready = lazy(async () => {
  const names = settings(process.env, 'ALARM_TEAM', 'ALARMS_TABLE', 'ALARMS_QUEUE_URL');
  return {
    team: teamId(names.ALARM_TEAM),
    changes: new ChangeStore(new Table(documentClient(), names.ALARMS_TABLE)),
    queue: new Queue(queueClient(), names.ALARMS_QUEUE_URL),
    lines: openLog(),
  };
});

/** The topic of the alarms: stores what each of them says, then has it told. What fails is called again by SNS and Lambda. */
export async function handler({ Records }: SNSEvent): Promise<void> {
  const { team, changes, queue, lines } = await ready();
  for (const { Sns } of Records) {
    const change = readChange(Sns.Message);
    if (!change) {
      lines.warn('alarm heard', { outcome: 'none of ours', id: Sns.MessageId });
      continue;
    }
    const { alarm, state, at } = change;
    await changes.record(team, change);
    await queue.send(message({ team, alarm, at }, Sns.MessageId));
    lines.info('alarm heard', { outcome: 'stored', id: Sns.MessageId, team, alarm, state });
  }
}
