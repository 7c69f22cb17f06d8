import { GetScheduleCommand, type SchedulerClient } from '@aws-sdk/client-scheduler';
import { awsTrouble } from '../stage/aws-trouble.ts';
import { type Finding, fine, wrong } from '../stage/finding.ts';

/** A schedule of the template: its logical id, and its physical id, `group|name` or the name alone. */
export type SchedulePlace = { readonly id: string; readonly physicalId: string };

/** Whether the clock calls what it has to. */
export async function checkSchedules(
  schedules: readonly SchedulePlace[],
  groups: readonly string[],
  scheduler: Pick<SchedulerClient, 'send'>,
): Promise<Finding[]> {
  return Promise.all(schedules.map((schedule) => checkSchedule(schedule, groups, scheduler)));
}

async function checkSchedule(
  { id, physicalId }: SchedulePlace,
  groups: readonly string[],
  scheduler: Pick<SchedulerClient, 'send'>,
): Promise<Finding> {
  const job = id.replace(/Schedule$/, '');
  const link = `schedule ${job}`;
  const found = await inOneOf(
    groupsFor(physicalId, job, groups),
    physicalId.split('|').at(-1) ?? physicalId,
    scheduler,
  ).catch((error: unknown) => awsTrouble(error));
  if (found === undefined)
    return wrong(
      link,
      'is not there',
      // CloudFormation looks at what a template changes, and not at what is there.
      'Somebody deleted it by hand: change its description in lib/rooms and deploy, and CloudFormation makes it anew.',
    );
  if ('says' in found) return wrong(link, found.says, found.remedy);
  const { State, ScheduleExpression, ScheduleExpressionTimezone, LastModificationDate } = found;
  if (State === 'ENABLED') return fine(link, `on: ${ScheduleExpression} in ${ScheduleExpressionTimezone ?? 'UTC'}`);
  return wrong(
    link,
    'is switched off',
    `Switch it on in EventBridge Scheduler: until then ${job} does not run.`,
    LastModificationDate?.getTime(),
  );
}

/** Each schedule has a group of its own, whose name CDK makes from the job's. */
function groupsFor(physicalId: string, job: string, groups: readonly string[]): readonly string[] {
  const [group, name] = physicalId.split('|');
  if (group !== undefined && name !== undefined) return [group];
  const own = groups.filter((each) => each.includes(job));
  return own.length > 0 ? own : groups;
}

async function inOneOf(groups: readonly string[], name: string, scheduler: Pick<SchedulerClient, 'send'>) {
  for (const group of groups) {
    try {
      return await scheduler.send(new GetScheduleCommand({ GroupName: group, Name: name }));
    } catch (error) {
      if (!(error instanceof Error && error.name === 'ResourceNotFoundException')) throw error;
    }
  }
  return undefined;
}
