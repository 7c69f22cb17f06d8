import { fifoId } from '../aws/fifo-id.ts';
import type { Message } from '../aws/queue.ts';
import { Park } from '../base/errors.ts';
import { type TeamId, teamId } from '../base/names.ts';

/** A record of the org's queue: a snapshot's turn has come; without one, what was left undone is to be carried out. */
export type Turn = { readonly team: TeamId; readonly import: string | undefined };

/** The message for a turn. Its group is the team: one change at a time. `unique`: an id that was never used before. */
export function message(team: TeamId, about: { readonly import?: string }, unique: string): Message {
  return { body: JSON.stringify({ team, ...about }), group: fifoId(team), dedupe: fifoId(unique) };
}

/** The turn in a message's body. Throws `Park` for anything else: somebody put it there by hand. */
export function parseTurn(body: string): Turn {
  try {
    const { team, import: id } = Object(JSON.parse(body)) as Record<string, unknown>;
    if (typeof team === 'string' && team !== '') {
      return { team: teamId(team), import: typeof id === 'string' ? id : undefined };
    }
  } catch {
    // It is none, like one without a team.
  }
  throw new Park(
    'turn-unreadable',
    'A message of the org’s queue does not say whose directory it is about. Delete it.',
  );
}
