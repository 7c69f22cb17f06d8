/** `npm run org` against the served template: what a file would change, and changing it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { writeFacts } from '../../lib/local/facts.ts';
import { run } from '../support/program.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

jest.setTimeout(120_000);

const folder = mkdtempSync(join(tmpdir(), 'org-'));
const file = join(folder, 'people.csv');
let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true });
});

const org = (...args: string[]) =>
  run('bin/org.ts', [...args, '--api', stack.facts.api], { WAR_ROOM_API_KEY: stack.facts.apiKey });

const write = (...lines: readonly string[]) =>
  writeFileSync(file, ['id,name,email,managerId,active', ...lines].join('\n'));

/** Four below each, in as many levels as that takes. */
const people = Array.from({ length: 300 }, (_, at) =>
  [`p${at}`, `Person ${at}`, `p${at}@acme.example`, at === 0 ? '' : `p${Math.floor((at - 1) / 4)}`, true].join(','),
);

const shown = async (path: string) => {
  const response = await fetch(`${stack.facts.api}/v1/admins/${path}`, {
    headers: { authorization: `Bearer ${stack.facts.apiKey}` },
  });
  return (await response.json()) as { admins: { id: string; depth: number }[] };
};

it('names all that is wrong with a file by its lines, and changes nothing', async () => {
  write('a,Anil,anil@acme.example,b,true', 'b,Bela,ANIL@acme.example,a,perhaps', 'c,Chitra');

  for (const command of ['check', 'import']) {
    const { code, output } = await org(command, file);

    expect(code).toBe(1);
    expect(output).toContain('Nothing was changed');
    expect(output).toContain('line 2, managerId makes a circle: Bela (b) reports to a.');
    expect(output).toContain('line 3, email is the address of Anil (a) too (line 2, email)');
    expect(output).toContain('line 3, active must be true or false.');
    expect(output).toContain('line 4 has 2 fields, and 5 columns are named.');
  }
  expect((await shown('adm_arjun/chain')).admins.map(({ id }) => id)).toEqual(['adm_rohan', 'adm_kavya']);
});

it('says what a file would change, changes it with its progress shown, and has nothing to do the second time', async () => {
  write(...people);

  const checked = await org('check', file);
  expect(checked.output).toMatch(/^people\.csv: 300 join, 7 leave, 0 stay as they are\.$/m);
  expect(checked.output).toContain('  joins    and 280 more');
  expect(checked.output).toContain('  leaves   Arjun Mehta (adm_arjun)');

  const imported = await org('import', file);
  expect([imported.code, imported.output]).toEqual([
    0,
    expect.stringMatching(/100 % .* done\nDone in \d+ s: everybody/),
  ]);
  expect((await shown('p0/team')).admins).toHaveLength(299);
  expect((await shown('p299/chain')).admins.map(({ id }) => id)).toEqual(['p74', 'p18', 'p4', 'p0']);

  const again = await org('import', file);
  expect(again.output).toContain('Nothing would change: 300 stay as they are.');
  expect(again.output).toContain('Nothing had to be changed.');
});

it('says who moves, and with how many below', async () => {
  write(...people.map((line) => (line.startsWith('p18,') ? line.replace(',p4,', ',p1,') : line)));

  expect((await org('check', file)).output).toContain(
    '  moves    Person 18 (p18): from p4 to p1, with 11 people below',
  );
});

it('finds the stack that runs here by itself, and says so where none does', async () => {
  const here = join(folder, 'here');
  const alone = (where: string) => run('bin/org.ts', ['check', file], { WAR_ROOM_FOLDER: where });
  const without = await alone(here);
  writeFacts(here, stack.facts);
  write(...people);

  expect([without.code, without.output]).toEqual([1, expect.stringContaining('No stack runs here.')]);
  expect(await alone(here)).toMatchObject({ code: 0, output: expect.stringContaining('300 stay as they are') });
});

it('says what to type, and what it lacks', async () => {
  expect(await org('chek', file)).toMatchObject({
    code: 1,
    output: expect.stringContaining('npm run org -- check FILE'),
  });
  expect((await org('check', join(folder, 'none.csv'))).output).toContain('none.csv cannot be read');
  expect((await run('bin/org.ts', ['check', file, '--api', 'http://127.0.0.1:1'], {})).output).toContain(
    'WAR_ROOM_API_KEY',
  );
});
