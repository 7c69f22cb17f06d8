/** The function of the reports queue in a process of its own: bundled, `fork`ed and sent one event, it says how long that took and what memory. */
import { readFileSync } from 'node:fs';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { handler } from '../../functions/reports/worker.ts';

/** What became of the event. `cpuMs`: of its processor, whatever else ran; `peakMb`: the most that this process ever held, as the kernel has it. */
export type Ran = {
  readonly answer: SQSBatchResponse;
  readonly ms: number;
  readonly cpuMs: number;
  readonly peakMb: number;
};

process.once('message', async (event: SQSEvent) => {
  const context = { getRemainingTimeInMillis: () => 300_000 } as Context;
  const [began, before] = [performance.now(), process.cpuUsage()];
  const answer = await handler(event, context);
  const ms = performance.now() - began;
  const { user, system } = process.cpuUsage(before);
  // Not `resourceUsage().maxRSS`: it begins with that of the process which started this one.
  const [, peakKb = '0'] = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  process.send?.({ answer, ms, cpuMs: (user + system) / 1_000, peakMb: Number(peakKb) / 1024 } satisfies Ran, () =>
    process.exit(),
  );
});
