import { afterAll, describe, expect, it } from '@jest/globals';
import { allowed, functions, ofType, property, saidOf, statementsOf, tidy, toldTo } from './synthesized.ts';
import { type Allowed, at } from './template.ts';

afterAll(tidy);

/** What the role of a function allows, its log apart: action -> what on. */
function rightsOf(id: string): Record<string, readonly string[]> {
  const rights = new Map<string, string[]>();
  for (const { actions, on } of statementsOf(id)) {
    for (const action of actions.filter((name) => !name.startsWith('logs:'))) {
      rights.set(action, [...(rights.get(action) ?? []), ...on].sort());
    }
  }
  return Object.fromEntries(rights);
}

describe('permissions', () => {
  /** What cannot be said without a wildcard: in a key's own policy `*` is the key, and its account's root keeps it manageable. */
  const unavoidable = (it: Allowed): boolean => it.holder.type === 'AWS::KMS::Key' && it.on.join() === '*';

  it('hold no wildcard, in an action or in a resource', () => {
    const wide = allowed
      .filter((it) => !unavoidable(it))
      .filter(({ actions, on }) => [...actions, ...on].some((text) => text.includes('*')))
      .map(({ holder }) => holder.id);

    expect(wide).toEqual([]);
  });

  it('come from no managed policy', () => {
    const managed = ofType('AWS::IAM::Role').filter((role) => property(role, 'ManagedPolicyArns') !== null);

    expect(managed).toEqual([]);
  });

  it.each([
    [
      'RazorpayIngress',
      {
        'dynamodb:PutItem': ['Payments.Arn'],
        'sqs:SendMessage': ['PaymentsQueue.Arn'],
        'secretsmanager:GetSecretValue': ['RazorpaySecret'],
      },
    ],
    [
      'PaymentsApi',
      {
        'dynamodb:PutItem': ['Payments.Arn'],
        'dynamodb:UpdateItem': ['Payments.Arn'],
        'dynamodb:GetItem': ['AdminSlackMessageLog.Arn', 'Payments.Arn', 'SlackInstallations.Arn'],
        'dynamodb:Query': ['Payments.Arn'],
        'sqs:SendMessage': ['PaymentsQueue.Arn'],
        'secretsmanager:GetSecretValue': ['ApiKeysSecret', 'RazorpaySecret'],
      },
    ],
    [
      'PaymentsWorker',
      {
        'dynamodb:GetItem': [
          'AdminSlackMessageLog.Arn',
          'Admins.Arn',
          'LeadPartPayment.Arn',
          'Payments.Arn',
          'SlackInstallations.Arn',
        ],
        'dynamodb:Query': ['AdminSlackMessageLog.Arn', 'LeadPartPayment.Arn', 'Payments.Arn'],
        'dynamodb:BatchGetItem': ['Payments.Arn'],
        'dynamodb:PutItem': ['AdminSlackMessageLog.Arn', 'Calls.Arn', 'LeadPartPayment.Arn', 'Payments.Arn'],
        'dynamodb:UpdateItem': [
          'AdminSlackMessageLog.Arn',
          'Calls.Arn',
          'LeadPartPayment.Arn',
          'Payments.Arn',
          'SlackInstallations.Arn',
        ],
        'dynamodb:DeleteItem': ['AdminSlackMessageLog.Arn'],
        'kms:Decrypt': ['TokenKey.Arn'],
        'sqs:ReceiveMessage': ['PaymentsQueue.Arn'],
        'sqs:DeleteMessage': ['PaymentsQueue.Arn'],
        'sqs:GetQueueAttributes': ['PaymentsQueue.Arn'],
        'sqs:ChangeMessageVisibility': ['PaymentsQueue.Arn'],
        'sqs:SendMessage': ['CallsQueue.Arn', 'PaymentsDeadLetters.Arn', 'PaymentsQueue.Arn'],
      },
    ],
    [
      'RoutingApi',
      {
        'dynamodb:PutItem': ['Payments.Arn'],
        'dynamodb:GetItem': ['AdminSlackMessageLog.Arn', 'Payments.Arn', 'SlackInstallations.Arn'],
        'dynamodb:Query': ['LeadPartPayment.Arn', 'Payments.Arn'],
        'secretsmanager:GetSecretValue': ['ApiKeysSecret', 'RazorpaySecret'],
      },
    ],
    [
      'PaymentsSweep',
      {
        'dynamodb:Query': ['AdminSlackMessageLog.Arn', 'AdminSlackMessageLog.Arn/index/due', 'Payments.Arn/index/due'],
        'dynamodb:UpdateItem': ['AdminSlackMessageLog.Arn', 'Payments.Arn'],
        'sqs:SendMessage': ['CallsQueue.Arn', 'PaymentsQueue.Arn', 'PaymentsSweepDeadLetters.Arn', 'ReportsQueue.Arn'],
        // What Lambda itself needs to bury a failed run.
        'sqs:GetQueueAttributes': ['PaymentsSweepDeadLetters.Arn'],
        'sqs:GetQueueUrl': ['PaymentsSweepDeadLetters.Arn'],
      },
    ],
    [
      'CallsWorker',
      {
        'dynamodb:GetItem': ['AdminSlackMessageLog.Arn', 'Admins.Arn', 'Calls.Arn', 'SlackInstallations.Arn'],
        'dynamodb:Query': ['AdminSlackMessageLog.Arn', 'AdminUserClosure.Arn', 'Calls.Arn'],
        'dynamodb:PutItem': ['AdminSlackMessageLog.Arn', 'Calls.Arn'],
        'dynamodb:UpdateItem': ['AdminSlackMessageLog.Arn', 'Calls.Arn', 'SlackInstallations.Arn'],
        'dynamodb:DeleteItem': ['AdminSlackMessageLog.Arn', 'Calls.Arn'],
        'kms:Decrypt': ['TokenKey.Arn'],
        'sqs:ReceiveMessage': ['CallsQueue.Arn'],
        'sqs:DeleteMessage': ['CallsQueue.Arn'],
        'sqs:GetQueueAttributes': ['CallsQueue.Arn'],
        'sqs:ChangeMessageVisibility': ['CallsQueue.Arn'],
        'sqs:SendMessage': ['CallsDeadLetters.Arn', 'CallsQueue.Arn'],
      },
    ],
    [
      'ReportsWorker',
      {
        'dynamodb:GetItem': [
          'AdminSlackMessageLog.Arn',
          'CourseAnnouncementChannelMap.Arn',
          'Courses.Arn',
          'Reports.Arn',
          'Sessions.Arn',
          'SlackInstallations.Arn',
        ],
        'dynamodb:BatchGetItem': ['Courses.Arn', 'Sessions.Arn'],
        'dynamodb:Query': ['AdminSlackMessageLog.Arn', 'Courses.Arn', 'Reports.Arn', 'Sessions.Arn'],
        'dynamodb:PutItem': ['AdminSlackMessageLog.Arn', 'Reports.Arn'],
        'dynamodb:UpdateItem': ['AdminSlackMessageLog.Arn', 'Reports.Arn', 'SlackInstallations.Arn'],
        'dynamodb:DeleteItem': ['AdminSlackMessageLog.Arn', 'Reports.Arn'],
        'kms:Decrypt': ['TokenKey.Arn'],
        'sqs:ReceiveMessage': ['ReportsQueue.Arn'],
        'sqs:DeleteMessage': ['ReportsQueue.Arn'],
        'sqs:GetQueueAttributes': ['ReportsQueue.Arn'],
        'sqs:ChangeMessageVisibility': ['ReportsQueue.Arn'],
        'sqs:SendMessage': ['ReportsDeadLetters.Arn', 'ReportsQueue.Arn'],
      },
    ],
    [
      'ReportsRun',
      {
        'dynamodb:GetItem': ['Reports.Arn'],
        'dynamodb:UpdateItem': ['Reports.Arn'],
        'dynamodb:Query': ['Courses.Arn', 'Reports.Arn/index/due'],
        'dynamodb:BatchGetItem': ['CourseAnnouncementChannelMap.Arn'],
        'sqs:SendMessage': ['ReportsQueue.Arn', 'ReportsRunDeadLetters.Arn'],
        'sqs:GetQueueAttributes': ['ReportsRunDeadLetters.Arn'],
        'sqs:GetQueueUrl': ['ReportsRunDeadLetters.Arn'],
      },
    ],
    [
      'ReportsSweep',
      {
        'dynamodb:Query': ['Reports.Arn/index/due'],
        'dynamodb:UpdateItem': ['Reports.Arn'],
        'sqs:SendMessage': ['ReportsQueue.Arn', 'ReportsSweepDeadLetters.Arn'],
        'sqs:GetQueueAttributes': ['ReportsSweepDeadLetters.Arn'],
        'sqs:GetQueueUrl': ['ReportsSweepDeadLetters.Arn'],
      },
    ],
    [
      'CallsApi',
      {
        'dynamodb:GetItem': ['Calls.Arn'],
        'dynamodb:PutItem': ['Calls.Arn'],
        'dynamodb:UpdateItem': ['Calls.Arn'],
        'sqs:SendMessage': ['CallsQueue.Arn'],
        'secretsmanager:GetSecretValue': ['ApiKeysSecret'],
      },
    ],
    [
      'CallsSweep',
      {
        'dynamodb:BatchGetItem': ['Calls.Arn'],
        'dynamodb:Query': ['Calls.Arn/index/due'],
        'dynamodb:UpdateItem': ['Calls.Arn'],
        'sqs:SendMessage': ['CallsQueue.Arn', 'CallsSweepDeadLetters.Arn'],
        'sqs:GetQueueAttributes': ['CallsSweepDeadLetters.Arn'],
        'sqs:GetQueueUrl': ['CallsSweepDeadLetters.Arn'],
      },
    ],
    [
      'PaymentsReconcile',
      {
        'dynamodb:GetItem': ['Payments.Arn'],
        'dynamodb:Query': ['Payments.Arn', 'Payments.Arn/index/due'],
        'dynamodb:PutItem': ['Payments.Arn'],
        'dynamodb:UpdateItem': ['Payments.Arn'],
        'sqs:SendMessage': ['PaymentsQueue.Arn', 'PaymentsReconcileDeadLetters.Arn'],
        'sqs:GetQueueAttributes': ['PaymentsReconcileDeadLetters.Arn'],
        'sqs:GetQueueUrl': ['PaymentsReconcileDeadLetters.Arn'],
        'secretsmanager:GetSecretValue': ['RazorpaySecret'],
      },
    ],
    [
      'OrgApi',
      {
        'dynamodb:GetItem': ['Admins.Arn'],
        'dynamodb:Query': ['AdminUserClosure.Arn', 'Admins.Arn'],
        'dynamodb:PutItem': ['Admins.Arn'],
        'dynamodb:UpdateItem': ['Admins.Arn'],
        'dynamodb:DeleteItem': ['Admins.Arn'],
        'dynamodb:BatchWriteItem': ['AdminUserClosure.Arn'],
        'sqs:SendMessage': ['OrgQueue.Arn'],
        'secretsmanager:GetSecretValue': ['ApiKeysSecret'],
      },
    ],
    [
      'OrgWorker',
      {
        'dynamodb:GetItem': ['Admins.Arn'],
        'dynamodb:Query': ['AdminUserClosure.Arn', 'Admins.Arn'],
        'dynamodb:PutItem': ['Admins.Arn'],
        'dynamodb:UpdateItem': ['Admins.Arn'],
        'dynamodb:DeleteItem': ['Admins.Arn'],
        'dynamodb:BatchWriteItem': ['AdminUserClosure.Arn'],
        'sqs:ReceiveMessage': ['OrgQueue.Arn'],
        'sqs:DeleteMessage': ['OrgQueue.Arn'],
        'sqs:GetQueueAttributes': ['OrgQueue.Arn'],
        'sqs:ChangeMessageVisibility': ['OrgQueue.Arn'],
        'sqs:SendMessage': ['OrgDeadLetters.Arn'],
      },
    ],
    [
      'CoursesApi',
      {
        'dynamodb:GetItem': ['CourseAnnouncementChannelMap.Arn', 'Courses.Arn', 'Sessions.Arn'],
        'dynamodb:PutItem': ['CourseAnnouncementChannelMap.Arn', 'Courses.Arn', 'Reports.Arn', 'Sessions.Arn'],
        'dynamodb:Query': ['Reports.Arn'],
        'dynamodb:UpdateItem': ['Reports.Arn', 'UserSlackDetails.Arn'],
        'secretsmanager:GetSecretValue': ['ApiKeysSecret'],
      },
    ],
    [
      'InvitesApi',
      {
        'dynamodb:GetItem': ['UserSlackDetails.Arn'],
        'dynamodb:Query': ['UserSlackDetails.Arn'],
        'dynamodb:UpdateItem': ['UserSlackDetails.Arn'],
        'secretsmanager:GetSecretValue': ['ApiKeysSecret'],
      },
    ],
    [
      'InvitesSync',
      {
        'dynamodb:GetItem': ['AdminSlackMessageLog.Arn', 'SlackInstallations.Arn', 'UserSlackDetails.Arn'],
        'dynamodb:BatchGetItem': ['Courses.Arn', 'UserSlackDetails.Arn'],
        'dynamodb:Query': [
          'AdminSlackMessageLog.Arn',
          'Courses.Arn',
          'UserSlackDetails.Arn',
          'UserSlackDetails.Arn/index/due',
        ],
        'dynamodb:PutItem': ['AdminSlackMessageLog.Arn', 'UserSlackDetails.Arn'],
        'dynamodb:BatchWriteItem': ['UserSlackDetails.Arn'],
        'dynamodb:UpdateItem': ['AdminSlackMessageLog.Arn', 'SlackInstallations.Arn', 'UserSlackDetails.Arn'],
        'dynamodb:DeleteItem': ['AdminSlackMessageLog.Arn', 'UserSlackDetails.Arn'],
        'kms:Decrypt': ['TokenKey.Arn'],
        'secretsmanager:GetSecretValue': ['InvitesSecret'],
        'sqs:SendMessage': ['InvitesSyncDeadLetters.Arn'],
        'sqs:GetQueueAttributes': ['InvitesSyncDeadLetters.Arn'],
        'sqs:GetQueueUrl': ['InvitesSyncDeadLetters.Arn'],
      },
    ],
    [
      'InvitesWorker',
      {
        'dynamodb:GetItem': ['SlackInstallations.Arn', 'UserSlackDetails.Arn'],
        'dynamodb:BatchGetItem': ['Courses.Arn', 'UserSlackDetails.Arn'],
        'dynamodb:Query': ['Courses.Arn', 'UserSlackDetails.Arn'],
        'dynamodb:PutItem': ['UserSlackDetails.Arn'],
        'dynamodb:BatchWriteItem': ['UserSlackDetails.Arn'],
        'dynamodb:UpdateItem': ['UserSlackDetails.Arn'],
        'kms:Decrypt': ['TokenKey.Arn'],
        'secretsmanager:GetSecretValue': ['InvitesSecret'],
        'sqs:ReceiveMessage': ['InvitesQueue.Arn'],
        'sqs:DeleteMessage': ['InvitesQueue.Arn'],
        'sqs:GetQueueAttributes': ['InvitesQueue.Arn'],
        'sqs:ChangeMessageVisibility': ['InvitesQueue.Arn'],
        'sqs:SendMessage': ['InvitesDeadLetters.Arn'],
      },
    ],
    ['HostedPages', {}],
    [
      'SlackInstall',
      {
        'dynamodb:GetItem': ['Admins.Arn', 'InstallStates.Arn', 'SlackInstallations.Arn'],
        'dynamodb:Query': ['AdminUserClosure.Arn', 'Admins.Arn'],
        'dynamodb:PutItem': ['Admins.Arn', 'InstallStates.Arn', 'SlackInstallations.Arn'],
        'dynamodb:BatchWriteItem': ['AdminUserClosure.Arn'],
        'dynamodb:UpdateItem': ['Admins.Arn', 'SlackInstallations.Arn'],
        'dynamodb:DeleteItem': ['Admins.Arn', 'InstallStates.Arn', 'SlackInstallations.Arn'],
        'kms:Encrypt': ['TokenKey.Arn'],
        'kms:Decrypt': ['TokenKey.Arn'],
        'sqs:SendMessage': ['SlackQueue.Arn'],
        'secretsmanager:GetSecretValue': ['SlackSecret'],
      },
    ],
    [
      'Connections',
      {
        'dynamodb:GetItem': ['Admins.Arn', 'InstallStates.Arn', 'SlackInstallations.Arn'],
        'dynamodb:PutItem': ['InstallStates.Arn'],
        'dynamodb:UpdateItem': ['SlackInstallations.Arn'],
        'dynamodb:DeleteItem': ['InstallStates.Arn', 'SlackInstallations.Arn'],
        'kms:Decrypt': ['TokenKey.Arn'],
        'secretsmanager:GetSecretValue': ['SlackSecret'],
      },
    ],
    [
      'DeskWorker',
      {
        'dynamodb:GetItem': [
          'AdminSlackMessageLog.Arn',
          'Admins.Arn',
          'Calls.Arn',
          'Payments.Arn',
          'Reports.Arn',
          'SlackInstallations.Arn',
        ],
        'dynamodb:Query': [
          'AdminSlackMessageLog.Arn',
          'AdminUserClosure.Arn',
          'Calls.Arn',
          'Payments.Arn',
          'Reports.Arn',
          'SlackInstallations.Arn',
        ],
        'dynamodb:PutItem': ['Calls.Arn', 'Payments.Arn', 'Reports.Arn'],
        'dynamodb:UpdateItem': ['Calls.Arn', 'Payments.Arn', 'Reports.Arn', 'SlackInstallations.Arn'],
        'dynamodb:BatchGetItem': ['AdminSlackMessageLog.Arn'],
        'secretsmanager:GetSecretValue': ['RazorpaySecret'],
        'kms:Decrypt': ['TokenKey.Arn'],
        'sqs:ReceiveMessage': ['DeskQueue.Arn'],
        'sqs:DeleteMessage': ['DeskQueue.Arn'],
        'sqs:GetQueueAttributes': ['DeskQueue.Arn'],
        'sqs:ChangeMessageVisibility': ['DeskQueue.Arn'],
        'sqs:SendMessage': ['CallsQueue.Arn', 'DeskDeadLetters.Arn', 'PaymentsQueue.Arn', 'ReportsQueue.Arn'],
      },
    ],
    [
      'PaymentsParked',
      {
        'dynamodb:GetItem': ['Payments.Arn'],
        'dynamodb:Query': ['Payments.Arn'],
        'dynamodb:PutItem': ['Payments.Arn'],
        'dynamodb:UpdateItem': ['Payments.Arn'],
        'sqs:SendMessage': ['PaymentsQueue.Arn'],
        'sqs:ChangeMessageVisibility': ['PaymentsDeadLetters.Arn'],
        'sqs:ReceiveMessage': ['PaymentsDeadLetters.Arn'],
        'sqs:DeleteMessage': ['PaymentsDeadLetters.Arn'],
        'sqs:GetQueueAttributes': ['PaymentsDeadLetters.Arn'],
      },
    ],
    [
      'CallsParked',
      {
        'dynamodb:GetItem': ['Calls.Arn'],
        'dynamodb:Query': ['Calls.Arn'],
        'dynamodb:PutItem': ['Calls.Arn'],
        'dynamodb:UpdateItem': ['Calls.Arn'],
        'sqs:SendMessage': ['CallsQueue.Arn'],
        'sqs:ChangeMessageVisibility': ['CallsDeadLetters.Arn'],
        'sqs:ReceiveMessage': ['CallsDeadLetters.Arn'],
        'sqs:DeleteMessage': ['CallsDeadLetters.Arn'],
        'sqs:GetQueueAttributes': ['CallsDeadLetters.Arn'],
      },
    ],
    [
      'ReportsParked',
      {
        'dynamodb:GetItem': ['Reports.Arn'],
        'dynamodb:Query': ['Reports.Arn'],
        'dynamodb:PutItem': ['Reports.Arn'],
        'dynamodb:UpdateItem': ['Reports.Arn'],
        'sqs:SendMessage': ['ReportsQueue.Arn'],
        'sqs:ChangeMessageVisibility': ['ReportsDeadLetters.Arn'],
        'sqs:ReceiveMessage': ['ReportsDeadLetters.Arn'],
        'sqs:DeleteMessage': ['ReportsDeadLetters.Arn'],
        'sqs:GetQueueAttributes': ['ReportsDeadLetters.Arn'],
      },
    ],
    [
      'SlackIngress',
      {
        'dynamodb:PutItem': ['SlackEvents.Arn'],
        'sqs:SendMessage': ['DeskQueue.Arn', 'SlackQueue.Arn'],
        'secretsmanager:GetSecretValue': ['SlackSecret'],
      },
    ],
    [
      'SlackWorker',
      {
        'dynamodb:GetItem': ['AdminSlackMessageLog.Arn', 'SlackInstallations.Arn'],
        'dynamodb:Query': ['AdminSlackMessageLog.Arn', 'SlackInstallations.Arn'],
        'dynamodb:UpdateItem': ['AdminSlackMessageLog.Arn', 'SlackInstallations.Arn'],
        'sqs:ReceiveMessage': ['SlackQueue.Arn'],
        'sqs:DeleteMessage': ['SlackQueue.Arn'],
        'sqs:GetQueueAttributes': ['SlackQueue.Arn'],
        'sqs:ChangeMessageVisibility': ['SlackQueue.Arn'],
        'sqs:SendMessage': [
          'CallsQueue.Arn',
          'InvitesQueue.Arn',
          'PaymentsQueue.Arn',
          'ReportsQueue.Arn',
          'SlackDeadLetters.Arn',
        ],
      },
    ],
    [
      'Health',
      {
        'dynamodb:GetItem': ['Payments.Arn'],
        'dynamodb:Query': ['Calls.Arn', 'Payments.Arn', 'Reports.Arn'],
        'sqs:GetQueueAttributes': [
          'CallsDeadLetters.Arn',
          'CallsQueue.Arn',
          'DeskDeadLetters.Arn',
          'DeskQueue.Arn',
          'InvitesDeadLetters.Arn',
          'InvitesQueue.Arn',
          'OrgDeadLetters.Arn',
          'OrgQueue.Arn',
          'PaymentsDeadLetters.Arn',
          'PaymentsQueue.Arn',
          'ReportsDeadLetters.Arn',
          'ReportsQueue.Arn',
          'SlackDeadLetters.Arn',
          'SlackQueue.Arn',
        ],
        'secretsmanager:GetSecretValue': ['ApiKeysSecret', 'RazorpaySecret'],
      },
    ],
  ])('let %s do exactly what it does', (id, rights) => {
    expect(rightsOf(id)).toEqual(rights);
  });

  it.each([
    ['RazorpayIngress', /SlackInstallations|TokenKey|SlackSecret|kms:/],
    ['SlackIngress', /SlackInstallations|TokenKey|RazorpaySecret|AdminSlackMessageLog|kms:/],
  ])('keep %s from installations, tokens and their key', (id, foreign) => {
    const reach = JSON.stringify([statementsOf(id), functions.find((each) => each.id === id)]);

    expect(statementsOf(id)).not.toEqual([]);
    expect(reach).not.toMatch(foreign);
  });

  it('let tokens be decrypted where they are posted with or revoked, and only by saying whose they are', () => {
    const decrypting = functions.flatMap(({ id }) =>
      statementsOf(id)
        .filter(({ actions }) => actions.includes('kms:Decrypt'))
        .map(({ statement }) => [id, at(statement, 'Condition')]),
    );
    const owner = {
      'kms:EncryptionContext:team': 'false',
      'kms:EncryptionContext:user': 'false',
      'kms:EncryptionContext:kind': 'false',
    };

    expect(decrypting).toEqual([
      ['PaymentsWorker', { Null: owner }],
      ['DeskWorker', { Null: owner, StringEquals: { 'kms:EncryptionContext:kind': 'bot' } }],
      ['CallsWorker', { Null: owner }],
      ['ReportsWorker', { Null: owner }],
      // They ask who is there, and tell the ops channel: never as a person.
      ['InvitesWorker', { Null: owner, StringEquals: { 'kms:EncryptionContext:kind': 'bot' } }],
      ['InvitesSync', { Null: owner, StringEquals: { 'kms:EncryptionContext:kind': 'bot' } }],
      // To look up who has just consented it needs the app's own, and no person's.
      ['SlackInstall', { Null: owner, StringEquals: { 'kms:EncryptionContext:kind': 'bot' } }],
      ['Connections', { Null: owner }],
    ]);
  });

  it('let each caller call only its function', () => {
    const callers = ofType('AWS::Lambda::Permission').map((permission) => [
      property(permission, 'Principal'),
      saidOf(permission, 'SourceArn').replace(/^.*ApiHttp[^/]*/, ''),
      saidOf(permission, 'FunctionName'),
    ]);

    expect(callers).toEqual([
      ['apigateway.amazonaws.com', '/*/*/webhooks/razorpay/{account}', 'RazorpayIngress.Arn'],
      ['apigateway.amazonaws.com', '/*/*/v1/payments', 'PaymentsApi.Arn'],
      ['apigateway.amazonaws.com', '/*/*/v1/payments/{id}', 'PaymentsApi.Arn'],
      ['apigateway.amazonaws.com', '/*/*/v1/leads/{id}', 'PaymentsApi.Arn'],
      ['apigateway.amazonaws.com', '/*/*/v1/routing', 'RoutingApi.Arn'],
      ['apigateway.amazonaws.com', '/*/*/v1/routing', 'RoutingApi.Arn'],
      ['apigateway.amazonaws.com', '/*/*/v1/routing/explain', 'RoutingApi.Arn'],
      ['apigateway.amazonaws.com', '/*/*/v1/calls', 'CallsApi.Arn'],
      ['apigateway.amazonaws.com', '/*/*/v1/admins', 'OrgApi.Arn'],
      ['apigateway.amazonaws.com', '/*/*/v1/admins/check', 'OrgApi.Arn'],
      ['apigateway.amazonaws.com', '/*/*/v1/admins/imports/{import}', 'OrgApi.Arn'],
      ['apigateway.amazonaws.com', '/*/*/v1/admins/{id}', 'OrgApi.Arn'],
      ['apigateway.amazonaws.com', '/*/*/v1/admins/{id}', 'OrgApi.Arn'],
      ['apigateway.amazonaws.com', '/*/*/v1/admins/{id}', 'OrgApi.Arn'],
      ['apigateway.amazonaws.com', '/*/*/v1/admins/{id}/chain', 'OrgApi.Arn'],
      ['apigateway.amazonaws.com', '/*/*/v1/admins/{id}/team', 'OrgApi.Arn'],
      ['apigateway.amazonaws.com', '/*/*/v1/courses/{id}', 'CoursesApi.Arn'],
      ['apigateway.amazonaws.com', '/*/*/v1/courses/{id}', 'CoursesApi.Arn'],
      ['apigateway.amazonaws.com', '/*/*/v1/enrollments/{id}', 'CoursesApi.Arn'],
      ['apigateway.amazonaws.com', '/*/*/v1/enrollments/{id}', 'CoursesApi.Arn'],
      ['apigateway.amazonaws.com', '/*/*/v1/sessions/{id}', 'CoursesApi.Arn'],
      ['apigateway.amazonaws.com', '/*/*/v1/sessions/{id}', 'CoursesApi.Arn'],
      ['apigateway.amazonaws.com', '/*/*/v1/sessions/{id}/attendance', 'CoursesApi.Arn'],
      ['apigateway.amazonaws.com', '/*/*/v1/sessions/{id}/attendance', 'CoursesApi.Arn'],
      ['apigateway.amazonaws.com', '/*/*/v1/sessions/{id}/feedback', 'CoursesApi.Arn'],
      ['apigateway.amazonaws.com', '/*/*/v1/invites', 'InvitesApi.Arn'],
      ['apigateway.amazonaws.com', '/*/*/v1/invites/bounces', 'InvitesApi.Arn'],
      ['apigateway.amazonaws.com', '/*/*/slack/events', 'SlackIngress.Arn'],
      ['apigateway.amazonaws.com', '/*/*/slack/interactivity', 'SlackIngress.Arn'],
      ['apigateway.amazonaws.com', '/*/*/slack/commands', 'SlackIngress.Arn'],
      ['apigateway.amazonaws.com', '/*/*/', 'HostedPages.Arn'],
      ['apigateway.amazonaws.com', '/*/*/privacy', 'HostedPages.Arn'],
      ['apigateway.amazonaws.com', '/*/*/terms', 'HostedPages.Arn'],
      ['apigateway.amazonaws.com', '/*/*/support', 'HostedPages.Arn'],
      ['apigateway.amazonaws.com', '/*/*/assets/{name}', 'HostedPages.Arn'],
      ['apigateway.amazonaws.com', '/*/*/slack/install', 'SlackInstall.Arn'],
      ['apigateway.amazonaws.com', '/*/*/slack/oauth/callback', 'SlackInstall.Arn'],
      ['apigateway.amazonaws.com', '/*/*/slack/sign-in', 'Connections.Arn'],
      ['apigateway.amazonaws.com', '/*/*/slack/openid/callback', 'Connections.Arn'],
      ['apigateway.amazonaws.com', '/*/*/connected', 'Connections.Arn'],
      ['apigateway.amazonaws.com', '/*/*/connections', 'Connections.Arn'],
      ['apigateway.amazonaws.com', '/*/*/connections/disconnect', 'Connections.Arn'],
      ['apigateway.amazonaws.com', '/*/*/sign-out', 'Connections.Arn'],
      ['apigateway.amazonaws.com', '/*/*/health', 'Health.Arn'],
    ]);
  });
});

describe('what each function is told', () => {
  it('is by these names', () => {
    const names = Object.fromEntries(
      functions.map((resource) => [resource.id, [...toldTo(resource)].map(([name, what]) => `${name}=${what}`).sort()]),
    );

    const origin = `PUBLIC_ORIGIN=${ofType('AWS::ApiGatewayV2::Api')[0]?.id}.ApiEndpoint`;
    const hosted = [
      'ADMINS_TABLE=Admins',
      'INSTALL_STATES_TABLE=InstallStates',
      origin,
      'SLACK_INSTALLATIONS_TABLE=SlackInstallations',
      'SLACK_SECRET_ID=SlackSecret',
      'TOKEN_KEY_ID=TokenKey.Arn',
    ];
    expect(names).toEqual({
      RazorpayIngress: [
        'PAYMENTS_QUEUE_URL=PaymentsQueue',
        'PAYMENTS_TABLE=Payments',
        'RAZORPAY_SECRET_ID=RazorpaySecret',
      ],
      PaymentsApi: [
        'ADMIN_SLACK_MESSAGE_LOG_TABLE=AdminSlackMessageLog',
        'API_KEYS_SECRET_ID=ApiKeysSecret',
        'PAYMENTS_QUEUE_URL=PaymentsQueue',
        'PAYMENTS_TABLE=Payments',
        'RAZORPAY_SECRET_ID=RazorpaySecret',
        'SLACK_INSTALLATIONS_TABLE=SlackInstallations',
      ],
      PaymentsWorker: [
        'ADMINS_TABLE=Admins',
        'ADMIN_SLACK_MESSAGE_LOG_TABLE=AdminSlackMessageLog',
        'CALLS_QUEUE_URL=CallsQueue',
        'CALLS_TABLE=Calls',
        'LEAD_PART_PAYMENT_TABLE=LeadPartPayment',
        'PAYMENTS_DEAD_LETTERS_URL=PaymentsDeadLetters',
        'PAYMENTS_QUEUE_URL=PaymentsQueue',
        'PAYMENTS_TABLE=Payments',
        origin,
        'SLACK_INSTALLATIONS_TABLE=SlackInstallations',
        'TOKEN_KEY_ID=TokenKey.Arn',
      ],
      RoutingApi: [
        'ADMIN_SLACK_MESSAGE_LOG_TABLE=AdminSlackMessageLog',
        'API_KEYS_SECRET_ID=ApiKeysSecret',
        'LEAD_PART_PAYMENT_TABLE=LeadPartPayment',
        'PAYMENTS_TABLE=Payments',
        'RAZORPAY_SECRET_ID=RazorpaySecret',
        'SLACK_INSTALLATIONS_TABLE=SlackInstallations',
      ],
      CallsWorker: [
        'ADMINS_TABLE=Admins',
        'ADMIN_SLACK_MESSAGE_LOG_TABLE=AdminSlackMessageLog',
        'ADMIN_USER_CLOSURE_TABLE=AdminUserClosure',
        'CALLS_DEAD_LETTERS_URL=CallsDeadLetters',
        'CALLS_QUEUE_URL=CallsQueue',
        'CALLS_TABLE=Calls',
        origin,
        'SLACK_INSTALLATIONS_TABLE=SlackInstallations',
        'TOKEN_KEY_ID=TokenKey.Arn',
      ],
      CallsApi: ['API_KEYS_SECRET_ID=ApiKeysSecret', 'CALLS_QUEUE_URL=CallsQueue', 'CALLS_TABLE=Calls'],
      CallsSweep: ['CALLS_QUEUE_URL=CallsQueue', 'CALLS_TABLE=Calls'],
      ReportsWorker: [
        'ADMIN_SLACK_MESSAGE_LOG_TABLE=AdminSlackMessageLog',
        'COURSES_TABLE=Courses',
        'COURSE_ANNOUNCEMENT_CHANNEL_MAP_TABLE=CourseAnnouncementChannelMap',
        origin,
        'REPORTS_DEAD_LETTERS_URL=ReportsDeadLetters',
        'REPORTS_QUEUE_URL=ReportsQueue',
        'REPORTS_TABLE=Reports',
        'SESSIONS_TABLE=Sessions',
        'SLACK_INSTALLATIONS_TABLE=SlackInstallations',
        'TOKEN_KEY_ID=TokenKey.Arn',
      ],
      ReportsRun: [
        'COURSES_TABLE=Courses',
        'COURSE_ANNOUNCEMENT_CHANNEL_MAP_TABLE=CourseAnnouncementChannelMap',
        'REPORTS_QUEUE_URL=ReportsQueue',
        'REPORTS_TABLE=Reports',
      ],
      ReportsSweep: ['REPORTS_QUEUE_URL=ReportsQueue', 'REPORTS_TABLE=Reports'],
      PaymentsSweep: [
        'ADMIN_SLACK_MESSAGE_LOG_TABLE=AdminSlackMessageLog',
        'CALLS_QUEUE_URL=CallsQueue',
        'PAYMENTS_QUEUE_URL=PaymentsQueue',
        'PAYMENTS_TABLE=Payments',
        'REPORTS_QUEUE_URL=ReportsQueue',
      ],
      PaymentsParked: [
        'PAYMENTS_DEAD_LETTERS_URL=PaymentsDeadLetters',
        'PAYMENTS_QUEUE_URL=PaymentsQueue',
        'PAYMENTS_TABLE=Payments',
      ],
      CallsParked: ['CALLS_DEAD_LETTERS_URL=CallsDeadLetters', 'CALLS_QUEUE_URL=CallsQueue', 'CALLS_TABLE=Calls'],
      ReportsParked: [
        'REPORTS_DEAD_LETTERS_URL=ReportsDeadLetters',
        'REPORTS_QUEUE_URL=ReportsQueue',
        'REPORTS_TABLE=Reports',
      ],
      PaymentsReconcile: [
        'PAYMENTS_QUEUE_URL=PaymentsQueue',
        'PAYMENTS_TABLE=Payments',
        'RAZORPAY_SECRET_ID=RazorpaySecret',
      ],
      OrgWorker: [
        'ADMINS_TABLE=Admins',
        'ADMIN_USER_CLOSURE_TABLE=AdminUserClosure',
        'ORG_DEAD_LETTERS_URL=OrgDeadLetters',
        'ORG_QUEUE_URL=OrgQueue',
      ],
      OrgApi: [
        'ADMINS_TABLE=Admins',
        'ADMIN_USER_CLOSURE_TABLE=AdminUserClosure',
        'API_KEYS_SECRET_ID=ApiKeysSecret',
        'ORG_QUEUE_URL=OrgQueue',
      ],
      CoursesApi: [
        'API_KEYS_SECRET_ID=ApiKeysSecret',
        'COURSES_TABLE=Courses',
        'COURSE_ANNOUNCEMENT_CHANNEL_MAP_TABLE=CourseAnnouncementChannelMap',
        'REPORTS_TABLE=Reports',
        'SESSIONS_TABLE=Sessions',
        'USER_SLACK_DETAILS_TABLE=UserSlackDetails',
      ],
      InvitesApi: ['API_KEYS_SECRET_ID=ApiKeysSecret', 'USER_SLACK_DETAILS_TABLE=UserSlackDetails'],
      InvitesSync: [
        'ADMIN_SLACK_MESSAGE_LOG_TABLE=AdminSlackMessageLog',
        'COURSES_TABLE=Courses',
        'INVITES_SECRET_ID=InvitesSecret',
        origin,
        'SLACK_INSTALLATIONS_TABLE=SlackInstallations',
        'TOKEN_KEY_ID=TokenKey.Arn',
        'USER_SLACK_DETAILS_TABLE=UserSlackDetails',
      ],
      InvitesWorker: [
        'COURSES_TABLE=Courses',
        'INVITES_DEAD_LETTERS_URL=InvitesDeadLetters',
        'INVITES_QUEUE_URL=InvitesQueue',
        'INVITES_SECRET_ID=InvitesSecret',
        'SLACK_INSTALLATIONS_TABLE=SlackInstallations',
        'TOKEN_KEY_ID=TokenKey.Arn',
        'USER_SLACK_DETAILS_TABLE=UserSlackDetails',
      ],
      HostedPages: [],
      SlackInstall: [...hosted, 'ADMIN_USER_CLOSURE_TABLE=AdminUserClosure', 'SLACK_QUEUE_URL=SlackQueue'].sort(),
      Connections: hosted,
      DeskWorker: [
        'ADMINS_TABLE=Admins',
        'ADMIN_SLACK_MESSAGE_LOG_TABLE=AdminSlackMessageLog',
        'ADMIN_USER_CLOSURE_TABLE=AdminUserClosure',
        'CALLS_QUEUE_URL=CallsQueue',
        'CALLS_TABLE=Calls',
        'DESK_DEAD_LETTERS_URL=DeskDeadLetters',
        'DESK_QUEUE_URL=DeskQueue',
        'PAYMENTS_QUEUE_URL=PaymentsQueue',
        'PAYMENTS_TABLE=Payments',
        origin,
        'RAZORPAY_SECRET_ID=RazorpaySecret',
        'REPORTS_QUEUE_URL=ReportsQueue',
        'REPORTS_TABLE=Reports',
        'SLACK_INSTALLATIONS_TABLE=SlackInstallations',
        'TOKEN_KEY_ID=TokenKey.Arn',
      ],
      SlackIngress: [
        'DESK_QUEUE_URL=DeskQueue',
        'SLACK_EVENTS_TABLE=SlackEvents',
        'SLACK_QUEUE_URL=SlackQueue',
        'SLACK_SECRET_ID=SlackSecret',
      ],
      SlackWorker: [
        'ADMIN_SLACK_MESSAGE_LOG_TABLE=AdminSlackMessageLog',
        'CALLS_QUEUE_URL=CallsQueue',
        'INVITES_QUEUE_URL=InvitesQueue',
        'PAYMENTS_QUEUE_URL=PaymentsQueue',
        'REPORTS_QUEUE_URL=ReportsQueue',
        'SLACK_DEAD_LETTERS_URL=SlackDeadLetters',
        'SLACK_INSTALLATIONS_TABLE=SlackInstallations',
        'SLACK_QUEUE_URL=SlackQueue',
      ],
      Health: [
        'API_KEYS_SECRET_ID=ApiKeysSecret',
        'CALLS_DEAD_LETTERS_URL=CallsDeadLetters',
        'CALLS_QUEUE_URL=CallsQueue',
        'CALLS_TABLE=Calls',
        'DESK_DEAD_LETTERS_URL=DeskDeadLetters',
        'DESK_QUEUE_URL=DeskQueue',
        'INVITES_DEAD_LETTERS_URL=InvitesDeadLetters',
        'INVITES_QUEUE_URL=InvitesQueue',
        'ORG_DEAD_LETTERS_URL=OrgDeadLetters',
        'ORG_QUEUE_URL=OrgQueue',
        'PAYMENTS_DEAD_LETTERS_URL=PaymentsDeadLetters',
        'PAYMENTS_QUEUE_URL=PaymentsQueue',
        'PAYMENTS_TABLE=Payments',
        'RAZORPAY_SECRET_ID=RazorpaySecret',
        'REPORTS_DEAD_LETTERS_URL=ReportsDeadLetters',
        'REPORTS_QUEUE_URL=ReportsQueue',
        'REPORTS_TABLE=Reports',
        'SLACK_DEAD_LETTERS_URL=SlackDeadLetters',
        'SLACK_QUEUE_URL=SlackQueue',
      ],
    });
  });
});
