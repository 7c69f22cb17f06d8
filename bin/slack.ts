/**
 * `npm run slack`: the local Slack alone, with a life of its own, so that `npm start -- --keep` can stop and come back to it.
 * Writes `.war-room/slack.json`, takes it away when it stops.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { seededCompany } from '../lib/local/slack-front/company.ts';
import { startSlackFront } from '../lib/local/slack-front/start.ts';

const FOLDER = new URL('../.war-room/', import.meta.url);
const FILE = new URL('slack.json', FOLDER);

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

const port = portFrom(process.env['SLACK_PORT']);
const front = await startSlackFront({ port, seed: seededCompany() }).catch((error: unknown) => {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return stopWith(
      `Port ${port} is in use: another local Slack may be running. Stop it, or choose another with SLACK_PORT=4103 npm run slack.`,
    );
  }
  throw error;
});

await mkdir(FOLDER, { recursive: true });
// The mode counts only for a file that is made anew.
await rm(FILE, { force: true });
await writeFile(FILE, `${JSON.stringify(front.slack, null, 2)}\n`, { mode: 0o600 });

const stop = async () => {
  await Promise.all([front.stop(), rm(FILE, { force: true })]);
  process.exit(0);
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);

console.log(`Slack is on ${front.url} (company: Acme Academy). Its Web API is under ${front.url}/api/,`);
console.log(`what tests may turn under ${front.url}/control. Its tokens are in .war-room/slack.json.`);
console.log('ready');
