import type { Command, Press, SlackEvent, Submission } from '../slack/inbound.ts';
import type { Response } from '../slack/respond-client.ts';
import type { Known, Person } from './asking.ts';
import { stranger } from './stranger.ts';

/** Does what is asked, and answers what the person who asked is told; undefined where they see it elsewhere. */
export type Handler<Asked, Asking extends Person = Person> = (
  asked: Asked,
  person: Asking,
) => Promise<Response | undefined>;

/** A word behind the command: `usage` is what may stand behind it, `says` what one gets, in a few words. */
export type Word = { readonly usage: string; readonly says: string; readonly handle: Handler<Command> };

/**
 * Everything that can be asked at the desk, by name: the words of `/warroom`, buttons by `action_id`, forms by `callback_id`,
 * and what happens when somebody opens the home. Who has no access gets to see whatever a handler gives to strangers;
 * `ofTheCompany` gives them nothing.
 */
export type Desk = {
  readonly commands: Readonly<Record<string, Word>>;
  readonly presses: Readonly<Record<string, Handler<Press>>>;
  readonly submissions: Readonly<Record<string, Handler<Submission>>>;
  readonly opened: Handler<SlackEvent>;
};

/** A handler for active people of the directory alone: anybody else is told why they are not one of them. */
export function ofTheCompany<Asked>(origin: string, handle: Handler<Asked, Known>): Handler<Asked> {
  return async (asked, person) =>
    person.kind === 'known' ? handle(asked, person) : { content: stranger(person.why, origin) };
}
