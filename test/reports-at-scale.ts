/**
 * `node test/reports-at-scale.ts [ratings…]`: has the function of the reports queue report courses of a thousand, ten thousand, a
 * hundred thousand and a million ratings, each in a process of its own, and prints how long it took and the most memory of that
 * process. The store and Slack are beside it.
 */
import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack } from '../lib/local/start.ts';
import { ratingAt, reportAtScale } from './support/report-scale.ts';

/** Whatever the number of ratings. */
const mostMb = 256;

const given = process.argv.slice(2).map(Number);
const sizes = given.length > 0 ? given : [1_000, 10_000, 100_000, 1_000_000];
const folder = mkdtempSync(join(tmpdir(), 'war-room-reports-'));
const stack = await startStack({
  root: join(import.meta.dirname, '..'),
  folder,
  port: 0,
  slackPort: 0,
  keep: false,
  timeScale: 1,
  others: {},
  lookForRunningSlack: false,
  say: (sentence) => console.log(`! ${sentence}`),
  log: () => undefined,
  lost: (sentence) => console.log(`! ${sentence}`),
});
try {
  const { control } = stack.slack;
  assert(control);
  for (const size of sizes) {
    const { answer, ms, cpuMs, peakMb, text } = await reportAtScale({ ...stack, slack: control }, size);
    let sum = 0;
    for (let index = 0; index < size; index += 1) sum += ratingAt(index);
    assert.deepEqual(answer, { batchItemFailures: [] });
    assert(
      text.includes(`⭐ ${(Math.floor((sum * 20 + size) / (size * 2)) / 10).toFixed(1)} from ${size} ratings`),
      text,
    );
    assert(peakMb < mostMb, `${peakMb} MB`);
    const each = ((1_000 * cpuMs) / size).toFixed(1);
    console.log(
      `${String(size).padStart(8)} ratings: ${(ms / 1000).toFixed(1).padStart(6)} s, of the processor ` +
        `${(cpuMs / 1000).toFixed(1).padStart(5)} s, ${each.padStart(6)} µs each, ` +
        `at most ${peakMb.toFixed(0)} MB`,
    );
  }
} finally {
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
}
