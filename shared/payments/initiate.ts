import type { Queue } from '../aws/queue.ts';
import type { Answer } from '../base/answer.ts';
import type { ApiKey } from '../base/api-key.ts';
import type { Clock } from '../base/clock.ts';
import { Refuse } from '../base/errors.ts';
import type { Report } from '../base/report.ts';
import type { KeptSecret } from '../base/secret.ts';
import type { Accounts } from '../razorpay/accounts.ts';
import type { Recorded } from './answers.ts';
import type { Initiated } from './lifecycle.ts';
import { differences, readInitiation } from './request.ts';
import type { PaymentStore, Place } from './store.ts';
import { message } from './wake.ts';

export type InitiateDependencies = {
  readonly store: Pick<PaymentStore, 'recordInitiated'>;
  readonly accounts: Pick<KeptSecret<Accounts>, 'value'>;
  readonly queue: Pick<Queue, 'send'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly report: Report;
  /** A new id at each call. */
  readonly uniqueId: () => string;
  /** What waits are multiplied with; 1 where time is what it is. */
  readonly timeScale: number;
};

/** The sweep wakes a payment that was stored and is still untold after this. */
const untoldMs = 120_000;

/**
 * `POST /v1/payments`: keeps that a payment started. 201 the first time, 200 for the same again; 409 with the fields
 * that differ where the order was recorded otherwise, since which of the two is right only the caller knows.
 *
 * Once it is stored it is told, even where the hand-over fails: the fact carries the time at which the sweep wakes it.
 * So that failure is reported and not answered; the caller has nothing to do.
 */
export async function initiate(body: unknown, key: ApiKey, dependencies: InitiateDependencies): Promise<Answer> {
  const { accounts, clock } = dependencies;
  const own = (await accounts.value()).ofTeam(key.team);
  const { account, initiated } = readInitiation(body, { now: clock.now(), accounts: own.map(({ name }) => name) });

  return record({ team: key.team, account, home: initiated.orderId }, initiated, key, dependencies);
}

/**
 * Keeps that a payment started and hands it over: 201 where it is news, 200 where it was recorded before. Throws `Refuse`
 * (409) where it was recorded otherwise.
 */
export async function record(
  place: Place,
  initiated: Initiated,
  key: ApiKey,
  { store, queue, clock, report, uniqueId, timeScale }: InitiateDependencies,
): Promise<Answer> {
  const now = clock.now();
  const { outcome, kept } = await store.recordInitiated(place, initiated, {
    at: now,
    dueAt: now + untoldMs * timeScale,
  });
  if (outcome === 'different') {
    throw new Refuse(
      409,
      'This order was recorded otherwise, and that stands. A new try to pay needs no new record; another payment needs an order of its own.',
      differences(kept, initiated),
    );
  }

  try {
    await queue.send(message({ ...place, cause: 'api' }, { unique: uniqueId() }));
  } catch (error) {
    report(error, { where: 'payments api: hand-over', ...place });
  }
  return {
    status: outcome === 'stored' ? 201 : 200,
    body: { id: initiated.orderId, orderId: initiated.orderId, account: place.account } satisfies Recorded,
    headers: { location: `/v1/payments/${initiated.orderId}?account=${encodeURIComponent(place.account)}` },
    ids: { ...place, outcome, key: key.name },
  };
}
