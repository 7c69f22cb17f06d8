import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { Queue, queueClient } from '../../shared/aws/queue.ts';
import { secretReader } from '../../shared/aws/secrets.ts';
import { documentClient, Table } from '../../shared/aws/table.ts';
import { systemClock } from '../../shared/base/clock.ts';
import { json, rawBody } from '../../shared/base/http.ts';
import { lazy } from '../../shared/base/lazy.ts';
import { openLog } from '../../shared/base/log.ts';
import { openReporter } from '../../shared/base/report.ts';
import { KeptSecret } from '../../shared/base/secret.ts';
import { settings } from '../../shared/base/settings.ts';
import { receive } from '../../shared/payments/ingress.ts';
import { PaymentStore } from '../../shared/payments/store.ts';
import { Accounts } from '../../shared/razorpay/accounts.ts';

/**
 * Razorpay counts an answer after 5 s as none. Store, hand-over and a changed secret take two tries of 1 s each at
 * worst, and what then fails is delivered again.
 */
const patience = { timeoutMs: 1_000, attempts: 2 };

const ready = lazy(async () => {
  const names = settings(process.env, 'PAYMENTS_TABLE', 'PAYMENTS_QUEUE_URL', 'RAZORPAY_SECRET_ID');
  const log = openLog();
  const reporter = openReporter({ log });
  const dependencies = {
    store: new PaymentStore(new Table(documentClient(patience), names.PAYMENTS_TABLE)),
    accounts: new KeptSecret(secretReader(patience)(names.RAZORPAY_SECRET_ID), Accounts.parse, systemClock),
    queue: new Queue(queueClient(patience), names.PAYMENTS_QUEUE_URL),
    clock: systemClock,
    report: reporter.report,
  };
  return { dependencies, log, reporter };
});

/** `POST /webhooks/razorpay/{account}` */
export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const { dependencies, log, reporter } = await ready();
  const started = systemClock.now();
  const receipt = await receive(
    {
      account: event.pathParameters?.['account'] ?? '',
      bytes: rawBody(event),
      signature: event.headers['x-razorpay-signature'],
      eventId: event.headers['x-razorpay-event-id'],
    },
    dependencies,
  );
  const { status, outcome, ids } = receipt;
  const line = { ...ids, status, outcome, requestId: event.requestContext.requestId, ms: systemClock.now() - started };
  (status === 200 ? log.info : log.warn)('razorpay delivery', line);
  await reporter.flush();
  return json(status, { outcome });
}
