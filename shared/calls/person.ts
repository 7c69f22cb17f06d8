import type { Queue } from '../aws/queue.ts';
import type { Heard } from './heard.ts';
import type { CallStore, Known } from './store.ts';
import { wakeWaiting } from './wake-waiting.ts';

type Person = Heard & { readonly cause: 'person' };

export type PersonParts = {
  readonly store: Pick<CallStore, 'peopleOf' | 'known' | 'forgetKnown' | 'unindex' | 'changePeople' | 'waiting'>;
  readonly queue: Pick<Queue, 'send'>;
  readonly newId: () => string;
};

/**
 * Forgets what was known of the people whose account is another one now, so that Slack is asked the next time; with it go
 * the channels that were remembered as right, and the calls that waited for these people are looked at again. Most that Slack says of
 * somebody (a status, a picture) changes nothing of this, and nothing is done. Asks nobody, and may run again at any time.
 */
export async function forgetPerson(heard: Person, parts: PersonParts): Promise<'nothing' | 'forgotten'> {
  const { store } = parts;
  const { team } = heard;
  let outcome: 'nothing' | 'forgotten' = 'nothing';
  for (const person of await store.peopleOf(team, heard)) {
    const known = await store.known(team, person);
    if (known && !isNews(heard, known)) continue;
    // Whoever is asking Slack just now does not keep what it answers; whoever knew them until now looks at the members again.
    await store.changePeople(team);
    await store.forgetKnown(team, person);
    await store.changePeople(team);
    // By which they are found goes last: what stops in between is done again.
    await wakeWaiting({ team, agent: person }, 'slack', parts);
    await store.unindex(team, person, heard);
    outcome = 'forgotten';
  }
  return outcome;
}

/** Whether somebody stands otherwise now than what is known of them says. */
function isNews({ user, account, address }: Person, { standing, address: before }: Known): boolean {
  const own = 'user' in standing ? standing.user : undefined;
  // Their address, or one with the same sign, is another account's as well: whose account it was is heard of by itself.
  if (own !== undefined && own !== user) return false;
  // Slack knows no address of an account that is not in use: nobody could be invited before, nor can be now.
  if (own === undefined && account === 'deactivated') return false;
  if (standing.kind !== account) return true;
  return own !== undefined && address !== '' && address !== before;
}
