import { fifoId } from '../aws/fifo-id.ts';
import { type TeamId, teamId } from '../base/names.ts';
import type { Kind } from '../parked/kind.ts';
import { isName } from '../parked/record.ts';
import { noticeMessage, noticeRef, readNotice } from '../parked/wake.ts';
import { type Fields, textIn } from '../slack/untrusted.ts';
import { type Heard, heardRecord, heardRef, readHeard } from './heard.ts';
import { isPassedId } from './passed.ts';
import { message, parseWake, threadRef, type Wake } from './wake.ts';

/** What stands in a record of the calls queue beside its team, by what the record is about: enough to write it anew. */
const parts = {
  call: ['agent', 'call'],
  night: ['agent'],
  person: ['user', 'account', 'address'],
  protected: [],
  deleted: ['channel'],
  joined: ['channel'],
  renamed: ['channel', 'event'],
  lost: ['agent', 'channel', 'by'],
} as const satisfies Readonly<Record<'call' | 'night' | Heard['cause'], readonly string[]>>;

type What = keyof typeof parts;

/** `<what>#<its parts>`: what a record is about among what is parked. */
export function subjectOf(wake: Wake | Heard): string {
  const what = 'call' in wake ? (wake.cause === 'night' ? 'night' : 'call') : wake.cause;
  return subjectIn(what, { ...wake });
}

function subjectIn(what: What, fields: Fields): string {
  return [what, ...parts[what].map((name) => textIn(fields, name) ?? '')].join('#');
}

/** The record that a subject stands for, which is tried again. */
function wakeOf(team: TeamId, subject: string): Wake | Heard {
  const [what = '', ...values] = subject.split('#');
  const names: readonly string[] = Object.hasOwn(parts, what) ? parts[what as What] : [];
  const fields = names.flatMap((name, index) => (values[index] ? [[name, values[index]] as const] : []));
  const body = JSON.stringify({ team, ...Object.fromEntries(fields), cause: what === 'call' ? 'parked' : what });
  return readHeard(body) ?? parseWake(body);
}

/** Calls, and whatever else their worker does, that cannot be told or done. */
export const parkedCalls: Kind = {
  room: 'calls',
  metric: 'CallsParked',
  worker: 'CallsWorker',
  noun: (subjects) =>
    subjects.every((subject) => subject.startsWith('call#'))
      ? { one: 'call', many: 'calls', undone: 'not told in Slack' }
      : { one: 'matter of calls', many: 'matters of calls', undone: 'not dealt with' },
  remedies: {},
  about: (body) => {
    const notice = readNotice(body);
    if (notice) return { team: notice.team, notice: notice.episode };
    const wake = readWake(body);
    return wake && isName(wake.team) ? { team: wake.team, subject: subjectOf(wake) } : undefined;
  },
  called: (subject) => {
    const wake = wakeOf(teamId('-'), subject);
    return 'call' in wake ? calledWake(wake) : calledHeard(wake);
  },
  ids: (subject) => ({ subject }),
  wake: (team, subject, unique) => {
    const wake = wakeOf(team, subject);
    if ('call' in wake) return message(wake, unique);
    return { ...heardRecord(wake), dedupe: fifoId(`${unique}#${subject}`) };
  },
  noticeWake: (team, episode, unique) => noticeMessage('calls', { team, episode }, unique),
  noticeRef: (team, episode) => noticeRef('calls', { team, episode }),
};

/** The thread in which a subject is told, or its failures are counted. */
export function threadOf(team: TeamId, subject: string) {
  const wake = wakeOf(team, subject);
  return 'call' in wake ? threadRef(wake) : heardRef(wake);
}

function readWake(body: string): Wake | Heard | undefined {
  try {
    return readHeard(body) ?? parseWake(body);
  } catch {
    return undefined;
  }
}

function calledWake({ agent, call, cause }: Wake): string {
  if (cause === 'night') return `the members of ${agent}’s channel`;
  return isPassedId(call) ? `a lead passed to ${agent}` : call;
}

function calledHeard(heard: Heard): string {
  switch (heard.cause) {
    case 'person':
      return `what changed of the account ${heard.user}`;
    case 'protected':
      return 'who is in every channel';
    default:
      return `what happened to the channel ${heard.channel}`;
  }
}
