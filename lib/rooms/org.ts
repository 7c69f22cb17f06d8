import { Duration } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { Construct } from 'constructs';
import type { HubApi } from '../parts/hub-api.ts';
import { HubFunction, type Surroundings } from '../parts/hub-function.ts';
import type { StateStack } from '../state-stack.ts';

/** What the org room stands on. */
export interface OrgRoomProps extends Surroundings {
  readonly api: HubApi;
  readonly state: StateStack;
}

/** Who works for the company: the directory against which Slack users, payments and calls are matched. */
export class OrgRoom extends Construct {
  constructor(scope: Construct, id: string, props: OrgRoomProps) {
    super(scope, id);
    const { api, state } = props;

    const org = new HubFunction(this, 'OrgApi', {
      ...props,
      entry: 'functions/org/api.ts',
      description: 'Keeps the directory of people: puts, shows and removes one',
      memorySize: 512,
      // Others may be changing the same directory, and are waited for.
      timeout: Duration.seconds(10),
      errors: {
        impact:
          'Changes of people (joined, left, new manager) do not reach War Room: new ones cannot post as themselves.',
        remedy: 'Read the error in the log of OrgApi; callers may repeat what they sent, it does no harm.',
      },
    });
    // Of people nothing is deleted: that somebody went is written, and expires a day later. The plan of a change goes after it.
    org
      .mayUseTable(state.admins, 'ADMINS_TABLE', ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'])
      .mayUseTable(state.adminUserClosure, 'ADMIN_USER_CLOSURE_TABLE', ['Query', 'BatchWriteItem'])
      .mayReadSecret(state.apiKeysSecret, 'API_KEYS_SECRET_ID');

    const callers = 'Bearer keys with the scope `org`, kept hashed and checked by the function.';
    for (const method of [HttpMethod.PUT, HttpMethod.GET, HttpMethod.DELETE]) {
      api.route({ method, path: '/v1/admins/{id}', answeredBy: org, callers });
    }
  }
}
