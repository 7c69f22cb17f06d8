import { describe, expect, it } from '@jest/globals';
import { isAlive } from '../../lib/local/facts.ts';
import { startDynamoDbLocal, whyNoDynamoDbLocal } from '../support/dynamodb-local.ts';
import { listeningAt } from '../support/program.ts';

const why = await whyNoDynamoDbLocal();

describe('DynamoDB Local', () => {
  if (why !== undefined) {
    it.todo(why);
    return;
  }

  it('listens on loopback only, and is gone when it is stopped', async () => {
    const { endpoint, pid, stop } = await startDynamoDbLocal();
    const listening = listeningAt(pid);
    await stop();

    expect(listening).toEqual([new URL(endpoint).host]);
    expect(isAlive(pid)).toBe(false);
  });
});
