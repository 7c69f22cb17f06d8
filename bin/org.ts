/** `npm run org -- check|import FILE`: says what a file of people would change, and has it change it. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import type { DifferenceView, ImportBegunView, ImportView } from '../shared/org/answers.ts';
import { Mistyped, type Target, targetOf } from './api/target.ts';
import { progressBar } from './erase/progress.ts';
import { details, problems, summary, type Wrong } from './org/telling.ts';

const HELP = `npm run org -- check FILE [--roots several]
npm run org -- import FILE [--roots several]

FILE has everybody who works for the company: a CSV file whose first line is id,name,email,managerId,active, or a JSON
file {"admins": [...]}. Who is not in it, goes.

  check             says what it would change, or everything that is wrong with it by line, and changes nothing
  import            says the same in short, changes it, and ends when everybody sees it
  --roots several   several people may have no manager; otherwise a second one is taken for a mistake
  --api URL         another stack than the one that \`npm start\` serves here; WAR_ROOM_API_KEY then has a key for it, with
                    the scope "org"`;

/** The API said no; what it named is in `wrong`. */
class Refused extends Error {
  readonly wrong: readonly Wrong[];

  constructor(message: string, wrong: readonly Wrong[]) {
    super(message);
    this.wrong = wrong;
  }
}

/** Between two looks at how far it is. */
const lookEveryMs = 500;

function read(argv: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { help: { type: 'boolean', default: false }, roots: { type: 'string' }, api: { type: 'string' } },
    });
    return { ...values, positionals };
  } catch (error) {
    throw new Mistyped(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  }
}

function fileAt(path: string): { readonly body: string; readonly type: string } {
  const type = path.toLowerCase().endsWith('.json') ? 'application/json' : 'text/csv';
  try {
    return { body: readFileSync(path, 'utf8'), type };
  } catch (error) {
    throw new Mistyped(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function asked<T>({ api, key }: Target, method: string, path: string, sent?: { body: string; type: string }) {
  const response = await fetch(`${api}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(sent && { 'content-type': sent.type }) },
    ...(sent && { body: sent.body }),
  }).catch((cause: unknown) => {
    throw new Mistyped(`${api} cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`);
  });
  const answer = (await response.json().catch(() => ({}))) as T & { detail?: string; errors?: readonly Wrong[] };
  if (response.ok) return answer as T;
  throw new Refused(answer.detail ?? `${method} ${path} answered ${response.status}.`, answer.errors ?? []);
}

/** Follows an import to its end. Throws `Refused` where it does not go on by itself. */
async function followed(target: Target, id: string): Promise<ImportView> {
  let bar: ReturnType<typeof progressBar> | undefined;
  for (;;) {
    const view = await asked<ImportView>(target, 'GET', `/v1/admins/imports/${encodeURIComponent(id)}`);
    if (view.of > 0) {
      bar ??= progressBar(view.of, process.stdout);
      bar.at(view.done);
    }
    if (view.state === 'done' || view.state === 'same') {
      bar?.end();
      return view;
    }
    if (view.problems.length > 0) {
      bar?.end();
      throw new Refused('It does not go on by itself.', view.problems);
    }
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

async function main(argv: readonly string[]): Promise<void> {
  const { help, roots, api, positionals } = read(argv);
  const [command, path, ...rest] = positionals;
  if (help) return console.log(HELP);
  if (command === undefined) throw new Mistyped(HELP);
  if (command !== 'check' && command !== 'import') {
    throw new Mistyped(`There is no "${command}": it is check or import.\n\n${HELP}`);
  }
  if (path === undefined || rest.length > 0) throw new Mistyped(`${command} takes one file.\n\n${HELP}`);
  const target = targetOf({ api }, 'org');
  const file = fileAt(path);
  const query = roots === undefined ? '' : `?roots=${encodeURIComponent(roots)}`;

  const difference = await asked<DifferenceView>(target, 'POST', `/v1/admins/check${query}`, file);
  console.log(`${basename(path)}: ${summary(difference)}`);
  if (command === 'check') {
    for (const line of details(difference)) console.log(line);
    return;
  }
  const began = Date.now();
  const begun = await asked<ImportBegunView>(target, 'PUT', `/v1/admins${query}`, file);
  const { state } = await followed(target, begun.import);
  const seconds = Math.max(1, Math.round((Date.now() - began) / 1000));
  console.log(state === 'same' ? 'Nothing had to be changed.' : `Done in ${seconds} s: everybody sees it now.`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Mistyped || error instanceof Refused)) throw error;
  console.error(error.message);
  if (error instanceof Refused) for (const line of problems(error.wrong)) console.error(`  ${line}`);
  process.exitCode = 1;
}
