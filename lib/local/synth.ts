import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Stack } from './template.ts';

const PROGRAM = fileURLToPath(new URL('./synth-process.ts', import.meta.url));
const MOST_BYTES = 64 * 1024 * 1024;

/** The templates of the app's stacks, as `cdk synth` makes them, functions not bundled. */
export function synthesizedStacks(): Promise<readonly Stack[]> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['--no-warnings', PROGRAM], { maxBuffer: MOST_BYTES }, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout));
      else reject(new Error(`The CDK app could not be synthesized:\n${stderr.trim() || error.message}`));
    });
  });
}
