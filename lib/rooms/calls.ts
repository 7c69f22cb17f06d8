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

/** What the calls room stands on. */
export interface CallsRoomProps extends Surroundings {
  readonly api: HubApi;
  readonly state: StateStack;
  /** What wakes held threads: it puts those of calls on this room's queue. */
  readonly wakesHeld: HubFunction;
  /** What passes leads on: it keeps here what their new owners are told, and hands it to this room's queue. */
  readonly passesLeads: HubFunction;
  /** Where people decide in Slack about removals of many, and about calls that cannot be told. */
  readonly desk: HubFunction;
}

/** What is said on the telephone, told to the agent and everybody above, in a private channel of theirs. */
export class CallsRoom extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, props: CallsRoomProps) {
    super(scope, id);
    const { api, state } = props;

    // One group an agent: what is done to the members of a channel, and what is posted there, is done in order.
    const calls = new OrderedWorker(this, 'Calls', {
      ...props,
      entry: 'functions/calls/worker.ts',
      description: 'Posts a call in the private channel of its agent, whose members it makes right before',
      memorySize: 512,
      timeout: Duration.seconds(30),
      // Slack makes twenty channels a minute and takes fifty invitations: more workers would only wait for each other.
      maxConcurrency: 5,
      errors: {
        impact: 'Some calls are not in Slack yet; their messages come back until they are.',
        remedy: 'Read the error in the log of CallsWorker; the messages come back by themselves once it is mended.',
      },
      late: {
        after: Duration.minutes(15),
        impact: 'Agents and their managers read of calls more than a quarter of an hour late.',
        remedy:
          'Look at the log of CallsWorker: Slack may be refusing or slowing us (waiting is logged), or the worker fails.',
      },
      parked: notTakenOver('Calls', 'calls'),
    });
    this.queue = calls.queue;
    calls.worker
      .isTold('PUBLIC_ORIGIN', props.settings.origin ?? api.origin)
      .mayUseTable(state.calls, 'CALLS_TABLE', ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'])
      .mayUseTable(state.adminSlackMessageLog, 'ADMIN_SLACK_MESSAGE_LOG_TABLE', [
        'GetItem',
        'PutItem',
        'UpdateItem',
        'DeleteItem',
        'Query',
      ])
      .mayUseTable(state.slackInstallations, 'SLACK_INSTALLATIONS_TABLE', ['GetItem', 'UpdateItem'])
      .mayUseTable(state.admins, 'ADMINS_TABLE', ['GetItem'])
      .mayUseTable(state.adminUserClosure, 'ADMIN_USER_CLOSURE_TABLE', ['Query'])
      .mayUseKey(state.tokenKey, 'TOKEN_KEY_ID', ['Decrypt'], ['team', 'user', 'kind'])
      // Itself: whom calls wait for may have come.
      .mayUseQueue(calls.queue, 'CALLS_QUEUE_URL', ['ChangeMessageVisibility', 'SendMessage'])
      .mayUseQueue(calls.deadLetters, 'CALLS_DEAD_LETTERS_URL', ['SendMessage']);
    props.desk
      .mayUseTable(state.calls, 'CALLS_TABLE', ['GetItem', 'Query', 'PutItem', 'UpdateItem'])
      .mayUseTable(state.adminUserClosure, 'ADMIN_USER_CLOSURE_TABLE', ['Query'])
      .mayUseQueue(calls.queue, 'CALLS_QUEUE_URL', ['SendMessage']);
    props.passesLeads
      .mayUseTable(state.calls, 'CALLS_TABLE', ['PutItem', 'UpdateItem'])
      .mayUseQueue(calls.queue, 'CALLS_QUEUE_URL', ['SendMessage']);
    props.wakesHeld.mayUseQueue(calls.queue, 'CALLS_QUEUE_URL', ['SendMessage']);

    takeOverParked(this, {
      ...props,
      room: 'Calls',
      worker: calls,
      table: state.calls,
      things: 'calls',
      impact: 'At least one call is missing from Slack, or its message is wrong, until a person acts.',
    });

    props.alarms.ring(this, 'ThreadsHeld', {
      what: 'calls are held',
      metric: countedBy(calls.worker, 'ThreadsHeld'),
      atLeast: 1,
      impact: 'Calls are stored and not shown in Slack until somebody lets War Room write there again.',
      remedy:
        'Look into the ops channel: it names the channel and what to do. If nothing is said there, the app itself was ' +
        'removed or its token refused: install it again.',
    });

    // Telephony or the CRM says what was said. It cannot read a token, nor who works for the company.
    const callsApi = new HubFunction(this, 'CallsApi', {
      ...props,
      entry: 'functions/calls/api.ts',
      description: 'Records a call, or what corrects it, then hands it to the calls queue',
      memorySize: 512,
      timeout: Duration.seconds(10),
      errors: {
        impact: 'Calls are not recorded: their summaries reach nobody until they are sent again.',
        remedy: 'Read the error in the log of CallsApi; callers may repeat what they sent, it does no harm.',
      },
    });
    callsApi
      .mayUseTable(state.calls, 'CALLS_TABLE', ['GetItem', 'PutItem', 'UpdateItem'])
      .mayUseQueue(calls.queue, 'CALLS_QUEUE_URL', ['SendMessage'])
      .mayReadSecret(state.apiKeysSecret, 'API_KEYS_SECRET_ID');
    api.route({
      method: HttpMethod.POST,
      path: '/v1/calls',
      answeredBy: callsApi,
      callers: 'Bearer keys with the scope `calls`, kept hashed and checked by the function.',
    });

    // What was stored and never reached the queue is woken, and what waits for a person looked at again, each minute.
    const sweep = new TimedJob(this, 'CallsSweep', {
      ...props,
      entry: 'functions/calls/sweep.ts',
      description: 'Wakes calls that were stored but not yet told',
      memorySize: 256,
      timeout: Duration.seconds(30),
      at: { minute: '*' },
      timeZone: TimeZone.ASIA_KOLKATA,
      // The next minute's run does the same and more.
      worthFor: Duration.minutes(1),
      errors: { noAlarm: 'One failed run is made good by the next; runs given up ring.' },
      missed: {
        impact: 'Calls whose hand-over failed, and calls whose agent has been put right, stay untold in Slack.',
        remedy: 'Read the error in the log of CallsSweep; once a run succeeds, empty CallsSweepDeadLetters.',
      },
    });
    sweep.job
      .mayQueryIndex(state.calls, DUE_INDEX, 'CALLS_TABLE')
      .mayUseTable(state.calls, 'CALLS_TABLE', ['BatchGetItem', 'UpdateItem'])
      .mayUseQueue(calls.queue, 'CALLS_QUEUE_URL', ['SendMessage']);
  }
}
