import type { SQSRecord } from 'aws-lambda';
import type { Verdict } from '../aws/groups.ts';
import type { Queue } from '../aws/queue.ts';
import { type Craft, type Working, workOne } from '../slack/working.ts';
import { type Heard, hear, heardRecord, heardRef, readHeard } from './heard.ts';
import { type TellDependencies, tell } from './tell.ts';
import { message, parseWake, threadRef, type Wake } from './wake.ts';

export type WorkDependencies = Omit<Working, 'log' | 'clock'> & {
  readonly tell: TellDependencies;
  /** Where calls are woken that waited for somebody. */
  readonly queue: Pick<Queue, 'send'>;
};

/** Works one record: those of an agent are about different calls, and worked one after another. */
export async function work(record: SQSRecord, until: number, dependencies: WorkDependencies): Promise<Verdict> {
  const { log, clock } = dependencies.tell;
  return workOne([record], until, craftOf(dependencies), { ...dependencies, log, clock });
}

function craftOf({ tell: parts, queue, newId }: WorkDependencies): Craft<Wake | Heard> {
  return {
    line: 'call',
    worker: 'calls worker',
    parse: (body) => readHeard(body) ?? parseWake(body),
    choose: ([wake]) => wake,
    ids: (wake) => {
      const { team, cause } = wake;
      return isHeard(wake) ? { team, cause, user: wake.user } : { team, agent: wake.agent, call: wake.call, cause };
    },
    record: (wake) => (isHeard(wake) ? heardRecord(wake) : message(wake, '-')),
    thread: async (wake) => (isHeard(wake) ? heardRef(wake) : threadRef(wake)),
    tell: async (wake, budget) => ({
      outcome: isHeard(wake) ? await hear(wake, { ...parts, queue, newId }) : await tell(wake, budget, parts),
    }),
  };
}

function isHeard(wake: Wake | Heard): wake is Heard {
  return wake.cause === 'person';
}
