/**
 * `npm test`: types, lint, dead code, then every test; says what it does and how long it took, and ends with one line of
 * figures. Arguments are handed to Jest: `npm test -- test/unit`.
 *
 * `npm run test:dynamodb-local`: what touches a database, on AWS's DynamoDB Local. `npm test` ends with it where Java is
 * present, and says so where it is not.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDynamoDbLocal, whyNoDynamoDbLocal } from './support/dynamodb-local.ts';

const root = join(import.meta.dirname, '..');
const modules = join(root, 'node_modules');

/** Runs a program of the project on this very Node; answers whether it succeeded. */
function run(
  name: string,
  script: string,
  args: readonly string[],
  nodeArgs: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<boolean> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...nodeArgs, join(modules, script), ...args], {
      cwd: root,
      env: { ...process.env, ...environment },
      stdio: 'inherit',
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`${code === 0 ? 'ok' : 'FAILED'}  ${name}, ${seconds} s${signal ? ` (ended by ${signal})` : ''}\n`);
      resolve(code === 0);
    });
  });
}

/** Runs tests; counts them, as Jest does, in `figures`. */
function tests(name: string, wanted: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const file = join(folder, `${figures.length}.json`);
  figures.push(file);
  const args = ['--json', `--outputFile=${file}`, ...wanted];
  return run(name, 'jest/bin/jest.js', args, ['--experimental-vm-modules', '--no-warnings'], environment);
}

function testsOnDynamoDbLocal(wanted: readonly string[]): Promise<boolean> {
  return tests('tests on DynamoDB Local', wanted, { TEST_DATABASE: 'dynamodb-local' });
}

/** One line of figures over all runs of Jest. */
function summary(): string {
  const all = figures.map((file) => JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, number>>);
  const sum = (name: string) => all.reduce((total, one) => total + (one[name] ?? 0), 0);
  return `${sum('numPassedTests')} passed, ${sum('numFailedTests')} failed, ${sum('numPendingTests')} skipped`;
}

/** Tests of rooms that take their database from `TEST_DATABASE`, and the stores, which run on every one there is. */
const ROOMS = ['test/contract/outbox.test.ts', 'test/contract/tell.test.ts'];
const STORES = 'test/contract/stores-';

const [flag, ...others] = process.argv.slice(2);
const onDynamoDbLocal = flag === '--dynamodb-local';
const wanted = onDynamoDbLocal ? others : process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'war-room-figures-'));
const figures: string[] = [];
const passed: boolean[] = [];
const why = await whyNoDynamoDbLocal();
const database = why === undefined && (onDynamoDbLocal || wanted.length === 0) ? await startDynamoDbLocal() : undefined;
if (database) process.env['TEST_DYNAMODB_LOCAL_URL'] = database.endpoint;
try {
  if (onDynamoDbLocal) {
    if (why !== undefined) console.error(why);
    passed.push(why === undefined && (await testsOnDynamoDbLocal([STORES, ...ROOMS, ...wanted])));
  } else {
    if (wanted.length === 0) {
      console.log(
        `Node ${process.version}. Types, lint and dead code first, then the tests; eight to ten minutes on two cores.\n`,
      );
      passed.push(await run('types', 'typescript/bin/tsc', ['-p', '.']));
      passed.push(await run('lint', '@biomejs/biome/bin/biome', ['check', '.']));
      passed.push(await run('dead code', 'knip/bin/knip.js', []));
    }
    passed.push(await tests('tests', wanted));
    if (wanted.length === 0 && why === undefined) passed.push(await testsOnDynamoDbLocal(ROOMS));
    if (wanted.length === 0 && why !== undefined) console.log(`${why}\n`);
  }
  if (figures.length > 0) console.log(summary());
} finally {
  await database?.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = passed.every(Boolean) ? 0 : 1;
