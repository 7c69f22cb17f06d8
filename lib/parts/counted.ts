import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { HubFunction } from './hub-function.ts';

/** What a function counts, within an hour. */
export function countedBy({ node, metrics }: HubFunction, metricName: string): Metric {
  return new Metric({
    namespace: metrics,
    metricName,
    dimensionsMap: { service: node.id },
    statistic: 'Sum',
    period: Duration.hours(1),
  });
}
