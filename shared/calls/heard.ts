import { fifoId } from '../aws/fifo-id.ts';
import type { Message, Queue } from '../aws/queue.ts';
import { type TeamId, teamId, userId } from '../base/names.ts';
import type { News, PersonNews } from '../slack/news.ts';
import type { ThreadRef } from '../slack/thread-log.ts';
import { fieldsOfJson, textIn } from '../slack/untrusted.ts';
import type { CallStore, Known } from './store.ts';
import { message } from './wake.ts';

/** A record of the calls queue that is about no call: what Slack said of somebody who may read some. */
export type Heard = Pick<PersonNews, 'user' | 'account' | 'address'> & {
  readonly team: TeamId;
  readonly cause: 'person';
};

export type HeardParts = {
  readonly store: Pick<CallStore, 'peopleOf' | 'known' | 'forgetKnown' | 'unindex' | 'changePeople' | 'waiting'>;
  readonly queue: Pick<Queue, 'send'>;
  readonly newId: () => string;
};

/** The message that has the calls room look at what it knows of a person; the same news has the same ids each time. */
export function heardMessage({ id, team, user, account, address }: News & PersonNews): Message {
  return {
    body: JSON.stringify({ team, user, account, address, cause: 'person' } satisfies Heard),
    group: groupOf({ team, user }),
    dedupe: fifoId(id),
  };
}

/** The same, as it is put back from the dead letters. */
export function heardRecord(heard: Heard): { readonly group: string; readonly body: string } {
  return { body: JSON.stringify(heard), group: groupOf(heard) };
}

/** Where its failures are counted. */
export function heardRef({ team, user }: Heard): ThreadRef {
  return { team, key: `calls-person#${user}` };
}

/** What was heard, in a message's body; undefined where it is about a call. */
export function readHeard(body: string): Heard | undefined {
  const fields = fieldsOfJson(body);
  const [team, user, account] = ['team', 'user', 'account'].map((name) => textIn(fields, name));
  if (fields['cause'] !== 'person' || !team || !user || !account) return undefined;
  const address = textIn(fields, 'address') ?? '';
  return { team: teamId(team), user: userId(user), account: account as Heard['account'], address, cause: 'person' };
}

/**
 * Forgets what was known of the people whose account is another one now, so that Slack is asked the next time; with it go
 * the channels that were remembered as right, and the calls that waited for these people are looked at again. Most that Slack says of
 * somebody (a status, a picture) changes nothing of this, and nothing is done. Asks nobody, and may run again at any time.
 */
export async function hear(heard: Heard, { store, queue, newId }: HeardParts): Promise<'nothing' | 'forgotten'> {
  const { team } = heard;
  let outcome: 'nothing' | 'forgotten' = 'nothing';
  for (const person of await store.peopleOf(team, heard)) {
    const known = await store.known(team, person);
    if (known && !isNews(heard, known)) continue;
    // By which they are found goes last: what stops in between is done again.
    await store.forgetKnown(team, person);
    await store.changePeople(team);
    for (const { call } of (await store.waiting({ team, agent: person })).calls) {
      await queue.send(message({ team, agent: person, call, cause: 'slack' }, newId()));
    }
    await store.unindex(team, person, heard);
    outcome = 'forgotten';
  }
  return outcome;
}

/** Whether somebody stands otherwise now than what is known of them says. */
function isNews({ user, account, address }: Heard, { standing, address: before }: Known): boolean {
  const own = 'user' in standing ? standing.user : undefined;
  // Their address, or one with the same sign, is another account's as well: whose account it was is heard of by itself.
  if (own !== undefined && own !== user) return false;
  // Slack knows no address of an account that is not in use: nobody could be invited before, nor can be now.
  if (own === undefined && account === 'deactivated') return false;
  if (standing.kind !== account) return true;
  return own !== undefined && address !== '' && address !== before;
}

function groupOf({ team, user }: Pick<Heard, 'team' | 'user'>): string {
  return fifoId(`${team}#person#${user}`);
}
