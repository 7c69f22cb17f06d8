import type { TeamId } from '../../shared/base/names.ts';
import { threadOf as callThread, parkedCalls } from '../../shared/calls/parked.ts';
import { type Handler, ofTheCompany } from '../../shared/desk/desk.ts';
import { stale } from '../../shared/desk/stale.ts';
import type { Kind } from '../../shared/parked/kind.ts';
import {
  type Deciding,
  ignoreParked,
  lookAtParked,
  type ParkedPressDependencies,
  retryParked,
} from '../../shared/parked/press.ts';
import { type ParkedRoom, readValue } from '../../shared/parked/record.ts';
import type { Parked } from '../../shared/parked/store.ts';
import { parkedPayments, placeOf } from '../../shared/payments/parked.ts';
import type { PaymentStore } from '../../shared/payments/store.ts';
import { threadRef as paymentThread } from '../../shared/payments/wake.ts';
import { parkedReports, reportOf } from '../../shared/reports/parked.ts';
import { threadRef as reportThread } from '../../shared/reports/wake.ts';
import type { Press } from '../../shared/slack/inbound.ts';
import type { Team } from '../../shared/slack/installation.ts';
import type { Content } from '../../shared/slack/text.ts';

export type ParkedAtDesk = {
  /** What is parked, by room. */
  readonly parked: Readonly<Record<ParkedRoom, ParkedPressDependencies>>;
  readonly team: (team: Press['team']) => Promise<Team | undefined>;
  /** Where War Room's pages are. */
  readonly origin: string;
};

/** What of each room waits for people, with the queue on which it is tried again. */
export function parkedOf(
  stores: Readonly<Record<ParkedRoom, Pick<ParkedPressDependencies, 'parked' | 'queue'>>>,
  {
    log,
    clock,
    store,
  }: Pick<ParkedPressDependencies, 'log' | 'clock'> & { readonly store: Pick<PaymentStore, 'threadOf'> },
): ParkedAtDesk['parked'] {
  const common = { log, clock };
  return {
    payments: {
      ...{ ...stores.payments, ...common, kind: parkedPayments },
      threadOf: async (team, subject) => {
        const place = placeOf(team, subject);
        return paymentThread(place, (await store.threadOf(place, place.home)) ?? place.home);
      },
    },
    calls: {
      ...{ ...stores.calls, ...common, kind: parkedCalls },
      threadOf: async (team, subject) => callThread(team, subject),
    },
    reports: {
      ...{ ...stores.reports, ...common, kind: parkedReports },
      threadOf: async (team, subject) => reportThread(reportOf(team, subject)),
    },
  };
}

/** What of each room waits for people, the longest first; a room of which nothing does is left out. */
export async function waitingIn(
  team: TeamId,
  parked: ParkedAtDesk['parked'],
): Promise<{ readonly kind: Kind; readonly records: readonly Parked[] }[]> {
  const rooms = Object.values(parked).map(async ({ kind, parked: store }) => {
    return { kind, records: await store.waiting(team) };
  });
  return (await Promise.all(rooms)).filter(({ records }) => records.length > 0);
}

/** The buttons under what is parked, in the ops channel and on homes. */
export function parkedAt({
  parked,
  team: teamOf,
  origin,
}: ParkedAtDesk): Readonly<Record<'parked.retry' | 'parked.ignore' | 'parked.show', Handler<Press>>> {
  const decided = (decide: (deciding: Deciding, room: ParkedPressDependencies) => Promise<Content>): Handler<Press> =>
    ofTheCompany(origin, async ({ id, team, action }, { admin }) => {
      const pressed = readValue(action.value);
      if (!pressed) return { content: stale() };
      const { room, episode } = pressed;
      const by = { id: admin.id, name: admin.name };
      return { content: await decide({ team, episode, press: id, by }, parked[room]) };
    });
  return {
    'parked.retry': decided(retryParked),
    'parked.ignore': decided(ignoreParked),
    'parked.show': decided(async ({ team, episode }, room) => {
      return lookAtParked(team, episode, (await teamOf(team))?.url, room);
    }),
  };
}
