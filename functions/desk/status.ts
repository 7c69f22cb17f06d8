import type { ChannelId, TeamId } from '../../shared/base/names.ts';
import type { Report } from '../../shared/base/report.ts';
import { type KeptSecret, MalformedSecret } from '../../shared/base/secret.ts';
import { ofTheCompany, type Word } from '../../shared/desk/desk.ts';
import { type Status, statusAnswer } from '../../shared/desk/status.ts';
import type { Directory } from '../../shared/org/directory.ts';
import { waitingInWords } from '../../shared/parked/notice.ts';
import { channelOf } from '../../shared/payments/route.ts';
import type { RoutingStore } from '../../shared/payments/routing-store.ts';
import type { WatchStore } from '../../shared/payments/watch-store.ts';
import { webhookHome } from '../../shared/payments/webhook.ts';
import type { Accounts } from '../../shared/razorpay/accounts.ts';
import type { AskOptions } from '../../shared/slack/asked.ts';
import { stateOf } from '../../shared/slack/channel-state.ts';
import type { Held } from '../../shared/slack/held.ts';
import type { Author, Installations, Team } from '../../shared/slack/installation.ts';
import { type ParkedAtDesk, waitingIn } from './parked.ts';

export type StatusParts = {
  readonly installations: Pick<Installations, 'team' | 'bot' | 'connections'>;
  readonly held: Pick<Held, 'of'>;
  readonly parked: ParkedAtDesk['parked'];
  readonly routing: Pick<RoutingStore, 'active'>;
  readonly watches: Pick<WatchStore, 'webhook'>;
  readonly accounts: Pick<KeptSecret<Accounts>, 'value'>;
  readonly directory: Pick<Directory, 'admin'>;
  readonly slack: AskOptions;
  readonly report: Report;
  /** Where War Room's pages are. */
  readonly origin: string;
};

/** Channels that are looked at, beside the team's own three, and people who are named. */
const rowsLookedAt = 7;
const peopleNamed = 20;

export function statusAt(parts: StatusParts): Word {
  const { origin } = parts;
  return {
    usage: '',
    says: 'whether all is well here, and what to do if not',
    handle: ofTheCompany(origin, async ({ team }) => ({
      content: statusAnswer(await statusOf(team, parts), origin),
    })),
  };
}

/** How War Room is in a workspace, as each room says it: reads by key, and a look at each channel. Nothing is changed. */
async function statusOf(team: TeamId, parts: StatusParts): Promise<Status> {
  const { installations, held, parked } = parts;
  const [record, bot, holds, waiting] = await Promise.all([
    installations.team(team),
    installations.bot(team),
    held.of(team),
    waitingIn(team, parked),
  ]);
  const [channels, authors, own] = await Promise.all([
    record && bot ? channelsOf(record, bot, parts) : [],
    authorsOf(team, parts),
    accountsOf(team, parts),
  ]);
  return {
    app: bot ? (record ? 'live' : 'unsettled') : 'gone',
    channels,
    holds: holds.map(({ channel, reason, threads }) => ({ channel, since: reason.since, threads })),
    parked: waiting.map(({ kind, records }) => waitingInWords(kind, records)),
    accounts: own,
    authors,
  };
}

/** The channels that the team's record names, and those of its decision table beside them. */
async function channelsOf({ id, channels }: Team, bot: Author, parts: StatusParts): Promise<Status['channels']> {
  const uses = new Map<ChannelId, string>([
    [channels.payments, 'payments'],
    [channels.partPayments, 'part payments'],
    [channels.ops, 'operations'],
  ]);
  const { rows } = await parts.routing.active(id);
  const routed = rows.map(({ name, then }) => [channelOf(then.channel, channels), `row “${name}”`] as const);
  for (const [channel, use] of routed.filter(([channel]) => !uses.has(channel)).slice(0, rowsLookedAt)) {
    uses.set(channel, use);
  }
  const token = await bot.token();
  return Promise.all(
    [...uses].map(async ([channel, use]) => {
      const state = await stateOf(token, channel, parts.slack);
      return { channel, use, state: state.ok ? state.value : undefined };
    }),
  );
}

async function accountsOf(team: TeamId, { accounts, watches, report }: StatusParts): Promise<Status['accounts']> {
  try {
    const own = (await accounts.value()).ofTeam(team);
    return await Promise.all(
      own.map(async ({ name }) => {
        const watch = await watches.webhook({ team, account: name, home: webhookHome(name) });
        return { name, webhookOffSince: watch?.disabledAt === undefined ? undefined : watch.disabledAt * 1_000 };
      }),
    );
  } catch (error) {
    if (!(error instanceof MalformedSecret)) throw error;
    report(error, { where: 'desk status', team });
    return undefined;
  }
}

async function authorsOf(team: TeamId, { installations, directory }: StatusParts): Promise<Status['authors']> {
  const named = await Promise.all(
    (await installations.connections(team)).slice(0, peopleNamed).map(async ({ admin, state }) => {
      const person = admin === undefined ? undefined : await directory.admin(team, admin);
      return { state, name: person?.active ? person.name : undefined };
    }),
  );
  const those = (wanted: string) => named.flatMap(({ state, name }) => (state === wanted ? (name ?? []) : []));
  return { live: those('live'), refused: those('refused') };
}
