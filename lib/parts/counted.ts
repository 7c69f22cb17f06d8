import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type HubFunction, METRICS_NAMESPACE } from './hub-function.ts';

/** What a function counts, within an hour. */
export function countedBy({ node }: HubFunction, metricName: string): Metric {
  return new Metric({
    namespace: METRICS_NAMESPACE,
    metricName,
    dimensionsMap: { service: node.id },
    statistic: 'Sum',
    period: Duration.hours(1),
  });
}
