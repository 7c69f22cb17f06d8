import type { SQSRecord } from 'aws-lambda';
import type { Verdict } from '../aws/groups.ts';
import type { Installations } from '../slack/installation.ts';
import type { Budget, Compose, Outbox } from '../slack/outbox.ts';
import type { Destination, ThreadRef } from '../slack/thread-log.ts';
import { type Craft, type Working, workOne } from '../slack/working.ts';
import { episodeAt } from './episode.ts';
import { render } from './message.ts';
import type { ChangeStore } from './store.ts';
import { message, parseWake, type Wake } from './wake.ts';

export type WorkDependencies = Working & {
  readonly changes: Pick<ChangeStore, 'of'>;
  readonly installations: Pick<Installations, 'team'>;
  readonly outbox: Pick<Outbox, 'sync'>;
};

/** Works one record of an alarm. */
export async function work(record: SQSRecord, until: number, dependencies: WorkDependencies): Promise<Verdict> {
  return workOne([record], until, craftOf(dependencies), dependencies);
}

function craftOf(dependencies: WorkDependencies): Craft<Wake> {
  return {
    line: 'alarm',
    worker: 'alarms worker',
    parse: parseWake,
    choose: ([wake]) => wake,
    ids: ({ team, alarm }) => ({ team, alarm }),
    record: (wake) => message(wake, '-'),
    thread: async ({ team, alarm }) => ({ team, key: `alarm#${alarm}` }),
    tell: async (wake, budget) => ({ outcome: await tell(wake, budget, dependencies) }),
  };
}

/**
 * Makes the ops channel say how the alarm stands that changed: each time that it rings is a thread of its own, edited when it is
 * over. `untold` where War Room is not installed in the team, or may not write there: people are written to besides.
 */
async function tell(wake: Wake, { until, report }: Budget, { changes, installations, outbox }: WorkDependencies) {
  const [team, all] = await Promise.all([installations.team(wake.team), changes.of(wake.team, wake.alarm)]);
  const episode = episodeAt(all, wake.at);
  if (!episode) return 'nothing';
  if (!team) return 'untold';
  const ref: ThreadRef = { team: team.id, key: `alarm#${wake.alarm}#${episode.since}` };
  const destination: Destination = {
    channel: team.channels.ops,
    row: 'ops',
    why: 'What needs a person goes to the ops channel.',
  };
  const compose: Compose = async (read) => ({ ...render(episode), destination: read.destination ?? destination });
  // Nothing wakes it by itself: a channel that cannot be written to is told of by the payments that wait for it.
  return (await outbox.sync(ref, compose, { until, report })) === 'done' ? 'done' : 'untold';
}
