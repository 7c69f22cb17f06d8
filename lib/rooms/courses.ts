import { Duration } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { Construct } from 'constructs';
import type { HubApi } from '../parts/hub-api.ts';
import { HubFunction, type Surroundings } from '../parts/hub-function.ts';
import type { StateStack } from '../state-stack.ts';

/** What the courses room stands on. */
export interface CoursesRoomProps extends Surroundings {
  readonly api: HubApi;
  readonly state: StateStack;
}

/** What is taught to whom, and how it went: sent by the company's own systems, read by reports and invitations. */
export class CoursesRoom extends Construct {
  /** Has to tell whoever reports or invites, before it writes. */
  readonly coursesApi: HubFunction;

  constructor(scope: Construct, id: string, props: CoursesRoomProps) {
    super(scope, id);
    const { api, state } = props;

    this.coursesApi = new HubFunction(this, 'CoursesApi', {
      ...props,
      entry: 'functions/courses/api.ts',
      description: 'Keeps courses, enrolments, sessions, who attended them and what learners say of them',
      memorySize: 512,
      // Whoever is told of a change rests on it: see shared/courses/change.ts.
      timeout: Duration.seconds(10),
      errors: {
        impact:
          'Sessions, attendance, feedback or enrolments are not recorded, and missing from reports until sent again.',
        remedy: 'Read the error in the log of CoursesApi; callers may repeat what they sent, it does no harm.',
      },
    });
    this.coursesApi
      .mayUseTable(state.courses, 'COURSES_TABLE', ['GetItem', 'PutItem'])
      .mayUseTable(state.courseAnnouncementChannelMap, 'COURSE_ANNOUNCEMENT_CHANNEL_MAP_TABLE', ['GetItem', 'PutItem'])
      .mayUseTable(state.sessions, 'SESSIONS_TABLE', ['GetItem', 'PutItem'])
      .mayReadSecret(state.apiKeysSecret, 'API_KEYS_SECRET_ID');

    const callers = 'Bearer keys with the scope `courses`, kept hashed and checked by the function.';
    for (const [method, path] of [
      [HttpMethod.PUT, '/v1/courses/{id}'],
      [HttpMethod.GET, '/v1/courses/{id}'],
      [HttpMethod.PUT, '/v1/enrollments/{id}'],
      [HttpMethod.GET, '/v1/enrollments/{id}'],
      [HttpMethod.PUT, '/v1/sessions/{id}'],
      [HttpMethod.GET, '/v1/sessions/{id}'],
      [HttpMethod.PUT, '/v1/sessions/{id}/attendance'],
      [HttpMethod.GET, '/v1/sessions/{id}/attendance'],
      [HttpMethod.POST, '/v1/sessions/{id}/feedback'],
    ] as const) {
      // Whole histories are loaded: a million rows at the common fifty a second would take six hours.
      const throttle = method === HttpMethod.GET ? undefined : { rateLimit: 300, burstLimit: 600 };
      api.route({ method, path, answeredBy: this.coursesApi, callers, ...(throttle && { throttle }) });
    }
  }
}
