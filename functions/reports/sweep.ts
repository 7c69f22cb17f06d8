import { randomUUID } from 'node:crypto';
import { Queue, queueClient } from '../../shared/aws/queue.ts';
import { documentClient, Table } from '../../shared/aws/table.ts';
import { systemClock } from '../../shared/base/clock.ts';
import { lazy } from '../../shared/base/lazy.ts';
import { openLog } from '../../shared/base/log.ts';
import { openReporter } from '../../shared/base/report.ts';
import { settings } from '../../shared/base/settings.ts';
import { ReportStore } from '../../shared/reports/store.ts';
import { sweep } from '../../shared/reports/sweep.ts';

const ready = lazy(async () => {
  const names = settings(process.env, 'REPORTS_TABLE', 'REPORTS_QUEUE_URL');
  const dependencies = {
    store: new ReportStore(new Table(documentClient(), names.REPORTS_TABLE)),
    queue: new Queue(queueClient(), names.REPORTS_QUEUE_URL),
    clock: systemClock,
    newId: randomUUID,
  };
  const log = openLog();
  return { dependencies, log, reporter: openReporter({ log }) };
});

/** Every minute: wakes reports whose figures changed, and those that were planned and not yet told. */
export async function handler(): Promise<void> {
  const { dependencies, log, reporter } = await ready();
  try {
    const woken = await sweep(dependencies);
    if (woken > 0) log.info('reports sweep', { woken });
  } catch (error) {
    reporter.report(error, { where: 'reports sweep' });
    await reporter.flush();
    throw error;
  }
}
