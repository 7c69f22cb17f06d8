import { execFile, execFileSync, execSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { type BuildOptions, build } from 'esbuild';
import { bundling, REPOSITORY } from '../../lib/parts/hub-function.ts';
import { bundleLater } from '../../lib/parts/loaded-later.ts';
import { once } from '../../shared/base/lazy.ts';
import { folder, functions, tidy } from './synthesized.ts';
import { at } from './template.ts';

/** The first bundles all functions, on a machine that may be busy with other tests. */
jest.setTimeout(90_000);

afterAll(tidy);

/** A function as it is deployed: what is uploaded, and the files of which anything is in it. */
type Bundle = { readonly contents: Uint8Array; readonly inputs: readonly string[] };

/** Every function of the template, bundled at one go: what they share is then read once. */
const deployed = once(async () => {
  const entryPoints = functions.map(({ entry }) => String(at(entry, 'Metadata', 'war-room:entry')));
  const { outputFiles, metafile } = await bundled({ entryPoints, outdir: 'nowhere', outbase: '.' });
  return new Map(
    Object.entries(metafile.outputs).flatMap(([output, { entryPoint, inputs }]) => {
      const file = outputFiles.find(({ path }) => path === join(REPOSITORY, output));
      return entryPoint && file ? [[entryPoint, { contents: file.contents, inputs: Object.keys(inputs) }]] : [];
    }),
  );
});

async function bundleOf(entry: string): Promise<Bundle> {
  const bundle = (await deployed()).get(entry);
  if (!bundle) throw new Error(`No function of the template is ${entry}.`);
  return bundle;
}

function bundled(what: Pick<BuildOptions, 'entryPoints' | 'outdir' | 'outbase' | 'stdin'>) {
  return build({
    ...what,
    absWorkingDir: REPOSITORY,
    bundle: true,
    platform: 'node',
    format: bundling.format,
    target: bundling.target,
    mainFields: [...bundling.mainFields],
    external: [...bundling.externalModules],
    minify: bundling.minify,
    metafile: true,
    write: false,
  });
}

/** Writes a bundle into a folder of its own, away from the packages of this repository. */
function written({ contents }: Pick<Bundle, 'contents'>, name: string): string {
  const alone = join(folder, name);
  mkdirSync(alone, { recursive: true });
  writeFileSync(join(alone, 'index.js'), contents);
  return join(alone, 'index.js');
}

/** The functions that call Razorpay. */
const callers = ['functions/payments/api.ts', 'functions/payments/reconcile.ts'];

/** The packages of which anything ends up in the bundle of an entry. */
async function packagesIn(entry: string): Promise<Set<string>> {
  const { inputs } = await bundleOf(entry);
  return new Set(inputs.flatMap((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []));
}

describe('the bundle of the Razorpay ingress', () => {
  it("holds neither Slack's client nor Razorpay's: it answers webhooks, and a second costs a delivery", async () => {
    const packages = await packagesIn('functions/payments/ingress.ts');

    expect([...packages]).toContain('@aws-sdk/client-dynamodb');
    expect([...packages].filter((name) => name.startsWith('@slack/') || name === 'razorpay')).toEqual([]);
  });
});

describe('the bundles of the Slack ingress and its worker', () => {
  it.each(['functions/slack/ingress.ts', 'functions/slack/worker.ts'])(
    "%s holds neither Slack's client nor Razorpay's: it calls neither",
    async (entry) => {
      const packages = await packagesIn(entry);

      expect([...packages]).toContain('@aws-sdk/client-sqs');
      expect([...packages].filter((name) => name.startsWith('@slack/') || name === 'razorpay')).toEqual([]);
    },
  );
});

describe("Razorpay's SDK, 330 KB that no start should pay", () => {
  it.each(callers)('is not in the bundle of %s, and lies beside it', async (entry) => {
    const packages = await packagesIn(entry);
    const beside = await bundleLater(written(await bundleOf(entry), entry.replaceAll('/', '-')));

    expect([...packages].filter((name) => /^(razorpay|axios)$/.test(name))).toEqual([]);
    expect(beside).toEqual(['razorpay']);
  });

  it('is loaded from there at the first call, as it is deployed', async () => {
    await using razorpay = await razorpayWithOneOrder();
    const contents = `
      import { RazorpayClient } from './shared/razorpay/client.ts';
      export const handler = (apiUrl) =>
        new RazorpayClient({ keyId: 'key', keySecret: 'secret' }, { apiUrl, timeoutMs: 5000 }).order('order_1');`;
    const { outputFiles } = await bundled({ stdin: { contents, resolveDir: REPOSITORY }, outdir: 'nowhere' });
    const file = written({ contents: outputFiles[0]?.contents ?? new Uint8Array() }, 'caller');
    const script = `
      require(process.argv[1]).handler(process.argv[2]).then(
        (outcome) => console.log(JSON.stringify(outcome)),
        (error) => console.log(JSON.stringify({ thrown: error.code })),
      );`;
    const run = async () => {
      const { stdout } = await promisify(execFile)(process.execPath, ['--eval', script, file, razorpay.origin]);
      return JSON.parse(stdout) as unknown;
    };

    const without = await run();
    for (const command of bundling.commandHooks.afterBundling(REPOSITORY, join(file, '..'))) execSync(command);

    expect(without).toEqual({ thrown: 'ERR_MODULE_NOT_FOUND' });
    expect(await run()).toEqual({ kind: 'answered', body: { id: 'order_1' } });
  });
});

/** What answers for Razorpay: one order, whatever is asked. */
async function razorpayWithOneOrder(): Promise<AsyncDisposable & { readonly origin: string }> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end('{"id":"order_1"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

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
      const file = written(await bundleOf(entry), id);

      const told = execFileSync(process.execPath, ['--eval', script, file], {
        env: { AWS_REGION: 'ap-south-1' },
        encoding: 'utf8',
      });

      expect(JSON.parse(told)).toEqual({ handler: 'function', asked: [] });
    },
  );
});
