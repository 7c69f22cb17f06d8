import type { Stack } from '../../../lib/local/template.ts';

const lambda = (
  id: string,
  handler: string,
  more: Record<string, unknown> = {},
  variables: Record<string, unknown> = {},
) => ({
  [id]: {
    Type: 'AWS::Lambda::Function',
    Metadata: { 'war-room:entry': 'test/support/tiny/handlers.ts', 'war-room:handler': handler },
    Properties: {
      Handler: 'index.handler',
      Timeout: 5,
      MemorySize: 128,
      ...more,
      Environment: { Variables: variables },
    },
  },
});

const route = (id: string, key: string, target: string) => ({
  [`${id}Integration`]: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: {
      ApiId: { Ref: 'Api' },
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: { 'Fn::GetAtt': [target, 'Arn'] },
      PayloadFormatVersion: '2.0',
      TimeoutInMillis: 2_000,
    },
  },
  [`${id}Route`]: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      ApiId: { Ref: 'Api' },
      RouteKey: key,
      AuthorizationType: 'NONE',
      Target: { 'Fn::Join': ['', ['integrations/', { Ref: `${id}Integration` }]] },
    },
  },
});

/** Two small stacks with one of everything that the runner serves, and a few things that it does not. */
export const tinyStacks: readonly Stack[] = [
  {
    name: 'tiny-state',
    template: {
      Resources: {
        Notes: {
          Type: 'AWS::DynamoDB::GlobalTable',
          Properties: {
            AttributeDefinitions: [
              { AttributeName: 'pk', AttributeType: 'S' },
              { AttributeName: 'sk', AttributeType: 'S' },
              { AttributeName: 'dueAt', AttributeType: 'N' },
            ],
            KeySchema: [
              { AttributeName: 'pk', KeyType: 'HASH' },
              { AttributeName: 'sk', KeyType: 'RANGE' },
            ],
            GlobalSecondaryIndexes: [
              {
                IndexName: 'due',
                KeySchema: [
                  { AttributeName: 'sk', KeyType: 'HASH' },
                  { AttributeName: 'dueAt', KeyType: 'RANGE' },
                ],
                Projection: { ProjectionType: 'KEYS_ONLY' },
              },
            ],
            TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
          },
        },
        TokenKey: { Type: 'AWS::KMS::Key', Properties: {} },
        Keys: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'tiny/keys', SecretString: '[]' } },
      },
      Outputs: {
        NotesName: { Value: { Ref: 'Notes' }, Export: { Name: 'tiny-state:Notes' } },
        KeyArn: { Value: { 'Fn::GetAtt': ['TokenKey', 'Arn'] }, Export: { Name: 'tiny-state:Key' } },
      },
    },
  },
  {
    name: 'tiny-hub',
    template: {
      Resources: {
        Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } },
        ...lambda(
          'Echo',
          'echo',
          {},
          {
            NOTES_TABLE: { 'Fn::ImportValue': 'tiny-state:Notes' },
            KEY_ID: { 'Fn::ImportValue': 'tiny-state:Key' },
            QUEUE_URL: { Ref: 'Queue' },
            // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of Fn::Sub.
            WHERE: { 'Fn::Sub': '${AWS::Region}/${Queue.QueueName}/${!kept}' },
            JOINED: { 'Fn::Join': ['-', ['a', { Ref: 'AWS::AccountId' }, 'b']] },
            PICKED: { 'Fn::Select': [1, { 'Fn::Split': [':', 'x:y:z'] }] },
          },
        ),
        ...lambda('Worker', 'work', { Timeout: 2 }, { QUEUE_URL: { Ref: 'Queue' } }),
        ...lambda('Slow', 'slow', { Timeout: 1 }),
        ...lambda('Faulty', 'faulty'),
        ...lambda('Job', 'job', {}, { QUEUE_URL: { Ref: 'Ticks' } }),
        Foreign: { Type: 'AWS::Lambda::Function', Properties: { Handler: 'index.handler' } },
        ...route('Echo', 'ANY /echo/{id}', 'Echo'),
        ...route('EchoAll', 'ANY /files/{path+}', 'Echo'),
        ...route('EchoPost', 'POST /echo/fixed', 'Echo'),
        ...route('Slow', 'GET /slow', 'Slow'),
        ...route('Faulty', 'GET /faulty', 'Faulty'),
        ...route('Foreign', 'GET /foreign', 'Foreign'),
        Queue: {
          Type: 'AWS::SQS::Queue',
          Properties: {
            FifoQueue: true,
            VisibilityTimeout: 30,
            RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 2 },
          },
        },
        Dead: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } },
        Ticks: { Type: 'AWS::SQS::Queue', Properties: {} },
        Mapping: {
          Type: 'AWS::Lambda::EventSourceMapping',
          Properties: {
            EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
            FunctionName: { Ref: 'Worker' },
            BatchSize: 5,
            FunctionResponseTypes: ['ReportBatchItemFailures'],
            ScalingConfig: { MaximumConcurrency: 2 },
          },
        },
        Hourly: {
          Type: 'AWS::Scheduler::Schedule',
          Properties: {
            ScheduleExpression: 'rate(1 hour)',
            ScheduleExpressionTimezone: 'Asia/Kolkata',
            Target: { Arn: { 'Fn::GetAtt': ['Job', 'Arn'] }, Input: '{"at":"<aws.scheduler.scheduled-time>"}' },
          },
        },
        Bucket: { Type: 'AWS::S3::Bucket', Properties: {} },
        Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: {} },
      },
    },
  },
];
