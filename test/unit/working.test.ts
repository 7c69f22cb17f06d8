import { describe, expect, it } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import { Retry } from '../../shared/base/errors.ts';
import { teamId } from '../../shared/base/names.ts';
import type { Report } from '../../shared/slack/pass.ts';
import { type Craft, workOne } from '../../shared/slack/working.ts';

const now = 1_795_000_000_000;

/** A record that was sent so many milliseconds ago. */
function record(ageMs: number): SQSRecord {
  const attributes = { SentTimestamp: String(now - ageMs), ApproximateReceiveCount: '1', MessageGroupId: 'g' };
  return { body: 'wake', attributes } as unknown as SQSRecord;
}

/** What a worker counts while it tells: `done` says what came of it, and what it did to the report. */
async function countedBy(
  done: (report: Report) => string | Promise<never>,
  { isNews = true, ages = [1_200] as readonly number[] } = {},
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const craft: Craft<string> = {
    line: 'tried',
    worker: 'tried worker',
    isNews: () => isNews,
    parse: (body) => body,
    choose: ([wake]) => wake,
    ids: () => ({}),
    record: () => ({ group: 'g', body: '{}' }),
    thread: async () => ({ team: teamId('T1'), key: 'k' }),
    tell: async (_, { report }) => ({ outcome: await done(report) }),
  };
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const [first = 0, ...others] = ages;
  await workOne([record(first), ...others.map(record)], now + 30_000, craft, {
    log: { fail: async () => ({ attempts: 1, since: now }), forgive: async () => undefined },
    clock: { now: () => now, sleep: async () => undefined },
    newId: () => 'id',
    pacing: { scale: 1, attemptMs: 10, random: () => 0 },
    deadLetters: { send: async () => undefined },
    lines: quiet,
    count: (name, value) => {
      counts[name] = (counts[name] ?? 0) + value;
    },
    reportError: () => undefined,
  });
  return counts;
}

describe('what a worker counts', () => {
  it('is a held thread, which rings', async () => {
    expect(await countedBy(() => 'held')).toEqual({ ThreadsHeld: 1 });
  });

  it('is each message by what was done, a doubled one, which rings, among them', async () => {
    const counts = await countedBy((report) => {
      Object.assign(report, { posted: 2, edited: 1, adopted: 1, doubled: 1 });
      return 'done';
    });

    expect(counts).toMatchObject({ MessagesPosted: 2, MessagesEdited: 1, MessagesAdopted: 1, MessagesDoubled: 1 });
  });

  it('is how long the oldest news has waited until it was told', async () => {
    const posted = (report: Report) => {
      report.posted = 1;
      return 'done';
    };

    expect(await countedBy(posted, { ages: [800, 3_000] })).toEqual({ MessagesPosted: 1, ToldAfterMs: 3_000 });
    // A sweep, or a thread that was held, is woken by something that is no news.
    expect(await countedBy(posted, { isNews: false })).toEqual({ MessagesPosted: 1 });
    expect(await countedBy(() => 'done')).toEqual({});
  });

  it('is what was done until it had to wait', async () => {
    const counts = await countedBy((report) => {
      report.posted = 1;
      return Promise.reject(Retry.waiting('Its turn comes later.', 60_000));
    });

    expect(counts).toEqual({ MessagesPosted: 1 });
  });
});
