import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { bundling } from '../../parts/hub-function.ts';
import type { Stack } from '../template.ts';

export type Format = 'esm' | 'cjs';

/** A function, bundled as for a deployment. */
export type Bundle = {
  readonly file: string;
  readonly kB: number;
  readonly mapKB: number;
  /** What is in it, by package, the heaviest first; what is ours counts as one. */
  readonly parts: readonly Part[];
};

type Part = { readonly name: string; readonly kB: number };

/** CommonJS inside an ES module lacks its `require`. https://github.com/evanw/esbuild/issues/1921 */
const ESM_BANNER = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);";

/** The source of every function of the templates, by its id. */
export function entriesIn(stacks: readonly Stack[]): ReadonlyMap<string, string> {
  return new Map(
    stacks
      .flatMap(({ template }) => Object.entries(template.Resources ?? {}))
      .flatMap(([id, { Metadata }]) => {
        const entry = Metadata?.['war-room:entry'];
        return typeof entry === 'string' ? [[id, entry] as const] : [];
      }),
  );
}

/** Bundles `entry` (relative to `root`) into `folder`, as the template does but for the format. */
export async function bundled(root: string, entry: string, format: Format, folder: string): Promise<Bundle> {
  const file = join(folder, `index.${format === 'esm' ? 'mjs' : 'cjs'}`);
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    platform: 'node',
    format,
    target: bundling.target,
    mainFields: [...bundling.mainFields],
    external: [...bundling.externalModules],
    minify: bundling.minify,
    sourcemap: bundling.sourceMap,
    sourcesContent: bundling.sourcesContent,
    metafile: true,
    logLevel: 'warning',
    ...(format === 'esm' && { banner: { js: ESM_BANNER } }),
  });
  return {
    file,
    kB: kBOf(statSync(file).size),
    mapKB: kBOf(readFileSync(`${file}.map`).byteLength),
    parts: partsOf(metafile),
  };
}

/** What is in a bundle, by package, the heaviest first. */
export function partsOf({ outputs }: Pick<Metafile, 'outputs'>): readonly Part[] {
  const bytes = new Map<string, number>();
  for (const [path, { bytesInOutput }] of Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs))) {
    const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? 'ours';
    bytes.set(name, (bytes.get(name) ?? 0) + bytesInOutput);
  }
  return [...bytes].map(([name, size]) => ({ name, kB: kBOf(size) })).sort((a, b) => b.kB - a.kB);
}

function kBOf(bytes: number): number {
  return Math.round(bytes / 1000);
}
