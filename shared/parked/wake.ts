import { fifoId } from '../aws/fifo-id.ts';
import type { Message } from '../aws/queue.ts';
import { type TeamId, teamId } from '../base/names.ts';
import type { ThreadRef } from '../slack/thread-log.ts';
import { fieldsOfJson, textIn } from '../slack/untrusted.ts';
import { type Episode, episodeText, type ParkedRoom, readEpisode } from './record.ts';

/** A record of a room's queue that is about nothing of the room's: the notice of what it parked is to be told. */
export type NoticeWake = { readonly team: TeamId; readonly episode: Episode };

/** The message for a wake; a notice has a group of its own. `unique`: of two with the same one SQS takes one. */
export function noticeMessage(room: ParkedRoom, { team, episode }: NoticeWake, unique: string): Message {
  const notice = episodeText(episode);
  return {
    body: JSON.stringify({ team, notice, cause: 'parked' }),
    group: fifoId(`${team}#${noticeRef(room, { team, episode }).key}`),
    dedupe: fifoId(`${unique}#${room}#${notice}`),
  };
}

/** The notice that a message's body names; undefined where it is about something of the room's. */
export function readNotice(body: string): NoticeWake | undefined {
  const fields = fieldsOfJson(body);
  const [team, episode] = [textIn(fields, 'team'), readEpisode(textIn(fields, 'notice') ?? '')];
  return team && episode ? { team: teamId(team), episode } : undefined;
}

/** The key of a notice's thread in the message log. */
export function noticeRef(room: ParkedRoom, { team, episode }: NoticeWake): ThreadRef {
  return { team, key: `${room}-parked#${episodeText(episode)}` };
}

/** The message that has a notice of this room told again, by the key of its thread; undefined where it is none. */
export function noticeAgain(room: ParkedRoom, { team, key }: ThreadRef, unique: string): Message | undefined {
  const [prefix, text = ''] = key.split(/#(.*)/s, 2);
  const episode = prefix === `${room}-parked` ? readEpisode(text) : undefined;
  return episode && noticeMessage(room, { team, episode }, unique);
}
