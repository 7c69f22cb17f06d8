import { ACMClient, DescribeCertificateCommand } from '@aws-sdk/client-acm';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  DescribeSecretCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { CdkFailed, differingIn } from '../../bin/deploy/cdk.ts';
import { type DeploymentParts, deployStage } from '../../bin/deploy/deployment.ts';
import { type PreflightClients, preflight } from '../../bin/deploy/preflight.ts';
import { register } from '../../bin/deploy/webhook.ts';
import type { Standing } from '../../bin/secrets/standing.ts';
import { type Finding, fine, linesOf, wrong } from '../../bin/stage/finding.ts';
import type { Placed } from '../../bin/stage/target.ts';
import { type RazorpayApi, startRazorpayApi } from '../../lib/local/razorpay-api.ts';
import { checkedSettings } from '../../lib/parts/settings.ts';
import { type Account, Accounts } from '../../shared/razorpay/accounts.ts';
import { type Outcome, RazorpayClient } from '../../shared/razorpay/client.ts';
import { everyAccountsEvents, someAccountsEvents } from '../../shared/razorpay/webhook-events.ts';

const now = Date.UTC(2026, 10, 22, 12, 0);

const certificate = 'arn:aws:acm:ap-south-1:123456789012:certificate/1';
const settings: Placed = {
  ...checkedSettings({ stage: 'live', domain: { name: 'war-room.example.com', certificate } }),
  account: '123456789012',
  region: 'ap-south-1',
};
const failing = (name: string, message = 'no') => Object.assign(new Error(message), { name });
const wrongIn = (findings: readonly Finding[]) =>
  linesOf(
    findings.filter(({ state }) => state !== 'fine'),
    now,
  ).map((line) => line.replace(/ +/g, ' '));

describe('before anything is changed', () => {
  const noStack = failing('ValidationError', 'Stack with id x does not exist');

  function account() {
    const sts = mockClient(STSClient);
    sts.on(GetCallerIdentityCommand).resolves({ Account: settings.account, Arn: 'arn:aws:iam::123456789012:user/ops' });
    const cloudFormation = mockClient(CloudFormationClient);
    cloudFormation.on(DescribeStacksCommand).rejects(noStack);
    cloudFormation.on(DescribeStacksCommand, { StackName: 'CDKToolkit' }).resolves({ Stacks: [bootstrapped('28')] });
    const lambda = mockClient(LambdaClient);
    lambda.on(GetAccountSettingsCommand).resolves({ AccountLimit: { UnreservedConcurrentExecutions: 1_000 } });
    const acm = mockClient(ACMClient);
    acm.on(DescribeCertificateCommand).resolves({ Certificate: issued });
    const dynamodb = mockClient(DynamoDBClient);
    dynamodb.on(ListTablesCommand).resolves({ TableNames: ['other', 'war-room-live-state-Payments'] });
    const secretsManager = mockClient(SecretsManagerClient);
    secretsManager.on(DescribeSecretCommand).rejects(new ResourceNotFoundException({ message: 'gone', $metadata: {} }));
    return { sts, cloudFormation, lambda, acm, dynamodb, secretsManager };
  }

  const bootstrapped = (version: string) => ({
    StackName: 'CDKToolkit',
    CreationTime: new Date(now),
    StackStatus: 'CREATE_COMPLETE' as const,
    Outputs: [{ OutputKey: 'BootstrapVersion', OutputValue: version }],
  });
  const issued = {
    Status: 'ISSUED' as const,
    DomainName: '*.example.com',
    NotAfter: new Date(now + 90 * 86_400_000),
  };
  const stack = (
    status: 'CREATE_COMPLETE' | 'UPDATE_IN_PROGRESS' | 'ROLLBACK_COMPLETE' | 'UPDATE_ROLLBACK_COMPLETE',
  ) => ({
    Stacks: [{ StackName: 's', CreationTime: new Date(now), StackStatus: status }],
  });

  async function look(
    change: (made: ReturnType<typeof account>) => unknown = () => undefined,
    more: Partial<Placed> = {},
  ) {
    const made = account();
    change(made);
    const region = 'local';
    const clients: PreflightClients = {
      sts: new STSClient({ region }),
      cloudFormation: new CloudFormationClient({ region }),
      lambda: new LambdaClient({ region }),
      acm: new ACMClient({ region }),
      dynamodb: new DynamoDBClient({ region }),
      secretsManager: new SecretsManagerClient({ region }),
    };
    return preflight({ ...settings, ...more }, { concurrency: 40, tables: 12 }, clients, now);
  }

  it('is fine in an account that was prepared, and in one where the stage is already', async () => {
    const first = await look();
    const again = await look(({ cloudFormation }) =>
      ['war-room-live-state', 'war-room-live-hub'].map((StackName) =>
        cloudFormation.on(DescribeStacksCommand, { StackName }).resolves(stack('CREATE_COMPLETE')),
      ),
    );

    expect(wrongIn(first)).toEqual([]);
    expect(first.map(({ link }) => link)).toEqual([
      'credentials',
      'bootstrap',
      'stack war-room-live-state',
      'stack war-room-live-hub',
      'leftovers',
      'Lambda concurrency',
      'DynamoDB tables',
      'certificate',
    ]);
    expect(wrongIn(again)).toEqual([]);
  });

  it.each<readonly [string, Parameters<typeof look>[0], RegExp]>([
    [
      'nobody is signed in',
      ({ sts }) => sts.on(GetCallerIdentityCommand).rejects(failing('CredentialsProviderError')),
      /no AWS credentials here\. Sign in first/,
    ],
    [
      'the credentials have expired',
      ({ sts }) => sts.on(GetCallerIdentityCommand).rejects(failing('ExpiredToken')),
      /have expired\. Sign in again/,
    ],
    [
      'it is another account',
      ({ sts }) => sts.on(GetCallerIdentityCommand).resolves({ Account: '210987654321' }),
      /of account 210987654321, and stages\/live\.json says 123456789012/,
    ],
    [
      'CDK was never prepared',
      ({ cloudFormation }) => cloudFormation.on(DescribeStacksCommand, { StackName: 'CDKToolkit' }).rejects(noStack),
      /never prepared in ap-south-1\. .*npx cdk bootstrap aws:\/\/123456789012\/ap-south-1/,
    ],
    [
      'CDK was prepared long ago',
      ({ cloudFormation }) =>
        cloudFormation.on(DescribeStacksCommand, { StackName: 'CDKToolkit' }).resolves({ Stacks: [bootstrapped('5')] }),
      /prepared by version 5, and 8 is needed/,
    ],
    [
      'a stack is being changed',
      ({ cloudFormation }) =>
        cloudFormation
          .on(DescribeStacksCommand, { StackName: 'war-room-live-hub' })
          .resolves(stack('UPDATE_IN_PROGRESS')),
      /war-room-live-hub is being changed/,
    ],
    [
      'a stack was never made',
      ({ cloudFormation }) =>
        cloudFormation
          .on(DescribeStacksCommand, { StackName: 'war-room-live-hub' })
          .resolves(stack('ROLLBACK_COMPLETE')),
      /never made: .* delete the stack/,
    ],
    [
      'stacks cannot be asked about',
      ({ cloudFormation }) => cloudFormation.on(DescribeStacksCommand).rejects(failing('AccessDenied')),
      /does not let you do this/,
    ],
    [
      'an earlier stage left its secrets',
      ({ secretsManager }) =>
        secretsManager.on(DescribeSecretCommand, { SecretId: 'war-room/live/slack' }).resolves({ Name: 'x' }),
      /left war-room\/live\/slack\. Take them into/,
    ],
    [
      'an earlier stage is being deleted',
      ({ secretsManager }) =>
        secretsManager
          .on(DescribeSecretCommand, { SecretId: 'war-room/live/slack' })
          .resolves({ DeletedDate: new Date(now) }),
      /war-room\/live\/slack \(being deleted\)/,
    ],
    [
      'secrets cannot be asked about',
      ({ secretsManager }) => secretsManager.on(DescribeSecretCommand).rejects(failing('AccessDeniedException')),
      /leftovers AWS does not let you/,
    ],
    [
      'the account is new and runs ten functions',
      ({ lambda }) =>
        lambda.on(GetAccountSettingsCommand).resolves({ AccountLimit: { UnreservedConcurrentExecutions: 10 } }),
      /runs 10 functions at a time, and War Room may want 90\. Ask for 1000/,
    ],
    [
      'quotas cannot be asked about',
      ({ lambda }) => lambda.on(GetAccountSettingsCommand).rejects(failing('TooManyRequestsException')),
      /slow down/,
    ],
    [
      'there are too many tables',
      ({ dynamodb }) =>
        dynamodb.on(ListTablesCommand).resolves({ TableNames: Array.from({ length: 2_489 }, (_, at) => `t${at}`) }),
      /there would be 2501, and an account has 2500/,
    ],
    [
      'tables cannot be asked about',
      ({ dynamodb }) => dynamodb.on(ListTablesCommand).rejects(failing('AccessDeniedException')),
      /DynamoDB tables AWS does not let you/,
    ],
    [
      'the certificate is not there',
      ({ acm }) => acm.on(DescribeCertificateCommand).rejects(failing('ResourceNotFoundException')),
      /certificate is not there\. Ask Certificate Manager/,
    ],
    [
      'the certificate is for another name',
      ({ acm }) =>
        acm.on(DescribeCertificateCommand).resolves({ Certificate: { ...issued, DomainName: '*.other.com' } }),
      /is for \*\.other\.com, and not for war-room\.example\.com/,
    ],
    [
      'the certificate reaches one label only',
      ({ acm }) => acm.on(DescribeCertificateCommand).resolves({ Certificate: { ...issued, DomainName: '*.com' } }),
      /and not for/,
    ],
    [
      'the certificate waits',
      ({ acm }) =>
        acm.on(DescribeCertificateCommand).resolves({ Certificate: { ...issued, Status: 'PENDING_VALIDATION' } }),
      /waits for its proof\. Put the CNAME/,
    ],
    [
      'the certificate failed',
      ({ acm }) => acm.on(DescribeCertificateCommand).resolves({ Certificate: { ...issued, Status: 'FAILED' } }),
      /is FAILED/,
    ],
    [
      'the certificate ends',
      ({ acm }) =>
        acm
          .on(DescribeCertificateCommand)
          .resolves({ Certificate: { ...issued, NotAfter: new Date(now + 3 * 86_400_000) } }),
      /ends in 3 days/,
    ],
    [
      'certificates cannot be asked about',
      ({ acm }) => acm.on(DescribeCertificateCommand).rejects(failing('TimeoutError')),
      /cannot be reached/,
    ],
  ])('is told where %s', async (_, change, sentence) => {
    expect(wrongIn(await look(change))).toContainEqual(expect.stringMatching(sentence));
  });

  it('tells everything at once', async () => {
    const lines = wrongIn(
      await look(({ cloudFormation, lambda, acm }) => {
        cloudFormation.on(DescribeStacksCommand, { StackName: 'CDKToolkit' }).rejects(noStack);
        lambda.on(GetAccountSettingsCommand).resolves({ AccountLimit: { UnreservedConcurrentExecutions: 10 } });
        acm.on(DescribeCertificateCommand).rejects(failing('ResourceNotFoundException'));
      }),
    );

    expect(lines).toHaveLength(3);
  });

  it('lets a stack be changed whose last change was undone', async () => {
    const findings = await look(({ cloudFormation }) =>
      cloudFormation
        .on(DescribeStacksCommand, { StackName: 'war-room-live-hub' })
        .resolves(stack('UPDATE_ROLLBACK_COMPLETE')),
    );

    expect(wrongIn(findings)).toEqual([]);
  });
});

const [razorpayAccount] = Accounts.parse(
  '{"live": {"teamId": "T1", "mode": "live", "webhook": {"current": "the-secret"}, "keyId": "rzp_live_1", "keySecret": "s"}}',
).all() as [Account];

describe('the webhook of an account', () => {
  const origins = ['https://war-room.example.com', 'https://api.example'];
  const refused = (status: number): Outcome => ({ kind: 'refused', status, description: 'no', field: undefined });
  const unanswered: Outcome = { kind: 'unanswered', why: 'Razorpay answered 502.' };
  let api: RazorpayApi;
  beforeAll(async () => {
    api = await startRazorpayApi({ keyId: 'rzp_live_1', keySecret: 's', now: () => now, random: Math.random });
  });
  afterAll(() => api.stop());
  const client = (account: Account) => new RazorpayClient(account, { apiUrl: api.origin, timeoutMs: 2_000 });
  const registering = {
    list: (account: Account) => client(account).webhooks(),
    create: (account: Account, url: string, events: readonly string[]) =>
      client(account).createWebhook({ url, secret: account.webhook.current, events }),
  };

  it('is registered once, whether a call is answered or not, and left alone from then on', async () => {
    await fetch(`${api.origin}/control/faults/lost`, {
      method: 'PUT',
      body: JSON.stringify({ call: 'POST /v1/webhooks', how: 502, after: true }),
    });

    const first = await register(razorpayAccount, origins, registering);
    const second = await register(razorpayAccount, origins, registering);

    expect(wrongIn([first, second])).toEqual([]);
    expect(api.calls.filter((call) => call === 'POST /v1/webhooks')).toHaveLength(1);
    const listed = await client(razorpayAccount).webhooks();
    expect(listed).toMatchObject({
      body: { count: 1, items: [{ url: `${origins[0]}/webhooks/razorpay/live`, secret_exists: true }] },
    });
    expect(JSON.stringify(listed)).not.toContain('the-secret');
  });

  it('is registered without the events of products that the account does not have', async () => {
    const tried: (readonly string[])[] = [];

    const finding = await register(razorpayAccount, origins, {
      list: async () => ({ kind: 'answered', body: { items: [] } }),
      create: async (_, __, events) => {
        tried.push(events);
        return events.length > everyAccountsEvents.length ? refused(400) : { kind: 'answered', body: {} };
      },
    });

    expect(finding).toEqual(fine('webhook live', `registered, with ${everyAccountsEvents.length} events`));
    expect(tried).toEqual([[...everyAccountsEvents, ...someAccountsEvents], everyAccountsEvents]);
  });

  it.each<readonly [string, Outcome, Outcome, RegExp]>([
    ['the key is refused', refused(401), refused(401), /refuses the account's key/],
    ['webhooks cannot be listed', unanswered, unanswered, /does not answer/],
    [
      'the key may not register',
      { kind: 'answered', body: { items: [] } },
      refused(403),
      /does not let this key register webhooks \(403\)\. Register it by hand .*https:\/\/war-room\.example\.com\/webhooks\/razorpay\/live/,
    ],
    ['it asks to slow down', { kind: 'answered', body: { items: [] } }, { kind: 'limited' }, /slow down/],
    [
      'it never takes it',
      { kind: 'answered', body: { items: [] } },
      unanswered,
      /does not take it\. Register it by hand/,
    ],
  ])('is told where %s, and what to do', async (_, listed, made, sentence) => {
    const finding = await register(razorpayAccount, origins, { list: async () => listed, create: async () => made });

    expect(wrongIn([finding])).toEqual([expect.stringMatching(sentence)]);
  });
});

describe('a deployment', () => {
  const filled: Standing = { state: 'filled', holds: 'all' };
  type Scene = {
    differs: { State: boolean; Hub: boolean };
    secrets: Record<'slack' | 'razorpay' | 'api-keys', Standing>;
    registered: string[];
    did: string[];
    said: string[];
  };

  function scene(more: Partial<Scene> = {}): Scene {
    return {
      differs: { State: true, Hub: true },
      secrets: { slack: filled, razorpay: filled, 'api-keys': filled },
      registered: [],
      did: [],
      said: [],
      ...more,
    };
  }

  const run = (at: Scene, more: Partial<DeploymentParts> = {}) =>
    deployStage({
      stage: 'live',
      say: (line) => at.said.push(line),
      now: () => now,
      preflight: async () => [fine('credentials', 'yours')],
      cdk: {
        diff: async (stack) => (at.differs[stack] ? 'changes' : 'nothing'),
        deploy: async (stack) => {
          at.did.push(`deploy ${stack}`);
          at.differs[stack] = false;
        },
      },
      confirm: async () => true,
      standings: async () => new Map(Object.entries(at.secrets)) as Awaited<ReturnType<DeploymentParts['standings']>>,
      accounts: async () => (at.secrets.razorpay.state === 'filled' ? [razorpayAccount] : []),
      reached: async () => ({
        origins: ['https://war-room.example.com', 'https://api.example'],
        domainTarget: 'd-1.execute-api',
      }),
      registering: {
        list: async () => ({ kind: 'answered', body: { items: at.registered.map((url) => ({ url, active: true })) } }),
        create: async (_, url) => {
          at.did.push('register');
          at.registered.push(url);
          return { kind: 'answered', body: {} };
        },
      },
      manifestLink: (origin) => `https://api.slack.com/apps?new_app=1&for=${origin}`,
      doctor: async () => [fine('address', 'answers')],
      ...more,
    });

  it('stops with the secrets that are empty, and how to fill them; then goes on where it stopped', async () => {
    const at = scene({
      secrets: { slack: { state: 'empty' }, razorpay: { state: 'empty' }, 'api-keys': { state: 'empty' } },
    });

    expect(await run(at)).toBe('waiting');
    expect(at.did).toEqual(['deploy State']);
    expect(at.said.join('\n')).toMatch(
      /war-room\/live\/razorpay is empty\n {4}npm run secrets -- --stage live razorpay/,
    );

    at.secrets = { slack: { state: 'empty' }, razorpay: filled, 'api-keys': filled };
    expect(await run(at)).toBe('waiting');
    expect(at.did).toEqual(['deploy State', 'deploy Hub', 'register']);
    expect(at.said.join('\n')).toContain('https://api.slack.com/apps?new_app=1&for=https://war-room.example.com');
    expect(at.said.join('\n')).toContain('https://war-room.example.com/webhooks/razorpay/live');
    expect(at.said.join('\n')).toContain('Point war-room.example.com to d-1.execute-api');

    at.secrets = { slack: filled, razorpay: filled, 'api-keys': filled };
    expect(await run(at)).toBe('done');
    expect(at.did).toHaveLength(3);
    expect(at.said.at(-1)).toBe('\nStage live is live.');
  });

  it('changes nothing the second time, and asks nothing', async () => {
    const at = scene();
    await run(at);
    const did = [...at.did];

    const ended = await run(at, { confirm: () => Promise.reject(new Error('nobody is asked')) });

    expect(ended).toBe('done');
    expect(at.did).toEqual(did);
  });

  it('changes nothing where something is missing, and says all of it', async () => {
    const at = scene();

    const ended = await run(at, {
      preflight: async () => [wrong('bootstrap', 'is old', 'Renew it.'), wrong('certificate', 'waits', 'Wait.')],
    });

    expect(ended).toBe('refused');
    expect(at.did).toEqual([]);
    expect(at.said.filter((line) => line.includes('✗'))).toHaveLength(2);
  });

  it('changes nothing where the diff is declined', async () => {
    const at = scene();

    expect(await run(at, { confirm: async () => false })).toBe('declined');
    expect(at.did).toEqual([]);
  });

  it('does not deploy the hub over a secret that cannot be used', async () => {
    const at = scene({
      secrets: {
        slack: { state: 'wrong', problems: ['The slack secret: /clientId is missing.'] },
        razorpay: filled,
        'api-keys': filled,
      },
    });

    expect(await run(at)).toBe('waiting');
    expect(at.did).toEqual(['deploy State']);
    expect(at.said.join('\n')).toContain('/clientId is missing');
  });

  it('ends where the command of CDK fails', async () => {
    const at = scene();
    const cdk = {
      diff: async () => 'changes' as const,
      deploy: async () => Promise.reject(new CdkFailed('cdk deploy ended with 1')),
    };

    await expect(run(at, { cdk })).rejects.toThrow(CdkFailed);
    expect(at.did).toEqual([]);
  });

  it.each([
    ['the doctor finds something', { doctor: async () => [wrong('queue', 'is full', 'Look.')] }],
    [
      'Razorpay takes no webhook',
      {
        registering: {
          list: async () => ({ kind: 'limited' }) as const,
          create: async () => ({ kind: 'limited' }) as const,
        },
      },
    ],
  ])('says that it is not done where %s', async (_, more) => {
    expect(await run(scene(), more)).toBe('unwell');
  });
});

describe('the CDK command', () => {
  it.each([
    ['✨  Number of stacks with differences: 0', 0],
    ['Stack Hub\n\n✨  Number of stacks with differences: 1\n', 1],
    ['This CDK CLI is not compatible', undefined],
  ])('says how many stacks differ', (output, count) => {
    expect(differingIn(output)).toBe(count);
  });
});
