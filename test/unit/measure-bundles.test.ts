import { describe, expect, it } from '@jest/globals';
import { entriesIn, partsOf } from '../../lib/local/measure/bundles.ts';

describe('the parts of a bundle', () => {
  it('are counted by package, nested ones by their own name, and what is ours as one', () => {
    const input = (bytesInOutput: number) => ({ bytesInOutput });
    const inputs = {
      'node_modules/@smithy/core/dist-es/a.js': input(2_000),
      'node_modules/@smithy/core/dist-es/b.js': input(3_000),
      'node_modules/@slack/web-api/node_modules/p-queue/index.js': input(4_000),
      'shared/base/log.ts': input(500),
      'functions/health.ts': input(600),
    };

    expect(partsOf({ outputs: { 'index.js': { inputs } } } as never)).toEqual([
      { name: '@smithy/core', kB: 5 },
      { name: 'p-queue', kB: 4 },
      { name: 'ours', kB: 1 },
    ]);
  });
});

describe('the functions of a template', () => {
  it('are those that name their source', () => {
    const entry = (name: string) => ({ Type: 'AWS::Lambda::Function', Metadata: { 'war-room:entry': name } });
    const Resources = { Health: entry('functions/health.ts'), Provider: { Type: 'AWS::Lambda::Function' } };

    expect([...entriesIn([{ name: 'hub', template: { Resources } }])]).toEqual([['Health', 'functions/health.ts']]);
  });
});
