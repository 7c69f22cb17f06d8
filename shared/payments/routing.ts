import type { Answer } from '../base/answer.ts';
import type { ApiKey } from '../base/api-key.ts';
import type { Clock } from '../base/clock.ts';
import { Refuse } from '../base/errors.ts';
import type { DayStore } from './day-store.ts';
import type { Case } from './dimension.ts';
import { dryRun } from './dry-run.ts';
import type { InstalmentStore } from './instalment-store.ts';
import { fold } from './lifecycle.ts';
import { type LookDependencies, meet } from './look.ts';
import { caseOf, channelOf, decide } from './route.ts';
import type { Explanation, Saved } from './routing-answers.ts';
import { readExplain, readRouting } from './routing-request.ts';
import type { KeptTable, RoutingStore } from './routing-store.ts';
import { completed } from './tell.ts';
import { threadRef } from './wake.ts';

export type RoutingDependencies = LookDependencies & {
  readonly routing: RoutingStore;
  readonly days: Pick<DayStore, 'of'>;
  readonly instalments: Pick<InstalmentStore, 'completedBy'>;
  readonly clock: Pick<Clock, 'now'>;
};

/** `GET /v1/routing`: the active table, or the version that `?version=` asks for. Throws `Refuse` (404) for none. */
export async function showRouting(
  asked: string | undefined,
  key: ApiKey,
  { routing }: Pick<RoutingDependencies, 'routing'>,
): Promise<Answer> {
  const [inForce, newest] = await Promise.all([routing.active(key.team), routing.newest(key.team)]);
  const shown = asked === undefined ? inForce : await versionAsked(asked, key, newest, routing);
  const { version, rows, saved } = shown;
  return {
    status: 200,
    body: {
      version,
      active: version === inForce.version,
      newest: newest.version,
      saved: saved ? { by: saved.by, at: new Date(saved.at).toISOString() } : null,
      rows,
    },
    ids: { team: key.team, key: key.name, version },
  };
}

/**
 * `PUT /v1/routing`: keeps a table that routes every payment to exactly one row, shows what it would have done, and puts
 * it in force where that is asked. The same rows as the newest version are that version. A thread that is posted stays
 * where it is. Throws `Refuse` (400) with everything that is wrong with the table.
 */
export async function putRouting(body: unknown, key: ApiKey, dependencies: RoutingDependencies): Promise<Answer> {
  const { routing, days, team, clock } = dependencies;
  const { rows, dryRunDays, activate } = readRouting(body);
  const now = clock.now();
  const table = await routing.save(key.team, rows, { by: key.name, at: now });
  // A team without a workspace has no thread that could have gone elsewhere.
  const workspace = dryRunDays === undefined ? undefined : await team(key.team);
  const ran = workspace && dryRunDays ? await dryRun(table, workspace, { days: dryRunDays, now }, days) : null;
  if (activate) await routing.activate(key.team, table);
  const isActive = activate || (await routing.active(key.team)).version === table.version;
  return {
    status: 200,
    body: { version: table.version, active: isActive, dryRun: ran } satisfies Saved,
    ids: { team: key.team, key: key.name, version: table.version, activated: activate },
  };
}

/**
 * `POST /v1/routing/explain`: where the active table sends a payment, why there, and why no other row takes it; of a
 * known payment also where its thread is. Throws `Refuse` (400), and 404 as `meet` does.
 */
export async function explainRouting(body: unknown, key: ApiKey, dependencies: RoutingDependencies): Promise<Answer> {
  const request = readExplain(body);
  const { id, payment, fixed } =
    'payment' in request
      ? { id: null, payment: request.payment, fixed: null }
      : await knownPayment(request, key, dependencies);
  const [table, team] = await Promise.all([dependencies.routing.active(key.team), dependencies.team(key.team)]);
  const { row, why, others } = decide(table, payment);
  const { channel, postAs, broadcast } = row.then;
  const now = {
    channel: team ? channelOf(channel, team.channels) : channel,
    row: row.name,
    why,
    postAs,
    broadcast: [...broadcast],
    version: table.version,
  };
  const { courseType = null, amount = null } = payment;
  const explanation: Explanation = { id, payment: { ...payment, courseType, amount }, fixed, now, others: [...others] };
  return { status: 200, body: explanation, ids: { team: key.team, key: key.name, version: table.version } };
}

/** What may decide about a payment that is known, and where its thread is. */
async function knownPayment(
  { paymentId, account }: { readonly paymentId: string; readonly account: string | undefined },
  key: ApiKey,
  dependencies: RoutingDependencies,
): Promise<{ readonly id: string; readonly payment: Case; readonly fixed: Explanation['fixed'] }> {
  const { place, thread, facts } = await meet({ id: paymentId, account }, key, dependencies);
  const state = fold(facts);
  const [{ destination }, instalments] = await Promise.all([
    dependencies.log.read(threadRef(place, thread)),
    completed(state, place, dependencies.instalments),
  ]);
  // What was posted before there were tables was posted like this.
  const { postAs = 'admin', broadcast = [], version = null } = destination ?? {};
  const fixed = destination ? { ...destination, postAs, broadcast: [...broadcast], version } : null;
  return { id: state.orderId ?? thread, payment: caseOf(state, instalments), fixed };
}

async function versionAsked(
  asked: string,
  key: ApiKey,
  newest: KeptTable,
  routing: Pick<RoutingStore, 'version'>,
): Promise<KeptTable> {
  const kept = /^\d{1,5}$/.test(asked) ? await routing.version(key.team, Number(asked)) : undefined;
  if (!kept) throw new Refuse(404, `There is no such version of the table: they are 0 to ${newest.version}.`);
  return kept;
}
