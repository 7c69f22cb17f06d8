/**
 * Installs what is missing, before `npm start` and `npm test`.
 *
 * Plain CommonJS on purpose: any Node that can start npm can run it, also one that knows no TypeScript. The scripts after it
 * run on Node 24, which is a dev dependency.
 */
'use strict';

const { spawn, spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { delimiter, join, sep } = require('node:path');

const NODE_MAJOR = 24;
const PROGRESS_EVERY_MS = 10_000;

const root = join(__dirname, '..');
const modules = join(root, 'node_modules');
const stampFile = join(modules, '.war-room-lock');
const windows = process.platform === 'win32';

function say(sentence) {
  process.stdout.write(`${sentence}\n`);
}

function stop(sentence) {
  process.stderr.write(`\n${sentence}\n`);
  process.exit(1);
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** npm writes its own record of what it installed as its last step; a developer's `npm install` leaves it equal to the lock. */
function sameAsInstalled() {
  const record = join(modules, '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = readJson(record).packages;
  const wanted = readJson(join(root, 'package-lock.json')).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const found = installed[path];
    return found === undefined ? entry.optional === true : found.version === entry.version;
  });
}

function installed(hash) {
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash) return true;
  if (!sameAsInstalled()) return false;
  writeFileSync(stampFile, hash);
  return true;
}

/**
 * The Node that runs npm, never the one in node_modules: `npm ci` deletes that one first.
 */
function nodeOutsideTheProject() {
  const name = windows ? 'node.exe' : 'node';
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name));
  return [process.env.npm_node_execpath, ...onPath, process.execPath].find(
    (file) => file !== undefined && !file.startsWith(modules + sep) && existsSync(file),
  );
}

/** Runs npm with a line of progress now and then where nobody sees npm's own. Resolves with its exit code. */
function npm(args, progress) {
  const node = nodeOutsideTheProject();
  const cli = process.env.npm_execpath;
  const direct = node !== undefined && cli?.endsWith('.js');
  const child = direct
    ? spawn(node, [cli, ...args], { cwd: root, stdio: 'inherit' })
    : spawn('npm', args, { cwd: root, stdio: 'inherit', shell: windows });
  const started = Date.now();
  const timer = setInterval(() => {
    if (progress !== undefined) say(progress(Math.round((Date.now() - started) / 1000)));
  }, PROGRESS_EVERY_MS);
  return new Promise((resolve) => {
    child.on('error', (error) => {
      clearInterval(timer);
      stop(
        `npm could not be started (${error.message}). Install Node with npm from https://nodejs.org, then try again.`,
      );
    });
    child.on('exit', (code, signal) => {
      clearInterval(timer);
      resolve(code ?? (signal === null ? 0 : 1));
    });
  });
}

/** How many of the pinned packages are there by now. npm makes all their folders first and fills them one by one. */
function packagesThere() {
  const paths = Object.keys(readJson(join(root, 'package-lock.json')).packages).filter((path) => path !== '');
  return paths.filter((path) => existsSync(join(root, path, 'package.json'))).length;
}

/** The version of the Node that scripts will run on, or undefined where its binary is missing. */
function pinnedNode() {
  const file = join(modules, '.bin', windows ? 'node.cmd' : 'node');
  if (!existsSync(file)) return undefined;
  const answer = spawnSync(file, ['--version'], { encoding: 'utf8', shell: windows });
  return answer.status === 0 ? answer.stdout.trim() : undefined;
}

const isPinned = () => pinnedNode()?.startsWith(`v${NODE_MAJOR}.`) === true;

async function bootstrap() {
  const hash = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (!installed(hash)) {
    const why = existsSync(modules) ? 'the pinned packages have changed' : 'this is a fresh clone';
    say(`Installing the pinned packages, since ${why}. This takes a minute or two, once.`);
    const code = await npm(
      ['ci', '--include=dev', '--no-engine-strict', '--loglevel=error'],
      (seconds) => `  still installing: ${seconds} s, ${packagesThere()} packages are there`,
    );
    if (code !== 0) {
      stop(
        `The packages could not be installed: npm ended with code ${code}, its reason is above.\n` +
          'If it names the network, check the connection and the registry (`npm config get registry`), then run the same command again.\n' +
          'If it says that the lock file is not in sync, run `npm install`, then `npx --no node bin/complete-lock.ts`.',
      );
    }
  }
  if (!isPinned()) {
    say(`Fetching Node ${NODE_MAJOR}, on which everything here runs (npm did not run its install script).`);
    await npm(['rebuild', 'node', '--ignore-scripts=false', '--loglevel=error']);
    if (!isPinned()) {
      stop(
        `Node ${NODE_MAJOR} is not in place: node_modules/.bin/node answers ${pinnedNode() ?? 'nothing'}.\n` +
          'Run `npm rebuild node --ignore-scripts=false` and read what it says; ' +
          `or put a Node ${NODE_MAJOR} of your own on the PATH and start with \`node bin/local.ts\`.`,
      );
    }
  }
  // Last, so that an installation that was cut off is seen as one.
  writeFileSync(stampFile, hash);
}

bootstrap().catch((error) => stop(`The installation stopped: ${error.message}. Delete node_modules and try again.`));
