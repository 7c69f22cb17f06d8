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
import { openReporter } from '../../shared/base/report.ts';
import { KeptSecret } from '../../shared/base/secret.ts';
import { settings } from '../../shared/base/settings.ts';
import { noteBounce, showInvites } from '../../shared/invites/list.ts';
import { readAsked } from '../../shared/invites/request.ts';
import { InviteStore } from '../../shared/invites/store.ts';

/** Somebody waits for the answer, and may ask again. */
const patience = { timeoutMs: 2_000, attempts: 2 };

const surroundings = once(() => {
  const log = openLog();
  return { log, reporter: openReporter({ log }), clock: systemClock };
});

const ready = lazy(async () => {
  const names = settings(process.env, 'USER_SLACK_DETAILS_TABLE', 'API_KEYS_SECRET_ID');
  return {
    keys: new KeptSecret(secretReader(patience)(names.API_KEYS_SECRET_ID), ApiKeys.parse, systemClock),
    store: new InviteStore(new Table(documentClient(patience), names.USER_SLACK_DETAILS_TABLE)),
    clock: systemClock,
  };
});

/** `/v1/invites`: who stands where on the way into the workspace, and which invitations came back. */
export const handler = middy(async (event: APIGatewayProxyEventV2): Promise<Answer> => {
  const parts = await ready();
  const key = await identify(event.headers['authorization'], 'invites', parts.keys);
  switch (event.routeKey) {
    case 'GET /v1/invites':
      return showInvites(readAsked(event.queryStringParameters ?? {}), key, parts);
    case 'POST /v1/invites/bounces':
      return noteBounce(jsonBody(event), key, parts);
    default:
      throw new Refuse(404, 'There is nothing at this address.');
  }
}).use(answering(surroundings));
