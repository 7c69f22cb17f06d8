/** `npm run load -- FILE`: sends a file of courses, enrolments, sessions, attendance and feedback to the API. */
import { existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { Mistyped, targetOf } from './api/target.ts';
import { progressBar } from './erase/progress.ts';
import { KINDS, kindOf } from './load/entry.ts';
import { hashOf, Kept } from './load/kept.ts';
import { load, refusedHead } from './load/load.ts';
import { firstRefused } from './load/refused.ts';
import { openRows } from './load/rows.ts';
import { Hopeless, Sender } from './load/sender.ts';

const HELP = `npm run load -- FILE [--kind course|enrollment|session|attendance|feedback]

FILE is CSV (.csv, its first line names the columns) or has a JSON object on each line (.jsonl). Fields are those of the
API (docs/openapi.json); in CSV a learner's are learner.id, learner.name, learner.email, and lists of ids have spaces
between them. Each row names its kind, unless --kind does:

  course       id, name, type, announcementChannel (empty: none)
  enrollment   id, courseId, learner.id, learner.name, learner.email, status
  session      id, courseId, title, startsAt, endsAt, status
  attendance   sessionId, present, absent
  feedback     sessionId, learnerId, rating, text

Rows may come in any order; the later of two about the same thing counts. Stopped, however, it goes on where it was: run it
again. What is refused is listed with its line, and kept in FILE.refused.csv (or .jsonl) to be mended and loaded.

  --api URL         another stack than the one that \`npm start\` serves here; WAR_ROOM_API_KEY then has a key for it,
                    with the scope "courses"
  --key-file FILE   the key is in a file

It ends with 0 when every row was recorded, 2 when some were refused, 1 when it could not go on, 130 when it was stopped.`;

/** So many refused rows are told; the rest is in the file. */
const refusedTold = 50;

function read(argv: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', default: false },
        kind: { type: 'string' },
        api: { type: 'string' },
        'key-file': { type: 'string' },
      },
    });
    return { ...values, positionals };
  } catch (error) {
    throw new Mistyped(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  }
}

const count = (of: number, what: string) => `${of.toLocaleString('en-US')} ${what}${of === 1 ? '' : 's'}`;

async function main(argv: readonly string[]): Promise<number> {
  const { help, api, kind: named, 'key-file': keyFile, positionals } = read(argv);
  const [path, ...more] = positionals;
  if (help) {
    console.log(HELP);
    return 0;
  }
  if (path === undefined || more.length > 0) throw new Mistyped(HELP);
  const kind = named === undefined ? undefined : kindOf(named);
  if (named !== undefined && !kind) throw new Mistyped(`--kind must be one of ${KINDS.join(', ')}.`);
  if (!existsSync(path)) throw new Mistyped(`There is no file ${path}.`);
  const target = targetOf({ api, keyFile }, 'courses');

  const rows = await openRows(path);
  const binding = { sha256: await hashOf(path), api: target.api, kind: kind ?? '' };
  const kept = new Kept(path, rows.format, binding, refusedHead(rows));
  const { place, rows: before } = kept.progress;
  if (before > 0) console.log(`Going on at line ${place.line}: ${count(before, 'row')} were done before.`);

  const stop = new AbortController();
  const stopped = () => stop.abort(new Error('stopped'));
  process.once('SIGINT', stopped).once('SIGTERM', stopped);
  const bar = progressBar(statSync(path).size, process.stdout);
  const isDone = await load({
    rows,
    kept,
    sender: new Sender(target, stop.signal),
    kind,
    signal: stop.signal,
    now: Date.now,
    told: (progress) => bar.at(progress.place.offset, progress.rows),
  }).finally(() => bar.end());
  const { progress } = kept;
  if (!isDone) {
    console.log(`Stopped before line ${progress.place.line}. Run the same again, and it goes on there.`);
    return 130;
  }

  const refused = progress.refused === 0 ? 'none refused' : `${progress.refused.toLocaleString('en-US')} refused`;
  console.log(`${basename(path)}: ${count(progress.rows - progress.refused, 'row')} recorded, ${refused}.`);
  if (progress.early > 0) {
    console.log(
      `${count(progress.early, 'row')} came before the course or session they belong to. If it has not come since, they wait for it.`,
    );
  }
  for (const line of await firstRefused(kept.refusedPath, refusedTold)) console.log(`  ${line}`);
  if (progress.refused > refusedTold) console.log(`  and ${count(progress.refused - refusedTold, 'row')} more`);
  if (progress.refused > 0) {
    const [they, them] = progress.refused === 1 ? ['It is', 'it'] : ['They are', 'them'];
    const alike = kind === undefined ? '' : `, again with --kind ${kind}`;
    console.log(`${they} in ${kept.refusedPath}: mend ${them} there and load that file${alike}.`);
  }
  kept.done();
  return progress.refused > 0 ? 2 : 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Mistyped || error instanceof Hopeless)) throw error;
  console.error(error.message);
  if (error instanceof Hopeless) console.error('What was done is kept: run the same again, and it goes on.');
  process.exitCode = 1;
}
