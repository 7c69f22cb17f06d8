import { randomUUID } from 'node:crypto';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { Queue, queueClient } from '../../shared/aws/queue.ts';
import { secretReader } from '../../shared/aws/secrets.ts';
import { documentClient, Table } from '../../shared/aws/table.ts';
import { type Answer, answering } from '../../shared/base/answer.ts';
import { ApiKeys, identify } from '../../shared/base/api-key.ts';
import { systemClock } from '../../shared/base/clock.ts';
import { jsonBody } from '../../shared/base/http.ts';
import { lazy, once } from '../../shared/base/lazy.ts';
import { openLog } from '../../shared/base/log.ts';
import { openReporter } from '../../shared/base/report.ts';
import { KeptSecret } from '../../shared/base/secret.ts';
import { settings } from '../../shared/base/settings.ts';
import { recordCall } from '../../shared/calls/record.ts';
import { CallStore } from '../../shared/calls/store.ts';

/** A system of the company waits for the answer, and may send the same again. */
const patience = { timeoutMs: 2_000, attempts: 2 };

const surroundings = once(() => {
  const log = openLog();
  return { log, reporter: openReporter({ log }), clock: systemClock };
});

const ready = lazy(async () => {
  const names = settings(process.env, 'CALLS_TABLE', 'CALLS_QUEUE_URL', 'API_KEYS_SECRET_ID');
  return {
    keys: new KeptSecret(secretReader(patience)(names.API_KEYS_SECRET_ID), ApiKeys.parse, systemClock),
    dependencies: {
      store: new CallStore(new Table(documentClient(patience), names.CALLS_TABLE)),
      queue: new Queue(queueClient(patience), names.CALLS_QUEUE_URL),
      clock: systemClock,
      report: surroundings().reporter.report,
      uniqueId: randomUUID,
      timeScale: Number(process.env['TIME_SCALE'] ?? 1),
    },
  };
});

/** `POST /v1/calls` */
export const handler = middy(async (event: APIGatewayProxyEventV2): Promise<Answer> => {
  const { keys, dependencies } = await ready();
  const key = await identify(event.headers['authorization'], 'calls', keys);
  return recordCall(jsonBody(event), key, dependencies);
}).use(answering(surroundings));
