import { Duration, TimeZone } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { countedBy } from '../parts/counted.ts';
import type { HubApi } from '../parts/hub-api.ts';
import { HubFunction, type Surroundings } from '../parts/hub-function.ts';
import { OrderedWorker } from '../parts/ordered-worker.ts';
import { notTakenOver, takeOverParked } from '../parts/parked-worker.ts';
import { DUE_INDEX } from '../parts/room-table.ts';
import { TimedJob } from '../parts/timed-job.ts';
import type { StateStack } from '../state-stack.ts';

const WEBHOOK = '/webhooks/razorpay/{account}';

/** What the payments room stands on. */
export interface PaymentsRoomProps extends Surroundings {
  readonly api: HubApi;
  readonly state: StateStack;
}

/** Razorpay and the checkout on one side, one Slack thread per payment on the other. */
export class PaymentsRoom extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  /** What passes leads on: it has their new owners told where calls are. */
  readonly worker: HubFunction;
  /** Who takes in what Razorpay delivers. */
  readonly ingress: HubFunction;
  /** What wakes the held threads of every room, each on its own queue. */
  readonly sweep: HubFunction;

  constructor(scope: Construct, id: string, props: PaymentsRoomProps) {
    super(scope, id);
    const { api, state } = props;

    // What is received and what is posted meet here. One group a payment: its messages are worked in order.
    const payments = new OrderedWorker(this, 'Payments', {
      ...props,
      entry: 'functions/payments/worker.ts',
      description: 'Folds what is known of a payment and brings its Slack thread up to date',
      memorySize: 512,
      timeout: Duration.seconds(30),
      // Slack takes about one message a second and channel: more workers would only wait for each other.
      maxConcurrency: 10,
      errors: {
        impact: 'Some payment threads in Slack stand still until their messages are worked again.',
        remedy: 'Read the error in the log of PaymentsWorker; the messages come back by themselves once it is mended.',
      },
      late: {
        after: Duration.minutes(10),
        impact: 'People see payments in Slack more than ten minutes after they happened.',
        remedy:
          'Look at the log of PaymentsWorker: Slack may be refusing or slowing us (waiting is logged), or the worker fails.',
      },
      parked: notTakenOver('Payments', 'payments'),
    });
    this.queue = payments.queue;
    this.worker = payments.worker;
    this.deadLetters = payments.deadLetters;
    payments.worker
      .isTold('PUBLIC_ORIGIN', props.settings.origin ?? api.origin)
      .mayUseTable(state.payments, 'PAYMENTS_TABLE', ['GetItem', 'Query', 'BatchGetItem', 'PutItem', 'UpdateItem'])
      .mayUseTable(state.leadPartPayment, 'LEAD_PART_PAYMENT_TABLE', ['GetItem', 'PutItem', 'Query', 'UpdateItem'])
      .mayUseTable(state.adminSlackMessageLog, 'ADMIN_SLACK_MESSAGE_LOG_TABLE', [
        'GetItem',
        'PutItem',
        'UpdateItem',
        'DeleteItem',
        'Query',
      ])
      .mayUseTable(state.slackInstallations, 'SLACK_INSTALLATIONS_TABLE', ['GetItem', 'UpdateItem'])
      .mayUseTable(state.admins, 'ADMINS_TABLE', ['GetItem'])
      .mayUseKey(state.tokenKey, 'TOKEN_KEY_ID', ['Decrypt'], ['team', 'user', 'kind'])
      .mayUseQueue(this.queue, 'PAYMENTS_QUEUE_URL', ['ChangeMessageVisibility', 'SendMessage'])
      .mayUseQueue(this.deadLetters, 'PAYMENTS_DEAD_LETTERS_URL', ['SendMessage']);

    // What the outbox itself counts. Held threads are told in Slack where that is possible; where it is not, only here.
    const counted = (metricName: string) => countedBy(payments.worker, metricName);
    props.alarms.ring(this, 'ThreadsHeld', {
      what: 'payment threads are held',
      metric: counted('ThreadsHeld'),
      atLeast: 1,
      impact: 'Payments are stored and not shown in Slack until somebody lets War Room write there again.',
      remedy:
        'Look into the ops channel: it names the channel and what to do. If nothing is said there, the app itself was ' +
        'removed or its token refused: install it again.',
    });
    props.alarms.ring(this, 'MessagesDoubled', {
      what: 'a message was doubled',
      metric: counted('MessagesDoubled'),
      atLeast: 1,
      impact: 'Somebody saw a message twice for a moment; War Room has removed the second one.',
      remedy:
        'Look for calls to Slack of more than thirty seconds in the log of PaymentsWorker; one now and then is chance.',
    });

    takeOverParked(this, {
      ...props,
      room: 'Payments',
      worker: payments,
      table: state.payments,
      things: 'payments',
      impact: 'At least one payment is missing from Slack, or its thread is wrong, until a person acts.',
    });

    // Razorpay delivers. Verified, stored, handed over, acknowledged: it cannot read a token or an installation.
    this.ingress = new HubFunction(this, 'RazorpayIngress', {
      ...props,
      entry: 'functions/payments/ingress.ts',
      description: 'Verifies and stores a Razorpay webhook, then hands it to the payments queue',
      memorySize: 512,
      timeout: Duration.seconds(10),
      errors: {
        impact: 'Razorpay is not being answered: it delivers again for 24 hours, then disables the webhook.',
        remedy: 'Read the error in the log of RazorpayIngress and mend it today; nothing is lost until then.',
      },
    });
    this.ingress
      .mayUseTable(state.payments, 'PAYMENTS_TABLE', ['PutItem'])
      .mayUseQueue(this.queue, 'PAYMENTS_QUEUE_URL', ['SendMessage'])
      .mayReadSecret(state.razorpaySecret, 'RAZORPAY_SECRET_ID');
    api.route({
      method: HttpMethod.POST,
      path: WEBHOOK,
      answeredBy: this.ingress,
      callers:
        "Razorpay signs each body with the account's webhook secret, which the function checks over the raw bytes.",
      // A refused delivery counts against the webhook at Razorpay, so a storm of them is let in.
      throttle: { rateLimit: 500, burstLimit: 1000 },
    });
    api.ringWhenRefused(this, 'WebhooksRefused', {
      what: 'Razorpay webhooks are refused',
      routes: [`${HttpMethod.POST} ${WEBHOOK}`],
      atLeast: 5,
      impact: 'Payments reported by Razorpay are being turned away and do not appear in Slack.',
      remedy:
        'Compare the webhook secret at Razorpay with `webhook.current` in the razorpay secret (keep the old one as ' +
        '`previous`). If they agree, someone is guessing: see the addresses in the access log.',
    });

    // The checkout says that a payment started, the CRM who looks after a lead; support asks what became of a payment.
    const paymentsApi = new HubFunction(this, 'PaymentsApi', {
      ...props,
      entry: 'functions/payments/api.ts',
      description:
        'Records that a payment started, making its order if asked to, and who looks after a lead; tells of both',
      memorySize: 512,
      // Razorpay may take four seconds to make an order, and be asked twice.
      timeout: Duration.seconds(20),
      errors: {
        impact:
          'The checkout cannot say that payments start: their threads open late, without the learner and admin. A lead ' +
          'that is passed on stays with who had it before.',
        remedy: 'Read the error in the log of PaymentsApi; callers may repeat what they sent, it does no harm.',
      },
    });
    paymentsApi
      .mayUseTable(state.payments, 'PAYMENTS_TABLE', ['PutItem', 'UpdateItem', 'GetItem', 'Query'])
      .mayUseTable(state.adminSlackMessageLog, 'ADMIN_SLACK_MESSAGE_LOG_TABLE', ['GetItem'])
      .mayUseTable(state.slackInstallations, 'SLACK_INSTALLATIONS_TABLE', ['GetItem'])
      .mayUseQueue(this.queue, 'PAYMENTS_QUEUE_URL', ['SendMessage'])
      .mayReadSecret(state.razorpaySecret, 'RAZORPAY_SECRET_ID')
      .mayReadSecret(state.apiKeysSecret, 'API_KEYS_SECRET_ID');
    const callers =
      'Bearer keys with scopes, kept hashed and checked by the function: an authorizer would be one more hop.';
    api.route({ method: HttpMethod.POST, path: '/v1/payments', answeredBy: paymentsApi, callers });
    api.route({ method: HttpMethod.GET, path: '/v1/payments/{id}', answeredBy: paymentsApi, callers });
    api.route({ method: HttpMethod.PUT, path: '/v1/leads/{id}', answeredBy: paymentsApi, callers });

    // Where threads go is a table that operators change, and ask about.
    const routingApi = new HubFunction(this, 'RoutingApi', {
      ...props,
      entry: 'functions/payments/routing.ts',
      description: 'Shows and changes the table that decides where payment threads go, and explains it',
      // Looking through a table, and through a month of threads, is work.
      memorySize: 1024,
      timeout: Duration.seconds(20),
      errors: { noAlarm: 'Who changes or asks sees that it fails; its 5xx rings for the API. Threads go as before.' },
    });
    routingApi
      .mayUseTable(state.payments, 'PAYMENTS_TABLE', ['GetItem', 'PutItem', 'Query'])
      .mayUseTable(state.leadPartPayment, 'LEAD_PART_PAYMENT_TABLE', ['Query'])
      .mayUseTable(state.adminSlackMessageLog, 'ADMIN_SLACK_MESSAGE_LOG_TABLE', ['GetItem'])
      .mayUseTable(state.slackInstallations, 'SLACK_INSTALLATIONS_TABLE', ['GetItem'])
      .mayReadSecret(state.razorpaySecret, 'RAZORPAY_SECRET_ID')
      .mayReadSecret(state.apiKeysSecret, 'API_KEYS_SECRET_ID');
    api.route({ method: HttpMethod.GET, path: '/v1/routing', answeredBy: routingApi, callers });
    api.route({ method: HttpMethod.PUT, path: '/v1/routing', answeredBy: routingApi, callers });
    api.route({ method: HttpMethod.POST, path: '/v1/routing/explain', answeredBy: routingApi, callers });

    // What was stored and never reached the queue is woken, each minute.
    const sweep = new TimedJob(this, 'PaymentsSweep', {
      ...props,
      entry: 'functions/payments/sweep.ts',
      description: 'Wakes payments that were stored but not yet told',
      memorySize: 256,
      timeout: Duration.seconds(30),
      at: { minute: '*' },
      timeZone: TimeZone.ASIA_KOLKATA,
      // The next minute's run does the same and more.
      worthFor: Duration.minutes(1),
      errors: { noAlarm: 'One failed run is made good by the next; runs given up ring.' },
      missed: {
        impact: 'Payments whose hand-over failed, and threads that wait for a channel, stay untold in Slack.',
        remedy: 'Read the error in the log of PaymentsSweep; once a run succeeds, empty PaymentsSweepDeadLetters.',
      },
    });
    this.sweep = sweep.job;
    sweep.job
      .mayQueryIndex(state.payments, DUE_INDEX, 'PAYMENTS_TABLE')
      .mayUseTable(state.payments, 'PAYMENTS_TABLE', ['UpdateItem'])
      .mayQueryIndex(state.adminSlackMessageLog, DUE_INDEX, 'ADMIN_SLACK_MESSAGE_LOG_TABLE')
      .mayUseTable(state.adminSlackMessageLog, 'ADMIN_SLACK_MESSAGE_LOG_TABLE', ['Query', 'UpdateItem'])
      .mayUseQueue(this.queue, 'PAYMENTS_QUEUE_URL', ['SendMessage']);

    // What a lost webhook would have told is asked for: of the threads that are still open, each at its time.
    const reconcile = new TimedJob(this, 'PaymentsReconcile', {
      ...props,
      entry: 'functions/payments/reconcile.ts',
      description: 'Asks Razorpay about open payments, whose webhooks may have been lost',
      memorySize: 512,
      timeout: Duration.seconds(55),
      at: { minute: '*' },
      timeZone: TimeZone.ASIA_KOLKATA,
      // What one run does not come to, the next does.
      worthFor: Duration.minutes(1),
      errors: { noAlarm: 'One failed run is made good by the next; runs given up ring.' },
      missed: {
        impact: 'What Razorpay failed to report stays untold, and nobody is warned of money about to be returned.',
        remedy:
          'Read the error in the log of PaymentsReconcile; once a run succeeds, empty PaymentsReconcileDeadLetters.',
      },
    });
    reconcile.job
      .mayQueryIndex(state.payments, DUE_INDEX, 'PAYMENTS_TABLE')
      .mayUseTable(state.payments, 'PAYMENTS_TABLE', ['GetItem', 'Query', 'PutItem', 'UpdateItem'])
      .mayUseQueue(this.queue, 'PAYMENTS_QUEUE_URL', ['SendMessage'])
      .mayReadSecret(state.razorpaySecret, 'RAZORPAY_SECRET_ID');
    props.alarms.ring(this, 'WebhooksLost', {
      what: 'Razorpay loses webhooks',
      metric: countedBy(reconcile.job, 'WebhooksLost'),
      // One may be late by chance.
      atLeast: 3,
      impact:
        'Payments appear in Slack a quarter of an hour late or later: Razorpay does not tell of them, and is asked.',
      remedy:
        'Run `npm run doctor`: it says whether the webhook is on, where it leads and which events it has. If all is well, look ' +
        'for 5xx and 401 lines of the webhook in the access log.',
    });
    props.alarms.ring(this, 'PaymentsUnasked', {
      what: 'Razorpay cannot be asked',
      metric: countedBy(reconcile.job, 'PaymentsUnasked'),
      atLeast: 30,
      impact: 'Payments whose webhook was lost stay as they are in Slack, since Razorpay does not answer about them.',
      remedy:
        'Read the errors in the log of PaymentsReconcile: they say whether the key of an account in the razorpay secret is ' +
        'refused, or Razorpay is away. What was not asked is asked again by itself.',
    });
  }
}
