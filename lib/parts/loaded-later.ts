import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Packages that a function loads at its first need, by `import('…')`. In the bundle they would be compiled at each start,
 * used or not; so each is left out of it, and is a file in the `node_modules` beside it, for the functions that ask.
 */
export const LOADED_LATER = ['razorpay'] as const;

/** Puts beside a bundled function every such package that it asks for, as one file each. Answers their names. */
export async function bundleLater(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8');
  const asked = LOADED_LATER.filter((name) => text.includes(`import("${name}")`));
  const { build } = await import('esbuild');
  for (const name of asked) {
    await build({
      stdin: { contents: `module.exports = require(${JSON.stringify(name)});`, resolveDir: import.meta.dirname },
      outfile: join(dirname(file), 'node_modules', name, 'index.js'),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node24',
      minify: true,
      logLevel: 'warning',
    });
  }
  return asked;
}

// The template has it run for each function, once that is bundled.
if (import.meta.main) await bundleLater(process.argv[2] ?? '');
