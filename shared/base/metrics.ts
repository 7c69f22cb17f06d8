import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { once } from './lazy.ts';

/** Counts that alarms and dashboards look at. Each pair of name and dimensions is one paid metric: keep them few. */
export type Count = (name: string, value: number, dimensions?: Readonly<Record<string, string>>) => void;

/**
 * Counts through the log, in CloudWatch's embedded metric format: no call, nothing to flush. The namespace and the
 * function's name come from the environment, where the template puts them.
 */
export function openMetrics(): Count {
  const metrics = once(() => new Metrics());
  return (name, value, dimensions = {}) => {
    const one = metrics().singleMetric();
    for (const [dimension, of] of Object.entries(dimensions)) one.addDimension(dimension, of);
    one.addMetric(name, MetricUnit.Count, value);
  };
}
