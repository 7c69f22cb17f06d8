import { randomUUID } from 'node:crypto';
import { Queue, queueClient } from '../../shared/aws/queue.ts';
import { documentClient, Table } from '../../shared/aws/table.ts';
import { systemClock } from '../../shared/base/clock.ts';
import { lazy } from '../../shared/base/lazy.ts';
import { openLog } from '../../shared/base/log.ts';
import { openReporter } from '../../shared/base/report.ts';
import { settings } from '../../shared/base/settings.ts';
import { LeadStore } from '../../shared/payments/lead-store.ts';
import { PaymentStore } from '../../shared/payments/store.ts';
import { sweep } from '../../shared/payments/sweep.ts';
import { Held } from '../../shared/slack/held.ts';
import { wakerOf } from '../../shared/slack/rooms.ts';
import { outboxTimes } from '../../shared/slack/times.ts';

const ready = lazy(async () => {
  const names = settings(
    process.env,
    'PAYMENTS_TABLE',
    'ADMIN_SLACK_MESSAGE_LOG_TABLE',
    'PAYMENTS_QUEUE_URL',
    'CALLS_QUEUE_URL',
    'REPORTS_QUEUE_URL',
  );
  const dynamo = documentClient();
  const sqs = queueClient();
  const queue = new Queue(sqs, names.PAYMENTS_QUEUE_URL);
  const payments = new Table(dynamo, names.PAYMENTS_TABLE);
  const dependencies = {
    store: new PaymentStore(payments),
    leads: new LeadStore(payments),
    held: new Held(new Table(dynamo, names.ADMIN_SLACK_MESSAGE_LOG_TABLE), outboxTimes(process.env).heldMs),
    queue,
    wake: wakerOf(
      {
        payments: queue,
        calls: new Queue(sqs, names.CALLS_QUEUE_URL),
        reports: new Queue(sqs, names.REPORTS_QUEUE_URL),
      },
      randomUUID,
    ),
    clock: systemClock,
    newId: randomUUID,
  };
  const log = openLog();
  return { dependencies, log, reporter: openReporter({ log }) };
});

/** Every minute: wakes what was stored and not yet told. A run that fails is made good by the next. */
export async function handler(): Promise<void> {
  const { dependencies, log, reporter } = await ready();
  try {
    const woken = await sweep(dependencies);
    if (woken.due + woken.leads + woken.held > 0) log.info('sweep', woken);
  } catch (error) {
    reporter.report(error, { where: 'payments sweep' });
    await reporter.flush();
    throw error;
  }
}
