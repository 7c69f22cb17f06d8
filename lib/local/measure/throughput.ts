import { createHmac } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { PurgeQueueCommand } from '@aws-sdk/client-sqs';
import type { LocalStack } from '../start.ts';
import { saleOfMany, seededRandom } from '../stories.ts';
import type { Resource, Stack } from '../template.ts';
import type { Section } from './figures.ts';
import type { Fired, Load, Shot } from './load-thread.ts';
import { inWords, percentile, spreadOf } from './spread.ts';
import { serveToMeasure, without } from './stacks.ts';

export type ThroughputOptions = {
  readonly root: string;
  readonly stacks: readonly Stack[];
  readonly rounds: number;
  /** Deliveries of each kind in a round, and how many at a time. */
  readonly requests: number;
  readonly inflight: number;
};

const INGRESS = 'RazorpayIngress';
const WANTED = 0.6;
/** A floor's function, its route and its source. */
const FLOORS = [
  { id: 'FloorHmac', name: 'signature alone', path: '/floors/hmac', entry: 'lib/local/measure/floors/hmac.ts' },
  { id: 'FloorPut', name: '+ a conditional put', path: '/floors/put', entry: 'lib/local/measure/floors/put.ts' },
  { id: 'FloorSend', name: '+ a message sent', path: '/floors/send', entry: 'lib/local/measure/floors/send.ts' },
] as const;
const FLOOR_SECRET = 'of the floors';

/** One kind of endpoint in one round. */
type Round = { readonly perSecond: number; readonly p50: number; readonly p99: number };

/** Measures what the ingress takes in a second beside bare floors on the same runner, database and queue. */
export async function measureThroughput(options: ThroughputOptions): Promise<Section> {
  const { root, rounds, requests, inflight } = options;
  await using started = new AsyncDisposableStack();
  const stack = await serveToMeasure({
    root,
    // Nobody works what is taken in: the worker would take the ingress its cores.
    stacks: withFloors(without(options.stacks, 'AWS::Scheduler::Schedule', 'AWS::Lambda::EventSourceMapping')),
    environment: { FLOOR_SECRET },
  });
  started.defer(() => stack.stop());
  const gun = new Worker(new URL('./load-thread.ts', import.meta.url), { execArgv: ['--no-warnings'] });
  started.defer(async () => {
    await gun.terminate();
  });

  const { api, razorpay } = stack.facts;
  const kinds = [
    ...FLOORS.map(({ name, path }) => ({ name, url: `${api}${path}`, secret: FLOOR_SECRET })),
    { name: 'the ingress', url: razorpay.webhookUrl, secret: razorpay.webhookSecret },
  ];
  const random = seededRandom(3);
  const taken = new Map(kinds.map(({ name }) => [name, [] as Round[]]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, url, secret } of round % 2 === 0 ? kinds : [...kinds].reverse()) {
      const shots = shotsOf(requests, secret, random);
      const fired = await fire(gun, { url, shots, inflight });
      if (fired.refused > 0) throw new Error(`${fired.refused} of ${requests} requests to ${name} were not taken.`);
      const { latenciesMs, tookMs } = fired;
      const [p50, p99] = [percentile(latenciesMs, 0.5), percentile(latenciesMs, 0.99)];
      // The first round starts threads, opens connections and lets V8 learn the code.
      if (round > 0) taken.get(name)?.push({ perSecond: (requests / tookMs) * 1000, p50, p99 });
    }
    await purge(stack);
  }
  return section(taken, options);
}

/** The templates with a function and a route for each floor, made after the ingress's own. */
function withFloors(stacks: readonly Stack[]): readonly Stack[] {
  return stacks.map(({ name, template }) => {
    const resources = template.Resources ?? {};
    const ingress = resources[INGRESS];
    if (ingress === undefined) return { name, template };
    const find = (type: string, of: string) =>
      Object.values(resources).find((one) => one.Type === type && JSON.stringify(one.Properties).includes(of));
    const integration = find('AWS::ApiGatewayV2::Integration', INGRESS);
    const route = find('AWS::ApiGatewayV2::Route', '/webhooks/razorpay/');
    if (integration === undefined || route === undefined) throw new Error('The template has no route to the ingress.');
    const more = FLOORS.flatMap(({ id, path, entry }): [string, Resource][] => [
      [id, { ...ingress, Metadata: { ...ingress.Metadata, 'war-room:entry': entry } }],
      [
        `${id}Integration`,
        { ...integration, Properties: { ...integration.Properties, IntegrationUri: { 'Fn::GetAtt': [id, 'Arn'] } } },
      ],
      [
        `${id}Route`,
        {
          ...route,
          Properties: {
            ...route.Properties,
            RouteKey: `POST ${path}`,
            Target: { 'Fn::Join': ['', ['integrations/', { Ref: `${id}Integration` }]] },
          },
        },
      ],
    ]);
    return { name, template: { ...template, Resources: { ...resources, ...Object.fromEntries(more) } } };
  });
}

/** Deliveries that nobody has seen before, signed. */
function shotsOf(count: number, secret: string, random: () => number): readonly Shot[] {
  return Array.from({ length: count }, (_, index) => {
    const { steps } = saleOfMany({ random, now: Date.now() }, index);
    const sent = steps.findLast((step) => step.sent.kind === 'webhook')?.sent;
    if (sent?.kind !== 'webhook') throw new Error('The story holds no delivery.');
    const body = JSON.stringify(sent.body);
    return {
      body,
      headers: {
        'content-type': 'application/json',
        'x-razorpay-event-id': sent.eventId,
        'x-razorpay-signature': createHmac('sha256', secret).update(body).digest('hex'),
      },
    };
  });
}

function fire(gun: Worker, load: Load): Promise<Fired> {
  return new Promise((resolve, reject) => {
    gun.once('error', reject);
    gun.once('message', (fired: Fired) => {
      gun.off('error', reject);
      resolve(fired);
    });
    gun.postMessage(load);
  });
}

async function purge({ served }: LocalStack): Promise<void> {
  for (const { url } of served.plan.queues) await served.clients.sqs.send(new PurgeQueueCommand({ QueueUrl: url }));
}

function section(taken: ReadonlyMap<string, readonly Round[]>, options: ThroughputOptions): Section {
  const { rounds, requests, inflight } = options;
  const ingress = taken.get('the ingress') ?? [];
  const floor = taken.get('+ a message sent') ?? [];
  /** Round by round, so that what slows the machine for a moment slows both. */
  const beside = (all: readonly Round[]) =>
    spreadOf(all.map(({ perSecond }, round) => perSecond / (floor[round]?.perSecond ?? Number.NaN)));
  const share = beside(ingress);
  return {
    title: 'The ingress beside bare floors',
    how:
      'Served by the same gateway and function host, on the same database and queue, in the same run: the ingress, and ' +
      'functions that check a signature and nothing else; that also put the body on a condition; that also send a message. ' +
      `${requests} deliveries of each, ${inflight} at a time, from a thread of their own; ${rounds} rounds after one that does ` +
      'not count, every other one in the opposite order. Nobody works the queue meanwhile. The ingress also reads the event, ' +
      'compresses the body and writes a line of log.',
    tables: [
      {
        caption: 'Requests in a second, and how long one takes (ms):',
        head: ['', 'a second', 'p50', 'p99', 'beside put and send'],
        rows: [...taken].map(([name, all]) => [
          name,
          inWords(spreadOf(all.map(({ perSecond }) => perSecond)), 0),
          inWords(spreadOf(all.map(({ p50 }) => p50)), 1),
          inWords(spreadOf(all.map(({ p99 }) => p99)), 1),
          inWords(beside(all), 2),
        ]),
      },
    ],
    targets: [
      {
        what: 'requests a second of the ingress beside the floor with put and send',
        wanted: `at least ${WANTED}`,
        got: inWords(share, 2),
        holds: share.median >= WANTED,
      },
    ],
  };
}
