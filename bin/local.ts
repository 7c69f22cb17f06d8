/** `npm start`: the whole of War Room on this machine, as the synthesized template declares it. */
import { createWriteStream, mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { folderOf, type LocalFacts, readFacts, removeFacts, writeFacts } from '../lib/local/facts.ts';
import { PortInUse } from '../lib/local/listen.ts';
import { stayOnLoopback } from '../lib/local/loopback.ts';
import { PlayFailed, permalinkOf, play, untilTold } from '../lib/local/play.ts';
import { SlackUnclear } from '../lib/local/slack-choice.ts';
import { hostsOf, type LocalStack, type Others, startStack } from '../lib/local/start.ts';
import { StoresUnusable } from '../lib/local/stores.ts';
import { STORIES } from '../lib/local/stories.ts';

const HELP = `npm start [-- options]

Serves War Room on this machine, plays one payment, and prints where to look.

  --quiet            seed only: play no payment, say little
  --keep             keep tables, queues and secrets under .war-room/kept from one run to the next;
                     wants a Slack with a life of its own: \`npm run slack\` beside it, or SLACK_API_URL
  --port N           of the HTTP API; also PORT (3000)
  --slack-port N     of the local Slack; also SLACK_PORT (4003)
  --help

  TIME_SCALE                   how fast waiting passes: 1 is live, 0.05 the usual here
  AWS_ENDPOINT_URL_DYNAMODB    another DynamoDB instead of the embedded one
  AWS_ENDPOINT_URL_SQS         another SQS
  SLACK_API_URL                another Slack, with SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET
  WAR_ROOM_FOLDER              where all this is kept instead of .war-room`;

const DEFAULT_TIME_SCALE = 0.05;
/** How long the played payment may take to be in Slack. */
const TOLD_WITHIN_MS = 30_000;
/** How often it is looked whether npm still runs. */
const LOOK_FOR_NPM_MS = 200;
/** The same sentence within this time is the same trouble. */
const SAME_AGAIN_MS = 5_000;
/** A part that does not stop is left behind after this long. */
const STOP_WITHIN_MS = 8_000;

const root = join(import.meta.dirname, '..');
const folder = folderOf(root, process.env);

/** Something the person at the keyboard has to change. */
class Mistyped extends Error {}

type Wishes = {
  readonly quiet: boolean;
  readonly keep: boolean;
  readonly help: boolean;
  readonly port: number;
  readonly slackPort: number;
  readonly timeScale: number;
  readonly others: Others;
};

function wishes(argv: readonly string[], environment: NodeJS.ProcessEnv): Wishes {
  const { values } = read(argv);
  const timeScale = Number(environment['TIME_SCALE'] ?? DEFAULT_TIME_SCALE);
  if (!(timeScale > 0))
    throw new Mistyped(`TIME_SCALE is "${environment['TIME_SCALE']}": give a number above 0; 1 is live.`);
  const given = (name: string) => environment[name] || undefined;
  return {
    quiet: values.quiet,
    keep: values.keep,
    help: values.help,
    port: portOf('PORT', values.port ?? environment['PORT'] ?? '3000'),
    slackPort: portOf('SLACK_PORT', values['slack-port'] ?? environment['SLACK_PORT'] ?? '4003'),
    timeScale,
    others: {
      slackApiUrl: given('SLACK_API_URL'),
      slackBotToken: given('SLACK_BOT_TOKEN'),
      slackSigningSecret: given('SLACK_SIGNING_SECRET'),
      dynamodbUrl: given('AWS_ENDPOINT_URL_DYNAMODB'),
      sqsUrl: given('AWS_ENDPOINT_URL_SQS'),
    },
  };
}

function read(argv: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...argv],
      options: { quiet: flag, keep: flag, help: flag, port: text, 'slack-port': text },
    });
  } catch (error) {
    throw new Mistyped(
      `${error instanceof Error ? error.message : String(error)}\nnpm start -- --help lists the options.`,
    );
  }
}

function portOf(setting: string, text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Mistyped(`${setting} is "${text}", which is not a port. Choose a number from 0 (any free one) to 65535.`);
}

/** A path as one would type it here. */
const near = (path: string): string => relative(process.cwd(), path) || path;

const say = (line = ''): void => console.log(line);

/** Says what went wrong; a sentence that comes again at once is said once. */
function warn(isEnding: () => boolean): (sentence: string) => void {
  let last = '';
  let at = 0;
  return (sentence) => {
    const repeated = sentence === last && Date.now() - at < SAME_AGAIN_MS;
    last = sentence;
    at = Date.now();
    if (!repeated && !isEnding()) say(`! ${sentence}`);
  };
}

/** One folder is one stack's: a second one would take its log and its addresses away. */
class AlreadyRunning extends Error {}

async function refuseBeside(running: LocalFacts | undefined): Promise<void> {
  if (running === undefined) return;
  // The process may be another one that was given the same number since. Where nobody listens that is known at once; who
  // does may be busy.
  const answers = await fetch(`${running.api}/health`, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
  if (!answers) return;
  throw new AlreadyRunning(
    `War Room runs already (process ${running.pid}): ${running.api}, its Slack page ${running.slack.url}. Ctrl-C there stops it.\n` +
      'A second one beside it needs a folder and ports of its own: WAR_ROOM_FOLDER=.war-room-2 PORT=3200 SLACK_PORT=4203 npm start',
  );
}

/** The functions' own words go to a file: between the lines meant for people nobody could read either. */
function functionsLog(keep: boolean): (functionId: string, line: string) => void {
  mkdirSync(folder, { recursive: true });
  const file = createWriteStream(join(folder, 'functions.log'), { flags: keep ? 'a' : 'w', mode: 0o600 });
  return (functionId, line) => file.write(line.startsWith('{') ? `${line}\n` : `${functionId}: ${line}\n`);
}

function describe(stack: LocalStack): void {
  const { served, slack, facts } = stack;
  const { plan } = served;
  const functionOf = new Map(plan.routes.map(({ key, target }) => [key, target]));
  const count = (number: number, one: string, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;
  say(`  API       ${facts.api}`);
  say(`  Pages     ${facts.api}/ (add War Room to Slack, sign in, see what is connected)`);
  say(`  Slack     ${slack.url} (${slack.told})`);
  say(`  Razorpay  ${facts.razorpay.apiUrl} (a stand-in for its API; it delivers to ${facts.razorpay.webhookUrl})`);
  say(`  Tables    ${served.told.tables}`);
  say(`  Queues    ${served.told.queues}`);
  say();
  say(
    `Served as the template declares: ${count(plan.routes.length, 'route')}, ${count(plan.functions.length, 'function')}, ` +
      `${count(plan.mappings.length, 'queue mapping')}, ${count(plan.schedules.length, 'schedule')}, ` +
      `${count(plan.tables.length, 'table')}, ${count(plan.queues.length, 'queue')}, ${count(plan.secrets.length, 'secret')}.`,
  );
  for (const [key, target] of functionOf) {
    say(`  ${key.padEnd(36)} ${target.kind === 'function' ? target.function : `501: ${target.why}`}`);
  }
  for (const { queue, function: worker, batchSize } of plan.mappings) {
    say(`  ${`queue ${queue}`.padEnd(36)} ${worker}, up to ${batchSize} at a time`);
  }
  for (const schedule of plan.schedules) {
    say(`  ${`${schedule.expression} ${schedule.zone}`.padEnd(36)} ${schedule.function}`);
  }
  if (plan.unserved.length > 0) say('Not served here:');
  for (const { what, why } of plan.unserved) say(`  ${what}: ${why}`);
  say();
}

/** One payment from its start to its capture, the second try after a declined first. */
async function playOne(stack: LocalStack): Promise<void> {
  const told = STORIES['failed-then-captured'];
  if (told === undefined) return;
  const story = told.story({ random: Math.random, now: Date.now() });
  say('A payment, from its start to its capture:');
  // Faster than the scale: nobody waits for a demonstration before the prompt.
  await play({ ...stack.facts, timeScale: 0 }, story, (line) => say(`  ${line}`));
  for (const ending of story.endings) {
    const thread = await untilTold(stack.facts, ending, TOLD_WITHIN_MS);
    say(`Its thread in Slack: ${permalinkOf(thread) ?? stack.slack.url}`);
  }
  say();
}

function sentenceFor(error: unknown): string {
  const expected = [AlreadyRunning, PortInUse, Mistyped, StoresUnusable, SlackUnclear, PlayFailed].some(
    (kind) => error instanceof kind,
  );
  if (expected && error instanceof Error) return error.message;
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `War Room could not go on, by a fault of its own. Start it again; if it stays, this is what to report:\n${detail}`;
}

/**
 * npm passes a signal on to the shell between it and this process, and the shell keeps it to itself: without this, what was
 * started by `npm start` would live on, with its ports, after npm was told to stop.
 */
function endWithNpm(end: () => void): void {
  if (process.env['npm_lifecycle_event'] !== 'start') return;
  const shell = process.ppid;
  setInterval(() => {
    if (process.ppid !== shell) end();
  }, LOOK_FOR_NPM_MS).unref();
}

async function main(): Promise<void> {
  // Lambda's clock is UTC, whatever this machine's is.
  process.env['TZ'] = 'UTC';
  const wished = wishes(process.argv.slice(2), process.env);
  if (wished.help) return say(HELP);
  stayOnLoopback(hostsOf(wished.others));

  let stack: LocalStack | undefined;
  let ending = false;
  const end = (code: number): void => {
    if (ending) return;
    ending = true;
    removeFacts(folder);
    setTimeout(() => process.exit(code), STOP_WITHIN_MS).unref();
    Promise.resolve(stack?.stop()).then(
      () => process.exit(code),
      () => process.exit(code || 1),
    );
  };
  const fail = (error: unknown): void => {
    if (ending) return;
    console.error(`\n${sentenceFor(error)}`);
    end(1);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(0));
  endWithNpm(() => end(0));
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);

  try {
    await refuseBeside(readFacts(folder));
    if (!wished.quiet) say('War Room starts on this machine; nothing it does leaves it.\n');
    stack = await startStack({
      root,
      folder,
      ...wished,
      lookForRunningSlack: true,
      say: warn(() => ending),
      log: functionsLog(wished.keep),
      lost: (sentence) => fail(new StoresUnusable(sentence)),
    });
    if (ending) return void stack.stop();
    writeFacts(folder, stack.facts);
    if (wished.quiet) say(`API ${stack.facts.api}, Slack ${stack.slack.url}`);
    else describe(stack);
    if (wished.keep && stack.slack.control !== undefined) {
      say('! --keep keeps no Slack: its messages go with this process, and the next start begins a new story.');
      say('  For one with a life of its own: npm run slack, in another terminal, before this.\n');
    }
    if (!wished.quiet && !stack.seeded) say('What was kept is there again: nothing is seeded, nothing is played.\n');
    if (!wished.quiet && stack.seeded) {
      // The stack serves, whatever became of the demonstration.
      await playOne(stack).catch((error: unknown) => {
        if (!ending) console.error(`! ${sentenceFor(error)}\n`);
      });
    }
    if (ending) return;
    if (!wished.quiet) {
      say('Look at the threads on the Slack page above. Then play more: npm run simulate -- late-authorization');
      say(
        `Keys and addresses are in ${near(folder)}/local.json, the functions' own words in ${near(folder)}/functions.log. Ctrl-C stops it all.`,
      );
    }
    say('ready');
  } catch (error) {
    fail(error);
  }
}

await main().catch((error: unknown) => {
  console.error(sentenceFor(error));
  process.exit(1);
});
