import type { Queue } from '../aws/queue.ts';
import type { Clock } from '../base/clock.ts';
import type { Report } from '../base/report.ts';
import { type KeptSecret, MalformedSecret } from '../base/secret.ts';
import type { Account, Accounts } from '../razorpay/accounts.ts';
import { type Ask, type Asked, askWith, Unasked } from './ask.ts';
import { findingsOf, hasUntold, newsAmong, warningsFor } from './findings.ts';
import { type Fact, fold, type Lifecycle } from './lifecycle.ts';
import type { PaymentStore, Place } from './store.ts';
import { message } from './wake.ts';
import { isOver, lookedInto, type WatchTimes, watchOf } from './watch.ts';
import { type WatchStore, watchShards } from './watch-store.ts';
import { lookAfterWebhook } from './webhook.ts';

export type ReconcileDependencies = {
  readonly watches: WatchStore;
  readonly store: Pick<PaymentStore, 'factsOf' | 'recordReconciled' | 'recordNote'>;
  readonly accounts: Pick<KeptSecret<Accounts>, 'value'>;
  readonly razorpay: (account: Account) => Asked;
  readonly queue: Pick<Queue, 'send'>;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly report: Report;
  readonly times: WatchTimes;
  /** How long lies between two calls of one account at least, and how long a call may take, in milliseconds. */
  readonly intervalMs: number;
  readonly callMs: number;
};

/** What a run came to. */
export type Reconciled = {
  /** Threads that were due, and those of them that Razorpay was asked about. */
  readonly due: number;
  readonly looked: number;
  /** What lost webhooks would have told, and what people are warned of. */
  readonly news: number;
  readonly warnings: number;
  /** Payments among the news that no webhook had told as they are: each is one that was lost, or is very late. */
  readonly lost: number;
  /** Threads about which Razorpay could not be asked, and those whose account has no usable entry in the secret. */
  readonly unasked: number;
  readonly skipped: number;
  /** Webhooks that were found switched off, or on again. */
  readonly webhooks: number;
};

type Counts = { -readonly [K in keyof Reconciled]: number };

/** As many threads of each shard in one run; the next run takes what is left. */
const atOnce = 50;

/** How long a look is put off that could not be taken, in milliseconds: what is due after it has its turn first. */
const putOffMs = {
  /** Too many calls: the next run goes on. */
  limited: 60_000,
  /** This one got no answer: perhaps the others do. */
  unanswered: 5 * 60_000,
  /** Somebody has to put the account's entry right. */
  key: 15 * 60_000,
  skipped: 60 * 60_000,
  /** A fault of ours, which may be there for a while. */
  failed: 10 * 60_000,
} as const;

/** So many calls in a row without an answer, and this run asks no more for the account. */
const mostUnanswered = 3;

/**
 * Asks Razorpay about the threads that are due, each account on its own and at its own pace, until `until` (ms). What a
 * lost webhook would have told becomes a fact, and its thread is woken; only then is the watch moved on. So a run may
 * stop anywhere, and two may run at once: what was not finished is due again, and the same answer is the same fact.
 */
export async function reconcile(until: number, dependencies: ReconcileDependencies): Promise<Reconciled> {
  const { watches, clock, accounts, report } = dependencies;
  const counts: Counts = { due: 0, looked: 0, news: 0, warnings: 0, lost: 0, unasked: 0, skipped: 0, webhooks: 0 };
  const usable = await accounts.value();
  const due: Place[] = [];
  for (const shard of watchShards) due.push(...(await watches.due(shard, clock.now(), atOnce)));
  counts.due = due.length;

  const byAccount = Map.groupBy(due, ({ team, account }) => `${team}#${account}`);
  const served = usable.all().map((account) => ({ account, key: `${account.team}#${account.name}` }));
  const lanes = served.map(({ account, key }) => lane(account, byAccount.get(key) ?? [], until, counts, dependencies));
  const orphans = [...byAccount]
    .filter(([key]) => !served.some((one) => one.key === key))
    .flatMap(([, places]) => places);
  const results = await Promise.allSettled([...lanes, skip(orphans, counts, dependencies)]);

  const failed = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  for (const error of failed.slice(1)) report(error, { where: 'payments reconcile' });
  if (failed.length > 0) throw failed[0];
  return counts;
}

/**
 * Whose account is not in the secret, or is there with a slip of the pen: there is no key to ask with. A wait that is over
 * ends all the same, since the account may have been taken out for good.
 */
async function skip(places: readonly Place[], counts: Counts, dependencies: ReconcileDependencies): Promise<void> {
  const { store, watches, clock, times } = dependencies;
  counts.skipped += places.length;
  for (const place of places) {
    const { watch } = await store.factsOf(place, place.home);
    if (watch && isOver(watch, clock.now(), times)) await watches.close(place, watch);
    else await putOff(place, 'skipped', dependencies);
  }
  const names = [...new Set(places.map(({ account }) => account))];
  for (const account of names) {
    dependencies.report(new MalformedSecret(`The razorpay secret has no usable entry for the account ${account}.`), {
      where: 'payments reconcile: account',
      account,
    });
  }
}

/** One account: its webhook, then its threads, one after another. */
async function lane(
  account: Account,
  places: readonly Place[],
  until: number,
  counts: Counts,
  dependencies: ReconcileDependencies,
): Promise<void> {
  const { razorpay, clock, intervalMs, callMs, report, times } = dependencies;
  const ask = askWith(razorpay(account), { intervalMs, callMs, until }, clock);
  const tasks = [
    async () => {
      const found = await lookAfterWebhook(account, ask, { ...dependencies, timeScale: times.scale });
      if (found !== 'unchanged') counts.webhooks += 1;
    },
    ...places.map((place) => () => look(place, ask, counts, dependencies)),
  ];
  let unanswered = 0;
  let refused: 'limited' | 'key' | 'unanswered' | undefined;
  for (const [index, task] of tasks.entries()) {
    // The webhook comes first and has no watch of its own: the next run looks after it again.
    const place = places[index - 1];
    if (refused !== undefined) {
      if (place) await unasked(place, refused, counts, dependencies);
      continue;
    }
    try {
      await task();
      unanswered = 0;
    } catch (error) {
      const why = error instanceof Unasked ? error.why : 'failed';
      if (why === 'time') return;
      if (why === 'failed' || why === 'key') report(error, { where: 'payments reconcile', account: account.name });
      if (why === 'unanswered') unanswered += 1;
      if (why === 'limited' || why === 'key') refused = why;
      if (unanswered >= mostUnanswered) refused = 'unanswered';
      if (place) await unasked(place, why, counts, dependencies);
    }
  }
}

async function unasked(
  place: Place,
  why: keyof typeof putOffMs,
  counts: Counts,
  dependencies: ReconcileDependencies,
): Promise<void> {
  counts.unasked += 1;
  await putOff(place, why, dependencies);
}

async function putOff(
  place: Place,
  why: keyof typeof putOffMs,
  { watches, clock, times }: ReconcileDependencies,
): Promise<void> {
  await watches.putOff(place, Math.round(clock.now() + putOffMs[why] * times.scale));
}

/** One thread: what Razorpay says of it that nobody has told us. */
async function look(
  place: Place,
  ask: Ask,
  counts: Counts,
  { store, watches, queue, clock, newId, times }: ReconcileDependencies,
): Promise<void> {
  const thread = await store.factsOf(place, place.home);
  const { watch } = thread;
  const now = clock.now();
  // The index lags: it may show what is over, or what was just looked into.
  if (watch?.dueAt === undefined || watch.dueAt > now) return;
  const wake = () => queue.send(message({ ...place, cause: 'reconcile' }, { unique: newId() }));
  const stands = fold(thread.facts);
  if (thread.joinedInto !== undefined || watchOf(stands, watch, now, times)?.dueAt === undefined) {
    // What brought it to its end may be the finding of a run that stopped before it woke anybody.
    if (hasUntold(thread.facts, watch)) await wake();
    await watches.close(place, watch);
    return;
  }

  const findings = await findingsOf(stands, ask);
  const asked = clock.now();
  const { news, facts, state } = newsAmong(findings, thread.facts, asked);
  for (const { name, bytes } of news) await store.recordReconciled(place, name, bytes, asked);
  const warnings = warningsFor(state, findings, watch, asked, times);
  for (const { name, note } of warnings) await store.recordNote(place, name, note, asked);

  if (warnings.length > 0 || hasUntold(facts, watch)) await wake();
  const noted = warnings.map(({ name, note }): Fact => ({ source: 'note', id: `note#${name}`, at: asked, note }));
  await watches.move(place, watch, lookedInto(fold([...facts, ...noted]), watch, asked, times));
  counts.looked += 1;
  counts.news += news.length;
  counts.lost += news.filter(({ event: { payment } }) => payment !== undefined && !isKnownSo(payment, stands)).length;
  counts.warnings += warnings.length;
}

/** Whether a payment was told with this status before. What an order says of what is due has no webhook that could be lost. */
function isKnownSo(
  { id, status }: { readonly id: string; readonly status: string | undefined },
  { attempts }: Lifecycle,
): boolean {
  return attempts.some((attempt) => attempt.id === id && attempt.status === status);
}
