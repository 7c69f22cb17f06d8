/**
 * `npm run measure`: what a payment costs in calls and money, how long functions take to load, how the ingress stands beside
 * its bare floors, and how a batch stands beside one record. Prints a page of figures and writes it to `docs/figures.md`.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { measureBatch } from '../lib/local/measure/batch.ts';
import { page, type Section } from '../lib/local/measure/figures.ts';
import { measureLife } from '../lib/local/measure/life.ts';
import { measureLoading } from '../lib/local/measure/loading.ts';
import { type Prices, PricesUnusable, readPrices } from '../lib/local/measure/prices.ts';
import { measureThroughput } from '../lib/local/measure/throughput.ts';
import { synthesizedStacks } from '../lib/local/synth.ts';
import type { Stack } from '../lib/local/template.ts';

const root = join(import.meta.dirname, '..');

const HELP = `npm run measure -- [options]

  --only life           only some of the parts, with a comma between: PARTS
  --prices FILE         prices of your region, after the pattern of docs/prices.json
  --out FILE            where the page is written; docs/figures.md
  --quick               few and short runs: shows that it works, its figures are worth little; written only with --out`;

/** Something the person at the keyboard has to change. */
class Mistyped extends Error {}

type Wishes = { readonly quick: boolean; readonly prices: Prices; readonly stacks: readonly Stack[] };

const PARTS: Readonly<Record<string, (wishes: Wishes) => Promise<Section>>> = {
  life: ({ quick, prices, stacks }) =>
    measureLife({
      root,
      stacks,
      prices,
      payments: quick ? 2 : 6,
      slackMs: quick ? 10 : 300,
      postIntervalMs: quick ? 0 : 1_000,
    }),
  loading: ({ quick, stacks }) =>
    measureLoading({ root, stacks, runs: quick ? 1 : 21, ...(quick && { only: ['RazorpayIngress'] }) }),
  throughput: ({ quick, stacks }) =>
    measureThroughput({ root, stacks, rounds: quick ? 1 : 9, requests: quick ? 16 : 400, inflight: 8 }),
  batch: ({ quick }) => measureBatch({ rounds: quick ? 1 : 11, slackMs: quick ? 5 : 300, databaseMs: quick ? 1 : 5 }),
};

const help = HELP.replace('PARTS', Object.keys(PARTS).join(', '));

function wishes(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  const options = {
    only: text,
    prices: text,
    out: text,
    quick: { type: 'boolean' },
    help: { type: 'boolean' },
  } as const;
  try {
    return parseArgs({ args: [...argv], options }).values;
  } catch (error) {
    throw new Mistyped(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
  }
}

async function main(): Promise<void> {
  process.env['TZ'] = 'UTC';
  const wished = wishes(process.argv.slice(2));
  if (wished.help) return console.log(help);
  const quick = wished.quick === true;
  const only = wished.only?.split(',') ?? Object.keys(PARTS);
  const unknown = only.find((name) => !(name in PARTS));
  if (unknown !== undefined) throw new Mistyped(`There is no part "${unknown}".\n\n${help}`);

  const busy = loadavg()[0] ?? 0;
  const machine =
    `Node ${process.version} on ${availableParallelism()} cores of ${cpus()[0]?.model.trim() ?? process.arch}, ` +
    `load ${busy.toFixed(1)} when it began${quick ? '; a quick run, whose figures are worth little' : ''}`;
  const scene = { at: new Date().toISOString().slice(0, 10), machine };
  const prices = readPrices(wished.prices ?? join(root, 'docs', 'prices.json'));
  const given = { quick, prices, stacks: await synthesizedStacks() };

  const sections: Section[] = [];
  for (const [name, part] of Object.entries(PARTS)) {
    if (!only.includes(name)) continue;
    const began = performance.now();
    sections.push(await part(given));
    console.error(`${name}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
  }
  const text = page(scene, sections);
  console.log(text);
  // A run of a part, or a quick one, must not stand where the figures of a whole one are looked for.
  const whole = !quick && wished.only === undefined;
  const file = wished.out ?? (whole ? join(root, 'docs', 'figures.md') : undefined);
  if (file === undefined) return;
  writeFileSync(file, text);
  console.error(`Written to ${relative(process.cwd(), file)}.`);
}

await main().then(
  () => process.exit(),
  (error: unknown) => {
    const expected = error instanceof Mistyped || error instanceof PricesUnusable;
    const text = error instanceof Error ? (expected ? error.message : (error.stack ?? error.message)) : String(error);
    console.error(text);
    process.exit(1);
  },
);
