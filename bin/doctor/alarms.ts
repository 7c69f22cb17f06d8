import { type CloudWatchClient, type MetricAlarm, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { ListSubscriptionsByTopicCommand, type SNSClient } from '@aws-sdk/client-sns';
import { awsTrouble } from '../stage/aws-trouble.ts';
import { type Finding, fine, wrong } from '../stage/finding.ts';

/** What rings now: an alarm says itself what people lose and what to do. */
export async function checkAlarms(stage: string, cloudWatch: CloudWatchClient): Promise<Finding[]> {
  const prefix = `war-room ${stage}: `;
  try {
    const alarms: MetricAlarm[] = [];
    for await (const page of paginateDescribeAlarms({ client: cloudWatch }, { AlarmNamePrefix: prefix })) {
      alarms.push(...(page.MetricAlarms ?? []));
    }
    if (alarms.length === 0) return [wrong('alarms', 'there are none', 'Deploy the hub: npm run deploy.')];
    const silenced = alarms.filter(({ ActionsEnabled }) => ActionsEnabled === false);
    const ringing = alarms.filter(({ StateValue }) => StateValue === 'ALARM').map((alarm) => rings(alarm, prefix));
    return [
      ...(silenced.length > 0 ? [isSilenced(silenced, prefix)] : []),
      ...(ringing.length > 0 ? ringing : [fine('alarms', `none of ${alarms.length} rings`)]),
    ];
  } catch (error) {
    const { says, remedy } = awsTrouble(error);
    return [wrong('alarms', says, remedy)];
  }
}

function rings({ AlarmName = '', AlarmDescription = '', StateUpdatedTimestamp }: MetricAlarm, prefix: string): Finding {
  const [impact = '', remedy = ''] = AlarmDescription.split('\n\nWhat to do: ');
  const link = `alarm ${AlarmName.slice(prefix.length)}`;
  return wrong(
    link,
    impact.replace(/\.$/, '') || 'rings',
    remedy || 'See docs/operations.md.',
    StateUpdatedTimestamp?.getTime(),
  );
}

function isSilenced(alarms: readonly MetricAlarm[], prefix: string): Finding {
  const names = alarms.map(({ AlarmName = '' }) => AlarmName.slice(prefix.length)).join(', ');
  return wrong(
    'alarms',
    `nobody is told of ${names}: their actions are switched off`,
    'Switch them on in CloudWatch: *Actions*, *Alarm actions*, *Enable*.',
  );
}

/** Whether somebody hears them. */
export async function checkListeners(topicArn: string, sns: Pick<SNSClient, 'send'>): Promise<Finding> {
  const link = 'alarm topic';
  try {
    const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: topicArn }));
    const pending = Subscriptions.filter(({ SubscriptionArn }) => SubscriptionArn === 'PendingConfirmation');
    const people = Subscriptions.filter(({ Protocol }) => Protocol !== 'lambda');
    if (pending.length > 0) {
      const who = pending.map(({ Endpoint }) => Endpoint).join(', ');
      return wrong(
        link,
        `${who} has not confirmed yet`,
        'Open the link in the message from AWS Notifications; deploy again for a new one after three days.',
      );
    }
    if (people.length === 0) {
      return wrong(
        link,
        'nobody is written to when an alarm rings',
        'Put alarmEmail into the stage file and deploy, or subscribe somebody to the topic.',
      );
    }
    return fine(link, `${people.length === 1 ? '1 subscriber' : `${people.length} subscribers`}`);
  } catch (error) {
    const { says, remedy } = awsTrouble(error);
    return wrong(link, says, remedy);
  }
}
