import { randomUUID } from 'node:crypto';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { Queue, queueClient } from '../../shared/aws/queue.ts';
import { secretReader } from '../../shared/aws/secrets.ts';
import { documentClient, type Patience, Table } from '../../shared/aws/table.ts';
import { type Answer, answering } from '../../shared/base/answer.ts';
import { ApiKeys, identify } from '../../shared/base/api-key.ts';
import { systemClock } from '../../shared/base/clock.ts';
import { Refuse } from '../../shared/base/errors.ts';
import { isOfType, jsonBody, textBody } from '../../shared/base/http.ts';
import { lazy, once } from '../../shared/base/lazy.ts';
import { openLog } from '../../shared/base/log.ts';
import { openReporter } from '../../shared/base/report.ts';
import { KeptSecret } from '../../shared/base/secret.ts';
import { settings } from '../../shared/base/settings.ts';
import { putAdmin, removeAdmin, showAdmin, showChain, showTeam } from '../../shared/org/admins.ts';
import { Closure } from '../../shared/org/closure-store.ts';
import { DirectoryEditor } from '../../shared/org/editor.ts';
import { Hierarchy } from '../../shared/org/hierarchy.ts';
import { Imports } from '../../shared/org/import-store.ts';
import { checkAdmins, putAdmins, readRoots, type Sent, showImport } from '../../shared/org/imports.ts';
import { message } from '../../shared/org/turn.ts';

/** A system of the company waits for the answer, and may send the same again. */
const patience = { timeoutMs: 2_000, attempts: 2 };

/** How long (ms) a change is carried out before the answer; the rest of it is handed over. Longer than one is held (5 s). */
const changesForMs = 7_000;

/**
 * The largest snapshot, in bytes: some thirty thousand people. Lambda takes six megabytes, in which a body that is not JSON
 * grows by a third. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const maxSnapshotBytes = 4 * 1024 * 1024;

const surroundings = once(() => {
  const log = openLog();
  return { log, reporter: openReporter({ log }), clock: systemClock };
});

const ready = lazy(async () => {
  const names = settings(
    process.env,
    'ADMINS_TABLE',
    'ADMIN_USER_CLOSURE_TABLE',
    'ORG_QUEUE_URL',
    'API_KEYS_SECRET_ID',
  );
  const [clock, newId] = [systemClock, randomUUID];
  const queue = new Queue(queueClient(patience), names.ORG_QUEUE_URL);
  const admins = new Table(documentClient(patience), names.ADMINS_TABLE);
  const rows = (how: Patience) => new Table(documentClient(how), names.ADMIN_USER_CLOSURE_TABLE);
  // A batch is tried once: see `Closure.write`.
  const closure = { read: rows(patience), write: rows({ ...patience, attempts: 1 }) };
  return {
    keys: new KeptSecret(secretReader(patience)(names.API_KEYS_SECRET_ID), ApiKeys.parse, systemClock),
    directory: new DirectoryEditor({
      admins,
      closure,
      tools: { clock, newId, handOver: (team) => queue.send(message(team, {}, newId())) },
    }),
    hierarchy: new Hierarchy(admins, new Closure(closure)),
    imports: new Imports(admins),
    queue,
    clock,
    newId,
  };
});

/** `/v1/admins`: everybody at once, and each one. */
export const handler = middy(async (event: APIGatewayProxyEventV2): Promise<Answer> => {
  const parts = await ready();
  const { keys, directory, hierarchy, clock } = parts;
  const key = await identify(event.headers['authorization'], 'org', keys);
  const { id, import: importId } = event.pathParameters ?? {};
  const until = clock.now() + changesForMs;
  switch (event.routeKey) {
    case 'PUT /v1/admins':
      return putAdmins(snapshotIn(event), rootsIn(event), key, parts);
    case 'POST /v1/admins/check':
      return checkAdmins(snapshotIn(event), rootsIn(event), key, directory);
    case 'GET /v1/admins/imports/{import}':
      return showImport(importId, key, parts);
    case 'PUT /v1/admins/{id}':
      return putAdmin(id, jsonBody(event), key, directory, until);
    case 'GET /v1/admins/{id}':
      return showAdmin(id, key, directory);
    case 'DELETE /v1/admins/{id}':
      return removeAdmin(id, key, directory, until);
    case 'GET /v1/admins/{id}/chain':
      return showChain(id, key, hierarchy);
    case 'GET /v1/admins/{id}/team':
      return showTeam(id, key, hierarchy);
    default:
      throw new Refuse(404, 'There is nothing at this address.');
  }
}).use(answering(surroundings));

function snapshotIn(event: APIGatewayProxyEventV2): Sent {
  if (isOfType(event, 'text/csv')) return { csv: textBody(event, maxSnapshotBytes) };
  if (isOfType(event, 'application/json')) return { json: jsonBody(event, maxSnapshotBytes) };
  throw new Refuse(415, 'Send everybody as JSON or CSV: the header "Content-Type" says application/json or text/csv.');
}

function rootsIn({ queryStringParameters }: APIGatewayProxyEventV2) {
  return readRoots(queryStringParameters?.['roots']);
}
