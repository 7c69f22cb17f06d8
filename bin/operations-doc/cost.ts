import { bill, type Prices, total, type Usage } from '../../lib/local/measure/prices.ts';
import type { Stack } from '../../lib/local/template.ts';

/** What one payment's life uses, as `npm run measure` counted it. */
export type Measured = { readonly life: Usage; readonly takenOn: string };

/** The figures cannot be read: the page has another form than this expects. */
class FiguresUnreadable extends Error {
  override readonly name = 'FiguresUnreadable';
}

/** The row of a table of the page that begins with this cell, without it. */
function row(page: string, first: string): readonly string[] {
  const line = page.split('\n').find((text) => text.startsWith(`| ${first} `));
  if (line === undefined) throw new FiguresUnreadable(`docs/figures.md has no row "${first}": run npm run measure.`);
  return line
    .split('|')
    .slice(2, -1)
    .map((text) => text.trim());
}

/** A number at the beginning of a cell; the least and the most behind it are passed over. */
function number(cell: string | undefined): number {
  const value = Number.parseFloat(cell ?? '');
  if (Number.isNaN(value))
    throw new FiguresUnreadable(`"${cell}" of docs/figures.md is no number: run npm run measure.`);
  return value;
}

/** Reads what a payment's life uses from the page of figures. */
export function readMeasured(page: string): Measured {
  const amount = (item: string) => number(row(page, item)[0]);
  const [, takenOn = 'an unknown day'] = /^(\d{4}-\d{2}-\d{2}), /m.exec(page) ?? [];
  return {
    takenOn,
    life: {
      httpRequests: amount('requests to the HTTP API'),
      lambdaRequests: amount('invocations'),
      lambdaGbSeconds: amount('GB-seconds'),
      sqsFifoRequests: amount('SQS requests'),
      dynamodbWriteUnits: amount('DynamoDB write units'),
      dynamodbReadUnits: amount('DynamoDB read units'),
      kmsRequests: amount('KMS requests'),
      secretReads: amount('reads of a secret'),
      logBytes: amount('bytes of log'),
      storedByteMonths: amount('byte-months kept'),
    },
  };
}

/** Hours in a month as AWS reckons it. */
const hours = 730;

/** Lambda begins with five pollers of a queue, each of which asks for twenty seconds. */
const pollersOfAQueue = 5;
const pollSeconds = 20;

/** A run of a job that finds nothing: what it takes of time (s), and what it writes to the log (bytes). */
const idleRun = { seconds: 0.05, logBytes: 700 };

/** Functions that count something of their own pay for each name once; as many as are counted in an ordinary month. */
const countedMetrics = 25;

type Line = { readonly what: string; readonly how: string; readonly cost: number };

/** What a stage costs a month in which nothing happens, from its templates. */
function restingCosts(stacks: readonly Stack[], prices: Prices): readonly Line[] {
  const resources = stacks.flatMap(({ template }) => Object.values(template.Resources ?? {}));
  const count = (type: string) => resources.filter(({ Type }) => Type === type).length;
  const { perMonth, perMillion, lambdaGbSecond, logsGb } = prices;
  const queues = count('AWS::Lambda::EventSourceMapping');
  const jobs = resources.filter(
    ({ Type, Properties }) =>
      Type === 'AWS::Scheduler::Schedule' && Properties?.['ScheduleExpression'] === 'cron(* * * * ? *)',
  ).length;
  const receives = queues * pollersOfAQueue * ((hours * 3_600) / pollSeconds);
  const runs = jobs * hours * 60;
  const monthly = (what: string, many: number, each: number): Line => ({
    what,
    how: `${many} at ${money(each)}`,
    cost: many * each,
  });
  return [
    monthly('alarms', count('AWS::CloudWatch::Alarm'), perMonth.alarm),
    monthly('metrics of its own', countedMetrics, perMonth.metric),
    monthly('the dashboard', count('AWS::CloudWatch::Dashboard'), perMonth.dashboard),
    monthly('keys', count('AWS::KMS::Key'), perMonth.kmsKey),
    monthly('secrets', count('AWS::SecretsManager::Secret'), perMonth.secret),
    {
      what: 'looking into empty queues',
      how: `${queues} queues, ${millions(receives)} receives`,
      cost: (receives * perMillion.sqsFifoRequests) / 1e6,
    },
    {
      what: 'jobs of each minute that find nothing',
      how: `${jobs} jobs, ${millions(runs)} runs`,
      cost:
        (runs * (perMillion.lambdaRequests + 4 * perMillion.dynamodbReadUnits)) / 1e6 +
        runs * idleRun.seconds * 0.375 * lambdaGbSecond +
        (runs * idleRun.logBytes * logsGb) / 1e9,
    },
  ];
}

const volumes = [100, 1_000, 10_000, 100_000];

/** The page of costs: what a stage costs at rest, what a payment adds, and both together. Pure. */
export function costPage(stacks: readonly Stack[], prices: Prices, { life, takenOn }: Measured): string {
  const resting = restingCosts(stacks, prices);
  const atRest = resting.reduce((sum, { cost }) => sum + cost, 0);
  const one = bill(life, prices);
  const each = total(one);
  return [
    '# What it costs',
    'Written by `npm run operations:doc`, from the templates, `docs/figures.md` and `docs/prices.json`; not by hand.',
    `List prices of ${prices.region}, ${prices.asOf}, in ${prices.currency}, above the free tier. Put those of your region into
\`docs/prices.json\`. The calls of a payment were counted on ${takenOn} ([figures.md](figures.md) says how); nothing of this is an invoice.
The dashboard of a stage shows what the day costs by AWS's own counts.`,
    '## A month',
    table(
      ['payments a month', 'by use', 'at rest', 'together', 'a payment'],
      volumes.map((many) => {
        const together = atRest + many * each;
        return [
          many.toLocaleString('en-US'),
          money(many * each),
          money(atRest),
          `**${money(together)}**`,
          small(together / many),
        ];
      }),
    ),
    '## At rest: paid whether anything happens or not',
    table(
      ['what', 'how many', 'a month'],
      [...resting.map(({ what, how, cost }) => [what, how, money(cost)]), ['together', '', `**${money(atRest)}**`]],
    ),
    `A second stage costs as much again: \`dev\` may be deployed when it is needed, its hub deleted meanwhile. Metrics are reckoned as
${countedMetrics}; AWS counts each name that had a value within the month.`,
    '## By use: the life of one payment, a first try declined, a second captured',
    table(
      ['billed', 'of each', 'a million of them'],
      [
        ...one.map(({ item, amount, cost }) => [items[item], amount.toLocaleString('en-US'), money(cost * 1e6)]),
        ['together', '', `**${money(each * 1e6)}**`],
      ],
    ),
    `Ten thousand duplicate deliveries cost some three cents. Calls, courses and people cost about what a delivery of a
payment costs: one request, one write or two, one message, and one call to Slack, which is free.`,
    '## When it grows',
    `- More than half of it is at rest up to some ${(Math.round(atRest / each / 10_000) * 10_000).toLocaleString('en-US')} payments a month; beyond, it is DynamoDB's writes and Lambda's waiting for Slack.
- Logs are the line that surprises people elsewhere. Here a payment writes ${(life.logBytes / 1_000).toFixed(1)} kB; \`logRetentionDays\` changes what is kept, not what is written.
- Slack takes about one message a second and channel: above some two thousand payments an hour in one channel it is not the cost that
  stops you. Route to several channels before that.`,
  ]
    .join('\n\n')
    .concat('\n');
}

const items: Readonly<Record<keyof Usage, string>> = {
  httpRequests: 'requests to the API',
  lambdaRequests: 'runs of functions',
  lambdaGbSeconds: 'GB-seconds of functions',
  sqsFifoRequests: 'SQS requests',
  dynamodbWriteUnits: 'DynamoDB write units',
  dynamodbReadUnits: 'DynamoDB read units',
  kmsRequests: 'KMS requests',
  secretReads: 'reads of a secret',
  logBytes: 'bytes of log',
  storedByteMonths: 'bytes kept for a month',
};

const money = (amount: number): string => `$${amount.toFixed(2)}`;
const small = (amount: number): string => `$${amount.toFixed(amount < 0.01 ? 5 : 3)}`;
const millions = (count: number): string => `${(count / 1e6).toFixed(2)} million`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}
