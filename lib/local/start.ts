import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { environmentFor } from './aws-clients.ts';
import type { LocalFacts } from './facts.ts';
import { holdFolder } from './kept-folder.ts';
import { type RazorpayApi, startRazorpayApi } from './razorpay-api.ts';
import { identityIn, keepIdentity, RAZORPAY_ACCOUNT, seedCompany } from './seed.ts';
import { type Served, serve } from './serve.ts';
import { type ChosenSlack, chooseSlack } from './slack-choice.ts';
import type { RequestUrls } from './slack-front/app-settings.ts';
import { synthesizedStacks } from './synth.ts';
import type { Stack } from './template.ts';

/** What somebody put in the place of an embedded part. */
export type Others = {
  readonly slackApiUrl?: string | undefined;
  readonly slackBotToken?: string | undefined;
  readonly slackSigningSecret?: string | undefined;
  readonly dynamodbUrl?: string | undefined;
  readonly sqsUrl?: string | undefined;
};

export type StackOptions = {
  /** The repository. */
  readonly root: string;
  /** What the runner keeps its things in. */
  readonly folder: string;
  /** 0 is any free port. */
  readonly port: number;
  readonly slackPort: number;
  /** Keeps tables, queues and secrets from one run to the next. */
  readonly keep: boolean;
  readonly timeScale: number;
  readonly others: Others;
  /** Whether a Slack that runs by itself (`npm run slack`) is used. */
  readonly lookForRunningSlack: boolean;
  /** More environment for every function. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The templates, where they are at hand already; else the app is synthesized. */
  readonly stacks?: readonly Stack[];
  readonly say: (sentence: string) => void;
  readonly log: (functionId: string, line: string) => void;
  readonly lost: (sentence: string) => void;
};

/** The whole product on this machine. */
export type LocalStack = {
  /** What `.war-room/local.json` holds. */
  readonly facts: LocalFacts;
  readonly served: Served;
  readonly slack: ChosenSlack;
  readonly razorpay: RazorpayApi;
  /** False when what an earlier run seeded was found. */
  readonly seeded: boolean;
  stop(): Promise<void>;
};

/** More threads of one function than this only wait for each other. */
const MOST_THREADS = 4;

/** The hosts of what somebody put in the place of an embedded part: the only ones outside this machine that are spoken to. */
export function hostsOf({ slackApiUrl, dynamodbUrl, sqsUrl }: Others): readonly string[] {
  return [slackApiUrl, dynamodbUrl, sqsUrl].flatMap((url) => (url === undefined ? [] : [new URL(url).hostname]));
}

/** Where Slack sends events, commands and presses: to those of their routes that the template has. */
function requestUrls({ api, plan }: Served): RequestUrls {
  const routeOf = (path: string, method = 'POST') =>
    plan.routes.some(({ key }) => key === `${method} ${path}`) ? api + path : undefined;
  return {
    install: routeOf('/slack/install', 'GET'),
    events: routeOf('/slack/events'),
    commands: routeOf('/slack/commands'),
    interactivity: routeOf('/slack/interactivity'),
  };
}

/** Starts everything: Slack, Razorpay's stand-in, the served template, the seeded company. */
export async function startStack(options: StackOptions): Promise<LocalStack> {
  const { root, others } = options;
  const kept = options.keep ? join(options.folder, 'kept') : undefined;
  await using started = new AsyncDisposableStack();
  if (kept !== undefined) started.defer(holdFolder(kept));
  const identity = identityIn(kept);
  const owned = <T extends { stop(): Promise<void> }>(part: T): T => {
    started.defer(() => part.stop());
    return part;
  };

  // The longest of all, so it is begun first; should another part fail, nobody waits for it.
  const stacks = options.stacks === undefined ? synthesizedStacks() : Promise.resolve(options.stacks);
  stacks.catch(() => undefined);
  const slack = owned(
    await chooseSlack({
      folder: options.folder,
      port: options.slackPort,
      apiUrl: others.slackApiUrl,
      botToken: others.slackBotToken,
      signingSecret: others.slackSigningSecret,
      lookForRunning: options.lookForRunningSlack,
    }),
  );
  const razorpay = owned(
    await startRazorpayApi({
      keyId: identity.razorpayKeyId,
      keySecret: identity.razorpayKeySecret,
      now: Date.now,
      random: Math.random,
    }),
  );
  const seeded = identity.seededFor !== slack.botToken;
  const served = owned(
    await serve({
      stacks,
      root,
      port: options.port,
      timeScale: options.timeScale,
      folder: kept,
      dynamodbUrl: others.dynamodbUrl,
      sqsUrl: others.sqsUrl,
      master: Buffer.from(identity.master, 'base64'),
      environment: {
        SLACK_API_URL: `${slack.url}/api/`,
        SLACK_URL: slack.url,
        // This Slack takes as many messages a second as it is sent.
        SLACK_POST_INTERVAL_MS: '0',
        RAZORPAY_API_URL: razorpay.origin,
        ...options.environment,
      },
      allowedHosts: hostsOf(others),
      maxThreads: Math.max(2, Math.min(MOST_THREADS, availableParallelism())),
      prepare: async (prepared) => {
        if (!seeded) return;
        await seedCompany(prepared, slack, identity, Date.now());
        if (kept !== undefined) keepIdentity(kept, identity, slack);
      },
      say: options.say,
      log: options.log,
      lost: options.lost,
    }),
  );
  const webhookUrl = `${served.api}/webhooks/razorpay/${RAZORPAY_ACCOUNT}`;
  razorpay.registerWebhook(webhookUrl);
  await slack.registerRedirectUri(`${served.api}/slack`);
  await slack.sendTo({ ...requestUrls(served), timeScale: options.timeScale });

  const running = started.move();
  return {
    facts: {
      pid: process.pid,
      api: served.api,
      slack: {
        url: slack.url,
        botToken: slack.botToken,
        teamId: slack.teamId,
        signingSecret: slack.signingSecret,
      },
      razorpay: {
        account: RAZORPAY_ACCOUNT,
        webhookUrl,
        webhookSecret: identity.webhookSecret,
        apiUrl: razorpay.origin,
      },
      apiKey: identity.apiKey,
      dynamodbUrl: served.endpoints.dynamodbUrl,
      sqsUrl: served.endpoints.sqsUrl,
      aws: awsFacts(served),
      channels: slack.channels,
      timeScale: options.timeScale,
    },
    served,
    slack,
    razorpay,
    seeded,
    stop: () => running.disposeAsync(),
  };
}

/** What of AWS is served here, as its own tools would list it. */
function awsFacts({ endpoints, lambdaUrl, plan }: Served): LocalFacts['aws'] {
  const { tables, queues, keys, secrets } = plan;
  const resource = (ResourceType: string) => (LogicalResourceId: string, PhysicalResourceId: string) => ({
    LogicalResourceId,
    PhysicalResourceId,
    ResourceType,
  });
  return {
    environment: { ...environmentFor(endpoints), AWS_ENDPOINT_URL_LAMBDA: lambdaUrl },
    resources: [
      ...tables.map(({ id, name }) => resource('AWS::DynamoDB::GlobalTable')(id, name)),
      ...queues.map(({ id, url }) => resource('AWS::SQS::Queue')(id, url)),
      ...keys.map(({ id, arn }) => resource('AWS::KMS::Key')(id, arn)),
      ...secrets.map(({ id, name }) => resource('AWS::SecretsManager::Secret')(id, name)),
    ],
  };
}
