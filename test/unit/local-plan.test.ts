import { describe, expect, it } from '@jest/globals';
import { planFrom } from '../../lib/local/plan.ts';
import type { Place, Stack } from '../../lib/local/template.ts';
import { tinyStacks } from '../support/tiny/template.ts';

const place: Place = {
  account: '000000000000',
  region: 'ap-south-1',
  queueOrigin: 'http://127.0.0.1:4100',
  apiOrigin: 'http://127.0.0.1:3000',
};

const plan = planFrom(tinyStacks, place);
const byId = <T extends { readonly id: string }>(all: readonly T[], id: string) => all.find((one) => one.id === id);

describe('what the runner reads from the templates', () => {
  it('names the source, the handler, the timeout and the memory of a function', () => {
    expect(byId(plan.functions, 'Worker')).toMatchObject({
      name: 'Worker',
      entry: 'test/support/tiny/handlers.ts',
      handler: 'work',
      timeoutSeconds: 2,
      memoryMb: 128,
      arn: 'arn:aws:lambda:ap-south-1:000000000000:function:Worker',
    });
  });

  it('resolves every intrinsic function in the settings, also across stacks', () => {
    expect(byId(plan.functions, 'Echo')?.env).toEqual({
      NOTES_TABLE: 'Notes',
      KEY_ID: byId(plan.keys, 'TokenKey')?.arn,
      QUEUE_URL: 'http://127.0.0.1:4100/000000000000/Queue.fifo',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: what Fn::Sub leaves of an escaped placeholder.
      WHERE: 'ap-south-1/Queue.fifo/${kept}',
      JOINED: 'a-000000000000-b',
      PICKED: 'y',
    });
  });

  it('leaves out a setting that means nothing here, says so, and keeps the others', () => {
    const stacks: Stack[] = [
      {
        name: 'one',
        template: {
          Resources: {
            Fn: {
              Type: 'AWS::Lambda::Function',
              Metadata: { 'war-room:entry': 'x.ts' },
              Properties: { Environment: { Variables: { GOOD: 'yes', BAD: { 'Fn::ImportValue': 'elsewhere' } } } },
            },
          },
        },
      },
    ];

    const read = planFrom(stacks, place);

    expect(read.functions[0]?.env).toEqual({ GOOD: 'yes' });
    expect(read.unserved).toEqual([{ what: 'BAD of Fn', why: 'no stack exports elsewhere' }]);
  });

  it('keeps keys, indexes and expiry of a table', () => {
    expect(plan.tables).toEqual([
      {
        id: 'Notes',
        name: 'Notes',
        partition: { name: 'pk', type: 'S' },
        sort: { name: 'sk', type: 'S' },
        indexes: [
          {
            name: 'due',
            partition: { name: 'sk', type: 'S' },
            sort: { name: 'dueAt', type: 'N' },
            projection: { type: 'KEYS_ONLY', attributes: [] },
          },
        ],
        expires: 'expires',
      },
    ]);
  });

  it('keeps order, visibility and dead letters of a queue', () => {
    const dead = byId(plan.queues, 'Dead')?.arn;

    expect(byId(plan.queues, 'Queue')).toMatchObject({
      name: 'Queue.fifo',
      visibilitySeconds: 30,
      attributes: {
        FifoQueue: 'true',
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead, maxReceiveCount: 2 }),
      },
    });
  });

  it('keeps batch size, partial failures and concurrency of a mapping', () => {
    expect(plan.mappings).toEqual([
      { function: 'Worker', queue: 'Queue', batchSize: 5, partialFailures: true, maxConcurrency: 2 },
    ]);
  });

  it('keeps the zone and the input of a schedule', () => {
    expect(plan.schedules).toEqual([
      {
        id: 'Hourly',
        name: 'Hourly',
        expression: 'rate(1 hour)',
        zone: 'Asia/Kolkata',
        function: 'Job',
        input: '{"at":"<aws.scheduler.scheduled-time>"}',
      },
    ]);
  });

  it('serves a route by its function within the integration timeout', () => {
    expect(plan.routes).toContainEqual({
      key: 'ANY /echo/{id}',
      target: { kind: 'function', function: 'Echo', timeoutMs: 2_000 },
    });
  });

  it('keeps a route that it cannot serve, with the reason', () => {
    expect(plan.routes).toContainEqual({
      key: 'GET /foreign',
      target: { kind: 'unserved', why: 'its function is not served' },
    });
  });

  it('names everything that it leaves out, alarms in one line', () => {
    expect(plan.unserved.map(({ what }) => what)).toEqual(['Foreign', 'GET /foreign', 'Bucket', 'alarms']);
  });
});
