import type { ChannelId } from '../base/names.ts';
import type { Reason, Waiting } from './held.ts';
import type { Refused } from './installation.ts';
import { body, type Content, fine, type Inline, joined, message } from './text.ts';

/** What the ops channel is told when threads wait for a person: what happened, since when, how many, what to do. */
export function waitingNotice(channel: ChannelId, reason: Reason, threads: number): Content {
  const { happened, remedy } = inWords(reason.code);
  const many = threads === 1 ? '1 thread waits' : `${threads} threads wait`;
  return message(
    body('⏸️ Messages for ', { channel }, ` are waiting: ${happened}.`),
    body(`${many}, nothing is lost. ${remedy} War Room tries again every hour.`),
    fine('since ', { at: Math.floor(reason.since / 1000) }, ` · ${reason.code}`),
  );
}

/** A hold among other things that need somebody: which channel, how many wait, what to do. */
export function holdInWords({ channel, reason, threads }: Waiting): {
  readonly line: Inline[];
  readonly fine: Inline[];
} {
  const many = threads === 1 ? '1 thread waits' : `${threads} threads wait`;
  if (channel === 'all') {
    const fine: Inline[] = ['War Room had no access to this workspace. It tries again every hour.'];
    return { line: ['⏸️ ', { bold: 'Messages are waiting' }, ` · ${many}`], fine };
  }
  const { happened, remedy } = inWords(reason.code);
  return {
    line: ['⏸️ ', { bold: 'Messages are waiting' }, ' for ', { channel }, ` · ${many}`],
    fine: [
      `${happened[0]?.toUpperCase()}${happened.slice(1)}. ${remedy} Since `,
      { at: Math.floor(reason.since / 1000) },
      '.',
    ],
  };
}

/** What the same notice says once the last thread got through. */
export function restoredNotice(channel: ChannelId, reason: Reason): Content {
  return message(
    body('▶️ Messages for ', { channel }, ' are posted again. Everything that waited is there.'),
    fine('waited since ', { at: Math.floor(reason.since / 1000) }, ` · ${reason.code}`),
  );
}

/** What a person is told whose token Slack refused. `reconnectUrl` is where they can allow it again. */
export function reconnectNotice(refused: Refused, reconnectUrl: string | undefined): Content {
  return message(
    body('🔑 ', { bold: 'Messages no longer appear as you' }, `: ${refusedInWords(refused.code, 'your')}.`),
    body(
      'War Room posts them itself and names you; nothing is lost. ',
      ...(reconnectUrl === undefined
        ? ['To have them in your name again, ask whoever installed War Room for the way to connect.']
        : ['To have them in your name again, ', { link: reconnectUrl, label: 'connect once more' }, '.']),
    ),
    fine('since ', { at: Math.floor(refused.at / 1000) }, ` · ${refused.code}`),
  );
}

/** What the ops channel is told of somebody who could not be told themself. */
export function unreachableNotice(refused: Refused, reconnectUrl: string | undefined): Content {
  return message(
    body(
      '🔑 Messages no longer appear as ',
      { person: refused.user },
      `: ${refusedInWords(refused.code, 'their')}, and War Room could not tell them.`,
    ),
    body(
      'War Room posts them itself and names the person; nothing is lost. If they still work here, ',
      ...(reconnectUrl === undefined
        ? ['they can connect once more.']
        : ['they can ', { link: reconnectUrl, label: 'connect once more' }, '.']),
    ),
    fine('since ', { at: Math.floor(refused.at / 1000) }, ` · ${refused.code}`),
  );
}

/** So many people are named; of more, how many. */
const namedAtOnce = 20;

/** What the ops channel is told once the app is back in a workspace, of those whose token ended when it was removed. */
export function returnedNotice(people: readonly Refused[], reconnectUrl: string | undefined): Content {
  const who =
    people.length === 1 ? 'One person does not post as themself' : `${people.length} people do not post as themselves`;
  const named = joined(
    ', ',
    people.slice(0, namedAtOnce).map(({ user }) => ({ person: user })),
  );
  const more = people.length > namedAtOnce ? ` and ${people.length - namedAtOnce} more` : '';
  const since = Math.min(...people.map(({ at }) => at));
  return message(
    body('🔑 ', { bold: `${who} any more` }, ': what they had allowed ended when War Room was removed.'),
    body(
      'War Room posts them itself and names the person; nothing is lost. To have messages in their name again, ',
      ...named,
      `${more} can `,
      reconnectUrl === undefined ? 'connect once more' : { link: reconnectUrl, label: 'connect once more' },
      '.',
    ),
    fine('since ', { at: Math.floor(since / 1000) }),
  );
}

function refusedInWords(code: string, whose: 'your' | 'their'): string {
  switch (code) {
    case 'account_inactive':
      return `${whose} Slack account was deactivated`;
    case 'missing_scope':
    case 'not_allowed_token_type':
      return `what was allowed in Slack is not enough to post in ${whose} name`;
    default:
      return `Slack does not accept ${whose} consent any more`;
  }
}

/** Who posts, when the app has to do it for a person. */
export function onBehalf(name: readonly Inline[]): Inline[] {
  return ['for ', ...name];
}

/** Where a channel is chosen, by the room that posts there. */
const orAnother = 'or choose another one: for payments with /warroom routing, for session reports in the course.';

function inWords(code: string): { readonly happened: string; readonly remedy: string } {
  switch (code) {
    case 'is_archived':
    case 'is_inactive':
      return { happened: 'the channel was archived', remedy: `Restore the channel, ${orAnother}` };
    case 'channel_not_found':
    case 'not_in_channel':
    case 'not_a_member':
      return {
        happened: 'War Room is not a member of the channel, or it was deleted',
        remedy: `Invite the app into the channel, ${orAnother}`,
      };
    case 'not_private':
      return {
        happened: 'the channel was made public, and what belongs there is for its members only',
        remedy: 'Make it private again, or delete it.',
      };
    default:
      return {
        happened: 'Slack does not let War Room write there',
        remedy: `Allow the app to post in the channel’s settings, ${orAnother}`,
      };
  }
}
