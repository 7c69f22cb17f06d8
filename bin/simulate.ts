/** `npm run simulate -- <scenario>`: plays a story against the stack that `npm start` serves. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { callOf, playCall } from '../lib/local/call-story.ts';
import { folderOf, type LocalFacts, readFacts } from '../lib/local/facts.ts';
import { playInvites } from '../lib/local/invites-story.ts';
import { passLead } from '../lib/local/lead-story.ts';
import { isTold, nameOfAdmin, PlayFailed, permalinkOf, play, type Thread, untilTold } from '../lib/local/play.ts';
import { ownedBy, STORIES } from '../lib/local/stories.ts';
import { killedStack, passesIn } from '../lib/local/storm/kills.ts';
import { type StormOptions, type StormSummary, steady, storm } from '../lib/local/storm/storm.ts';
import type { Ending, Step } from '../lib/local/telling.ts';
import { playWeek } from '../lib/local/week-story.ts';

const STORM = 'storm';
const CALL = 'call';
const LEAD = 'lead';
const WEEK = 'week';
const INVITES = 'invites';

const LIST = [
  ...Object.entries(STORIES).map(([name, { shows }]) => `  ${name.padEnd(22)} ${shows}`),
  `  ${CALL.padEnd(22)} a call, told to the agent and everybody above in a private channel`,
  `  ${LEAD.padEnd(22)} a lead with two payments under way, given to somebody else, who is told what is open`,
  `  ${WEEK.padEnd(22)} a week of sessions of two courses, and the reports of its Friday and its Monday in their channels`,
  `  ${INVITES.padEnd(22)} a learner who is enrolled, invited, comes, is deactivated and comes back`,
  `  ${STORM.padEnd(22)} many lives at once: --payments 200 --duplicates 20% --reorder --lose 5% --faults\n${' '.repeat(25)}--inflight 16 --seed 1; with --kills 3, against a stack of its own that is killed`,
].join('\n');

const SEE_HELP = '`npm run simulate -- --help` says what each of them does.';

const HELP = `npm run simulate -- <scenario>\n\nPlays a story against the stack that \`npm start\` serves:\n\n${LIST}

With --lose 100%, or a smaller share, a story's webhooks are lost: War Room asks Razorpay's API for what they would have told.
With --admin adm_kavya a story's learners, the call, or the lead in the end, are Kavya's; any id of the directory will do.`;

const TOLD_WITHIN_MS = 60_000;
/** Of the stack's own time: the first look at a thread comes after a quarter of an hour, the second after an hour. */
const ASKED_WITHIN_MS = 65 * 60_000;
/** More of the same sentences help nobody. */
const MOST_FAULTS_TOLD = 40;

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
        duplicates: text,
        reorder: { type: 'boolean', default: false },
        lose: text,
        admin: text,
        faults: { type: 'boolean', default: false },
        kills: text,
        inflight: text,
        seed: text,
      },
    });
  } catch (error) {
    throw new Mistyped(`${error instanceof Error ? error.message : String(error)}\n${SEE_HELP}`);
  }
}

const noScenario = (name: string) =>
  new Mistyped(
    `There is no scenario "${name}". There are ${[...Object.keys(STORIES), CALL, LEAD, WEEK, INVITES, STORM].join(', ')}.\n${SEE_HELP}`,
  );

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

async function tell(facts: LocalFacts, name: string, lose: number, admin: string | undefined): Promise<void> {
  const usual = STORIES[name]?.story({ random: Math.random, now: Date.now() });
  if (usual === undefined) throw noScenario(name);
  const story = admin === undefined ? usual : ownedBy(usual, { id: admin, name: await nameOfAdmin(facts, admin) });
  await play(
    facts,
    story,
    (line) => console.log(line),
    () => Math.random() < lose,
  );
  if (lose > 0)
    console.log(
      'War Room now asks Razorpay, which tells how a payment stands, not each step on the way: up to a minute.',
    );
  const withinMs = TOLD_WITHIN_MS + (lose > 0 ? ASKED_WITHIN_MS * facts.timeScale : 0);
  const learners = new Map(story.steps.flatMap(announcedBy));
  for (const ending of story.endings) {
    if (lose === 1 && !learners.has(ending.id)) {
      console.log(
        `${ending.id}: nobody announced it and nothing was heard of it, so War Room cannot know that it is there.`,
      );
      continue;
    }
    const thread = await untilTold(facts, ending, withinMs, lose > 0 ? standsAs : isTold);
    const learner = learners.get(ending.id);
    const whose = learner === undefined ? ending.id : `${learner}, ${ending.id}`;
    console.log(`${thread.state} (${whose}): ${permalinkOf(thread) ?? facts.slack.url}`);
  }
  if (story.endings.length === 0) console.log(`In the ops channel: ${facts.slack.url}/archives/${facts.channels.ops}`);
}

async function call(facts: LocalFacts, agent: string): Promise<void> {
  const told = callOf(agent, `call_${randomBytes(6).toString('hex')}`, Date.now());
  const { channel, people, text, permalink } = await playCall(facts, told, (line) => console.log(line));
  console.log(`In #${channel}, private: ${people.join(', ')}`);
  console.log(`${text.replaceAll('*', '').replaceAll('\u200B', '')}: ${permalink}`);
}

async function lead(facts: LocalFacts, to: string): Promise<void> {
  const given = {
    from: to === 'adm_arjun' ? 'adm_meera' : 'adm_arjun',
    to,
    lead: aLead(randomBytes(4).toString('hex')),
  };
  const scene = { random: Math.random, now: Date.now() };
  const { channel, people, text, permalink } = await passLead(facts, given, scene, (line) => console.log(line));
  console.log(`In #${channel}, private: ${people.join(', ')}`);
  console.log(`${text.replaceAll('*', '').replaceAll('\u200B', '')}: ${permalink}`);
}

const aLead = (sign: string) => ({ id: `lead_${sign}`, name: 'Ishaan Varma' });

async function week(facts: LocalFacts): Promise<void> {
  for (const { text, permalink } of await playWeek(facts, (line) => console.log(line))) {
    console.log(`\n${text}\n${permalink}`);
  }
}

async function invites(facts: LocalFacts): Promise<void> {
  const { text, permalink } = await playInvites(facts, `learner_${randomBytes(4).toString('hex')}`, (line) =>
    console.log(line),
  );
  console.log(`${text}: ${permalink}`);
}

/** An order that the checkout announces, with the learner's name. */
function announcedBy({ sent }: Step): (readonly [string, string])[] {
  if (sent.kind !== 'initiated') return [];
  const { orderId, lead } = sent.body as { readonly orderId: string; readonly lead: { readonly name: string } };
  return [[orderId, lead.name]];
}

/** Whether a thread stands as it should, and has its root in Slack. */
function standsAs({ state, messages }: Thread, ending: Ending): boolean {
  return state === ending.state && messages.some(({ key, state }) => key.startsWith('root') && state === 'posted');
}

/** In a storm with kills everything is started here, and kept in a folder of its own where something went wrong. */
async function rage(values: ReturnType<typeof read>['values']): Promise<void> {
  const kills = values.kills === undefined ? 0 : count('kills', values.kills, 0);
  const options = {
    payments: count('payments', values.payments, 200),
    duplicates: share('duplicates', values.duplicates, 0.2),
    reorder: values.reorder,
    lose: share('lose', values.lose, 0),
    faults: values.faults,
    inflight: count('inflight', values.inflight, 16),
    seed: count('seed', values.seed, 1 + Math.floor(Math.random() * 1_000_000)),
  };
  const began = performance.now();
  console.log(
    `A storm of ${options.payments} lives (--seed ${options.seed}): ${percent(options.duplicates)} of their webhooks ` +
      `doubled${options.reorder ? ', out of order' : ''}, ${percent(options.lose)} of those that may be lost are lost` +
      `${options.faults ? ', Slack and Razorpay misbehave' : ''}${kills > 0 ? `, ${kills} kills` : ''}; ${options.inflight} in flight.`,
  );
  const progress = (line: string) =>
    console.log(`${((performance.now() - began) / 1000).toFixed(1).padStart(7)} s  ${line}`);
  if (kills === 0) return tellSummary(await storm(steady(runningStack()), options, progress));

  const folder = mkdtempSync(join(tmpdir(), 'war-room-storm-'));
  const summary = await killedAmid(kills, folder, options, progress);
  const { adopted, doubled } = passesIn(folder);
  console.log(
    `${adopted} messages that a kill left in doubt were found in Slack, ${doubled} stood there twice for a while`,
  );
  tellSummary(summary);
  if (process.exitCode === 1) console.log(`Tables, queues and the functions' own words are kept in ${folder}.`);
  else rmSync(folder, { recursive: true, force: true });
}

async function killedAmid(
  kills: number,
  folder: string,
  options: StormOptions,
  progress: (line: string) => void,
): Promise<StormSummary> {
  await using scenery = await killedStack({ kills, folder }, progress);
  return await storm(scenery, options, progress);
}

function runningStack(): LocalFacts {
  const facts = readFacts(folderOf(join(import.meta.dirname, '..'), process.env));
  if (facts !== undefined) return facts;
  throw new Mistyped('No stack runs here: start one with `npm start` in another terminal, then try again.');
}

function tellSummary(summary: StormSummary): void {
  const { lives, lost, doubled, wrong } = summary;
  const seconds = summary.tookMs / 1000;
  console.log(
    `${summary.delivered} deliveries acknowledged, half of them within ${summary.p50Ms.toFixed(1)} ms, 95 % within ` +
      `${summary.p95Ms.toFixed(1)} ms; ${summary.sentAgain} of them sent again, ${summary.neverCame} webhooks lost on the way`,
  );
  console.log(
    `In Slack: ${summary.threads} threads, ${summary.replies} replies; ${summary.struck} calls went wrong on order`,
  );
  for (const fault of [...lost, ...doubled, ...wrong].slice(0, MOST_FAULTS_TOLD)) console.log(`! ${fault}`);
  console.log(`lost ${lost.length}`);
  console.log(`doubled ${doubled.length}`);
  console.log(`wrong ${wrong.length}`);
  console.log(`${(lives / seconds).toFixed(1)} lives a second, ${seconds.toFixed(1)} s`);
  if (lost.length + doubled.length + wrong.length > 0) process.exitCode = 1;
}

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;

async function main(): Promise<void> {
  const { values, positionals } = read(process.argv.slice(2));
  const [name, ...others] = positionals;
  if (values.help) return console.log(HELP);
  if (name === undefined) throw new Mistyped(HELP);
  if (others.length > 0) throw new Mistyped(`One scenario at a time: what is ${others.join(' ')} after ${name}?`);
  if (name === CALL) return call(runningStack(), values.admin ?? 'adm_arjun');
  if (name === LEAD) return lead(runningStack(), values.admin ?? 'adm_sana');
  if (name === WEEK) return week(runningStack());
  if (name === INVITES) return invites(runningStack());
  if (name !== STORM && !Object.hasOwn(STORIES, name)) throw noScenario(name);
  await (name === STORM ? rage(values) : tell(runningStack(), name, share('lose', values.lose, 0), values.admin));
}

await main().catch((error: unknown) => {
  const expected = error instanceof Mistyped || error instanceof PlayFailed;
  const text = error instanceof Error ? (expected ? error.message : (error.stack ?? error.message)) : String(error);
  console.error(text);
  process.exitCode = 1;
});
