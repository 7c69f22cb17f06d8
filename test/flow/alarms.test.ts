/**
 * Every alarm of the template, driven over its threshold in the stack that is served here by what it is there for; or the
 * reason why that cannot be, and what holds it instead.
 */
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { synthesizedStacks } from '../../lib/local/synth.ts';
import type { Stack } from '../../lib/local/template.ts';
import { sign } from '../../shared/razorpay/signature.ts';
import {
  type AlarmPlan,
  type Answered,
  alarmsIn,
  countedBy,
  failuresOf,
  filtersIn,
  waitingIn,
} from '../support/meter.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

/** All of it takes seconds, and much longer on a machine that runs other tests as well. */
const busyMs = 120_000;

let stacks: readonly Stack[];
let stack: TestStack;
let alarms: readonly AlarmPlan[];

beforeAll(async () => {
  stacks = await synthesizedStacks();
  alarms = alarmsIn(stacks);
  stack = await startTestStack({ stacks });
}, busyMs);
afterAll(() => stack.stop());

/** Why an alarm is not driven here. None of these is about a single alarm that could be. */
const reasons: readonly { readonly which: (alarm: AlarmPlan) => boolean; readonly why: string }[] = [
  {
    which: ({ metric }) => metric === 'ApproximateAgeOfOldestMessage',
    why: 'SQS measures the age itself, and minutes do not pass here; that each queue has one is held by test/infra/hub.test.ts.',
  },
  {
    which: ({ metric }) => metric === 'Invocations',
    why: 'It rings because nothing is measured, which CloudWatch alone knows; test/infra/hub.test.ts holds one to each job.',
  },
  {
    which: ({ metric, on }) => metric === 'ThreadsHeld' && on[0] !== 'PaymentsWorker',
    why: 'All workers count it by the same line (shared/slack/working.ts): test/unit/working.test.ts.',
  },
  {
    which: ({ metric }) => /Parked$/.test(metric) && metric !== 'PaymentsParked',
    why: 'All rooms count what is taken over by the same code: test/contract/parked-calls.test.ts.',
  },
  {
    which: ({ metric }) => metric === 'MessagesDoubled',
    why: 'Slack has to carry out a call half a minute late: test/contract/outbox.test.ts does, test/unit/working.test.ts counts.',
  },
  {
    which: ({ metric }) => metric === 'WebhooksLost' || metric === 'PaymentsUnasked',
    why: 'A quarter of an hour has to go by before Razorpay is asked: test/contract/reconcile.test.ts counts on a clock of its own.',
  },
];

const isExcused = (alarm: AlarmPlan) => reasons.some(({ which }) => which(alarm));
const metricIs = (metric: string) => alarms.filter((alarm) => alarm.metric === metric && !isExcused(alarm));

/** Asks the API, and answers what its access log would say. */
async function ask(route: string, path: string, request: RequestInit = {}): Promise<Answered> {
  const [method = 'GET'] = route.split(' ');
  const response = await fetch(`${stack.facts.api}${path}`, { method, ...request });
  await response.arrayBuffer();
  return { route, status: String(response.status) };
}

/** The checkout says that a payment starts. */
const initiate = (orderId: string) =>
  ask('POST /v1/payments', '/v1/payments', {
    headers: { authorization: `Bearer ${stack.facts.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      orderId,
      lead: { id: 'lead_1', name: 'Priya Sharma' },
      amount: 4_500_000,
      currency: 'INR',
      course: { id: 'course_1', name: 'Full Stack', type: 'bootcamp' },
      payment: { kind: 'full' },
    }),
  });

const evidence = (what: string, look: () => boolean | Promise<boolean>) => until(what, look, busyMs);

/** Asks one after another until so many were refused: a busy machine answers some of many at once with 5xx. */
async function refusals(count: number, act: () => Promise<Answered>): Promise<readonly Answered[]> {
  const answered: Answered[] = [];
  while (answered.filter(({ status }) => status === '401').length < count && answered.length < 3 * count) {
    answered.push(await act());
  }
  return answered;
}

describe('every alarm of the template', () => {
  it('is driven here, or has a reason', () => {
    const driven = ['5xx', 'Errors', 'ApproximateNumberOfMessagesVisible', 'ThreadsHeld', 'PaymentsParked'];
    const isDriven = ({ metric }: AlarmPlan) => driven.includes(metric) || metric.startsWith('Refused ');

    const left = alarms.filter((alarm) => !isDriven(alarm) && !isExcused(alarm));
    expect(left).toEqual([]);
    for (const { which } of reasons) expect(alarms.some(which)).toBe(true);
  });

  it(
    'of refused callers rings: with a wrong key, a forged delivery, a forged event',
    async () => {
      const forged = { body: '{}', headers: { 'content-type': 'application/json' } };
      const answered = [
        ...(await refusals(100, () =>
          ask('GET /v1/payments/{id}', '/v1/payments/pay_1', { headers: { authorization: 'Bearer wrong' } }),
        )),
        ...(await refusals(5, () => ask('POST /webhooks/razorpay/{account}', '/webhooks/razorpay/live', forged))),
        ...(await refusals(5, () => ask('POST /slack/events', '/slack/events', forged))),
      ];

      const filters = filtersIn(stacks);
      const refused = alarms.filter(({ metric }) => metric.startsWith('Refused '));
      const rung = refused.map(({ name, metric, atLeast }) => {
        const counts = filters.get(metric) ?? (() => false);
        return [name, answered.filter(counts).length >= atLeast];
      });
      expect(rung).toEqual(refused.map(({ name }) => [name, true]));
      expect(refused).toHaveLength(3);
      // What is answered as it should be counts for none of them.
      const well = await ask('GET /health', '/health');
      expect([well.status, [...filters.values()].some((counts) => counts(well))]).toEqual(['200', false]);
    },
    busyMs,
  );

  it(
    'of parked messages rings: what no worker can read, and runs that were given up',
    async () => {
      const { plan, clients } = stack.served;
      const parked = metricIs('ApproximateNumberOfMessagesVisible');
      for (const { on } of parked) {
        const [id = ''] = on;
        // What a worker cannot read it parks itself. A run that was given up is put there by Lambda, which is not served here.
        const queue =
          plan.queues.find((one) => one.id === id.replace(/DeadLetters$/, 'Queue')) ??
          plan.queues.find((one) => one.id === id);
        const isFifo = queue?.url.endsWith('.fifo') === true;
        await clients.sqs.send(
          new SendMessageCommand({
            QueueUrl: queue?.url,
            MessageBody: 'rubbish',
            ...(isFifo && { MessageGroupId: 'rubbish', MessageDeduplicationId: 'rubbish' }),
          }),
        );
      }

      for (const { name, on, atLeast } of parked) {
        await evidence(`"${name}" rings`, async () => (await waitingIn(stack, on[0] ?? '')) >= atLeast);
      }
    },
    busyMs,
  );

  it(
    'of parked payments rings, as they are taken over',
    async () => {
      const { webhookUrl, webhookSecret } = stack.facts.razorpay;
      const body = 'signed, and no JSON';
      const signature = sign(Buffer.from(body), webhookSecret);
      const delivered = await fetch(webhookUrl, {
        method: 'POST',
        body,
        headers: { 'x-razorpay-signature': signature },
      });
      expect(delivered.status).toBe(200);

      const [alarm] = metricIs('PaymentsParked');
      await evidence(
        'payments are parked',
        async () => countedBy(stack, 'PaymentsParked', 'PaymentsParked') >= (alarm?.atLeast ?? Number.NaN),
      );
    },
    busyMs,
  );

  it(
    'is beside the time from delivery to Slack, which is measured where the dashboard looks for it',
    async () => {
      await initiate('order_told0000000001');

      await evidence('the time is measured', () => countedBy(stack, 'PaymentsWorker', 'ToldAfterMs') > 0);
      expect(countedBy(stack, 'PaymentsWorker', 'MessagesPosted')).toBeGreaterThan(0);
    },
    busyMs,
  );

  it(
    'of held threads rings, once a channel cannot be written to',
    async () => {
      stack.slack.archive(stack.facts.channels.payments);
      const [alarm] = metricIs('ThreadsHeld');

      await initiate('order_held0000000001');

      await evidence(
        'threads are held',
        async () => countedBy(stack, 'PaymentsWorker', 'ThreadsHeld') >= (alarm?.atLeast ?? Number.NaN),
      );
    },
    busyMs,
  );

  it(
    'of the API rings for a 5xx, and of each function when it fails',
    async () => {
      const failing = metricIs('Errors');

      // A machine that is lost while it works.
      await evidence('the API answers 5xx', async () => {
        const answered = ask('GET /health', '/health');
        await stack.served.kill('Health');
        return (await answered).status.startsWith('5');
      });
      await Promise.all(
        failing.map(async ({ on: [id = ''] }) => {
          const run = stack.served.invoke(id, {}).catch(() => undefined);
          await stack.served.kill(id);
          await run;
        }),
      );

      expect(failing.filter(({ on, atLeast }) => failuresOf(stack, on[0] ?? '') < atLeast)).toEqual([]);
      expect(failing.length).toBeGreaterThan(10);
    },
    busyMs,
  );
});
