import { randomUUID } from 'node:crypto';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { secretReader } from '../../shared/aws/secrets.ts';
import { documentClient, type Patience, Table } from '../../shared/aws/table.ts';
import { type Answer, answering } from '../../shared/base/answer.ts';
import { ApiKeys, identify } from '../../shared/base/api-key.ts';
import { systemClock } from '../../shared/base/clock.ts';
import { Refuse } from '../../shared/base/errors.ts';
import { jsonBody } from '../../shared/base/http.ts';
import { lazy, once } from '../../shared/base/lazy.ts';
import { openLog } from '../../shared/base/log.ts';
import { openReporter } from '../../shared/base/report.ts';
import { KeptSecret } from '../../shared/base/secret.ts';
import { settings } from '../../shared/base/settings.ts';
import { putAdmin, removeAdmin, showAdmin } from '../../shared/org/admins.ts';
import { DirectoryEditor } from '../../shared/org/editor.ts';

/** A system of the company waits for the answer, and may send the same again. */
const patience = { timeoutMs: 2_000, attempts: 2 };

const surroundings = once(() => {
  const log = openLog();
  return { log, reporter: openReporter({ log }), clock: systemClock };
});

const ready = lazy(async () => {
  const names = settings(process.env, 'ADMINS_TABLE', 'ADMIN_USER_CLOSURE_TABLE', 'API_KEYS_SECRET_ID');
  const admins = new Table(documentClient(patience), names.ADMINS_TABLE);
  const tableOf = (how: Patience) => new Table(documentClient(how), names.ADMIN_USER_CLOSURE_TABLE);
  return {
    keys: new KeptSecret(secretReader(patience)(names.API_KEYS_SECRET_ID), ApiKeys.parse, systemClock),
    directory: new DirectoryEditor({
      admins,
      closure: { read: tableOf(patience), write: tableOf({ ...patience, attempts: 1 }) },
      tools: { clock: systemClock, newId: randomUUID },
    }),
  };
});

/** `PUT`, `GET` and `DELETE /v1/admins/{id}` */
export const handler = middy(async (event: APIGatewayProxyEventV2): Promise<Answer> => {
  const { keys, directory } = await ready();
  const key = await identify(event.headers['authorization'], 'org', keys);
  const id = event.pathParameters?.['id'];
  switch (event.routeKey) {
    case 'PUT /v1/admins/{id}':
      return putAdmin(id, jsonBody(event), key, directory);
    case 'GET /v1/admins/{id}':
      return showAdmin(id, key, directory);
    case 'DELETE /v1/admins/{id}':
      return removeAdmin(id, key, directory);
    default:
      throw new Refuse(404, 'There is nothing at this address.');
  }
}).use(answering(surroundings));
