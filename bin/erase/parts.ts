import { randomUUID } from 'node:crypto';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { keyClient } from '../../shared/aws/keys.ts';
import { Queue, queueClient } from '../../shared/aws/queue.ts';
import { secretReader } from '../../shared/aws/secrets.ts';
import { documentClient, Table } from '../../shared/aws/table.ts';
import { WholeTable } from '../../shared/aws/whole-table.ts';
import { ApiKeys } from '../../shared/base/api-key.ts';
import { type Clock, systemClock } from '../../shared/base/clock.ts';
import type { Step } from '../../shared/base/erasing.ts';
import type { TeamId } from '../../shared/base/names.ts';
import type { GivingUpParts } from '../../shared/install/giving-up.ts';
import { SlackAccess } from '../../shared/install/slack-client.ts';
import { DirectoryEditor } from '../../shared/org/editor.ts';
import type { PayerParts } from '../../shared/payments/erase-payer.ts';
import { PaymentStore } from '../../shared/payments/store.ts';
import { Accounts } from '../../shared/razorpay/accounts.ts';
import { readSlackApp } from '../../shared/slack/app.ts';
import { SlackClient } from '../../shared/slack/client.ts';
import { Installations } from '../../shared/slack/installation.ts';
import type { TakingBackParts } from '../../shared/slack/taking-back.ts';
import { ThreadLog } from '../../shared/slack/thread-log.ts';
import { Vault } from '../../shared/slack/vault.ts';
import type { Where } from './where.ts';

/** An erasure: what there is to erase, looked for anew at each call, and what stays whatever is done here. */
export type Erasure = {
  readonly look: () => Promise<readonly Step[]>;
  /** A sentence each. `ended` in milliseconds since 1970. */
  readonly remains: (ended: number) => Promise<readonly string[]>;
};

/** What an erasure is done with: the rooms' own parts, on the tables of one stage. */
export type Parts = {
  /** Every table of the state stack, by its logical id. */
  readonly tables: ReadonlyMap<string, WholeTable>;
  readonly payer: PayerParts;
  readonly calls: WholeTable;
  readonly takingBack: TakingBackParts;
  readonly givingUp: GivingUpParts;
  readonly installations: Installations;
  readonly directory: DirectoryEditor;
  readonly clock: Clock;
  /** What waits are multiplied with; 1 where time is what it is. */
  readonly timeScale: number;
  /** Which accounts and keys of the secrets are a team's: sentences that say who takes them out. */
  readonly inSecrets: (team: TeamId) => Promise<readonly string[]>;
};

/** The table of a logical id. Every stage has it, or its resources would have been refused. */
export function tableOf(tables: Parts['tables'], id: string): WholeTable {
  const table = tables.get(id);
  if (!table) throw new Error(`There is no table ${id} among the resources.`);
  return table;
}

type Outside = {
  readonly documents: DynamoDBDocumentClient;
  readonly vault: Vault;
  readonly queue: PayerParts['queue'];
  readonly client: TakingBackParts['client'];
  readonly slack: GivingUpParts['slack'];
  readonly app: GivingUpParts['app'];
  readonly clock: Clock;
  readonly newId: () => string;
  readonly intervalMs: number;
  readonly timeScale: number;
  readonly inSecrets: Parts['inSecrets'];
  /** Whatever stands before a table: a test may stop it at a write. */
  readonly table?: (table: Table) => Table;
};

/** The parts of an erasure, from what they reach out with. */
export function partsFrom(names: ReadonlyMap<string, string>, outside: Outside): Parts {
  const { documents, vault, clock, newId, client, intervalMs, table: through = (table) => table } = outside;
  const tables = new Map(
    [...names].map(([id, name]) => [id, new WholeTable(documents, through(new Table(documents, name)))] as const),
  );
  const of = (id: string) => tableOf(tables, id);
  const installations = new Installations(of('SlackInstallations').table, vault);
  const messages = of('AdminSlackMessageLog');
  const log = new ThreadLog(messages.table);
  const payments = of('Payments');
  return {
    tables,
    calls: of('Calls'),
    payer: { payments, store: new PaymentStore(payments.table), queue: outside.queue, clock, newId },
    takingBack: { messages, log, installations, client, clock, intervalMs },
    givingUp: { installations, slack: outside.slack, app: outside.app, clock },
    installations,
    directory: new DirectoryEditor({
      admins: of('Admins').table,
      closure: { read: of('AdminUserClosure').table, write: of('AdminUserClosure').table },
      tools: { clock, newId },
    }),
    clock,
    timeScale: outside.timeScale,
    inSecrets: outside.inSecrets,
  };
}

/** As patient as a person at a keyboard. */
const patience = { timeoutMs: 10_000, attempts: 8 };
const slackTimeoutMs = 10_000;

/** The parts for a stage, with the credentials of whoever runs this. The environment has to be set before. */
export async function partsFor({ resources, slackApiUrl, timeScale, intervalMs }: Where): Promise<Parts> {
  const clock: Clock = { now: systemClock.now, sleep: (ms) => systemClock.sleep(ms * timeScale) };
  const secret = secretReader(patience);
  const slack = { apiUrl: slackApiUrl, timeoutMs: slackTimeoutMs };
  return partsFrom(resources.tables, {
    documents: documentClient(patience),
    vault: new Vault(keyClient(patience), resources.tokenKey, clock.now),
    queue: new Queue(queueClient(patience), resources.paymentsQueue),
    client: new SlackClient(slack),
    slack: new SlackAccess(slack),
    app: await secret(resources.slackSecret)()
      .then(readSlackApp)
      .catch(() => undefined),
    clock,
    newId: randomUUID,
    intervalMs,
    timeScale,
    inSecrets: (team) => inSecrets(team, secret(resources.razorpaySecret), secret(resources.apiKeysSecret)),
  });
}

async function inSecrets(
  team: TeamId,
  razorpay: () => Promise<string>,
  apiKeys: () => Promise<string>,
): Promise<string[]> {
  const accounts = await razorpay()
    .then((text) => Accounts.parse(text).all())
    .catch(() => undefined);
  const keys = await apiKeys()
    .then((text) => ApiKeys.parse(text).all())
    .catch(() => undefined);
  const unread = (secret: string, what: string) =>
    `The ${secret} secret could not be read: take out ${what} that are of team ${team}.`;
  const named = (all: readonly { readonly name: string; readonly team: TeamId }[]) =>
    all.filter((one) => one.team === team).map(({ name }) => name);
  const sentences: string[] = [];
  if (!accounts) sentences.push(unread('razorpay', 'the accounts'));
  else if (named(accounts).length > 0) {
    sentences.push(
      `The razorpay secret has ${named(accounts).join(', ')}: take them out, and delete their webhooks at Razorpay. ` +
        'What Razorpay sends until then is stored again, and that its webhook was looked after; running this once more erases it.',
    );
  }
  if (!keys) sentences.push(unread('api-keys', 'the keys'));
  else if (named(keys).length > 0) {
    sentences.push(`The api-keys secret has ${named(keys).join(', ')}: take them out, or their holders go on writing.`);
  }
  return sentences;
}
