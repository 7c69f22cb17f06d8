/** docs/architecture.md against the tree: whoever looks for a file of the payments room finds it there. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

it('names every file of the payments room, once, and none that is not there', () => {
  const [, section = ''] = readFileSync('docs/architecture.md', 'utf8').split('## The payments room, file by file');
  const [table = ''] = section.split(/^## /m);
  const named = [...table.matchAll(/`([\w-]+\.ts)`/g)].map(([, file]) => file);

  expect(named.sort()).toEqual(readdirSync('shared/payments').sort());
});
