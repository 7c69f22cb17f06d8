import type { Clock } from '../../shared/base/clock.ts';
import type { TeamId, UserId } from '../../shared/base/names.ts';
import type { Report } from '../../shared/base/report.ts';
import type { KeptSecret } from '../../shared/base/secret.ts';
import type { Person } from '../../shared/desk/asking.ts';
import type { Handler } from '../../shared/desk/desk.ts';
import { type Home, renderHome, type Some, strangersHome } from '../../shared/desk/home.ts';
import { parkedGlimpse } from '../../shared/parked/notice.ts';
import type { AttentionStore } from '../../shared/payments/attention-store.ts';
import { type DayStore, lastDays } from '../../shared/payments/day-store.ts';
import { attentionGlimpse, glanceAt, paymentGlimpse } from '../../shared/payments/glance.ts';
import { threadRef } from '../../shared/payments/wake.ts';
import type { WatchStore } from '../../shared/payments/watch-store.ts';
import { webhookHome } from '../../shared/payments/webhook.ts';
import type { Accounts } from '../../shared/razorpay/accounts.ts';
import type { AskOptions } from '../../shared/slack/asked.ts';
import type { Held } from '../../shared/slack/held.ts';
import type { Press, SlackEvent } from '../../shared/slack/inbound.ts';
import type { Installations, Team } from '../../shared/slack/installation.ts';
import { holdInWords } from '../../shared/slack/notice.ts';
import { rootLink } from '../../shared/slack/permalink.ts';
import { publish } from '../../shared/slack/publish.ts';
import type { Content } from '../../shared/slack/text.ts';
import type { ThreadLog } from '../../shared/slack/thread-log.ts';
import { type ParkedAtDesk, waitingIn } from './parked.ts';

export type HomeAtDesk = {
  readonly days: Pick<DayStore, 'payments'>;
  readonly attention: Pick<AttentionStore, 'of'>;
  readonly parked: ParkedAtDesk['parked'];
  readonly watches: Pick<WatchStore, 'webhook'>;
  readonly held: Pick<Held, 'of'>;
  readonly log: Pick<ThreadLog, 'readAll'>;
  readonly installations: Pick<Installations, 'team' | 'bot' | 'connection' | 'markDead'>;
  readonly accounts: Pick<KeptSecret<Accounts>, 'value'>;
  readonly slack: AskOptions;
  readonly clock: Pick<Clock, 'now'>;
  readonly report: Report;
  /** Where War Room's pages are. */
  readonly origin: string;
};

/** As much is shown of each kind; the rest is counted. A dozen payments are what fits on two screens of a telephone. */
const most = { payments: 12, attention: 8, parked: 4, held: 4 } as const;

/** More payments of one day are not read for a glance. */
const countedAtMost = 5_000;

/** Somebody opens the home: they see how everything stands now. */
export function openedAt(parts: HomeAtDesk): Handler<SlackEvent> {
  return async ({ team, event }, person) => {
    const { user, tab } = event;
    if (tab === 'home' && typeof user === 'string') await show(team, user as UserId, person, undefined, parts);
    return undefined;
  };
}

/**
 * A button that also stands on homes. Pressed there, its answer has no other place than the home, which is shown anew: what it
 * said before may be hours old.
 */
export function alsoAtHome(handle: Handler<Press>, parts: HomeAtDesk): Handler<Press> {
  return async (press, person) => {
    const response = await handle(press, person);
    if (press.message !== undefined || press.view === undefined) return response;
    await show(press.team, press.user, person, response?.content, parts);
    return undefined;
  };
}

async function show(
  id: TeamId,
  user: UserId,
  person: Person,
  note: Content | undefined,
  parts: HomeAtDesk,
): Promise<void> {
  const { installations, origin, slack, clock } = parts;
  const [bot, team] = await Promise.all([installations.bot(id), installations.team(id)]);
  // Without access there is nobody who could show anything, and Slack shows that the app is gone.
  if (!bot) return;
  const isKnown = person.kind === 'known' && team !== undefined;
  const why = person.kind === 'known' ? 'not-installed' : person.why;
  const view = isKnown ? renderHome(await homeOf(team, user, note, parts), origin) : strangersHome(why, origin);
  const published = await publish(bot, user, view, slack);
  if (published.outcome === 'dead') await installations.markDead(id, bot, clock.now(), published.code);
}

/** What a home shows: a handful of reads by key, however much there is. */
async function homeOf(team: Team, user: UserId, note: Content | undefined, parts: HomeAtDesk): Promise<Home> {
  const { days, attention, parked, held, log, installations, clock } = parts;
  const now = clock.now();
  const [today = ''] = lastDays(1, now);
  const [payments, concerns, waiting, holds, connection, accounts] = await Promise.all([
    days.payments(team.id, today, countedAtMost),
    attention.of(team.id),
    waitingIn(team.id, parked),
    held.of(team.id),
    installations.connection(team.id, user),
    accountsOf(team.id, parts),
  ]);
  const glance = glanceAt(payments, most.payments);
  const episodes = waiting.flatMap(({ kind, records }) => {
    const alike = Map.groupBy(records, ({ code, episode }) => `${code}#${episode}`);
    return [...alike.values()].flatMap((those) => {
      const [first] = those;
      return first ? [{ kind, episode: { code: first.code, since: first.episode }, records: those }] : [];
    });
  });
  const noticeKey = ({ kind, episode }: Pick<(typeof episodes)[number], 'kind' | 'episode'>) =>
    kind.noticeRef(team.id, episode).key;
  const keyOf = ({ account, thread }: { readonly account: string; readonly thread: string }) =>
    threadRef({ team: team.id, account }, thread).key;
  const shown = {
    concerns: concerns.slice(0, most.attention),
    episodes: episodes.slice(0, most.parked),
  };
  const threads = await log.readAll(team.id, [
    ...glance.newest.map(keyOf),
    ...shown.concerns.map(keyOf),
    ...shown.episodes.map(noticeKey),
  ]);
  const linkOf = (key: string) => {
    const thread = threads.get(key);
    return thread && rootLink(team.url, thread);
  };
  const entries = [
    ...shown.concerns.map((concern) => attentionGlimpse(concern, linkOf(keyOf(concern)))),
    ...holds.slice(0, most.held).map(holdInWords),
    ...shown.episodes.map((one) => parkedGlimpse(one.kind, one.episode, one.records, linkOf(noticeKey(one)))),
  ];
  const some: Some = { shown: entries, more: concerns.length + holds.length + episodes.length - entries.length };
  return {
    note,
    team: team.id,
    workspace: team.name,
    channels: team.channels,
    connection,
    accounts,
    attention: some,
    today: {
      ...glance,
      isCut: payments.length >= countedAtMost,
      shown: glance.newest.map((payment) => paymentGlimpse(payment, linkOf(keyOf(payment)))),
      more: glance.total - glance.newest.length,
    },
    now: Math.floor(now / 1000),
  };
}

/** The team's accounts, and since when the webhook of each is off. Undefined: the secret cannot be read. */
async function accountsOf(team: TeamId, { accounts, watches, report }: HomeAtDesk): Promise<Home['accounts']> {
  try {
    const own = (await accounts.value()).ofTeam(team);
    return await Promise.all(
      own.map(async ({ name, mode }) => {
        const place = { team, account: name, home: webhookHome(name) };
        return { name, mode, webhookOff: (await watches.webhook(place))?.disabledAt };
      }),
    );
  } catch (error) {
    report(error, { where: 'home, accounts', team });
    return undefined;
  }
}
