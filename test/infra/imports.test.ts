import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { breaches } from './import-rule.ts';

const root = join(import.meta.dirname, '..', '..');

/** A tree of files that each import what is listed. */
function tree(files: Readonly<Record<string, string>>): Map<string, string> {
  return new Map(Object.entries(files));
}

describe('the import rule', () => {
  it('is kept by this repository', () => {
    const files = globSync('{bin,functions,lib,shared}/**/*.ts', { cwd: root }).sort();
    const source = new Map(files.map((path) => [path, readFileSync(join(root, path), 'utf8')]));

    const found = breaches(source);

    expect(files).toContain('lib/app.ts');
    expect(found).toEqual([]);
  });

  it.each([
    ['a room imports another room', 'shared/payments/store.ts', "import { call } from '../calls/event.ts';"],
    ['a common room imports a room', 'shared/slack/outbox.ts', "import { fold } from '../payments/lifecycle.ts';"],
    ['base imports anything of ours', 'shared/base/clock.ts', "import { Table } from '../aws/table.ts';"],
    [
      'Razorpay imports Slack',
      'shared/razorpay/signature.ts',
      "import type { Channel } from '../slack/installation.ts';",
    ],
    [
      'a room imports upward',
      'shared/payments/worker.ts',
      "import { handler } from '../../functions/payments/worker.ts';",
    ],
    ['a function imports another function', 'functions/health.ts', "import { handler } from './payments/api.ts';"],
    ['a function imports the template', 'functions/health.ts', "import { synthesize } from '../lib/app.ts';"],
    ['the template imports the code', 'lib/hub-stack.ts', "import { settings } from '../shared/base/settings.ts';"],
    ['the template imports the local runner', 'lib/app.ts', "import { plan } from './local/plan.ts';"],
    [
      'the local runner imports a room',
      'lib/local/plan.ts',
      "import { fold } from '../../shared/payments/lifecycle.ts';",
    ],
    ['a script imports an entry point', 'bin/local.ts', "import { handler } from '../functions/health.ts';"],
    ['a room nobody has thought of', 'shared/livechat/event.ts', 'export const a = 1;'],
    ['a breach at run time', 'shared/base/clock.ts', "export const load = () => import('../aws/table.ts');"],
    ['a breach by re-export', 'shared/base/clock.ts', "export const a = 1;\nexport { Table } from '../aws/table.ts';"],
    ['a folder without a subject', 'shared/payments/helpers/money.ts', 'export const a = 1;'],
    ['a barrel', 'shared/payments/all.ts', "export * from './event.ts';\nexport { fold } from './lifecycle.ts';"],
    ['an index', 'shared/payments/index.ts', 'export const a = 1;'],
    [
      'a pure file imports the AWS SDK',
      'shared/payments/event.ts',
      "import type { KMSClient } from '@aws-sdk/client-kms';",
    ],
    [
      'a pure file imports the Slack client',
      'shared/payments/message.ts',
      "import { WebClient } from '@slack/web-api';",
    ],
    ['a pure file runs @slack/types', 'shared/payments/message.ts', "import { Block } from '@slack/types';"],
  ])('refuses: %s', (_, path, text) => {
    const found = breaches(tree({ [path]: text }));

    expect(found).toEqual([expect.stringContaining(path)]);
  });

  it.each([
    ['a room imports what is common', 'shared/payments/worker.ts', "import { sync } from '../slack/outbox.ts';"],
    ['a room looks people up', 'shared/calls/worker.ts', "import { chain } from '../org/store.ts';"],
    [
      'rooms meet in a function',
      'functions/home.ts',
      "import '../shared/payments/store.ts';\nimport '../shared/slack/outbox.ts';",
    ],
    ['a script starts the runner', 'bin/local.ts', "import { serve } from '../lib/local/plan.ts';"],
    ['a store imports the AWS SDK', 'shared/calls/call-store.ts', "import { SQSClient } from '@aws-sdk/client-sqs';"],
    [
      'a pure file names the types of Slack',
      'shared/payments/message.ts',
      "import type { KnownBlock } from '@slack/types';",
    ],
    ['a pure file names the type of a store', 'shared/payments/route.ts', "import type { Row } from './store.ts';"],
  ])('allows: %s', (_, path, text) => {
    const found = breaches(tree({ [path]: text }));

    expect(found).toEqual([]);
  });

  it('follows what a pure file uses until it reaches out, and tells the way', () => {
    const found = breaches(
      tree({
        'shared/payments/lifecycle.ts': "import { keep } from './ledger.ts';",
        'shared/payments/ledger.ts': "import { Table } from '../aws/table.ts';",
        'shared/aws/table.ts': "import { DynamoDBClient } from '@aws-sdk/client-dynamodb';",
      }),
    );

    expect(found).toEqual([
      'shared/payments/lifecycle.ts -> shared/payments/ledger.ts -> shared/aws/table.ts -> @aws-sdk/client-dynamodb: ' +
        'shared/payments/lifecycle.ts is pure, and so is what it uses',
    ]);
  });
});
