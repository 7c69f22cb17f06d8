import { Duration, TimeZone } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { HubApi } from '../parts/hub-api.ts';
import { HubFunction, type Surroundings } from '../parts/hub-function.ts';
import { OrderedWorker } from '../parts/ordered-worker.ts';
import { DUE_INDEX } from '../parts/room-table.ts';
import { TimedJob } from '../parts/timed-job.ts';
import type { StateStack } from '../state-stack.ts';

/** What the invites room stands on. */
export interface InvitesRoomProps extends Surroundings {
  readonly api: HubApi;
  readonly state: StateStack;
  /** Says who is enrolled, and has them looked at. */
  readonly coursesApi: HubFunction;
}

/** Who is enrolled is in the workspace: learners are invited, and followed as they come, go and return. */
export class InvitesRoom extends Construct {
  /** Takes the members of whom Slack said that something changed. */
  readonly queue: Queue;

  constructor(scope: Construct, id: string, props: InvitesRoomProps) {
    super(scope, id);
    const { api, state, coursesApi } = props;

    // One group a member: what Slack says of one is acted on in order, and of several side by side.
    const invites = new OrderedWorker(this, 'Invites', {
      ...props,
      entry: 'functions/invites/worker.ts',
      messages: 'members who changed',
      description: 'Looks at learners of whom Slack said by itself that they came, went or changed',
      memorySize: 512,
      timeout: Duration.seconds(30),
      maxConcurrency: 5,
      errors: {
        impact: 'Who came into the workspace or left it is seen only when everybody is looked at, at night.',
        remedy: 'Read the error in the log of InvitesWorker; the messages come back by themselves once it is mended.',
      },
      late: {
        after: Duration.minutes(30),
        impact: 'Learners who came or left half an hour ago are still shown as they stood before.',
        remedy: 'Look at the log of InvitesWorker: Slack may be slowing us (waiting is logged), or the worker fails.',
      },
      parked: {
        impact: 'A member who changed was given up on; the next night puts it right where Slack lists them.',
        remedy:
          'Read `why` in the messages of InvitesDeadLetters, mend the cause, then move them back to InvitesQueue; moving ' +
          'one twice does no harm.',
      },
    });
    this.queue = invites.queue;

    // What was marked, who waits for an invitation, where a sweep stopped: gone on with each minute.
    const sync = new TimedJob(this, 'InvitesSync', {
      ...props,
      entry: 'functions/invites/sync.ts',
      description:
        'Looks at learners who changed, invites, compares everybody with Slack at night, tells the ops channel',
      memorySize: 512,
      timeout: Duration.seconds(60),
      at: { minute: '*' },
      timeZone: TimeZone.ASIA_KOLKATA,
      // The next minute's run does the same and more.
      worthFor: Duration.minutes(1),
      errors: { noAlarm: 'One failed run is made good by the next; runs given up ring.' },
      missed: {
        impact: 'Learners are not invited, and who came or left is not compared with Slack.',
        remedy: 'Read the error in the log of InvitesSync; once a run succeeds, empty InvitesSyncDeadLetters.',
      },
    });
    for (const it of [invites.worker, sync.job]) {
      it.mayUseTable(state.userSlackDetails, 'USER_SLACK_DETAILS_TABLE', [
        'GetItem',
        'BatchGetItem',
        'Query',
        'PutItem',
        'BatchWriteItem',
        'UpdateItem',
      ])
        .mayUseTable(state.courses, 'COURSES_TABLE', ['Query', 'BatchGetItem'])
        .mayUseKey(state.tokenKey, 'TOKEN_KEY_ID', ['Decrypt'], ['team', 'user', 'kind'], { kind: 'bot' })
        .mayReadSecret(state.invitesSecret, 'INVITES_SECRET_ID');
    }
    invites.worker
      .mayUseTable(state.slackInstallations, 'SLACK_INSTALLATIONS_TABLE', ['GetItem'])
      .mayUseQueue(invites.queue, 'INVITES_QUEUE_URL', ['ChangeMessageVisibility'])
      .mayUseQueue(invites.deadLetters, 'INVITES_DEAD_LETTERS_URL', ['SendMessage']);
    sync.job
      .isTold('PUBLIC_ORIGIN', props.settings.origin ?? api.origin)
      .mayUseTable(state.userSlackDetails, 'USER_SLACK_DETAILS_TABLE', ['DeleteItem'])
      .mayUseTable(state.slackInstallations, 'SLACK_INSTALLATIONS_TABLE', ['GetItem', 'UpdateItem'])
      .mayUseTable(state.adminSlackMessageLog, 'ADMIN_SLACK_MESSAGE_LOG_TABLE', [
        'GetItem',
        'PutItem',
        'UpdateItem',
        'DeleteItem',
        'Query',
      ])
      .mayQueryIndex(state.userSlackDetails, DUE_INDEX, 'USER_SLACK_DETAILS_TABLE');

    // Whoever says that somebody is enrolled has them looked at, and sees nothing of them.
    coursesApi.mayUseTable(state.userSlackDetails, 'USER_SLACK_DETAILS_TABLE', ['UpdateItem']);

    const invitesApi = new HubFunction(this, 'InvitesApi', {
      ...props,
      entry: 'functions/invites/api.ts',
      description: 'Shows who stands where on the way into the workspace, and notes invitations that came back',
      memorySize: 512,
      timeout: Duration.seconds(10),
      errors: {
        impact: 'Nobody can see who is invited and who is not, and invitations that came back are not noted.',
        remedy: 'Read the error in the log of InvitesApi; callers may repeat what they sent, it does no harm.',
      },
    });
    invitesApi
      .mayUseTable(state.userSlackDetails, 'USER_SLACK_DETAILS_TABLE', ['GetItem', 'Query', 'UpdateItem'])
      .mayReadSecret(state.apiKeysSecret, 'API_KEYS_SECRET_ID');
    const callers = 'Bearer keys with the scope `invites`, kept hashed and checked by the function.';
    for (const [method, path] of [
      [HttpMethod.GET, '/v1/invites'],
      [HttpMethod.POST, '/v1/invites/bounces'],
    ] as const) {
      api.route({ method, path, answeredBy: invitesApi, callers });
    }
  }
}
