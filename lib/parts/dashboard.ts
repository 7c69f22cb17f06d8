import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, type Stack } from 'aws-cdk-lib';
import {
  Dashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  Metric,
  SingleValueWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct, type IConstruct } from 'constructs';
import type { HubApi } from './hub-api.ts';
import { HubFunction, REPOSITORY } from './hub-function.ts';
import { RoomTable } from './room-table.ts';
import type { Settings } from './settings.ts';

/** What the dashboard shows: whatever the stacks hold by now. */
export interface StageDashboardProps {
  readonly settings: Settings;
  readonly api: HubApi;
  /** The stacks whose functions, queues and tables it shows. */
  readonly stacks: readonly Stack[];
  /** Who takes in what Razorpay delivers. */
  readonly ingress: HubFunction;
}

/** List prices of one region on one day: `docs/prices.json`. */
interface Prices {
  readonly asOf: string;
  readonly region: string;
  readonly currency: string;
  readonly perMillion: Readonly<
    Record<'httpRequests' | 'lambdaRequests' | 'sqsFifoRequests' | 'dynamodbWriteUnits' | 'dynamodbReadUnits', number>
  >;
  readonly lambdaGbSecond: number;
  readonly logsGb: number;
}

const perMinute = Duration.minutes(1);
const perDay = Duration.days(1);

/** The one page of a stage in CloudWatch: what came in, what was told, what waits, how long it took, what the day costs. */
export class StageDashboard extends Construct {
  constructor(scope: Construct, id: string, { settings, api, stacks, ingress }: StageDashboardProps) {
    super(scope, id);
    const all = stacks.flatMap((stack) => stack.node.findAll());
    const functions = ofClass(all, HubFunction);
    const queues = ofClass(all, Queue);
    const tables = ofClass(all, RoomTable);
    const isDead = (queue: Queue) => queue.node.id === 'DeadLetters';
    const waiting = queues.filter((queue) => !isDead(queue));
    const dead = queues.filter(isDead);
    // What of these posts nothing counts nothing, and adds nothing.
    const workers = functions.filter(({ node }) => node.id.endsWith('Worker'));
    const counted = (name: string, period: Duration, statistic = 'Sum') =>
      workers.map((worker) => countOf(worker, name, period, statistic));

    const delivered = ingress.lambda.metricInvocations({ period: perMinute, statistic: 'Sum', label: 'delivered' });
    const told = sum(
      [...counted('MessagesPosted', perMinute), ...counted('MessagesEdited', perMinute)],
      'told',
      perMinute,
    );
    const doubled = sum(counted('MessagesDoubled', perDay), 'doubled', perDay);
    const held = sum(counted('ThreadsHeld', perDay), 'held', perDay);

    const dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName: `war-room-${settings.stage}`,
      defaultInterval: Duration.hours(12),
    });
    dashboard.addWidgets(
      new TextWidget({
        markdown: `# War Room (${settings.stage})\nWhat comes in has to be told: *waiting*, *dead letters* and *doubled* are zero on a good day. What each alarm means and what to do: \`docs/operations.md\`. Is it well? \`npm run doctor -- --stage ${settings.stage}\``,
        width: 24,
        height: 3,
      }),
    );
    dashboard.addWidgets(
      new GraphWidget({ title: 'Delivered by Razorpay, told in Slack', left: [delivered, told], width: 12 }),
      new GraphWidget({
        title: 'From delivery to Slack',
        left: ['p50', 'p95', 'p99'].flatMap((statistic) =>
          workers
            .filter(({ node }) => node.id === 'PaymentsWorker')
            .map((worker) => countOf(worker, 'ToldAfterMs', Duration.minutes(5), statistic).with({ label: statistic })),
        ),
        leftYAxis: { label: 'milliseconds', showUnits: false, min: 0 },
        width: 12,
      }),
    );
    dashboard.addWidgets(
      new GraphWidget({
        title: 'Waiting',
        left: waiting.map((queue) =>
          queue.metricApproximateNumberOfMessagesVisible({
            period: perMinute,
            statistic: 'Maximum',
            label: nameOf(queue),
          }),
        ),
        width: 8,
      }),
      new GraphWidget({
        title: 'Age of the oldest, seconds',
        left: waiting.map((queue) =>
          queue.metricApproximateAgeOfOldestMessage({ period: perMinute, statistic: 'Maximum', label: nameOf(queue) }),
        ),
        width: 8,
      }),
      new GraphWidget({
        title: 'Dead letters',
        left: dead.map((queue) =>
          queue.metricApproximateNumberOfMessagesVisible({
            period: perMinute,
            statistic: 'Maximum',
            label: nameOf(queue),
          }),
        ),
        width: 8,
      }),
    );
    const prices = readPrices();
    dashboard.addWidgets(
      new SingleValueWidget({
        title: 'Doubled and held today (to be zero)',
        metrics: [doubled, held],
        width: 6,
        height: 4,
      }),
      new GraphWidget({
        title: 'Failed runs, and 5xx of the API',
        left: [
          ...functions.map((each) =>
            each.lambda.metricErrors({ period: perMinute, statistic: 'Sum', label: each.node.id }),
          ),
          api.metricServerError(perMinute),
        ],
        width: 10,
      }),
      new SingleValueWidget({
        title: `Cost of the day, ${prices.currency} (list prices of ${prices.region}, ${prices.asOf})`,
        metrics: [costOfDay(prices, { api, functions, queues, tables })],
        width: 8,
        height: 4,
      }),
    );
  }
}

type Billed = {
  readonly api: HubApi;
  readonly functions: readonly HubFunction[];
  readonly queues: readonly Queue[];
  readonly tables: readonly RoomTable[];
};

/**
 * What is billed by use, counted by AWS itself: requests to the API, runs and their GB-seconds, messages (each is sent,
 * received and deleted; empty receives besides), units of the tables, and bytes of log. Not in it: what is paid by the month.
 */
function costOfDay(prices: Prices, { api, functions, queues, tables }: Billed): MathExpression {
  const { perMillion, lambdaGbSecond, logsGb } = prices;
  const terms: { readonly metrics: readonly IMetric[]; readonly each: number }[] = [
    { metrics: [api.metricCount(perDay)], each: perMillion.httpRequests / 1e6 },
    {
      metrics: functions.map(({ lambda }) => lambda.metricInvocations({ period: perDay, statistic: 'Sum' })),
      each: perMillion.lambdaRequests / 1e6,
    },
    // Milliseconds, of as many MB as each function has.
    ...functions.map(({ lambda, memorySize }) => ({
      metrics: [lambda.metricDuration({ period: perDay, statistic: 'Sum' })],
      each: ((memorySize / 1024) * lambdaGbSecond) / 1_000,
    })),
    {
      metrics: queues.flatMap((queue) =>
        ['NumberOfMessagesSent', 'NumberOfMessagesReceived', 'NumberOfMessagesDeleted', 'NumberOfEmptyReceives'].map(
          (name) => queue.metric(name, { period: perDay, statistic: 'Sum' }),
        ),
      ),
      each: perMillion.sqsFifoRequests / 1e6,
    },
    {
      metrics: tables.map((table) => table.metricConsumedWriteCapacityUnits({ period: perDay, statistic: 'Sum' })),
      each: perMillion.dynamodbWriteUnits / 1e6,
    },
    {
      metrics: tables.map((table) => table.metricConsumedReadCapacityUnits({ period: perDay, statistic: 'Sum' })),
      each: perMillion.dynamodbReadUnits / 1e6,
    },
    {
      metrics: functions.map(({ logGroupName }) => logBytes(logGroupName)),
      each: logsGb / 1e9,
    },
  ];
  const usingMetrics: Record<string, IMetric> = {};
  const costs = terms.map(({ metrics, each }) => {
    const names = metrics.map((metric) => {
      const name = `m${Object.keys(usingMetrics).length}`;
      usingMetrics[name] = metric;
      return name;
    });
    return `${each.toFixed(15)} * ${summed(names)}`;
  });
  return new MathExpression({ expression: costs.join(' + '), usingMetrics, label: 'together', period: perDay });
}

/** The sum of those that are there; zero where none is: a metric that was never counted would make the whole of it nothing. */
function summed(names: readonly string[]): string {
  return `FILL(SUM([${names.join(', ')}]), 0)`;
}

function logBytes(logGroupName: string): Metric {
  return new Metric({
    namespace: 'AWS/Logs',
    metricName: 'IncomingBytes',
    dimensionsMap: { LogGroupName: logGroupName },
    statistic: 'Sum',
    period: perDay,
  });
}

function countOf({ metrics, node }: HubFunction, metricName: string, period: Duration, statistic: string): Metric {
  return new Metric({ namespace: metrics, metricName, dimensionsMap: { service: node.id }, statistic, period });
}

function sum(metrics: readonly Metric[], label: string, period: Duration): MathExpression {
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`${label}${index}`, metric]));
  return new MathExpression({ expression: summed(Object.keys(usingMetrics)), usingMetrics, label, period });
}

/** What a queue is called in its stack: the room's construct and what it is there. */
function nameOf({ node }: Queue): string {
  return `${node.scope?.node.id ?? ''} ${node.id}`;
}

function ofClass<T extends IConstruct>(all: readonly IConstruct[], of: abstract new (...args: never[]) => T): T[] {
  return all.filter((each): each is T => each instanceof of);
}

function readPrices(): Prices {
  return JSON.parse(readFileSync(join(REPOSITORY, 'docs', 'prices.json'), 'utf8')) as Prices;
}
