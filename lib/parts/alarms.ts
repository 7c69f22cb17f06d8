import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Settings } from './settings.ts';

/** What the person who is woken reads. Both are required: an alarm that cannot say them is not worth ringing. */
export interface Told {
  /** What people lose while this lasts, in one sentence. */
  readonly impact: string;
  /** What to do first. */
  readonly remedy: string;
}

/** An alarm, or in so many words why there is none. Silence by omission does not compile. */
export type AlarmChoice = Told | { readonly noAlarm: string };

/** The measurement that rings, beside what it tells. */
export interface Ringing extends Told {
  /** A few words for the alarm's name: `payments wait too long`. */
  readonly what: string;
  readonly metric: IMetric;
  /** Rings at this value and above. */
  readonly atLeast: number;
  /** How many periods in a row. Default 1. */
  readonly periods?: number;
}

/** Where every alarm of a stage goes: one encrypted topic. */
export class Alarms extends Construct {
  readonly topic: Topic;
  readonly #stage: string;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    this.#stage = settings.stage;

    // CloudWatch cannot publish to a topic under the AWS managed key, whose policy is fixed; so the topic has its own.
    // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
    const key = new Key(this, 'Key', {
      description: `Encrypts the alarms of War Room (${settings.stage}) on their way to people`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.topic = new Topic(this, 'Topic', {
      displayName: `War Room alarms (${settings.stage})`,
      masterKey: key,
      enforceSSL: true,
    });

    const cloudWatch = new ServicePrincipal('cloudwatch.amazonaws.com');
    const ofThisAccount = { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } };
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [cloudWatch],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        // In a key's own policy `*` means this key.
        resources: ['*'],
        conditions: ofThisAccount,
      }),
    );
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [cloudWatch],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: ofThisAccount,
      }),
    );
    if (settings.alarmEmail !== undefined) this.topic.addSubscription(new EmailSubscription(settings.alarmEmail));
  }

  /**
   * Rings the topic when `metric` has no data for so many periods, and again when it has. CloudWatch calls that a state of its
   * own; an alarm that was just made begins in it, and does not ring.
   * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
   */
  ringWhenSilent(
    scope: Construct,
    id: string,
    { what, metric, periods = 1, impact, remedy }: Omit<Ringing, 'atLeast'>,
  ): Alarm {
    const alarm = new Alarm(scope, id, {
      alarmName: `war-room ${this.#stage}: ${what}`,
      alarmDescription: describe(impact, remedy),
      metric,
      threshold: 1,
      evaluationPeriods: periods,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.MISSING,
    });
    const toPeople = new SnsAction(this.topic);
    alarm.addInsufficientDataAction(toPeople);
    alarm.addAlarmAction(toPeople);
    alarm.addOkAction(toPeople);
    return alarm;
  }

  /** Rings the topic when `metric` reaches `atLeast`, and again when it is over. The description is what people read. */
  ring(scope: Construct, id: string, { what, metric, atLeast, periods = 1, impact, remedy }: Ringing): Alarm {
    const alarm = new Alarm(scope, id, {
      alarmName: `war-room ${this.#stage}: ${what}`,
      alarmDescription: describe(impact, remedy),
      metric,
      threshold: atLeast,
      evaluationPeriods: periods,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // Every metric here counts something bad; no data means that nothing bad happened.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    const toPeople = new SnsAction(this.topic);
    alarm.addAlarmAction(toPeople);
    alarm.addOkAction(toPeople);
    return alarm;
  }
}

/** What people read of an alarm, in mails and in Slack. */
function describe(impact: string, remedy: string): string {
  return `${impact}\n\nWhat to do: ${remedy}`;
}
