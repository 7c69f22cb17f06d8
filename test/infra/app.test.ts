import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Duration, Stack } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { hubApp, synthesize } from '../../lib/app.ts';
import { Alarms } from '../../lib/parts/alarms.ts';
import { HubFunction } from '../../lib/parts/hub-function.ts';
import { RoomTable } from '../../lib/parts/room-table.ts';
import { checkedSettings } from '../../lib/parts/settings.ts';
import { app, assembly, folder, functions, ofType, property, saidOf, tidy } from './synthesized.ts';
import { at, list, resourcesOf } from './template.ts';

afterAll(tidy);

const tables = ofType('AWS::DynamoDB::GlobalTable');

describe('what outlives the code', () => {
  it('has exactly the tables that the rooms know by name', () => {
    const ids = tables.map(({ id }) => id);

    expect(ids).toEqual([
      'Payments',
      'LeadPartPayment',
      'AdminSlackMessageLog',
      'SlackInstallations',
      'SlackEvents',
      'InstallStates',
      'Admins',
      'AdminUserClosure',
      'Calls',
      'Courses',
      'CourseAnnouncementChannelMap',
      'Sessions',
      'UserSlackDetails',
      'Reports',
      'Alarms',
    ]);
  });

  it.each(tables.map((table) => [table.id, table] as const))(
    'keeps %s: recoverable, undeletable, expiring by `expires`',
    (_, table) => {
      expect(table.stack).toBe('State');
      expect(at(table.entry, 'DeletionPolicy')).toBe('Retain');
      expect(at(table.entry, 'UpdateReplacePolicy')).toBe('Retain');
      expect(property(table, 'BillingMode')).toBe('PAY_PER_REQUEST');
      expect(property(table, 'TimeToLiveSpecification')).toEqual({ AttributeName: 'expires', Enabled: true });
      expect(property(table, 'KeySchema')).toEqual([
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ]);
      expect(list(property(table, 'Replicas'))).toEqual([
        expect.objectContaining({
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        }),
      ]);
    },
  );

  it('can be asked what is due in the five tables that are swept, by key only', () => {
    const due = {
      IndexName: 'due',
      KeySchema: [
        { AttributeName: 'dueShard', KeyType: 'HASH' },
        { AttributeName: 'dueAt', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    };

    const indexes = Object.fromEntries(
      tables.map((table) => [table.id, list(property(table, 'GlobalSecondaryIndexes'))]),
    );

    expect(indexes).toEqual({
      Payments: [due],
      LeadPartPayment: [],
      AdminSlackMessageLog: [due],
      SlackInstallations: [],
      SlackEvents: [],
      InstallStates: [],
      Admins: [],
      AdminUserClosure: [],
      Calls: [due],
      Courses: [],
      CourseAnnouncementChannelMap: [],
      Sessions: [],
      UserSlackDetails: [due],
      Reports: [due],
      Alarms: [],
    });
  });

  it('rotates the key of the tokens and keeps it', () => {
    const key = ofType('AWS::KMS::Key').find(({ id }) => id === 'TokenKey');

    expect(at(key?.entry ?? null, 'DeletionPolicy')).toBe('Retain');
    expect(at(key?.entry ?? null, 'Properties', 'EnableKeyRotation')).toBe(true);
  });

  it('keeps the secrets, and creates them with a value that never changes, or a deployment would replace what a person put there', () => {
    const secrets = ofType('AWS::SecretsManager::Secret').map((secret) => [
      property(secret, 'Name'),
      property(secret, 'SecretString'),
      at(secret.entry, 'DeletionPolicy'),
    ]);

    expect(secrets).toEqual([
      ['war-room/trial/razorpay', '{}', 'Retain'],
      ['war-room/trial/slack', '{}', 'Retain'],
      ['war-room/trial/invites', '{}', 'Retain'],
      ['war-room/trial/api-keys', '[]', 'Retain'],
    ]);
  });

  it('is said in each secret what a person must put there', () => {
    const descriptions = ofType('AWS::SecretsManager::Secret').map((secret) => saidOf(secret, 'Description'));

    expect(descriptions).toEqual(descriptions.map(() => expect.stringContaining('Put here ')));
  });

  it('is handed over by export, so that CloudFormation refuses to take away what is used', () => {
    const hub = JSON.stringify(assembly.getStackArtifact('Hub').template);

    expect(hub).toContain('Fn::ImportValue');
    expect(hub).not.toContain('Fn::GetStackOutput');
  });

  it('cannot be deleted by mistake', () => {
    expect(assembly.getStackArtifact('State').terminationProtection).toBe(true);
  });
});

describe('the app', () => {
  it("breaks none of cdk-nag's AWS Solutions rules", () => {
    const report = new AwsSolutionsChecks(app).validateScope(app);

    expect(report.violations).toEqual([]);
  });

  it('is the same when it is synthesized again', () => {
    const again = synthesize({ stage: 'trial', outdir: join(folder, 'again'), bundle: false });

    expect(again.stacks.map(({ template }) => template)).toEqual(assembly.stacks.map(({ template }) => template));
  });

  it('reports to Sentry and writes to a person only when told where', () => {
    const told = resourcesOf(
      synthesize({
        stage: 'trial',
        sentryDsn: 'https://key@sentry.example/1',
        alarmEmail: 'ops@example.com',
        outdir: join(folder, 'told'),
        bundle: false,
      }),
    );

    const dsns = told
      .filter(({ type }) => type === 'AWS::Lambda::Function')
      .map(({ entry }) => at(entry, 'Properties', 'Environment', 'Variables', 'SENTRY_DSN'));
    expect(dsns).toEqual(functions.map(() => 'https://key@sentry.example/1'));
    expect(told.filter(({ type }) => type === 'AWS::SNS::Subscription')).toHaveLength(1);
    expect(ofType('AWS::SNS::Subscription')).toEqual([]);
  });

  it('tells functions where people reach War Room and whom to ask, where it is given', () => {
    const told = resourcesOf(
      synthesize({
        stage: 'told',
        origin: 'https://war-room.example',
        supportEmail: 'help@war-room.example',
        outdir: join(folder, 'reached'),
        bundle: false,
      }),
    );

    const given: Readonly<Record<string, string>> = {
      PUBLIC_ORIGIN: 'https://war-room.example',
      SUPPORT_EMAIL: 'help@war-room.example',
    };
    const said = (name: string) =>
      told
        .filter(({ entry }) => at(entry, 'Properties', 'Environment', 'Variables', name) === given[name])
        .map(({ id }) => id);
    expect(said('PUBLIC_ORIGIN').sort()).toEqual([
      'CallsWorker',
      'Connections',
      'DeskWorker',
      'InvitesSync',
      'PaymentsWorker',
      'ReportsWorker',
      'SlackInstall',
    ]);
    expect(said('SUPPORT_EMAIL').sort()).toEqual(['Connections', 'HostedPages', 'SlackInstall']);
  });

  it.each(['http://war-room.example', 'https://war-room.example/', 'war-room.example', 'https://a b', 'https://x/#y'])(
    'refuses an origin that Slack does not lead back to, and says what to give: %s',
    (origin) => {
      expect(() => hubApp({ origin, bundle: false })).toThrow(
        'Give scheme and host, without a slash at the end: https://war-room.example.com',
      );
    },
  );

  it('refuses a stage that cannot name a stack, and says which can', () => {
    expect(() => hubApp({ stage: 'Live!', outdir: join(folder, 'refused'), bundle: false })).toThrow(
      /"Live!" cannot be part of a stack's name.*such as live/,
    );
  });
});

describe('house constructs', () => {
  const settings = checkedSettings({ stage: 'trial' });
  const props = {
    settings,
    entry: 'functions/health.ts',
    description: 'Tried',
    memorySize: 128,
    timeout: Duration.seconds(1),
    errors: { noAlarm: 'It is only tried.' },
  };

  it('refuse one environment name for two things', () => {
    const stack = new Stack(hubApp({ outdir: join(folder, 'two'), bundle: false }), 'Two');
    const tried = new HubFunction(stack, 'Tried', { ...props, alarms: new Alarms(stack, 'Alarms', settings) });
    tried.mayUseTable(new RoomTable(stack, 'First'), 'TABLE', ['GetItem']);

    expect(() => tried.mayUseTable(new RoomTable(stack, 'Second'), 'TABLE', ['GetItem'])).toThrow(
      'TABLE cannot name two things',
    );
  });
});
