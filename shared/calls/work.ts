import type { SQSRecord } from 'aws-lambda';
import type { Verdict } from '../aws/groups.ts';
import type { Queue } from '../aws/queue.ts';
import type { Budget } from '../slack/outbox.ts';
import { type Craft, type Working, workOne } from '../slack/working.ts';
import { type Heard, heardRecord, heardRef, readHeard } from './heard.ts';
import { hearOfChannel, lose } from './lost.ts';
import { forgetPerson } from './person.ts';
import { protectedNotice } from './protected.ts';
import { type TellDependencies, tell } from './tell.ts';
import { tellOps } from './tell-ops.ts';
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
    isNews: ({ cause }) => cause === 'api',
    parse: (body) => readHeard(body) ?? parseWake(body),
    choose: ([wake]) => wake,
    ids: (wake) => {
      const { team, cause } = wake;
      if (isHeard(wake)) {
        return {
          team,
          cause,
          ...('user' in wake && { user: wake.user }),
          ...('channel' in wake && { channel: wake.channel }),
        };
      }
      return { team, agent: wake.agent, call: wake.call, cause };
    },
    record: (wake) => (isHeard(wake) ? heardRecord(wake) : message(wake, '-')),
    thread: async (wake) => (isHeard(wake) ? heardRef(wake) : threadRef(wake)),
    tell: async (wake, budget) => ({
      outcome: isHeard(wake) ? await hear(wake, budget, { ...parts, queue, newId }) : await tell(wake, budget, parts),
    }),
  };
}

type HearParts = TellDependencies & Pick<WorkDependencies, 'queue' | 'newId'>;

/** Acts on what is about no call. It may run again at any time. */
async function hear(heard: Heard, budget: Budget, parts: HearParts): Promise<string> {
  switch (heard.cause) {
    case 'person':
      return forgetPerson(heard, parts);
    case 'deleted':
    case 'joined':
      return hearOfChannel(heard, parts);
    case 'lost':
      return lose(heard, budget, parts);
    case 'protected':
      return tellProtected(heard, budget, parts);
  }
}

async function tellProtected(heard: Heard, budget: Budget, parts: HearParts): Promise<string> {
  const team = await parts.installations.team(heard.team);
  if (!team?.protectedBy) return 'nothing';
  const ref = { team: team.id, key: `calls-protected#${team.protectedBy.times}` };
  await tellOps(ref, () => protectedNotice(team), team, budget, parts.outbox);
  return 'told';
}

function isHeard(wake: Wake | Heard): wake is Heard {
  return !('call' in wake);
}
