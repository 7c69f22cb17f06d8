/** What a stage file changes in the templates, and that nothing else differs from one stage to the next. */

import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { differingIn } from '../../bin/deploy/cdk.ts';
import { needsOf } from '../../bin/deploy/needs.ts';
import { bootstrapVersion } from '../../bin/deploy/preflight.ts';
import { alarmsPage } from '../../bin/operations-doc/alarms.ts';
import { costPage, readMeasured } from '../../bin/operations-doc/cost.ts';
import { synthesize } from '../../lib/app.ts';
import { readPrices } from '../../lib/local/measure/prices.ts';
import type { Template } from '../../lib/local/template.ts';
import type { StageFile } from '../../lib/parts/settings.ts';
import { assembly, folder, ofType, tidy } from './synthesized.ts';
import { allowedBy, at, exportsOf, type Json, list, resourcesOf, said } from './template.ts';

afterAll(tidy);

let written = 0;

function byStack({ stacks }: CloudAssembly): Json {
  return Object.fromEntries(stacks.map(({ id, template }) => [id, template as Json]));
}

/** Both templates of a stage with these settings, by stack. */
function templatesOf(given: StageFile): Json {
  written += 1;
  return byStack(synthesize({ ...given, outdir: join(folder, `stage-${written}`), bundle: false }));
}

/** The same, with the stage's name taken out wherever a name is made from it; names that CDK makes end in a hash of it. */
function withoutName(templates: Json, stage: string): Json {
  return JSON.parse(
    JSON.stringify(templates)
      .replaceAll(`war-room-${stage}-`, 'war-room--')
      .replaceAll(`war-room-${stage}`, 'war-room-')
      .replaceAll(`war-room/${stage}/`, 'war-room//')
      .replaceAll(`WarRoom/${stage}`, 'WarRoom/')
      .replaceAll(`--stage ${stage}`, '--stage ')
      .replaceAll(`war-room ${stage}: `, 'war-room : ')
      .replaceAll(`(${stage})`, '()')
      .replaceAll(`"STAGE":"${stage}"`, '"STAGE":""')
      .replaceAll(new RegExp(`warroom${stage}(hub|state)-([\\w-]+)-[0-9A-F]{8}`, 'g'), '$1-$2'),
  );
}

/** Where two values differ: `Hub/Resources/Health/Properties/Environment/Variables/STAGE`. */
function differences(a: Json, b: Json, path: readonly string[] = []): string[] {
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') {
    return a === b ? [] : [path.join('/')];
  }
  const [left, right] = [a, b] as readonly { readonly [name: string]: Json }[];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((name) =>
    left?.[name] === undefined || right?.[name] === undefined
      ? [[...path, name].join('/')]
      : differences(left[name], right[name], [...path, name]),
  );
}

/** The same differences with the names of resources left out: `Hub/Health/…/STAGE` -> `…/STAGE`; each kind once. */
function kinds(paths: readonly string[]): string[] {
  return [...new Set(paths.map((path) => path.split('/').slice(3).join('/') || path))].sort();
}

const plain = byStack(assembly);
const placed = synthesize({
  stage: 'live',
  account: '123456789012',
  region: 'ap-south-1',
  residency: 'india',
  tags: { 'cost-centre': 'sales' },
  alarmTeam: 'T0123456789',
  outdir: join(folder, 'placed'),
  bundle: false,
});
const second = templatesOf({ stage: 'second' });

describe('two stages', () => {
  it('differ in nothing but their name where their files say the same', () => {
    expect(differences(withoutName(second, 'second'), withoutName(plain, 'trial'))).toEqual([]);
  });

  it('share no physical name, so that they fit into one account', () => {
    const names = (templates: Json) =>
      new Set(
        [...JSON.stringify(templates).matchAll(/"(?:\w*Name|Namespace)":"([^"]*war-?room[^"]*)"/gi)].map(([, name]) =>
          String(name),
        ),
      );
    const [one, two] = [names(plain), names(second)];

    expect([...one].filter((name) => two.has(name))).toEqual([]);
    expect(one.size).toBeGreaterThan(20);
  });

  it('differ, where their files differ, by what that means and by nothing else', () => {
    const told = templatesOf({
      stage: 'trial',
      logRetentionDays: 30,
      sentryDsn: 'https://key@sentry.example/1',
      supportEmail: 'help@example.com',
    });

    expect(kinds(differences(plain, told))).toEqual([
      'Properties/Environment/Variables/SENTRY_DSN',
      'Properties/Environment/Variables/SUPPORT_EMAIL',
      'Properties/RetentionInDays',
    ]);
  });

  it('differ by resources of its own where one has a domain, and by where people reach it', () => {
    const domain = {
      name: 'war-room.example.com',
      certificate: 'arn:aws:acm:ap-south-1:123456789012:certificate/0f5d7c1e',
      hostedZone: 'Z0123456789',
    };
    const found = differences(plain, templatesOf({ stage: 'trial', domain }));
    const added = found.filter((path) => path.split('/').length === 3);

    expect(added.map((path) => path.replace(/[0-9A-F]{8}$/, ''))).toEqual([
      expect.stringMatching(/^Hub\/Resources\/ApiDomain/),
      expect.stringMatching(/^Hub\/Resources\/ApiMapping/),
      'Hub/Resources/ApiRecord',
      'Hub/Outputs/DomainTarget',
    ]);
    expect(found.filter((path) => !added.includes(path)).every((path) => path.includes('/PUBLIC_ORIGIN'))).toBe(true);
  });

  it('go to the account and region of their file, and are tagged by stage and as it says', () => {
    const { stacks } = placed;

    expect(stacks.map(({ environment }) => [environment.account, environment.region])).toEqual([
      ['123456789012', 'ap-south-1'],
      ['123456789012', 'ap-south-1'],
    ]);
    expect(stacks.map(({ tags }) => tags)).toEqual(
      stacks.map(() => ({ 'cost-centre': 'sales', 'war-room:stage': 'live' })),
    );
    // What is kept stays in that region: no table has a replica elsewhere.
    const regions = [...JSON.stringify(stacks.map(({ template }) => template)).matchAll(/"Region":"([^"]+)"/g)];
    expect(new Set(regions.map(([, region]) => region))).toEqual(new Set(['ap-south-1']));
  });

  it('tell alarms in Slack where their file names a team, with no right that this does not need', () => {
    const resources = resourcesOf(placed);
    const exported = exportsOf(placed);
    const rights = (id: string) => {
      const its = resources.find((resource) => resource.id === id && resource.type === 'AWS::Lambda::Function');
      const role = said(at(its?.entry ?? null, 'Properties', 'Role'), exported).split('.')[0];
      return allowedBy(resources, exported)
        .filter(({ holder }) =>
          list(at(holder.entry, 'Properties', 'Roles')).some((given) => said(given, exported) === role),
        )
        .flatMap(({ actions, on }) => actions.map((action) => `${action} ${on.join(', ')}`))
        .filter((right) => !right.startsWith('logs:'))
        .sort();
    };

    expect(rights('AlarmsHeard')).toEqual(['dynamodb:PutItem Alarms.Arn', 'sqs:SendMessage AlarmsQueue.Arn']);
    expect(rights('AlarmsWorker')).toEqual([
      'dynamodb:DeleteItem AdminSlackMessageLog.Arn',
      'dynamodb:GetItem AdminSlackMessageLog.Arn',
      'dynamodb:GetItem SlackInstallations.Arn',
      'dynamodb:PutItem AdminSlackMessageLog.Arn',
      'dynamodb:Query AdminSlackMessageLog.Arn',
      'dynamodb:Query Alarms.Arn',
      'dynamodb:UpdateItem AdminSlackMessageLog.Arn',
      'dynamodb:UpdateItem SlackInstallations.Arn',
      'kms:Decrypt TokenKey.Arn',
      'sqs:ChangeMessageVisibility AlarmsQueue.Arn',
      'sqs:DeleteMessage AlarmsQueue.Arn',
      'sqs:GetQueueAttributes AlarmsQueue.Arn',
      'sqs:ReceiveMessage AlarmsQueue.Arn',
      'sqs:SendMessage AlarmsDeadLetters.Arn',
    ]);
    const subscribed = resources.filter(({ type }) => type === 'AWS::SNS::Subscription');
    expect(subscribed.map(({ entry }) => said(at(entry, 'Properties', 'Endpoint'), exported))).toEqual([
      'AlarmsHeard.Arn',
    ]);
    expect(JSON.stringify(plain)).not.toContain('AlarmsHeard');
  });

  it('refuse a file with everything that is wrong in it', () => {
    expect(() => templatesOf({ stage: 'trial', account: '1', logRetentionDays: 91 })).toThrow(
      /^account: .*\nlogRetentionDays: .*$/,
    );
  });
});

describe('the pages for operators', () => {
  const stacks = placed.stacks.map(({ stackName, template }) => ({ name: stackName, template: template as Template }));

  it('say of the alarms what the templates say; else run `npm run operations:doc`', () => {
    expect(alarmsPage(stacks)).toBe(readFileSync('docs/alarms.md', 'utf8'));
  });

  it('reckon the costs from the templates, the figures and the prices; else run `npm run operations:doc`', () => {
    const measured = readMeasured(readFileSync('docs/figures.md', 'utf8'));

    expect(costPage(stacks, readPrices('docs/prices.json'), measured)).toBe(readFileSync('docs/cost.md', 'utf8'));
  });
});

describe('a deployment', () => {
  it('finds nothing to change against the template that was deployed, and what was changed since', async () => {
    const { template } = placed.getStackArtifact('State');
    const [same, older] = [join(folder, 'same.json'), join(folder, 'older.json')];
    writeFileSync(same, JSON.stringify(template));
    writeFileSync(older, JSON.stringify(template).replaceAll('"PAY_PER_REQUEST"', '"PROVISIONED"'));
    // Without credentials, and without a way to find any: a template is compared with a template.
    const environment = { HOME: folder, CDK_DISABLE_CLI_TELEMETRY: 'true', AWS_EC2_METADATA_DISABLED: 'true' };
    const differing = async (recorded: string) => {
      const command = ['node_modules/aws-cdk/bin/cdk', 'diff', 'State', '--app', placed.directory];
      const options = ['--exclusively', '--no-notices', '--template', recorded];
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [...command, ...options], {
        env: { PATH: process.env['PATH'], ...environment },
      });
      return differingIn(stdout + stderr);
    };

    expect(await Promise.all([differing(same), differing(older)])).toEqual([0, 1]);
  }, 60_000);

  it('knows what it takes of an account: tables, runs at a time, and the version that CDK was prepared with', () => {
    const stacks = assembly.stacks.map(({ stackName, template }) => ({
      name: stackName,
      template: template as Template,
    }));
    const { artifacts } = JSON.parse(readFileSync(join(assembly.directory, 'manifest.json'), 'utf8')) as {
      readonly artifacts: Readonly<
        Record<string, { readonly properties?: { readonly requiresBootstrapStackVersion?: number } }>
      >;
    };

    const { concurrency, tables } = needsOf(stacks);

    expect(tables).toBe(ofType('AWS::DynamoDB::GlobalTable').length);
    expect(concurrency).toBeGreaterThan(20);
    const wanted = Object.values(artifacts).map(({ properties }) => properties?.requiresBootstrapStackVersion ?? 0);
    expect(Math.max(...wanted)).toBeLessThanOrEqual(bootstrapVersion);
  });
});
