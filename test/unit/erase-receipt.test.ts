import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { progressBar } from '../../bin/erase/progress.ts';
import { type Receipt, receiptFile, receiptText } from '../../bin/erase/receipt.ts';
import { eraseAll } from '../../bin/erase/run.ts';
import { atStage, Misplaced } from '../../bin/erase/where.ts';
import type { Step } from '../../shared/base/erasing.ts';

const at = Date.UTC(2026, 10, 22, 20, 15, 3);

const receipt: Receipt = {
  whom: 'person lead_42 of team T0ACME0001, who pays',
  where: 'stage live',
  began: at,
  ended: at + 61_000,
  state: 'complete',
  tallies: [
    { what: 'facts of payments', erased: 12_345, stays: new Map() },
    { what: 'messages in Slack', erased: 2, stays: new Map([['Only an admin of the workspace can.', 3]]) },
  ],
  remains: ['Logs, until 2027-02-20.'],
};

describe('a receipt', () => {
  it('says whose data, what is gone, what is not and why, and can be checked', () => {
    const text = receiptText(receipt);
    const lines = text.split('\n');
    expect(lines.slice(0, -2)).toEqual([
      'War Room: receipt of an erasure',
      '',
      'Whom    person lead_42 of team T0ACME0001, who pays',
      'Where   stage live',
      'Began   2026-11-22 20:15:03 UTC',
      'Ended   2026-11-22 20:16:04 UTC',
      'State   complete: it was looked for once more, and nothing was found',
      '',
      'Done in this run',
      '   12,345  facts of payments',
      '        2  messages in Slack',
      '',
      'Could not be erased',
      '        3  messages in Slack. Only an admin of the workspace can.',
      '',
      'What remains, and why',
      '  - Logs, until 2027-02-20.',
    ]);
    const above = text.slice(0, text.lastIndexOf('SHA-256'));
    expect(lines.at(-2)).toBe(`SHA-256 of the lines above: ${createHash('sha256').update(above).digest('hex')}`);
  });

  it('is kept in a file whose name tells nobody who it was', () => {
    expect(receiptFile('team', 'T0ACME0001', at)).toBe('erase-T0ACME0001-2026-11-22.txt');
    expect(receiptFile('person', 'arjun@acme.example', at)).toMatch(/^erase-[0-9a-f]{12}-2026-11-22\.txt$/);
  });
});

describe('an erasure', () => {
  /** A step that has `count` things to erase, then as many as were written meanwhile. */
  const step = (counts: number[], more: Partial<Step> = {}): Step => ({
    what: 'things',
    find: async function* () {
      const count = counts.shift() ?? 0;
      for (let one = 0; one < count; one += 1) yield async () => 'erased';
    },
    ...more,
  });
  const watching = () => {
    const seen = { tally: 0, worked: 0 };
    return {
      seen,
      tallied: ({ erased }: { erased: number }) => {
        seen.tally = erased;
      },
      progress: (worked: number) => {
        seen.worked = worked;
      },
      pause: async () => undefined,
      isStopped: () => false,
    };
  };

  it('looks once more, and erases what was written meanwhile', async () => {
    const its = watching();
    const [only] = [step([3, 1, 0])];
    expect(await eraseAll(async () => [only as Step], its)).toBe(true);
    expect(its.seen).toEqual({ tally: 4, worked: 4 });
  });

  it('says so where somebody keeps writing', async () => {
    const only = step([1, 1, 1, 1, 1, 1, 1, 1]);
    expect(await eraseAll(async () => [only], watching())).toBe(false);
  });

  it('asks others once', async () => {
    const only = step([2, 2, 2], { once: true });
    const its = watching();
    expect(await eraseAll(async () => [only], its)).toBe(true);
    expect(its.seen.worked).toBe(2);
  });

  it('ends at the first failure, once all that was begun has ended', async () => {
    let ended = 0;
    const failing: Step = {
      what: 'things',
      atOnce: 3,
      find: async function* () {
        yield async () => {
          throw new Error('The table is away.');
        };
        for (let one = 0; one < 9; one += 1) {
          yield async () => {
            await new Promise((resolve) => setImmediate(resolve));
            ended += 1;
            return 'erased';
          };
        }
      },
    };
    await expect(eraseAll(async () => [failing], watching())).rejects.toThrow('The table is away.');
    expect(ended).toBeLessThan(3);
  });
});

describe('a bar', () => {
  const drawn = (isTTY: boolean, of: number, worked: readonly number[]) => {
    const texts: string[] = [];
    const bar = progressBar(of, { isTTY, write: (text) => texts.push(text) });
    for (const one of worked) bar.at(one);
    bar.end();
    return texts;
  };

  it('moves on a terminal, and is a line for each tenth in a file', () => {
    expect(drawn(true, 4, [1, 4])).toEqual([
      `\r${'█'.repeat(8)}${'░'.repeat(22)} 25 %  1 done`,
      `\r${'█'.repeat(30)} 100 %  4 done`,
      '\n',
    ]);
    expect(drawn(false, 100, [1, 9, 10, 11, 55, 100])).toEqual([
      '10 %  10 done\n',
      '55 %  55 done\n',
      '100 %  100 done\n',
    ]);
  });

  it('does not go beyond its end where more is found on the way', () => {
    expect(drawn(false, 0, [3])).toEqual(['100 %  3 done\n']);
    expect(drawn(false, 2, [5])).toEqual(['100 %  5 done\n']);
  });
});

describe('a stage in AWS', () => {
  const resource = (LogicalResourceId: string, ResourceType: string, PhysicalResourceId: string) => ({
    LogicalResourceId,
    ResourceType,
    PhysicalResourceId,
  });
  const arn = (name: string) => `arn:aws:secretsmanager:ap-south-1:1:secret:war-room/live/${name}-AbCdEf`;
  const state = [
    resource('Payments', 'AWS::DynamoDB::GlobalTable', 'war-room-live-state-Payments-1'),
    resource('SlackEvents', 'AWS::DynamoDB::GlobalTable', 'war-room-live-state-SlackEvents-1'),
    resource('TokenKey', 'AWS::KMS::Key', 'key-1'),
    resource('RazorpaySecret', 'AWS::SecretsManager::Secret', arn('razorpay')),
    resource('SlackSecret', 'AWS::SecretsManager::Secret', arn('slack')),
    resource('ApiKeysSecret', 'AWS::SecretsManager::Secret', arn('api-keys')),
  ];
  const queue = (name: string) => `https://sqs.ap-south-1.amazonaws.com/1/${name}.fifo`;
  const hub = ['PaymentsQueue', 'ReportsQueue'].map((id) => resource(id, 'AWS::SQS::Queue', queue(id)));
  const listing = (resources: readonly object[]) => JSON.stringify({ StackResourceSummaries: resources });

  it('is known by what CloudFormation lists of its two stacks, every table among it', () => {
    const { name, resources, environment, slackApiUrl } = atStage('live', [listing(state), listing(hub)]);
    expect({ name, environment, slackApiUrl }).toEqual({ name: 'stage live', environment: {}, slackApiUrl: undefined });
    expect([...resources.tables]).toEqual([
      ['Payments', 'war-room-live-state-Payments-1'],
      ['SlackEvents', 'war-room-live-state-SlackEvents-1'],
    ]);
    expect([resources.paymentsQueue, resources.reportsQueue]).toEqual([queue('PaymentsQueue'), queue('ReportsQueue')]);
  });

  it.each([
    ['of one stack alone', 'live', [listing(state)], 'There is no PaymentsQueue among the resources'],
    ['of another stage', 'dev', [listing(state), listing(hub)], 'These are not the resources of stage dev'],
    ['that is something else', 'live', ['{"Stacks": []}'], 'is not what `aws cloudformation list-stack-resources'],
    ['that is no JSON', 'live', ['Payments'], 'is not what `aws cloudformation list-stack-resources'],
  ])('is refused by a listing %s', (_, stage, listings, says) => {
    expect(() => atStage(stage, listings)).toThrow(says);
    expect(() => atStage(stage, listings)).toThrow(Misplaced);
  });
});
