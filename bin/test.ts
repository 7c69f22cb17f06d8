/**
 * `npm test`: types, lint, dead code, then every test; says what it does and how long it took, and ends with one line of
 * figures. Arguments are handed to Jest: `npm test -- test/unit`.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const modules = join(root, 'node_modules');

/** Runs a program of the project on this very Node; answers whether it succeeded. */
function run(
  name: string,
  script: string,
  args: readonly string[],
  nodeArgs: readonly string[] = [],
): Promise<boolean> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...nodeArgs, join(modules, script), ...args], {
      cwd: root,
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

const wanted = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'war-room-test-'));
const figures = join(folder, 'jest.json');
const passed: boolean[] = [];
try {
  if (wanted.length === 0) {
    console.log(
      `Node ${process.version}. Types, lint and dead code first, then the tests; about three minutes on two cores.\n`,
    );
    passed.push(await run('types', 'typescript/bin/tsc', ['-p', '.']));
    passed.push(await run('lint', '@biomejs/biome/bin/biome', ['check', '.']));
    passed.push(await run('dead code', 'knip/bin/knip.js', []));
  }
  const jest = ['--json', `--outputFile=${figures}`, ...wanted];
  passed.push(await run('tests', 'jest/bin/jest.js', jest, ['--experimental-vm-modules', '--no-warnings']));
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(figures, 'utf8'));
  console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = passed.every(Boolean) ? 0 : 1;
