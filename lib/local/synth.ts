import { Worker } from 'node:worker_threads';
import type { Stack } from './template.ts';

/** The templates of the app's stacks, as `cdk synth` makes them, functions not bundled. */
export function synthesizedStacks(): Promise<readonly Stack[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./synth-thread.ts', import.meta.url), { execArgv: ['--no-warnings'] });
    worker.once('message', (text: string) => resolve(JSON.parse(text)));
    worker.once('error', (error) =>
      reject(new Error(`The CDK app could not be synthesized: ${error.message}`, { cause: error })),
    );
    worker.once('exit', (code) => reject(new Error(`The synthesis ended with code ${code} and no templates.`)));
  });
}
