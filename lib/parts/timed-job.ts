import { Duration, RemovalPolicy, Stack, type TimeZone, Validations } from 'aws-cdk-lib';
import type { CronOptions } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import {
  ContextAttribute,
  Schedule,
  ScheduleExpression,
  ScheduleGroup,
  ScheduleTargetInput,
  TimeWindow,
} from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Told } from './alarms.ts';
import { HubFunction, type HubFunctionProps } from './hub-function.ts';
import { named } from './named.ts';

/** What differs from one timed job to the next. */
export interface TimedJobProps extends HubFunctionProps {
  /** When, by the clock of `timeZone`. */
  readonly at: CronOptions;
  readonly timeZone: TimeZone;
  /** How long a run that could not start, or failed, is still worth trying again (1 minute to 6 hours). */
  readonly worthFor: Duration;
  /** Said when a run was given up. */
  readonly missed: Told;
}

/**
 * A function that the clock calls, with `{"scheduledAt": "<the schedule's own time, UTC>"}`: a late run then knows for when
 * it is. A run that could not be delivered, or failed three times, goes to the dead letters. Named `<id>`,
 * `<id>Schedule` and `<id>DeadLetters`.
 */
export class TimedJob extends Construct {
  readonly job: HubFunction;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: TimedJobProps) {
    super(scope, id);
    const { alarms, at, timeZone, worthFor, missed } = props;

    this.job = new HubFunction(this, id, props);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      retentionPeriod: Duration.days(14),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    named(this.deadLetters, `${id}DeadLetters`);
    Validations.of(this.deadLetters).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason:
        'It is itself the dead-letter queue, of a schedule and of failed runs; the rule knows only those of queues.',
    });

    // The schedule's call is asynchronous: once Lambda has accepted it, a failing run is Lambda's to repeat and to bury.
    // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
    this.job.lambda.configureAsyncInvoke({
      maxEventAge: worthFor,
      retryAttempts: 2,
      onFailure: new SqsDestination(this.deadLetters),
    });

    const group = new ScheduleGroup(this, 'Group', { removalPolicy: RemovalPolicy.DESTROY });
    const role = new Role(this, 'Role', {
      description: `Lets the schedule call ${id}`,
      // Only schedules of this group: https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Stack.of(this).account, 'aws:SourceArn': group.scheduleGroupArn },
        },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.job.lambda.functionArn] }),
    );
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.deadLetters.queueArn] }));

    const timer = new Schedule(this, 'Schedule', {
      description: props.description,
      schedule: ScheduleExpression.cron({ ...at, timeZone }),
      scheduleGroup: group,
      timeWindow: TimeWindow.off(),
      target: new LambdaInvoke(this.job.lambda, {
        // As it stands: CDK would add every version and alias of the function (`:*`).
        role: role.withoutPolicyUpdates(),
        deadLetterQueue: this.deadLetters,
        input: ScheduleTargetInput.fromObject({ scheduledAt: ContextAttribute.scheduledTime }),
        maxEventAge: worthFor,
        retryAttempts: 2,
      }),
    });
    named(timer, `${id}Schedule`);

    // What never starts fails nowhere, and leaves no dead letter. What starts less often than hourly is too slow to tell.
    if (at.minute === '*') {
      alarms.ringWhenSilent(this, 'Silent', {
        what: `${id} does not run`,
        metric: this.job.lambda.metricInvocations({ period: Duration.minutes(5), statistic: 'Sum' }),
        periods: 3,
        impact: missed.impact,
        remedy: `See whether ${id}Schedule is switched on in EventBridge Scheduler (\`npm run doctor\`), and read the log of ${id}.`,
      });
    }
    alarms.ring(this, 'Missed', {
      what: `${id} was given up`,
      metric: this.deadLetters.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(1),
        statistic: 'Maximum',
      }),
      atLeast: 1,
      ...missed,
    });
  }
}
