import type { SQSRecord } from 'aws-lambda';
import type { Verdict } from '../aws/groups.ts';
import { type Craft, type Working, workOne } from '../slack/working.ts';
import { type TellDependencies, tell } from './tell.ts';
import { message, parseWake, threadRef, type Wake } from './wake.ts';
import { runKey } from './window.ts';

export type WorkDependencies = Omit<Working, 'log' | 'clock'> & { readonly tell: TellDependencies };

/** Works one record: those of a course are about different windows, and worked one after another. */
export async function work(record: SQSRecord, until: number, dependencies: WorkDependencies): Promise<Verdict> {
  const { log, clock } = dependencies.tell;
  return workOne([record], until, craftOf(dependencies.tell), { ...dependencies, log, clock });
}

function craftOf(dependencies: TellDependencies): Craft<Wake> {
  return {
    line: 'report',
    worker: 'reports worker',
    parse: parseWake,
    choose: ([wake]) => wake,
    ids: ({ team, course, run, cause }) => ({ team, course, window: runKey(run), cause }),
    record: (wake) => message(wake, '-'),
    thread: async (wake) => threadRef(wake),
    tell: async (wake, budget) => ({ outcome: await tell(wake, budget, dependencies) }),
  };
}
