import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct } from 'constructs';
import { Alarms } from './parts/alarms.ts';
import { StageDashboard } from './parts/dashboard.ts';
import { HubApi } from './parts/hub-api.ts';
import { HubFunction } from './parts/hub-function.ts';
import { OrderedWorker } from './parts/ordered-worker.ts';
import { placeOf } from './parts/place.ts';
import type { Settings } from './parts/settings.ts';
import { AlarmsRoom } from './rooms/alarms.ts';
import { CallsRoom } from './rooms/calls.ts';
import { CoursesRoom } from './rooms/courses.ts';
import { DeskRoom } from './rooms/desk.ts';
import { InstallRoom } from './rooms/install.ts';
import { InvitesRoom } from './rooms/invites.ts';
import { OrgRoom } from './rooms/org.ts';
import { PaymentsRoom } from './rooms/payments.ts';
import { ReportsRoom } from './rooms/reports.ts';
import { SlackRoom } from './rooms/slack.ts';
import type { StateStack } from './state-stack.ts';

/** Everything that can be deleted and deployed again: the API, the rooms, the alarms. */
export class HubStack extends Stack {
  constructor(scope: Construct, id: string, settings: Settings, state: StateStack) {
    super(scope, id, {
      stackName: `war-room-${settings.stage}-hub`,
      description: `War Room (${settings.stage}): the API, the rooms and their alarms`,
      ...placeOf(settings),
    });

    const alarms = new Alarms(this, 'Alarms', settings);
    const api = new HubApi(this, 'Api', {
      settings,
      alarms,
      throttle: { rateLimit: 50, burstLimit: 100 },
      failing: {
        impact: 'Callers of War Room get errors: what they report may not be recorded until they send it again.',
        remedy: 'Find the route and `functionError` of the 5xx lines in the access log, then the log of its function.',
      },
    });
    api.ringWhenRefused(this, 'CallersRefused', {
      what: 'callers are refused',
      atLeast: 100,
      impact:
        'A system of ours may be sending with a wrong key, and what it sends is not recorded; or someone guesses keys.',
      remedy:
        'See the route and address of the 401 lines in the access log, and compare the caller with the api-keys secret.',
    });

    const surroundings = { settings, alarms };
    const payments = new PaymentsRoom(this, 'PaymentsRoom', { ...surroundings, api, state });
    const desk = new DeskRoom(this, 'DeskRoom', { ...surroundings, api, state, payments: payments.queue });
    const calls = new CallsRoom(this, 'CallsRoom', {
      ...surroundings,
      api,
      state,
      wakesHeld: payments.sweep,
      passesLeads: payments.worker,
      desk: desk.worker,
    });
    new OrgRoom(this, 'OrgRoom', { ...surroundings, api, state });
    const { coursesApi } = new CoursesRoom(this, 'CoursesRoom', { ...surroundings, api, state });
    const wakesHeld = payments.sweep;
    const reports = new ReportsRoom(this, 'ReportsRoom', {
      ...surroundings,
      api,
      state,
      wakesHeld,
      coursesApi,
      desk: desk.worker,
    });
    const invites = new InvitesRoom(this, 'InvitesRoom', { ...surroundings, api, state, coursesApi });
    const slack = new SlackRoom(this, 'SlackRoom', {
      ...surroundings,
      api,
      state,
      payments: payments.queue,
      calls: calls.queue,
      reports: reports.queue,
      invites: invites.queue,
      desk: desk.queue,
    });
    new InstallRoom(this, 'InstallRoom', { ...surroundings, api, state, slack: slack.queue });

    if (settings.alarmTeam !== undefined) {
      new AlarmsRoom(this, 'AlarmsRoom', { ...surroundings, state, team: settings.alarmTeam });
    }

    const health = new HubFunction(this, 'Health', {
      ...surroundings,
      entry: 'functions/health.ts',
      description: 'Tells operators what is configured, reachable and behind',
      memorySize: 256,
      timeout: Duration.seconds(10),
      errors: { noAlarm: 'Who asks for health sees that it fails; its 5xx rings for the API.' },
    });
    health
      .mayUseTable(state.payments, 'PAYMENTS_TABLE', ['GetItem', 'Query'])
      .mayUseTable(state.calls, 'CALLS_TABLE', ['Query'])
      .mayUseTable(state.reports, 'REPORTS_TABLE', ['Query'])
      .mayReadSecret(state.razorpaySecret, 'RAZORPAY_SECRET_ID')
      .mayReadSecret(state.apiKeysSecret, 'API_KEYS_SECRET_ID');
    for (const worker of OrderedWorker.below(this)) worker.isCountedBy(health);
    api.route({
      method: HttpMethod.GET,
      path: '/health',
      answeredBy: health,
      callers: 'Anyone may ask for `ok` and the version; what is configured and waiting is told to holders of a key.',
      // Open to anyone, and with a key it asks three services each time.
      throttle: { rateLimit: 5, burstLimit: 10 },
    });

    new StageDashboard(this, 'Dashboard', { settings, api, stacks: [state, this], ingress: payments.ingress });

    new CfnOutput(this, 'ApiUrl', { value: api.url, description: 'Where War Room is reached' });
    if (api.domainTarget !== undefined) {
      new CfnOutput(this, 'DomainTarget', {
        value: api.domainTarget,
        description: `What ${settings.domain?.name} has to point to, by an alias or a CNAME`,
      });
    }
    new CfnOutput(this, 'AlarmTopic', { value: alarms.topic.topicArn, description: 'Subscribe here to be woken' });
  }
}
