/**
 * From the synthesized templates to what the local runner serves: one plain value. Pure; what cannot be served is in it
 * too, each with the reason, so that nothing is left out silently.
 */
import { nameOf, type Place, type Properties, Resolver, type Resource, type Stack, Unresolvable } from './template.ts';

export type FunctionPlan = {
  /** Logical id. */
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  /** Source file, relative to the repository's root. */
  readonly entry: string;
  /** The name under which `entry` exports the handler. */
  readonly handler: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /** The most invocations at a time that the template allows. */
  readonly reserved?: number;
};

export type RoutePlan = {
  /** As API Gateway calls it: `POST /v1/payments`, `ANY /{proxy+}`, `$default`. */
  readonly key: string;
  readonly target:
    | { readonly kind: 'function'; readonly function: string; readonly timeoutMs: number }
    | { readonly kind: 'unserved'; readonly why: string };
};

export type QueuePlan = {
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  readonly url: string;
  readonly visibilitySeconds: number;
  /** Attributes as SQS's CreateQueue wants them, without the visibility timeout. */
  readonly attributes: Readonly<Record<string, string>>;
};

export type MappingPlan = {
  /** Logical id of the function. */
  readonly function: string;
  /** Logical id of the queue. */
  readonly queue: string;
  readonly batchSize: number;
  readonly partialFailures: boolean;
  readonly maxConcurrency?: number;
};

export type Attribute = { readonly name: string; readonly type: 'S' | 'N' | 'B' };

type IndexPlan = {
  readonly name: string;
  readonly partition: Attribute;
  readonly sort?: Attribute;
  readonly projection: { readonly type: 'ALL' | 'KEYS_ONLY' | 'INCLUDE'; readonly attributes: readonly string[] };
};

export type TablePlan = {
  readonly id: string;
  readonly name: string;
  readonly partition: Attribute;
  readonly sort?: Attribute;
  readonly indexes: readonly IndexPlan[];
  /** The attribute with the time of expiry in epoch seconds. */
  readonly expires?: string;
};

export type SecretPlan = { readonly id: string; readonly name: string; readonly arn: string; readonly initial: string };

export type KeyPlan = {
  readonly id: string;
  readonly keyId: string;
  readonly arn: string;
  readonly aliases: readonly string[];
};

export type SchedulePlan = {
  readonly id: string;
  readonly name: string;
  /** `rate(…)`, `cron(…)` or `at(…)`. */
  readonly expression: string;
  /** IANA name. */
  readonly zone: string;
  readonly function: string;
  /** What the function is given: EventBridge Scheduler's input, or undefined for a rule's scheduled event. */
  readonly input?: string;
};

type Unserved = { readonly what: string; readonly why: string };

export type Plan = {
  readonly functions: readonly FunctionPlan[];
  readonly routes: readonly RoutePlan[];
  readonly queues: readonly QueuePlan[];
  readonly mappings: readonly MappingPlan[];
  readonly tables: readonly TablePlan[];
  readonly secrets: readonly SecretPlan[];
  readonly keys: readonly KeyPlan[];
  readonly schedules: readonly SchedulePlan[];
  readonly unserved: readonly Unserved[];
};

/** Part of another resource's plan, or without a meaning on one machine: not worth a line at the start. */
const SILENT = [
  /^AWS::IAM::/,
  /^AWS::Logs::/,
  /^AWS::CDK::Metadata$/,
  /^AWS::Lambda::(Permission|EventInvokeConfig)$/,
  /^AWS::ApiGatewayV2::(Api|Stage|Integration)$/,
  /^AWS::SQS::QueuePolicy$/,
  /^AWS::SNS::(TopicPolicy|Subscription)$/,
  /^AWS::SecretsManager::ResourcePolicy$/,
  /^AWS::Scheduler::ScheduleGroup$/,
  /^AWS::KMS::Alias$/,
];

/** One line at the start for all of a kind. */
const TOGETHER: Readonly<Record<string, Unserved>> = {
  'AWS::CloudWatch::Alarm': { what: 'alarms', why: 'nothing measures here; `cdk synth` shows them' },
  'AWS::CloudWatch::Dashboard': { what: 'dashboards', why: 'nothing measures here' },
  'AWS::SNS::Topic': { what: 'notification topics', why: 'only alarms use them' },
};

/** API Gateway's longest integration timeout. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const INTEGRATION_TIMEOUT_MS = 30_000;

type Located = { readonly stack: string; readonly id: string; readonly resource: Resource };

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const record = (value: unknown): Properties =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Properties) : {};
const number = (value: unknown, otherwise: number): number => (value === undefined ? otherwise : Number(value));

/** Reads `stacks` as they would be deployed to `place`. */
export function planFrom(stacks: readonly Stack[], place: Place): Plan {
  return new Reading(stacks, place).plan();
}

class Reading {
  readonly #resolver: Resolver;
  readonly #resources: readonly Located[];
  readonly #unserved: Unserved[] = [];

  constructor(stacks: readonly Stack[], place: Place) {
    this.#resolver = new Resolver(stacks, place);
    this.#resources = stacks.flatMap(({ name, template }) =>
      Object.entries(template.Resources ?? {}).map(([id, resource]) => ({ stack: name, id, resource })),
    );
  }

  plan(): Plan {
    const functions = this.#each(['AWS::Lambda::Function'], (at) => this.#function(at));
    const queues = this.#each(['AWS::SQS::Queue'], (at) => this.#queue(at));
    const plan: Plan = {
      functions,
      routes: this.#each(['AWS::ApiGatewayV2::Route'], (at) => this.#route(at, functions)),
      queues,
      mappings: this.#each(['AWS::Lambda::EventSourceMapping'], (at) => this.#mapping(at, functions, queues)),
      tables: this.#each(['AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::Table'], (at) => this.#table(at)),
      secrets: this.#each(['AWS::SecretsManager::Secret'], (at) => this.#secret(at)),
      keys: this.#each(['AWS::KMS::Key'], (at) => this.#key(at)),
      schedules: this.#each(['AWS::Scheduler::Schedule', 'AWS::Events::Rule'], (at) => this.#schedule(at, functions)),
      unserved: this.#unserved,
    };
    this.#nameTheRest();
    return plan;
  }

  /** The plans of every resource of the types; one that cannot be resolved becomes `unserved`, and the rest goes on. */
  #each<T>(types: readonly string[], read: (at: Located) => T | undefined): T[] {
    return this.#resources
      .filter(({ resource }) => types.includes(resource.Type))
      .flatMap((at) => {
        try {
          const plan = read(at);
          return plan === undefined ? [] : [plan];
        } catch (error) {
          if (!(error instanceof Unresolvable)) throw error;
          this.#leaveOut(at.id, error.message);
          return [];
        }
      });
  }

  #leaveOut(what: string, why: string): undefined {
    this.#unserved.push({ what, why });
    return undefined;
  }

  #properties({ stack, resource }: Located): Properties {
    return record(this.#resolver.resolve(stack, resource.Properties ?? {}));
  }

  #arn({ stack, id }: Located): string {
    return this.#resolver.text(stack, { 'Fn::GetAtt': [id, 'Arn'] });
  }

  #ref({ stack, id }: Located): string {
    return this.#resolver.text(stack, { Ref: id });
  }

  #function(at: Located): FunctionPlan | undefined {
    const { stack, id, resource } = at;
    const entry = resource.Metadata?.['war-room:entry'];
    if (typeof entry !== 'string') return this.#leaveOut(id, 'its template does not name its source (war-room:entry)');
    // Settings are resolved one by one: one that means nothing here must not take the others with it.
    const env: Record<string, string> = {};
    for (const [name, value] of Object.entries(record(record(resource.Properties?.['Environment'])['Variables']))) {
      try {
        env[name] = this.#resolver.text(stack, value);
      } catch (error) {
        if (!(error instanceof Unresolvable)) throw error;
        this.#leaveOut(`${name} of ${id}`, error.message);
      }
    }
    const p = resource.Properties ?? {};
    return {
      id,
      name: nameOf(id, resource),
      arn: this.#arn(at),
      entry,
      handler: String(resource.Metadata?.['war-room:handler'] ?? 'handler'),
      env,
      timeoutSeconds: number(p['Timeout'], 3),
      memoryMb: number(p['MemorySize'], 128),
      ...(p['ReservedConcurrentExecutions'] === undefined
        ? {}
        : { reserved: Number(p['ReservedConcurrentExecutions']) }),
    };
  }

  /** The function that an ARN, or an integration's address around one, names. */
  #functionIn(text: string, functions: readonly FunctionPlan[]): FunctionPlan | undefined {
    const name = /arn:aws:lambda:[^:]*:\d*:function:([^:/]+)/.exec(text)?.[1];
    return functions.find((candidate) => candidate.name === name);
  }

  #route(at: Located, functions: readonly FunctionPlan[]): RoutePlan {
    const key = this.#resolver.text(at.stack, at.resource.Properties?.['RouteKey']);
    try {
      return { key, target: this.#target(at, functions) };
    } catch (error) {
      if (!(error instanceof Unresolvable)) throw error;
      this.#leaveOut(key, error.message);
      return { key, target: { kind: 'unserved', why: error.message } };
    }
  }

  #target(at: Located, functions: readonly FunctionPlan[]): RoutePlan['target'] {
    const p = this.#properties(at);
    const authorization = p['AuthorizationType'] ?? 'NONE';
    if (authorization !== 'NONE') throw new Unresolvable(`its authorizer (${authorization}) is not served`);
    const integrationId = String(p['Target'] ?? '')
      .split('/')
      .at(-1);
    const integration = this.#resources.find(
      ({ stack, id, resource }) =>
        stack === at.stack && id === integrationId && resource.Type === 'AWS::ApiGatewayV2::Integration',
    );
    if (integration === undefined) throw new Unresolvable('it has no integration in the template');
    const i = this.#properties(integration);
    if (i['IntegrationType'] !== 'AWS_PROXY' || i['PayloadFormatVersion'] !== '2.0') {
      throw new Unresolvable(
        `its integration is ${i['IntegrationType']} with payload ${i['PayloadFormatVersion']}; AWS_PROXY with 2.0 is served`,
      );
    }
    const target = this.#functionIn(String(i['IntegrationUri'] ?? ''), functions);
    if (target === undefined) throw new Unresolvable('its function is not served');
    const timeoutMs = Math.min(number(i['TimeoutInMillis'], INTEGRATION_TIMEOUT_MS), INTEGRATION_TIMEOUT_MS);
    return { kind: 'function', function: target.id, timeoutMs };
  }

  #queue(at: Located): QueuePlan {
    const p = this.#properties(at);
    const attributes: Record<string, string> = {};
    for (const name of [
      'ContentBasedDeduplication',
      'DeduplicationScope',
      'DelaySeconds',
      'FifoQueue',
      'FifoThroughputLimit',
      'MaximumMessageSize',
      'MessageRetentionPeriod',
      'ReceiveMessageWaitTimeSeconds',
    ]) {
      if (p[name] !== undefined) attributes[name] = String(p[name]);
    }
    const redrive = record(p['RedrivePolicy']);
    if (redrive['deadLetterTargetArn'] !== undefined) {
      attributes['RedrivePolicy'] = JSON.stringify({
        deadLetterTargetArn: redrive['deadLetterTargetArn'],
        maxReceiveCount: number(redrive['maxReceiveCount'], 10),
      });
    }
    return {
      id: at.id,
      name: nameOf(at.id, at.resource),
      arn: this.#arn(at),
      url: this.#ref(at),
      visibilitySeconds: number(p['VisibilityTimeout'], 30),
      attributes,
    };
  }

  #mapping(at: Located, functions: readonly FunctionPlan[], queues: readonly QueuePlan[]): MappingPlan | undefined {
    const p = this.#properties(at);
    if (p['Enabled'] === false) return this.#leaveOut(at.id, 'the template says that it is off');
    const source = String(p['EventSourceArn'] ?? '');
    const queue = queues.find(({ arn }) => arn === source);
    if (queue === undefined) return this.#leaveOut(at.id, `its source ${source} is not a queue of the template`);
    const named = String(p['FunctionName'] ?? '');
    const target = this.#functionIn(named, functions) ?? functions.find(({ name }) => name === named);
    if (target === undefined) return this.#leaveOut(at.id, `its function ${named} is not served`);
    if (p['FilterCriteria'] !== undefined) this.#leaveOut(`filter of ${at.id}`, 'every record is handed over');
    const maxConcurrency = record(p['ScalingConfig'])['MaximumConcurrency'];
    return {
      function: target.id,
      queue: queue.id,
      batchSize: number(p['BatchSize'], 10),
      partialFailures: list(p['FunctionResponseTypes']).includes('ReportBatchItemFailures'),
      ...(maxConcurrency === undefined ? {} : { maxConcurrency: Number(maxConcurrency) }),
    };
  }

  #table(at: Located): TablePlan {
    const p = this.#properties(at);
    const types = new Map(
      list(p['AttributeDefinitions'])
        .map(record)
        .map((d) => [String(d['AttributeName']), d['AttributeType']]),
    );
    const keys = (schema: unknown): { partition: Attribute; sort?: Attribute } => {
      const key = (kind: string): Attribute | undefined => {
        const name = list(schema)
          .map(record)
          .find((k) => k['KeyType'] === kind)?.['AttributeName'];
        return name === undefined
          ? undefined
          : { name: String(name), type: types.get(String(name)) as Attribute['type'] };
      };
      const partition = key('HASH');
      const sort = key('RANGE');
      if (partition === undefined) throw new Unresolvable('it has no partition key');
      return sort === undefined ? { partition } : { partition, sort };
    };
    const expiry = record(p['TimeToLiveSpecification']);
    if (p['StreamSpecification'] !== undefined && at.resource.Type === 'AWS::DynamoDB::Table') {
      this.#leaveOut(`stream of ${at.id}`, 'the local database has no streams');
    }
    return {
      id: at.id,
      name: nameOf(at.id, at.resource),
      ...keys(p['KeySchema']),
      indexes: list(p['GlobalSecondaryIndexes'])
        .map(record)
        .map((index) => {
          const projection = record(index['Projection']);
          return {
            name: String(index['IndexName']),
            ...keys(index['KeySchema']),
            projection: {
              type: (projection['ProjectionType'] ?? 'ALL') as IndexPlan['projection']['type'],
              attributes: list(projection['NonKeyAttributes']).map(String),
            },
          };
        }),
      ...(expiry['Enabled'] === true ? { expires: String(expiry['AttributeName']) } : {}),
    };
  }

  #secret(at: Located): SecretPlan {
    const p = this.#properties(at);
    return {
      id: at.id,
      name: nameOf(at.id, at.resource),
      arn: this.#ref(at),
      initial: typeof p['SecretString'] === 'string' ? p['SecretString'] : '{}',
    };
  }

  #key(at: Located): KeyPlan {
    const arn = this.#arn(at);
    const keyId = this.#ref(at);
    const aliases = this.#resources
      .filter(({ resource }) => resource.Type === 'AWS::KMS::Alias')
      .filter((alias) => [arn, keyId].includes(String(this.#properties(alias)['TargetKeyId'])))
      .map(({ id, resource }) => nameOf(id, resource));
    return { id: at.id, keyId, arn, aliases };
  }

  #schedule(at: Located, functions: readonly FunctionPlan[]): SchedulePlan | undefined {
    const p = this.#properties(at);
    const rule = at.resource.Type === 'AWS::Events::Rule';
    if (p['State'] === 'DISABLED') return this.#leaveOut(at.id, 'the template says that it is off');
    if (p['ScheduleExpression'] === undefined) return this.#leaveOut(at.id, 'only rules with a schedule are served');
    const target = record(rule ? list(p['Targets'])[0] : p['Target']);
    const called = this.#functionIn(String(target['Arn'] ?? ''), functions);
    if (called === undefined)
      return this.#leaveOut(at.id, `its target ${target['Arn']} is not a function that is served`);
    return {
      id: at.id,
      name: nameOf(at.id, at.resource),
      expression: String(p['ScheduleExpression']),
      zone: String(p['ScheduleExpressionTimezone'] ?? 'UTC'),
      function: called.id,
      ...(target['Input'] === undefined ? (rule ? {} : { input: '{}' }) : { input: String(target['Input']) }),
    };
  }

  #nameTheRest(): void {
    const read = [
      'AWS::Lambda::Function',
      'AWS::ApiGatewayV2::Route',
      'AWS::SQS::Queue',
      'AWS::Lambda::EventSourceMapping',
      'AWS::DynamoDB::GlobalTable',
      'AWS::DynamoDB::Table',
      'AWS::SecretsManager::Secret',
      'AWS::KMS::Key',
      'AWS::Scheduler::Schedule',
      'AWS::Events::Rule',
    ];
    const together = new Set<string>();
    for (const { id, resource } of this.#resources) {
      if (read.includes(resource.Type) || SILENT.some((type) => type.test(resource.Type))) continue;
      if (resource.Type in TOGETHER) together.add(resource.Type);
      else this.#leaveOut(id, `${resource.Type} has no counterpart on one machine`);
    }
    for (const type of together) {
      const line = TOGETHER[type];
      if (line !== undefined) this.#unserved.push(line);
    }
  }
}
