// `npm run sizes`: bundles every function as for a deployment, measures it, and holds it to a budget.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AssetManifestArtifact, type CloudAssembly } from 'aws-cdk-lib/cx-api';
import { synthesize } from '../lib/app.ts';

/**
 * What each function may weigh (kB of minified code, its source map apart) and how long it may take to load (ms). The sizes
 * are today's with a tenth to spare: more is a dependency that came in, and somebody should say why. Loading is measured on
 * whatever machine this runs on, so its budget only catches what is grossly slow.
 */
const BUDGETS: Readonly<Record<string, Budget>> = {
  // Slack's client is 42 kB, KMS 28.
  PaymentsWorker: { kB: 725, initMs: 1000 },
  PaymentsParked: { kB: 455, initMs: 1000 },
  CallsParked: { kB: 455, initMs: 1000 },
  ReportsParked: { kB: 455, initMs: 1000 },
  // It looks at forms while their senders wait, and calls nobody.
  SlackIngress: { kB: 540, initMs: 1000 },
  SlackWorker: { kB: 465, initMs: 1000 },
  // Where the rooms meet.
  DeskWorker: { kB: 745, initMs: 1000 },
  RazorpayIngress: { kB: 505, initMs: 1000 },
  // Without Razorpay's SDK, which lies beside it.
  PaymentsApi: { kB: 555, initMs: 1000 },
  RoutingApi: { kB: 530, initMs: 1000 },
  OrgApi: { kB: 500, initMs: 1000 },
  PaymentsSweep: { kB: 460, initMs: 1000 },
  // Without Razorpay's SDK, too.
  PaymentsReconcile: { kB: 525, initMs: 1000 },
  HostedPages: { kB: 68, initMs: 1000 },
  SlackInstall: { kB: 615, initMs: 1000 },
  Connections: { kB: 625, initMs: 1000 },
  CallsApi: { kB: 525, initMs: 1000 },
  CallsWorker: { kB: 640, initMs: 1000 },
  CallsSweep: { kB: 460, initMs: 1000 },
  OrgWorker: { kB: 470, initMs: 1000 },
  InvitesApi: { kB: 480, initMs: 1000 },
  InvitesSync: { kB: 680, initMs: 1000 },
  InvitesWorker: { kB: 655, initMs: 1000 },
  CoursesApi: { kB: 475, initMs: 1000 },
  ReportsWorker: { kB: 640, initMs: 1000 },
  ReportsRun: { kB: 465, initMs: 1000 },
  ReportsSweep: { kB: 460, initMs: 1000 },
  Health: { kB: 500, initMs: 1000 },
};

/** Runs of which the median is told: the first reads the files from disk. */
const RUNS = 7;

interface Budget {
  readonly kB: number;
  readonly initMs: number;
}

interface Bundle {
  readonly id: string;
  readonly file: string;
  readonly environment: Readonly<Record<string, unknown>>;
}

interface FunctionResource {
  readonly Type: string;
  readonly Properties: {
    readonly Code: { readonly S3Key: string };
    readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> };
  };
}

/** Every bundled function of the assembly, by its logical id. */
function bundlesOf(assembly: CloudAssembly): Bundle[] {
  const folders = new Map(
    assembly.artifacts
      .filter((artifact) => artifact instanceof AssetManifestArtifact)
      .flatMap(({ contents: { files = {} } }) => Object.entries(files))
      .map(([hash, { source }]) => [hash, join(assembly.directory, source.path ?? '')]),
  );
  return assembly.stacks.flatMap(({ template }) => {
    const { Resources } = template as { readonly Resources: Readonly<Record<string, FunctionResource>> };
    return Object.entries(Resources)
      .filter(([, { Type }]) => Type === 'AWS::Lambda::Function')
      .map(([id, { Properties }]) => ({
        id,
        file: join(folders.get(Properties.Code.S3Key.replace('.zip', '')) ?? '', 'index.js'),
        environment: Properties.Environment.Variables,
      }));
  });
}

/** How long Node takes to load the bundle, as Lambda would before the first call: median of several processes, ms. */
function initMs({ file, environment }: Bundle): number {
  const script =
    'const from = performance.now(); const { handler } = await import(process.argv[1]);' +
    'if (typeof handler !== "function") throw new Error("It exports no handler.");' +
    'console.log(performance.now() - from);';
  const told = Object.fromEntries(Object.keys(environment).map((name) => [name, 'measured']));
  const times = Array.from({ length: RUNS }, () =>
    Number(
      execFileSync(
        process.execPath,
        ['--enable-source-maps', '--input-type=module', '--eval', script, pathToFileURL(file).href],
        { env: { ...told, NODE_OPTIONS: '', AWS_REGION: 'ap-south-1' }, encoding: 'utf8' },
      ).trim(),
    ),
  );
  return times.sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? Number.NaN;
}

/** One line of the table, and what to say if it is over. */
function measure(bundle: Bundle) {
  const budget = BUDGETS[bundle.id];
  if (budget === undefined) throw new Error(`${bundle.id} has no budget: measure it and write one into bin/sizes.ts.`);
  const kB = Math.round(statSync(bundle.file).size / 1000);
  const ms = Math.round(initMs(bundle));
  const over = [
    ...(kB > budget.kB ? [`${bundle.id} weighs ${kB} kB; its budget is ${budget.kB} kB.`] : []),
    ...(ms > budget.initMs ? [`${bundle.id} loads in ${ms} ms; its budget is ${budget.initMs} ms.`] : []),
  ];
  return { line: { function: bundle.id, kB, 'of kB': budget.kB, 'init ms': ms, 'of ms': budget.initMs }, over };
}

const outdir = mkdtempSync(join(tmpdir(), 'war-room-sizes-'));
try {
  const measured = bundlesOf(synthesize({ outdir, bundle: true })).map(measure);
  console.table(measured.map(({ line }) => line));
  const over = measured.flatMap((it) => it.over);
  if (over.length > 0) {
    console.error(
      `${over.join('\n')}\nFind what came in (an esbuild metafile of the entry tells), take it out, or raise the budget and say why.`,
    );
    process.exitCode = 1;
  }
} finally {
  rmSync(outdir, { recursive: true, force: true });
}
