import { fifoId } from '../aws/fifo-id.ts';
import type { Message } from '../aws/queue.ts';
import { Park } from '../base/errors.ts';
import { type TeamId, teamId } from '../base/names.ts';
import { fieldsOfJson, textIn } from '../slack/untrusted.ts';

/** A record of the alarms queue: it only makes a worker look at what is stored of an alarm. `at` is when it changed (ms). */
export type Wake = { readonly team: TeamId; readonly alarm: string; readonly at: number };

/** The message for a wake. Its group is the alarm: what happens to it is told in order. */
export function message({ team, alarm, at }: Wake, unique: string): Message {
  return { body: JSON.stringify({ team, alarm, at }), group: fifoId(`${team}#${alarm}`), dedupe: fifoId(unique) };
}

/** The wake in a message's body. Throws `Park` for anything else: somebody put it there by hand. */
export function parseWake(body: string): Wake {
  const fields = fieldsOfJson(body);
  const [team, alarm] = ['team', 'alarm'].map((name) => textIn(fields, name));
  const { at } = fields;
  if (team && alarm && typeof at === 'number') return { team: teamId(team), alarm, at };
  throw new Park('wake-unreadable', 'A message of the alarms queue does not say which alarm to look at. Delete it.');
}
