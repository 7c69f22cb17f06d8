import type { ChannelId } from '../base/names.ts';
import type { Reason } from './held.ts';
import { body, type Content, fine, type Inline, message } from './text.ts';

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

/** What the same notice says once the last thread got through. */
export function restoredNotice(channel: ChannelId, reason: Reason): Content {
  return message(
    body('▶️ Messages for ', { channel }, ' are posted again. Everything that waited is there.'),
    fine('waited since ', { at: Math.floor(reason.since / 1000) }, ` · ${reason.code}`),
  );
}

/** Who posts, when the app has to do it for a person. */
export function onBehalf(name: readonly Inline[]): Inline[] {
  return ['for ', ...name];
}

function inWords(code: string): { readonly happened: string; readonly remedy: string } {
  switch (code) {
    case 'is_archived':
    case 'is_inactive':
      return { happened: 'the channel was archived', remedy: 'Restore the channel, or change the route.' };
    case 'channel_not_found':
    case 'not_in_channel':
    case 'not_a_member':
      return {
        happened: 'War Room is not a member of the channel, or it was deleted',
        remedy: 'Invite the app into the channel, or change the route.',
      };
    default:
      return {
        happened: 'Slack does not let War Room write there',
        remedy: "Allow the app to post in the channel's settings, or change the route.",
      };
  }
}
