import { Duration } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { Construct } from 'constructs';
import type { HubApi } from '../parts/hub-api.ts';
import { HubFunction, type Surroundings } from '../parts/hub-function.ts';
import { OrderedWorker } from '../parts/ordered-worker.ts';
import type { StateStack } from '../state-stack.ts';

/** What the org room stands on. */
export interface OrgRoomProps extends Surroundings {
  readonly api: HubApi;
  readonly state: StateStack;
}

/** Who works for the company, and who stands above whom: against it Slack users, payments and calls are matched. */
export class OrgRoom extends Construct {
  constructor(scope: Construct, id: string, props: OrgRoomProps) {
    super(scope, id);
    const { api, state } = props;

    // One group a team: its directory changes one change at a time anyway.
    const org = new OrderedWorker(this, 'Org', {
      ...props,
      entry: 'functions/org/worker.ts',
      description: 'Has a snapshot replace everybody, and carries out what was begun and left',
      // Thirty thousand people, as they are and as they will be, with all that stands above each.
      memorySize: 1024,
      timeout: Duration.seconds(60),
      messages: 'snapshots of the people',
      maxConcurrency: 2,
      errors: {
        impact:
          'A snapshot of the people, or a large move, is not carried out yet; meanwhile no other change is taken.',
        remedy: 'Read the error in the log of OrgWorker; the messages come back by themselves once it is mended.',
      },
      late: {
        after: Duration.minutes(30),
        impact: 'People who joined, left or moved half an hour ago still see, and are shown, what they did before.',
        remedy: 'Look at the log of OrgWorker: a line for each turn says how far it came, or why it fails.',
      },
      parked: {
        impact: 'A snapshot of the people was given up: the directory may stand still until a person acts.',
        remedy:
          'Read `why` in the messages of OrgDeadLetters, mend the cause, then move them back to OrgQueue; moving one ' +
          'twice does no harm.',
      },
    });
    org.worker
      .mayUseTable(state.admins, 'ADMINS_TABLE', ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'])
      .mayUseTable(state.adminUserClosure, 'ADMIN_USER_CLOSURE_TABLE', ['Query', 'BatchWriteItem'])
      .mayUseQueue(org.queue, 'ORG_QUEUE_URL', ['ChangeMessageVisibility'])
      .mayUseQueue(org.deadLetters, 'ORG_DEAD_LETTERS_URL', ['SendMessage']);

    const orgApi = new HubFunction(this, 'OrgApi', {
      ...props,
      entry: 'functions/org/api.ts',
      description:
        'Keeps the directory of people: puts, shows and removes one, takes a snapshot of all, tells who is above whom',
      // A snapshot is read and judged within the request.
      memorySize: 1024,
      // Others may be changing the same directory, and are waited for.
      timeout: Duration.seconds(20),
      errors: {
        impact:
          'Changes of people (joined, left, new manager) do not reach War Room: new ones cannot post as themselves.',
        remedy: 'Read the error in the log of OrgApi; callers may repeat what they sent, it does no harm.',
      },
    });
    // Of people nothing is deleted: that somebody went is written, and expires a day later. The plan of a change goes after it.
    orgApi
      .mayUseTable(state.admins, 'ADMINS_TABLE', ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'])
      .mayUseTable(state.adminUserClosure, 'ADMIN_USER_CLOSURE_TABLE', ['Query', 'BatchWriteItem'])
      .mayUseQueue(org.queue, 'ORG_QUEUE_URL', ['SendMessage'])
      .mayReadSecret(state.apiKeysSecret, 'API_KEYS_SECRET_ID');

    const callers = 'Bearer keys with the scope `org`, kept hashed and checked by the function.';
    for (const [method, path] of [
      [HttpMethod.PUT, '/v1/admins'],
      [HttpMethod.POST, '/v1/admins/check'],
      [HttpMethod.GET, '/v1/admins/imports/{import}'],
      [HttpMethod.PUT, '/v1/admins/{id}'],
      [HttpMethod.GET, '/v1/admins/{id}'],
      [HttpMethod.DELETE, '/v1/admins/{id}'],
      [HttpMethod.GET, '/v1/admins/{id}/chain'],
      [HttpMethod.GET, '/v1/admins/{id}/team'],
    ] as const) {
      api.route({ method, path, answeredBy: orgApi, callers });
    }
  }
}
