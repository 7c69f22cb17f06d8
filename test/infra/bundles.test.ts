import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { type BuildResult, build } from 'esbuild';
import { bundling, REPOSITORY } from '../../lib/parts/hub-function.ts';
import { folder, functions, tidy } from './synthesized.ts';
import { at } from './template.ts';

afterAll(tidy);

/** An entry, bundled as for a deployment. */
function bundleOf(entry: string): Promise<BuildResult<{ write: false; metafile: true }>> {
  return build({
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
}

/** The functions that call Razorpay. */
const callers = ['functions/payments/api.ts'];

/** The packages of which anything ends up in the bundle of an entry. */
async function packagesIn(entry: string): Promise<Set<string>> {
  const { metafile } = await bundleOf(entry);
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

describe("Razorpay's SDK, 320 KB and 70 ms", () => {
  /** The files that are evaluated when an entry is loaded: what it imports, but for what it imports at run time. */
  const evaluated = ({ metafile: { inputs } }: Awaited<ReturnType<typeof bundleOf>>, entry: string) => {
    const found = new Set([entry]);
    for (const file of found) {
      for (const { path, kind } of inputs[file]?.imports ?? []) if (kind !== 'dynamic-import') found.add(path);
    }
    return [...found];
  };

  it.each(callers)('is in the bundle of %s, and evaluated at its first call only', async (entry) => {
    const bundle = await bundleOf(entry);

    const sdk = /node_modules\/(razorpay|axios)\//;
    expect(Object.keys(bundle.metafile.inputs).filter((path) => sdk.test(path))).not.toEqual([]);
    expect(evaluated(bundle, entry).filter((path) => sdk.test(path))).toEqual([]);
    expect(evaluated(bundle, entry)).toContain('shared/razorpay/client.ts');
  });
});

describe('the bundle of every function', () => {
  const entries = functions.map(({ id, entry }) => [id, String(at(entry, 'Metadata', 'war-room:entry'))] as const);

  /** Loads a file with an `Intl` that notes what is asked of it, and prints that. */
  const script = `
    const asked = [];
    globalThis.Intl = new Proxy(Intl, { get: (own, name) => { asked.push(String(name)); return own[name]; } });
    const { handler } = require(process.argv[1]);
    console.log(JSON.stringify({ handler: typeof handler, asked }));`;

  it.each(entries)(
    'of %s loads without asking ICU for anything: a formatter takes milliseconds to build',
    async (id, entry) => {
      const [output] = (await bundleOf(entry)).outputFiles;
      const file = join(folder, `${id}.cjs`);
      writeFileSync(file, output?.contents ?? '');

      const told = execFileSync(process.execPath, ['--eval', script, file], {
        env: { AWS_REGION: 'ap-south-1' },
        encoding: 'utf8',
      });

      expect(JSON.parse(told)).toEqual({ handler: 'function', asked: [] });
    },
  );
});
