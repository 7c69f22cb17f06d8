import type { SQSRecord } from 'aws-lambda';
import type { Verdict } from '../aws/groups.ts';
import type { Queue } from '../aws/queue.ts';
import { type ParkingDependencies, withParked } from '../parked/craft.ts';
import type { Budget } from '../slack/outbox.ts';
import { type Craft, type Working, workOne } from '../slack/working.ts';
import { type Heard, heardRecord, heardRef, type Renamed, readHeard } from './heard.ts';
import { hearOfChannel, lose } from './lost.ts';
import { nextNight } from './night.ts';
import { renamedNotice } from './notice.ts';
import { parkedCalls, subjectOf } from './parked.ts';
import { isPassedId } from './passed.ts';
import { forgetPerson } from './person.ts';
import { protectedNotice } from './protected.ts';
import { type TellDependencies, tell } from './tell.ts';
import { tellOps } from './tell-ops.ts';
import { message, parseWake, threadRef, type Wake } from './wake.ts';

export type WorkDependencies = Omit<Working, 'log' | 'clock'> & {
  readonly tell: TellDependencies;
  /** Where calls are woken that waited for somebody. */
  readonly queue: Pick<Queue, 'send'>;
  readonly parked: ParkingDependencies['parked'];
};

/** Works one record: those of an agent are about different calls, and worked one after another. */
export async function work(record: SQSRecord, until: number, dependencies: WorkDependencies): Promise<Verdict> {
  const { tell: parts, parked, queue, newId } = dependencies;
  const { log, clock } = parts;
  const craft = withParked(parkedCalls, craftOf(dependencies), subjectOf, { ...parts, parked, queue, newId });
  return workOne([record], until, craft, { ...dependencies, log, clock });
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
    parking: async (wake) => {
      if (!isHeard(wake)) await leaveToPerson(wake, parts);
    },
    tell: async (wake, budget) => ({
      outcome: isHeard(wake) ? await hear(wake, budget, { ...parts, queue, newId }) : await tell(wake, budget, parts),
    }),
  };
}

/** A person decides about it now, and the sweep need not. What corrects a call meanwhile is handed over by itself. */
async function leaveToPerson(wake: Wake, { store, passed, clock }: TellDependencies): Promise<void> {
  const { team, call, cause } = wake;
  if (cause === 'night') return store.postponeNight(wake, nextNight(wake.agent, clock.now()));
  const kept = isPassedId(call) ? await passed.read(team, call) : await store.call(team, call);
  if (kept) await store.clearDue(team, call, kept.revision);
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
    case 'renamed':
      return tellRenamed(heard, budget, parts);
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

/** Said once of each time that the channel of an agent is renamed: calls go on in it by its id. */
async function tellRenamed(
  { team: id, channel, event }: Renamed & Pick<Heard, 'team'>,
  budget: Budget,
  { store, chains, installations, outbox }: HearParts,
): Promise<string> {
  const [team, agent] = [await installations.team(id), await store.agentOf(id, channel)];
  if (!team || agent === undefined || (await store.channel({ team: id, agent }))?.id !== channel) return 'nothing';
  const name = (await chains.chainOf(id, agent))?.people[0].name ?? agent;
  const ref = { team: id, key: `calls-renamed#${channel}#${event}` };
  await tellOps(ref, () => renamedNotice(name, channel), team, budget, outbox);
  return 'told';
}

function isHeard(wake: Wake | Heard): wake is Heard {
  return !('call' in wake);
}
