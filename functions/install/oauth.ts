import { randomBytes, randomUUID } from 'node:crypto';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { keyClient } from '../../shared/aws/keys.ts';
import { Queue, queueClient } from '../../shared/aws/queue.ts';
import { secretReader } from '../../shared/aws/secrets.ts';
import { documentClient, Table } from '../../shared/aws/table.ts';
import { systemClock } from '../../shared/base/clock.ts';
import { lazy, once } from '../../shared/base/lazy.ts';
import { openLog } from '../../shared/base/log.ts';
import { openReporter } from '../../shared/base/report.ts';
import { KeptSecret } from '../../shared/base/secret.ts';
import { settings } from '../../shared/base/settings.ts';
import { type CallbackParts, callback } from '../../shared/install/callback.ts';
import { hosting, visitOf } from '../../shared/install/hosting.ts';
import { outcomePage } from '../../shared/install/outcome.ts';
import type { Reply } from '../../shared/install/reply.ts';
import { beginInstall } from '../../shared/install/round-trip.ts';
import { SlackAccess } from '../../shared/install/slack-client.ts';
import { States } from '../../shared/install/state-store.ts';
import { DirectoryEditor } from '../../shared/org/editor.ts';
import { readSlackApp } from '../../shared/slack/app.ts';
import { told } from '../../shared/slack/hand-over.ts';
import { Installations } from '../../shared/slack/installation.ts';
import { installed } from '../../shared/slack/news.ts';
import { Vault } from '../../shared/slack/vault.ts';

/** Somebody looks at an empty page meanwhile: two tries of two seconds, then they are told. */
const patience = { timeoutMs: 2_000, attempts: 2 };

/** Five calls to Slack one after another, at worst, within the thirty seconds that API Gateway waits. */
const slackTimeoutMs = 4_000;

const supportEmail = process.env['SUPPORT_EMAIL'];

const surroundings = once(() => {
  const log = openLog();
  return { log, reporter: openReporter({ log }), clock: systemClock };
});

const ready = lazy(async (): Promise<CallbackParts> => {
  const names = settings(
    process.env,
    'INSTALL_STATES_TABLE',
    'SLACK_INSTALLATIONS_TABLE',
    'ADMINS_TABLE',
    'ADMIN_USER_CLOSURE_TABLE',
    'TOKEN_KEY_ID',
    'SLACK_SECRET_ID',
    'SLACK_QUEUE_URL',
    'PUBLIC_ORIGIN',
  );
  const clock = systemClock;
  const dynamo = documentClient(patience);
  const { report } = surroundings().reporter;
  const slackQueue = new Queue(queueClient(patience), names.SLACK_QUEUE_URL);
  const admins = new Table(dynamo, names.ADMINS_TABLE);
  // Tried once: see `Closure.write`.
  const closure = new Table(documentClient({ ...patience, attempts: 1 }), names.ADMIN_USER_CLOSURE_TABLE);
  const vault = new Vault(keyClient(patience), names.TOKEN_KEY_ID, clock.now);
  return {
    clock,
    supportEmail,
    states: new States(new Table(dynamo, names.INSTALL_STATES_TABLE)),
    app: new KeptSecret(secretReader(patience)(names.SLACK_SECRET_ID), readSlackApp, clock),
    origin: names.PUBLIC_ORIGIN,
    slackUrl: process.env['SLACK_URL'] ?? 'https://slack.com',
    secretId: () => randomBytes(32).toString('base64url'),
    slack: new SlackAccess({ apiUrl: process.env['SLACK_API_URL'], timeoutMs: slackTimeoutMs }),
    installations: new Installations(new Table(dynamo, names.SLACK_INSTALLATIONS_TABLE), vault),
    directory: new DirectoryEditor({
      admins,
      closure: { read: closure, write: closure },
      tools: { clock, newId: randomUUID },
    }),
    report,
    announce: (team) =>
      slackQueue
        .send(told(installed(team, clock.now(), randomUUID())))
        .catch((error: unknown) => report(error, { where: 'slack callback: hand-over', team })),
  };
});

/** `GET /slack/install`, `GET /slack/oauth/callback` */
export const handler = middy(async (event: APIGatewayProxyEventV2): Promise<Reply> => {
  switch (event.routeKey) {
    case 'GET /slack/install':
      return beginInstall(visitOf(event), await ready());
    case 'GET /slack/oauth/callback':
      return callback(visitOf(event), await ready());
    default:
      return outcomePage({ kind: 'not-found' }, supportEmail);
  }
}).use(hosting(surroundings, supportEmail));
