import { describe, expect, it } from '@jest/globals';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { type Verdict, workGroups } from '../../shared/aws/groups.ts';

const record = (messageId: string, group: string): SQSRecord =>
  ({
    messageId,
    receiptHandle: `receipt-${messageId}`,
    body: messageId,
    attributes: { MessageGroupId: group },
  }) as never;
const event: SQSEvent = { Records: [record('a1', 'A'), record('b1', 'B'), record('a2', 'A'), record('c1', 'C')] };

/** Works `event` with a verdict for each group, and notes what was asked of it. */
async function run(verdicts: Readonly<Record<string, Verdict | Error>>, comeBack = async () => {}) {
  const worked: string[][] = [];
  const back: [string, number][] = [];
  const answer = await workGroups(
    event,
    async (records) => {
      worked.push(records.map(({ body }) => body));
      const verdict = verdicts[records[0].attributes.MessageGroupId ?? ''] ?? 'done';
      if (verdict instanceof Error) throw verdict;
      return verdict;
    },
    async ({ messageId }, seconds) => {
      back.push([messageId, seconds]);
      await comeBack();
    },
  );
  return { worked, back, failed: answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier) };
}

describe('the groups of a batch', () => {
  it('are worked once each, all records of a group together', async () => {
    expect(await run({})).toEqual({ worked: [['a1', 'a2'], ['b1'], ['c1']], back: [], failed: [] });
  });

  it('fail as a whole, and leave the others alone', async () => {
    expect((await run({ A: new Error('no') })).failed).toEqual(['a1', 'a2']);
  });

  it('come back as a whole after the time that was asked for', async () => {
    const { back, failed } = await run({ A: { comeBackMs: 1_500 }, C: { comeBackMs: undefined } });

    expect(back).toEqual([
      ['a1', 1.5],
      ['a2', 1.5],
    ]);
    expect(failed).toEqual(['a1', 'a2', 'c1']);
  });

  it('come back with the visibility timeout where even that fails', async () => {
    const { failed } = await run({ B: { comeBackMs: 10 } }, () => Promise.reject(new Error('the queue is away')));

    expect(failed).toEqual(['b1']);
  });

  it('run at the same time', async () => {
    let running = 0;
    let most = 0;
    await workGroups(
      event,
      async () => {
        running += 1;
        most = Math.max(most, running);
        await Promise.resolve();
        running -= 1;
        return 'done';
      },
      async () => {},
    );

    expect(most).toBe(3);
  });
});
