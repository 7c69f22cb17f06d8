import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ACCOUNT, type Clients, clientsFor, type Endpoints, environmentFor, REGION } from './aws-clients.ts';
import { startAwsJson } from './aws-json.ts';
import { FunctionHost } from './function-host.ts';
import { startGateway } from './gateway.ts';
import { kmsOperations } from './kms.ts';
import { startLambdaApi } from './lambda-api.ts';
import { type FunctionPlan, type Plan, planFrom } from './plan.ts';
import { startPoller } from './poller.ts';
import { createQueues } from './queues.ts';
import { Secrets } from './secrets.ts';
import { type Stores, StoresUnusable, startStores } from './stores.ts';
import { createTables } from './tables.ts';
import type { Stack } from './template.ts';
import { startTimers } from './timers.ts';

export type ServeOptions = {
  /** The templates to serve; awaited while the stores start. */
  readonly stacks: Promise<readonly Stack[]>;
  /** The repository: functions' sources are relative to it. */
  readonly root: string;
  /** Of the HTTP API; 0 is any free one. */
  readonly port: number;
  /** Visibility and frequent schedules here, and what functions scale by themselves; 1 is live. */
  readonly timeScale: number;
  /** Where tables, queues and secrets are kept from one run to the next; undefined: in memory. */
  readonly folder: string | undefined;
  /** Another DynamoDB or SQS instead of the embedded ones. */
  readonly dynamodbUrl?: string | undefined;
  readonly sqsUrl?: string | undefined;
  /** What the keys of KMS are derived from: the same bytes read what an earlier run encrypted. */
  readonly master: Buffer;
  /** Environment of every function besides what its template and the runner give. */
  readonly environment: Readonly<Record<string, string>>;
  /** Hosts outside this machine that functions may connect to. */
  readonly allowedHosts: readonly string[];
  /** The most threads of one function. */
  readonly maxThreads: number;
  /** Puts in place what functions need before the first of them runs. */
  readonly prepare?: (prepared: Prepared) => Promise<void>;
  /** A sentence for the person at the keyboard. */
  readonly say: (sentence: string) => void;
  /** A line that a function wrote. */
  readonly log: (functionId: string, line: string) => void;
  /** A part ended by itself: nothing more can be served. */
  readonly lost: (sentence: string) => void;
};

/** What is there before the first function runs. */
export type Prepared = {
  readonly plan: Plan;
  readonly clients: Clients;
  readonly documents: DynamoDBDocumentClient;
  readonly secrets: Secrets;
};

/** A served plan. */
export type Served = Prepared & {
  /** `http://127.0.0.1:PORT` */
  readonly api: string;
  readonly endpoints: Endpoints;
  /** Where tools call functions by their names. */
  readonly lambdaUrl: string;
  /** What each store is, for people. */
  readonly told: Stores['told'];
  /** Calls a function as its schedule would. */
  invoke(functionId: string, event: unknown): Promise<unknown>;
  /** Ends every thread of a function where it is. */
  kill(functionId: string): Promise<void>;
  stop(): Promise<void>;
};

/** Serves templates on this machine: routes, queue mappings, schedules, tables, queues, keys and secrets. */
export async function serve(options: ServeOptions): Promise<Served> {
  const { timeScale, say } = options;
  // What has been started is stopped in the opposite order, also when a later part cannot start.
  await using started = new AsyncDisposableStack();
  const owned = <T extends { stop(): unknown }>(part: T): T => {
    started.defer(async () => {
      await part.stop();
    });
    return part;
  };

  const [stores, stacks] = await Promise.all([
    startStores({
      folder: options.folder,
      dynamodbUrl: options.dynamodbUrl,
      sqsUrl: options.sqsUrl,
      lost: options.lost,
    }).then(owned),
    options.stacks,
  ]);
  const gateway = owned(await startGateway(options.port, 'PORT'));
  const plan = planFrom(stacks, {
    account: ACCOUNT,
    region: REGION,
    queueOrigin: stores.sqsUrl,
    apiOrigin: gateway.origin,
  });

  const secrets = new Secrets(
    plan.secrets,
    options.folder === undefined ? undefined : `${options.folder}/secrets.json`,
  );
  const aws = owned(await startAwsJson({ ...kmsOperations(plan.keys, options.master), ...secrets.operations() }));
  const endpoints: Endpoints = {
    dynamodbUrl: stores.dynamodbUrl,
    sqsUrl: stores.sqsUrl,
    kmsUrl: aws.origin,
    secretsUrl: aws.origin,
  };
  const clients = clientsFor(endpoints);
  started.defer(() => clients.destroy());
  await Promise.all([
    createTables(clients.dynamodb, plan.tables).catch(unanswered('AWS_ENDPOINT_URL_DYNAMODB', stores.dynamodbUrl)),
    createQueues(clients.sqs, plan.queues, timeScale).catch(unanswered('AWS_ENDPOINT_URL_SQS', stores.sqsUrl)),
  ]);

  const prepared: Prepared = { plan, clients, documents: DynamoDBDocumentClient.from(clients.dynamodb), secrets };
  await options.prepare?.(prepared);

  const host = owned(
    new FunctionHost(plan.functions, {
      root: options.root,
      environment: (one) => environmentOf(one, endpoints, options),
      maxThreads: options.maxThreads,
      allowedHosts: options.allowedHosts,
      log: options.log,
    }),
  );
  const invoke = async (functionId: string, event: unknown): Promise<unknown> => {
    try {
      return await host.invoke(functionId, event);
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
      throw error;
    }
  };

  for (const mapping of plan.mappings) {
    const queue = plan.queues.find(({ id }) => id === mapping.queue);
    if (queue === undefined) continue;
    const concurrency = Math.min(mapping.maxConcurrency ?? options.maxThreads, options.maxThreads);
    owned(startPoller({ sqs: clients.sqs, mapping, queue, invoke, timeScale, concurrency, said: say }));
  }
  owned(startTimers(plan.schedules, timeScale, invoke));
  gateway.serve(plan.routes, invoke);
  const lambda = owned(
    await startLambdaApi(
      plan.functions.map(({ id }) => id),
      invoke,
    ),
  );

  const running = started.move();
  return {
    ...prepared,
    api: gateway.origin,
    endpoints,
    lambdaUrl: lambda.origin,
    told: stores.told,
    invoke,
    kill: (functionId) => host.kill(functionId),
    stop: () => running.disposeAsync(),
  };
}

/** Says which of the stores that somebody named does not answer. */
function unanswered(setting: string, url: string): (error: unknown) => never {
  return (error) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ECONNREFUSED' && code !== 'ENOTFOUND' && code !== 'ETIMEDOUT') throw error;
    throw new StoresUnusable(`${url} does not answer (${code}). Start what ${setting} names, or unset it.`);
  };
}

/** What Lambda's runtime gives a function, pointed at this machine. Nothing is taken from the environment of the runner. */
function environmentOf(
  { name, memoryMb }: FunctionPlan,
  endpoints: Endpoints,
  { environment, timeScale }: ServeOptions,
): Record<string, string> {
  return {
    ...environmentFor(endpoints),
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    TZ: 'UTC',
    LANG: 'en_US.UTF-8',
    TIME_SCALE: String(timeScale),
    ...environment,
  };
}
