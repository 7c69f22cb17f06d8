import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { synthesize } from '../../lib/app.ts';
import { REPOSITORY } from '../../lib/parts/hub-function.ts';
import {
  allowed,
  exported,
  folder,
  functions,
  ofType,
  property,
  saidOf,
  statementsOf,
  tidy,
  toldTo,
} from './synthesized.ts';
import { at, fields, list, type Resource, resourcesOf, said } from './template.ts';

afterAll(tidy);

const queues = ofType('AWS::SQS::Queue');
const alarms = ofType('AWS::CloudWatch::Alarm');

/** The alarms on one metric of one thing, named as its dimension is written. */
function alarmsOn(metric: string, dimension: string): readonly Resource[] {
  return alarms.filter(
    (alarm) =>
      property(alarm, 'MetricName') === metric &&
      list(property(alarm, 'Dimensions')).some((given) => said(at(given, 'Value'), exported) === dimension),
  );
}

describe.each(functions.map((resource) => [resource.id, resource] as const))('%s', (id, resource) => {
  const environment = Object.fromEntries(fields(property(resource, 'Environment', 'Variables')));

  it('runs on Node 24 and arm64, within a time and memory that are said', () => {
    expect(property(resource, 'Runtime')).toBe('nodejs24.x');
    expect(property(resource, 'Architectures')).toEqual(['arm64']);
    expect(property(resource, 'Timeout')).toEqual(expect.any(Number));
    expect(property(resource, 'MemorySize')).toEqual(expect.any(Number));
  });

  it('writes JSON to a log group of its own that forgets after three months', () => {
    const group = ofType('AWS::Logs::LogGroup').find(
      (candidate) => saidOf(resource, 'LoggingConfig', 'LogGroup') === candidate.id,
    );

    expect(property(resource, 'LoggingConfig', 'LogFormat')).toBe('JSON');
    expect(property(group, 'LogGroupName')).toBe(`/war-room/trial/${id}`);
    expect(property(group, 'RetentionInDays')).toBe(90);
  });

  it('names its source and the handler that is called in it', () => {
    const entry = at(resource.entry, 'Metadata', 'war-room:entry');

    expect(entry).toMatch(/^functions\/.+\.ts$/);
    expect(existsSync(join(REPOSITORY, String(entry)))).toBe(true);
    expect(at(resource.entry, 'Metadata', 'war-room:handler')).toBe('handler');
    expect(property(resource, 'Handler')).toBe('index.handler');
  });

  it('knows its stage, version and names in logs and metrics, and is never told another Slack or another time', () => {
    expect(environment).toMatchObject({
      STAGE: 'trial',
      VERSION: expect.stringMatching(/^\d+\.\d+\.\d+/),
      NODE_OPTIONS: `--enable-source-maps${id === 'ReportsWorker' ? ' --max-semi-space-size=8' : ''}`,
      POWERTOOLS_SERVICE_NAME: id,
      METRICS_NAMESPACE: 'WarRoom/trial',
    });
    for (const name of ['SLACK_API_URL', 'SLACK_URL', 'TIME_SCALE', 'SENTRY_DSN'])
      expect(environment).not.toHaveProperty(name);
  });

  it('may do something with everything it is told the name of', () => {
    const reached = statementsOf(id).flatMap(({ on }) => on.map((text) => text.split(/[./]/)[0]));
    // Where people reach War Room is no thing to do something with.
    const told = [...toldTo(resource)]
      .filter(([name]) => name !== 'PUBLIC_ORIGIN')
      .map(([, what]) => what.split('.')[0]);

    expect(reached).toEqual(expect.arrayContaining(told));
  });
});

/** Rooms whose dead letters are told in the ops channel. */
const takenOver = ['Payments', 'Calls', 'Reports'];

describe('queues', () => {
  const buried = new Set([
    ...queues.map((queue) => saidOf(queue, 'RedrivePolicy', 'deadLetterTargetArn')),
    ...ofType('AWS::Scheduler::Schedule').map((schedule) => saidOf(schedule, 'Target', 'DeadLetterConfig', 'Arn')),
  ]);
  const working = queues.filter(({ id }) => !buried.has(`${id}.Arn`));
  const dead = queues.filter(({ id }) => buried.has(`${id}.Arn`));

  it('are the payments, the calls, the reports, the people, members who changed, what is asked, what Slack says, and the dead letters, and no other', () => {
    expect(working.map(({ id }) => id).sort()).toEqual([
      'CallsQueue',
      'DeskQueue',
      'InvitesQueue',
      'OrgQueue',
      'PaymentsQueue',
      'ReportsQueue',
      'SlackQueue',
    ]);
    expect(dead.map(({ id }) => id).sort()).toEqual([
      'CallsDeadLetters',
      'CallsSweepDeadLetters',
      'DeskDeadLetters',
      'InvitesDeadLetters',
      'InvitesSyncDeadLetters',
      'OrgDeadLetters',
      'PaymentsDeadLetters',
      'PaymentsReconcileDeadLetters',
      'PaymentsSweepDeadLetters',
      'ReportsDeadLetters',
      'ReportsRunDeadLetters',
      'ReportsSweepDeadLetters',
      'SlackDeadLetters',
    ]);
  });

  it.each(working.map((queue) => [queue.id, queue] as const))('%s has dead letters, as a last resort', (_, queue) => {
    expect(property(queue, 'RedrivePolicy', 'maxReceiveCount')).toBe(1000);
    expect(property(queue, 'RedrivePolicy', 'deadLetterTargetArn')).not.toBeNull();
  });

  it.each(working.map((queue) => [queue.id, queue] as const))(
    '%s is ordered within a group and fast across groups',
    (_, queue) => {
      expect(property(queue, 'FifoQueue')).toBe(true);
      expect(property(queue, 'DeduplicationScope')).toBe('messageGroup');
      expect(property(queue, 'FifoThroughputLimit')).toBe('perMessageGroupId');
    },
  );

  it.each(working.map((queue) => [queue.id, queue] as const))('%s rings when its oldest message waits', (id) => {
    expect(alarmsOn('ApproximateAgeOfOldestMessage', `${id}.QueueName`)).toHaveLength(1);
  });

  it.each(dead.map((queue) => [queue.id, queue] as const))('%s keeps two weeks', (_, queue) => {
    expect(property(queue, 'MessageRetentionPeriod')).toBe(14 * 24 * 60 * 60);
  });

  it.each(dead.filter(({ id }) => !takenOver.includes(id.replace('DeadLetters', ''))).map(({ id }) => id))(
    '%s rings for the first message',
    (id) => {
      const [alarm] = alarmsOn('ApproximateNumberOfMessagesVisible', `${id}.QueueName`);

      expect(property(alarm, 'Threshold')).toBe(1);
    },
  );

  it.each(takenOver)(
    '%sDeadLetters rings for what is not taken over, and whoever takes it over for what is',
    (room) => {
      const [stays] = alarmsOn('ApproximateAgeOfOldestMessage', `${room}DeadLetters.QueueName`);
      const taken = alarms.find((alarm) => saidOf(alarm, 'MetricName') === `${room}Parked`);

      expect(property(stays, 'Threshold')).toBe(15 * 60);
      expect(property(taken, 'Threshold')).toBe(1);
      expect(saidOf(taken, 'Dimensions', 0, 'Value')).toBe(`${room}Parked`);
    },
  );

  it.each(queues.map((queue) => [queue.id, queue] as const))('%s is encrypted and refuses plain HTTP', (id, queue) => {
    const policies = ofType('AWS::SQS::QueuePolicy').filter((policy) => saidOf(policy, 'Queues', 0) === id);

    expect(property(queue, 'SqsManagedSseEnabled')).toBe(true);
    expect(policies.map((policy) => property(policy, 'PolicyDocument', 'Statement', 0))).toEqual([
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    ]);
  });

  it('hide a message for at least six times as long as its worker may take, and take back single records of a batch', () => {
    const mappings = ofType('AWS::Lambda::EventSourceMapping').map((mapping) => {
      const queue = queues.find(({ id }) => saidOf(mapping, 'EventSourceArn') === `${id}.Arn`);
      const worker = functions.find(({ id }) => saidOf(mapping, 'FunctionName') === id);
      return {
        hiddenFor: Number(property(queue, 'VisibilityTimeout')) / Number(property(worker, 'Timeout')),
        batch: property(mapping, 'BatchSize'),
        takesBack: property(mapping, 'FunctionResponseTypes'),
      };
    });

    // Dead letters that are taken over have a worker as well.
    expect(mappings).toHaveLength(working.length + takenOver.length);
    expect(new Set(mappings.map((mapping) => JSON.stringify(mapping)))).toEqual(
      new Set([JSON.stringify({ hiddenFor: 6, batch: 10, takesBack: ['ReportBatchItemFailures'] })]),
    );
  });
});

describe('alarms', () => {
  it.each(alarms.map((alarm) => [saidOf(alarm, 'AlarmName'), alarm] as const))(
    '%s: says what people lose and what to do, to the topic, and when it is over',
    (name, alarm) => {
      const topic = ofType('AWS::SNS::Topic').map(({ id }) => ({ Ref: id }));

      expect(name).toMatch(/^war-room trial: /);
      expect(property(alarm, 'AlarmDescription')).toMatch(/^[A-Z].+\.\n\nWhat to do: .+\.$/);
      expect(property(alarm, 'AlarmActions')).toEqual(topic);
      expect(property(alarm, 'OKActions')).toEqual(topic);
      // What is silent rings by having no data; all else counts something bad, of which no data means none.
      const isOfSilence = saidOf(alarm, 'MetricName') === 'Invocations';
      expect(property(alarm, 'TreatMissingData')).toBe(isOfSilence ? 'missing' : 'notBreaching');
      expect(property(alarm, 'InsufficientDataActions')).toEqual(isOfSilence ? topic : null);
    },
  );

  it('watch the errors of every function that nothing else makes good', () => {
    const watched = functions.filter(({ id }) => alarmsOn('Errors', id).length === 1).map(({ id }) => id);

    expect(watched.sort()).toEqual([
      'CallsApi',
      'CallsWorker',
      'Connections',
      'CoursesApi',
      'DeskWorker',
      'InvitesApi',
      'InvitesWorker',
      'OrgApi',
      'OrgWorker',
      'PaymentsApi',
      'PaymentsWorker',
      'RazorpayIngress',
      'ReportsWorker',
      'SlackIngress',
      'SlackInstall',
      'SlackWorker',
    ]);
  });

  it('watch that what runs each minute does run', () => {
    const everyMinute = ofType('AWS::Scheduler::Schedule')
      .filter((schedule) => property(schedule, 'ScheduleExpression') === 'cron(* * * * ? *)')
      .map(({ id }) => id.replace(/Schedule$/, ''));
    const watched = functions.filter(({ id }) => alarmsOn('Invocations', id).length === 1).map(({ id }) => id);

    expect(watched.sort()).toEqual(everyMinute.sort());
    expect(everyMinute).toContain('PaymentsSweep');
  });

  it('watch what the API answers: 5xx, callers refused, Razorpay refused, and Slack refused', () => {
    const patterns = ofType('AWS::Logs::MetricFilter').map((filter) => property(filter, 'FilterPattern'));
    const [api = ''] = ofType('AWS::ApiGatewayV2::Api').map(({ id }) => id);

    expect(alarmsOn('5xx', api)).toHaveLength(1);
    expect(patterns).toEqual([
      '{ $.status = "401" }',
      '{ ($.status = "401") && ($.route = "POST /webhooks/razorpay/{account}") }',
      '{ ($.status = "401") && (($.route = "POST /slack/events") || ($.route = "POST /slack/interactivity") || ' +
        '($.route = "POST /slack/commands")) }',
    ]);
  });

  it('go through an encrypted topic that CloudWatch, of this account only, may use', () => {
    const [topic] = ofType('AWS::SNS::Topic');
    const forCloudWatch = allowed
      .filter(({ statement }) => at(statement, 'Principal', 'Service') === 'cloudwatch.amazonaws.com')
      .map(({ actions, statement }) => [actions, at(statement, 'Condition')]);
    const ofThisAccount = { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } };

    expect(property(topic, 'KmsMasterKeyId')).not.toBeNull();
    expect(forCloudWatch).toEqual([
      [['kms:Decrypt', 'kms:GenerateDataKey'], ofThisAccount],
      [['sns:Publish'], ofThisAccount],
    ]);
  });
});

describe('the dashboard', () => {
  const [dashboard, ...others] = ofType('AWS::CloudWatch::Dashboard');
  const { widgets } = JSON.parse(saidOf(dashboard, 'DashboardBody')) as {
    readonly widgets: readonly {
      readonly properties: { readonly title?: string; readonly metrics?: readonly unknown[][] };
    }[];
  };
  const shown = (title: string) =>
    widgets.find(({ properties }) => properties.title?.startsWith(title))?.properties.metrics ?? [];
  const names = (title: string, metric: string) =>
    shown(title).flatMap((entry) => (entry[1] === metric ? [String(entry[3]).split('.')[0]] : []));

  it('is one of the stage', () => {
    expect(others).toEqual([]);
    expect(property(dashboard, 'DashboardName')).toBe('war-room-trial');
  });

  it('shows what waits and what is parked in every queue', () => {
    const waiting = [
      ...names('Waiting', 'ApproximateNumberOfMessagesVisible'),
      ...names('Dead letters', 'ApproximateNumberOfMessagesVisible'),
    ];

    expect(waiting.sort()).toEqual(queues.map(({ id }) => id).sort());
  });

  it('shows how long it takes from delivery to Slack, as half of the payments, most and nearly all see it', () => {
    const latency = shown('From delivery').map(([namespace, name, , service, how]) => [
      namespace,
      name,
      service,
      (how as { readonly stat: string }).stat,
    ]);

    expect(latency).toEqual(
      ['p50', 'p95', 'p99'].map((stat) => ['WarRoom/trial', 'ToldAfterMs', 'PaymentsWorker', stat]),
    );
  });

  it('reckons the cost of the day from every function, queue and table, by the prices of the repository', () => {
    const cost = shown('Cost of the day');
    const [{ expression = '' } = {}] = cost.flatMap((entry) =>
      entry.filter(
        (part): part is { readonly expression?: string } =>
          typeof part === 'object' && part !== null && 'expression' in part,
      ),
    );

    expect(names('Cost', 'Invocations').sort()).toEqual(functions.map(({ id }) => id).sort());
    expect(names('Cost', 'NumberOfMessagesSent').sort()).toEqual(queues.map(({ id }) => id).sort());
    expect(names('Cost', 'ConsumedWriteCapacityUnits').sort()).toEqual(
      ofType('AWS::DynamoDB::GlobalTable')
        .map(({ id }) => id)
        .sort(),
    );
    // Each metric is in the sum once, and the sum names no other.
    const used = [...expression.matchAll(/\bm\d+\b/g)].map(([name]) => name);
    expect(new Set(used).size).toBe(used.length);
    expect(used).toHaveLength(cost.length - 1);
    // A million write units cost 0.625: one of them that much less.
    expect(expression).toContain('0.000000625000000 * FILL(SUM([');
  });

  it('shows that nothing was doubled', () => {
    expect(names('Doubled', 'MessagesDoubled')).toContain('PaymentsWorker');
  });
});

describe('the sweep', () => {
  const [schedule] = ofType('AWS::Scheduler::Schedule');

  it('runs on the minute, in a time zone that is said', () => {
    expect(property(schedule, 'ScheduleExpression')).toBe('cron(* * * * ? *)');
    expect(property(schedule, 'ScheduleExpressionTimezone')).toBe('Asia/Kolkata');
    expect(property(schedule, 'FlexibleTimeWindow')).toEqual({ Mode: 'OFF' });
  });

  it('is told for when it runs', () => {
    expect(JSON.parse(String(property(schedule, 'Target', 'Input')))).toEqual({
      scheduledAt: '<aws.scheduler.scheduled-time>',
    });
  });

  it('buries a run in the same dead letters, whether it could not be called or failed', () => {
    const [failed] = ofType('AWS::Lambda::EventInvokeConfig');

    expect(property(schedule, 'Target', 'DeadLetterConfig', 'Arn')).toEqual({
      'Fn::GetAtt': ['PaymentsSweepDeadLetters', 'Arn'],
    });
    expect(property(failed, 'DestinationConfig', 'OnFailure', 'Destination')).toEqual({
      'Fn::GetAtt': ['PaymentsSweepDeadLetters', 'Arn'],
    });
  });

  it('is called by schedules of its own group and account only', () => {
    const [assumed] = allowed.filter(
      ({ statement }) => at(statement, 'Principal', 'Service') === 'scheduler.amazonaws.com',
    );

    expect(fields(at(assumed?.statement ?? null, 'Condition', 'StringEquals')).map(([name]) => name)).toEqual([
      'aws:SourceAccount',
      'aws:SourceArn',
    ]);
  });
});

describe('the run of the session reports', () => {
  const schedule = ofType('AWS::Scheduler::Schedule').find(({ id }) => id === 'ReportsRunSchedule');
  const deadLetters = { 'Fn::GetAtt': ['ReportsRunDeadLetters', 'Arn'] };

  it('is on Monday and Friday at nine in India, and knows for when it is', () => {
    expect(property(schedule, 'ScheduleExpression')).toBe('cron(0 9 ? * MON,FRI *)');
    expect(property(schedule, 'ScheduleExpressionTimezone')).toBe('Asia/Kolkata');
    expect(property(schedule, 'FlexibleTimeWindow')).toEqual({ Mode: 'OFF' });
    expect(saidOf(schedule, 'Target', 'Arn')).toBe('ReportsRun.Arn');
    expect(JSON.parse(String(property(schedule, 'Target', 'Input')))).toEqual({
      scheduledAt: '<aws.scheduler.scheduled-time>',
    });
  });

  it('is tried again for hours, then buried, and rings', () => {
    const failed = ofType('AWS::Lambda::EventInvokeConfig').find((it) => saidOf(it, 'FunctionName') === 'ReportsRun');

    expect(property(schedule, 'Target', 'DeadLetterConfig', 'Arn')).toEqual(deadLetters);
    expect(property(schedule, 'Target', 'RetryPolicy')).toEqual({
      MaximumEventAgeInSeconds: 21_600,
      MaximumRetryAttempts: 2,
    });
    expect(property(failed, 'DestinationConfig', 'OnFailure', 'Destination')).toEqual(deadLetters);
    expect(alarmsOn('ApproximateNumberOfMessagesVisible', 'ReportsRunDeadLetters.QueueName')).toHaveLength(1);
  });

  it('and those who reckon with its windows, are told when it is by the settings of the stage', () => {
    const times = { days: ['TUE'], time: '07:05', timeZone: 'Europe/Berlin' } as const;
    const settings = { schedules: { reports: times }, reports: { lowRating: 3, learnerNames: true } };
    const told = resourcesOf(synthesize({ stage: 'told', ...settings, outdir: join(folder, 'times'), bundle: false }));

    const run = told.find(({ id }) => id === 'ReportsRunSchedule');
    const saidTo = (id: string) =>
      Object.fromEntries(
        fields(
          property(
            told.find((it) => it.id === id),
            'Environment',
            'Variables',
          ),
        ).filter(([name]) => name.startsWith('REPORT_')),
      );
    expect(property(run, 'ScheduleExpression')).toBe('cron(5 7 ? * TUE *)');
    expect(property(run, 'ScheduleExpressionTimezone')).toBe('Europe/Berlin');
    const when = { REPORT_DAYS: 'TUE', REPORT_TIME: '07:05', REPORT_ZONE: 'Europe/Berlin' };
    expect(saidTo('ReportsRun')).toEqual(when);
    expect(saidTo('ReportsWorker')).toEqual({
      ...when,
      REPORT_LOW_RATING: '3',
      REPORT_LEARNER_NAMES: 'true',
      REPORT_WHEN_QUIET: 'first',
    });
  });
});

describe('the API', () => {
  const [stage] = ofType('AWS::ApiGatewayV2::Stage');

  it('serves these routes, each by its function', () => {
    const integrations = new Map(
      ofType('AWS::ApiGatewayV2::Integration').map((it) => [it.id, saidOf(it, 'IntegrationUri')]),
    );
    const routes = ofType('AWS::ApiGatewayV2::Route').map((route) => [
      property(route, 'RouteKey'),
      integrations.get(saidOf(route, 'Target').replace('integrations/', '')),
    ]);

    expect(routes).toEqual([
      ['POST /webhooks/razorpay/{account}', 'RazorpayIngress.Arn'],
      ['POST /v1/payments', 'PaymentsApi.Arn'],
      ['GET /v1/payments/{id}', 'PaymentsApi.Arn'],
      ['PUT /v1/leads/{id}', 'PaymentsApi.Arn'],
      ['GET /v1/routing', 'RoutingApi.Arn'],
      ['PUT /v1/routing', 'RoutingApi.Arn'],
      ['POST /v1/routing/explain', 'RoutingApi.Arn'],
      ['POST /v1/calls', 'CallsApi.Arn'],
      ['PUT /v1/admins', 'OrgApi.Arn'],
      ['POST /v1/admins/check', 'OrgApi.Arn'],
      ['GET /v1/admins/imports/{import}', 'OrgApi.Arn'],
      ['PUT /v1/admins/{id}', 'OrgApi.Arn'],
      ['GET /v1/admins/{id}', 'OrgApi.Arn'],
      ['DELETE /v1/admins/{id}', 'OrgApi.Arn'],
      ['GET /v1/admins/{id}/chain', 'OrgApi.Arn'],
      ['GET /v1/admins/{id}/team', 'OrgApi.Arn'],
      ['PUT /v1/courses/{id}', 'CoursesApi.Arn'],
      ['GET /v1/courses/{id}', 'CoursesApi.Arn'],
      ['PUT /v1/enrollments/{id}', 'CoursesApi.Arn'],
      ['GET /v1/enrollments/{id}', 'CoursesApi.Arn'],
      ['PUT /v1/sessions/{id}', 'CoursesApi.Arn'],
      ['GET /v1/sessions/{id}', 'CoursesApi.Arn'],
      ['PUT /v1/sessions/{id}/attendance', 'CoursesApi.Arn'],
      ['GET /v1/sessions/{id}/attendance', 'CoursesApi.Arn'],
      ['POST /v1/sessions/{id}/feedback', 'CoursesApi.Arn'],
      ['GET /v1/invites', 'InvitesApi.Arn'],
      ['POST /v1/invites/bounces', 'InvitesApi.Arn'],
      ['POST /slack/events', 'SlackIngress.Arn'],
      ['POST /slack/interactivity', 'SlackIngress.Arn'],
      ['POST /slack/commands', 'SlackIngress.Arn'],
      ['GET /', 'HostedPages.Arn'],
      ['GET /privacy', 'HostedPages.Arn'],
      ['GET /terms', 'HostedPages.Arn'],
      ['GET /support', 'HostedPages.Arn'],
      ['GET /assets/{name}', 'HostedPages.Arn'],
      ['GET /slack/install', 'SlackInstall.Arn'],
      ['GET /slack/oauth/callback', 'SlackInstall.Arn'],
      ['GET /slack/sign-in', 'Connections.Arn'],
      ['GET /slack/openid/callback', 'Connections.Arn'],
      ['GET /connected', 'Connections.Arn'],
      ['GET /connections', 'Connections.Arn'],
      ['POST /connections/disconnect', 'Connections.Arn'],
      ['POST /sign-out', 'Connections.Arn'],
      ['GET /health', 'Health.Arn'],
    ]);
  });

  it('is throttled, each route with limits of its own or the common ones', () => {
    expect(property(stage, 'DefaultRouteSettings')).toEqual({ ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 });
    const byPeople = { ThrottlingRateLimit: 10, ThrottlingBurstLimit: 20 };
    const loaded = { ThrottlingRateLimit: 300, ThrottlingBurstLimit: 600 };
    const bySlack = { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1000 };
    expect(property(stage, 'RouteSettings')).toEqual({
      'POST /webhooks/razorpay/{account}': { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1000 },
      'GET /': byPeople,
      'GET /privacy': byPeople,
      'GET /terms': byPeople,
      'GET /support': byPeople,
      'GET /assets/{name}': { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 },
      'GET /slack/install': byPeople,
      'GET /slack/oauth/callback': byPeople,
      'GET /slack/sign-in': byPeople,
      'GET /slack/openid/callback': byPeople,
      'GET /connected': byPeople,
      'GET /connections': byPeople,
      'POST /connections/disconnect': byPeople,
      'POST /sign-out': byPeople,
      'PUT /v1/courses/{id}': loaded,
      'PUT /v1/enrollments/{id}': loaded,
      'PUT /v1/sessions/{id}': loaded,
      'PUT /v1/sessions/{id}/attendance': loaded,
      'POST /v1/sessions/{id}/feedback': loaded,
      'POST /slack/events': bySlack,
      'POST /slack/interactivity': bySlack,
      'POST /slack/commands': bySlack,
      'GET /health': { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 10 },
    });
  });

  it('logs each call to a group that forgets after three months, without headers or query', () => {
    const group = ofType('AWS::Logs::LogGroup').find(
      ({ id }) => saidOf(stage, 'AccessLogSettings', 'DestinationArn') === `${id}.Arn`,
    );
    const format: Record<string, string> = JSON.parse(String(property(stage, 'AccessLogSettings', 'Format')));

    expect(property(group, 'RetentionInDays')).toBe(90);
    expect(format).toMatchObject({
      requestId: '$context.requestId',
      status: '$context.status',
      route: '$context.routeKey',
    });
    expect(Object.values(format).join(' ')).not.toMatch(/authorizer|header|query/i);
  });

  it('lets no web page call it', () => {
    expect(ofType('AWS::ApiGatewayV2::Api').map((api) => property(api, 'CorsConfiguration'))).toEqual([null]);
  });
});
