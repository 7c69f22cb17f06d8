import type { TeamId } from '../base/names.ts';
import type { Connection } from '../slack/installation.ts';
import { body, type Content, fine, type Inline, message } from '../slack/text.ts';

/** Where a person lets War Room post as them, in this very workspace. `origin` is where War Room's pages are. */
export function connectUrl(origin: string, team: TeamId): string {
  return `${origin}/slack/install?as=me&team=${team}`;
}

/** In whose name the messages about a person's learners come now, and where that person can change it. */
export function connectAnswer(connection: Connection | undefined, origin: string, team: TeamId): Content {
  const own: Inline = { link: `${origin}/connections`, label: 'My connections' };
  const again: Inline = { link: connectUrl(origin, team), label: 'Post as yourself' };
  switch (connection?.state) {
    case 'live':
      return message(
        body(
          'Messages about your learners come from you since ',
          { at: seconds(connection.since) },
          ...(connection.lastUsed === undefined ? [] : ['; last used ', { at: seconds(connection.lastUsed) }]),
          '.',
        ),
        body('To see it or to end it: ', own, '.'),
      );
    case 'refused':
      return message(
        body('Slack does not let War Room post as you any more, so messages about your learners come from War Room.'),
        body('Allow it again: ', again, '.'),
      );
    case 'leaving':
      return message(
        body('You have ended it, and Slack has not confirmed that yet. Nothing is posted in your name meanwhile.'),
        body('To try again: ', own, '.'),
      );
    case undefined:
      return message(
        body('Messages about your learners come from War Room, with your name in them.'),
        body('They can come from you: ', again, '. Slack asks you first, and shows what it allows.'),
        fine('You can end it at any time under ', own, '.'),
      );
  }
}

function seconds(ms: number): number {
  return Math.floor(ms / 1_000);
}
