import { randomUUID } from 'node:crypto';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { Queue, queueClient } from '../../shared/aws/queue.ts';
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
import { assign } from '../../shared/payments/assign.ts';
import { create } from '../../shared/payments/create.ts';
import { CreationStore } from '../../shared/payments/creation-store.ts';
import { initiate } from '../../shared/payments/initiate.ts';
import { LeadStore } from '../../shared/payments/lead-store.ts';
import { look } from '../../shared/payments/look.ts';
import { asksForOrder } from '../../shared/payments/request.ts';
import { PaymentStore } from '../../shared/payments/store.ts';
import { type Account, Accounts } from '../../shared/razorpay/accounts.ts';
import { RazorpayClient } from '../../shared/razorpay/client.ts';
import { readTeam } from '../../shared/slack/installation.ts';
import { ThreadLog } from '../../shared/slack/thread-log.ts';

/** A checkout waits for the answer: what has not worked after two tries is better sent again by it. */
const patience = { timeoutMs: 2_000, attempts: 2 };

/** Razorpay makes an order within a second; a checkout that waits longer than this is better told so. */
const orderTimeoutMs = 4_000;

const surroundings = once(() => {
  const log = openLog();
  return { log, reporter: openReporter({ log }), clock: systemClock };
});

const ready = lazy(async () => {
  const names = settings(
    process.env,
    'PAYMENTS_TABLE',
    'PAYMENTS_QUEUE_URL',
    'ADMIN_SLACK_MESSAGE_LOG_TABLE',
    'SLACK_INSTALLATIONS_TABLE',
    'RAZORPAY_SECRET_ID',
    'API_KEYS_SECRET_ID',
  );
  const secret = secretReader(patience);
  const dynamo = documentClient(patience);
  const installations = new Table(dynamo, names.SLACK_INSTALLATIONS_TABLE);
  const payments = new Table(dynamo, names.PAYMENTS_TABLE);
  const options = { apiUrl: process.env['RAZORPAY_API_URL'], timeoutMs: orderTimeoutMs };
  return {
    keys: new KeptSecret(secret(names.API_KEYS_SECRET_ID), ApiKeys.parse, systemClock),
    dependencies: {
      store: new PaymentStore(payments),
      creations: new CreationStore(payments),
      razorpay: (account: Account) => new RazorpayClient(account, options),
      leads: new LeadStore(payments),
      accounts: new KeptSecret(secret(names.RAZORPAY_SECRET_ID), Accounts.parse, systemClock),
      queue: new Queue(queueClient(patience), names.PAYMENTS_QUEUE_URL),
      log: new ThreadLog(new Table(dynamo, names.ADMIN_SLACK_MESSAGE_LOG_TABLE)),
      team: (team: TeamId) => readTeam(installations, team),
      clock: systemClock,
      report: surroundings().reporter.report,
      uniqueId: randomUUID,
      timeScale: Number(process.env['TIME_SCALE'] ?? 1),
    },
  };
});

/** `POST /v1/payments`, `GET /v1/payments/{id}`, `PUT /v1/leads/{id}` */
export const handler = middy(async (event: APIGatewayProxyEventV2): Promise<Answer> => {
  const { keys, dependencies } = await ready();
  switch (event.routeKey) {
    case 'POST /v1/payments': {
      const key = await identify(event.headers['authorization'], 'payments', keys);
      const body = jsonBody(event);
      if (!asksForOrder(body)) return initiate(body, key, dependencies);
      return create(body, event.headers['idempotency-key'], key, dependencies);
    }
    case 'GET /v1/payments/{id}': {
      const key = await identify(event.headers['authorization'], 'read', keys);
      const asked = { id: event.pathParameters?.['id'] ?? '', account: event.queryStringParameters?.['account'] };
      return look(asked, key, dependencies);
    }
    case 'PUT /v1/leads/{id}': {
      const key = await identify(event.headers['authorization'], 'payments', keys);
      return assign({ id: event.pathParameters?.['id'] ?? '', body: jsonBody(event) }, key, dependencies);
    }
    default:
      throw new Refuse(404, 'There is nothing at this address.');
  }
}).use(answering(surroundings));
