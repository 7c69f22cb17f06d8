import { fifoId } from '../aws/fifo-id.ts';
import type { Message } from '../aws/queue.ts';
import { Park } from '../base/errors.ts';
import { type TeamId, teamId } from '../base/names.ts';
import type { Wake as HeldWake } from '../slack/held.ts';
import type { ThreadRef } from '../slack/thread-log.ts';
import { fieldsOfJson, textIn } from '../slack/untrusted.ts';

/** A record of the calls queue: it carries no news, it only makes a worker look at what is stored of a call. */
export type Wake = { readonly team: TeamId; readonly agent: string; readonly call: string; readonly cause: Cause };

/**
 * `slack`: something was done to a message of it in Slack; `desk`: somebody pressed a button; `parked`: somebody has it tried
 * again; `night`: no call, the members of the agent's channel are compared.
 */
const causes = ['api', 'sweep', 'held', 'slack', 'desk', 'parked', 'night'] as const;
type Cause = (typeof causes)[number];

/**
 * The message for a wake. Its group is the agent: what is done to the members of their channel, and what is posted there,
 * is done one after another. `unique` is an id that was never used before: a second look is always meant.
 */
export function message({ team, agent, call, cause }: Wake, unique: string): Message {
  return {
    body: JSON.stringify({ team, agent, call, cause }),
    group: groupOf({ team, agent }),
    dedupe: fifoId(unique),
  };
}

/** What concerns one agent is done one after another. */
export function groupOf({ team, agent }: Pick<Wake, 'team' | 'agent'>): string {
  return fifoId(`${team}#${agent}`);
}

/** What has a thread that is held told again. */
export function heldWake(wake: Wake): HeldWake {
  const { body, group } = message({ ...wake, cause: 'held' }, '-');
  return { body, group, room: 'calls' };
}

/** The key of a call's thread in the message log. */
export function threadRef({ team, agent, call }: Omit<Wake, 'cause'>): ThreadRef {
  return { team, key: `calls#${agent}#${call}` };
}

/** The message that has a thread of the message log told again, by its key; undefined where it is no call's. */
export function threadMessage({ team, key }: ThreadRef, unique: string): Message | undefined {
  const [, agent, call] = /^calls#([^#]+)#([^#]+)$/.exec(key) ?? [];
  if (agent === undefined || call === undefined) return undefined;
  return message({ team, agent, call, cause: 'slack' }, unique);
}

/** The wake in a message's body. Throws `Park` for anything else: somebody put it there by hand. */
export function parseWake(body: string): Wake {
  const fields = fieldsOfJson(body);
  const [team, agent, call = ''] = ['team', 'agent', 'call'].map((name) => textIn(fields, name));
  const cause = causes.find((each) => each === fields['cause']);
  if (team && agent && cause && (call !== '' || cause === 'night')) return { team: teamId(team), agent, call, cause };
  throw new Park(
    'wake-unreadable',
    'A message of the calls queue does not say which call to look at. Delete it; send the call again.',
  );
}
