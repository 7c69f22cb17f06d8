import type { SQSRecord } from 'aws-lambda';
import type { Verdict } from '../aws/groups.ts';
import { type ParkingDependencies, withParked } from '../parked/craft.ts';
import { type Craft, type Working, workOne } from '../slack/working.ts';
import { parkedReports, subjectOf } from './parked.ts';
import { type TellDependencies, tell } from './tell.ts';
import { message, parseWake, threadRef, type Wake } from './wake.ts';
import { runKey } from './window.ts';

export type WorkDependencies = Omit<Working, 'log' | 'clock'> & {
  readonly tell: TellDependencies;
} & Pick<ParkingDependencies, 'parked' | 'queue'>;

/** Works one record: those of a course are about different windows, and worked one after another. */
export async function work(record: SQSRecord, until: number, dependencies: WorkDependencies): Promise<Verdict> {
  const { tell: parts, parked, queue, newId } = dependencies;
  const { log, clock } = parts;
  const craft = withParked(parkedReports, craftOf(parts), subjectOf, { ...parts, parked, queue, newId });
  return workOne([record], until, craft, { ...dependencies, log, clock });
}

function craftOf(dependencies: TellDependencies): Craft<Wake> {
  const { store } = dependencies;
  return {
    line: 'report',
    worker: 'reports worker',
    parse: parseWake,
    choose: ([wake]) => wake,
    ids: ({ team, course, run, cause }) => ({ team, course, window: runKey(run), cause }),
    record: (wake) => message(wake, '-'),
    thread: async (wake) => threadRef(wake),
    // A person decides about it now, and the sweep need not.
    parking: async (wake) => {
      const kept = await store.report(wake);
      if (kept) await store.rest(wake, kept.marks);
    },
    tell: async (wake, budget) => ({ outcome: await tell(wake, budget, dependencies) }),
  };
}
