import { type ACMClient, DescribeCertificateCommand } from '@aws-sdk/client-acm';
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { type DynamoDBClient, paginateListTables } from '@aws-sdk/client-dynamodb';
import { GetAccountSettingsCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { DescribeSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import type { Domain } from '../../lib/parts/settings.ts';
import { checkStack } from '../doctor/stacks.ts';
import { secretNames } from '../secrets/form.ts';
import { awsTrouble } from '../stage/aws-trouble.ts';
import { type Finding, fine, wrong } from '../stage/finding.ts';
import { describedStack, type StageStack } from '../stage/stacks.ts';
import type { Placed } from '../stage/target.ts';

/** The clients of AWS that are asked before anything is changed. They only read. */
export type PreflightClients = {
  readonly sts: Pick<STSClient, 'send'>;
  readonly cloudFormation: Pick<CloudFormationClient, 'send'>;
  readonly lambda: Pick<LambdaClient, 'send'>;
  readonly acm: Pick<ACMClient, 'send'>;
  readonly dynamodb: DynamoDBClient;
  readonly secretsManager: Pick<SecretsManagerClient, 'send'>;
};

/** What the templates take of an account's quotas. */
export type Needs = {
  /** Runs of functions at a time, when every queue is worked as fast as it may be. */
  readonly concurrency: number;
  readonly tables: number;
};

/** The assemblies of CDK 2 are deployed by this version of its bootstrap stack and later ones. */
export const bootstrapVersion = 8;

/** What remains for the functions that are called by people, Razorpay and Slack. */
const concurrencyForCallers = 50;

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html: what an account gets unless it asks for more. */
const tablesOfAnAccount = 2_500;

/** Looks at everything that can be looked at before a deployment, and changes nothing. */
export async function preflight(
  settings: Placed,
  needs: Needs,
  clients: PreflightClients,
  now: number,
): Promise<Finding[]> {
  const credentials = await checkCredentials(settings, clients);
  // Whoever may not even ask who they are, is told the same of everything.
  if (credentials.state === 'wrong') return [credentials];
  const { domain } = settings;
  const checks: readonly Promise<readonly Finding[]>[] = [
    checkBootstrap(settings, clients),
    checkStacks(settings, clients),
    checkConcurrency(needs, clients),
    checkTables(settings, needs, clients),
    ...(domain === undefined ? [] : [checkCertificate(domain, clients, now)]),
  ];
  return [credentials, ...(await Promise.all(checks)).flat()];
}

async function checkCredentials({ account, region, stage }: Placed, { sts }: PreflightClients): Promise<Finding> {
  const link = 'credentials';
  const identity = await sts.send(new GetCallerIdentityCommand({})).catch((error: unknown) => awsTrouble(error));
  if ('says' in identity) return wrong(link, identity.says, identity.remedy);
  if (identity.Account === account) return fine(link, `${identity.Arn}, ${region}`);
  return wrong(
    link,
    `they are of account ${identity.Account}, and stages/${stage}.json says ${account}`,
    'Sign in to that one, or set AWS_PROFILE.',
  );
}

async function checkBootstrap({ account, region }: Placed, { cloudFormation }: PreflightClients): Promise<Finding[]> {
  const link = 'bootstrap';
  const command = `npx cdk bootstrap aws://${account}/${region}`;
  return asked(link, async () => {
    const stack = await describedStack(cloudFormation, 'CDKToolkit');
    if (!stack)
      return wrong(link, `CDK was never prepared in ${region}`, `Do it once for the account and region: ${command}`);
    const version = Number(stack.outputs.get('BootstrapVersion') ?? 0);
    return version < bootstrapVersion
      ? wrong(link, `CDK was prepared by version ${version}, and ${bootstrapVersion} is needed`, `Renew it: ${command}`)
      : fine(link, `version ${version}`);
  });
}

/** A stack that is being changed, or stuck, takes no change. That there is none yet is what a first deployment begins with. */
async function checkStacks({ stage }: Placed, clients: PreflightClients): Promise<Finding[]> {
  const names = [`war-room-${stage}-state`, `war-room-${stage}-hub`] as const;
  try {
    const [state, hub] = await Promise.all(names.map((name) => describedStack(clients.cloudFormation, name)));
    return [
      takesChanges(names[0], state),
      takesChanges(names[1], hub),
      ...(state === undefined ? [await checkLeftovers(stage, clients)] : []),
    ];
  } catch (error) {
    const { says, remedy } = awsTrouble(error);
    return [wrong('stacks', says, remedy)];
  }
}

function takesChanges(name: string, stack: StageStack | undefined): Finding {
  if (!stack) return fine(`stack ${name}`, 'not there yet');
  // What was there before a failed change runs, and may be changed again.
  if (stack.status === 'UPDATE_ROLLBACK_COMPLETE')
    return fine(`stack ${name}`, 'its last change failed and was undone');
  return checkStack(name, stack, false);
}

/** Secrets outlive their stack, and a new one cannot make what is there. */
async function checkLeftovers(stage: string, { secretsManager }: PreflightClients): Promise<Finding> {
  const link = 'leftovers';
  const left: string[] = [];
  for (const name of secretNames) {
    const id = `war-room/${stage}/${name}`;
    try {
      const { DeletedDate } = await secretsManager.send(new DescribeSecretCommand({ SecretId: id }));
      // Deleted, and kept for the days in which that can be undone: the name is taken all the same.
      left.push(DeletedDate === undefined ? id : `${id} (being deleted)`);
    } catch (error) {
      if (error instanceof Error && error.name === 'ResourceNotFoundException') continue;
      return wrong(link, awsTrouble(error).says, awsTrouble(error).remedy);
    }
  }
  if (left.length === 0) return fine(link, 'none of an earlier stage of this name');
  return wrong(
    link,
    `an earlier stage of this name left ${left.join(', ')}`,
    'Take them into the new stack (docs/operations.md, Taking it down), or delete them for good.',
  );
}

async function checkConcurrency(needs: Needs, { lambda }: PreflightClients): Promise<Finding[]> {
  const link = 'Lambda concurrency';
  return asked(link, async () => {
    const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand({}));
    const free = AccountLimit?.UnreservedConcurrentExecutions ?? 0;
    const wanted = needs.concurrency + concurrencyForCallers;
    return free < wanted
      ? wrong(
          link,
          `the account runs ${free} functions at a time, and War Room may want ${wanted}`,
          'Ask for 1000 under Service Quotas, AWS Lambda, "Concurrent executions"; it is granted within hours.',
        )
      : fine(link, `${free} at a time, ${wanted} may be wanted`);
  });
}

async function checkTables({ stage }: Placed, needs: Needs, { dynamodb }: PreflightClients): Promise<Finding[]> {
  const link = 'DynamoDB tables';
  return asked(link, async () => {
    let others = 0;
    for await (const { TableNames = [] } of paginateListTables({ client: dynamodb }, {})) {
      others += TableNames.filter((name) => !name.startsWith(`war-room-${stage}-`)).length;
    }
    const together = others + needs.tables;
    return together > tablesOfAnAccount
      ? wrong(
          link,
          `there would be ${together}, and an account has ${tablesOfAnAccount} unless it asked for more`,
          'Ask for more under Service Quotas, Amazon DynamoDB, "Maximum number of tables".',
        )
      : fine(link, `${together} of ${tablesOfAnAccount}`);
  });
}

const dayMs = 86_400_000;

async function checkCertificate(
  { name, certificate }: Domain,
  { acm }: PreflightClients,
  now: number,
): Promise<Finding[]> {
  const link = 'certificate';
  return asked(link, async () => {
    let found: Awaited<ReturnType<typeof described>>;
    try {
      found = await described(acm, certificate);
    } catch (error) {
      if (!(error instanceof Error && error.name === 'ResourceNotFoundException')) throw error;
      return wrong(
        link,
        'is not there',
        `Ask Certificate Manager for one for ${name} in this region, and put its ARN into the stage file.`,
      );
    }
    const names = [found?.DomainName ?? '', ...(found?.SubjectAlternativeNames ?? [])];
    if (!names.some((one) => covers(one, name))) {
      return wrong(link, `is for ${[...new Set(names)].join(', ')}, and not for ${name}`, `Ask for one for ${name}.`);
    }
    if (found?.Status === 'PENDING_VALIDATION') {
      return wrong(
        link,
        'waits for its proof',
        'Put the CNAME that Certificate Manager shows into the zone of the domain, and wait some minutes.',
      );
    }
    if (found?.Status !== 'ISSUED') return wrong(link, `is ${found?.Status}`, `Ask for a new one for ${name}.`);
    const days = Math.floor(((found.NotAfter?.getTime() ?? Number.POSITIVE_INFINITY) - now) / dayMs);
    if (days < 7)
      return wrong(
        link,
        `ends in ${days} days`,
        'Certificate Manager renews it while its CNAME is there: put that back, or ask for a new one.',
      );
    return fine(link, `issued for ${names[0]}`);
  });
}

async function described(acm: Pick<ACMClient, 'send'>, certificate: string) {
  return (await acm.send(new DescribeCertificateCommand({ CertificateArn: certificate }))).Certificate;
}

/** `*.example.com` covers one more label, and no further. */
function covers(pattern: string, name: string): boolean {
  return pattern === name || (pattern.startsWith('*.') && name.slice(name.indexOf('.')) === pattern.slice(1));
}

async function asked(link: string, look: () => Promise<Finding>): Promise<Finding[]> {
  try {
    return [await look()];
  } catch (error) {
    const { says, remedy } = awsTrouble(error);
    return [wrong(link, says, remedy)];
  }
}
