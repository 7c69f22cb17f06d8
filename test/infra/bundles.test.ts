import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { bundling, REPOSITORY } from '../../lib/parts/hub-function.ts';

/** The packages of which anything ends up in the bundle of an entry, bundled as for a deployment. */
async function packagesIn(entry: string): Promise<Set<string>> {
  const { metafile } = await build({
    absWorkingDir: REPOSITORY,
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format: bundling.format,
    target: bundling.target,
    mainFields: [...bundling.mainFields],
    minify: bundling.minify,
    metafile: true,
    write: false,
    outfile: join('nowhere', 'index.js'),
  });
  const files = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
  return new Set(files.flatMap((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []));
}

describe('the bundle of the Razorpay ingress', () => {
  it("holds neither Slack's client nor Razorpay's: it answers webhooks, and a second costs a delivery", async () => {
    const packages = await packagesIn('functions/payments/ingress.ts');

    expect([...packages]).toContain('@aws-sdk/client-dynamodb');
    expect([...packages].filter((name) => name.startsWith('@slack/') || name === 'razorpay')).toEqual([]);
  });
});
