/**
 * `npm run kills -- --kills 10 --payments 60 --seed 1`: kills the serving process at random moments of a burst of
 * payments, sends again what was not acknowledged, and compares Slack with what is wanted.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { burstWithKills } from './support/kills.ts';

const text = (otherwise: string) => ({ type: 'string', default: otherwise }) as const;

const { values } = parseArgs({
  options: { kills: text('10'), payments: text('60'), seed: text('1'), inflight: text('8'), doubles: text('0.2') },
});
const began = performance.now();
const folder = mkdtempSync(join(tmpdir(), 'war-room-kills-'));
const options = {
  kills: Number(values.kills),
  payments: Number(values.payments),
  seed: Number(values.seed),
  inflight: Number(values.inflight),
  doubles: Number(values.doubles),
  folder,
};

const summary = await burstWithKills(options, (line) =>
  console.log(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}`),
);
for (const fault of summary.faults) console.log(`! ${fault}`);
console.log(
  `${options.kills} kills (--seed ${options.seed}), ${options.payments} payments: ${summary.requests} requests, ` +
    `${summary.sentAgain} sent again; in Slack ${summary.threads} threads, ${summary.replies} replies; ` +
    `${summary.adopted} adopted after a kill, ${summary.doubled} doubled for a while; ` +
    `${summary.faults.length === 0 ? 'nothing lost, nothing doubled' : `${summary.faults.length} faults`}.`,
);
if (summary.faults.length === 0) rmSync(folder, { recursive: true, force: true });
else console.log(`Tables, queues and the functions' own words are kept in ${folder}.`);
process.exitCode = summary.faults.length === 0 ? 0 : 1;
