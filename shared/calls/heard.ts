import { fifoId } from '../aws/fifo-id.ts';
import type { Message } from '../aws/queue.ts';
import { type TeamId, teamId, userId } from '../base/names.ts';
import type { News, PersonNews } from '../slack/news.ts';
import type { ThreadRef } from '../slack/thread-log.ts';
import { fieldsOfJson, textIn } from '../slack/untrusted.ts';

/** A record of the calls queue that is about no call. */
export type Heard = { readonly team: TeamId } & (
  | (Pick<PersonNews, 'user' | 'account' | 'address'> & { readonly cause: 'person' })
  /** Who belongs into every channel was changed, which the ops channel is to be told. */
  | { readonly cause: 'protected' }
);

/** The message for what Slack said; the same news has the same ids each time. */
export function heardMessage({ id, team, user, account, address }: News & PersonNews): Message {
  return { ...heardRecord({ team, user, account, address, cause: 'person' }), dedupe: fifoId(id) };
}

/** The same, as it is put back from the dead letters. */
export function heardRecord(heard: Heard): { readonly group: string; readonly body: string } {
  return { body: JSON.stringify(heard), group: fifoId(`${heard.team}#${subjectOf(heard)}`) };
}

/** Where its failures are counted. */
export function heardRef(heard: Heard): ThreadRef {
  return { team: heard.team, key: `calls-heard#${subjectOf(heard)}` };
}

/** What was heard, in a message's body; undefined where it is about a call. */
export function readHeard(body: string): Heard | undefined {
  const fields = fieldsOfJson(body);
  const [team, user, account] = ['team', 'user', 'account'].map((name) => textIn(fields, name));
  if (!team) return undefined;
  switch (fields['cause']) {
    case 'person': {
      if (!user || !account) return undefined;
      const person = { user: userId(user), account: account as PersonNews['account'] };
      return { team: teamId(team), ...person, address: textIn(fields, 'address') ?? '', cause: 'person' };
    }
    case 'protected':
      return { team: teamId(team), cause: 'protected' };
    default:
      return undefined;
  }
}

function subjectOf(heard: Heard): string {
  return heard.cause === 'person' ? `person#${heard.user}` : heard.cause;
}
