/** `npm run simulate -- <scenario>`: plays a story against the stack that `npm start` serves. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { folderOf, type LocalFacts, readFacts } from '../lib/local/facts.ts';
import { PlayFailed, permalinkOf, play, untilTold } from '../lib/local/play.ts';
import { STORIES } from '../lib/local/stories.ts';
import { storm } from '../lib/local/storm.ts';

const STORM = 'storm';

const LIST = [
  ...Object.entries(STORIES).map(([name, { shows }]) => `  ${name.padEnd(22)} ${shows}`),
  `  ${STORM.padEnd(22)} many payments at once: --payments 200 --doubles 20% --inflight 16 --seed 1`,
].join('\n');

const HELP = `npm run simulate -- <scenario>\n\nPlays a story against the stack that \`npm start\` serves:\n\n${LIST}`;

const TOLD_WITHIN_MS = 60_000;

/** Something the person at the keyboard has to change. */
class Mistyped extends Error {}

function read(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', default: false },
        payments: text,
        doubles: text,
        inflight: text,
        seed: text,
      },
    });
  } catch (error) {
    throw new Mistyped(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  }
}

function count(name: string, text: string | undefined, otherwise: number): number {
  const number = Number(text ?? otherwise);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Mistyped(`--${name} is "${text}": give a whole number above 0.`);
}

/** `20%` or `0.2`. */
function share(name: string, text: string | undefined, otherwise: number): number {
  const number = text === undefined ? otherwise : text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (number >= 0 && number <= 1) return number;
  throw new Mistyped(`--${name} is "${text}": give a share such as 20%.`);
}

async function tell(facts: LocalFacts, name: string): Promise<void> {
  const story = STORIES[name]?.story({ random: Math.random, now: Date.now() });
  if (story === undefined) throw new Mistyped(`There is no scenario "${name}".\n\n${HELP}`);
  await play(facts, story, (line) => console.log(line));
  for (const ending of story.endings) {
    const thread = await untilTold(facts, ending, TOLD_WITHIN_MS);
    console.log(`${thread.state}: ${permalinkOf(thread) ?? facts.slack.url}`);
  }
}

async function rage(facts: LocalFacts, values: ReturnType<typeof read>['values']): Promise<void> {
  const options = {
    payments: count('payments', values.payments, 200),
    doubles: share('doubles', values.doubles, 0.2),
    inflight: count('inflight', values.inflight, 16),
    seed: count('seed', values.seed, 1 + Math.floor(Math.random() * 1_000_000)),
  };
  console.log(
    `A storm of ${options.payments} payments, ${Math.round(options.doubles * 100)} % of their deliveries doubled, ` +
      `${options.inflight} in flight (--seed ${options.seed}).`,
  );
  const summary = await storm(facts, options, (line) => console.log(`  ${line}`));
  const seconds = (summary.tookMs / 1000).toFixed(1);
  console.log(`sent ${summary.sent} deliveries, ${summary.doubled} of them a second time`);
  console.log(`acknowledged at the first try: ${summary.acknowledged} of ${summary.sent}`);
  console.log(`acknowledged within: p50 ${summary.p50Ms.toFixed(1)} ms, p95 ${summary.p95Ms.toFixed(1)} ms`);
  console.log(`in Slack: ${summary.threads} threads, ${summary.replies} replies, all of it after ${seconds} s`);
  for (const fault of summary.faults.slice(0, 20)) console.log(`! ${fault}`);
  if (summary.faults.length > 0) throw new PlayFailed(`${summary.faults.length} things are not as they should be.`);
  console.log('nothing lost, nothing doubled');
}

async function main(): Promise<void> {
  const { values, positionals } = read(process.argv.slice(2));
  const [name] = positionals;
  if (values.help) return console.log(HELP);
  if (name === undefined) throw new Mistyped(HELP);
  if (name !== STORM && !Object.hasOwn(STORIES, name)) throw new Mistyped(`There is no scenario "${name}".\n\n${HELP}`);
  const facts = readFacts(folderOf(join(import.meta.dirname, '..'), process.env));
  if (facts === undefined) {
    throw new Mistyped('No stack runs here: start one with `npm start` in another terminal, then try again.');
  }
  await (name === STORM ? rage(facts, values) : tell(facts, name));
}

await main().catch((error: unknown) => {
  const expected = error instanceof Mistyped || error instanceof PlayFailed;
  const text = error instanceof Error ? (expected ? error.message : (error.stack ?? error.message)) : String(error);
  console.error(text);
  process.exitCode = 1;
});
