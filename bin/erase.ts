/** `npm run erase`: removes a team's or a person's data, and prints a receipt. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { folderOf, readFacts } from '../lib/local/facts.ts';
import type { Clock } from '../shared/base/clock.ts';
import { type TeamId, teamId } from '../shared/base/names.ts';
import { type Erasure, type Parts, partsFor } from './erase/parts.ts';
import { erasingOne, type Person, peopleCalled } from './erase/person.ts';
import { progressBar } from './erase/progress.ts';
import { counted, type Receipt, receiptFile, receiptText } from './erase/receipt.ts';
import { eraseAll, type Found, survey, type Tally } from './erase/run.ts';
import { erasingTeam } from './erase/team.ts';
import { atStage, Misplaced, onThisMachine, type Where } from './erase/where.ts';

const HELP = `npm run erase -- --team T [--posts]
npm run erase -- --person P [--team T] [--as payer|learner|colleague] [--posts]

Removes the data of a team or of a person, and prints a receipt. It shows first what there is, and asks before anything
is erased. Stopped anywhere, the same command goes on with the rest.

  --team T          a Slack team's id
  --person P        of whoever pays the company's id (lead_…); of a learner the company's id or e-mail address; of somebody of
                    the company their id, Slack user id or e-mail address
  --as …            which of these, where the same id is that of several: each is erased by a run of its own
  --posts           take War Room's messages back out of Slack: the team's, those of the payer's payments, or those in the
                    colleague's name. Without it a payer's messages are edited: the name goes, the rest stays. Session
                    reports are always edited; of these it takes back what Slack lets nobody edit any more
  --dry-run         show what there is, and end
  --yes             do not ask
  --receipt FILE    where the receipt is kept (erase-<whom>-<day>.txt)

It works on the stack that \`npm start\` serves here. In AWS, with your own credentials:

  aws cloudformation list-stack-resources --stack-name war-room-live-state --output json > state.json
  aws cloudformation list-stack-resources --stack-name war-room-live-hub --output json > hub.json
  npm run erase -- --stage live --resources state.json --resources hub.json --team T0123456789`;

function read(argv: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...argv],
      options: {
        help: flag,
        team: text,
        person: text,
        as: text,
        posts: flag,
        'dry-run': flag,
        yes: flag,
        receipt: text,
        stage: text,
        resources: { type: 'string', multiple: true, default: [] },
      },
    }).values;
  } catch (error) {
    throw new Misplaced(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  }
}

type Wishes = ReturnType<typeof read>;

function whereFor({ stage, resources }: Wishes): Where {
  if (stage !== undefined) {
    if (resources.length > 0)
      return atStage(
        stage,
        resources.map((file) => readFileSync(file, 'utf8')),
      );
    throw new Misplaced(`Say what stage ${stage} consists of, by --resources.\n\n${HELP}`);
  }
  const facts = readFacts(folderOf(join(import.meta.dirname, '..'), process.env));
  if (facts) return onThisMachine(facts);
  throw new Misplaced('No stack runs here. Start one with `npm start`, or name one in AWS by --stage and --resources.');
}

/** A team's id, as it is part of keys that are joined with `#`. */
function teamOf(wishes: Wishes, where: Where): TeamId {
  const named = wishes.team ?? (wishes.person === undefined ? undefined : where.team);
  if (named === undefined) throw new Misplaced(`Say whose data it is, by --team.\n\n${HELP}`);
  if (/^\w{1,32}$/.test(named)) return teamId(named);
  throw new Misplaced(`"${named}" is not the id of a Slack team, such as T0123456789.`);
}

type Asked = {
  readonly erasure: Erasure;
  readonly whom: string;
  readonly kind: 'team' | 'person';
  readonly id: string;
};

async function askedFor(wishes: Wishes, team: TeamId, parts: Parts): Promise<Asked | undefined> {
  const { person: id, posts } = wishes;
  if (id === undefined)
    return { erasure: erasingTeam(team, { posts }, parts), whom: `team ${team}`, kind: 'team', id: team };
  const people = await peopleCalled(id, team, parts);
  const [person, ...others] = people.filter(({ kind }) => wishes.as === undefined || kind === wishes.as);
  if (!person) return undefined;
  if (others.length > 0) throw new Misplaced(severally(id, [person, ...others]));
  return {
    erasure: erasingOne(person, { posts }, parts),
    whom: `person ${id} of team ${team}, ${roles[person.kind]}`,
    kind: 'person',
    id,
  };
}

const roles: Readonly<Record<Person['kind'], string>> = {
  payer: 'who pays',
  learner: 'who takes courses',
  colleague: 'who works for the company',
};

/** What somebody reads who asked for more than one person: how to ask for each. */
function severally(given: string, people: readonly Person[]): string {
  const kinds = [...new Set(people.map(({ kind }) => kind))];
  if (kinds.length > 1) {
    const means = kinds.map((kind) => `somebody ${roles[kind]}`).join(' and ');
    return `${given} means ${means}: add ${kinds.map((kind) => `--as ${kind}`).join(' or ')}.`;
  }
  const ids = people.flatMap((person) => (person.kind === 'learner' ? [person.id] : []));
  return `${people.length} learners are enrolled under ${given}: ${ids.join(', ')}. Give the id of one.`;
}

async function isWanted(id: string): Promise<boolean> {
  const keyboard = createInterface({ input: process.stdin, output: process.stdout });
  const ended = new Promise<string>((resolve) => keyboard.once('close', () => resolve('')));
  const typed = await Promise.race([keyboard.question(`\nThis cannot be undone. Type ${id} to erase it: `), ended]);
  keyboard.close();
  return typed.trim() === id;
}

/** A worker that is just at it, or an event of Slack's that is on its way, has come to its end after this (ms). */
const roundMs = 15_000;

/** Erases, and writes the receipt also where that ended early. */
async function carryOut(
  { erasure, whom, kind, id }: Asked,
  found: readonly Found[],
  where: Where,
  file: string | undefined,
  clock: Pick<Clock, 'sleep'>,
): Promise<Receipt['state']> {
  const began = Date.now();
  const bar = progressBar(
    found.reduce((sum, { count }) => sum + count, 0),
    process.stdout,
  );
  let isStopped = false;
  const stop = () => {
    isStopped = true;
  };
  process.once('SIGINT', stop);
  const tallies = new Map<string, Tally>();
  let failure: unknown;
  const isDone = await eraseAll(erasure.look, {
    progress: bar.at,
    pause: () => clock.sleep(roundMs),
    isStopped: () => isStopped,
    tallied: (tally) => tallies.set(tally.what, tally),
  }).catch((error: unknown) => {
    failure = error;
    return false;
  });
  bar.end();
  process.off('SIGINT', stop);

  const ended = Date.now();
  const state = failure ? 'failed' : isStopped ? 'interrupted' : isDone ? 'complete' : 'still written to';
  const text = receiptText({
    whom,
    where: where.name,
    began,
    ended,
    state,
    tallies: [...tallies.values()],
    remains: await erasure.remains(ended),
  });
  const kept = file ?? receiptFile(kind, id, ended);
  writeFileSync(kept, text, { mode: 0o600 });
  console.log(`\n${text}\nKept in ${kept}.`);
  if (failure) throw failure;
  return state;
}

async function main(): Promise<void> {
  const wishes = read(process.argv.slice(2));
  if (wishes.help) return console.log(HELP);
  const where = whereFor(wishes);
  const team = teamOf(wishes, where);
  // Before the first client is made: they read it then.
  Object.assign(process.env, where.environment);
  const parts = await partsFor(where);
  const asked = await askedFor(wishes, team, parts);
  if (!asked) return console.log(`War Room keeps nothing of ${wishes.person} in team ${team} (${where.name}).`);

  const found = await survey(await asked.erasure.look());
  console.log(`${asked.whom}, on ${where.name}: this is what would be erased.\n`);
  for (const { what, count } of found) console.log(counted(count, what));
  if (wishes['dry-run']) return;
  if (!wishes.yes && !(await isWanted(asked.id))) {
    throw new Misplaced('Nothing was erased: what was typed is something else.');
  }
  const state = await carryOut(asked, found, where, wishes.receipt, parts.clock);
  if (state !== 'complete') process.exitCode = 1;
}

await main().catch((error: unknown) => {
  const text =
    error instanceof Error
      ? error instanceof Misplaced
        ? error.message
        : (error.stack ?? error.message)
      : String(error);
  console.error(text);
  process.exitCode = 1;
});
