import { join } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type Conditions, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { ApplicationLogLevel, Architecture, LoggingFormat, Runtime, SystemLogLevel } from 'aws-cdk-lib/aws-lambda';
import { type BundlingOptions, LogLevel, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { AlarmChoice, Alarms } from './alarms.ts';
import { LOADED_LATER } from './loaded-later.ts';
import { named } from './named.ts';
import type { RoomTable } from './room-table.ts';
import type { Settings } from './settings.ts';

/** The folder that `entry` is relative to. */
export const REPOSITORY = join(import.meta.dirname, '..', '..');

/** Where a function's template entry names its source, relative to the repository: `functions/payments/ingress.ts`. */
const ENTRY_METADATA = 'war-room:entry';

/** Where a function's template entry names the export of that source which is called. */
const HANDLER_METADATA = 'war-room:handler';

/** Where a stage's own counts are found in CloudWatch, those of a function with its name as `service`. */
export function metricsNamespace({ stage }: Pick<Settings, 'stage'>): string {
  return `WarRoom/${stage}`;
}

/** What every part of the hub is handed: what the stage is called, and where its alarms go. */
export interface Surroundings {
  readonly settings: Settings;
  readonly alarms: Alarms;
}

/** What differs from one function to the next. */
export interface HubFunctionProps extends Surroundings {
  /** The source file, relative to the repository. It exports `handler`. */
  readonly entry: string;
  readonly description: string;
  /** MB; also what the share of CPU follows. */
  readonly memorySize: number;
  readonly timeout: Duration;
  /**
   * MB for each half of the space in which V8 makes objects; its own choice (16 and more) where nothing is said. Less keeps a
   * function small that reads much and holds little. https://nodejs.org/api/cli.html#--max-semi-space-sizesize-in-mib
   */
  readonly semiSpaceMb?: number;
  /** Said when the function throws or times out. */
  readonly errors: AlarmChoice;
}

type TableAction = 'GetItem' | 'BatchGetItem' | 'Query' | 'PutItem' | 'BatchWriteItem' | 'UpdateItem' | 'DeleteItem';
type QueueAction = 'SendMessage' | 'ChangeMessageVisibility' | 'GetQueueAttributes';
type KeyAction = 'Encrypt' | 'Decrypt';

/**
 * How every function is bundled. CommonJS: the same code loads in 0.7 to 0.9 of the time that it takes as an ES module
 * (`docs/figures.md`). `mainFields`: the module build of each package shakes down to two thirds (AWS SDK: 591 to 382 KB). The
 * SDK is bundled, so that what was tested is what runs, whatever the runtime ships. What only some calls need lies beside
 * the bundle (`loaded-later.ts`).
 */
export const bundling = {
  format: OutputFormat.CJS,
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  sourceMap: true,
  sourcesContent: false,
  bundleAwsSDK: true,
  externalModules: [...LOADED_LATER],
  commandHooks: {
    beforeBundling: () => [],
    beforeInstall: () => [],
    afterBundling: (_, folder) => [
      `"${process.execPath}" "${join(import.meta.dirname, 'loaded-later.ts')}" "${join(folder, 'index.js')}"`,
    ],
  },
  logLevel: LogLevel.WARNING,
} as const satisfies BundlingOptions;

/**
 * A function of War Room: Node 24 on arm64, bundled from one entry file, with a log group and a role of its own. It may do
 * nothing but write its log; each `may...` binds one permission and the environment name under which the code finds the
 * thing, so that neither is forgotten.
 */
export class HubFunction extends Construct {
  /** The function itself, for what takes one: routes, schedules, mappings. */
  readonly lambda: NodejsFunction;
  readonly timeout: Duration;
  readonly memorySize: number;
  readonly logGroupName: string;
  /** The namespace of what it counts. */
  readonly metrics: string;
  readonly #role: Role;
  readonly #environment = new Map<string, string>();

  constructor(scope: Construct, id: string, props: HubFunctionProps) {
    super(scope, id);
    const { settings, alarms, entry, description, memorySize, timeout, semiSpaceMb, errors } = props;
    this.timeout = timeout;
    this.memorySize = memorySize;
    this.logGroupName = `/war-room/${settings.stage}/${id}`;
    this.metrics = metricsNamespace(settings);

    const logGroup = new LogGroup(this, 'Log', {
      logGroupName: this.logGroupName,
      retention: settings.logRetentionDays,
      // What happened to a payment is in the tables, which are kept; a log left behind would refuse the stack's return.
      removalPolicy: RemovalPolicy.DESTROY,
    });

    // Not AWSLambdaBasicExecutionRole: it may create and write any log group of the account. The group's ARN ends in `:*`,
    // which means its streams.
    this.#role = new Role(this, 'Role', {
      description: `What ${id} of War Room (${settings.stage}) may do`,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    this.#allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]);

    this.lambda = new NodejsFunction(this, 'Function', {
      description,
      entry: join(REPOSITORY, entry),
      handler: 'index.handler',
      projectRoot: REPOSITORY,
      depsLockFilePath: join(REPOSITORY, 'package-lock.json'),
      bundling,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize,
      timeout,
      role: this.#role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      systemLogLevelV2: SystemLogLevel.INFO,
    });
    const resource = named(this.lambda, id);
    resource.addMetadata(ENTRY_METADATA, entry);
    resource.addMetadata(HANDLER_METADATA, 'handler');

    const young = semiSpaceMb === undefined ? '' : ` --max-semi-space-size=${semiSpaceMb}`;
    this.#tell('NODE_OPTIONS', `--enable-source-maps${young}`);
    this.#tell('STAGE', settings.stage);
    this.#tell('VERSION', settings.version);
    this.#tell('POWERTOOLS_SERVICE_NAME', id);
    this.#tell('METRICS_NAMESPACE', this.metrics);
    if (settings.sentryDsn !== undefined) this.#tell('SENTRY_DSN', settings.sentryDsn);

    if ('impact' in errors) {
      alarms.ring(this, 'Errors', {
        what: `${id} fails`,
        metric: this.lambda.metricErrors({ period: Duration.minutes(5) }),
        atLeast: 1,
        ...errors,
      });
    }
  }

  /** May do exactly `actions` on the items of `table`, and finds its name in `name`. */
  mayUseTable(table: RoomTable, name: string, actions: readonly [TableAction, ...TableAction[]]): this {
    return this.#bind(name, table.tableName, 'dynamodb', actions, table.tableArn);
  }

  /** May query one index of `table`, and finds the table's name in `name`. The table itself stays closed. */
  mayQueryIndex(table: RoomTable, index: string, name: string): this {
    return this.#bind(name, table.tableName, 'dynamodb', ['Query'], `${table.tableArn}/index/${index}`);
  }

  /** May do exactly `actions` on `queue`, and finds its URL in `name`. */
  mayUseQueue(queue: IQueue, name: string, actions: readonly [QueueAction, ...QueueAction[]]): this {
    return this.#bind(name, queue.queueUrl, 'sqs', actions, queue.queueArn);
  }

  /** May read the value of `secret`, and finds its id in `name`. */
  mayReadSecret(secret: Secret, name: string): this {
    return this.#bind(name, secret.secretArn, 'secretsmanager', ['GetSecretValue'], secret.secretArn);
  }

  /**
   * May do exactly `actions` with `key`, and finds its ARN in `name`. Only with an encryption context that says each of
   * `context`: what was encrypted for one owner cannot be passed off as another's.
   * `only`: what the context has to say of a field, where not everything is allowed.
   * https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-encryption-context
   */
  mayUseKey(
    key: IKey,
    name: string,
    actions: readonly [KeyAction, ...KeyAction[]],
    context: readonly [string, ...string[]],
    only: Readonly<Record<string, string>> = {},
  ): this {
    const field = (of: string) => `kms:EncryptionContext:${of}`;
    const said = Object.fromEntries(context.map((of) => [field(of), 'false']));
    const limited = Object.fromEntries(Object.entries(only).map(([of, value]) => [field(of), value]));
    return this.#bind(name, key.keyArn, 'kms', actions, key.keyArn, {
      Null: said,
      ...(Object.keys(only).length > 0 && { StringEquals: limited }),
    });
  }

  /** Finds a setting of the stage in `name`: no permission comes with it. */
  isTold(name: string, value: string): this {
    this.#tell(name, value);
    return this;
  }

  /** May receive from `queue` and delete what it has worked. The mapping hands the messages over: no name is needed. */
  mayConsume(queue: IQueue): this {
    this.#allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], [queue.queueArn]);
    return this;
  }

  #bind(
    name: string,
    value: string,
    service: string,
    actions: readonly string[],
    resource: string,
    conditions: Conditions = {},
  ): this {
    this.#tell(name, value);
    this.#allow(
      actions.map((action) => `${service}:${action}`),
      [resource],
      conditions,
    );
    return this;
  }

  #allow(actions: string[], resources: string[], conditions: Conditions = {}): void {
    this.#role.addToPolicy(new PolicyStatement({ actions, resources, conditions }));
  }

  #tell(name: string, value: string): void {
    const before = this.#environment.get(name);
    if (before !== undefined && before !== value) throw new Error(`${this.node.path}: ${name} cannot name two things.`);
    this.#environment.set(name, value);
    this.lambda.addEnvironment(name, value);
  }
}
