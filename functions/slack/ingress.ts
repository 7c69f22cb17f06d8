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
import { Events } from '../../shared/slack/event-store.ts';
import type { Submission } from '../../shared/slack/inbound.ts';
import { type IngressDependencies, type Looked, receive } from '../../shared/slack/ingress.ts';
import { readSigningSecrets } from '../../shared/slack/signature.ts';

/**
 * Slack counts an answer after 3 s as none. Store and hand-over take two tries of 600 ms each at worst, and what then fails
 * is sent again.
 */
const patience = { timeoutMs: 600, attempts: 2 };

/** Who looks at a form while its sender waits, by its `callback_id`. Loaded at the first form: most requests are none. */
const forms: Readonly<Record<string, (form: Submission) => Promise<Looked>>> = {
  'routing.table': lookAtRouting,
  'routing.row': lookAtRouting,
  'routing.try': lookAtRouting,
};

async function lookAtRouting(form: Submission): Promise<Looked> {
  const { answer } = await import('../../shared/payments/routing-submit.ts');
  return answer(form);
}

const ready = lazy(async () => {
  const names = settings(process.env, 'SLACK_EVENTS_TABLE', 'SLACK_QUEUE_URL', 'DESK_QUEUE_URL', 'SLACK_SECRET_ID');
  const log = openLog();
  const reporter = openReporter({ log });
  const sqs = queueClient(patience);
  const dependencies: IngressDependencies = {
    signing: new KeptSecret(secretReader(patience)(names.SLACK_SECRET_ID), readSigningSecrets, systemClock),
    events: new Events(new Table(documentClient(patience), names.SLACK_EVENTS_TABLE)),
    queues: { slack: new Queue(sqs, names.SLACK_QUEUE_URL), desk: new Queue(sqs, names.DESK_QUEUE_URL) },
    // A form that nobody looks at is accepted, and closes.
    look: async (form) =>
      (Object.hasOwn(forms, form.view.callbackId) ? forms[form.view.callbackId]?.(form) : undefined) ?? {
        accepted: true,
      },
    clock: systemClock,
    report: reporter.report,
  };
  return { dependencies, log, reporter };
});

/** `POST /slack/events`, `POST /slack/interactivity`, `POST /slack/commands` */
export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const { dependencies, log, reporter } = await ready();
  const started = systemClock.now();
  const { headers } = event;
  const { status, outcome, body, ids } = await receive(
    {
      bytes: rawBody(event),
      contentType: headers['content-type'],
      timestamp: headers['x-slack-request-timestamp'],
      signature: headers['x-slack-signature'],
    },
    dependencies,
  );
  (status === 200 ? log.info : log.warn)('slack request', {
    ...ids,
    status,
    outcome,
    retry: headers['x-slack-retry-num'],
    retryReason: headers['x-slack-retry-reason'],
    route: event.routeKey,
    requestId: event.requestContext.requestId,
    ms: systemClock.now() - started,
  });
  await reporter.flush();
  // What is too large will be so the next time: https://docs.slack.dev/apis/events-api#turn-off-retries
  return json(status, body, status === 413 ? { 'x-slack-no-retry': '1' } : {});
}
