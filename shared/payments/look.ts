import type { Answer } from '../base/answer.ts';
import type { ApiKey } from '../base/api-key.ts';
import { Refuse } from '../base/errors.ts';
import type { TeamId } from '../base/names.ts';
import type { KeptSecret } from '../base/secret.ts';
import type { Accounts } from '../razorpay/accounts.ts';
import type { Team } from '../slack/installation.ts';
import type { ThreadLog } from '../slack/thread-log.ts';
import type { Fact } from './lifecycle.ts';
import { chooseAccount } from './request.ts';
import type { PaymentStore, ThreadPlace } from './store.ts';
import { view } from './view.ts';
import { threadRef } from './wake.ts';

export type LookDependencies = {
  readonly store: Pick<PaymentStore, 'threadOf' | 'factsOf'>;
  readonly accounts: Pick<KeptSecret<Accounts>, 'value'>;
  readonly log: Pick<ThreadLog, 'read'>;
  readonly team: (team: TeamId) => Promise<Team | undefined>;
};

/** A payment by any id of its thread, as a caller names it. */
type Asked = { readonly id: string; readonly account: string | undefined };

/** `GET /v1/payments/{id}?account=`: what is known of a payment. Throws as `meet` does. */
export async function look(asked: Asked, key: ApiKey, dependencies: LookDependencies): Promise<Answer> {
  const { log, team } = dependencies;
  const { place, thread, facts } = await meet(asked, key, dependencies);
  const [told, record] = await Promise.all([log.read(threadRef(place, thread)), team(key.team)]);
  return {
    status: 200,
    body: view({ thread, facts, told, teamUrl: record?.url }),
    ids: { ...place, thread, key: key.name },
  };
}

/**
 * The thread and the facts of a payment. Throws `Refuse`: 400 where the account is not clear, 404 for an id that nobody
 * has met, and for one of another team just the same: every key that is read begins with the team of the API key.
 */
export async function meet(
  asked: Asked,
  key: ApiKey,
  { store, accounts }: Pick<LookDependencies, 'store' | 'accounts'>,
): Promise<{ readonly place: ThreadPlace; readonly thread: string; readonly facts: readonly Fact[] }> {
  if (!/^\w{3,64}$/.test(asked.id)) throw unknown();
  const own = (await accounts.value()).ofTeam(key.team);
  const chosen = chooseAccount(
    asked.account,
    own.map(({ name }) => name),
  );
  if (!chosen.ok) throw new Refuse(400, 'Say which account is meant, by `account`.', [chosen.wrong]);

  const place = { team: key.team, account: chosen.account };
  // A payment that was recorded a moment ago has no alias before a worker has seen it; its facts are there all the same.
  const thread = (await store.threadOf(place, asked.id)) ?? asked.id;
  const { facts } = await store.factsOf(place, thread);
  if (facts.length === 0) throw unknown();
  return { place, thread, facts };
}

function unknown(): Refuse {
  return new Refuse(
    404,
    'War Room has not heard of this payment. Ask with an id that Razorpay gave: of the order, payment, link, invoice, refund or dispute.',
  );
}
