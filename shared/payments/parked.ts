import { type TeamId, teamId } from '../base/names.ts';
import type { Kind } from '../parked/kind.ts';
import { type Episode, episodeText, isName, readEpisode } from '../parked/record.ts';
import { fieldsOfJson, textIn } from '../slack/untrusted.ts';
import { everyAccount, opsPrefix } from './event.ts';
import type { Place } from './store.ts';
import { message, threadRef } from './wake.ts';

const noticePrefix = `${opsPrefix}parked#`;

/** What is told of an episode is no payment's: it has a home of its own. */
export function noticePlace(team: TeamId, episode: Episode): Place {
  return { team, account: everyAccount, home: `${noticePrefix}${episodeText(episode)}` };
}

/** The episode whose notice a home is; undefined for every other home. */
export function episodeOf(home: string): Episode | undefined {
  return home.startsWith(noticePrefix) ? readEpisode(home.slice(noticePrefix.length)) : undefined;
}

/** `<account>#<home>`: a payment among what is parked. */
export function subjectOf({ account, home }: Pick<Place, 'account' | 'home'>): string {
  return `${account}#${home}`;
}

/** The inverse of `subjectOf`. */
export function placeOf(team: TeamId, subject: string): Place {
  const [, account = '', home = ''] = /^([^#]+)#(.+)$/s.exec(subject) ?? [];
  return { team, account, home };
}

/** Payments that cannot be told. */
export const parkedPayments: Kind = {
  room: 'payments',
  metric: 'PaymentsParked',
  worker: 'PaymentsWorker',
  noun: () => ({ one: 'payment', many: 'payments', undone: 'not told in Slack' }),
  remedies: { unreadable: "There is nothing to tell: press Ignore. Razorpay's support may want to know." },
  about: (body) => {
    const fields = fieldsOfJson(body);
    const [team, account, home] = ['team', 'account', 'home'].map((name) => textIn(fields, name));
    if (!isName(team) || !isName(account) || !home) return undefined;
    const notice = episodeOf(home);
    return { team: teamId(team), ...(notice ? { notice } : { subject: subjectOf({ account, home }) }) };
  },
  called: (subject) => placeOf(teamId(''), subject).home,
  ids: (subject) => {
    const { account, home } = placeOf(teamId(''), subject);
    return { account, home };
  },
  wake: (team, subject, unique) => message({ ...placeOf(team, subject), cause: 'parked' }, { unique }),
  noticeWake: (team, episode, unique) => message({ ...noticePlace(team, episode), cause: 'parked' }, { unique }),
  noticeRef: (team, episode) => {
    const place = noticePlace(team, episode);
    return threadRef(place, place.home);
  },
};
