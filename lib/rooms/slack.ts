import { Duration } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { HubApi } from '../parts/hub-api.ts';
import { HubFunction, type Surroundings } from '../parts/hub-function.ts';
import { OrderedWorker } from '../parts/ordered-worker.ts';
import type { StateStack } from '../state-stack.ts';

/** The app's three request URLs, as its settings at Slack name them. */
const EVENTS = '/slack/events';
const INTERACTIVITY = '/slack/interactivity';
const COMMANDS = '/slack/commands';

/** What the slack room stands on. */
export interface SlackRoomProps extends Surroundings {
  readonly api: HubApi;
  readonly state: StateStack;
  /** Where the threads are told that have to be told again. */
  readonly payments: Queue;
  readonly calls: Queue;
  readonly reports: Queue;
  /** Where members are looked at of whom Slack says that they changed. */
  readonly invites: Queue;
  /** Where people are answered. */
  readonly desk: Queue;
}

/** What Slack says by itself: events, commands, presses, forms come in here, and what changes the outbox's world is acted on. */
export class SlackRoom extends Construct {
  /** Takes what this room should know: `shared/slack/news.ts`. */
  readonly queue: Queue;

  constructor(scope: Construct, id: string, props: SlackRoomProps) {
    super(scope, id);
    const { api, state, payments, calls, reports, invites, desk } = props;

    // Tokens are marked dead and threads woken; nothing is posted here, and no token can be read.
    const slack = new OrderedWorker(this, 'Slack', {
      ...props,
      entry: 'functions/slack/worker.ts',
      messages: 'events of Slack',
      description: 'Acts on what happened in Slack: the app removed, a channel restored, a message arrived or deleted',
      memorySize: 256,
      timeout: Duration.seconds(30),
      maxConcurrency: 5,
      errors: {
        impact:
          'Threads that could be told again go on waiting for their hour, and revoked tokens are tried once more.',
        remedy: 'Read the error in the log of SlackWorker; what happened comes back by itself once it is mended.',
      },
      late: {
        after: Duration.minutes(10),
        impact: 'What waits for a channel or for a reinstall is told minutes later than it could be.',
        remedy: 'Look at the log of SlackWorker: it fails, or waits for a pass that holds a thread.',
      },
      parked: {
        impact: 'Something that happened in Slack was not acted on. Threads it would have freed wait for their hour.',
        remedy:
          'Read `why` in the messages of SlackDeadLetters, mend the cause, then move them back to SlackQueue; moving one ' +
          'twice does no harm.',
      },
    });
    this.queue = slack.queue;
    slack.worker
      .mayUseTable(state.slackInstallations, 'SLACK_INSTALLATIONS_TABLE', ['GetItem', 'Query', 'UpdateItem'])
      .mayUseTable(state.adminSlackMessageLog, 'ADMIN_SLACK_MESSAGE_LOG_TABLE', ['GetItem', 'Query', 'UpdateItem'])
      .mayUseQueue(slack.queue, 'SLACK_QUEUE_URL', ['ChangeMessageVisibility'])
      .mayUseQueue(slack.deadLetters, 'SLACK_DEAD_LETTERS_URL', ['SendMessage'])
      .mayUseQueue(payments, 'PAYMENTS_QUEUE_URL', ['SendMessage'])
      .mayUseQueue(calls, 'CALLS_QUEUE_URL', ['SendMessage'])
      .mayUseQueue(invites, 'INVITES_QUEUE_URL', ['SendMessage'])
      .mayUseQueue(reports, 'REPORTS_QUEUE_URL', ['SendMessage']);

    // Verified, stored, handed over, acknowledged: it can read no installation, no payment and no token.
    const ingress = new HubFunction(this, 'SlackIngress', {
      ...props,
      entry: 'functions/slack/ingress.ts',
      description: 'Verifies what Slack sends, stores that it came, then hands it to its room’s queue',
      memorySize: 512,
      timeout: Duration.seconds(10),
      errors: {
        impact: 'Slack is not being answered: commands and buttons fail, and events are lost after three more tries.',
        remedy: 'Read the error in the log of SlackIngress and mend it now: Slack gives up after some minutes.',
      },
    });
    ingress
      .mayUseTable(state.slackEvents, 'SLACK_EVENTS_TABLE', ['PutItem'])
      .mayUseQueue(slack.queue, 'SLACK_QUEUE_URL', ['SendMessage'])
      .mayUseQueue(desk, 'DESK_QUEUE_URL', ['SendMessage'])
      .mayReadSecret(state.slackSecret, 'SLACK_SECRET_ID');
    const callers =
      "Slack signs each request with the app's signing secret, which the function checks over the raw bytes.";
    for (const path of [EVENTS, INTERACTIVITY, COMMANDS]) {
      // Of one app Slack delivers 30,000 events an hour to each workspace; where most fail it stops all of them.
      const throttle = { rateLimit: 500, burstLimit: 1000 };
      api.route({ method: HttpMethod.POST, path, answeredBy: ingress, callers, throttle });
    }
    api.ringWhenRefused(this, 'RequestsRefused', {
      what: 'Slack is refused',
      routes: [routeOf(EVENTS), routeOf(INTERACTIVITY), routeOf(COMMANDS)],
      atLeast: 5,
      impact: 'What people do in Slack is turned away: commands, buttons and what happens to channels do not arrive.',
      remedy:
        'Compare the signing secret of the app at api.slack.com/apps with `signing.current` in the slack secret (keep the ' +
        'old one as `previous`). If they agree, someone is guessing: see the addresses in the access log.',
    });
  }
}

function routeOf(path: string): string {
  return `${HttpMethod.POST} ${path}`;
}
