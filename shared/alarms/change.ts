import { fieldsOfJson, textIn } from '../slack/untrusted.ts';

/** That an alarm began to ring, or ceased. */
export type Change = {
  /** Its name without the stage: `Payments are late`. */
  readonly alarm: string;
  readonly state: 'rings' | 'over';
  /** When CloudWatch found it so (ms since 1970). */
  readonly at: number;
  /** What people lose, and what to do first: an alarm says both itself. */
  readonly impact: string;
  readonly remedy: string;
};

/**
 * What CloudWatch publishes when an alarm changes; undefined for anything else that somebody publishes to the topic. That there
 * is no data is told only by the alarms for which it means that something stands still.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
 */
export function readChange(message: string): Change | undefined {
  const fields = fieldsOfJson(message);
  const [name, description = '', value, time = ''] = [
    'AlarmName',
    'AlarmDescription',
    'NewStateValue',
    'StateChangeTime',
  ].map((field) => textIn(fields, field));
  const [, alarm] = /^war-room [a-z0-9-]+: (.{1,200})$/.exec(name ?? '') ?? [];
  const at = Date.parse(time);
  const state = states[value ?? ''];
  if (alarm === undefined || state === undefined || Number.isNaN(at)) return undefined;
  const [impact = '', remedy = ''] = description.split('\n\nWhat to do: ');
  return { alarm, state, at, impact, remedy };
}

const states: Readonly<Record<string, Change['state']>> = { ALARM: 'rings', INSUFFICIENT_DATA: 'rings', OK: 'over' };
