import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { keyClient } from '../../shared/aws/keys.ts';
import { queueClient } from '../../shared/aws/queue.ts';
import { documentClient, Table } from '../../shared/aws/table.ts';
import { RazorpayClient } from '../../shared/razorpay/client.ts';
import { Installations } from '../../shared/slack/installation.ts';
import { Vault } from '../../shared/slack/vault.ts';
import { KeptSecrets } from '../secrets/kept.ts';
import type { Target } from '../stage/target.ts';
import type { DoctorParts, Scene } from './examine.ts';
import type { Http } from './reached.ts';
import { routedChannels } from './routed.ts';
import { slackCallsOf } from './slack-calls.ts';

/** As patient as a person at a keyboard. */
const patience = { timeoutMs: 10_000, attempts: 4 };

/** The doctor of a target, with the credentials of whoever runs this. The environment has to be set before. */
export function doctorFor(target: Target, version: string, canary: boolean): DoctorParts {
  const here = target.kind === 'here' ? target.facts : undefined;
  const stage = target.kind === 'deployed' ? target.settings.stage : 'local';
  const kept = new KeptSecrets(new SecretsManagerClient(), stage);
  const documents = documentClient(patience);
  const calls = slackCallsOf({ apiUrl: here && `${here.slack.url}/api/`, timeoutMs: patience.timeoutMs });
  return {
    stage,
    option: here ? '' : ` --stage ${stage}`,
    version,
    now: Date.now,
    http,
    secret: async (name) => (await kept.read(name)).text,
    webhooks: (account) =>
      new RazorpayClient(account, { apiUrl: here?.razorpay.apiUrl, timeoutMs: patience.timeoutMs }).webhooks(),
    workspace: (scene) => {
      const physical = (id: string) => scene.resources.find((resource) => resource.id === id)?.physicalId;
      const vault = new Vault(keyClient(patience), physical('TokenKey') ?? '', Date.now);
      return {
        installations: new Installations(new Table(documents, physical('SlackInstallations') ?? ''), vault),
        routed: (team) => routedChannels(team, physical, documents),
        calls,
        installUrl: `${scene.origins[0]}/slack/install`,
        canary,
      };
    },
    sqs: queueClient(patience),
    aws: target.kind === 'deployed' ? { clients: awsClients(), origin: target.settings.origin } : undefined,
    here: here && sceneOf(here),
  };
}

function sceneOf({ api, aws }: Extract<Target, { readonly kind: 'here' }>['facts']): Scene {
  const resources = aws.resources.map(({ LogicalResourceId, ResourceType, PhysicalResourceId }) => ({
    id: LogicalResourceId,
    type: ResourceType,
    physicalId: PhysicalResourceId,
  }));
  return { origins: [api], resources, alarmTopic: undefined };
}

function awsClients() {
  return {
    cloudFormation: new CloudFormationClient(),
    cloudWatch: new CloudWatchClient(),
    lambda: new LambdaClient(),
    scheduler: new SchedulerClient(),
    sns: new SNSClient(),
  };
}

/** One request from outside, as anybody could send it. */
const http: Http = async (url, request) => {
  const response = await fetch(url, {
    ...request,
    redirect: 'manual',
    signal: AbortSignal.timeout(patience.timeoutMs),
  });
  return { status: response.status, date: response.headers.get('date') ?? undefined, body: await response.text() };
};
