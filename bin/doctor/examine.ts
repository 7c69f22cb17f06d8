import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { SchedulerClient } from '@aws-sdk/client-scheduler';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { ApiKeys } from '../../shared/base/api-key.ts';
import type { TeamId } from '../../shared/base/names.ts';
import { MalformedSecret } from '../../shared/base/secret.ts';
import { type Account, Accounts } from '../../shared/razorpay/accounts.ts';
import type { SecretName } from '../secrets/form.ts';
import { awsTrouble } from '../stage/aws-trouble.ts';
import { type Finding, unseen, wrong } from '../stage/finding.ts';
import { describedStack, resourcesIn, type StageResource } from '../stage/stacks.ts';
import { checkAlarms, checkListeners } from './alarms.ts';
import { checkClocks } from './clocks.ts';
import { checkQueues, oldestIn } from './queues.ts';
import { checkReached, type Http } from './reached.ts';
import { checkSchedules } from './schedules.ts';
import { checkSecrets } from './secrets.ts';
import { checkStack } from './stacks.ts';
import { checkWebhook, type ListWebhooks } from './webhooks.ts';
import { checkWorkers } from './workers.ts';
import { checkWorkspace, type WorkspaceParts } from './workspace.ts';

/** What a stage is found to consist of. */
export type Scene = {
  /** Where people reach War Room; then where else its webhooks may lead. No slash at the end. */
  readonly origins: readonly [string, ...string[]];
  readonly resources: readonly StageResource[];
  readonly alarmTopic: string | undefined;
};

/** The clients of a stage in AWS. */
type AwsClients = {
  readonly cloudFormation: CloudFormationClient;
  readonly cloudWatch: CloudWatchClient;
  readonly lambda: LambdaClient;
  readonly scheduler: SchedulerClient;
  readonly sns: SNSClient;
};

export type DoctorParts = {
  readonly stage: string;
  /** How the stage is named to other commands: ` --stage live`, or nothing. */
  readonly option: string;
  readonly version: string;
  readonly now: () => number;
  readonly http: Http;
  readonly secret: (name: SecretName) => Promise<string>;
  readonly webhooks: ListWebhooks;
  readonly workspace: (scene: Scene) => WorkspaceParts;
  readonly sqs: Pick<SQSClient, 'send'>;
  /** Where the stage is in AWS: what is asked of AWS besides queues and secrets, and how people reach it if its file says so. */
  readonly aws: { readonly clients: AwsClients; readonly origin: string | undefined } | undefined;
  /** What is served on this machine, where it is not in AWS. */
  readonly here: Scene | undefined;
};

/** Looks at each link of the chain, from outside and from inside, in the order in which a payment meets them. */
export async function examine(parts: DoctorParts): Promise<Finding[]> {
  const { findings: stacks, scene } = await staged(parts);
  const { findings: secrets, texts } = await checkSecrets(parts.secret, parts.option);
  const accounts = accountsIn(texts.razorpay ?? '{}');
  if (!scene) return [...stacks, ...secrets];

  const dates: { api: string | undefined; slack: string | undefined } = { api: undefined, slack: undefined };
  const http: Http = async (url, request) => {
    const answer = await parts.http(url, request);
    dates.api = answer.date;
    return answer;
  };
  const [origin] = scene.origins;
  const [account] = accounts;
  const reached = await checkReached({ http, origin, account: account?.name, version: parts.version });
  const webhooks = await Promise.all(accounts.map((each) => checkWebhook(each, scene.origins, parts.webhooks)));
  const workspaces: Finding[] = [];
  for (const team of teamsIn(accounts, texts['api-keys'] ?? '[]')) {
    const looked = await checkWorkspace(team, parts.workspace(scene)).catch((error: unknown) => {
      const { says, remedy } = awsTrouble(error);
      return { findings: [wrong(`Slack ${team}`, says, remedy)], date: undefined };
    });
    workspaces.push(...looked.findings);
    dates.slack ??= looked.date;
  }
  return [
    ...stacks,
    ...reached,
    ...secrets,
    ...webhooks,
    ...workspaces,
    ...(await pipeline(scene, parts)),
    checkClocks(dates, parts.now()),
  ];
}

/** The stacks, and what they consist of; no scene where the hub is not there to be looked at. */
async function staged({ stage, aws, here }: DoctorParts): Promise<{ findings: Finding[]; scene: Scene | undefined }> {
  if (!aws) return { findings: [unseen('stacks', 'this machine serves the templates as they are')], scene: here };
  const { cloudFormation } = aws.clients;
  const names = [`war-room-${stage}-state`, `war-room-${stage}-hub`] as const;
  try {
    const [state, hub] = await Promise.all(names.map((name) => describedStack(cloudFormation, name)));
    const findings = [checkStack(names[0], state, true), checkStack(names[1], hub, false)];
    const apiUrl = hub?.outputs.get('ApiUrl')?.replace(/\/$/, '');
    if (!state || !hub || apiUrl === undefined) return { findings, scene: undefined };
    const resources = (await Promise.all(names.map((name) => resourcesIn(cloudFormation, name)))).flat();
    const origins = aws.origin === undefined ? ([apiUrl] as const) : ([aws.origin, apiUrl] as const);
    return { findings, scene: { origins, resources, alarmTopic: hub.outputs.get('AlarmTopic') } };
  } catch (error) {
    const { says, remedy } = awsTrouble(error);
    return { findings: [wrong('stacks', says, remedy)], scene: undefined };
  }
}

/** What lies between the way in and the way out. */
async function pipeline({ resources, alarmTopic }: Scene, { stage, sqs, aws, now }: DoctorParts): Promise<Finding[]> {
  const ofType = (type: RegExp) => resources.filter((resource) => type.test(resource.type));
  const queues = ofType(/^AWS::SQS::Queue$/).map(({ id, physicalId }) => ({ id, url: physicalId }));
  if (!aws) {
    return [
      ...(await checkQueues(queues, sqs, undefined, now())),
      unseen('schedules', 'this machine keeps the time by itself'),
      unseen('alarms', 'nothing measures on this machine'),
    ];
  }
  const { cloudWatch, lambda, scheduler, sns } = aws.clients;
  const ages = await oldestIn(queues, cloudWatch, now()).catch(() => undefined);
  const functions = ofType(/^AWS::Lambda::Function$/).map(({ id, physicalId }) => ({ id, name: physicalId }));
  const groups = ofType(/^AWS::Scheduler::ScheduleGroup$/).map(({ physicalId }) => physicalId);
  return [
    ...(await checkQueues(queues, sqs, ages, now())),
    ...(await checkWorkers(functions, lambda)),
    ...(await checkSchedules(ofType(/^AWS::Scheduler::Schedule$/), groups, scheduler)),
    ...(await checkAlarms(stage, cloudWatch)),
    alarmTopic === undefined
      ? wrong('alarm topic', 'the hub names none', 'Deploy the hub again: npm run deploy.')
      : await checkListeners(alarmTopic, sns),
  ];
}

/** The accounts that can be used; what is wrong with the others is said of the secret. */
function accountsIn(text: string): Account[] {
  try {
    return Accounts.parse(text).all();
  } catch (error) {
    if (error instanceof MalformedSecret) return [];
    throw error;
  }
}

/** Whoever has an account or a key. */
function teamsIn(accounts: readonly Account[], apiKeys: string): TeamId[] {
  let callers: readonly { readonly team: TeamId }[] = [];
  try {
    callers = ApiKeys.parse(apiKeys).all();
  } catch (error) {
    if (!(error instanceof MalformedSecret)) throw error;
  }
  return [...new Set([...accounts, ...callers].map(({ team }) => team))];
}
