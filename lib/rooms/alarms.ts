import { Duration } from 'aws-cdk-lib';
import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { HubFunction, type Surroundings } from '../parts/hub-function.ts';
import { OrderedWorker } from '../parts/ordered-worker.ts';
import type { StateStack } from '../state-stack.ts';

/** What the alarms room stands on. */
export interface AlarmsRoomProps extends Surroundings {
  readonly state: StateStack;
  /** The Slack team in whose ops channel alarms are told. */
  readonly team: string;
}

/** What rings, told in the ops channel of whoever runs the stage. Mails are sent besides, whatever becomes of this. */
export class AlarmsRoom extends Construct {
  constructor(scope: Construct, id: string, props: AlarmsRoomProps) {
    super(scope, id);
    const { state, team, alarms } = props;
    const byMail = 'Alarms are told by e-mail alone, and whoever watches the ops channel takes silence for peace.';

    // One group an alarm: that it rings is told before that it is over.
    const told = new OrderedWorker(this, 'Alarms', {
      ...props,
      entry: 'functions/alarms/worker.ts',
      description: 'Tells in the ops channel that an alarm rings, and that it is over',
      memorySize: 256,
      timeout: Duration.seconds(30),
      maxConcurrency: 2,
      errors: {
        impact: byMail,
        remedy: 'Read the error in the log of AlarmsWorker; the messages come back by themselves.',
      },
      late: {
        after: Duration.minutes(10),
        impact: byMail,
        remedy: 'Look at the log of AlarmsWorker: Slack may be refusing or slowing us, or the worker fails.',
      },
      parked: {
        impact: byMail,
        remedy:
          'Read `why` in the messages of AlarmsDeadLetters, mend the cause, then move them back to AlarmsQueue; moving one ' +
          'twice does no harm.',
      },
    });
    told.worker
      .mayUseTable(state.alarms, 'ALARMS_TABLE', ['Query'])
      .mayUseTable(state.adminSlackMessageLog, 'ADMIN_SLACK_MESSAGE_LOG_TABLE', [
        'GetItem',
        'PutItem',
        'UpdateItem',
        'DeleteItem',
        'Query',
      ])
      .mayUseTable(state.slackInstallations, 'SLACK_INSTALLATIONS_TABLE', ['GetItem', 'UpdateItem'])
      .mayUseKey(state.tokenKey, 'TOKEN_KEY_ID', ['Decrypt'], ['team', 'user', 'kind'])
      .mayUseQueue(told.queue, 'ALARMS_QUEUE_URL', ['ChangeMessageVisibility'])
      .mayUseQueue(told.deadLetters, 'ALARMS_DEAD_LETTERS_URL', ['SendMessage']);

    const heard = new HubFunction(this, 'AlarmsHeard', {
      ...props,
      entry: 'functions/alarms/hear.ts',
      description: 'Stores what the alarms say and has it told in the ops channel',
      memorySize: 256,
      timeout: Duration.seconds(20),
      errors: {
        impact: byMail,
        remedy: 'Read the error in the log of AlarmsHeard; what it missed stands in the mails.',
      },
    });
    heard
      .isTold('ALARM_TEAM', team)
      .mayUseTable(state.alarms, 'ALARMS_TABLE', ['PutItem'])
      .mayUseQueue(told.queue, 'ALARMS_QUEUE_URL', ['SendMessage']);
    alarms.topic.addSubscription(new LambdaSubscription(heard.lambda));
  }
}
