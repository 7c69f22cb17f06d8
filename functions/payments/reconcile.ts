import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';
import { Queue, queueClient } from '../../shared/aws/queue.ts';
import { secretReader } from '../../shared/aws/secrets.ts';
import { documentClient, Table } from '../../shared/aws/table.ts';
import { systemClock } from '../../shared/base/clock.ts';
import { lazy } from '../../shared/base/lazy.ts';
import { openLog } from '../../shared/base/log.ts';
import { openMetrics } from '../../shared/base/metrics.ts';
import { openReporter } from '../../shared/base/report.ts';
import { KeptSecret } from '../../shared/base/secret.ts';
import { settings } from '../../shared/base/settings.ts';
import { type ReconcileDependencies, reconcile } from '../../shared/payments/reconcile.ts';
import { PaymentStore } from '../../shared/payments/store.ts';
import { watchTimes } from '../../shared/payments/watch.ts';
import { WatchStore } from '../../shared/payments/watch-store.ts';
import { type Account, Accounts } from '../../shared/razorpay/accounts.ts';
import { RazorpayClient } from '../../shared/razorpay/client.ts';

/** Nobody waits for this, but a run has to end before the next begins. */
const patience = { timeoutMs: 2_000, attempts: 2 };

/** Of one account, three calls a second: Razorpay publishes no limit, and a checkout may be calling it as well. */
const pace = { intervalMs: 333, callMs: 5_000 };

/** What a run needs at its end to write what it has found. */
const endMs = 5_000;

const ready = lazy(async () => {
  const names = settings(process.env, 'PAYMENTS_TABLE', 'PAYMENTS_QUEUE_URL', 'RAZORPAY_SECRET_ID');
  const log = openLog();
  const reporter = openReporter({ log });
  const times = watchTimes(process.env);
  const payments = new Table(documentClient(patience), names.PAYMENTS_TABLE);
  const options = { apiUrl: process.env['RAZORPAY_API_URL'], timeoutMs: pace.callMs };
  const dependencies: ReconcileDependencies = {
    watches: new WatchStore(payments, times),
    store: new PaymentStore(payments),
    accounts: new KeptSecret(secretReader(patience)(names.RAZORPAY_SECRET_ID), Accounts.parse, systemClock),
    razorpay: (account: Account) => new RazorpayClient(account, options),
    queue: new Queue(queueClient(patience), names.PAYMENTS_QUEUE_URL),
    clock: systemClock,
    newId: randomUUID,
    report: reporter.report,
    times,
    ...pace,
  };
  return { dependencies, log, reporter, count: openMetrics() };
});

/** Every minute: asks Razorpay about the threads that are due. A run that fails is made good by the next. */
export async function handler(_: unknown, context: Context): Promise<void> {
  const { dependencies, log, reporter, count } = await ready();
  const started = systemClock.now();
  try {
    const done = await reconcile(started + context.getRemainingTimeInMillis() - endMs, dependencies);
    if (done.due + done.webhooks > 0) log.info('reconcile', { ...done, ms: systemClock.now() - started });
    if (done.lost > 0) count('WebhooksLost', done.lost);
    if (done.unasked + done.skipped > 0) count('PaymentsUnasked', done.unasked + done.skipped);
  } catch (error) {
    reporter.report(error, { where: 'payments reconcile' });
    throw error;
  } finally {
    await reporter.flush();
  }
}
