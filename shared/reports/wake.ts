import { fifoId } from '../aws/fifo-id.ts';
import type { Message } from '../aws/queue.ts';
import { Park } from '../base/errors.ts';
import { teamId } from '../base/names.ts';
import type { Wake as HeldWake } from '../slack/held.ts';
import type { ThreadRef } from '../slack/thread-log.ts';
import { fieldsOfJson, textIn } from '../slack/untrusted.ts';
import type { ReportRef } from './store.ts';
import { runKey, runOfKey } from './window.ts';

/** A record of the reports queue: it carries no news, it only makes a worker look at what is stored of a report. */
export type Wake = ReportRef & { readonly cause: Cause };

/**
 * `slack`: something was done to a message of it in Slack; `asked`: somebody asked for it at a keyboard; `parked`: somebody has
 * it tried again.
 */
const causes = ['run', 'sweep', 'held', 'slack', 'asked', 'parked'] as const;
type Cause = (typeof causes)[number];

/**
 * The message for a wake. Its group is the course: its reports are made one after another. `unique` is an id that was never used
 * before: a second look is always meant.
 */
export function message({ team, course, run, cause }: Wake, unique: string): Message {
  return {
    body: JSON.stringify({ team, course, window: runKey(run), cause }),
    group: fifoId(`${team}#${course}`),
    dedupe: fifoId(unique),
  };
}

/** What has a thread that is held told again. */
export function heldWake(wake: Wake): HeldWake {
  const { body, group } = message({ ...wake, cause: 'held' }, '-');
  return { body, group, room: 'reports' };
}

/** The key of a report's thread in the message log. */
export function threadRef({ team, course, run }: ReportRef): ThreadRef {
  return { team, key: `reports#${course}#${runKey(run)}` };
}

/** The message that has a thread of the message log told again, by its key; undefined where it is no report's. */
export function threadMessage({ team, key }: ThreadRef, unique: string): Message | undefined {
  const [, course, window] = /^reports#([^#]+)#([^#]+)$/.exec(key) ?? [];
  const run = runOfKey(window ?? '');
  if (course === undefined || run === undefined) return undefined;
  return message({ team, course, run, cause: 'slack' }, unique);
}

/** The wake in a message's body. Throws `Park` for anything else: somebody put it there by hand. */
export function parseWake(body: string): Wake {
  const fields = fieldsOfJson(body);
  const [team, course, window] = ['team', 'course', 'window'].map((name) => textIn(fields, name));
  const cause = causes.find((each) => each === fields['cause']);
  const run = runOfKey(window ?? '');
  if (team && course && run !== undefined && cause) return { team: teamId(team), course, run, cause };
  throw new Park(
    'wake-unreadable',
    'A message of the reports queue does not say which report to look at. Delete it; `npm run report` asks for one again.',
  );
}
