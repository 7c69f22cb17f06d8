import { randomBytes } from 'node:crypto';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { keyClient } from '../../shared/aws/keys.ts';
import { secretReader } from '../../shared/aws/secrets.ts';
import { documentClient, Table } from '../../shared/aws/table.ts';
import { systemClock } from '../../shared/base/clock.ts';
import { rawBody } from '../../shared/base/http.ts';
import { lazy, once } from '../../shared/base/lazy.ts';
import { openLog } from '../../shared/base/log.ts';
import { openReporter } from '../../shared/base/report.ts';
import { KeptSecret } from '../../shared/base/secret.ts';
import { settings } from '../../shared/base/settings.ts';
import {
  type ConnectionParts,
  disconnect,
  type Sent,
  showConnected,
  showConnections,
  signOut,
} from '../../shared/install/connections.ts';
import { hosting, visitOf } from '../../shared/install/hosting.ts';
import { signingKeys } from '../../shared/install/keys-client.ts';
import { outcomePage } from '../../shared/install/outcome.ts';
import type { Reply } from '../../shared/install/reply.ts';
import { beginSignIn } from '../../shared/install/round-trip.ts';
import { type SignInParts, signIn } from '../../shared/install/sign-in.ts';
import { SlackAccess } from '../../shared/install/slack-client.ts';
import { States } from '../../shared/install/state-store.ts';
import { Directory } from '../../shared/org/directory.ts';
import { readSlackApp } from '../../shared/slack/app.ts';
import { Installations } from '../../shared/slack/installation.ts';
import { Vault } from '../../shared/slack/vault.ts';

/** Somebody looks at an empty page meanwhile: two tries of two seconds, then they are told. */
const patience = { timeoutMs: 2_000, attempts: 2 };

const slackTimeoutMs = 4_000;

/** A form of ours is a hundred bytes. */
const mostFormBytes = 4_096;

const supportEmail = process.env['SUPPORT_EMAIL'];

const surroundings = once(() => {
  const log = openLog();
  return { log, reporter: openReporter({ log }), clock: systemClock };
});

const ready = lazy(async (): Promise<SignInParts & ConnectionParts> => {
  const names = settings(
    process.env,
    'INSTALL_STATES_TABLE',
    'SLACK_INSTALLATIONS_TABLE',
    'ADMINS_TABLE',
    'TOKEN_KEY_ID',
    'SLACK_SECRET_ID',
    'PUBLIC_ORIGIN',
  );
  const clock = systemClock;
  const dynamo = documentClient(patience);
  const vault = new Vault(keyClient(patience), names.TOKEN_KEY_ID, clock.now);
  const slackUrl = process.env['SLACK_URL'] ?? 'https://slack.com';
  return {
    clock,
    supportEmail,
    slackUrl,
    // Slack's issuer is its own address: https://docs.slack.dev/authentication/sign-in-with-slack
    issuer: slackUrl,
    keys: signingKeys(`${slackUrl}/openid/connect/keys`),
    states: new States(new Table(dynamo, names.INSTALL_STATES_TABLE)),
    app: new KeptSecret(secretReader(patience)(names.SLACK_SECRET_ID), readSlackApp, clock),
    origin: names.PUBLIC_ORIGIN,
    secretId: () => randomBytes(32).toString('base64url'),
    slack: new SlackAccess({ apiUrl: process.env['SLACK_API_URL'], timeoutMs: slackTimeoutMs }),
    installations: new Installations(new Table(dynamo, names.SLACK_INSTALLATIONS_TABLE), vault),
    directory: new Directory(new Table(dynamo, names.ADMINS_TABLE)),
    report: surroundings().reporter.report,
  };
});

/** Signing in and out, `GET /connected`, `GET /connections` and its button. */
export const handler = middy(async (event: APIGatewayProxyEventV2): Promise<Reply> => {
  const parts = await ready();
  switch (event.routeKey) {
    case 'GET /slack/sign-in':
      return beginSignIn(visitOf(event), parts);
    case 'GET /slack/openid/callback':
      return signIn(visitOf(event), parts);
    case 'GET /connected':
      return showConnected(visitOf(event), parts);
    case 'GET /connections':
      return showConnections(visitOf(event), parts);
    case 'POST /connections/disconnect':
      return disconnect(sent(event), parts);
    case 'POST /sign-out':
      return signOut(sent(event), parts);
    default:
      return outcomePage({ kind: 'not-found' }, supportEmail);
  }
}).use(hosting(surroundings, supportEmail));

function sent(event: APIGatewayProxyEventV2): Sent {
  const bytes = rawBody(event);
  const form = new URLSearchParams(bytes.byteLength > mostFormBytes ? '' : Buffer.from(bytes).toString());
  return { ...visitOf(event), token: form.get('token') ?? '', from: event.headers['origin'] };
}
