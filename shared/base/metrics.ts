import { type Clock, systemClock } from './clock.ts';

/** Counts that alarms and dashboards look at, and times: those whose name ends in `Ms` are milliseconds. Each pair of name and dimensions is one paid metric: keep them few. */
export type Count = (name: string, value: number, dimensions?: Readonly<Record<string, string>>) => void;

export type MetricsParts = {
  readonly clock?: Pick<Clock, 'now'>;
  readonly environment?: NodeJS.ProcessEnv;
  readonly write?: (line: string) => unknown;
};

/**
 * Counts through the log, in CloudWatch's embedded metric format: no call, nothing to flush. The namespace and the
 * function's name come from the environment, where the template puts them.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function openMetrics(parts: MetricsParts = {}): Count {
  // Not `console`: Lambda puts what is said there into an object of its own, where CloudWatch looks for no metric.
  const { clock = systemClock, environment = process.env, write = (line) => process.stdout.write(line) } = parts;
  return (name, value, dimensions = {}) => {
    const own = { service: environment['POWERTOOLS_SERVICE_NAME'] ?? 'unknown', ...dimensions };
    const about = {
      Timestamp: clock.now(),
      CloudWatchMetrics: [
        {
          Namespace: environment['METRICS_NAMESPACE'] ?? 'WarRoom',
          Dimensions: [Object.keys(own)],
          Metrics: [{ Name: name, Unit: name.endsWith('Ms') ? 'Milliseconds' : 'Count' }],
        },
      ],
    };
    write(`${JSON.stringify({ _aws: about, ...own, [name]: value })}\n`);
  };
}
