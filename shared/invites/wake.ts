import { fifoId } from '../aws/fifo-id.ts';
import type { Message } from '../aws/queue.ts';
import { Park } from '../base/errors.ts';
import { type TeamId, teamId, type UserId, userId } from '../base/names.ts';
import { fieldsOfJson, idIn } from '../slack/untrusted.ts';

/** A member of whom Slack said that something changed. What it is, is asked: events come late, twice and out of order. */
export type Changed = { readonly team: TeamId; readonly user: UserId };

/** The record of the invites queue: ids alone, never an address. `unique` is the event's own id. */
export function changedMessage({ team, user }: Changed, unique: string): Message {
  return { body: JSON.stringify({ team, user }), group: fifoId(`${team}#${user}`), dedupe: fifoId(unique) };
}

/** The member in a record. Throws `Park` for anything else: somebody put it there by hand. */
export function readChanged(body: string): Changed {
  const fields = fieldsOfJson(body);
  const [team, user] = [idIn(fields, 'team'), idIn(fields, 'user')];
  if (team && user) return { team: teamId(team), user: userId(user) };
  throw new Park(
    'member-unreadable',
    'A message of the invites queue does not say which member to look at. Delete it.',
  );
}
