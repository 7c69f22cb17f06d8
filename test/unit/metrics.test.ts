import { describe, expect, it } from '@jest/globals';
import { openMetrics } from '../../shared/base/metrics.ts';

function counted(...count: Parameters<ReturnType<typeof openMetrics>>): string[] {
  const lines: string[] = [];
  openMetrics({
    clock: { now: () => 1_795_000_000_000 },
    environment: { METRICS_NAMESPACE: 'WarRoom', POWERTOOLS_SERVICE_NAME: 'PaymentsApi' },
    write: (line) => lines.push(line),
  })(...count);
  return lines;
}

describe('a count', () => {
  it("is one line in CloudWatch's embedded metric format, of the function that counts", () => {
    const lines = counted('ErrorsReported', 1);

    expect(lines).toEqual([expect.stringMatching(/^\{.*\}\n$/)]);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      _aws: {
        Timestamp: 1_795_000_000_000,
        CloudWatchMetrics: [
          { Namespace: 'WarRoom', Dimensions: [['service']], Metrics: [{ Name: 'ErrorsReported', Unit: 'Count' }] },
        ],
      },
      service: 'PaymentsApi',
      ErrorsReported: 1,
    });
  });

  it('of milliseconds says so: its name ends in them', () => {
    const [line] = counted('ToldAfterMs', 1_250);

    expect(JSON.parse(line ?? '')).toMatchObject({
      _aws: { CloudWatchMetrics: [{ Metrics: [{ Name: 'ToldAfterMs', Unit: 'Milliseconds' }] }] },
      ToldAfterMs: 1_250,
    });
  });

  it('has its dimensions in one set with the function, so that it is one metric', () => {
    const [line] = counted('Parked', 2, { code: 'wake-unreadable' });

    expect(JSON.parse(line ?? '')).toMatchObject({
      _aws: { CloudWatchMetrics: [{ Dimensions: [['service', 'code']], Metrics: [{ Name: 'Parked' }] }] },
      service: 'PaymentsApi',
      code: 'wake-unreadable',
      Parked: 2,
    });
  });
});
