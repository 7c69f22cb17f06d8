import { Duration } from 'aws-cdk-lib';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { HubApi } from '../parts/hub-api.ts';
import type { HubFunction, Surroundings } from '../parts/hub-function.ts';
import { OrderedWorker } from '../parts/ordered-worker.ts';
import type { StateStack } from '../state-stack.ts';

/** What the desk stands on. */
export interface DeskRoomProps extends Surroundings {
  readonly api: HubApi;
  readonly state: StateStack;
  /** Where threads are woken whose facts somebody has added to. */
  readonly payments: Queue;
}

/** Where people in Slack ask War Room: commands, buttons, forms, the home. The rooms that can answer meet in its worker. */
export class DeskRoom extends Construct {
  readonly queue: Queue;
  readonly worker: HubFunction;

  constructor(scope: Construct, id: string, props: DeskRoomProps) {
    super(scope, id);
    const { api, state, settings, payments } = props;

    // One group a person: what they ask is done in the order in which they asked it.
    const desk = new OrderedWorker(this, 'Desk', {
      ...props,
      entry: 'functions/desk/worker.ts',
      description: 'Does what people ask of War Room in Slack, and answers them alone',
      memorySize: 512,
      timeout: Duration.seconds(30),
      messages: 'requests at the desk',
      maxConcurrency: 5,
      errors: {
        impact: 'People who ask War Room something in Slack get no answer, and buttons do nothing until later.',
        remedy: 'Read the error in the log of DeskWorker; presses come back by themselves once it is mended.',
      },
      late: {
        after: Duration.minutes(2),
        impact: 'People in Slack wait for minutes for what they asked, and their buttons seem dead.',
        remedy: 'Look at the log of DeskWorker: Slack may not be answering, or the worker fails.',
      },
      parked: {
        impact: 'Somebody pressed a button, and what they wanted was not done; they have been told so.',
        remedy:
          'Read `why` in the messages of DeskDeadLetters, mend the cause, then move them back to DeskQueue; moving one ' +
          'twice does no harm.',
      },
    });
    this.queue = desk.queue;
    this.worker = desk.worker;
    desk.worker
      .isTold('PUBLIC_ORIGIN', settings.origin ?? api.origin)
      .mayUseTable(state.slackInstallations, 'SLACK_INSTALLATIONS_TABLE', ['GetItem', 'Query', 'UpdateItem'])
      .mayUseTable(state.admins, 'ADMINS_TABLE', ['GetItem'])
      .mayUseTable(state.payments, 'PAYMENTS_TABLE', ['GetItem', 'Query', 'PutItem', 'UpdateItem'])
      .mayUseTable(state.adminSlackMessageLog, 'ADMIN_SLACK_MESSAGE_LOG_TABLE', ['GetItem', 'Query', 'BatchGetItem'])
      .mayReadSecret(state.razorpaySecret, 'RAZORPAY_SECRET_ID')
      .mayUseQueue(payments, 'PAYMENTS_QUEUE_URL', ['SendMessage'])
      // To look people up it needs the app's own token, and no person's.
      .mayUseKey(state.tokenKey, 'TOKEN_KEY_ID', ['Decrypt'], ['team', 'user', 'kind'], { kind: 'bot' })
      .mayUseQueue(desk.queue, 'DESK_QUEUE_URL', ['ChangeMessageVisibility'])
      .mayUseQueue(desk.deadLetters, 'DESK_DEAD_LETTERS_URL', ['SendMessage']);
  }
}
