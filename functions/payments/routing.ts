import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { secretReader } from '../../shared/aws/secrets.ts';
import { documentClient, Table } from '../../shared/aws/table.ts';
import { type Answer, answering } from '../../shared/base/answer.ts';
import { ApiKeys, identify } from '../../shared/base/api-key.ts';
import { systemClock } from '../../shared/base/clock.ts';
import { Refuse } from '../../shared/base/errors.ts';
import { jsonBody } from '../../shared/base/http.ts';
import { lazy, once } from '../../shared/base/lazy.ts';
import { openLog } from '../../shared/base/log.ts';
import type { TeamId } from '../../shared/base/names.ts';
import { openReporter } from '../../shared/base/report.ts';
import { KeptSecret } from '../../shared/base/secret.ts';
import { settings } from '../../shared/base/settings.ts';
import { DayStore } from '../../shared/payments/day-store.ts';
import { InstalmentStore } from '../../shared/payments/instalment-store.ts';
import { explainRouting, putRouting, type RoutingDependencies, showRouting } from '../../shared/payments/routing.ts';
import { RoutingStore } from '../../shared/payments/routing-store.ts';
import { PaymentStore } from '../../shared/payments/store.ts';
import { Accounts } from '../../shared/razorpay/accounts.ts';
import { readTeam } from '../../shared/slack/installation.ts';
import { ThreadLog } from '../../shared/slack/thread-log.ts';

/** A person waits for the answer. */
const patience = { timeoutMs: 3_000, attempts: 2 };

const surroundings = once(() => {
  const log = openLog();
  return { log, reporter: openReporter({ log }), clock: systemClock };
});

const ready = lazy(async () => {
  const names = settings(
    process.env,
    'PAYMENTS_TABLE',
    'LEAD_PART_PAYMENT_TABLE',
    'ADMIN_SLACK_MESSAGE_LOG_TABLE',
    'SLACK_INSTALLATIONS_TABLE',
    'RAZORPAY_SECRET_ID',
    'API_KEYS_SECRET_ID',
  );
  const secret = secretReader(patience);
  const dynamo = documentClient(patience);
  const payments = new Table(dynamo, names.PAYMENTS_TABLE);
  const installations = new Table(dynamo, names.SLACK_INSTALLATIONS_TABLE);
  const dependencies: RoutingDependencies = {
    routing: new RoutingStore(payments),
    days: new DayStore(payments),
    store: new PaymentStore(payments),
    instalments: new InstalmentStore(new Table(dynamo, names.LEAD_PART_PAYMENT_TABLE)),
    accounts: new KeptSecret(secret(names.RAZORPAY_SECRET_ID), Accounts.parse, systemClock),
    log: new ThreadLog(new Table(dynamo, names.ADMIN_SLACK_MESSAGE_LOG_TABLE)),
    team: (team: TeamId) => readTeam(installations, team),
    clock: systemClock,
  };
  return { keys: new KeptSecret(secret(names.API_KEYS_SECRET_ID), ApiKeys.parse, systemClock), dependencies };
});

/** `GET /v1/routing`, `PUT /v1/routing`, `POST /v1/routing/explain` */
export const handler = middy(async (event: APIGatewayProxyEventV2): Promise<Answer> => {
  const { keys, dependencies } = await ready();
  const key = await identify(event.headers['authorization'], 'routing', keys);
  switch (event.routeKey) {
    case 'GET /v1/routing':
      return showRouting(event.queryStringParameters?.['version'], key, dependencies);
    case 'PUT /v1/routing':
      return putRouting(jsonBody(event), key, dependencies);
    case 'POST /v1/routing/explain':
      return explainRouting(jsonBody(event), key, dependencies);
    default:
      throw new Refuse(404, 'There is nothing at this address.');
  }
}).use(answering(surroundings));
