import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundling } from '../../parts/hub-function.ts';
import { seededRandom } from '../stories.ts';
import type { Stack } from '../template.ts';
import { type Bundle, bundled, entriesIn, type Format } from './bundles.ts';
import type { Section } from './figures.ts';
import { inWords, type Spread, spreadOf } from './spread.ts';

export type LoadingOptions = {
  readonly root: string;
  readonly stacks: readonly Stack[];
  /** Fresh processes of each bundle. */
  readonly runs: number;
  /** Ids of the functions to load; undefined: all. */
  readonly only?: readonly string[];
};

const FLOOR = 'lib/local/measure/floors/plain.ts';
const INGRESS = 'RazorpayIngress';
const WANTED = { [INGRESS]: 1.1 } as const;
const WANTED_OF_OTHERS = 1.25;
const PARTS_TOLD = 8;
/** How functions are deployed. The type knows today's choice; the figures are for choosing again. */
const IS_ESM = String(bundling.format) === 'esm';

/** How a process loads a bundle. */
type Way = { readonly file: string; readonly maps: boolean; readonly cache?: string };

/** What one process took to load, in milliseconds: by the clock, and of work by all its threads. */
type Load = { readonly ms: number; readonly cpuMs: number };

/** Loads the file as Lambda's runtime would before the first call, and prints what that took. */
const SCRIPT = `
const [, file] = process.argv;
const before = process.cpuUsage();
const from = performance.now();
const loaded = file.endsWith('.mjs') ? import(require('node:url').pathToFileURL(file).href) : Promise.resolve(require(file));
loaded.then(({ handler }) => {
  const ms = performance.now() - from;
  const { user, system } = process.cpuUsage(before);
  if (typeof handler !== 'function') throw new Error('It exports no handler.');
  console.log(JSON.stringify({ ms, cpuMs: (user + system) / 1000 }));
});`;

/** Times how long each function takes to load, beside a plain one that is loaded in the same moment. */
export async function measureLoading({ root, stacks, runs, only }: LoadingOptions): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), 'war-room-loading-'));
  try {
    const entries = [...entriesIn(stacks)].filter(([id]) => only?.includes(id) ?? true);
    const bundle = async (name: string, entry: string, format: Format) =>
      bundled(root, entry, format, join(folder, `${name}-${format}`));
    const both = async (name: string, entry: string) => {
      const [esm, cjs] = [await bundle(name, entry, 'esm'), await bundle(name, entry, 'cjs')];
      return { name, esm, cjs, chosen: IS_ESM ? esm : cjs };
    };
    const floor = await both('floor', FLOOR);
    const functions = [];
    for (const [id, entry] of entries) functions.push(await both(id, entry));

    const random = seededRandom(4);
    const taken = [floor, ...functions].map(({ name, esm, cjs, chosen }) => {
      const other = chosen === esm ? cjs : esm;
      const times = interleaved(runs, { floor: way(floor.chosen), own: way(chosen), other: way(other) }, random);
      return { name: name === 'floor' ? 'the plain one beside itself' : name, chosen, other, times };
    });
    const ingress = functions.find(({ name }) => name === INGRESS) ?? floor;
    const cache = join(folder, 'cache');
    const ways = {
      plain: way(ingress.chosen),
      cached: { ...way(ingress.chosen), cache },
      'no source map': { ...way(ingress.chosen), maps: false },
    };
    // The first process writes the cache, when it ends.
    load(ways.cached);
    return section(taken, floor.chosen, ingress.chosen, interleaved(runs, ways, random), runs);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function way({ file }: Bundle): Way {
  return { file, maps: true };
}

/** Loads by each way once a run, in an order that chance decides anew: a place in a row costs or saves a fifth here. */
function interleaved<Name extends string>(
  runs: number,
  ways: Readonly<Record<Name, Way>>,
  random: () => number,
): Readonly<Record<Name, readonly Load[]>> {
  const names = Object.keys(ways) as Name[];
  const loads = Object.fromEntries(names.map((name) => [name, [] as Load[]])) as Record<Name, Load[]>;
  for (let run = 0; run < runs; run += 1) {
    const order = names.map((name) => ({ name, at: random() })).sort((one, other) => one.at - other.at);
    for (const { name } of order) loads[name].push(load(ways[name]));
  }
  return loads;
}

/** One fresh process. Nothing of this one's environment reaches it. */
function load({ file, maps, cache }: Way): Load {
  const args = [...(maps ? ['--enable-source-maps'] : []), '--eval', SCRIPT, file];
  const env = { AWS_REGION: 'ap-south-1', ...(cache !== undefined && { NODE_COMPILE_CACHE: cache }) };
  return JSON.parse(execFileSync(process.execPath, args, { env, encoding: 'utf8' })) as Load;
}

type Taken = {
  readonly name: string;
  readonly chosen: Bundle;
  readonly other: Bundle;
  readonly times: Readonly<Record<'floor' | 'own' | 'other', readonly Load[]>>;
};

/** Run by run, so that what slows the machine for a moment slows both. */
function ratios(loads: readonly Load[], by: readonly Load[], what: keyof Load): Spread {
  return spreadOf(loads.map((one, run) => one[what] / (by[run]?.[what] ?? Number.NaN)));
}

/** A time, then what it is a multiple of: by the clock and by work. */
function cells(loads: readonly Load[], by: readonly Load[]): string[] {
  return [
    inWords(spreadOf(loads.map(({ ms }) => ms)), 0),
    inWords(ratios(loads, by, 'ms'), 2),
    inWords(ratios(loads, by, 'cpuMs'), 2),
  ];
}

function section(
  taken: readonly Taken[],
  floor: Bundle,
  ingress: Bundle,
  ways: Readonly<Record<'plain' | 'cached' | 'no source map', readonly Load[]>>,
  runs: number,
): Section {
  const [chosen, other] = IS_ESM ? ['ES module', 'CommonJS'] : ['CommonJS', 'ES module'];
  const functions = taken.slice(1);
  return {
    title: 'Size and load time of each function',
    how:
      'Every function is bundled as for a deployment. A fresh process loads it as the runtime does before the first call, and ' +
      `measures only that; ${runs} processes of each, each in turn with the plain one that it is told as a multiple of. On a ` +
      'machine that others use, too, the clock also counts their turns; so what is wanted is held to the work (CPU time, all ' +
      'threads of the process). The plain one is the same kind of bundle of DynamoDB, SQS and the logger ' +
      `(${FLOOR}, ${floor.kB} kB); its own row shows how far two loads of the same file lie apart on this machine.`,
    tables: [
      {
        caption: `Load time, ms (${chosen}, as deployed):`,
        head: ['function', 'kB', 'source map, kB', 'ms', 'times the plain one', 'by work'],
        rows: taken.map(({ name, chosen: { kB, mapKB }, times }) => [
          name,
          String(kB),
          String(mapKB),
          ...cells(times.own, times.floor),
        ]),
      },
      {
        caption: `The same source as ${other}, \`mainFields\` the same:`,
        head: ['function', 'kB', 'ms', `times the ${chosen}`, 'by work'],
        rows: taken.map(({ name, other: { kB }, times }) => [name, String(kB), ...cells(times.other, times.own)]),
      },
      {
        caption: `${INGRESS}, ${ingress.kB} kB, in other ways:`,
        head: ['way', 'ms', 'times as it is', 'by work'],
        rows: [
          ['as it is', ...cells(ways.plain, ways.plain)],
          ["with Node's compile cache, filled on this machine", ...cells(ways.cached, ways.plain)],
          ['without --enable-source-maps', ...cells(ways['no source map'], ways.plain)],
        ],
      },
      {
        caption: 'What is in each bundle, kB of minified code:',
        head: ['function', 'heaviest parts'],
        rows: functions.map(({ name, chosen: { parts } }) => [
          name,
          parts
            .slice(0, PARTS_TOLD)
            .map((part) => `${part.name} ${part.kB}`)
            .join(', '),
        ]),
      },
    ],
    notes: [
      "No compile cache is shipped: V8 takes one only from its own version, flags and kind of processor, Node keeps one folder for each of its versions, and AWS changes Node's version under a deployed function. It would be refused in silence.",
    ],
    targets: functions.map(({ name, times }) => {
      const ratio = ratios(times.own, times.floor, 'cpuMs');
      const wanted = name === INGRESS ? WANTED[INGRESS] : WANTED_OF_OTHERS;
      return {
        what: `load of ${name} beside the plain one, by work`,
        wanted: `at most ${wanted}`,
        got: inWords(ratio, 2),
        holds: ratio.median <= wanted,
      };
    }),
  };
}
