import { fifoId } from '../aws/fifo-id.ts';
import type { Message } from '../aws/queue.ts';
import { type ChannelId, channelId, type TeamId, teamId, userId } from '../base/names.ts';
import type { JoinedNews, News, PersonNews, RenamedNews, VanishedNews } from '../slack/news.ts';
import type { ThreadRef } from '../slack/thread-log.ts';
import { fieldsOfJson, textIn } from '../slack/untrusted.ts';
import { groupOf } from './wake.ts';

/** A record of the calls queue that is about no call. */
export type Heard = { readonly team: TeamId } & (
  | (Pick<PersonNews, 'user' | 'account' | 'address'> & { readonly cause: 'person' })
  /** Who belongs into every channel was changed, which the ops channel is to be told. */
  | { readonly cause: 'protected' }
  /** Something was done to a channel, perhaps an agent's: it was deleted, or the app came into it. */
  | { readonly cause: 'deleted' | 'joined'; readonly channel: ChannelId }
  | Renamed
  | Lost
);

/** A channel, perhaps an agent's, was renamed; `event` is Slack's id of the event. */
export type Renamed = { readonly cause: 'renamed'; readonly channel: ChannelId; readonly event: string };

/** The channel of an agent was deleted: Slack says so, or somebody of the company, by the company's id. */
export type Lost = {
  readonly cause: 'lost';
  readonly agent: string;
  readonly channel: ChannelId;
  readonly by?: string | undefined;
};

/** What Slack says that concerns the calls room. */
type NewsHeard = News & (PersonNews | VanishedNews | RenamedNews | JoinedNews);

/** The message for what Slack said; the same news has the same ids each time. */
export function heardMessage(news: NewsHeard): Message {
  return { ...heardRecord(heardIn(news)), dedupe: fifoId(news.id) };
}

function heardIn(news: NewsHeard): Heard {
  const { team, what } = news;
  if (what === 'renamed') return { team, channel: news.channel, event: news.id, cause: what };
  if (what !== 'person') return { team, channel: news.channel, cause: what === 'vanished' ? 'deleted' : 'joined' };
  const { user, account, address } = news;
  return { team, user, account, address, cause: 'person' };
}

/** The same, as it is put back from the dead letters. */
export function heardRecord(heard: Heard): { readonly group: string; readonly body: string } {
  // What becomes of an agent's channel is done in turn with their calls.
  const group = heard.cause === 'lost' ? groupOf(heard) : fifoId(`${heard.team}#${subjectOf(heard)}`);
  return { body: JSON.stringify(heard), group };
}

/** Where its failures are counted. */
export function heardRef(heard: Heard): ThreadRef {
  return { team: heard.team, key: `calls-heard#${subjectOf(heard)}` };
}

/** What was heard, in a message's body; undefined where it is about a call. */
export function readHeard(body: string): Heard | undefined {
  const fields = fieldsOfJson(body);
  const names = ['team', 'user', 'account', 'agent', 'channel', 'event', 'by'];
  const [named, user, account, agent, channel, event, by] = names.map((name) => textIn(fields, name));
  if (!named) return undefined;
  const [team, cause] = [teamId(named), fields['cause']];
  switch (cause) {
    case 'person': {
      if (!user || !account) return undefined;
      const person = { user: userId(user), account: account as PersonNews['account'] };
      return { team, ...person, address: textIn(fields, 'address') ?? '', cause };
    }
    case 'protected':
      return { team, cause };
    case 'deleted':
    case 'joined':
      return channel ? { team, cause, channel: channelId(channel) } : undefined;
    case 'renamed':
      return channel && event ? { team, cause, channel: channelId(channel), event } : undefined;
    case 'lost':
      return agent && channel ? { team, cause, agent, channel: channelId(channel), by } : undefined;
    default:
      return undefined;
  }
}

function subjectOf(heard: Heard): string {
  switch (heard.cause) {
    case 'person':
      return `person#${heard.user}`;
    case 'protected':
      return heard.cause;
    default:
      return `channel#${heard.channel}`;
  }
}
