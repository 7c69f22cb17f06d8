import type { SQSRecord } from 'aws-lambda';
import type { Verdict } from '../aws/groups.ts';
import { recordName } from '../parked/record.ts';
import { type Craft, type Working, workOne } from '../slack/working.ts';
import { subjectOf } from './parked.ts';
import { type TellDependencies, tell } from './tell.ts';
import { message, parseWake, threadRef, type Wake } from './wake.ts';

export type WorkDependencies = Omit<Working, 'log' | 'clock' | 'newId'> & { readonly tell: TellDependencies };

/** Works the records of one group: all of them are about one payment. */
export async function work(
  records: readonly [SQSRecord, ...SQSRecord[]],
  until: number,
  dependencies: WorkDependencies,
): Promise<Verdict> {
  const { log, clock, newId } = dependencies.tell;
  return workOne(records, until, craftOf(dependencies.tell), { ...dependencies, log, clock, newId });
}

function craftOf(dependencies: TellDependencies): Craft<Wake> {
  return {
    line: 'payment',
    worker: 'payments worker',
    isNews: ({ cause }) => cause === 'webhook' || cause === 'api',
    parse: parseWake,
    // That one was held matters once the thread is told: its hold is to be forgotten.
    choose: (wakes) => wakes.find(({ cause }) => cause === 'held') ?? wakes[0],
    ids: ({ team, account, home, cause }) => ({ team, account, home, cause }),
    record: (wake) => message(wake, { unique: '' }),
    thread: async (wake) => threadRef(wake, (await dependencies.store.threadOf(wake, wake.home)) ?? wake.home),
    parking: (wake, ref, code) => dependencies.log.park(ref, recordName({ code, subject: subjectOf(wake) })),
    tell: async (wake, budget) => {
      const { outcome, thread } = await tell(wake, budget, dependencies);
      return { outcome, more: { thread } };
    },
  };
}
