import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type Depth, Queue, queueClient } from '../shared/aws/queue.ts';
import { queuesIn } from '../shared/aws/queues.ts';
import { secretReader } from '../shared/aws/secrets.ts';
import { documentClient, Table } from '../shared/aws/table.ts';
import { type Answer, answering } from '../shared/base/answer.ts';
import { ApiKeys } from '../shared/base/api-key.ts';
import { systemClock } from '../shared/base/clock.ts';
import { type HealthDependencies, health } from '../shared/base/health.ts';
import { lazy, once } from '../shared/base/lazy.ts';
import { openLog } from '../shared/base/log.ts';
import { openReporter } from '../shared/base/report.ts';
import { KeptSecret } from '../shared/base/secret.ts';
import { settings } from '../shared/base/settings.ts';
import { ParkedStore } from '../shared/parked/store.ts';
import { Accounts } from '../shared/razorpay/accounts.ts';

/** Whoever asks wants to know now; a service that takes longer is not well. */
const patience = { timeoutMs: 1_500, attempts: 1 };

const surroundings = once(() => {
  const log = openLog();
  return { log, reporter: openReporter({ log }), clock: systemClock };
});

const ready = lazy(async (): Promise<HealthDependencies> => {
  const names = settings(
    process.env,
    'PAYMENTS_TABLE',
    'CALLS_TABLE',
    'REPORTS_TABLE',
    'RAZORPAY_SECRET_ID',
    'API_KEYS_SECRET_ID',
    'VERSION',
  );
  const secret = secretReader(patience);
  const readAccounts = secret(names.RAZORPAY_SECRET_ID);
  const accounts = new KeptSecret(readAccounts, Accounts.parse, systemClock);
  const dynamo = documentClient(patience);
  const payments = new Table(dynamo, names.PAYMENTS_TABLE);
  const others = [names.CALLS_TABLE, names.REPORTS_TABLE].map((name) => new Table(dynamo, name));
  const rooms = [payments, ...others].map((table) => new ParkedStore(table));
  const sqs = queueClient(patience);
  const queues = queuesIn(process.env).map(({ name, url }) => ({ name, queue: new Queue(sqs, url) }));
  const [first] = queues;

  return {
    version: names.VERSION,
    keys: new KeptSecret(secret(names.API_KEYS_SECRET_ID), ApiKeys.parse, systemClock),
    configured: async ({ team }) => ({
      team,
      accounts: (await accounts.value()).ofTeam(team).map(({ name, mode }) => ({ name, mode })),
    }),
    needed: {
      dynamodb: () => payments.get({ pk: 'health', sk: 'health' }),
      sqs: async () => first?.queue.depth(),
      secrets: () => readAccounts({ fresh: true }),
    },
    waiting: async ({ team }) => {
      const [needAPerson, ...counts] = await Promise.all([
        Promise.all(rooms.map((parked) => parked.count(team))),
        ...queues.map(async ({ name, queue }) => [name, await queue.depth()] as const),
      ]);
      return {
        parked: needAPerson.reduce((sum, each) => sum + each, 0),
        ...Object.assign({}, ...counts.map(([name, depth]) => countsOf(name, depth))),
      };
    },
    report: surroundings().reporter.report,
  };
});

/** Of a queue what waits and what is being worked; of dead letters how many there are, received or not. */
function countsOf(name: string, { waiting, inFlight }: Depth): Readonly<Record<string, number>> {
  return name.endsWith('DeadLetters')
    ? { [name]: waiting + inFlight }
    : { [name]: waiting, [`${name}InFlight`]: inFlight };
}

/** `GET /health` */
export const handler = middy(
  async (event: APIGatewayProxyEventV2): Promise<Answer> => health(event.headers['authorization'], await ready()),
).use(answering(surroundings));
