import { type Served, type ServeOptions, serve } from '../../../lib/local/serve.ts';
import { tinyStacks } from './template.ts';

/** `tinyStacks` served, with everything that was said and written meanwhile. */
export type TinyServed = Served & {
  readonly said: readonly string[];
  /** Lines by function, as JSON where they are. */
  readonly lines: (functionId: string) => readonly Record<string, unknown>[];
};

export async function serveTiny(options: Partial<ServeOptions> = {}): Promise<TinyServed> {
  const said: string[] = [];
  const written: { readonly functionId: string; readonly line: string }[] = [];
  const served = await serve({
    stacks: Promise.resolve(tinyStacks),
    root: process.cwd(),
    port: 0,
    // Visibility of 30 s becomes 1 s.
    timeScale: 1 / 30,
    folder: undefined,
    master: Buffer.alloc(32, 7),
    environment: {},
    allowedHosts: [],
    maxThreads: 2,
    say: (sentence) => said.push(sentence),
    log: (functionId, line) => written.push({ functionId, line }),
    lost: (sentence) => said.push(sentence),
    ...options,
  });
  return {
    ...served,
    said,
    lines: (functionId) =>
      written
        .filter((one) => one.functionId === functionId && one.line.startsWith('{'))
        .map(({ line }) => JSON.parse(line) as Record<string, unknown>),
  };
}
