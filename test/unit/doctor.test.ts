import { CloudFormationClient, DescribeStacksCommand, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, DescribeAlarmsCommand, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { ListSubscriptionsByTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { checkClocks } from '../../bin/doctor/clocks.ts';
import { type DoctorParts, examine } from '../../bin/doctor/examine.ts';
import { type Answer, checkReached } from '../../bin/doctor/reached.ts';
import { slackCallsOf } from '../../bin/doctor/slack-calls.ts';
import { checkStack } from '../../bin/doctor/stacks.ts';
import { checkWebhook } from '../../bin/doctor/webhooks.ts';
import { checkWorkspace, type WorkspaceParts } from '../../bin/doctor/workspace.ts';
import type { SecretName } from '../../bin/secrets/form.ts';
import { type Finding, linesOf } from '../../bin/stage/finding.ts';
import { Mistaken } from '../../bin/stage/mistaken.ts';
import { type RazorpayApi, startRazorpayApi } from '../../lib/local/razorpay-api.ts';
import { channelId, teamId, userId } from '../../shared/base/names.ts';
import { botScopes } from '../../shared/install/scopes.ts';
import { type Account, Accounts } from '../../shared/razorpay/accounts.ts';
import { type Outcome, RazorpayClient } from '../../shared/razorpay/client.ts';
import { everyAccountsEvents } from '../../shared/razorpay/webhook-events.ts';
import type { Author, Team } from '../../shared/slack/installation.ts';
import { ids, type SlackWorld, startSlackWorld } from '../support/slack-world.ts';

const now = Date.UTC(2026, 10, 22, 12, 0);
const origin = 'https://war-room.example.com';

/** What is wrong, as a person reads it. */
const wrongIn = (findings: readonly Finding[]) =>
  linesOf(
    findings.filter(({ state }) => state !== 'fine'),
    now,
  ).map((line) => line.replace(/ +/g, ' '));

const failing = (name: string, message = 'no') => Object.assign(new Error(message), { name });

const razorpaySecret = {
  live: { teamId: 'T0ACADEMY1', mode: 'live', webhook: { current: 'w' }, keyId: 'rzp_live_1', keySecret: 's' },
};
const [account] = Accounts.parse(JSON.stringify(razorpaySecret)).all() as [Account];

describe('the way in', () => {
  const answers = (answer: Partial<Answer> | Error, forged: Partial<Answer> | Error = { status: 401 }) =>
    checkReached({
      http: async (_, request) => {
        const its = request ? forged : answer;
        if (its instanceof Error) throw its;
        return { status: 200, date: undefined, body: '{"ok":true,"version":"1.0.0"}', ...its };
      },
      origin,
      account: 'live',
      version: '1.0.0',
    });

  it('is fine where it answers, and turns away what nobody signed', async () => {
    const findings = await answers({});

    expect(wrongIn(findings)).toEqual([]);
    expect(findings.map(({ link }) => link)).toEqual(['address', 'webhook address live', 'events address']);
  });

  it.each<readonly [string, Partial<Answer> | Error, RegExp]>([
    [
      'nobody answers',
      Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error(), { code: 'ENOTFOUND' }) }),
      /does not answer \(ENOTFOUND\)\. Look whether the hub is deployed/,
    ],
    ['it takes too long', failing('TimeoutError'), /does not answer \(no answer in time\)/],
    ['somebody else answers', { body: '<html>' }, /answers 200, and not as War Room does/],
    ['it fails', { status: 500, body: '{"message":"Internal Server Error"}' }, /answers 500/],
    [
      'another version answers',
      { body: '{"ok":true,"version":"0.9.0"}' },
      /runs version 0\.9\.0, and this checkout is 1\.0\.0\. Deploy it/,
    ],
  ])('is told where %s', async (_, answer, sentence) => {
    expect(wrongIn(await answers(answer))[0]).toMatch(sentence);
  });

  it.each<readonly [string, Partial<Answer> | Error, RegExp]>([
    ['is taken', { status: 200 }, /takes what nobody signed \(200\)\. Take the hub down/],
    ['meets an address that is not there', { status: 404 }, /is not known there \(404\)/],
    ['has it fail', { status: 500 }, /answers 500 where a forgery is turned away by 401/],
    ['is not answered', failing('TimeoutError'), /does not answer/],
  ])('is told where a forgery %s', async (_, forged, sentence) => {
    const lines = wrongIn(await answers({}, forged));

    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(sentence);
  });
});

describe('the webhook of an account', () => {
  const url = `${origin}/webhooks/razorpay/live`;
  const whole = {
    url,
    active: true,
    disabled_at: 0,
    events: Object.fromEntries(everyAccountsEvents.map((event) => [event, true])),
  };
  const listed = (outcome: Outcome) => checkWebhook(account, [origin, 'https://api.example'], async () => outcome);
  const items = (...webhooks: readonly object[]): Outcome => ({ kind: 'answered', body: { items: webhooks } });

  it.each([
    ['with a table of events', whole],
    ['with a list of events', { ...whole, events: everyAccountsEvents }],
    ["at the API's own address", { ...whole, url: 'https://api.example/webhooks/razorpay/live' }],
  ])('is fine where it is active, %s', async (_, webhook) => {
    expect(wrongIn([await listed(items({ url: 'https://other.example' }, webhook))])).toEqual([]);
  });

  it.each<readonly [string, Outcome, RegExp]>([
    [
      'there is none',
      items({ ...whole, url: `${url}-2` }),
      /Razorpay has none for https:\/\/war-room\.example\.com\/webhooks\/razorpay\/live\. Register it/,
    ],
    [
      'it is off',
      items({ ...whole, active: false, disabled_at: now / 1_000 - 7_200 }),
      /switched it off, since 2026-11-22 10:00 UTC \(2 h\)\. Mend/,
    ],
    [
      'events are missing',
      items({ ...whole, events: { ...whole.events, 'payment.failed': false } }),
      /does not deliver payment\.failed\. Add/,
    ],
    [
      'the key is refused',
      { kind: 'refused', status: 401, description: '', field: undefined },
      /refuses the account's key\. Give the key/,
    ],
    [
      'the key may not list',
      { kind: 'refused', status: 403, description: '', field: undefined },
      /does not list webhooks for this key \(403\)/,
    ],
    ['it is asked too often', { kind: 'limited' }, /slow down\. Try again/],
    [
      'nobody answers',
      { kind: 'unanswered', why: 'Razorpay answered 502.' },
      /does not answer .*status\.razorpay\.com/,
    ],
  ])('is told where %s', async (_, outcome, sentence) => {
    expect(wrongIn([await listed(outcome)])).toEqual([expect.stringMatching(sentence)]);
  });

  describe("with Razorpay's stand-in", () => {
    let api: RazorpayApi;
    beforeAll(async () => {
      api = await startRazorpayApi({ keyId: 'rzp_live_1', keySecret: 's', now: () => now, random: Math.random });
    });
    afterAll(() => api.stop());
    const list = (its: Account) => new RazorpayClient(its, { apiUrl: api.origin, timeoutMs: 2_000 }).webhooks();

    it('is found once it is registered, and not with another key', async () => {
      const before = await checkWebhook(account, [origin], list);
      api.registerWebhook(url);

      expect(before.says).toContain('Razorpay has none');
      expect(wrongIn([await checkWebhook(account, [origin], list)])).toEqual([]);
      expect(wrongIn([await checkWebhook({ ...account, keySecret: 'x' }, [origin], list)])[0]).toContain(
        "refuses the account's key",
      );
    });
  });
});

describe('the way out, in the local Slack', () => {
  let world: SlackWorld;
  beforeEach(async () => {
    world = await startSlackWorld();
  });
  const end = () => world.front.stop();

  const team = (): Team => ({
    id: teamId(world.front.slack.teamId),
    name: 'Academy',
    url: 'https://academy.slack.test/',
    timeZone: 'Asia/Kolkata',
    channels: { payments: channelId(ids.payments), partPayments: channelId(ids.partPayments), ops: channelId(ids.ops) },
    installer: userId(ids.arjun),
  });
  const bot = (token: string): Author => ({
    kind: 'bot',
    user: userId(ids.bot),
    version: '1',
    lastUsed: undefined,
    token: async () => token,
  });
  const look = (more: Partial<WorkspaceParts> = {}, token = world.front.slack.botToken) =>
    checkWorkspace(team().id, {
      installations: { team: async () => team(), bot: async () => bot(token) },
      routed: async () => new Map(),
      calls: slackCallsOf({ apiUrl: `${world.front.url}/api/`, timeoutMs: 2_000 }),
      installUrl: `${origin}/slack/install`,
      canary: true,
      ...more,
    });

  it('is fine where the app may do everything, is in its channels and can post; the message is gone afterwards', async () => {
    const { findings, date } = await look();

    expect(wrongIn(findings)).toEqual([]);
    expect(findings.map(({ link }) => link.replace(/T\w+/, 'T'))).toEqual([
      'Slack T',
      'channel T payments',
      'channel T part payments',
      'channel T ops',
      'message T',
    ]);
    const { messages = [] } = await world.app.conversations.history({ channel: ids.ops });
    expect(messages.filter(({ subtype }) => subtype === undefined)).toEqual([]);
    expect(Math.abs(Date.parse(date ?? '') - Date.now())).toBeLessThan(60_000);
    await end();
  });

  it('is told where the token is refused, the app was never installed, or Slack does not answer', async () => {
    const refused = await look({}, 'xoxb-unknown');
    const absent = await look({ installations: { team: async () => undefined, bot: async () => undefined } });
    const dead = await look({ installations: { team: async () => team(), bot: async () => undefined } });
    const away = await look({ calls: slackCallsOf({ apiUrl: 'http://127.0.0.1:9/', timeoutMs: 500 }) });

    expect(wrongIn(refused.findings)[0]).toMatch(
      /refuses the app's token \(invalid_auth\)\. Have somebody .*\/slack\/install/,
    );
    expect(wrongIn(absent.findings)[0]).toContain('never installed');
    expect(wrongIn(dead.findings)[0]).toContain("has refused the app's token");
    expect(wrongIn(away.findings)[0]).toContain('Slack does not answer');
    await end();
  });

  it('is told where a channel was archived, or one that is routed to is not there', async () => {
    await world.app.conversations.join({ channel: ids.payments });
    await world.app.conversations.archive({ channel: ids.payments });
    const routed = new Map([[channelId('C0NOWHERE1'), 'routing gone']]);

    const { findings } = await look({ routed: async () => routed, canary: false });

    const lines = wrongIn(findings);
    expect(lines).toContainEqual(expect.stringMatching(/payments #payments was archived\. Restore/));
    expect(lines).toContainEqual(expect.stringMatching(/routing gone C0NOWHERE1 is not there for the app\. Invite/));
    expect(lines).toContainEqual(expect.stringContaining('none was posted (--no-canary)'));
    await end();
  });
});

describe('the way out, where Slack refuses', () => {
  const slackError = (error: string) =>
    Object.assign(new Error(error), { code: 'slack_webapi_platform_error', data: { error } });
  const channels = { payments: channelId('C1'), partPayments: channelId('C1'), ops: channelId('C2') };
  const look = (more: Partial<Awaited<ReturnType<WorkspaceParts['calls']>>>) =>
    checkWorkspace(teamId('T1'), {
      installations: {
        team: async () => ({ id: teamId('T1'), channels }) as Team,
        bot: async () => ({ kind: 'bot' }) as Author,
      },
      routed: async () => new Map(),
      calls: async () => ({
        identity: async () => ({ team: 'T1', scopes: undefined, date: undefined }),
        channel: async () => ({ name: 'room', isMember: true, isArchived: false, isPrivate: true }),
        join: async () => undefined,
        post: async () => '1.1',
        remove: async () => undefined,
        ...more,
      }),
      installUrl: 'https://x.example/slack/install',
      canary: true,
    });

  it.each<readonly [string, Parameters<typeof look>[0], RegExp]>([
    [
      'scopes are missing',
      { identity: async () => ({ team: 'T1', scopes: 'chat:write', date: undefined }) },
      /the app lacks channels:read, .*npm run manifest/,
    ],
    [
      'the token is of another workspace',
      { identity: async () => ({ team: 'T2', scopes: '', date: undefined }) },
      /its token is of T2/,
    ],
    [
      'it is asked too often',
      { identity: async () => Promise.reject(Object.assign(new Error(), { code: 'slack_webapi_rate_limited_error' })) },
      /slow down/,
    ],
    [
      'the app was put out of a private channel',
      { channel: async () => ({ name: 'room', isMember: false, isArchived: false, isPrivate: true }) },
      /is not in #room\. Invite it/,
    ],
    [
      'a channel cannot be asked about',
      { channel: async () => Promise.reject(slackError('fatal_error')) },
      /does not say anything of C1 \(fatal_error\)/,
    ],
    [
      'nothing can be posted',
      { post: async () => Promise.reject(slackError('restricted_action')) },
      /none can be posted in the ops channel \(restricted_action\)/,
    ],
    [
      'what was posted cannot be taken back',
      { remove: async () => Promise.reject(slackError('cant_delete_message')) },
      /could not be taken back \(cant_delete_message\)\. Delete it by hand: 1\.1/,
    ],
  ])('is told where %s', async (_, calls, sentence) => {
    const { findings } = await look(calls);

    expect(wrongIn(findings)).toContainEqual(expect.stringMatching(sentence));
  });
});

describe('a stack', () => {
  const stack = (status: string, isProtected = true) => ({
    name: 's',
    status,
    reason: undefined,
    changedAt: now - 60_000,
    isProtected,
    outputs: new Map(),
  });

  it.each([
    ['is whole', stack('UPDATE_COMPLETE'), undefined],
    ['is not there', undefined, /is not there\. Deploy it: npm run deploy -- --stage live/],
    ['is being changed', stack('UPDATE_IN_PROGRESS'), /is being changed .*since .*\(1 min\)\. Wait/],
    ['was never made', stack('ROLLBACK_COMPLETE'), /never made/],
    ['was changed in vain', stack('UPDATE_ROLLBACK_COMPLETE'), /what was there before runs/],
    ['is stuck', stack('UPDATE_ROLLBACK_FAILED'), /Continue update rollback/],
    ['fails otherwise', stack('IMPORT_ROLLBACK_FAILED'), /Deploy it again; its events/],
    ['can be deleted', stack('CREATE_COMPLETE', false), /deleted by mistake/],
  ])('is told where it %s', (_, found, sentence) => {
    expect(wrongIn([checkStack('war-room-live-state', found, true)])).toEqual(
      sentence ? [expect.stringMatching(sentence)] : [],
    );
  });
});

describe('clocks', () => {
  const at = (ms: number) => new Date(now + ms).toUTCString();

  it.each([
    ['agree', { api: at(0), slack: at(2_000) }, 'fine', ''],
    ['agree without Slack', { api: at(0), slack: undefined }, 'fine', ''],
    [
      'are apart here',
      { api: at(-300_000), slack: at(-300_000) },
      'wrong',
      /this machine and the API are 5 min apart\. Set the clock/,
    ],
    ['are apart there', { api: at(0), slack: at(90_000) }, 'wrong', /the API and Slack are 2 min apart/],
    ['are not known', { api: undefined, slack: undefined }, 'unseen', /said no time/],
  ] as const)('that %s are told', (_, dates, state, sentence) => {
    const finding = checkClocks(dates, now);

    expect(finding.state).toBe(state);
    if (sentence) expect(wrongIn([finding])[0]).toMatch(sentence);
  });
});

describe('a stage in AWS', () => {
  const queueUrl = (id: string) => `https://sqs.ap-south-1.amazonaws.com/123456789012/${id}.fifo`;
  const resources = [
    ['PaymentsQueue', 'AWS::SQS::Queue', queueUrl('PaymentsQueue')],
    ['PaymentsDeadLetters', 'AWS::SQS::Queue', queueUrl('PaymentsDeadLetters')],
    ['OrgDeadLetters', 'AWS::SQS::Queue', queueUrl('OrgDeadLetters')],
    ['PaymentsSweepDeadLetters', 'AWS::SQS::Queue', queueUrl('PaymentsSweepDeadLetters')],
    ['PaymentsWorker', 'AWS::Lambda::Function', 'war-room-live-hub-PaymentsWorker'],
    ['Group', 'AWS::Scheduler::ScheduleGroup', 'hub-PaymentsSweep-Group'],
    ['PaymentsSweepSchedule', 'AWS::Scheduler::Schedule', 'hub-PaymentsSweepSchedule'],
  ] as const;
  const outputs = [
    { OutputKey: 'ApiUrl', OutputValue: 'https://api.example/' },
    { OutputKey: 'AlarmTopic', OutputValue: 'arn:aws:sns:ap-south-1:123456789012:topic' },
  ];
  const full: Readonly<Record<SecretName, string>> = {
    slack: JSON.stringify({ clientId: '1.1', clientSecret: { current: 'x' }, signing: { current: 'y' } }),
    razorpay: JSON.stringify(razorpaySecret),
    invites: '{}',
    'api-keys': JSON.stringify([{ name: 'checkout', teamId: 'T0ACADEMY1', sha256: 'a'.repeat(64), scopes: ['read'] }]),
  };
  const webhook = { url: `${origin}/webhooks/razorpay/live`, active: true, events: everyAccountsEvents };

  /** A stage in which all is fine, until `change` spoils it. */
  function stage(
    change: (made: ReturnType<typeof mocks>) => unknown = () => undefined,
    secrets: Partial<typeof full> = {},
  ): DoctorParts {
    const made = mocks();
    change(made);
    return {
      stage: 'live',
      option: ' --stage live',
      version: '1.0.0',
      now: () => now,
      http: async (_, request) => ({
        status: request ? 401 : 200,
        date: new Date(now).toUTCString(),
        body: '{"ok":true,"version":"1.0.0"}',
      }),
      secret: async (name) => secrets[name] ?? full[name],
      webhooks: async () => ({ kind: 'answered', body: { items: [webhook] } }),
      workspace: () => ({
        installations: {
          team: async () =>
            ({
              id: teamId('T0ACADEMY1'),
              channels: { payments: channelId('C1'), partPayments: channelId('C2'), ops: channelId('C3') },
            }) as Team,
          bot: async () => ({ kind: 'bot' }) as Author,
        },
        routed: async () => new Map(),
        calls: async () => ({
          identity: async () => ({
            team: 'T0ACADEMY1',
            scopes: Object.keys(botScopes).join(','),
            date: new Date(now).toUTCString(),
          }),
          channel: async () => ({ name: 'room', isMember: true, isArchived: false, isPrivate: false }),
          join: async () => undefined,
          post: async () => '1.1',
          remove: async () => undefined,
        }),
        installUrl: `${origin}/slack/install`,
        canary: true,
      }),
      sqs: new SQSClient({ region: 'local' }),
      aws: {
        origin,
        clients: {
          cloudFormation: new CloudFormationClient({ region: 'local' }),
          cloudWatch: new CloudWatchClient({ region: 'local' }),
          lambda: new LambdaClient({ region: 'local' }),
          scheduler: new SchedulerClient({ region: 'local' }),
          sns: new SNSClient({ region: 'local' }),
        },
      },
      here: undefined,
    };
  }

  function mocks() {
    const cloudFormation = mockClient(CloudFormationClient);
    cloudFormation.on(DescribeStacksCommand).resolves({
      Stacks: [
        {
          StackName: 's',
          CreationTime: new Date(now),
          StackStatus: 'CREATE_COMPLETE',
          EnableTerminationProtection: true,
          Outputs: outputs,
        },
      ],
    });
    cloudFormation.on(ListStackResourcesCommand).resolves({ StackResourceSummaries: [] });
    cloudFormation.on(ListStackResourcesCommand, { StackName: 'war-room-live-hub' }).resolves({
      StackResourceSummaries: resources.map(([LogicalResourceId, ResourceType, PhysicalResourceId]) => ({
        LogicalResourceId,
        ResourceType,
        PhysicalResourceId,
        LastUpdatedTimestamp: new Date(now),
        ResourceStatus: 'CREATE_COMPLETE' as const,
      })),
    });
    const cloudWatch = mockClient(CloudWatchClient);
    cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [] });
    cloudWatch.on(DescribeAlarmsCommand).resolves({
      MetricAlarms: [{ AlarmName: 'war-room live: Payments are late', StateValue: 'OK', ActionsEnabled: true }],
    });
    const lambda = mockClient(LambdaClient);
    lambda.on(ListEventSourceMappingsCommand).resolves({
      EventSourceMappings: [{ State: 'Enabled', EventSourceArn: 'arn:aws:sqs:ap-south-1:1:PaymentsQueue' }],
    });
    const scheduler = mockClient(SchedulerClient);
    scheduler.on(GetScheduleCommand).resolves({
      State: 'ENABLED',
      ScheduleExpression: 'cron(* * * * ? *)',
      ScheduleExpressionTimezone: 'Asia/Kolkata',
    });
    const sns = mockClient(SNSClient);
    sns.on(ListSubscriptionsByTopicCommand).resolves({
      Subscriptions: [{ Protocol: 'email', Endpoint: 'ops@example.com', SubscriptionArn: 'arn:aws:sns:x' }],
    });
    const sqs = mockClient(SQSClient);
    sqs.on(GetQueueAttributesCommand).resolves({ Attributes: { ApproximateNumberOfMessages: '0' } });
    return { cloudFormation, cloudWatch, lambda, scheduler, sns, sqs };
  }

  const waiting = (count: number) => ({ Attributes: { ApproximateNumberOfMessages: String(count) } });

  it('is fine throughout, one line for each link', async () => {
    const findings = await examine(stage());

    expect(wrongIn(findings)).toEqual([]);
    expect(findings.map(({ link }) => link)).toEqual([
      'stack war-room-live-state',
      'stack war-room-live-hub',
      'address',
      'webhook address live',
      'events address',
      'secret slack',
      'secret razorpay',
      'secret api-keys',
      'secret invites',
      'webhook live',
      'Slack T0ACADEMY1',
      'channel T0ACADEMY1 payments',
      'channel T0ACADEMY1 part payments',
      'channel T0ACADEMY1 ops',
      'message T0ACADEMY1',
      'queue PaymentsQueue',
      'dead letters PaymentsDeadLetters',
      'dead letters OrgDeadLetters',
      'dead letters PaymentsSweepDeadLetters',
      'worker PaymentsWorker',
      'schedule PaymentsSweep',
      'alarms',
      'alarm topic',
      'clocks',
    ]);
  });

  it.each<readonly [string, (made: ReturnType<typeof mocks>) => unknown, RegExp]>([
    [
      'something lies in dead letters, and since when',
      ({ sqs, cloudWatch }) => {
        sqs.on(GetQueueAttributesCommand, { QueueUrl: queueUrl('OrgDeadLetters') }).resolves(waiting(2));
        cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [{ Id: 'q2', Values: [3_600, 3_540] }] });
      },
      /OrgDeadLetters 2 lie there, since 2026-11-22 11:00 UTC \(1 h\)\. Read `why` .* move them back to OrgQueue/,
    ],
    [
      'runs were given up',
      ({ sqs }) =>
        sqs.on(GetQueueAttributesCommand, { QueueUrl: queueUrl('PaymentsSweepDeadLetters') }).resolves(waiting(1)),
      /PaymentsSweepDeadLetters 1 lies there\. Read the error in the log of PaymentsSweep; once a run succeeds, empty/,
    ],
    [
      'dead letters are not taken over',
      ({ sqs }) =>
        sqs.on(GetQueueAttributesCommand, { QueueUrl: queueUrl('PaymentsDeadLetters') }).resolves(waiting(1)),
      /PaymentsDeadLetters 1 lies there\. Read the log of PaymentsParked/,
    ],
    [
      'messages wait',
      ({ sqs, cloudWatch }) => {
        sqs.on(GetQueueAttributesCommand, { QueueUrl: queueUrl('PaymentsQueue') }).resolves(waiting(7));
        cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [{ Id: 'q0', Values: [600] }] });
      },
      /PaymentsQueue 7 wait, 0 are being worked, since 2026-11-22 11:50 UTC \(10 min\)\. Look at the log of PaymentsWorker/,
    ],
    [
      'queues cannot be asked',
      ({ sqs }) => sqs.on(GetQueueAttributesCommand).rejects(failing('AccessDenied')),
      /does not let you do this/,
    ],
    [
      'a worker takes nothing',
      ({ lambda }) =>
        lambda.on(ListEventSourceMappingsCommand).resolves({
          EventSourceMappings: [
            {
              State: 'Disabled',
              StateTransitionReason: 'User action',
              EventSourceArn: 'a:PaymentsQueue',
              LastModified: new Date(now - 86_400_000),
            },
          ],
        }),
      /PaymentsWorker takes nothing from PaymentsQueue: its mapping is Disabled \(User action\), since .*\(1 day\)\. Switch the trigger on/,
    ],
    [
      'workers cannot be asked',
      ({ lambda }) => lambda.on(ListEventSourceMappingsCommand).rejects(failing('ThrottlingException')),
      /slow down/,
    ],
    [
      'a schedule is off',
      ({ scheduler }) =>
        scheduler
          .on(GetScheduleCommand)
          .resolves({ State: 'DISABLED', LastModificationDate: new Date(now - 3_600_000) }),
      /schedule PaymentsSweep is switched off, since .*\(1 h\)\. Switch it on/,
    ],
    [
      'a schedule is gone',
      ({ scheduler }) => scheduler.on(GetScheduleCommand).rejects(failing('ResourceNotFoundException')),
      /schedule PaymentsSweep is not there\. Somebody deleted it by hand/,
    ],
    [
      'schedules cannot be asked',
      ({ scheduler }) => scheduler.on(GetScheduleCommand).rejects(failing('AccessDeniedException')),
      /does not let you/,
    ],
    [
      'an alarm rings',
      ({ cloudWatch }) =>
        cloudWatch.on(DescribeAlarmsCommand).resolves({
          MetricAlarms: [
            {
              AlarmName: 'war-room live: Payments are late',
              AlarmDescription: 'People see payments late.\n\nWhat to do: Look at the log.',
              StateValue: 'ALARM',
              StateUpdatedTimestamp: new Date(now - 120_000),
            },
          ],
        }),
      /alarm Payments are late People see payments late, since 2026-11-22 11:58 UTC \(2 min\)\. Look at the log\./,
    ],
    [
      'alarms are silenced',
      ({ cloudWatch }) =>
        cloudWatch
          .on(DescribeAlarmsCommand)
          .resolves({ MetricAlarms: [{ AlarmName: 'war-room live: x', ActionsEnabled: false, StateValue: 'OK' }] }),
      /nobody is told of x/,
    ],
    [
      'there are no alarms',
      ({ cloudWatch }) => cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [] }),
      /there are none\. Deploy/,
    ],
    [
      'alarms cannot be asked',
      ({ cloudWatch }) => cloudWatch.on(DescribeAlarmsCommand).rejects(failing('ExpiredToken')),
      /have expired/,
    ],
    [
      'nobody subscribed',
      ({ sns }) => sns.on(ListSubscriptionsByTopicCommand).resolves({ Subscriptions: [] }),
      /nobody is written to/,
    ],
    [
      'nobody confirmed',
      ({ sns }) =>
        sns.on(ListSubscriptionsByTopicCommand).resolves({
          Subscriptions: [{ Protocol: 'email', Endpoint: 'ops@example.com', SubscriptionArn: 'PendingConfirmation' }],
        }),
      /ops@example\.com has not confirmed yet/,
    ],
    [
      'subscribers cannot be asked',
      ({ sns }) => sns.on(ListSubscriptionsByTopicCommand).rejects(failing('TimeoutError')),
      /cannot be reached/,
    ],
  ])('is told where %s', async (_, change, sentence) => {
    expect(wrongIn(await examine(stage(change)))).toContainEqual(expect.stringMatching(sentence));
  });

  it.each<readonly [string, Partial<typeof full>, RegExp]>([
    ['is empty', { slack: '{}' }, /secret slack is empty\. Fill it: npm run secrets -- --stage live slack/],
    [
      'is wrong',
      { razorpay: '{"live": {}}' },
      /secret razorpay The razorpay secret, account "live": .*\. Put it right: npm run secrets/,
    ],
    ['is no JSON', { 'api-keys': 'sesame' }, /secret api-keys The api-keys secret is not JSON/],
  ])('is told where a secret %s, without what stands there', async (_, secrets, sentence) => {
    const lines = wrongIn(await examine(stage(undefined, secrets)));

    expect(lines).toContainEqual(expect.stringMatching(sentence));
    expect(lines.join()).not.toContain('sesame');
  });

  it('is told where secrets cannot be read', async () => {
    const parts = stage();
    const lines = wrongIn(
      await examine({
        ...parts,
        secret: async (name) =>
          Promise.reject(new Mistaken(`war-room/live/${name} could not be read: it is not there yet. Deploy it.`)),
      }),
    );

    expect(lines).toContainEqual(
      '✗ secret slack war-room/live/slack could not be read: it is not there yet. Deploy it.',
    );
  });

  it('is looked at no further where the hub is not there, and says so', async () => {
    const findings = await examine(
      stage(({ cloudFormation }) =>
        cloudFormation
          .on(DescribeStacksCommand, { StackName: 'war-room-live-hub' })
          .rejects(failing('ValidationError', 'Stack with id x does not exist')),
      ),
    );

    expect(wrongIn(findings)).toEqual([
      '✗ stack war-room-live-hub is not there. Deploy it: npm run deploy -- --stage live',
    ]);
    expect(findings).toHaveLength(6);
  });

  it('is told where AWS cannot be asked at all, in words', async () => {
    const lines = wrongIn(
      await examine(
        stage(({ cloudFormation }) =>
          cloudFormation.on(DescribeStacksCommand).rejects(failing('CredentialsProviderError')),
        ),
      ),
    );

    expect(lines[0]).toMatch(/there are no AWS credentials here\. Sign in first/);
  });
});
