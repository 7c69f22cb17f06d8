/** `npm run doctor`: looks at each link of a stage's chain, and says of each that it is fine, or what to do. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { STSClient } from '@aws-sdk/client-sts';
import { examine } from './doctor/examine.ts';
import { doctorFor } from './doctor/parts.ts';
import { linesOf } from './stage/finding.ts';
import { Mistaken } from './stage/mistaken.ts';
import { confirmAccount, environmentOf, targetOf } from './stage/target.ts';

const HELP = `npm run doctor -- [--stage NAME] [--json] [--no-canary]

Looks at each link between Razorpay and Slack, from outside and from inside, and prints a line for each: fine, or what is
wrong, since when, and what to do. Without --stage it looks at the stack that \`npm start\` serves here.

  --json        the findings as a JSON list
  --no-canary   post no message: otherwise one is posted in each team's ops channel and taken back at once

It ends with 0 where all is fine, with 1 where something is wrong, and with 2 where it could not look.`;

function read(argv: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const;
  try {
    const options = { help: flag, stage: { type: 'string' }, json: flag, 'no-canary': flag } as const;
    return parseArgs({ args: [...argv], options }).values;
  } catch (error) {
    throw new Mistaken(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  }
}

async function main(): Promise<void> {
  const wishes = read(process.argv.slice(2));
  if (wishes.help) return console.log(HELP);
  const root = join(import.meta.dirname, '..');
  const target = targetOf(wishes.stage, root, process.env);
  // Before the first client is made: they read it then.
  Object.assign(process.env, environmentOf(target));
  if (target.kind === 'deployed') await confirmAccount(target, new STSClient());
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

  const findings = await examine(doctorFor(target, version, !wishes['no-canary']));

  const bad = findings.filter(({ state }) => state === 'wrong').length;
  if (wishes.json) console.log(JSON.stringify(findings, null, 2));
  else {
    for (const line of linesOf(findings, Date.now())) console.log(line);
    console.log(bad === 0 ? '\nAll is fine.' : bad === 1 ? '\nOne thing is wrong.' : `\n${bad} things are wrong.`);
  }
  if (bad > 0) process.exitCode = 1;
}

await main().catch((error: unknown) => {
  const text = error instanceof Mistaken ? error.message : error instanceof Error ? (error.stack ?? '') : String(error);
  console.error(text);
  process.exitCode = 2;
});
