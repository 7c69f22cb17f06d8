/** Synthesizes the app in a process of its own and prints its templates: the CDK's 200 MB go when it ends. Started by `synth.ts`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from '../app.ts';
import type { Stack, Template } from './template.ts';

/** The stage that a laptop is. */
const STAGE = 'local';

const outdir = mkdtempSync(join(tmpdir(), 'war-room-assembly-'));
try {
  const { stacks } = synthesize({ stage: STAGE, outdir, bundle: false });
  const read: Stack[] = stacks.map(({ stackName, template }) => ({ name: stackName, template: template as Template }));
  process.stdout.write(JSON.stringify(read));
} finally {
  rmSync(outdir, { recursive: true, force: true });
}
