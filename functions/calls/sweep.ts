import { randomUUID } from 'node:crypto';
import { Queue, queueClient } from '../../shared/aws/queue.ts';
import { documentClient, Table } from '../../shared/aws/table.ts';
import { systemClock } from '../../shared/base/clock.ts';
import { lazy } from '../../shared/base/lazy.ts';
import { openLog } from '../../shared/base/log.ts';
import { openReporter } from '../../shared/base/report.ts';
import { settings } from '../../shared/base/settings.ts';
import { CallStore } from '../../shared/calls/store.ts';
import { sweep } from '../../shared/calls/sweep.ts';

const ready = lazy(async () => {
  const names = settings(process.env, 'CALLS_TABLE', 'CALLS_QUEUE_URL');
  const dependencies = {
    store: new CallStore(new Table(documentClient(), names.CALLS_TABLE)),
    queue: new Queue(queueClient(), names.CALLS_QUEUE_URL),
    clock: systemClock,
    newId: randomUUID,
  };
  const log = openLog();
  return { dependencies, log, reporter: openReporter({ log }) };
});

/** Every minute: wakes calls that were stored and not yet told, and those that wait for a person. */
export async function handler(): Promise<void> {
  const { dependencies, log, reporter } = await ready();
  try {
    const woken = await sweep(dependencies);
    if (woken > 0) log.info('calls sweep', { woken });
  } catch (error) {
    reporter.report(error, { where: 'calls sweep' });
    await reporter.flush();
    throw error;
  }
}
