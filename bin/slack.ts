/**
 * `npm run slack`: the local Slack alone, with a life of its own, so that `npm start -- --keep` can stop and come back to it.
 * Writes `.war-room/slack.json` in the folder it is started in, and takes it away when it stops.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { folderOf, writePrivate } from '../lib/local/facts.ts';
import { seededCompany } from '../lib/local/slack-front/company.ts';
import { startSlackFront } from '../lib/local/slack-front/start.ts';

const FILE = join(folderOf(process.cwd(), process.env), 'slack.json');

/** The port asked for, or the usual one. Says so and stops when it is not a port. */
function portFrom(setting: string | undefined): number {
  const port = Number(setting ?? 4003);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  return stopWith(`SLACK_PORT is "${setting}", which is not a port. Choose a number from 0 (any free port) to 65535.`);
}

function stopWith(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}

/** The process that the file names, undefined without a file. */
function writer(): number | undefined {
  try {
    return (JSON.parse(readFileSync(FILE, 'utf8')) as { readonly pid?: number }).pid;
  } catch {
    return undefined;
  }
}

const port = portFrom(process.env['SLACK_PORT']);
const seed = seededCompany();
const front = await startSlackFront({ port, seed }).catch((error: unknown) => {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return stopWith(
      `Port ${port} is in use: another local Slack may be running. Stop it, or choose another port: SLACK_PORT=${port + 100} npm run slack`,
    );
  }
  throw error;
});

writePrivate(FILE, front.slack);

let stopping = false;
const stop = async () => {
  if (stopping) return;
  stopping = true;
  // A later one may have written its own.
  if (writer() === process.pid) rmSync(FILE, { force: true });
  await front.stop();
  process.exit(0);
};
process.on('SIGINT', stop);
process.on('SIGTERM', stop);

console.log(`
  ${seed.team.name} is on   ${front.url}
  Web API            ${front.url}/api/     (tokens: .war-room/slack.json)
  For tests          ${front.url}/control

  Messages are kept in memory: they go when this stops (Ctrl+C).
`);
console.log('ready');
