import { type Handler, ofTheCompany } from '../../shared/desk/desk.ts';
import { stale } from '../../shared/desk/stale.ts';
import {
  type Deciding,
  ignoreParked,
  lookAtParked,
  type ParkedPressDependencies,
  retryParked,
} from '../../shared/payments/parked-press.ts';
import { readEpisode } from '../../shared/payments/parked-record.ts';
import type { Press } from '../../shared/slack/inbound.ts';
import type { Team } from '../../shared/slack/installation.ts';
import type { Content } from '../../shared/slack/text.ts';

export type ParkedAtDesk = ParkedPressDependencies & {
  readonly team: (team: Press['team']) => Promise<Team | undefined>;
  /** Where War Room's pages are. */
  readonly origin: string;
};

/** The buttons under what is parked, in the ops channel and on homes. */
export function parkedAt(
  parts: ParkedAtDesk,
): Readonly<Record<'parked.retry' | 'parked.ignore' | 'parked.show', Handler<Press>>> {
  const decided = (decide: (deciding: Deciding, parts: ParkedAtDesk) => Promise<Content>): Handler<Press> =>
    ofTheCompany(parts.origin, async ({ id, team, action }, { admin }) => {
      const episode = readEpisode(action.value);
      return {
        content: episode
          ? await decide({ team, episode, press: id, by: { id: admin.id, name: admin.name } }, parts)
          : stale(),
      };
    });
  return {
    'parked.retry': decided(retryParked),
    'parked.ignore': decided(ignoreParked),
    'parked.show': decided(async ({ team, episode }) => {
      return lookAtParked(team, episode, (await parts.team(team))?.url, parts);
    }),
  };
}
